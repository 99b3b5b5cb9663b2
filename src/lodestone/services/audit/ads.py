"""Prove that charges are receipts x facts x payments = transfers, to the micro; see `ledger`.

The log is walked once: each reservation is held against its receipt, each charge against its reservation and the event
it is for, each campaign's sums against the stretches that the ledger has posted.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from lodestone.base.errors import CorruptError
from lodestone.events.ad_facts import (
    BUDGET_KINDS,
    Limit,
    PaidSlot,
    campaign_of,
    paid_slot,
    slot_key,
)
from lodestone.events.facts import FLAG_PAID
from lodestone.events.outcomes import FactKind
from lodestone.features.ads.heard import CONVERSIONS
from lodestone.ledger.chart import Code
from lodestone.ledger.transfers import Booked
from lodestone.services.ads.lease_book import CODES, Stretch, about, leases_in
from lodestone.services.audit.ledger import Audited, Check, Difference
from lodestone.stores.log.port import Log, Offset
from lodestone.stores.records.types import TermKind
from lodestone.traffic.codec import decode

_ALL: Final = 2**62
_ENDS: Final = (FactKind.CHARGE, FactKind.RELEASE)


@dataclass(slots=True)
class _Walk:
    """What a walk over the log comes to."""

    reserved: dict[int, PaidSlot] = field(default_factory=dict)
    ended: dict[int, int] = field(default_factory=dict)
    """By slot: what it was charged, 0 for a release."""
    taken_back: set[int] = field(default_factory=set)
    events: set[tuple[int, int, int]] = field(default_factory=set)
    """(slot, kind, time) of what was heard of paid slots; of conversions the person stands for the slot."""
    charges: list[tuple[int, int, int]] = field(default_factory=list)
    """(offset, campaign, micros)."""
    refunds: list[tuple[int, int, int]] = field(default_factory=list)
    leases: dict[int, int] = field(default_factory=dict)
    """What each campaign might spend at the ledger's moment, as the log says."""
    differences: list[Difference] = field(default_factory=list)


@dataclass(slots=True)
class _Sums:
    """Running sums of one campaign's facts in the order of the log."""

    offsets: list[int] = field(default_factory=list)
    upto: list[int] = field(default_factory=lambda: [0])
    """Of all facts before each offset, and of all of them last."""

    def add(self, offset: int, amount: int) -> None:
        self.offsets.append(offset)
        self.upto.append(self.upto[-1] + amount)

    def between(self, first: int, last: int) -> int:
        """Return the sum of the facts with first <= offset < last."""
        before = bisect_left(self.offsets, first)
        return self.upto[bisect_left(self.offsets, last, before)] - self.upto[before]


def _ads(audited: Audited) -> Iterator[Difference]:
    """Every charge follows from a receipt and an event, and the ledger has posted exactly the charges."""
    if audited.log is None:
        return
    transfers = [booked for booked in audited.snapshot.transfers() if booked.transfer.code in CODES]
    walk = _walk(audited.log, audited.told_before)
    yield from walk.differences
    terms = audited.records.terms(audited.money.community, TermKind.CAMPAIGN)
    yield from _receipts(audited.log, walk.reserved.values(), terms)
    yield from _posted(transfers, Code.AD_CHARGES, walk.charges)
    yield from _posted(transfers, Code.AD_REFUND, walk.refunds)
    leases = leases_in(transfers)
    for campaign, lease in leases.items():
        allowed = walk.leases.get(campaign, 0)
        if allowed > lease.net:
            yield _said(f"campaign {campaign} lease", f"at most {lease.net}", str(allowed))
    for campaign in sorted(walk.leases.keys() - leases.keys()):
        yield _said(f"campaign {campaign} lease", "transfers", "facts alone")


def _walk(log: Log, told_before: int) -> _Walk:
    walk = _Walk()
    kinds = np.array(sorted(BUDGET_KINDS), np.uint8)
    conversions = np.array(CONVERSIONS, np.uint8)
    for batch in log.read(Offset(0), limit=_ALL):
        facts = batch.facts
        heard = ((facts["flags"] & FLAG_PAID) != 0) & (facts["kind"] < FactKind.BLOCK)
        wanted = np.isin(facts["kind"], kinds) | heard | np.isin(facts["kind"], conversions)
        for at in np.flatnonzero(wanted).tolist():
            offset = int(batch.first) + at
            _take(walk, facts[at], offset, before=offset < told_before)
    return walk


def _take(walk: _Walk, fact: np.void, offset: int, *, before: bool) -> None:
    kind, time = int(fact["kind"]), int(fact["time"])
    key = slot_key(int(fact["receipt"]), int(fact["slot"]))
    if kind in CONVERSIONS:
        walk.events.add((int(fact["person"]), kind, time))
    elif kind < FactKind.BLOCK:
        walk.events.add((key, kind, time))
    elif kind == FactKind.RESERVE:
        walk.reserved.setdefault(key, paid_slot(fact))
    elif kind in _ENDS:
        _end(walk, fact, key, offset)
    elif kind == FactKind.INVALID:
        _back(walk, fact, key, offset)
    elif kind == FactKind.LIMIT and int(fact["slot"]) == Limit.LEASE and before:
        walk.leases[campaign_of(fact)] = int(fact["target"])


