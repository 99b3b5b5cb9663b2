"""What validation takes and gives: under which a batch is judged, what came of it, why an event is refused."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Ints
from lodestone.base.clock import Instant
from lodestone.events.facts import Facts
from lodestone.events.outcomes import FactKind
from lodestone.events.report_reasons import reason_value
from lodestone.events.wire import EventIn, Refusal


@dataclass(frozen=True, slots=True)
class ParsedEvents:
    """What a chunk of events became, before it is stored."""

    facts: Facts
    person_row: Ints
    target_row: Ints
    sealed: tuple[tuple[int, bytes], ...]
    duplicates: int
    refused: list[Refusal]
    event_keys: NDArray[np.uint64]
    """To be released when the facts cannot be stored."""
    slot_keys: NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why one event is refused."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class BatchContext:
    """Under which a batch is judged."""

    now: Instant
    """The community's clock."""
    trusted: bool
    """From a server-side key: may name receipts without a beacon."""
    history: bool = False
    """Older events are taken and teach rates only."""
    read: bool = False
    """The app says that the items were consumed."""
    bot: bool = False
    """From a program that says it is one."""
    page: bool = False
    """From a page's session: it may say what a page can know, and of a slot only with its beacon."""


@dataclass(frozen=True, slots=True)
class Named:
    """Rows of whom and what an event names, -1 for nothing."""

    person: int
    item: int
    target: int


Judged: TypeAlias = tuple[tuple[int | float, ...], Named]
"""An event that passes: its row of `Facts`, and whom and what it names."""


def value_of(event: EventIn, kind: int) -> int:
    """Return the `value` of an event's fact: milliseconds watched or visible, or the reason of a report."""
    if kind == FactKind.REPORT and event.reason is not None:
        return reason_value(event.reason)
    seconds = event.watch_seconds if kind == FactKind.WATCH else event.visible_seconds
    return round((seconds or 0) * 1000)
