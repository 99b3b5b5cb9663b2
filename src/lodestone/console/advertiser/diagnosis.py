"""Why a campaign runs as it does, in the reader's words."""

from dataclasses import dataclass

from lodestone.ads.diagnosis import RULES, DiagnosisFigures, DiagnosisOut
from lodestone.console.advertiser.desk import Desk
from lodestone.console.charts import percent, whole
from lodestone.console.words import Words


@dataclass(frozen=True, slots=True)
class Said:
    """One finding: what holds, and what to do; empty where nothing needs to be done."""

    message: str
    advice: str


def action_name(words: Words, action: str, count: int) -> str:
    """Name so many of what a campaign buys."""
    return {
        "impression": words.count("{n} impression", "{n} impressions", count),
        "click": words.count("{n} click", "{n} clicks", count),
        "long_view": words.count("{n} watched to the end", "{n} watched to the end", count),
        "follow": words.count("{n} follow", "{n} follows", count),
        "shop_visit": words.count("{n} visit to the shop", "{n} visits to the shop", count),
        "order": words.count("{n} order", "{n} orders", count),
    }.get(action, f"{count} {action}")  # fmt: skip


def diagnosis_said(here: Desk, diagnosis: DiagnosisOut) -> tuple[Said, ...]:
    """Say what a diagnosis found; nothing where the record says it already."""
    figures = diagnosis.figures
    if figures is None:
        return ()
    return tuple(
        Said(
            _message(here, finding.code, figures) or finding.message,
            _advice(here.words, finding.code),
        )
        for finding in diagnosis.findings
    )


def _message(here: Desk, code: str, figures: DiagnosisFigures) -> str:
    words, exact = here.words, here.speech.exact
    people = words.count("{n} person is within reach", "{n} people are within reach", figures.reachable)  # fmt: skip
    if code == "limited_by_bid":
        return _of_bid(here, figures)
    budget = "" if figures.budget is None else exact(figures.budget.micros)
    return {
        "balance_empty": words.say(
            "{amount} is left to pay with, less than one bid of {bid}.",
            {"amount": exact(figures.available.micros), "bid": exact(figures.bid.micros)},
        ),
        "budget_spent": words.say(
            "{used} of the budget of {budget} is spent or reserved.",
            {"used": exact(figures.used.micros), "budget": budget},
        ),
        "frequency_capped": words.say(
            "{n} of {all} people within reach have seen it as often as they may.",
            {"n": whole(figures.capped), "all": whole(figures.reachable)},
        ),
        "audience_small": words.say("Few people: {people}.", {"people": people}),
        "review": words.say("Some of its ads wait for a moderator."),
        "learning": words.say(
            "It is learning: {done} in seven days, of the {n} it takes to know what works.",
            {"done": action_name(words, figures.action, figures.actions), "n": RULES.learning_actions},
        ),
        "delivering": words.say(
            "It runs well: {people}, and {share} of the bid of {bid} enters auctions so that the budget lasts.",
            {"people": people, "share": percent(figures.pace), "bid": exact(figures.bid.micros)},
        ),
    }.get(code, "")  # fmt: skip


def _of_bid(here: Desk, figures: DiagnosisFigures) -> str:
    """Say what the bid would win, and what would win."""
    words, exact = here.words, here.speech.exact
    parts = [
        words.say(
            "Limited by the bid: {bid} would win {won} of {all} pages.",
            {"bid": exact(figures.bid.micros), "won": whole(figures.pages_won), "all": whole(figures.pages)},
        )
    ]  # fmt: skip
    wins = figures.winning_bid
    if wins is not None and wins.micros > figures.bid.micros:
        amount = {"amount": here.speech.money(wins.micros)}
        parts.append(words.say("About {amount} would win half of them.", amount))
    if figures.auctions_won < figures.auctions:
        lost = {"n": whole(figures.auctions - figures.auctions_won), "all": whole(figures.auctions)}
        parts.append(words.say("Other ads bid more in {n} of {all} auctions.", lost))
    return here.speech.joined(*parts)


def _advice(words: Words, code: str) -> str:
    return {
        "balance_empty": words.say("Pay in; it is shown again once the money is set aside."),
        "budget_spent": words.say("Raise the budget, or wait for tomorrow."),
        "limited_by_bid": words.say("Bid more, or show a post that people like better."),
        "frequency_capped": words.say("Let one person see it more often, or reach more people."),
        "audience_small": words.say("Widen the radius, or ask less of people."),
        "review": words.say("A moderator decides; there is nothing to do."),
        "learning": words.say("Change little until then."),
    }.get(code, "")
