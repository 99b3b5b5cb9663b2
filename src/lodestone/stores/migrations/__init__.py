"""Revisions of the records' tables, run when the records are opened."""
