"""People, their keys and their erasure in SQL. See `Records`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, bindparam

from lodestone.base.clock import Instant
from lodestone.base.errors import InvalidError, LodestoneError, Problem, UnknownError
from lodestone.base.wire import app_id, instant_of, printable
from lodestone.events.outcomes import FactKind
from lodestone.features.layout import PersonRow
from lodestone.people import PersonIn
from lodestone.stores.records.access_port import AccessKind
from lodestone.stores.records.base import RecordsBase
from lodestone.stores.records.rows import (
    STUB,
    pack_person,
    pack_person_doc,
    person_row,
    unpack_person,
    unpack_person_doc,
)
from lodestone.stores.records.schema import (
    ANSWERS,
    ERASED,
    MODERATORS,
    PEOPLE,
    PERSON_KEYS,
    REMOVED_MEMBERS,
)
from lodestone.stores.records.types import (
    Broken,
    Bulk,
    Change,
    PersonRecord,
    Refused,
    raise_broken,
)
from lodestone.stores.records.work import Work
from lodestone.stores.sql.audit_rows import AUDIT_LOG, GONE, About
from lodestone.stores.sql.encryption import NO_KEY, Seal, id_hash
from lodestone.stores.sql.scope import READ_CHUNK, Scope, chunks

BULK_MAX: Final = 1_000
"""Entries of one bulk write."""
PERSON_DOC = b"people.doc"
PERSON_ROW = b"people.row"


@dataclass(frozen=True, slots=True)
class Known:
    """What a write must know of a person who may already exist."""

    ordinal: int
    key: bytes = field(repr=False)
    created: Instant
    stub: bool


class PeopleRecords(RecordsBase):
    """See `Records`, the parts on people."""

    def put_person(
        self, community: str, person_id: str, given: PersonIn, *, now: Instant
    ) -> Change:
        """See `Records.put_person`."""
        with self._writing(community) as work:
            bulk = write_people(work, [(person_id, given)], now=now, draw=self._person_draw)
            if bulk.refused:
                raise bulk.refused[0].error
            return bulk.changes[0]

    def put_people(
        self, community: str, given: Sequence[tuple[str, PersonIn]], *, now: Instant
    ) -> Bulk:
        """See `Records.put_people`."""
        require_bulk(len(given))
        with self._writing(community) as work:
            return write_people(work, given, now=now, draw=self._person_draw)

    def person(self, community: str, person_id: str) -> PersonRecord:
        """See `Records.person`."""
        with self._reading(community) as scope:
            digest = id_hash(app_id(person_id), scope.tenant.secret)
            row = scope.first(with_keys(scope).where(PEOPLE.c.id_hash == digest))
        return person_record(_found(row, person_id))

    def people_called(self, community: str, ids: Sequence[str]) -> dict[str, PersonRecord]:
        """See `Records.people_called`."""
        with self._reading(community) as scope:
            digests = [id_hash(app_id(name), scope.tenant.secret) for name in ids]
            query = with_keys(scope)
            parts = [
                scope.fetch(query.where(PEOPLE.c.id_hash.in_(some))) for some in chunks(digests)
            ]
        people = [person_record(row) for part in parts for row in part]
        return {person.id: person for person in people}

    def person_of(self, community: str, ordinal: int) -> PersonRecord:
        """See `Records.person_of`."""
        with self._reading(community) as scope:
            row = scope.first(with_keys(scope).where(PEOPLE.c.ordinal == ordinal))
        return person_record(_found(row, str(ordinal)))

    def people(self, community: str, *, limit: int, after: str | None = None) -> list[PersonRecord]:
        """See `Records.people`."""
        with self._reading(community) as scope:
            query = with_keys(scope).order_by(PEOPLE.c.id_hash).limit(limit)
            if after is not None:
                query = query.where(
                    PEOPLE.c.id_hash > id_hash(app_id(after, field="cursor"), scope.tenant.secret)
                )
            rows = scope.fetch(query)
        return [person_record(row) for row in rows]

    def data_key(self, community: str, ordinal: int) -> bytes | None:
        """See `Records.data_key`."""
        with self._reading(community) as scope:
            query = scope.select(PERSON_KEYS, PERSON_KEYS.c.key)
            row = scope.first(query.where(PERSON_KEYS.c.ordinal == ordinal))
        return None if row is None or row.key == NO_KEY else row.key

    def person_rows(
        self, community: str, broken: Broken = raise_broken
    ) -> Iterator[tuple[str, PersonRow, bytes]]:
        """See `Records.person_rows`."""
        after = -1
        while True:
            with self._reading(community) as scope:
                query = with_keys(scope).where(PEOPLE.c.ordinal > after)
                rows = scope.fetch(query.order_by(PEOPLE.c.ordinal).limit(READ_CHUNK))
            for row in rows:
                try:
                    person_id, person = open_person(row)
                except Exception as error:  # noqa: BLE001  whatever ails one row is no trouble of the others
                    broken(row.ordinal, row.ordinal, error)
                else:
                    yield person_id, person, row.key
            if len(rows) < READ_CHUNK:
                return
            after = rows[-1].ordinal

    def erased(self, community: str) -> list[int]:
        """See `Records.erased`."""
        with self._reading(community) as scope:
            query = scope.select(ERASED, ERASED.c.ordinal)
            rows = scope.fetch(query.order_by(ERASED.c.time, ERASED.c.ordinal))
        return [row.ordinal for row in rows]


def open_person(row: Any) -> tuple[str, PersonRow]:
    """Open a person's id and row. Raises whatever a damaged one gives; CorruptError as a rule."""
    seal = Seal(row.key)
    doc = unpack_person_doc(seal.open(row.doc, what=PERSON_DOC))
    return doc.id, unpack_person(seal.open(row.row, what=PERSON_ROW))


