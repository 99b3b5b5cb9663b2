"""Policies: versions, presets, rollback, and the dry run that shows what one would change."""
