"""Rebuild: serving state from the newest snapshot and the log after it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from lodestone.base.errors import CorruptError
from lodestone.events.facts import Facts
from lodestone.events.outcomes import Kind
from lodestone.features.layout import ItemRow, PersonRow
from lodestone.features.snapshot import columns, restore
from lodestone.features.state import State
from lodestone.services.community.outbox import CHANGE, PENDING_MAX
from lodestone.services.engine import Engine
from lodestone.services.written import fact_key
from lodestone.stores import snapshots
from lodestone.stores.ports import Offset
from lodestone.stores.records import Records
from lodestone.traffic.codec import decode
from lodestone.traffic.pricer import PricerState

SERVED_BACK: Final = 2_000
"""How many receipts a start looks back through for what was served in the last ten minutes."""


@dataclass(frozen=True, slots=True)
class Held:
    """What records say now, by the numbers that facts use."""

    people: Mapping[int, tuple[str, PersonRow, bytes]]
    items: Mapping[int, tuple[str, ItemRow]]


def held_by(records: Records, community: str) -> Held:
    """Read all people and items of a community."""
    return Held(
        {row.ordinal: (name, row, key) for name, row, key in records.person_rows(community)},
        {row.row: (name, row) for name, row in records.item_rows(community)},
    )


def catch_up(engine: Engine) -> set[int]:
    """Apply everything in the log after the state's offset; return the keys of records' facts there.

    A record's change applies what the record says now: the facts between give it its place, and
    whoever has since been erased takes a row that stays empty.
    """
    held = held_by(engine.parts.records, engine.community)
    for _, domain in engine.parts.records.domain_rows(engine.community):
        engine.state.put_domain(domain, domain.code)
    _put_known(engine, held)
    start = engine.state.offset
    written: set[int] = set()
    for batch in engine.log.read(Offset(start)):
        skip = max(0, start - batch.first)
        facts = batch.facts[skip:]
        _apply(engine, facts, held)
        written.update(facts["key"][facts["kind"] >= Kind.PERSON].tolist())
    rows = list(range(engine.state.item_count))
    engine.index_items(rows)
    return written


async def relay(engine: Engine, written: set[int]) -> None:
    """Bring to the log what records had written when the process ended, each change once."""
    records = engine.parts.records
    write = records.threads.write
    while True:
        limit = PENDING_MAX + len(engine.failures.of(CHANGE))
        read = await write(records.pending_changes, engine.community, limit=limit)
        pending = [one for one in read if not engine.failures.waits(CHANGE, str(one.id))]
        if not pending:
            return
        known = [change for change in pending if fact_key("outbox", change.id) in written]
        await write(records.done, engine.community, [change.id for change in known])
        await engine.changed([change for change in pending if change not in known])


def _put_known(engine: Engine, held: Held) -> None:
    """Name the rows that a snapshot brought; it holds numbers only."""
    state = engine.state
    for row, ordinal in enumerate(state.people["ordinal"][: state.person_count].tolist()):
        if ordinal in held.people:
            engine.put_person(*held.people[ordinal])
        else:
            engine.directory.add_person(_nobody(row, ordinal), None, None)
    for row in range(state.item_count):
        if row in held.items:
            engine.directory.add_item(row, held.items[row][0])


def _nobody(row: int, ordinal: int) -> int:
    """Return a number that no fact carries for a row whose person is gone."""
    return ordinal if ordinal >= 0 else -2 - row


def _apply(engine: Engine, facts: Facts, held: Held) -> None:
    """Apply a batch, runs of events whole and records' changes one by one, in their order."""
    engine.ingest.remember(facts, engine.ingest.day(engine.now()))
    record = facts["kind"] >= Kind.PERSON
    edges = np.flatnonzero(np.diff(record.astype(np.int8))) + 1
    for part in np.split(np.arange(facts.size), edges):
        if not part.size:
            continue
        run = facts[part]
        if record[part[0]]:
            for fact in run:
                _follow(engine, fact, held)
            engine.state.offset += run.size
        else:
            people = engine.directory.rows_of_ordinals(run["person"].tolist())
            targets = engine.directory.rows_of_ordinals(run["target"].tolist())
            engine.state.apply(run, np.array(people, np.int64), np.array(targets, np.int64))


def _follow(engine: Engine, fact: np.void, held: Held) -> None:
    """Apply one change; one that cannot be followed keeps no community from starting."""
    try:
        _change(engine, fact, held)
    except Exception as error:  # noqa: BLE001  whatever ails one row is no trouble of the others
        row = f"{Kind(int(fact['kind'])).name.lower()} {int(fact['person'])} {int(fact['item'])}"
        engine.failures.failed("catch up", error, row)


def _change(engine: Engine, fact: np.void, held: Held) -> None:
    kind = int(fact["kind"])
    if kind == Kind.PERSON:
        ordinal = int(fact["person"])
        if ordinal in held.people:
            engine.put_person(*held.people[ordinal])
        else:
            row = engine.directory.add_person(ordinal, None, None)
            if row >= engine.state.person_count:
                engine.state.put_nobody(row)
    elif kind == Kind.ITEM and int(fact["item"]) in held.items:
        name, item = held.items[int(fact["item"])]
        engine.put_item(name, item, int(fact["target"]))
    elif kind == Kind.CLIMBED:
        engine.state.items["climbed"][int(fact["item"])] = 1
    elif kind == Kind.ERASED:
        engine.forget(int(fact["person"]))


def save(engine: Engine, folder: Path) -> Path:
    """Write a snapshot of the state as it stands."""
    return snapshots.save(folder, engine.state.offset, _held(engine))


def copied(engine: Engine) -> tuple[int, dict[str, NDArray[Any]]]:
    """Return the offset and a copy of the state as it stands, to be written while feeds go on."""
    return engine.state.offset, {name: column.copy() for name, column in _held(engine).items()}


def _held(engine: Engine) -> dict[str, NDArray[Any]]:
    return {**columns(engine.state), **engine.ingest.columns(), **engine.housekeeper.columns()}


@dataclass(frozen=True, slots=True)
class Found:
    """What a start begins with: a snapshot's state and what it had taken, or nothing yet."""

    state: State
    columns: Mapping[str, NDArray[Any]] | None = None


def load(folder: Path, end: int, attention: NDArray[np.float64]) -> Found:
    """Read the newest sound snapshot at or before a log's end."""
    found = snapshots.load_newest(folder, end=end)
    if found is None:
        return Found(State(attention))
    return Found(restore(found[1], attention), found[1])


def recall_served(engine: Engine) -> None:
    """Remember what was served in the last ten minutes, from the newest receipts."""
    last = engine.log.receipt_next()
    for parts in engine.log.receipts(max(0, last - SERVED_BACK), last):
        try:
            decision = decode(parts.what, int.from_bytes(parts.who[:8], "little", signed=True))
        except CorruptError:
            continue
        row = engine.directory.row_of_ordinal(decision.person)
        if row >= 0:
            shown = decision.pool.item[decision.choice.pool_index]
            engine.served.add(row, decision.time, tuple(shown.tolist()))


def resume_prices(engine: Engine) -> None:
    """Take the pricer up where the log's newest vector left it."""
    version = engine.log.prices_last()
    payload = None if version is None else engine.log.prices(version)
    pricer = None if payload is None else msgspec.msgpack.decode(payload, type=PricerState)
    engine.resume_prices(pricer)
