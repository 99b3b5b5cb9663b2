"""Doors: the command line."""

from lodestone.cli.app import main

__all__ = ("main",)
