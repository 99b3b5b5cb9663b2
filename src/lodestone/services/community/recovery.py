"""Rebuild: serving state from the newest snapshot and the log after it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from lodestone.base.errors import CorruptError
from lodestone.events.ad_facts import BUDGET_KINDS
from lodestone.events.facts import Facts
from lodestone.events.outcomes import FactKind
from lodestone.features.layout import ItemRow, PersonRow
from lodestone.features.memory import memory_of
from lodestone.features.snapshot import columns, restore
from lodestone.features.state import State
from lodestone.services.community.applying import apply, fill_places
from lodestone.services.community.community import Engine
from lodestone.services.community.outbox import PENDING_MAX
from lodestone.services.community.presence import follow_visits
from lodestone.services.community.rehearsal import rehearse
from lodestone.services.ingest.system_facts import fact_key
from lodestone.services.support.ports import CHANGE
from lodestone.stores.files import snapshots
from lodestone.stores.log.port import Offset
from lodestone.traffic.codec import decode, person_of
from lodestone.traffic.pricer import PricerState

OPENING: Final = "opening"
"""The job of taking up what a community's records hold; its rows are those that did not open."""
SERVED_BACK: Final = 2_000
"""How many receipts a start looks back through for what was served in the last ten minutes."""


@dataclass(frozen=True, slots=True)
class Held:
    """What records say now, by the numbers that facts use."""

    people: Mapping[int, tuple[str, PersonRow, bytes]]
    items: Mapping[int, tuple[str, ItemRow]]
    nameless: Mapping[int, int]
    """Rows of items that do not open, and the ordinals of their authors."""


def held_by(engine: Engine) -> Held:
    """Read all people and items of a community; one that does not open is noted, and as if it were not there."""
    records, community = engine.parts.records, engine.community.id
    nameless: dict[int, int] = {}

    def person(ordinal: int, _owner: int, error: Exception) -> None:
        _unopened(engine, f"person {ordinal}", error)

    def item(row: int, owner: int, error: Exception) -> None:
        nameless[row] = owner
        _unopened(engine, f"item {row}", error)

    people = records.person_rows(community, person)
    items = records.item_rows(community, item)
    return Held(
        {row.ordinal: (name, row, key) for name, row, key in people},
        {row.row: (name, row) for name, row in items},
        nameless,
    )


def _unopened(engine: Engine, row: str, error: Exception) -> None:
    engine.unopened = True
    engine.failures.failed(OPENING, error, row)


def catch_up(engine: Engine) -> set[int]:
    """Apply everything in the log after the state's offset; return the keys of records' facts there.

    A record's change applies what the record says now: the facts between give it its place, and
    whoever has since been erased takes a row that stays empty.
    """
    records = held_by(engine)

    def broken(code: int, _owner: int, error: Exception) -> None:
        _unopened(engine, f"domain {code}", error)

    for _, domain in engine.parts.records.domain_rows(engine.community.id, broken):
        engine.state.put_domain(domain, domain.code)
    _put_known(engine, records)
    for row, reach in engine.parts.records.product_reach(engine.community.id).items():
        engine.parts.decider.reach.put(row, reach)
    start = engine.state.offset
    written: set[int] = set()
    for batch in engine.log.read(Offset(start)):
        skip = max(0, start - batch.first)
        facts = batch.facts[skip:]
        _apply(engine, facts, records)
        private = [(index - skip, blob) for index, blob in batch.sealed if index >= skip]
        if private:
            people = engine.directory.rows_of_ordinals(facts["person"].tolist())
            follow_visits(engine, facts, np.array(people, np.int64), private)
        written.update(facts["key"][facts["kind"] >= FactKind.PERSON].tolist())
    _index_all(engine)
    return written


def _index_all(engine: Engine) -> None:
    """Make all items findable; one that cannot be keeps no other from it."""
    rows = range(engine.state.item_count)
    try:
        engine.index_items(rows)
    except Exception:  # noqa: BLE001  sorted out at once
        for row in rows:
            try:
                engine.index_items([row])
            except Exception as error:  # noqa: BLE001  whatever ails one row is no trouble of the others
                _unopened(engine, f"item {row}", error)


async def relay(engine: Engine, written: set[int]) -> None:
    """Bring to the log what records had written when the process ended, each change once."""
    records = engine.parts.records
    write = records.threads.write
    before: list[int] = []
    while True:
        limit = PENDING_MAX + len(engine.failures.of(CHANGE))
        read = await write(records.pending_changes, engine.community.id, limit=limit)
        pending = [change for change in read if not engine.failures.waits(CHANGE, str(change.id))]
        ids = [change.id for change in pending]
        if ids == before:  # what is left cannot be taken now
            return
        before = ids
        known = [change for change in pending if fact_key("outbox", change.id) in written]
        await write(records.done, engine.community.id, [change.id for change in known])
        await engine.changed([change for change in pending if change not in known])


def _put_known(engine: Engine, records: Held) -> None:
    """Name the rows that a snapshot brought; it holds numbers only."""
    state = engine.state
    for row, ordinal in enumerate(state.people["ordinal"][: state.person_count].tolist()):
        try:
            if ordinal in records.people:
                engine.put_person(*records.people[ordinal])
                continue
        except Exception as error:  # noqa: BLE001  whatever ails one row is no trouble of the others
            _unopened(engine, f"person {ordinal}", error)
        engine.directory.add_person(_nobody(row, ordinal), None, None)
    for row in range(state.item_count):
        if row in records.items:
            engine.directory.add_item(row, records.items[row][0])
        elif row in records.nameless:
            state.withdraw(row)


def _nobody(row: int, ordinal: int) -> int:
    """Return a number that no fact carries for a row whose person is gone."""
    return ordinal if ordinal >= 0 else -2 - row


