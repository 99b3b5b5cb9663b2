"""Paid slots for tests, and facts about them."""

import numpy as np

from lodestone.base.clock import SECOND_MICROS, Instant
from lodestone.events.ad_facts import (
    Limit,
    PaidSlot,
    charge_fact,
    limit_fact,
    release_fact,
    reserve_facts,
)
from lodestone.events.facts import FLAG_DECISION, FLAG_PAID, empty_facts
from lodestone.events.outcomes import FactKind
from lodestone.features.layout import ITEM

DAY = 20_000
SERVED = DAY * 86_400 + 36_000
NOW = Instant(SERVED * SECOND_MICROS)
PERSON = 4_711
QUARTER = 0x3E80
"""The code of a chance of a quarter."""


def paid(receipt=1, slot=1, *, bought=FactKind.CLICK, highest=100, campaign=0, **more):
    """Return a paid slot as it was served to `PERSON` at `NOW`."""
    given = {"ad": 3, "item": 0, "served": SERVED, "day": DAY, "person": PERSON, "chance": QUARTER}
    return PaidSlot(
        receipt=receipt, slot=slot, campaign=campaign, bought=int(bought), highest=highest,
        **(given | more),
    )  # fmt: skip


def limited(most, limit=Limit.LEASE, campaign=0):
    """Return the fact of a limit."""
    return limit_fact(campaign, limit, most, 1, NOW, DAY)


def reserved(*slots):
    """Return the facts that slots were served."""
    return reserve_facts(list(slots), [slot.key + 1 for slot in slots], NOW)


def charged(slot, amount=None, time=NOW):
    """Return the fact of a slot's charge, the most it can cost by default."""
    return charge_fact(
        slot, slot.highest if amount is None else amount, slot.key + 2**40, time, DAY
    )


def released(slot):
    """Return the fact that a slot's time is over."""
    return release_fact(slot, 0, slot.key + 2**41, NOW, DAY)


def heard(slot, kind, seconds=0.0, *, value=0, flags=0, item=None):
    """Return the fact of an event of a slot, some seconds after it was served."""
    facts = empty_facts(1)
    facts["kind"], facts["time"] = kind, NOW + round(seconds * SECOND_MICROS)
    facts["receipt"], facts["slot"], facts["person"] = slot.receipt, slot.slot, slot.person
    facts["item"] = slot.item if item is None else item
    facts["flags"], facts["value"] = FLAG_PAID | FLAG_DECISION | flags, value
    return facts


def shop_items(authors=(0, 0, 1)):
    """Return item rows of some authors."""
    items = np.zeros(len(authors), ITEM)
    items["author"] = authors
    return items


def given_back(charge, why, key, time, day):
    """Return the fact that a charge, one fact, is given back."""
    facts = empty_facts(1)
    for name in ("promises", "receipt", "slot", "item", "person", "served", "target", "flags"):
        facts[name] = charge[name]
    facts["kind"], facts["key"], facts["time"], facts["day"] = FactKind.INVALID, key, time, day
    facts["value"] = why
    return facts
