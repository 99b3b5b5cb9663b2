"""What an installation carries just now, beside what it has done since it started."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from lodestone.features.memory import memory_of
from lodestone.services.community.community import Engine
from lodestone.services.community.totals import Counts, Totals
from lodestone.services.support.failures import Failures
from lodestone.traffic.pricer import alarms, bits_of


@dataclass(frozen=True, slots=True)
class Load:
    """All open communities together, and what has been done since the start."""

    counts: Counts
    receipts: int
    """In the logs of open communities."""
    facts: int
    """In the logs of open communities."""
    alarms: dict[str, int]
    """Promises that cannot be kept, by their kind; every kind that is promised is there."""
    backlog_bytes: int
    """What waits for a commit now."""
    memory_bytes: dict[str, int]
    """What arrays take, by part."""
    background_waiting: int
    """What has failed and not been made good."""


def load_of(
    engines: Iterable[Engine], totals: Totals | None = None, own: Failures | None = None
) -> Load:
    """Add up what the open communities carry and what has been done.

    Args:
        engines: Those of the open communities.
        totals: Of this process; None where it opens none.
        own: Failures of what the installation itself does by the clock.
    """
    opened = list(engines)
    registries = [engine.failures for engine in opened] + ([] if own is None else [own])
    counts = Counts() if totals is None else totals.now(opened)
    if own is not None:
        counts = counts.plus(Counts(failures=Counter(own.counts)))
    ringing: dict[str, int] = {}
    memory: dict[str, int] = {}
    for engine in opened:
        keeper = engine.housekeeper
        rings = set(alarms(keeper.pricer, keeper.policy))
        for promise in bits_of(keeper.policy).values():
            ringing[promise.kind] = ringing.get(promise.kind, 0) + (promise.id in rings)
        for part, size in _memory(engine).items():
            memory[part] = memory.get(part, 0) + size
    return Load(
        counts=counts,
        receipts=sum(engine.log.receipt_next() for engine in opened),
        facts=sum(engine.log.end() for engine in opened),
        alarms=ringing,
        backlog_bytes=sum(engine.log.load().backlog_bytes for engine in opened),
        memory_bytes=memory,
        background_waiting=sum(len(registry.standing()) for registry in registries),
    )


def _memory(engine: Engine) -> dict[str, int]:
    ingest = engine.ingest
    return {
        **memory_of(engine.state),
        "lists": array_bytes(engine.parts.postings),
        "vectors": engine.parts.index.nbytes,
        "duplicates": ingest.events.bytes + ingest.slots.bytes,
    }


def array_bytes(holder: object) -> int:
    """Return the bytes of the arrays that an object holds, and those that its own parts hold.

    Dictionaries, sets and what libraries keep for themselves are not looked into.
    """
    size = 0
    for value in vars(holder).values():
        if isinstance(value, np.ndarray):
            size += value.nbytes
        elif type(value).__module__.startswith("lodestone.") and hasattr(value, "__dict__"):
            size += array_bytes(value)
    return size
