"""What the three fields would bring, in the reader's words: people, and what several budgets a day buy."""

from collections.abc import Callable
from dataclasses import dataclass

from lodestone.ads.forecast import ForecastOut, ForecastRow, RangeOut
from lodestone.console.advertiser.said import outcomes_name
from lodestone.console.charts import number, whole
from lodestone.console.speech import Speech
from lodestone.console.words import Words


@dataclass(frozen=True, slots=True)
class Expected:
    """A figure, and between which two nine days of ten lie."""

    figure: str
    between: str
    """Empty where the two are the figure itself."""


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """What one daily budget would bring."""

    budget: str
    asked: bool
    """It is the budget that was written; the others are half of it and twice as much."""
    reach: Expected
    actions: Expected
    cost: Expected
    limit: str
    """What ends first."""


@dataclass(frozen=True, slots=True)
class ForecastShown:
    """A forecast as the desk shows it."""

    people: str
    """How many the targeting fits."""
    action: str
    """What is counted, as a heading."""
    rows: tuple[BudgetRow, ...]
    """Empty where the last day had no page that the ad could have stood on."""
    basis: str
    """What it was worked out from."""


def forecast_shown(
    speech: Speech, forecast: ForecastOut, *, radius_km: float, daily_micros: int
) -> ForecastShown:
    """Say a forecast in words.

    Args:
        speech: The reader's.
        forecast: Of a circle around a shop.
        radius_km: Its radius.
        daily_micros: The budget that was asked about.
    """
    words = speech.words
    rows = tuple(
        _row(speech, row, asked=row.daily_budget.micros == daily_micros)
        for row in forecast.budgets
    )  # fmt: skip
    return ForecastShown(
        people=_people(words, forecast.reachable, radius_km),
        action=outcomes_name(words, forecast.action),
        rows=rows if forecast.pages else (),
        basis=words.count(
            "Worked out from {n} page of the last day, as if no other ad were there. Nine days of ten lie between the two small figures.",
            "Worked out from {n} pages of the last day, as if no other ad were there. Nine days of ten lie between the two small figures.",
            forecast.pages,
        ),
    )


def _people(words: Words, reachable: RangeOut, radius_km: float) -> str:
    count, fields = round(reachable.expected), {"km": number(radius_km)}
    if reachable.low == reachable.high:
        fields["count"] = whole(count)
        return words.count(
            "{count} person within {km} km", "{count} people within {km} km", count, fields
        )
    low, high = whole(round(reachable.low)), whole(round(reachable.high))
    return words.say("{low} to {high} people within {km} km", {"low": low, "high": high, **fields})


def _row(speech: Speech, row: ForecastRow, *, asked: bool) -> BudgetRow:
    words, cost = speech.words, row.cost
    limit = {
        "budget": words.say("the budget ends first"),
        "audience": words.say("all are reached first"),
    }[row.limited_by]
    return BudgetRow(
        budget=speech.exact(row.daily_budget.micros),
        asked=asked,
        reach=_expected(words, row.reach, _count),
        actions=_expected(words, row.actions, _count),
        cost=_expected(
            words,
            RangeOut(low=cost.low.micros, expected=cost.expected.micros, high=cost.high.micros),
            speech.money,
        ),
        limit=limit,
    )


def _count(value: float) -> str:
    """Write how many are expected: whole from ten on.

    >>> _count(3.14), _count(12.6)
    ('3.1', '13')
    """
    return number(round(value)) if value >= 10 else number(round(value, 1))


def _expected(words: Words, figure: RangeOut, write: Callable[[float], str]) -> Expected:
    low, expected, high = map(write, (figure.low, figure.expected, figure.high))
    same = low == expected == high
    return Expected(
        expected, "" if same else words.say("{low} to {high}", {"low": low, "high": high})
    )
