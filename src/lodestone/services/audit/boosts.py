"""Prove of every boost that its amount is what was charged and what went back, and no unit cost more than its price; see `ledger`."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from lodestone.creators.boost import BoostState, parts_back
from lodestone.events.ad_facts import paid_slot, slot_key
from lodestone.events.outcomes import FactKind
from lodestone.ledger.chart import AccountKind, account, advertiser, campaign
from lodestone.services.audit.ledger import Audited, Check, Difference, Net, net_differences
from lodestone.services.support.ids import BOOST, made_id
from lodestone.stores.creators.boost_types import Boost
from lodestone.stores.log.port import Log, Offset
from lodestone.stores.records.types import TermKind

_K: Final = AccountKind
_ALL: Final = 2**62
_WANTED: Final = np.array([FactKind.RESERVE, FactKind.CHARGE, FactKind.INVALID], np.uint8)


class Delivered(NamedTuple):
    """What the log says of a campaign."""

    units: int = 0
    micros: int = 0


def _boosts(audited: Audited) -> Iterator[Difference]:
    """Every boost was paid for once; one that has ended was charged its amount less what went back, once, whole."""
    community = audited.records.community(audited.money.community).community
    moved = {name: net for name, net in audited.walked.nets.items() if name.startswith(BOOST)}
    boosts = audited.snapshot.boosts()
    delivered = {} if audited.log is None or not boosts else _delivered(audited, audited.log)
    for boost in boosts:
        name = made_id(BOOST, community.secret, boost.number)
        expected = _expected(boost, community.currency)
        yield from net_differences("boosts", name, expected, moved.pop(name, {}))
        if boost.state is BoostState.ENDED:
            yield from _emptied(audited, community.secret, name, community.currency)
        if audited.log is not None:
            yield from _charged(boost, name, delivered.get(name, Delivered()))
    for name in sorted(moved):
        yield _said(name, "a boost", "transfers alone")


def _expected(boost: Boost, currency: str) -> Net:
    """Return what the ledger has moved for a boost besides its campaign's charges."""
    back = boost.back or 0
    parts = parts_back(back, boost.pay_from, currency)
    source = _K.PROVIDER_CLEARING if boost.pay_from == "manual" else _K.CREATOR_PAYABLE
    net = {source: parts.coins - boost.amount, _K.ADVERTISER_BALANCE: boost.amount - back}
    if parts.rest:
        net[_K.CREATOR_PAYABLE] = net.get(_K.CREATOR_PAYABLE, 0) + parts.rest
    return net


def _emptied(audited: Audited, secret: bytes, name: str, currency: str) -> Iterator[Difference]:
    """Nothing is left in the accounts of a boost that has ended."""
    for kind, party in (
        (_K.ADVERTISER_BALANCE, advertiser(name)),
        (_K.CAMPAIGN_LEASE, campaign(name)),
    ):
        stored = audited.walked.accounts.get(account(secret, kind, party, currency).id)
        if stored is not None and stored.balance:
            yield _said(f"{name} {kind.name.lower()}", "0", str(stored.balance))


def _charged(boost: Boost, name: str, delivered: Delivered) -> Iterator[Difference]:
    if delivered.micros > delivered.units * boost.price:
        most = f"at most {delivered.units} x {boost.price}"
        yield _said(f"{name} charged", most, str(delivered.micros))
    if boost.back is not None and delivered.micros != boost.amount - boost.back:
        yield _said(f"{name} charged", str(boost.amount - boost.back), str(delivered.micros))


def _delivered(audited: Audited, log: Log) -> dict[str, Delivered]:
    """Return what the log charges campaigns of boosts, less what it gives back, by their ids."""
    terms = audited.records.terms(audited.money.community, TermKind.CAMPAIGN)
    boosts = {number: name for number, name in terms.items() if name.startswith(BOOST)}
    slots: dict[int, str] = {}
    sums: dict[str, Delivered] = {}
    for batch in log.read(Offset(0), limit=_ALL):
        for fact in batch.facts[np.isin(batch.facts["kind"], _WANTED)]:
            if fact["kind"] == FactKind.RESERVE:
                slot = paid_slot(fact)
                if slot.campaign in boosts:
                    slots[slot.key] = boosts[slot.campaign]
                continue
            name = slots.get(slot_key(int(fact["receipt"]), int(fact["slot"])))
            if name is not None:
                sign = 1 if fact["kind"] == FactKind.CHARGE else -1
                before, amount = sums.get(name, Delivered()), int(fact["target"])
                sums[name] = Delivered(before.units + sign, before.micros + sign * amount)
    return sums


def _said(subject: str, expected: str, actual: str) -> Difference:
    return Difference(check="boosts", subject=subject, expected=expected, found=actual)


BOOSTS: Final = Check("boosts", _boosts)
