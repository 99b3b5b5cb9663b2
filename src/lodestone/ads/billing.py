"""Billable facts: what a paid slot is charged for, until when, and which conversion is whose. Pure; rules as data.

A slot is charged at most once, for what its campaign buys:

    an impression    `viewable`: half the pixels for a second, of a video for two, not before it was shown
    a click, a look  after an impression of the same slot
    an order, ...    by the same person of the same seller, within 7 days of a click or 1 day of a look: the last touch

It ages out when nothing that may still happen can be charged for, and a grace later, for what comes late.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from lodestone.base.clock import DAY_MICROS, HOUR_MICROS, SECOND_MICROS
from lodestone.events.ad_facts import PaidSlot
from lodestone.events.outcomes import FactKind
from lodestone.features.ads.heard import CONVERSIONS, NEVER, Deed, SlotTimes


@dataclass(frozen=True, slots=True)
class BillingRules:
    """One version of what is billable, microseconds unless it is said otherwise."""

    version: int = 1
    impression_age: int = HOUR_MICROS
    """How long after it was served a slot may be looked at."""
    outcome_age: int = DAY_MICROS
    """How long after it was served a click or a look may follow."""
    after_click: int = 7 * DAY_MICROS
    """How long after a click a conversion is put down to it."""
    after_view: int = DAY_MICROS
    """How long after a look without a click."""
    grace: int = HOUR_MICROS
    """How much later what happened in time may come to be known and still be charged."""
    visible_ms: int = 1_000
    video_ms: int = 2_000


RULES: Final = BillingRules()
"""The version in force."""


class Billed(Enum):
    """What a slot has come to."""

    YES = "yes"
    """It is charged for what happened at a time."""
    WAIT = "wait"
    """What is bought has not been heard of, or not what must come before it."""
    NEVER = "never"
    """Too late, or not long enough on the screen: no fact that may come can change it."""


@dataclass(frozen=True, slots=True)
class Bill:
    """What a slot has come to, and when what it is charged for happened."""

    billed: Billed
    time: int = NEVER


_WAIT: Final = Bill(Billed.WAIT)


def bill(slot: PaidSlot, times: SlotTimes, rules: BillingRules = RULES) -> Bill:
    """Judge a slot that sells anything but conversions by what was heard of it.

    It does not matter in which order that came: the times of the events say what came before what.
    """
    if slot.bought in CONVERSIONS:
        return _WAIT
    if slot.bought == FactKind.VIEWABLE:
        time, age = times.viewable, rules.impression_age
        least = rules.video_ms if slot.video else rules.visible_ms
        if time != NEVER and times.visible_ms < least:
            return Bill(Billed.NEVER, time)
    else:
        time, age = (
            times.click if slot.bought == FactKind.CLICK else times.bought,
            rules.outcome_age,
        )
    if NEVER in (time, times.impression):
        return _WAIT
    if times.impression > time or time > slot.served * SECOND_MICROS + age:
        return Bill(Billed.NEVER, time)
    return Bill(Billed.YES, time)


def ages_out(slot: PaidSlot, times: SlotTimes, rules: BillingRules = RULES) -> int:
    """Return from which instant on a slot can not be charged any more, whatever comes; microseconds."""
    served = slot.served * SECOND_MICROS
    if slot.bought == FactKind.VIEWABLE:
        return served + rules.impression_age + rules.grace
    if slot.bought not in CONVERSIONS:
        return served + rules.outcome_age + rules.grace
    looked = served + rules.impression_age if times.impression == NEVER else times.impression
    last = looked + rules.after_view
    if times.click != NEVER:
        last = max(last, times.click + rules.after_click)
    else:
        last = max(last, served + rules.outcome_age)
    return last + rules.grace


def touch(slot: PaidSlot, times: SlotTimes, deed: Deed, rules: BillingRules = RULES) -> int:
    """Return when a slot touched whoever did something, `NEVER` where it is not put down to it."""
    if deed.kind != slot.bought or times.impression == NEVER:
        return NEVER
    clicked = times.impression <= times.click <= deed.time <= times.click + rules.after_click
    if times.click != NEVER and clicked:
        return times.click
    if times.impression <= deed.time <= times.impression + rules.after_view:
        return times.impression
    return NEVER


def attribute(
    deeds: Iterable[Deed],
    slots: Sequence[tuple[PaidSlot, SlotTimes, int]],
    rules: BillingRules = RULES,
) -> list[tuple[PaidSlot, Deed]]:
    """Put one person's conversions down to the slots that touched them last, each to one and each slot to one.

    Args:
        deeds: The first first.
        slots: Open slots that were served to the person: what was heard of each, and the author of what it shows.
        rules: The version.
    """
    free = {slot.key: (slot, times, author) for slot, times, author in slots}
    pairs = []
    for deed in deeds:
        touches = [
            (touch(slot, times, deed, rules), key)
            for key, (slot, times, author) in free.items()
            if slot.item == deed.item or author == deed.author
        ]
        last, key = max(touches, default=(NEVER, -1))
        if last != NEVER:
            pairs.append((free.pop(key)[0], deed))
    return pairs
