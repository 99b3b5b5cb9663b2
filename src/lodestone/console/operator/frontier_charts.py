"""The frontier between what ads earn and what they displace: each load and each price a point, the one in force marked."""

from collections.abc import Callable, Sequence

from lodestone.base.money import MICROS_IN_ONE
from lodestone.console.charts import (
    Chart,
    Note,
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
    whole,
)
from lodestone.console.operator.answers import Empty, Section
from lodestone.console.speech import Speech
from lodestone.services.ads.frontier import Frontier, FrontierPoint

_PAD = 4.0


def frontier_section(frontier: Frontier, speech: Speech) -> Section:
    """Say what other loads and prices would have earned on the last day, and what they would have displaced."""
    say = speech.words.say
    kicker = say("Dry run of the last day")
    if not frontier.pages_with_ads:
        return Section("frontier", kicker, say("No ad came to a page of the last day, so there is nothing to try."), empties=(_nothing(speech),))  # fmt: skip
    now = next(point for point in frontier.by_load if point.ad_load == frontier.ad_load)
    answer = say(
        "At the load of {load} the last day would have earned {amount} and displaced {lost} of organic value.",
        {
            "load": percent(now.ad_load, 2), "amount": speech.money(now.revenue_micros),
            "lost": speech.money(now.displaced_micros),
        },
    )  # fmt: skip
    detail = say(
        "{n} pages of {all} were filled again from their receipts, with the bids, paces and chances of that moment. More places for the same ads cost each of them less. Budgets would have moved, and a receipt holds few ads more than its page had room for: what loads far above the one in force earn is the least that they would.",
        {"n": whole(frontier.pages), "all": whole(frontier.pages_of_day)},
    )
    by_load = _best(frontier.by_load)
    best_load = say(
        "Most is earned at a load of {best}: {amount}.",
        {"best": percent(by_load.ad_load, 2), "amount": speech.money(by_load.revenue_micros)},
    )
    by_price = _best(frontier.by_price)
    best_price = say(
        "Most is earned at a price of {best} for an appearance: {amount}.",
        {"best": speech.money(by_price.ad_price_micros), "amount": speech.money(by_price.revenue_micros)},
    )  # fmt: skip
    charts = (
        _chart(
            "frontier-load", best_load, frontier, frontier.by_load,
            lambda point: percent(point.ad_load, 2), say("Ad load"), speech,
        ),
        _chart(
            "frontier-price", best_price, frontier, frontier.by_price, lambda point: speech.money(point.ad_price_micros),
            say("Price of an appearance"), speech,
        ),
    )  # fmt: skip
    return Section("frontier", kicker, answer, detail, charts=charts)


def _nothing(speech: Speech) -> Empty:
    say = speech.words.say
    return Empty(say("The frontier will appear here once ads run."), say("See which ads were approved"), "/operator/ads?state=approved")  # fmt: skip


def _best(points: Sequence[FrontierPoint]) -> FrontierPoint:
    """Return the point that earns most, of equal ones the one that displaces least."""
    return max(points, key=lambda point: (point.revenue_micros, -point.displaced_micros))


def _chart(
    name: str, title: str, frontier: Frontier, points: Sequence[FrontierPoint],
    called: Callable[[FrontierPoint], str], head: str, speech: Speech,
) -> Chart:  # fmt: skip
    say = speech.words.say
    ordered = sorted(points, key=lambda point: (point.displaced_micros, point.revenue_micros))
    across = [point.displaced_micros / MICROS_IN_ONE for point in ordered]
    up = [point.revenue_micros / MICROS_IN_ONE for point in ordered]
    wide, y = levels(across), levels(up)
    x = Scale(wide.low, wide.high, _PAD, 100 - _PAD, wide.ticks)
    marks = tuple(
        Point(
            lost,
            earned,
            f"{called(point)}: {speech.money(point.revenue_micros)}, {speech.money(point.displaced_micros)}",
        )
        for point, lost, earned in zip(ordered, across, up, strict=True)
    )
    line = draw(Series("ink", "", marks), x, y)
    now = [
        (x(lost), y(earned), point)
        for point, lost, earned in zip(ordered, across, up, strict=True)
        if point.ad_load == frontier.ad_load and point.ad_price_micros == frontier.ad_price_micros
    ]
    notes = tuple(
        Note(at, level, say("now: {value}", {"value": called(point)}), "start" if at < 60 else "end", "ink", row=1)
        for at, level, point in now[:1]
    )  # fmt: skip
    return Chart(
        id=name, title=title, x_title=say("Organic value displaced, {currency}", {"currency": speech.sign}),
        y_title=say("Revenue of the day, {currency}", {"currency": speech.sign}),
        x_ticks=tuple(Tick(x(level), number(level)) for level in wide.ticks),
        y_ticks=tuple(Tick(y(level), number(level)) for level in y.ticks),
        lines=(line,), readings=readings((line,)), notes=notes,
        marks_at=tuple((at, level) for at, level, _ in now[:1]), kind="square",
        table=_table(frontier, points, called, head, speech),
    )  # fmt: skip


def _table(
    frontier: Frontier, points: Sequence[FrontierPoint], called: Callable[[FrontierPoint], str],
    head: str, speech: Speech,
) -> Table:  # fmt: skip
    say = speech.words.say
    return Table(
        (head, say("Revenue"), say("Paid slots"), say("Share of slots"), say("Organic value displaced")),
        tuple(
            (
                called(point), speech.money(point.revenue_micros), number(point.paid_slots),
                percent(point.paid_slots / frontier.slots, 2) if frontier.slots else "\u2013",
                speech.money(point.displaced_micros),
            )
            for point in points
        ),
    )  # fmt: skip
