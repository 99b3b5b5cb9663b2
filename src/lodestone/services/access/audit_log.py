"""The audit log as it is shown: who changed what, with names where they are still known."""

from typing import Annotated, Any

import msgspec

from lodestone.base.list_page import cut_one_more, one_more
from lodestone.base.wire import TimeText, time_text
from lodestone.stores.ports import Records
from lodestone.stores.records.audit_port import AuditFilter, AuditRecord


class ActorOut(msgspec.Struct, frozen=True, kw_only=True):
    """Who acted."""

    key_id: str | None
    """The key that was shown; null where a page's session was."""
    person_id: str | None
    """The person whose session it was, or as whom a desk's key serves; null where nobody is named, or once they are erased."""


class ObjectOut(msgspec.Struct, frozen=True, kw_only=True):
    """What was changed."""

    kind: str
    """Such as `shop`, `policy`, `key`."""
    id: str
    """Its id; empty where it is a person."""
    person_id: str | None
    """The person whom the change concerned, by the app's id; null where nobody was, or once they are erased."""


class ActOut(msgspec.Struct, frozen=True, kw_only=True):
    """One act."""

    id: str
    at: TimeText
    """By the community's clock."""
    actor: ActorOut
    route: str
    """Method and template of the path."""
    object: ObjectOut
    before: dict[str, Any] | None
    """The fields that differ, as they were; null for what was not there."""
    after: dict[str, Any] | None
    """The same, as they are since; null for what is no more."""
    erased: bool
    """Whether what differed was about somebody who has been erased, and went with them."""


class AuditPage(msgspec.Struct, frozen=True):
    """A page of the audit log, the newest act first."""

    data: list[ActOut]
    next_cursor: Annotated[str | None, msgspec.Meta(description="Null on the last page.")]


class AuditLog:
    """Who changed what in one community."""

    def __init__(self, records: Records, community: str) -> None:
        self._records, self._id = records, community

    def page(
        self, wanted: AuditFilter, limit: int, before: int | None
    ) -> tuple[list[ActOut], int | None]:
        """Return the newest acts, and the number before which the next page starts; None on the last.

        Asks the records: call it in a thread.

        Args:
            wanted: Which acts.
            limit: How many.
            before: Only those of a lower number; None for the newest.
        """
        rows = self._records.audit_log(self._id, wanted, limit=one_more(limit), before=before)
        page, last = cut_one_more(rows, limit)
        return [_shown(record) for record in page], None if last is None else last.number

    async def note(
        self, kind: str, name: str, after: dict[str, object], *, about: str | None = None
    ) -> None:
        """Write down an act that changes nothing in the records, where somebody acts. Raises UnavailableError.

        Args:
            kind: Of what was done, such as a back-up.
            name: Of what it was done to; empty for a person.
            after: What is told of it.
            about: The app's id of the person whom it concerned.
        """
        note_act = self._records.note_act
        await self._records.threads.commit(note_act, self._id, kind, name, after, about=about)


def _shown(record: AuditRecord) -> ActOut:
    gone = record.about is not None and record.about_id is None
    return ActOut(
        id=f"act_{record.number}", at=time_text(record.time),
        actor=ActorOut(key_id=record.key_id or None, person_id=record.actor_id),
        route=record.route,
        object=ObjectOut(kind=record.kind, id=record.name, person_id=record.about_id),
        before=record.before, after=record.after,
        erased=gone and record.before is None and record.after is None,
    )  # fmt: skip


__all__ = ("ActOut", "ActorOut", "AuditFilter", "AuditLog", "AuditPage", "ObjectOut")
