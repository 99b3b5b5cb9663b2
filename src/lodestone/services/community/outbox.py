"""Records' changes on their way to log and state: one that cannot be taken stays in the outbox and holds up no other."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from lodestone.base.clock import Instant
from lodestone.base.loop_times import section
from lodestone.events.facts import Facts
from lodestone.services.community.applying import fill_places
from lodestone.services.community.read_ahead import Ahead, ahead_of
from lodestone.services.ingest.place_facts import placed_facts
from lodestone.services.ingest.system_facts import change_facts
from lodestone.services.support.ports import CHANGE
from lodestone.stores.records.types import Change, Deed, Unread

if TYPE_CHECKING:
    from lodestone.services.community.community import Engine

APPLY: Final = "apply"
"""The job of following a change that the log has already."""
PENDING_MAX: Final = 10_000
SLICE: Final = 10
"""Changes applied before feeds get their turn: 1 to 4 ms where they are items."""
_FACTS_SLICE: Final = 100
"""Changes whose facts are made before feeds get their turn."""


async def take(engine: "Engine", changes: Sequence[Change]) -> None:
    """Write record changes to the log, apply them, and let the outbox forget those.

    Raises:
        UnavailableError: Log or records do not answer; what was not taken stays in the outbox.
    """
    by_id = {change.id: change for change in changes}
    made: list[int] = []

    async def facts(ids: Sequence[int]) -> None:
        await _tell(engine, [by_id[number] for number in ids])
        made.extend(ids)

    async def deeds(ids: Sequence[int]) -> None:
        await _do(engine, [by_id[number].row for number in ids])
        made.extend(ids)

    try:
        for commit, rows in ((facts, False), (deeds, True)):
            some = [change.id for change in changes if isinstance(change.row, Deed) is rows]
            await engine.failures.each(CHANGE, some, commit, only=True)
    finally:
        if made:
            records = engine.parts.records
            await records.threads.write(records.done, engine.community.id, made)


async def _tell(engine: "Engine", changes: Sequence[Change]) -> None:
    for change in changes:
        if isinstance(change.row, Unread):
            raise change.row.error
    now = engine.now()
    ahead = await _ahead(engine, changes)
    changed = await _facts_of(engine, changes, now)
    placed = placed_facts(engine.state, changes, now, engine.ingest.day(now))
    facts = np.concatenate([changed, placed])
    await engine.log.append(facts)
    # From here on it is done: what cannot be followed now is tried again by `retry`, and at the next start.
    engine.state.skip(facts.size)
    await _apply_slices(engine, changes, ahead)


async def _ahead(engine: "Engine", changes: Sequence[Change]) -> Ahead:
    return await ahead_of(
        engine.parts.records, engine.community.id, engine.terms, engine.billing.publisher, changes
    )


async def _facts_of(engine: "Engine", changes: Sequence[Change], now: Instant) -> Facts:
    parts = []
    for first in range(0, max(len(changes), 1), _FACTS_SLICE):
        if first:
            await asyncio.sleep(0)
        parts.append(change_facts(changes[first : first + _FACTS_SLICE], now, engine.ingest.day))
    return np.concatenate(parts)


async def _apply_slices(engine: "Engine", changes: Sequence[Change], ahead: Ahead) -> None:
    """Apply changes that the log has, some at a time, so that feeds are decided between them.

    The state is not whole meanwhile, and no snapshot is written; nor after this was broken off, where only the log
    says what is missing.
    """
    engine.applying += 1
    for first in range(0, len(changes), SLICE):
        if first:
            await asyncio.sleep(0)
        with section("record changes"):
            _apply(engine, changes[first : first + SLICE], ahead)
    engine.applying -= 1


def _apply(engine: "Engine", changes: Sequence[Change], ahead: Ahead) -> None:
    try:
        engine.apply_changes(changes, ahead)
    except Exception as error:  # noqa: BLE001  sorted out at once
        if len(changes) > 1:
            for change in changes:
                _apply(engine, [change], ahead)
            return
        engine.unfollowed[_about(changes[0])] = changes[0]
        fill_places(engine)
        engine.failures.failed(APPLY, error, _about(changes[0]))
    else:
        for about in {_about(change) for change in changes} & engine.unfollowed.keys():
            # What came later holds.
            del engine.unfollowed[about]
            engine.failures.done(APPLY, about)


def _about(change: Change) -> str:
    """Name what a change is of, so that of two that cannot be followed the later stands."""
    return f"{change.kind.name.lower()} {change.target}"


async def _do(engine: "Engine", deeds: Sequence[object]) -> None:
    done = [deed for deed in deeds if isinstance(deed, Deed)]
    await engine.slots.expect_deeds(done)
    for judged in engine.deeds.judge(done, engine.now()):
        await engine.take(judged)
    names = (engine.directory.item_ids[deed.item] for deed in done)
    await engine.billing.publisher.traded({name for name in names if name is not None})


async def retry(engine: "Engine") -> None:
    """Try again what could not be taken before."""
    records, failed = engine.parts.records, engine.failures.of(CHANGE)
    for about, change in list(engine.unfollowed.items()):
        if not engine.failures.waits(APPLY, about):
            _apply(engine, [change], await _ahead(engine, [change]))
    if not failed:
        return
    async with engine.writing:
        pending = await records.threads.write(
            records.pending_changes, engine.community.id, limit=PENDING_MAX + len(failed)
        )
        wanted = set(failed)
        await take(engine, [change for change in pending if str(change.id) in wanted])
