"""A receipt in plain words: one sentence first, then the figures with a name each."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from lodestone.console.because import ReasonTold, Subject, because
from lodestone.console.charts import number
from lodestone.console.viewer.feed_page import About
from lodestone.console.why_ad import AdTold
from lodestone.console.words import Words
from lodestone.services.receipts.explain import Reasons

_CHOSEN: Final = frozenset({"private", "channel", "profession"})
"""Domains that somebody is in by what they did: whom they follow, what they joined."""
_LEAST: Final = 20
"""Impressions before anything is said of how many stayed."""


class PartTold(msgspec.Struct, frozen=True, kw_only=True):
    """One outcome: what it is, how likely, what it adds."""

    outcome: str
    name: str
    chance: str
    micros: float


class StepTold(msgspec.Struct, frozen=True, kw_only=True):
    """One promise: what it is and what it adds or takes."""

    promise: str
    name: str
    micros: float


class RunnerUpTold(msgspec.Struct, frozen=True, kw_only=True):
    """The best post that was not shown."""

    item_id: str
    text: str
    author: str | None
    author_id: str | None
    net_micros: float


class WhyOut(msgspec.Struct, frozen=True, kw_only=True):
    """Why a slot holds what it holds. Amounts are micros of the community's currency, per impression."""

    receipt_id: str
    slot: int
    sentence: str
    """Complete and true by itself, in the reader's language."""
    chance: str
    """Whether chance chose, and how likely this was."""
    payment: str
    """Whether anybody paid."""
    parts: list[PartTold]
    value_micros: float
    steps: list[StepTold]
    net_micros: float
    payment_micros: int
    runner_up: RunnerUpTold | None
    propensity: float
    by_chance: bool
    candidates: int
    identical: bool
    """Deciding again from the receipt gives the same."""
    currency: str
    reasons: list[ReasonTold]
    """What speaks most for it, the largest first: the terms that can be said of it and of the viewer."""
    untold: str | None
    """Why it cannot be said any more what it was chosen by; null where it can."""
    ad: AdTold | None = None
    """Of an ad: who pays, for what, why this viewer."""


def why(
    words: Words, subject: Subject, runner_up: RunnerUpTold | None, *, currency: str,
    ad: AdTold | None = None,
) -> WhyOut:  # fmt: skip
    """Tell one slot's reasons in words; `ad`: what is told of it beyond that, where it is one."""
    explained, reasons = subject.told, [] if subject.told.by_chance else because(words, subject)
    return WhyOut(
        receipt_id=explained.receipt_id,
        slot=explained.slot,
        sentence=sentence(words, explained, subject.shown, reasons)
        if ad is None
        else words.say("This is an ad: {payer} pays for this place.", {"payer": ad.payer}),
        reasons=reasons,
        untold=_untold(words, explained),
        ad=ad,
        chance=_chance(words, explained),
        payment=_payment(words, explained),
        parts=[
            PartTold(
                outcome=part.outcome,
                name=_outcome(words, part.outcome),
                chance=_likelihood(words, part.outcome, part.chance),
                micros=round(part.micros, 3),
            )
            for part in explained.parts
        ],
        value_micros=explained.value_micros,
        steps=[
            StepTold(
                promise=step.promise,
                name=_promise(words, step.kind, step.promise, step.micros),
                micros=step.micros,
            )
            for step in explained.steps
        ],
        net_micros=explained.net_micros,
        payment_micros=explained.payment_micros,
        runner_up=runner_up,
        propensity=explained.propensity,
        by_chance=explained.by_chance,
        candidates=explained.candidates,
        identical=explained.identical,
        currency=currency,
    )


def sentence(words: Words, told: Reasons, shown: About, reasons: Sequence[ReasonTold] = ()) -> str:
    """Say in one sentence how the post came here and what speaks for it."""
    if told.ad is not None:
        return words.say("This is an ad: somebody pays for this place.")
    fields = {
        "km": shown.distance_km,
        "name": shown.domain_name,
        "author": shown.author,
        "n": _in_ten(told),
        "tag": told.tags[0] if told.tags else None,
    }
    return words.say(_opening(words, told, shown), fields) + words.say(
        _evidence(words, told, reasons), fields
    )


def _opening(words: Words, told: Reasons, shown: About) -> str:
    say = words.say
    if told.by_chance:
        return say("Drawn by chance, so that new things get their turn")
    if told.domain_kind == "private":
        return (
            say("From {author}, whom you follow") if shown.author else say("From those you follow")
        )
    if told.domain_kind == "channel":
        return say("From the channel {name}")
    if told.domain_kind == "profession":
        return say("From people of the trade, {name}")
    near = shown.distance_km is not None
    if told.domain_kind == "place":
        return say("From your neighbourhood: {km} km away") if near else say("From {name}")
    return _public(words, told, near=near)


