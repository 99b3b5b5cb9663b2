"""Doors: HTTP."""

from lodestone.serve.app import application
from lodestone.serve.http.limits import Limits

__all__ = ("Limits", "application")
