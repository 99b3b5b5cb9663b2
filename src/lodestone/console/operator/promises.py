"""Promises: what was undertaken, what was delivered, what each one's next unit is worth, what it cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lodestone.console.charts import (
    Chart,
    Point,
    Rule,
    Scale,
    Series,
    Table,
    Tick,
    draw,
    levels,
    number,
    percent,
    readings,
)
from lodestone.console.operator.answers import Empty, Section
from lodestone.console.operator.figures import Figures
from lodestone.console.speech import Speech
from lodestone.insight.prices import PricePoint, PromiseHistory
from lodestone.insight.promises import PromiseOut

_CAP_SHOWN: Final = 2.5
"""A price's cap is drawn when it lies within so many times what the price reached."""


@dataclass(frozen=True, slots=True)
class PromiseCard:
    """One promise: in words, how far it is kept, its price over time."""

    id: str
    name: str
    meaning: str
    delivered: str
    target: str
    bound: str
    margin: str
    """How far from its target it still counts as kept, and how much a new post is promised."""
    state: str
    """See `state_of`; `verdict` says it."""
    verdict: str
    delivered_at: float
    target_at: float
    """Both in per cent of the bar."""
    cost: str
    alarm: str
    chart: Chart | None
    empty: Empty | None


def promises_section(figures: Figures, speech: Speech) -> Section:
    """Say how many promises are kept, and which are not."""
    say, rows = speech.words.say, figures.promises
    kicker = say("Promises")
    if not rows:
        return Section(
            "promises",
            kicker,
            say("No promise has been made."),
            empties=(
                Empty(
                    say("What the policy promises will appear here, with its price and its cost."),
                    say("See how a policy is set"),
                    "/docs",
                ),
            ),
        )
    ringing = [row for row in rows if row.alarm]
    return Section("promises", kicker, _answer(figures, speech), _ringing(ringing, speech))


def _answer(figures: Figures, speech: Speech) -> str:
    words, rows = speech.words, figures.promises
    states = {row.id: state_of(row, figures) for row in rows}
    kept = [row for row in rows if states[row.id] == "kept"]
    if len(kept) == len(rows):
        return words.count("The one promise is kept.", "All {n} promises are kept.", len(rows))
    short = [name_of(row, speech) for row in rows if states[row.id] == "short"]
    fields = {"kept": len(kept), "n": len(rows), "names": speech.listed(short)}
    if short:
        return words.say("{kept} of {n} promises are kept; short: {names}.", fields)
    waiting = [name_of(row, speech) for row in rows if states[row.id] == "untried"]
    fields["names"] = speech.listed(waiting)
    return words.say("{kept} of {n} promises are kept; no case yet: {names}.", fields)


def _ringing(rows: Sequence[PromiseOut], speech: Speech) -> str:
    if not rows:
        return speech.words.say("No price stands at its cap, so none of them is out of reach.")
    return speech.words.say(
        "Cannot be kept at its present cap: {names}. Lower the target or raise the cap.",
        {"names": speech.listed([name_of(row, speech) for row in rows])},
    )


def state_of(row: PromiseOut, figures: Figures) -> str:
    """Say how a promise stands: `kept`, `short`, or `untried` while nobody could be served it.

    A floor that falls short raises its price at the next step; one that delivered nothing and has no price
    has had no case.
    """
    if row.kept:
        return "kept"
    points = next((one.points for one in figures.history if one.id == row.id), [])
    priced = any(point.price_micros for point in points) or row.price_micros
    untried = row.kind != "gini" and row.direction == "floor" and not row.delivered and not priced
    return "untried" if untried else "short"


def name_of(row: PromiseOut, speech: Speech) -> str:
    """Name a promise in a person's words; an operator's own by its id."""
    say = speech.words.say
    return {
        "first_impressions": say("A start for new posts"),
        "local_share": say("Room for neighbours"),
        "gini": say("An even spread"),
        "exploration": say("Room for chance"),
        "small_creators": say("Room for small creators"),
    }.get(row.kind, row.id)


def _meaning(row: PromiseOut, speech: Speech) -> str:
    say = speech.words.say
    return {
        "first_impressions": say("Share of first impressions due by now that new posts have had"),
        "local_share": say("Share of nearby posts on Discover, for viewers present in a place"),
        "gini": say("Gini of creators' impressions over seven days; lower is more even"),
        "exploration": say("Share of slots that chance fills, so that the engine goes on learning"),
        "small_creators": say("Share of impressions for creators with fewer followers than most"),
    }.get(row.kind, say("A promise of this community's own"))


def cards(figures: Figures, speech: Speech) -> tuple[PromiseCard, ...]:
    """Make one card a promise, those that fall short first."""
    by_id = {history.id: history for history in figures.history}
    rows = sorted(figures.promises, key=lambda row: (not row.alarm, row.kept))
    return tuple(
        _card(at, row, by_id.get(row.id), state_of(row, figures), speech)
        for at, row in enumerate(rows)
    )


