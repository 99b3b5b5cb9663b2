"""Copies read beside a running engine."""

import asyncio
from collections.abc import Mapping
from contextlib import closing
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lodestone.base.errors import UnknownError
from lodestone.bootstrap.installation import records_at
from lodestone.content.vectors import interest
from lodestone.events.facts import Facts, empty_facts
from lodestone.features.state import ATTENTION, State
from lodestone.insight.evaluation import World
from lodestone.stores.files.manifest import log_name
from lodestone.stores.log_sqlite import SqliteLog
from lodestone.stores.ports import Offset
from lodestone.stores.records import TermKind


def day_of(text: str) -> int:
    """Return a date's day since the epoch. Raises ValueError."""
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def world_of(aside: Path, community: str) -> World:
    """Read what an evaluation needs from a back-up, which nobody else writes.

    Raises:
        UnknownError: There is no such community in it.
    """
    with closing(records_at(f"sqlite:///{aside / 'records.db'}")) as records:
        secret = records.community(community).secret
        people = [row for _, row, _ in records.person_rows(community)]
        items = [row for _, row in records.item_rows(community)]
        terms = records.terms(community, TermKind.TAG)
    rows = {person.ordinal: row for row, person in enumerate(people)}

    def fresh() -> State:
        state = State(ATTENTION)
        for row, person in enumerate(people):
            told = [(terms[code], weight) for code, weight in person.interests]
            state.put_person(row, person, interest(told).tolist())
        for item in items:
            state.put_item(item, rows.get(item.owner, -1), item.tags[0] if item.tags else -1)
        return state

    path = aside / log_name(community)
    if not path.is_file():  # opening it would make an empty one
        raise UnknownError("log_missing", f"{aside} holds no log of {community!r}")
    facts, who = _facts_of(path, secret, rows)
    return World(fresh, facts, who)


def _facts_of(
    path: Path, secret: bytes, rows: Mapping[int, int]
) -> tuple[Facts, NDArray[np.int64]]:
    async def read() -> list[Facts]:
        log = SqliteLog.open(path, secret=secret)
        try:
            return [batch.facts for batch in log.read(Offset(0), limit=2**40)]
        finally:
            await log.close()

    parts = asyncio.run(read())
    facts = np.concatenate(parts) if parts else empty_facts(0)
    who = np.array([rows.get(ordinal, -1) for ordinal in facts["person"].tolist()], np.int64)
    return facts, who
