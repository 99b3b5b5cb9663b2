"""What creators have of a stretch of the log: its charges and what was given back, divided by `ads.revenue_share`.

Everything is worked out from the log, receipts, policies and authorisations, so that whoever reads the same stretch
comes to the same parts. A charge that is given back is divided once more as it was, by what was known then.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lodestone.ads.revenue_share import SHARE_WHOLE, Charged, Looks, Parts, divide
from lodestone.base.arrays import Bools, Ints
from lodestone.base.clock import MINUTE_MICROS, SECOND_MICROS, Instant
from lodestone.events.ad_facts import slot_key
from lodestone.events.facts import FACT, FLAG_BOT, FLAG_DECISION, FLAG_HISTORY, FLAG_PAID
from lodestone.events.outcomes import FactKind
from lodestone.services.support.log_chunks import offset_since
from lodestone.stores.log.port import Log, Offset
from lodestone.stores.ports import Records
from lodestone.stores.records.types import TermKind
from lodestone.traffic.codec import decode

_ALL: Final = 2**62
_AD_BITS: Final = 32
_LOOKS: Final = (FactKind.IMPRESSION, FactKind.WATCH)
_ORGANIC: Final = FLAG_PAID | FLAG_HISTORY | FLAG_BOT
_UNSURE_MICROS: Final = MINUTE_MICROS
"""So near a change of the policy its receipt says which version a page was decided by."""


class Stretch(NamedTuple):
    """A stretch of the log: facts with first <= offset < upto."""

    first: int
    upto: int


class Shares(NamedTuple):
    """What creators have of a stretch; arrays of shape (parts,)."""

    parts: Parts
    receipt: Ints
    """Of the page, by part."""
    slot: Ints
    """Of the ad."""
    day: Ints
    """On which it became known, days since the epoch."""
    sign: Ints
    """1 of a charge, -1 of one that was given back."""

    @property
    def net(self) -> Ints:
        """Return what each part changes, micros."""
        return self.parts.amount * self.sign


class ShareReader:
    """Reads what creators have of one community's ads. Whatever it does asks log and records: call it in a thread."""

    def __init__(self, community: str, records: Records, log: Log) -> None:
        self._id, self._records, self._log = community, records, log

    def read(self, stretch: Stretch, before: Sequence[Stretch]) -> Shares:
        """Return what creators have of a stretch.

        Args:
            stretch: Which.
            before: The stretches that were divided before it, in order.
        """
        ends = self._ends(stretch) if self._shares_anything() else np.zeros(0, FACT)
        if not ends.size:
            return _nothing()
        since = Instant(int(ends["served"].min()) * SECOND_MICROS)
        looks, charges = self._pages(since, stretch.upto, ends)
        charged, sign = self._charged(ends, stretch, before, charges)
        parts = divide(charged, looks)
        return Shares(
            parts,
            charged.receipt[parts.charge],
            charged.slot[parts.charge],
            ends["day"].astype(np.int64)[parts.charge],
            sign[parts.charge],
        )

    def _shares_anything(self) -> bool:
        """Say whether anybody may have a share at all."""
        policies = self._records.policies(self._id)
        shared = any(record.policy.creator_share > 0 for record in policies)
        return shared or bool(self._records.authorisations(self._id, limit=1))

    def _ends(self, stretch: Stretch) -> NDArray[np.void]:
        wanted = np.array([FactKind.CHARGE, FactKind.INVALID], np.uint8)
        parts = [np.zeros(0, FACT)]
        for _, facts in _read(self._log, stretch):
            parts.append(facts[np.isin(facts["kind"], wanted)])
        return np.concatenate(parts)

    def _pages(
        self, since: Instant, upto: int, ends: NDArray[np.void]
    ) -> tuple[Looks, dict[int, int]]:
        """Return the looks on the pages of some charges, and the offsets of the charges that were given back, by slot."""
        receipts = np.unique(ends["receipt"])
        given_back = np.unique(_keys(ends[ends["kind"] == FactKind.INVALID]))
        charges: dict[int, int] = {}
        columns: list[list[Any]] = [[np.zeros(0, np.int64)] for _ in range(5)]
        for offsets, facts in _read(self._log, Stretch(offset_since(self._log, since), upto)):
            which = _are_looks(facts) & _among(facts["receipt"], receipts)
            chosen = facts[which]
            for column, name in zip(columns, ("receipt", "slot", "item", "value"), strict=False):
                column.append(chosen[name].astype(np.int64))
            columns[4].append(offsets[which])
            if given_back.size:
                ended = facts["kind"] == FactKind.CHARGE
                keys = _keys(facts[ended])
                again = _among(keys, given_back)
                charges |= dict(
                    zip(keys[again].tolist(), offsets[ended][again].tolist(), strict=True)
                )
        receipt, slot, item, seen, offset = (np.concatenate(column) for column in columns)
        owner = self._owners(item)
        return Looks(receipt, slot, item, owner, seen, offset), charges

    def _charged(
        self, ends: NDArray[np.void], stretch: Stretch, before: Sequence[Stretch], charges: dict[int, int]
    ) -> tuple[Charged, Ints]:  # fmt: skip
        given_back, keys = ends["kind"] == FactKind.INVALID, _keys(ends).tolist()
        upto = np.full(ends.size, stretch.upto)
        firsts = [earlier.first for earlier in before]
        for at in np.flatnonzero(given_back).tolist():
            offset = charges.get(keys[at], stretch.first)
            if offset < stretch.first and before:
                upto[at] = before[bisect_right(firsts, offset) - 1].upto
        item = ends["item"].astype(np.int64)
        author, payer, share = self._terms(ends, item)
        charged = Charged(
            receipt=ends["receipt"].astype(np.int64), slot=ends["slot"].astype(np.int64), item=item,
            amount=ends["target"].astype(np.int64), author=author, author_share=share,
            page_share=self._page_shares(ends), payer=payer, person=ends["person"].astype(np.int64), upto=upto,
        )  # fmt: skip
        return charged, np.where(given_back, -1, 1)

    def _owners(self, items: Ints) -> Ints:
        """Return the ordinals of the authors of items, -1 where there is none."""
        rows, place = np.unique(items, return_inverse=True)
        owners = self._records.item_owners(self._id, rows.tolist())
        ordinals = np.array([owners.get(row, -1) for row in rows.tolist()], np.int64)
        return ordinals[place] if rows.size else np.zeros(0, np.int64)

    def _terms(self, ends: NDArray[np.void], item: Ints) -> tuple[Ints, Ints, Ints]:
        """Return author, who advertises, and the author's share of each charge."""
        author, share = self._owners(item), np.zeros(ends.size, np.int64)
        number = (ends["promises"] >> np.uint64(_AD_BITS)).astype(np.int64)
        numbers, place = np.unique(number, return_inverse=True)
        names = self._records.terms(self._id, TermKind.CAMPAIGN)
        payers = self._records.campaign_payers(self._id)
        known = [payers.get(names.get(each, ""), ("", -1)) for each in numbers.tolist()]
        payer = np.array([owner for _, owner in known], np.int64)[place]
        advertisers = np.array([name for name, _ in known])[place]
        served = ends["served"].astype(np.int64)
        records = self._records.authorisations(self._id, limit=_ALL)
        for record in sorted(records, key=lambda record: (record.term.starts, record.id)):
            term = record.term
            if term.starts < term.ends:
                of = (item == record.item) & (advertisers == record.advertiser)
                share[of & ((served + 1) * SECOND_MICROS > term.starts)] = term.share
        share[author == payer] = 0
        return author, payer, share

    def _page_shares(self, ends: NDArray[np.void]) -> Ints:
        """Return what the policy by which each page was decided gives its authors, in parts of a million."""
        policies = sorted(self._records.policies(self._id), key=lambda record: record.created)
        shares = {
            each.policy.version: round(each.policy.creator_share * SHARE_WHOLE) for each in policies
        }
        created = np.array([record.created for record in policies])
        ordered = np.array([shares[record.policy.version] for record in policies])
        served = ends["served"].astype(np.int64) * SECOND_MICROS
        early = np.maximum(np.searchsorted(created, served - _UNSURE_MICROS, "right") - 1, 0)
        late = np.maximum(np.searchsorted(created, served + _UNSURE_MICROS, "right") - 1, 0)
        page: Ints = ordered[late]
        for at in np.flatnonzero(early != late).tolist():
            receipt = self._log.receipt(int(ends["receipt"][at]))
            if receipt is not None:
                page[at] = shares[decode(receipt.what, -1).policy_version]
        return page


