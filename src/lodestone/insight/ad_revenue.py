"""What ads earned day by day, which share of the shown slots they took, and whether newcomers came again: figures beside each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from lodestone.base.money import Micros
from lodestone.base.wire import Money
from lodestone.insight.ad_load import AdLoad
from lodestone.insight.retained import Cohort
from lodestone.insight.window import Span, day_text


@dataclass(frozen=True, slots=True)
class Earned:
    """What some days came to."""

    span: Span
    spend: Mapping[str, int]
    """By the day on which slots were served, charges less what was given back, micros; days without any are left out."""
    settled_before: str
    """The first day on which more may still be charged."""
    loads: Sequence[AdLoad]
    cohorts: Sequence[Cohort]
    """People by the day they first came."""

    @property
    def total(self) -> int:
        """Return what all days earned, micros."""
        return sum(self.spend.values())

    @property
    def days(self) -> list[str]:
        """Return the days."""
        return [day_text(day) for day in range(self.span.first, self.span.last + 1)]

    def load(self, day: str | None = None, surface: str | None = None) -> tuple[int, int]:
        """Return how many ads and how many slots were shown, on one day and one surface or on all."""
        rows = [
            row
            for row in self.loads
            if day in (None, row.day) and surface in (None, row.surface)
        ]  # fmt: skip
        return sum(row.paid for row in rows), sum(row.shown for row in rows)

    def cohort(self, day: str) -> Cohort | None:
        """Return those who first came on a day; None where nobody did."""
        return next((cohort for cohort in self.cohorts if cohort.day == day), None)

    def back(self, day: str) -> tuple[int, int] | None:
        """Return how many of those who first came on a day were there the next, and how many could have been."""
        cohort = self.cohort(day)
        if cohort is None:
            return None
        returned, could = cohort.kept["day_1"], cohort.could["day_1"]
        return (returned, could) if returned is not None and could else None


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


def ad_revenue_days(earned: Earned, currency: str) -> list[AdRevenueDay]:
    """Put the figures of some days beside each other, the earliest day first.

    Args:
        earned: What they came to.
        currency: The community's.
    """
    return [_day(earned, day, currency) for day in earned.days]


def _day(earned: Earned, day: str, currency: str) -> AdRevenueDay:
    (paid, shown), cohort = earned.load(day), earned.cohort(day)
    could = None if cohort is None else cohort.could["day_1"]
    return AdRevenueDay(
        day=day,
        revenue=Money(Micros(earned.spend.get(day, 0)), currency),
        settled=day < earned.settled_before,
        shown=shown,
        paid=paid,
        surfaces=[
            SurfaceLoad(surface=load.surface, shown=load.shown, paid=load.paid)
            for load in sorted(earned.loads, key=lambda load: load.surface)
            if load.day == day
        ],
        newcomers=could,
        returned=None if cohort is None or could is None else cohort.kept["day_1"],
    )