def _apply(engine: Engine, facts: Facts, records: Held) -> None:
    """Apply a batch, runs of events whole and records' changes one by one, in their order."""
    engine.ingest.remember(facts, engine.ingest.day(engine.now()))
    record = facts["kind"] >= FactKind.PERSON
    edges = np.flatnonzero(np.diff(record.astype(np.int8))) + 1
    for part in np.split(np.arange(facts.size), edges):
        if not part.size:
            continue
        run = facts[part]
        if record[part[0]]:
            for fact in run:
                if int(fact["kind"]) in BUDGET_KINDS:
                    engine.state.budgets.follow_one(fact)
                else:
                    _follow(engine, fact, records)
            engine.state.skip(run.size)
        else:
            people = engine.directory.rows_of_ordinals(run["person"].tolist())
            targets = engine.directory.rows_of_ordinals(run["target"].tolist())
            apply(engine, run, np.array(people, np.int64), np.array(targets, np.int64))


def _follow(engine: Engine, fact: np.void, records: Held) -> None:
    """Apply one change; one that cannot be followed keeps no community from starting."""
    try:
        _change(engine, fact, records)
    except Exception as error:  # noqa: BLE001  whatever ails one row is no trouble of the others
        row = f"{int(fact['kind'])} {int(fact['person'])} {int(fact['item'])}"
        _unopened(engine, f"fact {row}", error)
        fill_places(engine)


def _change(engine: Engine, fact: np.void, records: Held) -> None:
    kind = int(fact["kind"])
    if kind == FactKind.PERSON:
        ordinal = int(fact["person"])
        if ordinal in records.people:
            engine.put_person(*records.people[ordinal])
        else:
            row = engine.directory.add_person(ordinal, None, None)
            if row >= engine.state.person_count:
                engine.state.put_nobody(row)
    elif kind == FactKind.ITEM and int(fact["item"]) in records.items:
        name, item = records.items[int(fact["item"])]
        engine.put_item(name, item, int(fact["target"]))
    elif kind == FactKind.ITEM and int(fact["item"]) in records.nameless:
        engine.state.put_nothing(int(fact["item"]), records.nameless[int(fact["item"])])
    elif kind == FactKind.CLIMBED:
        engine.state.graduate(int(fact["item"]))
    elif kind == FactKind.MODERATED:
        engine.state.marks.put(int(fact["target"]), int(fact["item"]), int(fact["value"]))
    elif kind == FactKind.ITEM_LISTS:
        engine.item_lists.now.version = int(fact["target"])
    elif kind == FactKind.ERASED:
        engine.forget(int(fact["person"]))


def save(engine: Engine, folder: Path) -> Path:
    """Write a snapshot of the state as it stands."""
    return snapshots.save(folder, engine.state.offset, _held(engine))


def bytes_of(engine: Engine) -> int:
    """Return about how large a snapshot of the state would be."""
    taken = engine.ingest.events.bytes + engine.ingest.slots.bytes
    return sum(memory_of(engine.state).values()) + taken


def copied(engine: Engine) -> tuple[int, dict[str, NDArray[Any]]]:
    """Return the offset and a copy of the state as it stands, to be written while feeds go on."""
    return engine.state.offset, {name: column.copy() for name, column in _held(engine).items()}


def _held(engine: Engine) -> dict[str, NDArray[Any]]:
    lists = engine.item_lists.now
    learned = {"learned.lists": np.array([lists.version, lists.offset], np.int64)}
    paces = engine.billing.pacing.columns()
    parts = (engine.ingest.columns(), engine.housekeeper.columns(), learned, paces)
    return {
        **columns(engine.state),
        **{name: value for part in parts for name, value in part.items()},
    }


@dataclass(frozen=True, slots=True)
class RecoveredState:
    """What a start begins with: a snapshot's state and what it had taken, or nothing yet."""

    state: State
    columns: Mapping[str, NDArray[Any]] | None = None


def load(folder: Path, end: int, attention: NDArray[np.float64]) -> RecoveredState:
    """Read the newest sound snapshot at or before a log's end."""
    newest = snapshots.load_newest(folder, end=end)
    if newest is None:
        return RecoveredState(State(attention))
    return RecoveredState(restore(newest[1], attention), newest[1])


def recall_served(engine: Engine) -> None:
    """Remember what was served in the last ten minutes, from the newest receipts."""
    last = engine.log.receipt_next()
    try:
        _recall(engine, max(0, last - SERVED_BACK), last)
    except CorruptError as error:  # `verify` names it; what was served is no reason not to serve
        engine.failures.failed("recalling", error)


def _recall(engine: Engine, first: int, last: int) -> None:
    for parts in engine.log.receipts(first, last):
        try:
            decision = decode(parts.what, person_of(parts.who))
        except CorruptError:
            continue
        row = engine.directory.row_of_ordinal(decision.person)
        if row >= 0:
            shown = decision.pool.item[decision.posts]
            engine.served.add(row, decision.time, tuple(shown.tolist()))


def rehearsed(engine: Engine) -> None:
    """Have compiled code loaded before anybody waits for it; that it cannot be is no reason not to serve."""
    try:
        rehearse(engine)
    except Exception as error:  # noqa: BLE001  whatever ails one decision is noted, and met again by the first feed
        engine.failures.failed("rehearsal", error)


def resume_prices(engine: Engine) -> None:
    """Take the pricer up where the log's newest vector left it."""
    version = engine.log.prices_last()
    payload = None if version is None else engine.log.prices(version)
    pricer = None if payload is None else msgspec.msgpack.decode(payload, type=PricerState)
    engine.resume_prices(pricer)
