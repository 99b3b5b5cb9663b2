"""Who lives in the town and how they behave."""
