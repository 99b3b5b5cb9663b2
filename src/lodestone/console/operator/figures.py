"""What the operator's window shows, read from the reports in a thread of their own and kept while nothing changes."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeAlias

import msgspec
from litestar.datastructures import State as AppState

from lodestone.base.clock import Instant
from lodestone.base.wire import instant_of
from lodestone.insight.exposure import ExposureReport
from lodestone.insight.flow import FlowReport
from lodestone.insight.liu import DayEfficiency
from lodestone.insight.prices import PromiseHistory
from lodestone.insight.promises import PromiseOut
from lodestone.insight.reports import LiuReport, Reports
from lodestone.insight.window import Span, day_text
from lodestone.services import use_cases
from lodestone.services.community.community import Engine
from lodestone.services.ledger.statements import EPOCH
from lodestone.services.receipts.receipts import ReceiptLine
from lodestone.services.support.tasks import start

RECEIPTS: Final = 20
COHORT_DAYS: Final = 31
"""People are followed this long before the first day shown, so that day 30 is known of some."""
_LEAST_SECONDS: Final = 2.0
_SHARE: Final = 20
"""Figures that took a second to read are read again after this many at the earliest."""
_KEPT_MAX: Final = 32
_MANY_FACTS: Final = 20_000
"""From here on reading takes longer than anybody should wait: the figures read last are shown while new ones are read."""
_OLD_SECONDS: Final = 600.0
"""Figures older than this are shown to nobody: whoever asks waits for new ones."""

Stamp: TypeAlias = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Filter:
    """What part of a community is looked at; it stands in the address."""

    days: int = 7
    domain: str | None = None
    last: int | None = None
    """The last day, since the epoch in the community's zone; None for today, whichever that is."""


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
        self._renewing: dict[tuple[str, Filter], asyncio.Task[object]] = {}

    async def read(self, engine: Engine, reports: Reports, wanted: Filter) -> Figures:
        """Return the figures of a community, at most a little behind; of a long log those read last, while new ones are read.

        Raises:
            InvalidError: The domain is none of this community.
        """
        key = (engine.community.id, wanted)
        found = self._fresh(key, engine)
        if found is None:
            found = self._last(key)
            if found is None:
                return await self._read(engine, reports, wanted)
            self._renew(engine, reports, wanted)
        return found

    def _last(self, key: tuple[str, Filter]) -> Figures | None:
        """Return the figures read last, where the log is long and they are not old."""
        kept = self._kept.get(key)
        if kept is None or kept.figures.stamp[0] < _MANY_FACTS:
            return None
        return kept.figures if self._timer() - kept.read_at < _OLD_SECONDS else None

    def _renew(self, engine: Engine, reports: Reports, wanted: Filter) -> None:
        """Read figures anew beside everything else, unless that is being done."""
        key = (engine.community.id, wanted)
        if key not in self._renewing:
            reading = partial(self._read, engine, reports, wanted)
            task = start("figures", engine.failures.attempt("figures", reading))
            self._renewing[key] = task
            task.add_done_callback(lambda _: self._renewing.pop(key))

    async def _read(self, engine: Engine, reports: Reports, wanted: Filter) -> Figures:
        key = (engine.community.id, wanted)
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
    last = stamp[2] if wanted.last is None else min(wanted.last, stamp[2])
    first = last - wanted.days + 1
    wide = Span(max(0, first - max(COHORT_DAYS, wanted.days)), last)
    liu = reports.liu(wide, wanted.domain)
    shown, before = day_text(first), day_text(first - wanted.days)
    return Figures(
        stamp=stamp, now=now, filter=wanted, first=shown, last=day_text(last), liu=liu,
        before=[row for row in liu.liu.days if before <= row.day < shown],
        flow=reports.flow(Span(first, last), wanted.domain),
        exposure=reports.exposure(Span(first, last), wanted.domain),
        promises=reports.promises(), history=_history(reports, engine, stamp[2] - first + 1, last),
        receipts=use_cases.receipts(engine).latest(RECEIPTS).data,
    )  # fmt: skip


def _history(reports: Reports, engine: Engine, days: int, last: int) -> list[PromiseHistory]:
    """Return how prices moved in so many days up to now, without what came after a day."""
    end = engine.community.days.starts(EPOCH + timedelta(days=last + 1))
    return [
        msgspec.structs.replace(
            promise,
            points=[
                point
                for point in promise.points
                if instant_of(datetime.fromisoformat(point.time)) < end
            ],
        )
        for promise in reports.history(days)
    ]


def reader_of(state: AppState) -> FigureReader:
    """Return what reads the figures of every open window of this process."""
    reader: FigureReader = state["figures"]
    return reader
