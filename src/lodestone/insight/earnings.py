"""Read what people earned in some days off the ledger, and what they were seen and paid for; see `income`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Final

import h3
import numpy as np

from lodestone.base.arrays import Ints
from lodestone.events.facts import Facts
from lodestone.features.view import DirectoryView, StateView
from lodestone.insight.income import KINDS, PAYING, Earnings, Stage, kind_of
from lodestone.insight.window import Span, day_text, impressions
from lodestone.ledger.accounts import Account
from lodestone.ledger.chart import PAYABLE, AccountKind, Code
from lodestone.ledger.transfers import MOVING, Booked
from lodestone.stores.ledger.port import TransferFilter
from lodestone.stores.ledger.walk import every_transfer
from lodestone.stores.ports import Records

REGION: Final = 3
"""The resolution of a region: cells of H3 of about 12,000 km²."""
UNKNOWN: Final = "unknown"
_PAGE: Final = 10_000
_OWED: Final = (
    *PAYABLE, AccountKind.MERCHANT_RECEIVABLE, AccountKind.CREATOR_HELD, AccountKind.CREATOR_RECEIVABLE,
)  # fmt: skip
"""What is owed to people, less what they owe: a share counts on the day it was charged, though it is held for a time."""
_HOUSE: Final = (AccountKind.COMMISSION_REVENUE, AccountKind.AD_REVENUE)


@dataclass(slots=True)
class _Walked:
    """What the transfers of some days come to."""

    house: int = 0
    by_person: dict[int, list[int]] = field(default_factory=dict)
    orders: dict[int, dict[str, int]] = field(default_factory=dict)
    """By person, the first day of each order."""
    paid: dict[int, int] = field(default_factory=dict)
    """By person, the first day of a payout."""


@dataclass(frozen=True, slots=True)
class EarningsReader:
    """Reads one community; walks the span's transfers, so it is called in a thread."""

    community: str
    records: Records
    state: StateView
    directory: DirectoryView

    def read(self, span: Span, facts: Facts, owner: Ints) -> Earnings:
        """Read what the days came to.

        Args:
            span: The days, both included.
            facts: Every fact of those days.
            owner: Shape (items,). The ordinal of each item's author, -1 unknown.
        """
        walked = self._walk(span)
        people = sorted(walked.by_person)
        amounts = np.array([walked.by_person[person] for person in people], np.int64)
        followers, small = self._audiences(people)
        region = cache(self._region)
        orders = {
            person: list(first.values()) for person, first in walked.orders.items()
        }  # every order counts on its first day
        return Earnings(
            amounts=amounts.reshape(len(people), len(KINDS)),
            followers=followers,
            small=small,
            regions=[region(person) for person in people],
            house=walked.house,
            impressions=_seen(facts[impressions(facts) & span.holds(facts["day"])], owner, region),
            orders=_stages(orders, region),
            paid=_stages({person: [day] for person, day in walked.paid.items()}, region),
        )

    def _walk(self, span: Span) -> _Walked:
        accounts, owners = self._accounts(), self._owners()
        walked = _Walked()
        wanted = TransferFilter(first=span.first, last=span.last)
        for booked in every_transfer(self.records, self.community, wanted):
            asked = booked.transfer
            if asked.kind not in MOVING:
                continue
            for side, sign in ((asked.debit, -1), (asked.credit, 1)):
                account = accounts.get(side)
                if account is not None:
                    _note(walked, booked, account, sign * asked.amount, owners)
        return walked

    def _accounts(self) -> dict[bytes, Account]:
        kinds = (*_OWED, *_HOUSE)
        return {
            account.id: account
            for kind in kinds
            for account in self.records.accounts(self.community, kind=kind)
        }

    def _owners(self) -> dict[str, int]:
        """Return the ordinal of each shop's owner, by the shop's party."""
        owners: dict[str, int] = {}
        after = None
        while page := self.records.shops(self.community, limit=_PAGE, after=after):
            owners |= {f"shop:{shop.id}": shop.owner for shop in page}
            after = page[-1].id
        return owners

    def _audiences(self, people: list[int]) -> tuple[Ints, np.ndarray]:
        followers = np.full(len(people), -1, np.int64)
        small = np.zeros(len(people), bool)
        for index, ordinal in enumerate(people):
            slot = self.state.author_of_owner.get(ordinal)
            if slot is not None:
                followers[index] = self.state.authors[slot]["followers"]
                small[index] = bool(self.state.authors[slot]["small"])
        return followers, small

    def _region(self, ordinal: int) -> str:
        row = self.directory.row_of_ordinal(ordinal)
        if row < 0:
            return UNKNOWN
        person = self.state.people[row]
        latitude, longitude = float(person["latitude"]), float(person["longitude"])
        if np.isnan(latitude) or np.isnan(longitude):
            return UNKNOWN
        return str(h3.latlng_to_cell(latitude, longitude, REGION))


def _note(
    walked: _Walked, booked: Booked, account: Account, change: int, owners: dict[str, int]
) -> None:
    """Take one side of a transfer."""
    asked = booked.transfer
    if account.kind in _HOUSE:
        walked.house += change
        return
    kind, _, name = account.party.partition(":")
    person = owners.get(account.party, -1) if kind == "shop" else int(name)
    if person < 0:
        return
    if asked.code == Code.PAYOUT and change < 0:
        walked.paid.setdefault(person, booked.day)
    if asked.code in PAYING:
        return
    if asked.code in (Code.EARNED, Code.VOUCHER_REDEEMED) and asked.external:
        walked.orders.setdefault(person, {}).setdefault(asked.external, booked.day)
    walked.by_person.setdefault(person, [0] * len(KINDS))[kind_of(asked.code)] += change


def _seen(shown: Facts, owner: Ints, region: Callable[[int], str]) -> dict[str, Stage]:
    rows = shown[(shown["item"] >= 0) & (shown["item"] < owner.size)]
    authors, days = owner[rows["item"]], rows["day"].astype(np.int64)
    known = authors >= 0
    ordinals, place, counts = np.unique(authors[known], return_inverse=True, return_counts=True)
    firsts = np.full(ordinals.size, np.iinfo(np.int64).max)
    np.minimum.at(firsts, place, days[known])
    stages: dict[str, Stage] = {}
    columns = (ordinals.tolist(), counts.tolist(), firsts.tolist())
    for ordinal, count, first in zip(*columns, strict=True):
        _add(stages, region(ordinal), count, first)
    return stages


def _stages(days: dict[int, list[int]], region: Callable[[int], str]) -> dict[str, Stage]:
    stages: dict[str, Stage] = {}
    for person, some in days.items():
        _add(stages, region(person), len(some), min(some))
    return stages


def _add(stages: dict[str, Stage], name: str, count: int, day: int) -> None:
    before = stages.get(name, Stage())
    first = day_text(day) if before.first is None else min(before.first, day_text(day))
    stages[name] = Stage(before.count + count, first)