def write_people(
    work: Work,
    given: Sequence[tuple[str, PersonIn]],
    *,
    now: Instant,
    draw: Callable[[], tuple[int, bytes]],
) -> Bulk:
    """Make or replace people; of one id the last one holds."""
    known = find_people(work, [person_id for person_id, _ in given])
    fresh, before = {}, set(known)
    rows: dict[str, tuple[Known, PersonIn, PersonRow]] = {}
    refused = []
    for index, (person_id, person) in enumerate(given):
        mark = work.terms.mark()
        try:
            app_id(person_id)
            stands = known.get(person_id)
            if stands is None:
                stands = fresh[person_id] = Known(*draw(), _created(person, None, now), stub=False)
            created = _created(person, stands.created, now)
            stands = Known(stands.ordinal, stands.key, created, stub=False)
            rows[person_id] = (
                stands,
                person,
                person_row(work.terms, stands.ordinal, person, created),
            )
            known[person_id] = stands
        except LodestoneError as error:
            work.terms.back(mark)
            if person_id not in rows:
                fresh.pop(person_id, None)
            refused.append(Refused(index, error))
    _insert_keys(work, list(fresh.values()))
    changes = _store(work, rows, before)
    return Bulk(tuple(changes), tuple(refused), len(given) - len(refused))


def write_stubs(work: Work, stubs: Mapping[str, Known]) -> list[Change]:
    """Make people known only as authors, whose ids are not yet taken."""
    _insert_keys(work, list(stubs.values()))
    rows = {
        person_id: (stub, STUB, person_row(work.terms, stub.ordinal, STUB, stub.created))
        for person_id, stub in stubs.items()
    }
    return _store(work, rows, before=set())


def find_people(scope: Scope, ids: Sequence[str]) -> dict[str, Known]:
    """Return what a write must know of those who exist among `ids`."""
    secret = scope.tenant.secret
    digests = {id_hash(name, secret): name for name in ids if printable(name)}
    known = {}
    person = PEOPLE.c
    columns = (person.id_hash, person.ordinal, PERSON_KEYS.c.key, person.created, person.stub)
    for some in chunks(list(digests)):
        query = scope.select(PEOPLE, *columns).join_from(PEOPLE, PERSON_KEYS, _key_of_person())
        for digest, ordinal, key, created, stub in scope.fetch(
            query.where(person.id_hash.in_(some))
        ):
            known[digests[digest]] = Known(ordinal, key, Instant(created), stub)
    return known


