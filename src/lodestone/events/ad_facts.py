"""Facts about budgets: what may be spent, what a served slot set aside, what it was charged, what was given back.

All of them name a campaign and an ad in `promises` and an amount in `target`, micros:

    LIMIT     `slot` says which limit (`Limit`); `target` is the limit, -1 for none
    RESERVE   a slot of a receipt; `target` is the most it can cost, `value` what is bought, whether it is a video, and the
              chance that was predicted for what is bought
    CHARGE    the same slot; `target` is the charge, `value` what was bought, `time` when that happened
    RELEASE   the same slot; `value` says why it costs nothing: `reason_value`, 0 where its time is over
    INVALID   the same slot, charged before; `target` is what is given back, `value` why
"""

from enum import IntEnum
from struct import Struct
from typing import Final, NamedTuple

import numpy as np

from lodestone.base.clock import Instant
from lodestone.base.money import Micros
from lodestone.events.facts import FACT, FLAG_EXPLORED, FLAG_PAID, Facts, empty_facts
from lodestone.events.outcomes import FactKind

BUDGET_KINDS: Final = frozenset(
    {FactKind.LIMIT, FactKind.RESERVE, FactKind.CHARGE, FactKind.RELEASE, FactKind.INVALID}
)
SLOT_BITS: Final = 8
NO_LIMIT: Final = -1
_AD_BITS: Final = 32
_VIDEO: Final = 1 << 8
_KIND_BITS: Final = 255
_CHANCE_AT: Final = 9
_VERSION_AT: Final = 8
_NO_DOMAIN: Final = -1
_PACKED: Final = Struct("<QqqqqQiiiihBBBBBB")
"""A row of `FACT`, which has no room between its fields."""
_SLOT_FIELDS: Final = (
    "receipt", "slot", "promises", "item", "value", "target", "served", "day", "person", "flags",
)  # fmt: skip


class Limit(IntEnum):
    """What bounds a campaign's spend."""

    LIFETIME = 0
    """Its budget in all."""
    DAILY = 1
    """Its budget of each day on which slots were served."""
    LEASE = 2
    """What the ledger has set aside for it so far, given back parts taken off."""


class PaidSlot(NamedTuple):
    """A paid slot as it was served."""

    receipt: int
    """Sequence number of the decision."""
    slot: int
    """1 is the first of the page."""
    campaign: int
    ad: int
    item: int
    """Row of what is shown."""
    bought: int
    """The `FactKind` that is paid for; `VIEWABLE` where impressions are bought."""
    highest: Micros
    """The most that the slot can cost."""
    served: int
    """Seconds since the epoch."""
    day: int
    """The day it was served on, whose daily budget it uses, days since the epoch in the community's zone."""
    person: int = -1
    """The viewer's ordinal, -1 for nobody."""
    chance: int = 0
    """The chance that was predicted for what is bought, as the code of a receipt; 0 unknown."""
    video: bool = False
    explored: bool = False
    """Its ad entered with the upper end of its chance's interval, see `features.ads.exploration`."""

    @property
    def key(self) -> int:
        """One number for the slot, ascending with receipts."""
        return slot_key(self.receipt, self.slot)


def slot_key(receipt: int, slot: int) -> int:
    """Return one number for a slot of a receipt.

    >>> slot_key(3, 2) == 3 * 256 + 2
    True
    """
    return receipt << SLOT_BITS | slot


def reserve_facts(slots: list[PaidSlot], keys: list[int], time: Instant) -> Facts:
    """Say that paid slots were served; shape (slots,).

    Args:
        slots: Of one or more decisions.
        keys: The facts' keys, one a slot.
        time: The community's clock.
    """
    rows = [
        _row(FactKind.RESERVE, slot, key, time, slot.day, slot.highest, _served_value(slot))
        for slot, key in zip(slots, keys, strict=True)
    ]  # fmt: skip
    return _packed(rows)


def charge_fact(slot: PaidSlot, amount: Micros, key: int, time: Instant, day: int) -> Facts:
    """Say that a slot is charged for what happened at `time`, and on which day it became known; shape (1,)."""
    assert 0 <= amount <= slot.highest
    return np.array([_row(FactKind.CHARGE, slot, key, time, day, amount, slot.bought)], FACT)


def release_fact(slot: PaidSlot, why: int, key: int, time: Instant, day: int) -> Facts:
    """Say that a slot costs nothing for good, and why (see `reason_value`); shape (1,)."""
    return np.array([_row(FactKind.RELEASE, slot, key, time, day, 0, why)], FACT)


