"""Retained audience: people who came again, followers and customers who were kept, by cohort."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from lodestone.console.charts import (
    Chart,
    Point,
    Scale,
    Series,
    Table,
    Tick,
    draw,
    levels,
    percent,
    readings,
    sparse,
    spread_labels,
    whole,
    wilson,
)
from lodestone.console.operator.answers import Empty, Section, Stay, StayCard
from lodestone.console.operator.figures import Figures
from lodestone.console.speech import Speech
from lodestone.insight.retained import RETAINED_DAYS, Cohort

_LOOKS: Final = {1: ("ink", ""), 7: ("soft", "7 4"), 30: ("soft", "2 4")}
_PAD: Final = 4.0


def retained_section(figures: Figures, speech: Speech) -> Section:
    """Say how many newcomers came again, and show the three series."""
    say, retained = speech.words.say, figures.liu.liu.retained
    back = pooled(retained.active, 1)
    if back is None:
        answer = (
            say("Nobody has come yet.")
            if not retained.active
            else say(
                "Whether newcomers come again is known from {day}.",
                {"day": speech.day(_known_from(retained.active, 1))},
            )
        )
    else:
        low, high = wilson(*back)
        answer = say(
            "Of {n} newcomers {share} were back the next day; by chance it could be {low} to {high}.",
            {
                "n": whole(back[1]), "share": percent(back[0] / back[1], 2),
                "low": percent(low, 2), "high": percent(high, 2),
            },
        )  # fmt: skip
    parts = [
        _active(retained.active, speech),
        _followers(retained.followers, speech),
        _customers(retained.customers, speech),
    ]
    return Section(
        "retained",
        say("Retained audience"),
        answer,
        _counted(figures, speech),
        stays=tuple(part for part in parts if isinstance(part, StayCard)),
        empties=tuple(part for part in parts if isinstance(part, Empty)),
    )


def _counted(figures: Figures, speech: Speech) -> str:
    say = speech.words.say
    told = say("Counted by the day people first came, followed or bought.")
    if figures.filter.domain is None:
        return told
    narrowed = say("Of this domain: people active in it, followers and customers won in it.")
    return speech.joined(told, narrowed)


def pooled(cohorts: Sequence[Cohort], after: int) -> tuple[int, int] | None:
    """Return how many stayed and how many could have, over the cohorts whose later day has ended.

    >>> kept, could = {"day_1": 2, "day_7": None}, {"day_1": 3, "day_7": None}
    >>> cohort = Cohort(day="2026-03-04", count=4, partial=False, kept=kept, could=could)
    >>> pooled([cohort], 1), pooled([cohort], 7)
    ((2, 3), None)
    """
    known = [_of(cohort, after) for cohort in cohorts]
    counted = [pair for pair in known if pair is not None]
    if not counted:
        return None
    return sum(kept for kept, _ in counted), sum(could for _, could in counted)


def _of(cohort: Cohort, after: int) -> tuple[int, int] | None:
    """Return how many of a cohort stayed and how many could have; None where it is not known, or nobody could."""
    kept, could = cohort.kept[f"day_{after}"], cohort.could[f"day_{after}"]
    return (kept, could) if kept is not None and could else None


def _known_from(cohorts: Sequence[Cohort], after: int) -> str:
    """Return the date from which it is known who of the first cohort stayed: the day after that day."""
    return str(date.fromisoformat(cohorts[0].day) + timedelta(days=after + 1))


def _active(cohorts: Sequence[Cohort], speech: Speech) -> StayCard | Empty:
    say = speech.words.say
    if not cohorts:
        return Empty(
            say("People who come again after 1, 7 and 30 days will appear here."),
            say("Open the feed as somebody"),
            "/",
        )
    return _card(
        "retained-active",
        cohorts,
        speech,
        (
            say("{share} are active again a day after they first came."),
            say("{n} people came; who comes again is counted from {day}."),
        ),
        say("Day people first came"),
        say("Active again, % of those who came"),
    )


def _followers(cohorts: Sequence[Cohort], speech: Speech) -> StayCard | Empty:
    say = speech.words.say
    if not cohorts:
        return Empty(
            say("Followers who stay will appear here."),
            say("Open the feed and follow somebody"),
            "/",
        )
    return _card(
        "retained-followers",
        cohorts,
        speech,
        (
            say("{share} of follows still stand a day later."),
            say("{n} follows; how many stand is counted from {day}."),
        ),
        say("Day of the follow"),
        say("Still following, %"),
    )


def _customers(cohorts: Sequence[Cohort], speech: Speech) -> StayCard | Empty:
    say = speech.words.say
    if not cohorts:
        return Empty(
            say("Customers who buy again will appear here once something has been ordered."),
            say("See how an order is reported"),
            "/docs",
        )
    return _card(
        "retained-customers",
        cohorts,
        speech,
        (
            say("{share} of customers bought again a day later."),
            say("{n} people bought; who buys again is counted from {day}."),
        ),
        say("Day of the first order"),
        say("Bought again, % of customers"),
    )


def _card(
    name: str,
    cohorts: Sequence[Cohort],
    speech: Speech,
    titles: tuple[str, str],
    x_title: str,
    y_title: str,
) -> StayCard:
    back = pooled(cohorts, 1)
    if back is None:
        day = speech.day(_known_from(cohorts, 1))
        title = titles[1].format(n=whole(sum(cohort.count for cohort in cohorts)), day=day)
    else:
        title = titles[0].format(share=percent(back[0] / back[1], 2))
    known = sum(_of(cohort, 1) is not None for cohort in cohorts)
    return StayCard(
        id=name,
        title=title,
        stays=tuple(_stay(cohorts, after, speech) for after in RETAINED_DAYS),
        chart=_chart(name, cohorts, speech, x_title, y_title) if known > 1 else None,
        table=_table(cohorts, speech, x_title),
    )


def _stay(cohorts: Sequence[Cohort], after: int, speech: Speech) -> Stay:
    say = speech.words.say
    label = speech.words.count("{n} day later", "{n} days later", after)
    found = pooled(cohorts, after)
    if found is None:
        first = speech.day(_known_from(cohorts, after))
        return Stay(label, say("known from {day}", {"day": first}), None)
    low, high = wilson(*found)
    fields = {
        "share": percent(found[0] / found[1], 2),
        "kept": whole(found[0]),
        "count": whole(found[1]),
    }
    return Stay(
        label,
        say("{share} ({kept} of {count})", fields),
        round(100 * found[0] / found[1], 2),
        round(100 * low, 2),
        round(100 * high, 2),
    )


def _chart(
    name: str, cohorts: Sequence[Cohort], speech: Speech, x_title: str, y_title: str
) -> Chart:
    x = Scale(0, len(cohorts) - 1, _PAD, 100 - _PAD)
    series = [_series(cohorts, after, speech) for after in RETAINED_DAYS]
    tops = [point.high for one in series for point in one.points if point.high is not None]
    y = levels([min(100.0, top) for top in tops])
    lines = spread_labels([draw(curve, x, y) for curve in series])
    return Chart(
        id=f"{name}-by-day",
        title=speech.words.say("By the day it began"),
        x_title=x_title,
        y_title=y_title,
        x_ticks=sparse([speech.day(cohort.day) for cohort in cohorts], x, 6),
        y_ticks=tuple(Tick(y(level), f"{level:g}") for level in y.ticks),
        lines=lines,
        readings=readings(lines),
        table=None,
        kind="small",
    )


def _series(cohorts: Sequence[Cohort], after: int, speech: Speech) -> Series:
    look, dash = _LOOKS[after]
    label = speech.words.say("day {n}", {"n": after})
    points = tuple(_point(at, cohort, after, label, speech) for at, cohort in enumerate(cohorts))
    known = sum(point.value is not None for point in points)
    return Series(look, label, points, dash, whiskers=known <= 7)


def _point(at: int, cohort: Cohort, after: int, label: str, speech: Speech) -> Point:
    known = _of(cohort, after)
    if known is None:
        return Point(at, None)
    kept, could = known
    low, high = wilson(kept, could)
    text = f"{speech.day(cohort.day)}, {label}: {whole(kept)} / {whole(could)}"
    return Point(at, 100 * kept / could, text, 100 * low, 100 * high)


def _table(cohorts: Sequence[Cohort], speech: Speech, x_title: str) -> Table:
    say = speech.words.say
    head = (x_title, say("Count"), *(say("day {n}", {"n": after}) for after in RETAINED_DAYS))
    rows = tuple(_row(cohort, speech) for cohort in reversed(cohorts))
    return Table(head, rows, tuple(cohort.day for cohort in reversed(cohorts)))


def _row(cohort: Cohort, speech: Speech) -> tuple[str, ...]:
    day = speech.day(cohort.day)
    if cohort.partial:
        day = speech.words.say("{day}, so far", {"day": day})
    return (day, whole(cohort.count), *(_share(cohort, after, speech) for after in RETAINED_DAYS))


def _share(cohort: Cohort, after: int, speech: Speech) -> str:
    """Write how many of a cohort stayed, and of how many where not all of it could have."""
    kept, could = cohort.kept[f"day_{after}"], cohort.could[f"day_{after}"]
    if kept is None or could is None:
        return speech.words.say("not yet known")
    if not could:
        return whole(kept)
    if could < cohort.count:
        fields = {"share": percent(kept / could), "kept": whole(kept), "count": whole(could)}
        return speech.words.say("{kept} of {count} ({share})", fields)
    return f"{whole(kept)} ({percent(kept / could)})"
