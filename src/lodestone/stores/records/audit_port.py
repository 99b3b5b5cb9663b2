"""The port of the audit log: who changed what, kept as long as the log of facts, and read back by filters."""

from dataclasses import dataclass
from typing import Any, Protocol

from lodestone.base.clock import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """What is wanted of an audit log; everything that is None is."""

    key_id: str | None = None
    actor_id: str | None = None
    """The app's id of the person who acted."""
    about_id: str | None = None
    """The app's id of the person whom it concerned."""
    kind: str | None = None
    name: str | None = None
    """An object's id."""
    first: Instant | None = None
    """The earliest instant, itself included."""
    end: Instant | None = None
    """The first instant that is too late."""


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One act as stored."""

    number: int
    time: Instant
    key_id: str
    """Empty where a page's session acted, or the demo's own maintenance."""
    actor: int | None
    """The ordinal of the person who acted."""
    actor_id: str | None
    """Their id as the app has it; None where nobody is named, or they have been erased."""
    route: str
    kind: str
    name: str
    about: int | None
    """The ordinal of the person whom it concerned."""
    about_id: str | None
    before: dict[str, Any] | None
    """The fields that differ, as they were; None for what is new, and once the person concerned is erased."""
    after: dict[str, Any] | None


class AuditRecords(Protocol):
    """Every community's audit log. Acts are written by the writes themselves, in their transactions."""

    def audit_log(
        self, community: str, wanted: AuditFilter, *, limit: int, before: int | None = None
    ) -> list[AuditRecord]:
        """Return acts, the newest first, those under a number if given. Raises UnknownError `community_unknown`."""
        ...

    def note_act(
        self,
        community: str,
        kind: str,
        name: str,
        after: dict[str, object],
        *,
        about: str | None = None,
    ) -> None:
        """Write down an act that changes nothing in the records, such as a back-up, where somebody acts.

        Args:
            community: Whose.
            kind: Of what was done.
            name: Of what it was done to; empty for a person.
            after: What is told of it.
            about: The app's id of the person whom it concerned.
        """
        ...
