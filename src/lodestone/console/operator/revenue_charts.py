"""What ads earned by day, which share of the slots they took by surface, and who came again: one above the other, by the same days."""

from collections.abc import Sequence
from datetime import date, timedelta
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
    percent,
    readings,
    sparse,
    spread_labels,
    whole,
    wilson,
)
from lodestone.console.operator.answers import Empty, Section
from lodestone.console.speech import Speech
from lodestone.insight.ad_revenue import Earned

_LOOKS: Final = (("ink", ""), ("ink", "7 4"), ("ink", "2 4"), ("soft", ""), ("soft", "7 4"))
"""How surfaces are told apart: domains alone have colours."""
_PAD: Final = 4.0


def revenue_sections(earned: Earned, speech: Speech) -> tuple[Section]:
    """Say what the days earned beside what they showed and who came again."""
    say = speech.words.say
    paid, shown = earned.load()
    if not shown:
        empty = Empty(say("What ads earn and take of the pages will appear here, by day."), say("Open the feed and look at a few posts"), "/")  # fmt: skip
        return (Section("revenue", say("Ad revenue"), say("Nobody has been shown anything in these days."), empties=(empty,)),)  # fmt: skip
    fields = {
        "amount": speech.money(earned.total), "share": percent(paid / shown, 2),
        "first": speech.day(earned.days[0]), "last": speech.day(earned.days[-1]),
    }  # fmt: skip
    detail = say(
        "From {first} to {last}: charges less what invalid traffic gave back, on the day the ad was served. From {open} on more may still be charged.",
        {**fields, "open": speech.day(earned.settled_before)},
    )
    answer = say("Ads brought {amount} and took {share} of the slots that people were shown.", fields)  # fmt: skip
    charts = (_revenue(earned, speech), _load(earned, speech), _back(earned, speech))
    return (Section("revenue", say("Ad revenue"), answer, detail, charts=charts),)


def _across(count: int) -> Scale:
    return Scale(0, max(1, count - 1), _PAD, 100 - _PAD)


def _chart(
    name: str, titles: tuple[str, str], series: Sequence[Series], earned: Earned, speech: Speech, *,
    table: Table | None = None, foot: str = "",
) -> Chart:  # fmt: skip
    """Draw series over the days; titles: what was found, and what is measured."""
    x = _across(len(earned.days))
    values = [
        value
        for curve in series
        for point in curve.points
        for value in (point.value, point.high)
        if value is not None
    ]
    y = levels(values or [0.0, 1.0])
    lines = spread_labels([draw(curve, x, y) for curve in series])
    return Chart(
        id=name, title=titles[0], x_title=speech.words.say("Day"), y_title=titles[1],
        x_ticks=sparse([speech.day(day) for day in earned.days], x),
        y_ticks=tuple(Tick(y(level), number(level)) for level in y.ticks),
        lines=lines, readings=readings(lines), table=table, foot=foot,
    )  # fmt: skip


def _revenue(earned: Earned, speech: Speech) -> Chart:
    say, points = speech.words.say, []
    for at, day in enumerate(earned.days):
        micros = earned.spend.get(day, 0)
        text = f"{speech.day(day)}: {speech.exact(micros)}"
        points.append(Point(at, micros / MICROS_IN_ONE, text, hollow=day >= earned.settled_before))
    best = max(earned.days, key=lambda day: earned.spend.get(day, 0))
    title = say(
        "The best day was {day} with {amount}.",
        {"day": speech.day(best), "amount": speech.money(earned.spend.get(best, 0))},
    )
    if not any(earned.spend.values()):
        title = say("No ad was charged for in these days.")
    return _chart(
        "ad-revenue", (title, say("Revenue a day, {currency}", {"currency": speech.sign})),
        [Series("ink", "", tuple(points))], earned, speech, table=_table(earned, speech),
    )  # fmt: skip


def _load(earned: Earned, speech: Speech) -> Chart:
    say = speech.words.say
    surfaces = sorted({row.surface for row in earned.loads}, key=lambda name: -earned.load(None, name)[1])  # fmt: skip
    series = [
        Series(look, speech.surface(surface), _load_points(earned, surface, speech), dash)
        for surface, (look, dash) in zip(surfaces, _LOOKS, strict=False)
    ]
    most = max(surfaces, key=lambda name: _share(earned.load(None, name)))
    title = say(
        "{surface} carried most: {share} of its slots were ads.",
        {"surface": speech.surface(most), "share": percent(_share(earned.load(None, most)), 2)},
    )
    if not earned.load()[0]:
        title = say("No ad was shown in these days.")
    return _chart("ad-load", (title, say("Ads, % of the slots shown")), series, earned, speech)


def _load_points(earned: Earned, surface: str, speech: Speech) -> tuple[Point, ...]:
    points = []
    for at, day in enumerate(earned.days):
        paid, shown = earned.load(day, surface)
        text = f"{speech.day(day)}, {speech.surface(surface)}: {whole(paid)} / {whole(shown)}"
        points.append(Point(at, 100 * paid / shown if shown else None, text))
    return tuple(points)


def _share(pair: tuple[int, int]) -> float:
    return pair[0] / pair[1] if pair[1] else 0.0


def _back(earned: Earned, speech: Speech) -> Chart:
    say, points = speech.words.say, []
    known = [pair for day in earned.days if (pair := earned.back(day)) is not None]
    for at, day in enumerate(earned.days):
        pair = earned.back(day)
        if pair is None:
            points.append(Point(at, None))
            continue
        low, high = wilson(*pair)
        text = f"{speech.day(day)}: {whole(pair[0])} / {whole(pair[1])}"
        points.append(Point(at, 100 * pair[0] / pair[1], text, 100 * low, 100 * high))
    if known:
        share = sum(returned for returned, _ in known) / sum(could for _, could in known)
        title = say("{share} of newcomers were back the next day.", {"share": percent(share, 2)})
    else:
        following = str(date.fromisoformat(earned.days[-1]) + timedelta(days=2))
        title = say("Whether newcomers come again is known from {day}.", {"day": speech.day(following)})  # fmt: skip
    return _chart(
        "ad-retention", (title, say("Back the next day, % of newcomers")),
        [Series("ink", "", tuple(points), whiskers=len(known) <= 7)], earned, speech,
        foot=say("Bars and bands are 95 % intervals. That one moves when the other does shows no cause; days with and without ads do."),
    )  # fmt: skip


def _table(earned: Earned, speech: Speech) -> Table:
    say = speech.words.say
    days = earned.days[::-1]
    return Table(
        (say("Day"), say("Revenue"), say("Slots shown"), say("Ads"), say("Ad load"), say("Back the next day")),
        tuple(_row(earned, day, speech) for day in days),
        tuple(days),
    )  # fmt: skip


def _row(earned: Earned, day: str, speech: Speech) -> tuple[str, ...]:
    (paid, shown), back = earned.load(day), earned.back(day)
    return (
        speech.day(day), speech.exact(earned.spend.get(day, 0)), whole(shown), whole(paid),
        percent(paid / shown, 2) if shown else "\u2013",
        "\u2013" if back is None else percent(back[0] / back[1], 2),
    )  # fmt: skip
