"""Changes of access in SQL. See `access_port.AccessRecords`."""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from lodestone.base.clock import Instant
from lodestone.content import CommunityIn
from lodestone.stores.records.access_port import (
    CLOSED,
    OPENED,
    AccessChange,
    AccessKind,
    AccessState,
)
from lodestone.stores.records.access_rows import change_of, key_of, note
from lodestone.stores.records.base import RecordsBase
from lodestone.stores.records.schema import ACCESS_CHANGES, API_KEYS
from lodestone.stores.records.types import KeyRecord
from lodestone.stores.sql.scope import COMMUNITIES, IN_MAX, chunks


class SqlAccessRecords(RecordsBase):
    """See `AccessRecords`."""

    def access_state(self, since: Instant) -> AccessState:
        """See `AccessRecords.access_state`."""
        with self._connected(writing=False) as connection:
            # First: what is committed while the rest is read has a higher number and is read again.
            last = connection.execute(select(func.max(ACCESS_CHANGES.c.number))).scalar() or 0
            communities = connection.execute(select(COMMUNITIES)).all()
            names = {row.tenant: row.id for row in communities}
            query = select(API_KEYS).where(API_KEYS.c.revoked.is_(None))
            keys = [key_of(row, names.get(row.tenant)) for row in connection.execute(query)]
            driven = [row.tenant for row in communities if _given(row).clock == "driven"]
            query = select(ACCESS_CHANGES).where(_still_matters(since, driven))
            rows = connection.execute(query.order_by(ACCESS_CHANGES.c.number)).all()
        ended = [change_of(row, names.get(row.tenant)) for row in rows]
        return AccessState(last, keys, [*ended, *map(_stands, communities)])

    def access_changes(self, after: int, *, limit: int = 1000) -> list[AccessChange]:
        """See `AccessRecords.access_changes`."""
        query = select(ACCESS_CHANGES).where(ACCESS_CHANGES.c.number > after)
        with self._connected(writing=False) as connection:
            rows = connection.execute(query.order_by(ACCESS_CHANGES.c.number).limit(limit)).all()
            if not rows:
                return []
            communities = _communities(connection, {row.tenant for row in rows} - {None})
            named = {tenant: row.id for tenant, row in communities.items()}
            keys = _keys(
                connection, [row.subject for row in rows if row.kind == AccessKind.KEY], named
            )
        changes = []
        for row in rows:
            community = communities.get(row.tenant)
            changes.append(
                change_of(
                    row,
                    None if community is None else community.id,
                    key=keys.get(row.subject) if row.kind == AccessKind.KEY else None,
                    secret=b"" if community is None else community.secret,
                )
            )
        return changes

    def end_login(self, nonce: str, *, now: Instant) -> None:
        """See `AccessRecords.end_login`."""
        with self._lock, self._connected(writing=True) as connection:
            number = note(connection, AccessKind.LOGIN, nonce, tenant=None, now=now)
        self._tell([AccessChange(number, AccessKind.LOGIN, nonce, None, now)])


def _still_matters(since: Instant, driven: Iterable[int]) -> ColumnElement[bool]:
    """Choose what must be known at a start: a driven clock says nothing of when somebody was erased."""
    changes = ACCESS_CHANGES.c
    recent = or_(changes.time >= since, changes.tenant.in_(list(driven)))
    closings = and_(changes.kind == int(AccessKind.COMMUNITY), changes.subject == CLOSED)
    return or_(
        and_(changes.kind == int(AccessKind.LOGIN), changes.time >= since),
        and_(changes.kind == int(AccessKind.PERSON), recent),
        closings,
    )


def _stands(row: Any) -> AccessChange:
    """Say of a community, as if it had just changed, how it stands."""
    state = OPENED if _given(row).state == "active" else CLOSED
    return AccessChange(
        0, AccessKind.COMMUNITY, state, row.id, Instant(row.created), secret=row.secret
    )


def _given(row: Any) -> CommunityIn:
    return msgspec.msgpack.decode(row.given, type=CommunityIn)


def _communities(connection: Connection, tenants: Iterable[int]) -> dict[int, Any]:
    query = select(COMMUNITIES)
    return {
        row.tenant: row
        for some in chunks(sorted(tenants), IN_MAX)
        for row in connection.execute(query.where(COMMUNITIES.c.tenant.in_(some)))
    }


def _keys(
    connection: Connection, ids: Iterable[str], named: dict[int, str]
) -> dict[str, KeyRecord]:
    query = select(API_KEYS)
    return {
        row.id: key_of(row, named.get(row.tenant))
        for some in chunks(sorted(set(ids)), IN_MAX)
        for row in connection.execute(query.where(API_KEYS.c.id.in_(some)))
    }
