"""Posts that people have saved to come back to: their own records, seen by nobody else."""