def names_of(scope: Scope, ordinals: Sequence[int]) -> dict[int, tuple[str, bytes]]:
    """Return the app's ids and keys of those who are not erased, by ordinal."""
    names: dict[int, tuple[str, bytes]] = {}
    for some in chunks(list(dict.fromkeys(ordinals))):
        for row in scope.fetch(with_keys(scope).where(PEOPLE.c.ordinal.in_(some))):
            doc = unpack_person_doc(Seal(row.key).open(row.doc, what=PERSON_DOC))
            names[row.ordinal] = (doc.id, row.key)
    return names


def forget_person(work: Work, ordinal: int, *, now: Instant) -> Change:
    """Erase a person's own rows; their items are the items' part, and other subjects have `SubjectHooks`."""
    work.run(work.delete(PEOPLE).where(PEOPLE.c.ordinal == ordinal))
    work.run(work.update(PERSON_KEYS).where(PERSON_KEYS.c.ordinal == ordinal).values(key=NO_KEY))
    work.run(work.delete(ANSWERS).where(ANSWERS.c.ordinal == ordinal))
    work.run(work.delete(MODERATORS).where(MODERATORS.c.ordinal == ordinal))
    work.run(work.delete(REMOVED_MEMBERS).where(REMOVED_MEMBERS.c.ordinal == ordinal))
    work.run(work.update(AUDIT_LOG).where(AUDIT_LOG.c.about == ordinal).values(detail=GONE))
    work.audit("person", "", {}, {"erased": True}, About(ordinal, None))
    work.insert(ERASED, [{"ordinal": ordinal, "time": now}])
    work.note_access(AccessKind.PERSON, str(ordinal), now=now)
    return work.change(FactKind.ERASED, "", ordinal, None)


def require_bulk(count: int) -> None:
    """Refuse a bulk write that is too long for one transaction."""
    if count > BULK_MAX:
        problem = Problem("body", f"holds {count} entries; send at most {BULK_MAX} at once")
        raise InvalidError("bulk_too_long", problem.problem, (problem,))


def _created(person: PersonIn, stands: Instant | None, now: Instant) -> Instant:
    if person.created_at is not None:
        return instant_of(person.created_at)
    return now if stands is None else stands


def _insert_keys(work: Work, people: Sequence[Known]) -> None:
    work.insert(PERSON_KEYS, [{"ordinal": person.ordinal, "key": person.key} for person in people])


def _store(
    work: Work, rows: dict[str, tuple[Known, PersonIn, PersonRow]], before: set[str]
) -> list[Change]:
    made, changed, changes = [], [], []
    for person_id, (standing, person, row) in rows.items():
        seal = Seal(standing.key)
        values = {
            "created": standing.created,
            "stub": standing.stub,
            "doc": seal.seal(pack_person_doc(person_id, person), what=PERSON_DOC),
            "row": seal.seal(pack_person(row), what=PERSON_ROW),
        }
        if person_id in before:
            changed.append({"of": standing.ordinal, **values})
        else:
            digest = id_hash(person_id, work.tenant.secret)
            made.append({"ordinal": standing.ordinal, "id_hash": digest, **values})
        changes.append(
            work.change(
                FactKind.PERSON, person_id, standing.ordinal, row, created=person_id not in before
            )
        )
    work.insert(PEOPLE, made)
    if changed:
        columns: dict[str, Any] = {
            name: bindparam(name) for name in ("created", "stub", "doc", "row")
        }
        one_of = work.update(PEOPLE).where(PEOPLE.c.ordinal == bindparam("of"))
        work.many(one_of.values(columns), changed)
    return changes


def with_keys(scope: Scope) -> Select[Any]:
    """Select people beside their data keys."""
    query = scope.select(PEOPLE, PEOPLE, PERSON_KEYS.c.key)
    return query.join_from(PEOPLE, PERSON_KEYS, _key_of_person())


def _key_of_person() -> ColumnElement[bool]:
    return (PERSON_KEYS.c.tenant == PEOPLE.c.tenant) & (PERSON_KEYS.c.ordinal == PEOPLE.c.ordinal)


def _found(row: Any, name: str) -> Any:
    if row is None:
        raise UnknownError("person_unknown", f"There is no person {name!r} in this community.")
    return row


def person_record(row: Any) -> PersonRecord:
    """Open a row of `with_keys`. Raises CorruptError."""
    doc = unpack_person_doc(Seal(row.key).open(row.doc, what=PERSON_DOC))
    return PersonRecord(doc.id, row.ordinal, row.key, doc.given, Instant(row.created), row.stub)
