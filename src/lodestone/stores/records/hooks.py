"""What other subjects do within a write of records, handed in by `stores.database`.

Records know neither shops nor rooms. A subject whose rows hang on a person or an item says here what becomes of
them, and does it in the same transaction: all of it is committed, or nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, func

from lodestone.base.clock import Instant
from lodestone.base.errors import ConflictError
from lodestone.commerce.webhooks import Stream
from lodestone.stores.records.work import Work
from lodestone.stores.sql.scope import Scope


def nothing(_work: Work, _item_id: str) -> None:
    """Do nothing where an item is withdrawn."""


@dataclass(frozen=True, slots=True)
class EventReader:
    """Reads what happened to a subject's objects, for webhooks; each event has a number, given in the order of commits."""

    stream: Stream
    columns: tuple[Column[Any], ...]
    """What is read of an event, its number first."""
    shown: Callable[[Any], tuple[str, str]]
    """Return the type and the subject of what was read."""

    def newest(self, scope: Scope) -> int:
        """Return the last event's number, 0 before the first."""
        number = self.columns[0]
        return int(scope.first(scope.select(number.table, func.max(number)))[0] or 0)

    def after(self, scope: Scope, last: int, limit: int) -> list[tuple[Stream, int, str, str]]:
        """Return (stream, number, type, subject) of the events after a number, a limit of them at most, in order."""
        number = self.columns[0]
        query = scope.select(number.table, *self.columns).where(number > last)
        events = scope.fetch(query.order_by(number).limit(limit))
        return [(self.stream, event[0], *self.shown(event)) for event in events]


@dataclass(frozen=True, slots=True)
class SubjectHooks:
    """One subject's part in writes of people and items."""

    erase_person: Callable[[Work, int, Instant], None]
    """Delete or empty whatever is of the person with an ordinal; their own row and items are done already."""
    refusals: Callable[[Scope, Sequence[str]], dict[str, ConflictError]]
    """Return those of the ids of items that stand which may not be written as items, each with its refusal.

    An item that is the face of something else would say one thing and what it stands for another, until one is
    written again.
    """
    withdraw_item: Callable[[Work, str], None] = nothing
    """Let what an item is the face of end with it."""
    events: EventReader | None = None
    """What happened to its objects, where webhooks are told of it."""
