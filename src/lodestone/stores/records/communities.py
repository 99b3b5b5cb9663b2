"""Communities and keys in SQL. See `Records`."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, exc, insert, select, update

from lodestone.base.clock import Instant
from lodestone.base.errors import ConflictError, InvalidError, Problem, UnknownError
from lodestone.base.url_text import text_of
from lodestone.base.wire import app_id
from lodestone.content import CommunityIn
from lodestone.stores.records.access_port import CLOSED, OPENED, AccessChange, AccessKind
from lodestone.stores.records.access_rows import key_of, note
from lodestone.stores.records.base import RecordsBase
from lodestone.stores.records.schema import API_KEYS
from lodestone.stores.records.types import (
    NEVER,
    CommunityRecord,
    KeyRecord,
    NewKey,
    key_digest,
)
from lodestone.stores.sql.audit_rows import fields_of, note_in
from lodestone.stores.sql.scope import COMMUNITIES

RELEASE_MICROSECONDS_MAX = 60_000_000
"""How far a driven clock may be from the wall when it is released."""
_FIXED = ("time_zone", "currency", "clock")


class CommunityRecords(RecordsBase):
    """See `Records`, the parts on communities and keys."""

    def create_community(
        self, community: str, given: CommunityIn, *, now: Instant
    ) -> CommunityRecord:
        """See `Records.create_community`."""
        secret = self._random(32)
        row = {
            "id": app_id(community),
            "given": msgspec.msgpack.encode(given),
            "created": now,
            "instant": None,
            "secret": secret,
            "items_next": 0,
            "changes_next": 1,
        }
        with self._lock, self._connected(writing=True) as connection:
            try:
                connection.execute(insert(COMMUNITIES).values(row))
            except exc.IntegrityError:
                message = f"There is a community {community!r} already; choose another id."
                raise ConflictError("community_exists", message) from None
            made = select(COMMUNITIES.c.tenant).where(COMMUNITIES.c.id == community)
            tenant, state = connection.execute(made).scalar_one(), _state(given)
            number = note(connection, AccessKind.COMMUNITY, state, tenant=tenant, now=now)
            where = {tenant: community}
            note_in(connection, where, ("community", community), None, fields_of(given))
        change = AccessChange(number, AccessKind.COMMUNITY, state, community, now, secret=secret)
        self._tell([change])
        return self.community(community)

    def update_community(self, community: str, given: CommunityIn) -> CommunityRecord:
        """See `Records.update_community`."""
        with self._writing(community) as work:
            before = _community(work.first(work.select(COMMUNITIES))).given
            for field in _FIXED:
                stands, sent = getattr(before, field), getattr(given, field)
                if stands != sent:
                    problem = Problem(field, f"is {stands} since creation and cannot change")
                    message = f"{field} {problem.problem}."
                    raise ConflictError("community_fixed", message, (problem,))
            work.run(work.update(COMMUNITIES).values(given=msgspec.msgpack.encode(given)))
            work.audit("community", community, fields_of(before), fields_of(given))
            if given.state != before.state:
                work.note_access(AccessKind.COMMUNITY, _state(given), now=NEVER)
            return _community(work.first(work.select(COMMUNITIES)))

    def disable_community(self, community: str) -> CommunityRecord:
        """See `Records.disable_community`."""
        given = self.community(community).given
        return self.update_community(community, msgspec.structs.replace(given, state="disabled"))

    def community(self, community: str) -> CommunityRecord:
        """See `Records.community`."""
        with self._reading(community) as scope:
            return _community(scope.first(scope.select(COMMUNITIES)))

    def communities(self) -> list[CommunityRecord]:
        """See `Records.communities`."""
        with self._connected(writing=False) as connection:
            rows = connection.execute(select(COMMUNITIES).order_by(COMMUNITIES.c.id)).all()
        return [_community(row) for row in rows]

    def set_clock(self, community: str, instant: Instant) -> CommunityRecord:
        """See `Records.set_clock`."""
        with self._writing(community) as work:
            before = _community(work.first(work.select(COMMUNITIES)))
            _require_driven(before)
            if before.instant is not None and instant < before.instant:
                problem = Problem("now", "lies before what the clock shows; it only goes forward")
                raise ConflictError("clock_backwards", f"now {problem.problem}.", (problem,))
            work.run(work.update(COMMUNITIES).values(instant=instant))
            return _community(work.first(work.select(COMMUNITIES)))

    def release_clock(self, community: str, *, wall: Instant) -> CommunityRecord:
        """See `Records.release_clock`."""
        with self._writing(community) as work:
            before = _community(work.first(work.select(COMMUNITIES)))
            _require_driven(before)
            shown = before.instant
            if shown is None or abs(wall - shown) > RELEASE_MICROSECONDS_MAX:
                message = "Drive the clock to within a minute of the wall, then release it."
                raise ConflictError("clock_apart", message, (Problem("clock", message),))
            released = msgspec.structs.replace(before.given, clock="wall")
            work.audit("community", community, fields_of(before.given), fields_of(released))
            work.run(
                work.update(COMMUNITIES).values(
                    given=msgspec.msgpack.encode(released), instant=None
                )
            )
            return _community(work.first(work.select(COMMUNITIES)))

    def create_key(
        self, community: str | None, *, name: str, scopes: Sequence[str], now: Instant
    ) -> NewKey:
        """See `Records.create_key`."""
        for scope in scopes:
            if not scope.isascii() or not scope.isprintable() or " " in scope or not scope:
                problem = Problem("scopes", f"{scope!r} is no scope: one word of ASCII each")
                raise InvalidError("scope_invalid", problem.problem, (problem,))
        text = "lsk_" + text_of(self._random(32))
        record = KeyRecord(
            id="key_" + self._random(8).hex(),
            community=community,
            name=app_id(name, field="name") if name else "",
            scopes=tuple(dict.fromkeys(scopes)),
            created=now,
            revoked=None,
            digest=key_digest(text),
        )
        with self._lock, self._connected(writing=True) as connection:
            tenant = None if community is None else self._tenant(connection, community).number
            connection.execute(
                insert(API_KEYS).values(
                    id=record.id,
                    tenant=tenant,
                    name=record.name,
                    scopes=" ".join(record.scopes),
                    created=now,
                    revoked=None,
                    digest=record.digest,
                )
            )
            number = note(connection, AccessKind.KEY, record.id, tenant=tenant, now=now)
            after = {"name": record.name, "scopes": list(record.scopes)}
            note_in(connection, _concerned(connection, tenant), ("key", record.id), None, after)
        self._tell([AccessChange(number, AccessKind.KEY, record.id, community, now, record)])
        return NewKey(record, text)

    def keys(self, community: str | None) -> list[KeyRecord]:
        """See `Records.keys`."""
        with self._connected(writing=False) as connection:
            tenant = None if community is None else self._tenant(connection, community).number
            query = select(API_KEYS).where(API_KEYS.c.tenant.is_not_distinct_from(tenant))
            rows = connection.execute(query.order_by(API_KEYS.c.created, API_KEYS.c.id)).all()
        return [key_of(row, community) for row in rows]

    def revoke_key(self, community: str | None, key_id: str, *, now: Instant) -> KeyRecord:
        """See `Records.revoke_key`."""
        with self._lock, self._connected(writing=True) as connection:
            tenant = None if community is None else self._tenant(connection, community).number
            mine = (API_KEYS.c.id == app_id(key_id)) & API_KEYS.c.tenant.is_not_distinct_from(
                tenant
            )
            statement = update(API_KEYS).where(mine, API_KEYS.c.revoked.is_(None))
            number = 0
            if connection.execute(statement.values(revoked=now)).rowcount:
                number = note(connection, AccessKind.KEY, key_id, tenant=tenant, now=now)
                where = _concerned(connection, tenant)
                note_in(connection, where, ("key", key_id), {}, {"revoked": True})
            row = connection.execute(select(API_KEYS).where(mine)).first()
        if row is None:
            raise UnknownError("key_unknown", f"There is no key {key_id!r}; list the keys.")
        record = key_of(row, community)
        # Also when it was revoked before, by another process perhaps, of which this one has not heard.
        self._tell([AccessChange(number, AccessKind.KEY, key_id, community, now, record)])
        return record

    def find_key(self, digest: bytes) -> KeyRecord | None:
        """See `Records.find_key`."""
        query = (
            select(API_KEYS, COMMUNITIES.c.id.label("community"))
            .join_from(
                API_KEYS, COMMUNITIES, API_KEYS.c.tenant == COMMUNITIES.c.tenant, isouter=True
            )
            .where(API_KEYS.c.digest == digest, API_KEYS.c.revoked.is_(None))
        )
        with self._connected(writing=False) as connection:
            row = connection.execute(query).first()
        return None if row is None else key_of(row, row.community)


def _concerned(connection: Connection, tenant: int | None) -> dict[int, str]:
    """Return (number, id) of the community a key opens; of all of them for an operator's."""
    query = select(COMMUNITIES.c.tenant, COMMUNITIES.c.id)
    if tenant is not None:
        query = query.where(COMMUNITIES.c.tenant == tenant)
    return {row.tenant: row.id for row in connection.execute(query)}


def _require_driven(record: CommunityRecord) -> None:
    if record.given.clock != "driven":
        message = "This community runs on the wall clock, which nobody sets."
        raise ConflictError("clock_wall", message, (Problem("clock", message),))


def _community(row: Any) -> CommunityRecord:
    return CommunityRecord(
        id=row.id,
        given=msgspec.msgpack.decode(row.given, type=CommunityIn),
        created=Instant(row.created),
        instant=None if row.instant is None else Instant(row.instant),
        secret=row.secret,
    )


def _state(given: CommunityIn) -> str:
    return OPENED if given.state == "active" else CLOSED
