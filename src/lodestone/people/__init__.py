"""People: who they are, where, what they like, and what they let the engine use."""

from lodestone.people.person import Consent, PersonIn, PersonOut, person_out

__all__ = ("Consent", "PersonIn", "PersonOut", "person_out")