def invalid_fact(
    slot: PaidSlot, amount: Micros, why: int, key: int, time: Instant, day: int
) -> Facts:
    """Say that a slot's charge is given back, all of it, and why; shape (1,)."""
    return np.array([_row(FactKind.INVALID, slot, key, time, day, amount, why)], FACT)


def limit_fact(campaign: int, limit: Limit, most: int, key: int, time: Instant, day: int) -> Facts:
    """Say what a campaign may spend from here on, micros; `NO_LIMIT` for as much as the others allow; shape (1,)."""
    assert most >= NO_LIMIT
    facts = empty_facts(1)
    facts["kind"], facts["key"], facts["time"], facts["day"] = FactKind.LIMIT, key, time, day
    facts["promises"], facts["slot"], facts["target"] = campaign << _AD_BITS, limit, most
    return facts


def chance_of(code: int) -> float:
    """Return the chance that a code stands for, the upper half of a float32.

    >>> chance_of(0x3E80)
    0.25
    """
    return float(np.array([code << 16], np.uint32).view(np.float32)[0])


def reason_value(reason: int, version: int) -> int:
    """Pack why a slot costs nothing, and by which version of the rules.

    >>> reason_of(reason_value(3, 1)), version_of(reason_value(3, 1))
    (3, 1)
    """
    return reason | version << _VERSION_AT


def reason_of(value: int) -> int:
    """Return the reason's code, 0 where a slot's time was over."""
    return value & _KIND_BITS


def version_of(value: int) -> int:
    """Return the version of the rules that said so."""
    return value >> _VERSION_AT


def campaign_of(fact: np.void) -> int:
    """Return the campaign that a fact about budgets names."""
    return int(fact["promises"]) >> _AD_BITS


def paid_slot(fact: np.void) -> PaidSlot:
    """Read one `RESERVE`, see `reserved_slots`."""
    return _slot(tuple(int(fact[name]) for name in _SLOT_FIELDS))


def reserved_slots(facts: Facts) -> list[PaidSlot]:
    """Read many `RESERVE` facts; shape (facts,).

    >>> slot = PaidSlot(7, 2, 5, 9, 4, FactKind.CLICK, Micros(100), 60, 0, 11, 16_000, True, explored=True)
    >>> reserved_slots(reserve_facts([slot], [1], Instant(60_000_000))) == [slot]
    True
    """
    columns = (facts[name].tolist() for name in _SLOT_FIELDS)
    return [_slot(row) for row in zip(*columns, strict=True)]


def _slot(row: tuple[int, ...]) -> PaidSlot:
    """Return the slot that the fields of a `RESERVE` say, in the order of `_SLOT_FIELDS`."""
    receipt, slot, promises, item, value, target, served, day, person, flags = row
    return PaidSlot(
        receipt, slot, promises >> _AD_BITS, promises & (1 << _AD_BITS) - 1, item, value & _KIND_BITS,
        Micros(target), served, day, person, value >> _CHANCE_AT, bool(value & _VIDEO),
        bool(flags & FLAG_EXPLORED),
    )  # fmt: skip


def _served_value(slot: PaidSlot) -> int:
    return slot.bought | _VIDEO * slot.video | slot.chance << _CHANCE_AT


def _packed(rows: list[tuple[int, ...]]) -> Facts:
    """Return rows in the order of `FACT` as facts, in a third of the time that an array of tuples takes.

    >>> row = (2**64 - 1, -1, 2, -3, 4, 5, 6, -7, 8, 9, -1, 11, 12, 13, 14, 15, 255)
    >>> bool((_packed([row, row]) == np.array([row, row], FACT)).all())
    True
    """
    width = _PACKED.size
    buffer = bytearray(width * len(rows))
    for n, row in enumerate(rows):
        _PACKED.pack_into(buffer, n * width, *row)
    return np.frombuffer(buffer, FACT)


def _row(
    kind: FactKind, slot: PaidSlot, key: int, time: Instant, day: int, target: int, value: int
) -> tuple[int, ...]:
    """Return a fact about a slot in the order of `FACT`: one tuple costs a fifth of as many fields set by name."""
    promises = slot.campaign << _AD_BITS | slot.ad
    return (
        key, time, slot.person, target, slot.receipt, promises, slot.item, value, slot.served, day,
        _NO_DOMAIN, kind, FLAG_PAID | FLAG_EXPLORED * slot.explored, 0, slot.slot, 0, 0,
    )  # fmt: skip
