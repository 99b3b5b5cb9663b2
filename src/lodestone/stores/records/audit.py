"""The audit log in SQL, read back. See `audit_port.AuditRecords`; `audit_rows` writes it."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement

from lodestone.base.clock import Instant
from lodestone.base.wire import app_id
from lodestone.stores.records.audit_port import AuditFilter, AuditRecord
from lodestone.stores.records.base import RecordsBase
from lodestone.stores.records.people import find_people, names_of
from lodestone.stores.sql.audit_rows import AUDIT_LOG, DETAIL, Detail
from lodestone.stores.sql.encryption import Seal, open_unsealed
from lodestone.stores.sql.scope import Scope

_NOBODY: Final = -1
"""No person's ordinal."""
_DETAIL: Final = msgspec.msgpack.Decoder(Detail)
_SEALED: Final = b"\1"


class SqlAuditRecords(RecordsBase):
    """See `AuditRecords`."""

    def audit_log(
        self, community: str, wanted: AuditFilter, *, limit: int, before: int | None = None
    ) -> list[AuditRecord]:
        """See `AuditRecords.audit_log`."""
        with self._reading(community) as scope:
            query = scope.select(AUDIT_LOG).where(*_conditions(scope, wanted))
            if before is not None:
                query = query.where(AUDIT_LOG.c.number < before)
            rows = scope.fetch(query.order_by(AUDIT_LOG.c.number.desc()).limit(limit))
            named = {one for row in rows for one in (row.actor, row.about) if one is not None}
            names = names_of(scope, sorted(named))
        return [_record(row, names) for row in rows]

    def note_act(self, community: str, kind: str, name: str, after: dict[str, object]) -> None:
        """See `AuditRecords.note_act`."""
        with self._writing(community) as work:
            work.audit(kind, name, None, after)


def _conditions(scope: Scope, wanted: AuditFilter) -> list[ColumnElement[bool]]:
    columns = AUDIT_LOG.c
    ids = {"actor": wanted.actor_id, "about": wanted.about_id}
    given = {field: app_id(one, field=field) for field, one in ids.items() if one is not None}
    people = find_people(scope, sorted(set(given.values())))
    ordinals = {
        field: people[one].ordinal if one in people else _NOBODY for field, one in given.items()
    }
    equal = {"key_id": wanted.key_id, "kind": wanted.kind, "object": wanted.name, **ordinals}
    conditions = [columns[name] == value for name, value in equal.items() if value is not None]
    if wanted.first is not None:
        conditions.append(columns.time >= wanted.first)
    if wanted.end is not None:
        conditions.append(columns.time < wanted.end)
    return conditions


def _record(row: Any, names: Mapping[int, tuple[str, bytes]]) -> AuditRecord:
    about = names.get(row.about)
    detail = _opened(row.detail, None if about is None else about[1])
    actor = names.get(row.actor)
    return AuditRecord(
        row.number,
        Instant(row.time),
        row.key_id,
        row.actor,
        None if actor is None else actor[0],
        row.route,
        row.kind,
        row.object,
        row.about,
        None if about is None else about[0],
        detail.before,
        detail.after,
    )


def _opened(blob: bytes, key: bytes | None) -> Detail:
    if blob[:1] != _SEALED:
        return _DETAIL.decode(open_unsealed(blob))
    if key is None:
        return Detail(None, None)
    return _DETAIL.decode(Seal(key).open(blob, what=DETAIL))
