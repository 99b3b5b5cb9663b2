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
from lodestone.stores.sql.audit_rows import AUDIT_LOG, DETAIL, About, Detail
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
            named = {
                ordinal for row in rows for ordinal in (row.actor, row.about) if ordinal is not None
            }
            names = names_of(scope, sorted(named))
        return [_record(row, names) for row in rows]

    def note_act(
        self,
        community: str,
        kind: str,
        name: str,
        after: dict[str, object],
        *,
        about: str | None = None,
    ) -> None:
        """See `AuditRecords.note_act`."""
        with self._writing(community) as work:
            person = None if about is None else find_people(work, [about]).get(about)
            concerned = None if person is None else About(person.ordinal, person.key)
            work.audit(kind, name, None, after, concerned)


def _conditions(scope: Scope, wanted: AuditFilter) -> list[ColumnElement[bool]]:
    columns = AUDIT_LOG.c
    ids = {"actor": wanted.actor_id, "about": wanted.about_id}
    given = {field: app_id(name, field=field) for field, name in ids.items() if name is not None}
    people = find_people(scope, sorted(set(given.values())))
    ordinals = {
        field: people[name].ordinal if name in people else _NOBODY for field, name in given.items()
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
