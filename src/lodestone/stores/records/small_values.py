"""Policies, answers kept, small values and the outbox in SQL. See `Records`."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import func

from lodestone.base.clock import DAY_MICROS, Instant
from lodestone.base.errors import ConflictError, Problem, UnknownError
from lodestone.events.outcomes import FactKind
from lodestone.stores.records.base import RecordsBase
from lodestone.stores.records.items import ITEM_COLUMNS, owner_key
from lodestone.stores.records.items_write import LAYOUT
from lodestone.stores.records.people import (
    find_people,
    open_person,
    with_keys,
)
from lodestone.stores.records.rows import (
    domain_row,
    mark_row,
    unpack_domain_doc,
    unpack_item,
)
from lodestone.stores.records.schema import (
    ANSWERS,
    DEEDS,
    DOMAIN_MARKS,
    DOMAINS,
    ITEMS,
    META,
    OUTBOX,
    PEOPLE,
    PERSON_KEYS,
    POLICIES,
    TERMS,
)
from lodestone.stores.records.types import (
    Answer,
    Change,
    Deed,
    PolicyRecord,
    Row,
    TermKind,
    Unread,
)
from lodestone.stores.sql.audit_rows import fields_of
from lodestone.stores.sql.encryption import Seal, open_unsealed, unsealed
from lodestone.stores.sql.scope import Scope, chunks
from lodestone.traffic.policy import Policy

ANSWER_MICROSECONDS: Final = 7 * DAY_MICROS
"""How long an answer is kept: seven days."""
BODY = b"answers.body"


class LogRecords(RecordsBase):
    """See `Records`, the parts on policies, answers, small values and the outbox."""

    def put_policy(
        self,
        community: str,
        policy: Policy,
        *,
        now: Instant,
        based_on: int | None = None,
        reason: str = "",
    ) -> Change:
        """See `Records.put_policy`."""
        with self._writing(community) as work:
            newest = work.first(work.select(POLICIES, func.max(POLICIES.c.version)))[0]
            if based_on not in (None, newest):
                message = f"Version {newest} has been put into force meanwhile; look at it, then put again."
                raise ConflictError("policy_changed", message)
            version = 1 if newest is None else newest + 1
            stored = msgspec.structs.replace(policy, version=version)
            blob = msgspec.json.encode(stored)
            work.insert(POLICIES, [{"version": version, "policy": blob, "created": now}])
            said = {"reason": reason} if reason else {}
            work.audit(
                "policy", str(version), _newest_policy(work, newest), fields_of(stored) | said
            )
            return work.change(FactKind.POLICY, "", version, None, created=True)

    def policy(self, community: str, version: int | None = None) -> PolicyRecord:
        """See `Records.policy`."""
        with self._reading(community) as scope:
            query = scope.select(POLICIES).order_by(POLICIES.c.version.desc()).limit(1)
            if version is not None:
                query = query.where(POLICIES.c.version == version)
            row = scope.first(query)
        if row is None:
            named = "policy yet" if version is None else f"policy of version {version}"
            raise UnknownError("policy_unknown", f"This community has no {named}.")
        return _policy(row)

    def policies(self, community: str) -> list[PolicyRecord]:
        """See `Records.policies`."""
        with self._reading(community) as scope:
            rows = scope.fetch(scope.select(POLICIES).order_by(POLICIES.c.version.desc()))
        return [_policy(row) for row in rows]

    def recall(self, community: str, claim: bytes, *, now: Instant) -> Answer | None:
        """See `Records.recall`."""
        with self._reading(community) as scope:
            return _recall(scope, claim, now)

    def remember(
        self,
        community: str,
        claim: bytes,
        answer: Answer,
        *,
        now: Instant,
        person_id: str | None = None,
    ) -> None:
        """See `Records.remember`."""
        with self._writing(community) as work:
            old = work.delete(ANSWERS).where(ANSWERS.c.claim == claim)
            work.run(old.where(ANSWERS.c.created <= now - ANSWER_MICROSECONDS))
            before = _recall(work, claim, now)
            if before is not None:
                if before.body_digest != answer.body_digest:
                    problem = Problem(
                        "Idempotency-Key", "was used with another body; use a new one"
                    )
                    message = f"Idempotency-Key {problem.problem}."
                    raise ConflictError("idempotency_conflict", message, (problem,))
                return
            person = None
            if person_id is not None:
                person = find_people(work, [person_id]).get(person_id)
            sealed = unsealed(answer.body)
            if person is not None:
                sealed = Seal(person.key).seal(answer.body, what=BODY)
            row = {
                "claim": claim,
                "body_digest": answer.body_digest,
                "status": answer.status,
                "body": sealed,
                "created": now,
                "ordinal": None if person is None else person.ordinal,
            }
            work.insert(ANSWERS, [row])

    def purge_answers(self, community: str, *, now: Instant) -> int:
        """See `Records.purge_answers`."""
        with self._writing(community) as work:
            old = work.delete(ANSWERS).where(ANSWERS.c.created <= now - ANSWER_MICROSECONDS)
            return work.run(old)

    def meta(self, community: str, name: str) -> bytes | None:
        """See `Records.meta`."""
        with self._reading(community) as scope:
            row = scope.first(scope.select(META, META.c.value).where(META.c.name == name))
        return None if row is None else bytes(row.value)

    def set_meta(self, community: str, name: str, value: bytes | None) -> None:
        """See `Records.set_meta`."""
        with self._writing(community) as work:
            row = work.first(work.select(META, META.c.value).where(META.c.name == name))
            known = None if row is None else bytes(row.value)
            work.audit("setting", name, _digest(known), _digest(value))
            work.run(work.delete(META).where(META.c.name == name))
            if value is not None:
                work.insert(META, [{"name": name, "value": value}])

    def pending_changes(
        self, community: str, *, limit: int = 10_000, deeds_only: bool = False
    ) -> list[Change]:
        """See `Records.pending_changes`."""
        with self._reading(community) as scope:
            query = scope.select(OUTBOX).order_by(OUTBOX.c.id).limit(limit)
            if deeds_only:
                query = query.where(OUTBOX.c.kind.in_([int(kind) for kind in DEED_KINDS]))
            pending = scope.fetch(query)
            rows: dict[int, dict[int, tuple[str, Row | None]]] = {
                kind: read(scope, [change.target for change in pending if change.kind == kind])
                for kind, read in _READERS.items()
            }
        changes = []
        for change in pending:
            app_id, row = rows.get(change.kind, {}).get(change.target, ("", None))
            kind = _KINDS.get(change.kind)
            if kind is None:
                kind, row = FactKind.LOST, Unread(ValueError(f"outbox row of kind {change.kind}"))
            changes.append(Change(change.id, community, kind, app_id, change.target, row))
        return changes

    def done(self, community: str, ids: Sequence[int]) -> None:
        """See `Records.done`."""
        with self._lock, self._connected(writing=True) as connection:
            scope = Scope(connection, self._tenant(connection, community))
            for some in chunks(ids):
                scope.run(scope.delete(OUTBOX).where(OUTBOX.c.id.in_(some)))
                scope.run(scope.delete(DEEDS).where(DEEDS.c.id.in_(some)))


def _people(scope: Scope, ordinals: Sequence[int]) -> dict[int, tuple[str, Row | None]]:
    rows: dict[int, tuple[str, Row | None]] = {}
    for some in chunks(ordinals):
        for row in scope.fetch(with_keys(scope).where(PEOPLE.c.ordinal.in_(some))):
            rows[row.ordinal] = _or_unread(open_person, row)
    return rows


def _items(scope: Scope, rows: Sequence[int]) -> dict[int, tuple[str, Row | None]]:
    opened: dict[int, tuple[str, Row | None]] = {}
    query = scope.select(ITEMS, *ITEM_COLUMNS).join_from(ITEMS, PERSON_KEYS, owner_key())
    for some in chunks(rows):
        for row in scope.fetch(query.where(ITEMS.c.row.in_(some))):
            opened[row.row] = _or_unread(_open_item, row)
    return opened


def _open_item(row: Any) -> tuple[str, Row]:
    return row.id, unpack_item(Seal(row.key).open(row.layout, what=LAYOUT))


def _open_domain(row: Any) -> tuple[str, Row]:
    return row.id, domain_row(row.code, unpack_domain_doc(row.given))


def _open_deed(row: Any) -> tuple[str, Row]:
    deed = Deed(
        FactKind(row.kind),
        row.name,
        Instant(row.time),
        row.ordinal,
        row.item,
        row.receipt,
        row.slot,
        row.about,
        Instant(row.since),
        row.share,
        row.whole,
    )
    return row.name, deed


def _or_unread(opening: Callable[[Any], tuple[str, Row]], row: Any) -> tuple[str, Row]:
    """Open a row; one that does not open holds up no other."""
    try:
        return opening(row)
    except Exception as error:  # noqa: BLE001  whoever takes the change is told
        return "", Unread(error)


def _domains(scope: Scope, codes: Sequence[int]) -> dict[int, tuple[str, Row | None]]:
    rows: dict[int, tuple[str, Row | None]] = {}
    names = scope.select(TERMS, TERMS.c.code, TERMS.c.text)
    names = names.where(TERMS.c.kind == int(TermKind.DOMAIN))
    for some in chunks(codes):
        # A domain that has been removed still has its name.
        rows.update(
            (row.code, (row.text, None)) for row in scope.fetch(names.where(TERMS.c.code.in_(some)))
        )
        for row in scope.fetch(scope.select(DOMAINS).where(DOMAINS.c.code.in_(some))):
            rows[row.code] = _or_unread(_open_domain, row)
    return rows


def _deeds(scope: Scope, ids: Sequence[int]) -> dict[int, tuple[str, Row | None]]:
    rows: dict[int, tuple[str, Row | None]] = {}
    for some in chunks(ids):
        for row in scope.fetch(scope.select(DEEDS).where(DEEDS.c.id.in_(some))):
            rows[row.id] = _or_unread(_open_deed, row)
    return rows


def _marks(scope: Scope, numbers: Sequence[int]) -> dict[int, tuple[str, Row | None]]:
    rows: dict[int, tuple[str, Row | None]] = {}
    for some in chunks(numbers):
        query = scope.select(DOMAIN_MARKS).where(DOMAIN_MARKS.c.number.in_(some))
        rows.update((row.number, ("", mark_row(row))) for row in scope.fetch(query))
    return rows


DEED_KINDS: Final = (FactKind.SHOP_VISIT, FactKind.ORDER, FactKind.REDEEM, FactKind.REFUND)
_KINDS: Final = {
    int(kind): kind
    for kind in (
        FactKind.PERSON,
        FactKind.ITEM,
        FactKind.DOMAIN,
        FactKind.MODERATED,
        FactKind.POLICY,
        FactKind.ERASED,
        *DEED_KINDS,
    )
}
_READERS: Final = {
    FactKind.PERSON: _people,
    FactKind.ITEM: _items,
    FactKind.DOMAIN: _domains,
    FactKind.MODERATED: _marks,
    **dict.fromkeys(DEED_KINDS, _deeds),
}


def _recall(scope: Scope, claim: bytes, now: Instant) -> Answer | None:
    return recall_answers(scope, [claim], now).get(claim)


def recall_answers(scope: Scope, claims: Sequence[bytes], now: Instant) -> dict[bytes, Answer]:
    """Return what was answered before, by what stands for the idempotency key."""
    theirs = (PERSON_KEYS.c.tenant == ANSWERS.c.tenant) & (
        PERSON_KEYS.c.ordinal == ANSWERS.c.ordinal
    )
    query = scope.select(ANSWERS, ANSWERS, PERSON_KEYS.c.key)
    query = query.join_from(ANSWERS, PERSON_KEYS, theirs, isouter=True)
    query = query.where(ANSWERS.c.created > now - ANSWER_MICROSECONDS)
    answers = {}
    for some in chunks(claims):
        for row in scope.fetch(query.where(ANSWERS.c.claim.in_(some))):
            sealed = row.key is not None
            body = Seal(row.key).open(row.body, what=BODY) if sealed else open_unsealed(row.body)
            answers[bytes(row.claim)] = Answer(row.body_digest, row.status, body)
    return answers


def _digest(value: bytes | None) -> dict[str, object] | None:
    """Return what stands for a small value in the audit log."""
    return None if value is None else {"sha256": hashlib.sha256(value).hexdigest()}


def _newest_policy(scope: Scope, version: int | None) -> dict[str, Any] | None:
    if version is None:
        return None
    row = scope.first(scope.select(POLICIES).where(POLICIES.c.version == version))
    return fields_of(_policy(row).policy)


def _policy(row: Any) -> PolicyRecord:
    return PolicyRecord(msgspec.json.decode(row.policy, type=Policy), Instant(row.created))
