"""Traffic efficiency: what a thousand impressions bring, by day and domain."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

from lodestone.base.money import MICROS_IN_ONE
from lodestone.console.charts import (
    Chart,
    Point,
    Scale,
    Series,
    Table,
    Tick,
    draw,
    levels,
    number,
    readings,
    sparse,
    spread_labels,
    whole,
)
from lodestone.console.operator.answers import Empty, Section
from lodestone.console.operator.figures import Figures
from lodestone.console.speech import Speech
from lodestone.insight.liu import DayEfficiency
from lodestone.insight.window import DOMAIN_WORDS

_SURE: Final = 1.96
_PAD: Final = 4.0


@dataclass(frozen=True, slots=True)
class Total:
    """Efficiency over several days and domains, with the half width of its 95 % interval."""

    impressions: int
    efficiency_micros: float
    half_micros: float


def total_of(rows: Sequence[DayEfficiency]) -> Total | None:
    """Pool rows by their impressions; None without any.

    >>> total_of([]) is None
    True
    """
    shown = sum(row.impressions for row in rows)
    if not shown:
        return None
    value = sum(row.value_micros for row in rows)
    spread = sum((row.impressions / shown * (row.error_micros or 0.0)) ** 2 for row in rows)
    return Total(shown, 1000 * value / shown, _SURE * sqrt(spread))


def efficiency_section(figures: Figures, speech: Speech) -> Section:
    """Say what a thousand impressions brought, and show it by day and domain."""
    say = speech.words.say
    rows = lived([row for row in figures.liu.liu.days if row.day >= figures.first])
    total = total_of(rows)
    kicker = say("Traffic efficiency")
    if total is None:
        return Section(
            "efficiency",
            kicker,
            say("Nobody has been shown anything in these days."),
            empties=(
                Empty(
                    say("What a thousand impressions bring will appear here, by day and domain."),
                    say("Open the feed and look at a few posts"),
                    "/",
                ),
            ),
        )
    spread = say(
        "{value} a thousand, give or take {half}; {n} impressions from {first} to {last}.",
        {
            "value": speech.money(total.efficiency_micros),
            "half": speech.money(total.half_micros),
            "n": whole(total.impressions),
            "first": speech.day(rows[0].day),
            "last": speech.day(figures.last),
        },
    )
    return Section(
        "efficiency",
        kicker,
        _compared(total, figures, speech),
        spread,
        (efficiency_chart(rows, speech),),
    )


def lived(rows: Sequence[DayEfficiency]) -> list[DayEfficiency]:
    """Leave out the days before anybody was shown anything."""
    begun = next((row.day for row in rows if row.impressions), None)
    return [row for row in rows if begun is not None and row.day >= begun]


def _compared(total: Total, figures: Figures, speech: Speech) -> str:
    """Say whether it has become more or less, where that is clear."""
    say, days = speech.words.say, figures.filter.days
    before = total_of(figures.before)
    if before is None or before.efficiency_micros <= 0:
        return say("These are the first days, so there is nothing to compare with yet.")
    change = total.efficiency_micros - before.efficiency_micros
    if abs(change) <= sqrt(total.half_micros**2 + before.half_micros**2):
        return say("No clear difference from the {n} days before.", {"n": days})
    share = number(100 * abs(change) / before.efficiency_micros, 2)
    fields = {"change": share, "n": days}
    if change > 0:
        return say("{change} % more value than in the {n} days before.", fields)
    return say("{change} % less value than in the {n} days before.", fields)


def efficiency_chart(rows: Sequence[DayEfficiency], speech: Speech) -> Chart:
    """Draw one line a domain over the days."""
    say = speech.words.say
    days = list(dict.fromkeys(row.day for row in rows))
    x = Scale(0, max(1, len(days) - 1), _PAD, 100 - _PAD) if len(days) > 1 else Scale(0, 0)
    by_domain = {name: [row for row in rows if row.domain == name] for name in DOMAIN_WORDS}
    shown = {name: held for name, held in by_domain.items() if any(r.impressions for r in held)}
    series = [_series(name, held, speech, dense=len(days) > 14) for name, held in shown.items()]
    y = levels([bound for one in series for point in one.points for bound in _bounds(point)])
    lines = spread_labels([draw(one, x, y) for one in series])
    return Chart(
        id="efficiency-by-day",
        title=_finding(shown, speech),
        x_title=say("Day"),
        y_title=say("Value of 1,000 impressions, {currency}", {"currency": speech.sign}),
        x_ticks=sparse([speech.day(day) for day in days], x),
        y_ticks=tuple(tick(level, y) for level in y.ticks),
        lines=lines,
        readings=readings(lines),
        table=_table(rows, speech),
        shade_from=_settling(rows, days, x),
        foot=say(
            "Bars and bands are 95 % intervals. Days of the last week may still change: late events count."
        ),
    )


def _bounds(point: Point) -> list[float]:
    return [value for value in (point.value, point.low, point.high) if value is not None]


def tick(level: float, y: Scale) -> Tick:
    """Label a level on an upright axis."""
    return Tick(y(level), number(level))


def _series(name: str, rows: Sequence[DayEfficiency], speech: Speech, *, dense: bool) -> Series:
    points = tuple(_point(at, row, speech) for at, row in enumerate(rows))
    return Series(name, speech.domain(name), points, whiskers=not dense)


def _point(at: int, row: DayEfficiency, speech: Speech) -> Point:
    if row.efficiency_micros is None:
        return Point(at, None)
    value, half = (
        row.efficiency_micros / MICROS_IN_ONE,
        _SURE * (row.error_micros or 0.0) / MICROS_IN_ONE,
    )
    text = (
        f"{speech.day(row.day)}, {speech.domain(row.domain)}: {speech.money(row.efficiency_micros)}"
    )
    return Point(at, value, text, value - half, value + half, row.provisional)


def _finding(shown: dict[str, list[DayEfficiency]], speech: Speech) -> str:
    say = speech.words.say
    totals = {name: total for name, rows in shown.items() if (total := total_of(rows)) is not None}
    best = max(totals, key=lambda name: totals[name].efficiency_micros)
    least = min(totals, key=lambda name: totals[name].efficiency_micros)
    if best == least:
        return say(
            "Only the {domain} domain was shown: {value} a thousand.",
            {"domain": speech.domain(best), "value": speech.money(totals[best].efficiency_micros)},
        )
    high, low = totals[best], totals[least]
    apart = high.efficiency_micros - low.efficiency_micros
    if apart <= sqrt(high.half_micros**2 + low.half_micros**2):
        told = [
            f"{speech.domain(name)} {speech.money(total.efficiency_micros)}"
            for name, total in totals.items()
        ]
        return say("No domain is clearly ahead: {domains}.", {"domains": speech.listed(told)})
    return say(
        "A thousand {best} impressions bring {most}, {least} ones {fewest}.",
        {
            "best": speech.domain(best),
            "most": speech.money(high.efficiency_micros),
            "least": speech.domain(least),
            "fewest": speech.money(low.efficiency_micros),
        },
    )


def _settling(rows: Sequence[DayEfficiency], days: Sequence[str], x: Scale) -> float | None:
    """Return from where days may still change, None when none or all may."""
    open_days = {row.day for row in rows if row.provisional}
    if not open_days or len(open_days) == len(days):
        return None
    first = min(days.index(day) for day in open_days)
    return round((x(first - 1) + x(first)) / 2, 2)


def _state(row: DayEfficiency, speech: Speech) -> str:
    """Say whether a day has ended, and whether late events may still change it."""
    say = speech.words.say
    if row.partial:
        return say("the day has not ended")
    return say("may still change") if row.provisional else say("settled")


def _table(rows: Sequence[DayEfficiency], speech: Speech) -> Table:
    say = speech.words.say
    return Table(
        (
            say("Day"),
            say("Domain"),
            say("Impressions"),
            say("People"),
            say("Value"),
            say("Value of 1,000"),
            say("Give or take"),
            say("Settled"),
        ),
        tuple(
            (
                speech.day(row.day),
                speech.domain(row.domain),
                whole(row.impressions),
                whole(row.people),
                speech.money(row.value_micros),
                "\u2013" if row.efficiency_micros is None else speech.money(row.efficiency_micros),
                "\u2013" if row.error_micros is None else speech.money(_SURE * row.error_micros),
                _state(row, speech),
            )
            for row in reversed(rows)
            if row.impressions
        ),
        tuple(row.day for row in reversed(rows) if row.impressions),
    )
