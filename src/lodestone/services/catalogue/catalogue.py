"""The catalogue: people, items and domains, written to records, log and state before the answer."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import msgspec

from lodestone.base.errors import InvalidError, Problem, UnknownError
from lodestone.base.wire import Position, instant_of, problem_of, time_text
from lodestone.content import Community, DomainIn, DomainOut, ItemIn, ItemOut, domain_out, item_out
from lodestone.events.outcomes import FactKind
from lodestone.people import Consent, PersonIn, PersonOut, person_out
from lodestone.services.community.presence import present_of
from lodestone.services.receipts.receipts import item_counters
from lodestone.services.support.ports import Clock, DirectoryView, FactWriter, StateView
from lodestone.services.support.record_writes import Writes
from lodestone.services.support.shared_commit import answer_to, commit_apart, is_silence
from lodestone.stores.ports import Records
from lodestone.stores.records.types import (
    Bulk,
    Change,
    DomainRecord,
    ItemRecord,
    PersonRecord,
    Refused,
)

Made = TypeVar("Made")
Given = TypeVar("Given", PersonIn, ItemIn)
BULK_LINES = 1_000
_READ_LINES = 100
"""Lines read before feeds get their turn: 1 to 2 ms."""


class BulkRefusal(msgspec.Struct, frozen=True):
    """One line that was not taken; lines count from 1."""

    line: int
    code: str
    message: str


class BulkOut(msgspec.Struct, frozen=True):
    """What became of a bulk write."""

    accepted: int
    refused: list[BulkRefusal]


class Catalogue:
    """Use cases over one community's records, log and state.

    Whatever is plainly `def` reads the records: it is called by `Records.threads`.
    """

    def __init__(
        self,
        community: Community,
        clock: Clock,
        records: Records,
        writes: Writes,
        facts: FactWriter,
        state: StateView,
        directory: DirectoryView,
    ) -> None:
        self._id, self._clock = community.id, clock
        self._records, self._read = records, records.threads.read
        self._writes, self._facts = writes, facts
        self._state, self._directory = state, directory

    # People

    async def put_person(self, person_id: str, given: PersonIn) -> tuple[PersonOut, bool]:
        """Make or replace a person; return them and whether they are new."""
        now = self._clock.now()
        self._not_from_the_future(given.created_at, "created_at")
        changes = await self._write(
            lambda: [self._records.put_person(self._id, person_id, given, now=now)]
        )
        return await self._read(self.person, person_id), changes[-1].created

    async def consent(self, person_id: str, given: Consent) -> Consent:
        """Let a person say what of theirs may be used, the rest of their record as it is; the next decision goes by it.

        Raises:
            UnknownError: Nobody is called so.
        """
        now = self._clock.now()

        def write() -> list[Change]:
            person = self._records.person(self._id, person_id).given
            changed = msgspec.structs.replace(person, consent=given)
            return [self._records.put_person(self._id, person_id, changed, now=now)]

        await self._write(write)
        return given

    def person(self, person_id: str) -> PersonOut:
        """Return one person. Raises UnknownError."""
        return self._person_out(self._records.person(self._id, person_id))

    def people(self, limit: int, after: str | None) -> list[PersonOut]:
        """Return a page of people."""
        people = self._records.people(self._id, limit=limit, after=after)
        return [self._person_out(record) for record in people]

    def _person_out(self, record: PersonRecord) -> PersonOut:
        """Show a person where they are by the latest word: their record's, or a visit's."""
        out, given = person_out(record.id, record.given, record.created), record.given
        seen = present_of(self._state, self._directory, record.ordinal)
        written = None if given.present_at is None else instant_of(given.present_at)
        if seen is None or (written is not None and seen.at <= written):
            return out
        position = Position(seen.latitude, seen.longitude)
        return msgspec.structs.replace(out, present=position, present_at=time_text(seen.at))

    # Edges

    async def edge(self, kind: FactKind, person_id: str, other_id: str) -> None:
        """Write a follow, block, mute or hiding of ads, or its end. Raises UnknownError naming who is missing."""
        people = self._directory.people
        for name in (person_id, other_id):
            if name not in people:
                raise UnknownError(
                    "person_unknown", f"nobody is called {name!r} here; PUT them first"
                )
        if person_id == other_id:
            problem = Problem("author_id", "is the person themselves")
            raise InvalidError(
                "edge_to_self", "a person cannot follow, block or mute themselves", (problem,)
            )
        await self._facts.note(kind, person_id, author_id=other_id)

    def edges(self, person_id: str, what: str) -> list[str]:
        """Return the ids a person follows, blocks, mutes or wants no ads of, sorted. Raises UnknownError."""
        row = self._directory.person_row(person_id)
        if row < 0:
            raise UnknownError("person_unknown", f"nobody is called {person_id!r} here")
        rows = getattr(self._state.edges, what)(row)
        names = (self._directory.person_ids[int(other)] for other in rows)
        return sorted(name for name in names if name is not None)

    def memberships(self, person_id: str) -> list[str]:
        """Return the ids of the domains a person has joined, "" for one that has no name any more."""
        codes = self._state.memberships(self._directory.person_row(person_id)).tolist()
        return [self._directory.domain_id(int(code)) or "" for code in codes]

    async def membership(self, domain_id: str, person_id: str, *, joined: bool) -> None:
        """Let a person join or leave a domain.

        Raises:
            UnknownError: `domain_unknown`, `person_unknown`.
            ForbiddenError: `member_removed`: they may not come back.
        """
        await self._read(self._records.domain, self._id, domain_id)
        if person_id not in self._directory.people:
            raise UnknownError(
                "person_unknown", f"nobody is called {person_id!r} here; PUT them first"
            )
        if not joined:
            await self._facts.note(FactKind.LEAVE, person_id, domain_id=domain_id)
            return
        may_join = self._records.require_may_join

        async def join(_: None) -> None:
            await self._facts.note(FactKind.JOIN, person_id, domain_id=domain_id)

        # In turn with removals: nobody joins between being looked at and being removed.
        await self._writes.do(lambda: may_join(self._id, domain_id, person_id), lambda _: [], join)

    async def members(self, domain_id: str) -> list[str]:
        """Return the ids of a domain's members, sorted. Raises UnknownError."""
        record = await self._read(self._records.domain, self._id, domain_id)
        rows = self._state.edges.members_of(record.code)
        if record.given.kind == "profession":
            rows = self._state.practitioners(record.code).tolist()
        names = (self._directory.person_ids[row] for row in rows)
        return sorted(name for name in names if name is not None)

    # Items

    async def put_item(self, item_id: str, given: ItemIn) -> tuple[ItemOut, bool]:
        """Make or replace an item; return it and whether it is new."""
        now = self._clock.now()
        self._not_from_the_future(given.created_at, "created_at")
        changes = await self._write(
            lambda: self._records.put_item(self._id, item_id, given, now=now)
        )
        return await self._read(self.item, item_id), changes[-1].created

    def item(self, item_id: str) -> ItemOut:
        """Return one item with its counters. Raises UnknownError."""
        return self._item_out(self._records.item(self._id, item_id))

    def items(self, limit: int, after: str | None, author_id: str | None) -> list[ItemOut]:
        """Return a page of items."""
        items = self._records.items(self._id, limit=limit, after=after, author_id=author_id)
        return [self._item_out(record) for record in items]

    def _item_out(self, record: ItemRecord) -> ItemOut:
        known = record.row < self._state.item_count
        return item_out(
            record.id, record.given, author_id=record.author_id, created=record.created,
            counters=item_counters(self._state, record.row) if known else {}, ruling=record.ruling,
        )  # fmt: skip

    async def withdraw_item(self, item_id: str) -> None:
        """Take an item out of every feed; again changes nothing. Raises UnknownError."""
        now = self._clock.now()

        def write() -> list[Change]:
            change = self._records.withdraw_item(self._id, item_id, now=now)
            return [] if change is None else [change]

        await self._write(write)

    # Domains

    async def put_domain(self, domain_id: str, given: DomainIn) -> tuple[DomainOut, bool]:
        """Make or replace a middle domain; return it and whether it is new."""
        now = self._clock.now()
        changes = await self._write(
            lambda: [self._records.put_domain(self._id, domain_id, given, now=now)]
        )
        return await self._read(self.domain, domain_id), changes[-1].created

    def domain(self, domain_id: str) -> DomainOut:
        """Return one domain with its member count. Raises UnknownError."""
        record = self._records.domain(self._id, domain_id)
        return self._domain_out(record)

    def domains(self, limit: int, after: str | None) -> list[DomainOut]:
        """Return a page of domains."""
        domains = self._records.domains(self._id, limit=limit, after=after)
        return [self._domain_out(record) for record in domains]

    def _domain_out(self, record: DomainRecord) -> DomainOut:
        """Show a domain; whoever practises a profession is a member of it, joined or not."""
        state = self._state
        members = state.members(record.code)
        if record.given.kind == "profession":
            members = state.practitioners(record.code).size
        return domain_out(record.id, record.given, created=record.created, members=members)

    async def delete_domain(self, domain_id: str) -> None:
        """Remove a domain. Raises UnknownError."""
        await self._write(lambda: self._records.delete_domain(self._id, domain_id))

    async def moderate(self, domain_id: str, person_id: str, *, on: bool) -> None:
        """Make a person a moderator, or take the office back. Raises UnknownError."""
        act = self._records.add_moderator if on else self._records.remove_moderator
        await self._records.threads.commit(act, self._id, domain_id, person_id)

    def moderators(self, domain_id: str) -> list[str]:
        """Return the ids of a domain's moderators, sorted. Raises UnknownError."""
        return self._records.moderators(self._id, domain_id)

    # Bulk

    async def bulk(self, body: bytes, kind: type[Given]) -> BulkOut:
        """Make or replace many people or items from NDJSON, each line one object with its `id`."""
        accepted = 0
        refused: list[BulkRefusal] = []
        lines = [(number, line) for number, line in enumerate(body.splitlines(), 1) if line.strip()]
        for first in range(0, len(lines), BULK_LINES):
            good: list[tuple[int, str, Given]] = []
            for place, (number, line) in enumerate(lines[first : first + BULK_LINES]):
                if place % _READ_LINES == 0:
                    await asyncio.sleep(0)  # feeds get their turn
                try:
                    name, given = _bulk_line(line, kind)
                    self._not_from_the_future(given.created_at, "created_at")
                    good.append((number, name, given))
                except InvalidError as error:
                    refused.append(BulkRefusal(number, error.code, error.message))
            made = await self.put_many([(name, given) for _, name, given in good], kind)
            accepted += made.accepted
            refused.extend(
                BulkRefusal(good[refusal.index][0], refusal.error.code, refusal.error.message)
                for refusal in made.refused
            )
        return BulkOut(accepted, sorted(refused, key=lambda refusal: refusal.line))

    async def put_many(self, given: Sequence[tuple[str, Given]], kind: type[Given]) -> Bulk:
        """Make or replace people or items, at most a thousand; those refused change nothing.

        One that breaks the write off is refused alone, and the others are written apart from it.

        Raises:
            UnavailableError: The records do not answer; those before may have been written, and again does no harm.
        """
        now = self._clock.now()
        put = self._records.put_people if kind is PersonIn else self._records.put_items
        made: list[Bulk] = []
        refused: list[Refused] = []
        silence: list[Exception] = []

        async def commit(places: Sequence[int]) -> None:
            some = given[places[0] : places[-1] + 1]
            bulk = await self._writes.do(
                lambda: put(self._id, some, now=now),  # type: ignore[arg-type]  # one kind at a time
                lambda bulk: bulk.changes,
            )
            made.append(bulk)
            refused.extend(
                replace(refusal, index=places[0] + refusal.index) for refusal in bulk.refused
            )

        def fail(place: int, error: Exception) -> None:
            if is_silence(error):
                silence.append(error)
            else:
                refused.append(Refused(place, answer_to(error)))

        await commit_apart(range(len(given)), commit, fail)
        if silence:
            raise silence[0]
        changes = tuple(change for bulk in made for change in bulk.changes)
        refused.sort(key=lambda refusal: refusal.index)
        return Bulk(changes, tuple(refused), sum(bulk.accepted for bulk in made))

    async def _write(self, write: Callable[[], list[Change]]) -> list[Change]:
        """Write records, then the log and the state; return what was changed."""
        return await self._writes.do(write, lambda changes: changes)

    def _not_from_the_future(self, time: object, field: str) -> None:
        if time is not None and instant_of(time) > self._clock.now() + 300_000_000:  # type: ignore[arg-type]  # a datetime
            problem = Problem(field, "lies ahead of the community's clock")
            raise InvalidError(
                "time_ahead", f"{field} lies ahead of the community's clock", (problem,)
            )


def _bulk_line(line: bytes, kind: type[Given]) -> tuple[str, Given]:
    """Read one line: its id, and the rest as `kind`."""
    try:
        fields = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
        name = _id_of(fields.pop("id"))
        given = msgspec.json.decode(msgspec.json.encode(fields), type=kind)
    except KeyError as error:
        raise InvalidError(
            "field_missing", "id: every line needs one", (Problem("id", "is missing"),)
        ) from error
    except msgspec.ValidationError as error:
        problem = problem_of(error)
        raise InvalidError(
            "malformed", f"{problem.field}: {problem.problem}", (problem,)
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidError("malformed", f"not a JSON object: {error}") from error
    return name, given


def _id_of(raw: msgspec.Raw) -> str:
    try:
        return msgspec.json.decode(raw, type=str)
    except msgspec.ValidationError as error:
        problem = Problem("id", str(error))
        raise InvalidError("malformed", f"id: {problem.problem}", (problem,)) from error
