"""People: who they are, where, what they like, and what they let the engine use."""

from lodestone.people.person import INTERESTS_MAX, Consent, PersonIn, PersonOut, person_out

__all__ = ("INTERESTS_MAX", "Consent", "PersonIn", "PersonOut", "person_out")
