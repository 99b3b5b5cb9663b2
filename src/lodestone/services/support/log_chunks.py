"""Long walks through the log: in pieces that are worth a look, and from an instant on without what lies before."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
import numpy as np

from lodestone.base.clock import HOUR_MICROS, Instant
from lodestone.events.facts import FACT, Facts
from lodestone.stores.log.port import Log, Offset
from lodestone.traffic.pricer import PricerState

_ALL: Final = 2**62
_CHUNK: Final = 1 << 16
"""Facts that are looked through together, at least: the log was written in small batches."""
MARGIN_MICROS: Final = HOUR_MICROS
"""Events are taken up to five minutes before they happen by our clock, and a driven clock is released within a minute."""


def chunks(log: Log, after: Offset) -> Iterator[Facts]:
    """Yield the facts of the log from an offset on in larger pieces than it was written in, oldest first."""
    waiting: list[Facts] = []
    size = 0
    for batch in log.read(after, limit=_ALL):
        waiting.append(batch.facts)
        size += batch.facts.size
        if size >= _CHUNK:
            yield _joined(waiting, size)
            waiting, size = [], 0
    if waiting:
        yield _joined(waiting, size)


def _joined(parts: Sequence[Facts], size: int) -> Facts:
    """Join batches; `np.concatenate` compares the fields of each with those before, by name."""
    joined, at = np.empty(size, FACT), 0
    for part in parts:
        joined[at : at + part.size] = part
        at += part.size
    return joined


def offset_since(log: Log, since: Instant) -> Offset:
    """Return an offset before which no fact of an event happened at or after an instant; history that was imported aside.

    Every price step names the end of the log as it was: what lies before the last step that came before the instant had
    been taken by then. It reads a few steps, so call it in a thread.
    """
    last = log.prices_last() or 0

    def time(version: int) -> int:
        step = _step(log, version)
        return 0 if step is None else step.vector.time

    version = bisect_right(range(1, last + 1), since - MARGIN_MICROS, key=time)
    step = _step(log, version) if version else None
    return Offset(0 if step is None else step.upto.facts)


def _step(log: Log, version: int) -> PricerState | None:
    payload = log.prices(version)
    return None if payload is None else msgspec.msgpack.decode(payload, type=PricerState)