def _read(log: Log, stretch: Stretch) -> Iterator[tuple[Ints, NDArray[np.void]]]:
    """Yield the facts of a stretch with their offsets, in order."""
    for batch in log.read(Offset(stretch.first), limit=_ALL):
        offsets = int(batch.first) + np.arange(batch.facts.size)
        inside = (offsets >= stretch.first) & (offsets < stretch.upto)
        if batch.first >= stretch.upto:
            return
        yield offsets[inside], batch.facts[inside]


def _are_looks(facts: NDArray[np.void]) -> Bools:
    flags = facts["flags"]
    looks: Bools = np.isin(facts["kind"], np.array(_LOOKS, np.uint8))
    looks &= ((flags & FLAG_DECISION) != 0) & ((flags & _ORGANIC) == 0)
    return looks


def _among(column: Ints, ordered: Ints) -> Bools:
    """Say which of a column are among ascending numbers."""
    if not ordered.size:
        return np.zeros(column.size, bool)
    place = np.minimum(np.searchsorted(ordered, column), ordered.size - 1)
    among: Bools = ordered[place] == column
    return among


def _keys(facts: NDArray[np.void]) -> Ints:
    keys: Ints = facts["receipt"].astype(np.int64) * slot_key(1, 0) + facts["slot"]
    return keys


def _nothing() -> Shares:
    none = np.zeros(0, np.int64)
    return Shares(Parts(*[none] * 5), *[none] * 4)
