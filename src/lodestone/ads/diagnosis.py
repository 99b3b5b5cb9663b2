"""Why a campaign delivers as it does: what limits it, in figures, and what to do. Pure; thresholds as data."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

import msgspec

from lodestone.ads.campaign import AdDelivery, ReviewCounts
from lodestone.base.money import amount_text
from lodestone.base.wire import Money


class Limit(Enum):
    """What may limit a campaign that nothing of the record stands against, in order of precedence."""

    BALANCE_EMPTY = "balance_empty"
    BUDGET_SPENT = "budget_spent"
    LIMITED_BY_BID = "limited_by_bid"
    FREQUENCY_CAPPED = "frequency_capped"
    AUDIENCE_SMALL = "audience_small"
    REVIEW = "review"
    LEARNING = "learning"
    DELIVERING = "delivering"


CONDITIONS: Final = {
    Limit.BALANCE_EMPTY: "What is set aside for it and the advertiser's balance are less than one bid.",
    Limit.BUDGET_SPENT: "95 % of the day's budget is spent or reserved, or of the lifetime's.",
    Limit.LIMITED_BY_BID: "Its bid would win fewer than half of the pages that it fits, or it won fewer than half of the auctions it came to.",
    Limit.FREQUENCY_CAPPED: "At least half of the people within reach have seen it as often as its frequency lets them.",
    Limit.AUDIENCE_SMALL: "Fewer than 1,000 people fit it.",
    Limit.REVIEW: "Some of its ads wait for a moderator.",
    Limit.LEARNING: "Fewer than 50 of what it buys came in seven days, so that its chances are still guessed.",
    Limit.DELIVERING: "Nothing of the above limits it.",
}  # fmt: skip
"""When each holds; documentation prints it."""


@dataclass(frozen=True, slots=True)
class DiagnosisRules:
    """One version of the thresholds."""

    version: int = 1
    audience_small: int = 1_000
    """People within reach below which more budget brings little."""
    budget_spent: float = 0.95
    """The part of a budget from which on it counts as spent."""
    won_low: float = 0.5
    """The part of pages or auctions below which the bid is what limits."""
    capped_high: float = 0.5
    """The part of people at their limit from which on the frequency is."""
    learning_actions: int = 50
    """Bought actions within `learning_days` from which on chances are learned."""
    learning_days: int = 7


RULES: Final = DiagnosisRules()
"""The version in force."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that limits a campaign."""

    code: str
    """As of `delivery`, or `balance_empty`, `budget_spent`, `limited_by_bid`, `frequency_capped`, `audience_small`, `review`,
    `learning`, `delivering`."""
    message: str
    """What holds, in figures."""
    advice: str
    """What to do about it; empty where nothing needs to be done."""


class DiagnosisFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What a diagnosis rests on."""

    reachable: int
    """People that the targeting fits, children left out."""
    capped: int
    """People who have seen it as often as its frequency lets them."""
    pages: int
    """Pages of the last day that were looked at and fit."""
    pages_won: int
    """Those that the bid would win if there were no other ads."""
    auctions: int
    """Auctions on pages of the last day that it came to, of those looked at."""
    auctions_won: int
    bid: Money
    winning_bid: Money | None
    """The least bid that wins half of the pages, within a tenth; null where none does."""
    action: str
    pace: float
    """The part of the bid that enters auctions now."""
    budget: Money | None
    """Of a day; the lifetime's where there is none of a day."""
    used: Money
    available: Money
    """What is set aside for it, and the advertiser's balance."""
    actions: int
    """Slots charged in the last seven days."""


class DiagnosisOut(msgspec.Struct, frozen=True, kw_only=True):
    """Why a campaign delivers as it does."""

    campaign_id: str
    code: str
    """Of the first finding: what limits it most."""
    findings: list[Finding]
    figures: DiagnosisFigures | None
    """Null where the record already says why it is not shown."""


_ADVICE: Final = {
    "ended": "Make another campaign.",
    "audience_gone": "Make another ad group.",
    "no_ads": "Make an ad in it.",
    "item_not_live": "Publish the post, or show another.",
    "not_authorised": "Ask its author for another authorisation, or show another post.",
    "shop_closed": "Open it, or lead to another.",
    "rejected": "Read the moderator's reason, and change the ad.",
    "review": "Nothing: a moderator decides.",
    "paused": "Activate it.",
    "over": "Set a later ends_at, or make another campaign.",
    "not_started": "Nothing: it begins then.",
    "budget_spent": "Raise the lifetime budget.",
    "schedule": "Nothing, or add hours to the schedule.",
}  # fmt: skip


def of_record(delivery: AdDelivery) -> Finding:
    """Return the finding of a campaign that the record itself keeps from being shown."""
    return Finding(
        code=delivery.code, message=delivery.message, advice=_ADVICE.get(delivery.code, "")
    )


