"""Doors: HTTP."""

from lodestone.serve.app import application
from lodestone.serve.limits import Limits

__all__ = ("Limits", "application")
