"""Doors: HTTP."""

from lodestone.serve.app import application

__all__ = ("application",)
