"""What pages say of creators' orders: how each stands, what is paid for it, who did what, why a play does not count."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from lodestone.console.assignments.forms import write_per_cent
from lodestone.console.speech import Speech
from lodestone.console.words import Words
from lodestone.creators.assignment import MoveOut
from lodestone.creators.brief import Settlement

_TITLE_MAX: Final = 60
"""Letters of a brief that stand for it in a list."""


def moment(speech: Speech, text: str) -> str:
    """Write an instant of the API."""
    return speech.moment(datetime.fromisoformat(text), seconds=False)


def title_of(text: str) -> str:
    """Return the beginning of a brief's words, which stands for it.

    >>> title_of("Half a minute of our soup at noon, with the pot, the steam and the price.")
    'Half a minute of our soup at noon, with the pot, the steam…'
    """
    first = next(iter(text.strip().splitlines()), "")
    return first if len(first) <= _TITLE_MAX else first[: _TITLE_MAX - 1].rstrip() + "…"


def stage_name(words: Words, stage: str) -> str:
    """Name how an order stands, in a few letters."""
    return {
        "offered": words.say("offered"), "bid": words.say("bid made"), "accepted": words.say("being made"),
        "drafted": words.say("draft handed in"), "revising": words.say("changes asked for"),
        "approved": words.say("draft approved"), "published": words.say("published"), "measured": words.say("counted"),
        "disputed": words.say("disputed"), "settled": words.say("settled"), "declined": words.say("declined"),
        "expired": words.say("ran out"), "cancelled": words.say("cancelled"), "decided": words.say("decided"),
    }[stage]  # fmt: skip


def kind_name(words: Words, kind: str) -> str:
    """Name a way of settling."""
    return {
        "fixed": words.say("a price in all"), "cpm": words.say("by plays"),
        "cpa": words.say("by what people do"), "cps": words.say("by what is sold"),
    }[kind]  # fmt: skip


def action_name(words: Words, action: str) -> str:
    """Name what is paid for, one of it."""
    return {
        "order": words.say("an order"), "redeem": words.say("a redeemed voucher"),
        "shop_visit": words.say("a visit to the shop"), "conversion": words.say("a conversion"),
    }[action]  # fmt: skip


def price_said(speech: Speech, settlement: Settlement) -> str:
    """Say what is paid, without its bounds; empty where the brief leaves it to the offers."""
    say = speech.words.say
    if settlement.kind == "cps":
        share = write_per_cent(settlement.share or 0)
        return say("{n} % of what is sold and not returned", {"n": share})
    if settlement.price is None:
        return ""
    fields = {"price": speech.exact(settlement.price.micros)}
    if settlement.kind == "cpa":
        return say("{price} for {what}", {**fields, "what": action_name(speech.words, settlement.action)})  # fmt: skip
    return say("{price} in all", fields) if settlement.kind == "fixed" else say("{price} for 1,000 plays that count", fields)  # fmt: skip


def bounds_said(speech: Speech, settlement: Settlement) -> str:
    """Say the least and the most that is paid; empty where neither is given."""
    say = speech.words.say
    floor = None if settlement.floor is None else speech.exact(settlement.floor.micros)
    cap = None if settlement.cap is None else speech.exact(settlement.cap.micros)
    if settlement.kind == "fixed":
        if floor and cap:
            return say("offers and bids from {floor} to {cap}", {"floor": floor, "cap": cap})
        return say("offers and bids up to {cap}", {"cap": cap}) if cap else say("offers and bids from {floor} on", {"floor": floor}) if floor else ""  # fmt: skip
    if floor and cap:
        return say("at least {floor} while the post stays up, at most {cap}", {"floor": floor, "cap": cap})  # fmt: skip
    return say("at most {cap}", {"cap": cap}) if cap else ""


def terms_said(speech: Speech, settlement: Settlement) -> str:
    """Say what is paid, and between which bounds."""
    parts = (price_said(speech, settlement), bounds_said(speech, settlement))
    return speech.listed([part for part in parts if part])


def by_name(words: Words, by: str) -> str:
    """Name who made a move."""
    return {
        "advertiser": words.say("Advertiser"), "creator": words.say("Creator"),
        "operator": words.say("Operator"), "clock": words.say("By itself"),
    }[by]  # fmt: skip


def move_said(words: Words, move: MoveOut) -> str:
    """Say what a move was."""
    say = words.say
    by_itself = {
        "approve": say("approved, since nobody answered in time"), "expire": say("the time ran out"),
        "cancel": say("ended, since one of the two is not here any more"),
        "decide": say("divided as if nobody had objected"),
    }  # fmt: skip
    if move.by == "clock" and move.move in by_itself:
        return by_itself[move.move]
    return {
        "offer": say("made the offer"), "bid": say("made the bid"), "accept": say("accepted"), "decline": say("declined"),
        "submit": say("handed a draft in"), "revise": say("asked for changes"), "approve": say("approved the draft"),
        "publish": say("published the post"), "measure": say("what came of the post was counted"),
        "settle": say("the money was divided"), "cancel": say("cancelled"), "dispute": say("objected"),
        "decide": say("decided how the money is divided"),
    }.get(move.move, move.move)  # fmt: skip


def excluded_said(words: Words) -> Mapping[str, str]:
    """Say for each reason why something that is shown does not count, in the order in which they are looked at."""
    say = words.say
    return {
        "no_decision": say("came of no feed of ours"), "paid": say("somebody paid for the place"),
        "bot": say("by programs"), "unknown_viewer": say("nobody was signed in"),
        "own": say("by one of the two parties"), "ring": say("by authors who play each other's posts"),
        "too_short": say("too short"), "duplicate": say("by the same person on the same day"),
        "returned": say("the order was taken back"),
    }  # fmt: skip