def _public(words: Words, told: Reasons, *, near: bool) -> str:
    say = words.say
    if told.source == "taste" and told.personalised:
        return say("Close to what you stayed on before")
    if told.source == "trending":
        return say("Many people stayed on it lately")
    if told.source == "new":
        return say("New, and getting its first looks")
    if told.source == "live":
        return say("Live now")
    if told.source == "neighbours" and near:
        return say("From {km} km away")
    return say("From the whole community")


def _evidence(words: Words, told: Reasons, reasons: Sequence[ReasonTold]) -> str:
    say = words.say
    if not told.personalised:
        if told.domain_kind in _CHOSEN:
            return say("; beyond that, nothing you did was used to choose it.")
        return say("; nothing you did was used to choose it.")
    if told.by_chance:
        return say(".")
    first = next((reason for reason in reasons if not _is_said(told, reason.term)), None)
    if first is not None and first.term != "item":
        # What was filled in is a name of somebody's; it is no sentence with fields of its own.
        clause = first.text.replace("{", "{{").replace("}", "}}")
        return say("; it is here because {clause}.", {"clause": clause})
    if told.tags:
        return say(", and you said you like {tag}.")
    if _in_ten(told) >= 1 and told.source != "new":
        return say(", and {n} in 10 who saw it stayed.")
    if any(step.kind == "first_impressions" and step.micros > 0 for step in told.steps):
        return say(", and every new post is owed a fair first look.")
    return say(".")


def _is_said(told: Reasons, term: str) -> bool:
    """Say whether the sentence's opening says it already, or says otherwise."""
    if term == "popular" and told.source in ("trending", "new"):
        return True  # many took to it: said already, or not of what gets its first looks
    return term == told.domain_kind or (
        term == "taste" and (told.source == "taste" or bool(told.tags))
    )


def _untold(words: Words, told: Reasons) -> str | None:
    say = words.say
    if told.untold is None:
        return None
    return {
        "predictor": say(
            "It was chosen by weights that are no longer in force, so what spoke for it cannot be said any more."
        ),
        "item_lists": say(
            "It was chosen by lists of what people alike took to that are no longer there, so what spoke for it cannot be said any more."
        ),
        "personalisation": say(
            "You have switched off personalisation since, so nothing is worked out from what you did."
        ),
    }[told.untold]


def _in_ten(told: Reasons) -> int:
    """Return how many in ten stayed, 0 where too few have seen it to say."""
    return round(10 * told.stayed / told.impressions) if told.impressions >= _LEAST else 0


def _chance(words: Words, told: Reasons) -> str:
    percent = {"percent": _percent(told.propensity), "share": _percent(told.explored)}
    if told.ad is not None:
        return words.say(
            "A paid place is never drawn: of the ads that fit, it adds most to this page."
        )
    if told.by_chance:
        return words.say(
            "This place was filled by a draw: {percent} in 100 for this post. {share} in 100 places are, "
            "so that the engine keeps learning what people like.",
            percent,
        )
    if told.explored <= 0:
        return words.say("It won this place by its worth; no place is left to a draw.")
    return words.say(
        "It won this place by its worth, not by a draw. {share} in 100 places are filled by a draw; "
        "with that in mind, the chance of this post here was {percent} in 100.",
        percent,
    )


def _payment(words: Words, told: Reasons) -> str:
    if told.ad is not None:
        return words.say("Somebody pays for this place.")
    return words.say("Nobody paid for this place.")


def _percent(share: float) -> str:
    """Write a share as so many in a hundred, three digits at most.

    >>> _percent(0.98765), _percent(0.02), _percent(0.00004), _percent(1e-9)
    ('98.8', '2', '0.004', '0.0000001')
    """
    return number(100 * share) if share < 1 else "100"


def _likelihood(words: Words, outcome: str, chance: float) -> str:
    if outcome == "watch":
        return words.say("{n} seconds expected", {"n": number(chance)})
    return words.say("{n} in 100", {"n": _percent(chance)})


def _outcome(words: Words, outcome: str) -> str:
    say = words.say
    names: Mapping[str, str] = {
        "watch": say("Watching"),
        "click": say("Opening it"),
        "long_view": say("Staying on it"),
        "like": say("A like"),
        "comment": say("A comment"),
        "share": say("Sharing it"),
        "follow": say("Following the author"),
        "profile_visit": say("Looking at the author"),
        "shop_visit": say("Visiting the shop"),
        "order": say("Buying"),
        "not_interested": say("“Not interested”"),
        "hide": say("Hiding it"),
        "report": say("A report"),
    }
    return names.get(outcome, outcome)


def _promise(words: Words, kind: str, promise: str, micros: float) -> str:
    say = words.say
    if kind == "gini":
        return (
            say("Its author has been shown little")
            if micros > 0
            else say("Its author has been shown a lot")
        )
    names: Mapping[str, str] = {
        "first_impressions": say("New posts are owed a first look"),
        "local_share": say("The neighbourhood keeps its share"),
        "small_creators": say("Small creators keep their share"),
        "exploration": say("A share is left to chance"),
    }
    return names.get(kind, promise)
