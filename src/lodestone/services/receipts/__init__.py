"""Receipts of decisions: list, read, replay, explain, trace."""
