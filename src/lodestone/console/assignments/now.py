"""What is to be done about an order now, by when, and what silence means; for each side."""

from typing import Final, Literal, TypeAlias

from lodestone.console.assignments.said import moment
from lodestone.console.speech import Speech
from lodestone.console.words import Words
from lodestone.creators.assignment import AssignmentOut
from lodestone.creators.life import Actor, Move, Stage, after

Side: TypeAlias = Literal["creator", "advertiser"]
_TURNS: Final = {
    "creator": frozenset({"offered", "accepted", "revising", "approved"}),
    "advertiser": frozenset({"bid", "drafted"}),
}
STAGES: Final = {
    "accepted": "accepted", "draft": "drafted", "revise": "revising", "approve": "approved", "publish": "published",
    "cancel": "cancelled", "dispute": "disputed",
}  # fmt: skip
"""How an order stands once a form of a desk has done what it is for."""


def waits_for(side: Side, stage: str) -> bool:
    """Say whether an order waits for a side to do something.

    >>> waits_for("creator", "accepted"), waits_for("advertiser", "accepted")
    (True, False)
    """
    return stage in _TURNS[side]


def moves_of(side: Side, order: AssignmentOut) -> frozenset[str]:
    """Return what a side may do with an order as it stands, while its time is not over."""
    stage, actor = Stage[order.stage.upper()], Actor[side.upper()]
    moves = {move for move in Move if after(stage, move, actor) is not None}
    if not order.rounds_left:
        moves.discard(Move.REVISE)
    return frozenset(move.name.lower() for move in moves)


def now_said(speech: Speech, side: Side, stage: str, due: str | None) -> str:
    """Say what is to be done now and by when, or that nothing is."""
    when = "" if due is None else moment(speech, due)
    sentences = _for_creator if side == "creator" else _for_advertiser
    return {**_ended(speech.words), **sentences(speech.words, {"time": when})}[stage]


def _ended(words: Words) -> dict[str, str]:
    return {
        "settled": words.say("It is settled, and nothing opens it again."),
        "decided": words.say("The dispute is decided, and nothing opens it again."),
        "declined": words.say("It was declined. No money had been set aside."),
        "expired": words.say("The time ran out. What had been set aside went back to the advertiser."),
        "cancelled": words.say("It was cancelled."),
    }  # fmt: skip


def _for_creator(words: Words, fields: dict[str, str]) -> dict[str, str]:
    say = words.say
    return {
        "offered": say("Accept or decline by {time}.", fields),
        "bid": say("The advertiser answers by {time}.", fields),
        "accepted": say("Hand a draft in by {time}.", fields),
        "drafted": say("The advertiser looks at your draft until {time}.", fields),
        "revising": say("Hand another draft in by {time}.", fields),
        "approved": say("Publish the post, then name it here, by {time}.", fields),
        "published": say("What comes of the post is counted until {time}. Leave it up.", fields),
        "measured": say("It is counted. What is heard late is taken in until {time}, then the money is divided.", fields),
        "disputed": say("An operator decides by {time}.", fields),
    }  # fmt: skip


def _for_advertiser(words: Words, fields: dict[str, str]) -> dict[str, str]:
    say = words.say
    return {
        "offered": say("The creator answers by {time}.", fields),
        "bid": say("Accept or decline by {time}.", fields),
        "accepted": say("The creator hands a draft in by {time}.", fields),
        "drafted": say("Approve the draft or ask for changes by {time}.", fields),
        "revising": say("The creator hands another draft in by {time}.", fields),
        "approved": say("The creator publishes the post by {time}.", fields),
        "published": say("What comes of the post is counted until {time}.", fields),
        "measured": say("It is counted. What is heard late is taken in until {time}, then the money is divided.", fields),
        "disputed": say("An operator decides by {time}.", fields),
    }  # fmt: skip


def silence_said(words: Words, stage: str) -> str:
    """Say what happens when nobody does anything; empty of an order that has ended."""
    say = words.say
    return {
        "offered": say("Without an answer the offer ends and nothing is owed."),
        "bid": say("Without an answer the bid ends and nothing is owed."),
        "accepted": say("Without a draft by then the order ends, and all the money goes back to the advertiser."),
        "drafted": say("Without an answer by then the draft is approved."),
        "revising": say("Without another draft by then the order ends, and all the money goes back to the advertiser."),
        "approved": say("Without a published post by then the order ends, and all the money goes back to the advertiser."),
        "published": say("Nobody has to do anything meanwhile."),
        "measured": say("Whoever disagrees with the count objects before then."),
        "disputed": say("Without a decision by then the money is divided as if nobody had objected."),
    }.get(stage, "")  # fmt: skip
