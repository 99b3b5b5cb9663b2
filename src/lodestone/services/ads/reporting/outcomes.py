"""What counts of each slot: which events are net of invalid traffic, and which conversions are its own."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from lodestone.ads.attribution import Touches
from lodestone.ads.billing import RULES as BILLING
from lodestone.ads.invalid_traffic import ClickEvidence, Invalid, judge_click
from lodestone.base.arrays import Ints
from lodestone.events.ad_facts import slot_key
from lodestone.events.facts import SHARE_WHOLE, Facts
from lodestone.events.outcomes import FactKind
from lodestone.features.ads.heard import CONVERSIONS
from lodestone.features.view import StateView
from lodestone.services.ads.reporting.facts import AdFacts, Conversion, SlotHistory

OF_SLOT: Final = (FactKind.CLICK, FactKind.LONG_VIEW, FactKind.FOLLOW)
"""What happens on the slot itself, once each."""
OUTCOMES: Final = (*OF_SLOT, *CONVERSIONS)
"""What reports count, in this order."""
_ORGANIC: Final = ("item", "receipt", "served", "person")
_OF_CLICK: Final = frozenset({Invalid.RATE, Invalid.DUPLICATE, Invalid.TOO_FAST})
"""Reasons that speak against a click, and not against having seen what was clicked."""


@dataclass(slots=True)
class Counted:
    """What counts of one slot."""

    history: SlotHistory
    valid: bool
    """Its impression counts as net."""
    kinds: frozenset[int]
    """What happened on it and counts: of `OF_SLOT`, and `VIEWABLE`."""
    conversions: list[Conversion] = field(default_factory=list)
    """Those put down to it that were not taken back whole."""


def counted(facts: AdFacts, state: StateView) -> dict[int, Counted]:
    """Judge every slot, and put each conversion down to the slot that touched its person last.

    Args:
        facts: As read.
        state: Says whose each item is.

    Returns:
        By key, in the order the slots were served.
    """
    clicks = _clicks(facts.slots.values())
    slots = {
        key: _judged(history, clicks.get(history.slot.person, ()), state)
        for key, history in facts.slots.items()
    }
    touches = Touches()
    for key, slot in slots.items():
        times, of = slot.history.times, slot.history.slot
        if slot.valid and of.person >= 0:
            click = times.get(FactKind.CLICK) if FactKind.CLICK in slot.kinds else None
            seller = int(state.items["author"][of.item])
            touches.add(of.person, seller, key, times[FactKind.IMPRESSION], click)
    for conversion in standing(facts):
        seller = int(state.items["author"][conversion.item])
        touch = touches.last(conversion.person, seller, conversion.time)
        if touch is not None:
            slots[touch.key].conversions.append(conversion)
    return slots


def standing(facts: AdFacts) -> Iterator[Conversion]:
    """Yield the conversions that were not taken back whole."""
    for conversion in facts.conversions:
        if facts.refunds.get(conversion.key, 0) < SHARE_WHOLE:
            yield conversion


def _clicks(slots: Iterable[SlotHistory]) -> Mapping[int, list[tuple[int, SlotHistory]]]:
    """Return everybody's clicks on paid slots, by person, the first first."""
    by_person: dict[int, list[tuple[int, SlotHistory]]] = {}
    for history in slots:
        time = history.times.get(FactKind.CLICK)
        if time is not None and history.slot.person >= 0:
            by_person.setdefault(history.slot.person, []).append((time, history))
    for clicks in by_person.values():
        clicks.sort(key=lambda click: (click[0], click[1].slot.key))
    return by_person


