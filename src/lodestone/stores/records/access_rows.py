"""Changes of access as rows. See `access_port.AccessRecords`."""

from typing import Any

from sqlalchemy import Connection, func, insert, select, text

from lodestone.base.clock import Instant
from lodestone.stores.records.access_port import AccessChange, AccessKind
from lodestone.stores.records.schema import ACCESS_CHANGES
from lodestone.stores.records.types import KeyRecord


def note(
    connection: Connection, kind: AccessKind, subject: str, *, tenant: int | None, now: Instant
) -> int:
    """Write one change down in the transaction that makes it true; return its number.

    Args:
        connection: In a write transaction.
        kind: What it is about.
        subject: See `AccessKind`.
        tenant: The community's number, None for an operator's key and for a login.
        now: The wall clock; of an erasure the community's.
    """
    if connection.dialect.name == "postgresql":
        # Until the commit nobody else takes a number, so that numbers follow the order of commits. Readers go on.
        connection.execute(text("LOCK TABLE access_changes IN SHARE ROW EXCLUSIVE MODE"))
    last: int = connection.execute(
        select(func.coalesce(func.max(ACCESS_CHANGES.c.number), 0))
    ).scalar_one()
    connection.execute(
        insert(ACCESS_CHANGES).values(
            number=last + 1, kind=int(kind), subject=subject, tenant=tenant, time=now
        )
    )
    return last + 1


def change_of(row: Any, community: str | None, **more: Any) -> AccessChange:
    """Read a row of `access_changes`."""
    return AccessChange(
        row.number, AccessKind(row.kind), row.subject, community, Instant(row.time), **more
    )


def key_of(row: Any, community: str | None) -> KeyRecord:
    """Read a row of `api_keys`."""
    return KeyRecord(
        id=row.id,
        community=community,
        name=row.name,
        scopes=tuple(row.scopes.split()),
        created=Instant(row.created),
        revoked=None if row.revoked is None else Instant(row.revoked),
        digest=row.digest,
    )
