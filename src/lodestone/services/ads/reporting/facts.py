"""What the log says of paid slots, of conversions, and of the same sellers' posts where nobody paid."""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from lodestone.events.ad_facts import BUDGET_KINDS, PaidSlot, paid_slot, reason_of, slot_key
from lodestone.events.facts import (
    FLAG_BOT,
    FLAG_DECISION,
    FLAG_HISTORY,
    FLAG_PAID,
    FLAG_WHOLE,
    SHARE_WHOLE,
    Facts,
    empty_facts,
    refund_share,
)
from lodestone.events.outcomes import FactKind
from lodestone.features.ads.heard import CONVERSIONS
from lodestone.features.view import StateView
from lodestone.stores.log.port import Log, Offset

_ALL: Final = 2**62
_BUDGETS: Final = np.array(sorted(BUDGET_KINDS - {FactKind.LIMIT}), np.uint8)
_BESIDE: Final = np.array([*CONVERSIONS, FactKind.REFUND], np.uint8)
_ORGANIC: Final = FLAG_PAID | FLAG_HISTORY


@dataclass(slots=True)
class SlotHistory:
    """One paid slot, and all that the log says of it."""

    slot: PaidSlot
    times: dict[int, int] = field(default_factory=dict)
    """By `FactKind`: when it first happened, microseconds."""
    visible_ms: int = 0
    """How long `viewable` says it was on the screen."""
    bot: bool = False
    """Something of it was sent by a known bot."""
    billed: bool = False
    """It was charged, and that was not given back."""
    spent: int = 0
    """Micros charged, less what was given back."""
    reason: int = 0
    """Why it costs nothing, an `Invalid`; 0 where it does not, or where its time is over."""


class Conversion(NamedTuple):
    """An order, a redemption, a visit or a conversion of somebody who is known."""

    time: int
    kind: int
    person: int
    item: int
    key: int
    """Of its fact."""


@dataclass(slots=True)
class AdFacts:
    """What reports of ads are made of."""

    slots: dict[int, SlotHistory] = field(default_factory=dict)
    """By key, those that were reserved."""
    conversions: list[Conversion] = field(default_factory=list)
    """In the order of the log."""
    refunds: dict[int, int] = field(default_factory=dict)
    """By an order's key: millionths that came back of it; all of it where nothing is left."""


def read_ad_facts(log: Log) -> AdFacts:
    """Read the log once; call it in a thread."""
    read = AdFacts()
    for batch in log.read(Offset(0), limit=_ALL):
        facts = batch.facts
        kinds, paid = facts["kind"], (facts["flags"] & FLAG_PAID) != 0
        paid &= (facts["receipt"] >= 0) & (kinds < FactKind.BLOCK)
        beside = np.isin(kinds, _BESIDE) & (facts["flags"] & FLAG_HISTORY == 0)
        for at in np.flatnonzero(np.isin(kinds, _BUDGETS) | paid | beside).tolist():
            _take(read, facts[at])
    return read


def _take(read: AdFacts, fact: np.void) -> None:
    kind = int(fact["kind"])
    if kind == FactKind.RESERVE:
        slot = paid_slot(fact)
        read.slots.setdefault(slot.key, SlotHistory(slot))
        return
    if kind == FactKind.REFUND:
        about = int(fact["target"]) % 2**64
        share = SHARE_WHOLE if int(fact["flags"]) & FLAG_WHOLE else refund_share(int(fact["value"]))
        read.refunds[about] = min(SHARE_WHOLE, read.refunds.get(about, 0) + share)
        return
    if kind in CONVERSIONS:
        if fact["person"] >= 0 and fact["item"] >= 0:
            numbers = (int(fact[name]) for name in ("time", "kind", "person", "item", "key"))
            read.conversions.append(Conversion(*numbers))
        return
    history = read.slots.get(slot_key(int(fact["receipt"]), int(fact["slot"])))
    if history is not None:
        _of_slot(history, kind, fact)


def _of_slot(history: SlotHistory, kind: int, fact: np.void) -> None:
    if kind == FactKind.CHARGE:
        history.billed, history.spent = True, int(fact["target"])
    elif kind == FactKind.RELEASE:
        history.reason = reason_of(int(fact["value"]))
    elif kind == FactKind.INVALID:
        history.spent -= int(fact["target"])
        history.billed, history.reason = False, reason_of(int(fact["value"]))
    else:
        history.times.setdefault(kind, int(fact["time"]))
        history.bot = history.bot or bool(int(fact["flags"]) & FLAG_BOT)
        if kind == FactKind.VIEWABLE:
            history.visible_ms = max(history.visible_ms, int(fact["value"]))


def read_organic(log: Log, state: StateView, sellers: set[int]) -> Facts:
    """Read what was seen and done of sellers' posts in slots that nobody paid for; call it in a thread.

    Args:
        log: The community's.
        state: Says whose each item is.
        sellers: Author slots.

    Returns:
        Shape (facts,). What a known bot sent is left out.
    """
    theirs = np.isin(state.items["author"][: state.item_count], sorted(sellers))
    parts = [empty_facts(0)]
    for batch in log.read(Offset(0), limit=_ALL) if theirs.any() else ():
        facts, item = batch.facts, batch.facts["item"]
        flags = facts["flags"]
        wanted = (facts["kind"] < FactKind.BLOCK) & (facts["receipt"] >= 0)
        wanted &= ((flags & FLAG_DECISION) != 0) & ((flags & (_ORGANIC | FLAG_BOT)) == 0)
        wanted &= (item >= 0) & (item < theirs.size)
        wanted[wanted] = theirs[item[wanted]]
        if wanted.any():
            parts.append(facts[wanted])
    return np.concatenate(parts)
