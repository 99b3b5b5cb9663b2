"""What the operator's window shows, read from the reports in a thread of their own and kept while nothing changes."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from lodestone.base.clock import Instant
from lodestone.insight.exposure import ExposureReport
from lodestone.insight.flow import FlowReport
from lodestone.insight.liu import DayEfficiency
from lodestone.insight.prices import PromiseHistory
from lodestone.insight.promises import PromiseOut
from lodestone.insight.reports import LiuReport, Reports
from lodestone.insight.window import Span, day_text
from lodestone.services import use_cases
from lodestone.services.community.community import Engine
from lodestone.services.receipts.receipts import ReceiptLine

RECEIPTS: Final = 20
COHORT_DAYS: Final = 31
"""People are followed this long before the first day shown, so that day 30 is known of some."""
_LEAST_SECONDS: Final = 2.0
_SHARE: Final = 20
"""Figures that took a second to read are read again after this many at the earliest."""
_KEPT_MAX: Final = 32

Stamp: TypeAlias = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Filter:
    """What part of a community is looked at; it stands in the address."""

    days: int = 7
    domain: str | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything the window shows, as of one moment."""

    stamp: Stamp
    """Facts, receipts and day they are of: equal stamps, equal figures."""
    now: Instant
    filter: Filter
    first: str
    last: str
    liu: LiuReport
    before: list[DayEfficiency]
    """Of as many days before `first`."""
    flow: FlowReport
    exposure: ExposureReport
    promises: list[PromiseOut]
    history: list[PromiseHistory]
    receipts: list[ReceiptLine]


Reading: TypeAlias = Callable[[Engine, Reports, Filter], Figures]


@dataclass(slots=True)
class _Kept:
    figures: Figures
    read_at: float
    took: float


class FigureReader:
    """Reads figures for every open window; one reading at a time, none more often than it can afford."""

    def __init__(self, reading: Reading, timer: Callable[[], float]) -> None:
        """Keep nothing yet.

        Args:
            reading: Reads the figures of a community, see `gather`; runs in a thread of its own.
            timer: Seconds that only grow.
        """
        self._gather = reading
        self._timer = timer
        self._kept: dict[tuple[str, Filter], _Kept] = {}
        self._reading = asyncio.Lock()

    async def read(self, engine: Engine, reports: Reports, wanted: Filter) -> Figures:
        """Return the figures of a community, at most a little behind.

        Raises:
            InvalidError: The domain is none of this community.
        """
        key = (engine.community.id, wanted)
        found = self._fresh(key, engine)
        if found is not None:
            return found
        async with self._reading:
            found = self._fresh(key, engine)
            if found is not None:
                return found
            start = self._timer()
            figures = await use_cases.threads(engine).long(self._gather, engine, reports, wanted)
            end = self._timer()
            self._kept.pop(key, None)
            if len(self._kept) >= _KEPT_MAX:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = _Kept(figures, end, end - start)
            return figures

    def _fresh(self, key: tuple[str, Filter], engine: Engine) -> Figures | None:
        kept = self._kept.get(key)
        if kept is None:
            return None
        wait = max(_LEAST_SECONDS, _SHARE * kept.took)
        same = kept.figures.stamp == stamp_of(engine)
        return kept.figures if same or self._timer() - kept.read_at < wait else None


def stamp_of(engine: Engine) -> Stamp:
    """Return what figures depend on: facts, receipts, the community's day."""
    day = engine.ingest.day(engine.now())
    return int(engine.log.end()), engine.log.receipt_next(), day


def gather(engine: Engine, reports: Reports, wanted: Filter) -> Figures:
    """Read every figure; walks the whole log, so call it in a thread of its own."""
    stamp, now = stamp_of(engine), engine.now()
    last = stamp[2]
    first = last - wanted.days + 1
    wide = Span(max(0, first - max(COHORT_DAYS, wanted.days)), last)
    liu = reports.liu(wide, wanted.domain)
    shown, before = day_text(first), day_text(first - wanted.days)
    return Figures(
        stamp=stamp, now=now, filter=wanted, first=shown, last=day_text(last), liu=liu,
        before=[row for row in liu.liu.days if before <= row.day < shown],
        flow=reports.flow(Span(first, last), wanted.domain),
        exposure=reports.exposure(Span(first, last), wanted.domain),
        promises=reports.promises(), history=reports.history(wanted.days),
        receipts=use_cases.receipts(engine).latest(RECEIPTS).data,
    )  # fmt: skip
