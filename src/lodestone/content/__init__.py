"""Placeholder, see below."""