def _end(walk: _Walk, fact: np.void, key: int, offset: int) -> None:
    slot, amount = walk.reserved.get(key), int(fact["target"])
    if slot is None:
        walk.differences.append(_said(_name(fact), "a reservation before", "none"))
        return
    if key in walk.ended:
        walk.differences.append(_said(_name(fact), "one end", "a second"))
        return
    walk.ended[key] = amount
    if fact["kind"] == FactKind.RELEASE:
        return
    walk.charges.append((offset, slot.campaign, amount))
    if amount != slot.highest:
        walk.differences.append(_said(_name(fact), f"a charge of {slot.highest}", str(amount)))
    whose = slot.person if slot.bought in CONVERSIONS else key
    if (whose, slot.bought, int(fact["time"])) not in walk.events:
        kind = FactKind(slot.bought).name.lower()
        walk.differences.append(_said(_name(fact), f"an event of type {kind}", "none"))


def _back(walk: _Walk, fact: np.void, key: int, offset: int) -> None:
    slot = walk.reserved.get(key)
    charge = walk.ended.get(key, 0)
    if slot is None or not charge or key in walk.taken_back or charge != int(fact["target"]):
        walk.differences.append(
            _said(_name(fact), "one charge, whole", f"{int(fact['target'])} taken back")
        )
        return
    walk.taken_back.add(key)
    walk.refunds.append((offset, slot.campaign, charge))


def _receipts(
    log: Log, slots: Iterable[PaidSlot], terms: Mapping[int, str]
) -> Iterator[Difference]:
    """Hold every reservation against the payment that its receipt states."""
    for slot in slots:
        name = f"receipt {slot.receipt} slot {slot.slot}"
        stated = _stated(log, slot)
        if stated is None:
            yield _said(name, "a paid slot of a receipt", "none")
            continue
        item, campaign, amount = stated
        if (item, campaign, amount) != (slot.item, terms.get(slot.campaign), slot.highest):
            expected = f"{amount} of {campaign} for item {item}"
            actual = f"{slot.highest} of {terms.get(slot.campaign)} for item {slot.item}"
            yield _said(name, expected, actual)


def _stated(log: Log, slot: PaidSlot) -> tuple[int, str, int] | None:
    """Return item, campaign and payment of a paid slot as its receipt says, None where there is none."""
    parts = log.receipt(slot.receipt)
    if parts is None:
        return None
    try:
        paid = decode(parts.what, -1).paid
    except CorruptError:  # `verify` names it
        return None
    winners = () if paid is None else paid.outcome.winners
    winner = next((winner for winner in winners if winner.slot + 1 == slot.slot), None)
    if paid is None or winner is None:
        return None
    ads = paid.ads
    return int(ads.item[winner.ad]), ads.campaign_id[winner.ad], paid.payment(winner)


def _posted(
    transfers: list[Booked], code: Code, facts: list[tuple[int, int, int]]
) -> Iterator[Difference]:
    """Every stretch that was posted holds exactly the facts of its campaign, and none lies between two of them."""
    stretches: dict[int, list[Stretch]] = {}
    for booked in transfers:
        named = about(booked)
        if booked.transfer.code == code and named is not None and named[1] is not None:
            stretches.setdefault(named[0], []).append(named[1])
        elif booked.transfer.code == code:
            yield _said(booked.transfer.external, "a campaign and a stretch of the log", "another")
    sums: defaultdict[int, _Sums] = defaultdict(_Sums)
    for offset, payer, amount in facts:
        sums[payer].add(offset, amount)
    for campaign, posted in sorted(stretches.items()):
        upto = 0
        for stretch in posted:
            if stretch.first != upto:
                name = f"campaign {campaign} {code.name.lower()}"
                yield _said(name, f"a stretch from {upto}", f"one from {stretch.first}")
            upto = stretch.last
            total = sums[campaign].between(stretch.first, stretch.last)
            if total != stretch.amount:
                name = f"campaign {campaign} log {stretch.first}-{stretch.last}"
                yield _said(f"{code.name.lower()} {name}", str(total), str(stretch.amount))


def _name(fact: np.void) -> str:
    kind = FactKind(int(fact["kind"])).name.lower()
    return f"{kind} of receipt {int(fact['receipt'])} slot {int(fact['slot'])}"


def _said(subject: str, expected: str, actual: str) -> Difference:
    return Difference(check="ads", subject=subject, expected=expected, found=actual)


ADS: Final = Check("ads", _ads)
