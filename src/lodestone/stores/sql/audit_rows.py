"""The audit log: who changed what, written in the transaction that changes it. See `audit_port.AuditRecords` for reading.

What was there before and after may hold a person's words, so it is encrypted under the key of the person whom it
concerns; erasing them empties it too. People are named by ordinals alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol

import msgspec
from sqlalchemy import BigInteger, Column, Connection, Index, LargeBinary, Table, Text, insert

from lodestone.base.audit import Actor, present_actor
from lodestone.stores.sql.columns import BYTES_TEXT, METADATA, NUMBER
from lodestone.stores.sql.encryption import Seal, unsealed

AUDIT_LOG: Final = Table(
    "audit_log",
    METADATA,
    Column("number", NUMBER, primary_key=True, autoincrement=True),
    Column("tenant", BigInteger, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("key_id", BYTES_TEXT, nullable=False),  # empty for a page's session
    Column("actor", BigInteger),  # the ordinal of the person who acts
    Column("route", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("object", BYTES_TEXT, nullable=False),  # empty where it is a person
    Column("about", BigInteger),  # the ordinal of the person concerned
    Column("detail", LargeBinary, nullable=False),  # sealed where it is about a person
    Index("audit_log_by_tenant", "tenant", "number"),
    Index("audit_log_by_object", "tenant", "kind", "object"),
    Index("audit_log_by_about", "tenant", "about"),
)
DETAIL: Final = b"audit_log.detail"
_ENCODE: Final = msgspec.msgpack.Encoder().encode
Values = Mapping[str, object]


class About(NamedTuple):
    """The person whom a change concerns, and the key under which it is encrypted."""

    ordinal: int
    key: bytes | None
    """None where nothing personal is noted, which then outlives their erasure."""


class Given(Protocol):
    """A record that holds what an app gave of it."""

    @property
    def given(self) -> object:
        """Return what the app gave."""
        ...


class Detail(msgspec.Struct, frozen=True, array_like=True):
    """The fields that differ, as they were and as they are; None for what was not there or is no more."""

    before: dict[str, Any] | None
    after: dict[str, Any] | None


GONE: Final = unsealed(_ENCODE(Detail(None, None)))
"""What is left of a detail once the person it was about is erased."""


@dataclass(frozen=True, slots=True)
class AuditNote:
    """One change, as the write that makes it says."""

    actor: Actor
    kind: str
    name: str
    detail: Detail
    about: About | None = None


def fields_of(value: object) -> dict[str, Any]:
    """Return a struct's fields as JSON has them, empty ones left out."""
    fields: dict[str, Any] = msgspec.to_builtins(value, str_keys=True)
    return {name: field for name, field in fields.items() if field not in (None, "", [], {})}


def given_before(record: Given | None) -> dict[str, Any] | None:
    """Return the fields that an app gave of what stands; None where nothing does."""
    return None if record is None else fields_of(record.given)


def difference(before: Values | None, after: Values | None) -> Detail | None:
    """Return the fields that differ, None where none do.

    >>> difference({"name": "Tea", "text": "hot"}, {"name": "Tea house", "text": "hot"})
    Detail(before={'name': 'Tea'}, after={'name': 'Tea house'})
    >>> difference({"name": "Tea"}, {"name": "Tea"}) is None
    True
    """
    if before is None or after is None:
        both = (None if before is None else dict(before), None if after is None else dict(after))
        return None if both == (None, None) else Detail(*both)
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    if not names:
        return None
    return Detail(
        {name: before[name] for name in names if name in before},
        {name: after[name] for name in names if name in after},
    )


def store_notes(
    connection: Connection, tenant: int, community: str, notes: Sequence[AuditNote]
) -> None:
    """Write notes down; they are durable with whatever else the transaction holds, or not at all.

    Args:
        connection: In a transaction that writes.
        tenant: The community's number.
        community: Its id.
        notes: In the order of the changes.
    """
    if not notes:
        return
    rows = [
        {
            "tenant": tenant,
            "time": note.actor.clock(community),
            "key_id": note.actor.key_id,
            "actor": note.actor.person,
            "route": note.actor.route,
            "kind": note.kind,
            "object": note.name,
            "about": None if note.about is None else note.about.ordinal,
            "detail": _sealed(note),
        }
        for note in notes
    ]
    connection.execute(insert(AUDIT_LOG), rows)


def note_in(
    connection: Connection,
    communities: Mapping[int, str],
    named: tuple[str, str],
    before: Values | None,
    after: Values | None,
) -> None:
    """Note a change that is no community's own transaction, in each that it concerns; see `Work.audit`.

    Args:
        connection: In a transaction that writes.
        communities: Id by number.
        named: Kind and id of what changes.
        before: Its fields; None for what is new.
        after: Its fields; None for what is no more.
    """
    actor, detail = present_actor(), difference(before, after)
    if actor is not None and detail is not None:
        for tenant, community in communities.items():
            store_notes(connection, tenant, community, [AuditNote(actor, *named, detail)])


def _sealed(note: AuditNote) -> bytes:
    plain = _ENCODE(note.detail)
    if note.about is None or note.about.key is None:
        return unsealed(plain)
    return Seal(note.about.key).seal(plain, what=DETAIL)