def _judged(
    history: SlotHistory, clicks: Sequence[tuple[int, SlotHistory]], state: StateView
) -> Counted:
    """Take invalid traffic out: what billing has decided stands, and what it never judged is judged by the same rules."""
    times, slot = history.times, history.slot
    spoken = Invalid(history.reason) if history.reason else None
    if spoken in _OF_CLICK and slot.bought != FactKind.CLICK:
        whole = True  # what was bought was given back, and it was no click
    elif history.billed:
        whole = False
    else:
        whole = history.bot or _own(history, state) or (
            spoken is not None and spoken not in _OF_CLICK
        )  # fmt: skip
    seen = times.get(FactKind.IMPRESSION)
    if seen is None or whole:
        return Counted(history, valid=False, kinds=frozenset())
    kinds = {int(kind) for kind in OF_SLOT if times.get(kind, -1) >= seen}
    if FactKind.VIEWABLE in times:
        least = BILLING.video_ms if slot.video else BILLING.visible_ms
        if history.visible_ms >= least and times[FactKind.VIEWABLE] >= seen:
            kinds.add(int(FactKind.VIEWABLE))
    paid_click = history.billed and slot.bought == FactKind.CLICK
    judged = FactKind.CLICK in kinds and not paid_click
    if judged and (spoken in _OF_CLICK or _click_fails(history, clicks)):
        kinds.discard(int(FactKind.CLICK))
    return Counted(history, valid=True, kinds=frozenset(kinds))


def _own(history: SlotHistory, state: StateView) -> bool:
    """Say whether whoever saw it is the author of what it shows."""
    author = int(state.items["author"][history.slot.item])
    row = int(state.authors["person"][author])
    ordinal = int(state.people["ordinal"][row]) if row >= 0 else -1
    return history.slot.person >= 0 and ordinal == history.slot.person


def _click_fails(history: SlotHistory, clicks: Sequence[tuple[int, SlotHistory]]) -> bool:
    """Say whether the rules of invalid traffic speak against a slot's click."""
    time = history.times[FactKind.CLICK]
    mine = time, history.slot.key
    others = [(at, other) for at, other in clicks if other is not history]
    same = [
        at
        for at, other in others
        if other.slot.campaign == history.slot.campaign and (at, other.slot.key) < mine
    ]
    evidence = ClickEvidence(
        time, history.times[FactKind.IMPRESSION], others=[at for at, _ in others], same=same
    )
    return judge_click(evidence) is not None


@dataclass(slots=True)
class Organic:
    """What came of one post in slots that nobody paid for, of one slot each."""

    item: int
    receipt: int
    served: int
    """Seconds since the epoch."""
    person: int
    times: dict[int, int] = field(default_factory=dict)
    conversions: list[Conversion] = field(default_factory=list)


def organic(
    facts: Facts, paid: AdFacts, credited: Mapping[int, Counted], state: StateView
) -> list[Organic]:
    """Count the same of slots that nobody paid for: conversions only that no ad has, by the same rule.

    Args:
        facts: As `read_organic` gives them.
        paid: As read.
        credited: As `counted` gives them.
        state: Says whose each item is.
    """
    slots: dict[int, Organic] = {}
    for fact in facts:
        key, kind = slot_key(int(fact["receipt"]), int(fact["slot"])), int(fact["kind"])
        slot = slots.get(key)
        if slot is None:
            item, receipt, served, person = (int(fact[name]) for name in _ORGANIC)
            slot = slots[key] = Organic(item, receipt, served, person)
        slot.times.setdefault(kind, int(fact["time"]))
    touches = Touches()
    for key, slot in slots.items():
        if slot.person >= 0:
            seller = int(state.items["author"][slot.item])
            seen, click = (slot.times.get(kind) for kind in (FactKind.IMPRESSION, FactKind.CLICK))
            touches.add(slot.person, seller, key, seen, click)
    taken = {conversion.key for slot in credited.values() for conversion in slot.conversions}
    for conversion in standing(paid):
        seller = int(state.items["author"][conversion.item])
        touch = touches.last(conversion.person, seller, conversion.time)
        if touch is not None and conversion.key not in taken:
            slots[touch.key].conversions.append(conversion)
    return [slot for slot in slots.values() if FactKind.IMPRESSION in slot.times]


def outcomes_of(kinds: Iterable[int], conversions: Iterable[Conversion]) -> Ints:
    """Count outcomes; shape (outcomes,), in the order of `OUTCOMES`."""
    counts = np.zeros(len(OUTCOMES), np.int64)
    for kind in (*kinds, *(conversion.kind for conversion in conversions)):
        if kind in OUTCOMES:
            counts[OUTCOMES.index(FactKind(kind))] += 1
    return counts
