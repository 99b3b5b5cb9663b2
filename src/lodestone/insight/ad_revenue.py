"""What ads earned day by day, which share of the shown slots they took, and whether newcomers came again: figures beside each other."""

from collections.abc import Mapping, Sequence

import msgspec

from lodestone.base.money import Micros
from lodestone.base.wire import Money
from lodestone.insight.ad_load import AdLoad
from lodestone.insight.retained import Cohort
from lodestone.insight.window import Span, day_text


class SurfaceLoad(msgspec.Struct, frozen=True, kw_only=True):
    """What one surface showed on one day."""

    surface: str
    shown: int
    """Slots of decisions that were looked at."""
    paid: int
    """Of those, ads."""


class AdRevenueDay(msgspec.Struct, frozen=True, kw_only=True):
    """One day."""

    day: str
    revenue: Money
    """Charges less what invalid traffic gave back, of slots that were served on this day."""
    settled: bool
    """Nothing more is charged for slots of this day."""
    shown: int
    paid: int
    surfaces: list[SurfaceLoad]
    """Those that showed anything, by name."""
    newcomers: int | None
    """People who first came on this day and could have come on the next; null until that has ended."""
    returned: int | None
    """Of those, who did."""


def ad_revenue_days(
    span: Span,
    spend: Mapping[str, int],
    settled_before: str,
    loads: Sequence[AdLoad],
    cohorts: Sequence[Cohort],
    currency: str,
) -> list[AdRevenueDay]:
    """Put the figures of some days beside each other, the earliest day first.

    Args:
        span: The days.
        spend: What the slots of each day earned, micros; days without any are left out.
        settled_before: The first day on which more may still be charged.
        loads: What surfaces showed.
        cohorts: People by the day they first came.
        currency: The community's.
    """
    by_day = {cohort.day: cohort for cohort in cohorts}
    return [
        _day(
            day_text(day), spend, settled_before,
            [load for load in loads if load.day == day_text(day)], by_day.get(day_text(day)), currency,
        )
        for day in range(span.first, span.last + 1)
    ]  # fmt: skip


def _day(
    day: str,
    spend: Mapping[str, int],
    settled_before: str,
    loads: Sequence[AdLoad],
    cohort: Cohort | None,
    currency: str,
) -> AdRevenueDay:
    could = None if cohort is None else cohort.could["day_1"]
    return AdRevenueDay(
        day=day,
        revenue=Money(Micros(spend.get(day, 0)), currency),
        settled=day < settled_before,
        shown=sum(load.shown for load in loads),
        paid=sum(load.paid for load in loads),
        surfaces=[
            SurfaceLoad(surface=load.surface, shown=load.shown, paid=load.paid)
            for load in sorted(loads, key=lambda load: load.surface)
        ],
        newcomers=could,
        returned=None if cohort is None or could is None else cohort.kept["day_1"],
    )
