"""Copies read beside a running engine."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools
from lodestone.base.clock import Instant
from lodestone.base.errors import UnknownError
from lodestone.bootstrap.installation import records_at
from lodestone.content.vectors import interest
from lodestone.events.facts import Facts, empty_facts
from lodestone.features.state import ATTENTION, State
from lodestone.insight.evaluation import World
from lodestone.stores.files.manifest import log_name
from lodestone.stores.log.port import Offset
from lodestone.stores.log.sqlite import SqliteLog
from lodestone.stores.records.types import TermKind

_LIVE: Final = 1
_REMOVED: Final = 2


def day_of(text: str) -> int:
    """Return a date's day since the epoch. Raises ValueError."""
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


@dataclass(frozen=True, slots=True)
class History:
    """A community's whole past, read from a copy."""

    world: World
    person_ids: Sequence[str]
    """The app's ids by person row, as `world` numbers people."""
    available: Bools
    """Shape (items,). Live and not removed; only such can be recommended."""
    newest: Instant
    """When the last fact or the newest item was made."""


def world_of(aside: Path, community: str) -> World:
    """Read what an evaluation needs from a back-up, which nobody else writes.

    Raises:
        UnknownError: There is no such community in it.
    """
    return history_of(aside, community).world


def history_of(aside: Path, community: str) -> History:
    """Read a community's past from a back-up, which nobody else writes.

    Raises:
        UnknownError: There is no such community in it, or no log of it.
    """
    with closing(records_at(f"sqlite:///{aside / 'records.db'}")) as records:
        secret = records.community(community).secret
        named = [(name, row) for name, row, _ in records.person_rows(community)]
        items = [row for _, row in records.item_rows(community)]
        terms = records.terms(community, TermKind.TAG)
    people = [person for _, person in named]
    rows = {person.ordinal: row for row, person in enumerate(people)}

    def fresh() -> State:
        state = State(ATTENTION)
        for row, person in enumerate(people):
            weights = [(terms[code], weight) for code, weight in person.interests]
            state.put_person(row, person, interest(weights).tolist())
        for item in items:
            state.put_item(item, rows.get(item.owner, -1), item.tags[0] if item.tags else -1)
        return state

    path = aside / log_name(community)
    if not path.is_file():  # opening it would make an empty one
        raise UnknownError("log_missing", f"{aside} holds no log of {community!r}")
    facts, who = _facts_of(path, secret, rows)
    available = np.array([item.state == _LIVE and item.label != _REMOVED for item in items], bool)
    made = max((item.created for item in items), default=Instant(0))
    newest = Instant(max(int(facts["time"].max(initial=0)), made))
    return History(World(fresh, facts, who), [name for name, _ in named], available, newest)


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