def findings_of(
    figures: DiagnosisFigures, reviews: ReviewCounts, rules: DiagnosisRules = RULES
) -> list[Finding]:
    """Return what limits a campaign that runs, what limits it most first; one of them at least.

    Args:
        figures: Of several ads that ask for different people, of the one that fits most.
        reviews: Where its ads stand.
        rules: The thresholds.
    """
    limits = list(_limits(figures, reviews, rules)) or [Limit.DELIVERING]
    return [
        Finding(code=limit.value, message=_message(limit, figures, reviews, rules), advice=_advice(limit, figures))
        for limit in limits
    ]  # fmt: skip


def _limits(
    figures: DiagnosisFigures, reviews: ReviewCounts, rules: DiagnosisRules
) -> Iterator[Limit]:
    bid, used, budget = figures.bid.micros, figures.used.micros, figures.budget
    spent = budget is not None and used >= rules.budget_spent * budget.micros
    if figures.available.micros < bid and not spent:
        yield Limit.BALANCE_EMPTY
    if spent:
        yield Limit.BUDGET_SPENT
    low = figures.pages > 0 and figures.pages_won < rules.won_low * figures.pages
    if low or (figures.auctions and figures.auctions_won < rules.won_low * figures.auctions):
        yield Limit.LIMITED_BY_BID
    if figures.capped and figures.capped >= rules.capped_high * figures.reachable:
        yield Limit.FREQUENCY_CAPPED
    if figures.reachable < rules.audience_small:
        yield Limit.AUDIENCE_SMALL
    if reviews.pending:
        yield Limit.REVIEW
    if figures.action != "impression" and figures.actions < rules.learning_actions:
        yield Limit.LEARNING


def _message(
    limit: Limit, figures: DiagnosisFigures, reviews: ReviewCounts, rules: DiagnosisRules
) -> str:
    money = {
        name: "" if amount is None else f"{amount_text(amount.micros, amount.currency)} {amount.currency}"
        for name, amount in (
            ("bid", figures.bid), ("budget", figures.budget), ("used", figures.used),
            ("available", figures.available), ("winning", figures.winning_bid),
        )
    }  # fmt: skip
    people = _count(figures.reachable, "person is", "people are")
    if limit is Limit.LIMITED_BY_BID:
        return _of_bid(figures, money)
    return {
        Limit.BALANCE_EMPTY: f"{money['available']} is left to pay with, less than one bid of {money['bid']}.",
        Limit.BUDGET_SPENT: f"{money['used']} of {money['budget']} is spent or reserved.",
        Limit.FREQUENCY_CAPPED: f"{figures.capped:,} of {_count(figures.reachable, 'person', 'people')} within reach have seen it as often as its frequency lets them.",
        Limit.AUDIENCE_SMALL: f"{people} within reach.",
        Limit.REVIEW: f"{_count(reviews.pending, 'ad waits', 'ads wait')} for a moderator.",
        Limit.LEARNING: f"{figures.actions} of {rules.learning_actions} of what it buys ({figures.action}) came in seven days.",
        Limit.DELIVERING: f"{people} within reach; {figures.pace:.0%} of the bid of {money['bid']} enters auctions, so that the budget lasts.",
    }[limit]  # fmt: skip


def _of_bid(figures: DiagnosisFigures, money: dict[str, str]) -> str:
    said = f"A bid of {money['bid']} would win {figures.pages_won:,} of {figures.pages:,} pages without other ads"
    if money["winning"]:
        said += f", and about {money['winning']} half of them"
    if figures.auctions:
        said += f"; it won {figures.auctions_won:,} of {_count(figures.auctions, 'auction', 'auctions')} that it came to"
    return f"{said}."


def _advice(limit: Limit, figures: DiagnosisFigures) -> str:
    wins = figures.winning_bid is not None and figures.winning_bid.micros > figures.bid.micros
    return {
        Limit.BALANCE_EMPTY: "Pay in; its ads come again once the money is set aside.",
        Limit.BUDGET_SPENT: "Raise the budget, or wait for the next day.",
        Limit.LIMITED_BY_BID: "Bid more." if wins else "Bid more, or show a post that people like better.",
        Limit.FREQUENCY_CAPPED: "Let one person see it more often, or reach more people.",
        Limit.AUDIENCE_SMALL: "Widen the radius, or ask for less of people.",
        Limit.REVIEW: "Nothing: a moderator decides.",
        Limit.LEARNING: "Nothing: change little until it has learned.",
        Limit.DELIVERING: "",
    }[limit]  # fmt: skip


def _count(number: int, singular: str, plural: str) -> str:
    return f"{number:,} {singular if number == 1 else plural}"