def _card(
    at: int, row: PromiseOut, history: PromiseHistory | None, state: str, speech: Speech
) -> PromiseCard:
    say = speech.words.say
    whole = row.kind in ("gini", "first_impressions")
    top = max(1.0, row.delivered) if whole else 1.25 * max(row.target, row.delivered, 1e-9)
    points = history.points if history is not None else []
    priced = any(point.price_micros for point in points)
    drawn = len(points) > 1 and priced and row.kind != "exploration"
    chart = _chart(at, row, points, speech) if drawn else None
    return PromiseCard(
        id=str(at),
        name=name_of(row, speech),
        meaning=_meaning(row, speech),
        delivered=_level(row, row.delivered),
        target=_level(row, row.target),
        bound=say("at most") if row.direction == "cap" else say("at least"),
        margin=_margin(row, speech),
        state=state,
        verdict={"kept": say("kept"), "short": say("short"), "untried": say("no case yet")}[state],
        delivered_at=round(100 * min(1.0, row.delivered / top), 2),
        target_at=round(100 * min(1.0, row.target / top), 2),
        cost=_cost(row, speech),
        alarm=say("Its price has stood at its cap for ten steps: it cannot be kept.")
        if row.alarm
        else "",
        chart=chart,
        empty=None if chart else _no_price(row, state, points, speech),
    )


def _no_price(row: PromiseOut, state: str, points: Sequence[PricePoint], speech: Speech) -> Empty:
    say = speech.words.say
    if row.kind == "exploration":
        return Empty(say("Kept by a draw in every feed, so it has no price."), "", "")
    if state == "untried":
        return Empty(
            say("Nobody could have been served it so far; its price begins with the first case."),
            "",
            "",
        )
    if points:
        return Empty(say("Free in these days: it is kept by itself."), "", "")
    return Empty(
        say("Its price over time will appear here after the second step."),
        say("Open the feed and scroll"),
        "/",
    )


def _level(row: PromiseOut, value: float) -> str:
    return f"{value:.3f}" if row.kind == "gini" else percent(value)


def _margin(row: PromiseOut, speech: Speech) -> str:
    margin = speech.words.say(
        "Within {tolerance} of its target it counts as kept.",
        {"tolerance": _level(row, row.tolerance)},
    )
    if row.planned is None:
        return margin
    plan = speech.words.count(
        "A new post is promised {n} impression within 24 hours.",
        "A new post is promised {n} impressions within 24 hours.",
        row.planned,
    )
    return f"{plan} {margin}"


def _cost(row: PromiseOut, speech: Speech) -> str:
    return speech.words.say(
        "{cost} of value given up so far, {share} of all",
        {"cost": speech.money(row.cost_micros), "share": percent(row.cost_share, 2)},
    )


def _chart(at: int, row: PromiseOut, points: Sequence[PricePoint], speech: Speech) -> Chart:
    say = speech.words.say
    times = [datetime.fromisoformat(point.time) for point in points]
    x = Scale(times[0].timestamp(), max(times[-1].timestamp(), times[0].timestamp() + 1))
    prices = [point.price_micros / 1000 for point in points]
    cap = row.price_cap_micros / 1000
    near = 0 < cap <= _CAP_SHOWN * max(prices)
    y = levels([*prices, *([cap] if near else [])], 3)
    series = Series(
        "ink",
        number(prices[-1]),
        tuple(
            Point(time.timestamp(), price, f"{speech.moment(time, seconds=False)}: {number(price)}")
            for time, price in zip(times, prices, strict=True)
        ),
        steps=True,
    )
    line = draw(series, x, y)
    rules = (Rule(y(cap), say("cap {cap}", {"cap": number(cap)}), "bad"),) if near else ()
    return Chart(
        id=f"price-{at}",
        title=_moved(prices, speech),
        x_title=say("Time"),
        y_title=say("Price, {currency} per 1,000", {"currency": speech.sign}),
        x_ticks=speech.time_ticks(times[0], times[-1], x),
        y_ticks=tuple(Tick(y(level), number(level)) for level in y.ticks),
        lines=(line,),
        readings=readings((line,)),
        rules=rules,
        table=_table(row, points, speech),
        kind="small",
        foot=""
        if near or not cap
        else say("Its cap, {cap}, lies far above.", {"cap": number(cap)}),
    )


def _moved(prices: Sequence[float], speech: Speech) -> str:
    say, now, most = speech.words.say, prices[-1], max(prices)
    if not now:
        return say("Free now; it cost up to {most}", {"most": number(most)})
    if now >= 0.98 * most:
        return say("Dearer than ever: {now}", {"now": number(now)})
    return say("Now {now}, at most {most}", {"now": number(now), "most": number(most)})


def _table(row: PromiseOut, points: Sequence[PricePoint], speech: Speech) -> Table:
    say = speech.words.say
    every = max(1, len(points) // 24)
    return Table(
        (say("Time"), say("Price per 1,000"), say("Delivered")),
        tuple(
            (
                speech.moment(datetime.fromisoformat(point.time), seconds=False),
                speech.money(1000 * point.price_micros),
                _level(row, point.delivered),
            )
            for point in list(points)[::-1][::every]
        ),
        tuple(point.time for point in list(points)[::-1][::every]),
    )


def promise_table(figures: Figures, speech: Speech) -> Table:
    """Write the constraint table."""
    say = speech.words.say
    return Table(
        (
            say("Promise"),
            say("Bound"),
            say("Target"),
            say("Delivered"),
            say("Price per 1,000"),
            say("Its cap"),
            say("Cost so far"),
            say("Share of value"),
            say("Alarm"),
            say("Counts as kept within"),
        ),
        tuple(
            (
                name_of(row, speech),
                say("at most") if row.direction == "cap" else say("at least"),
                _level(row, row.target),
                _level(row, row.delivered),
                speech.money(1000 * row.price_micros),
                speech.money(1000 * row.price_cap_micros),
                speech.money(row.cost_micros),
                percent(row.cost_share, 2),
                say("cannot be kept") if row.alarm else say("none"),
                _level(row, row.tolerance),
            )
            for row in figures.promises
        ),
    )
