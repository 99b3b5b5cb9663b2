"""Creators' orders at work: profiles, briefs, offers, every move with its money, what was counted, the clock."""

from lodestone.stores.creators.finds import AssignmentFilter

__all__ = ("AssignmentFilter",)
