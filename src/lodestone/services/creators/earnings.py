"""What creators earned, line by line, each with what it comes from: shares of ads, authorisations, orders.

Lines of ads are divided anew from the log, as the audit does, so that those of a day are its transfers in the statement.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from lodestone.ads.revenue_share import AUTHORISED
from lodestone.base.errors import InvalidError, Problem
from lodestone.base.wire import Money
from lodestone.content import Community
from lodestone.creators.earning import RECEIPTS_MAX, EarningKind, EarningOut
from lodestone.creators.settlement import Kind
from lodestone.ledger.chart import AccountKind, Code, person
from lodestone.services.access import Principal
from lodestone.services.ads.share_facts import ShareReader, Shares, Stretch
from lodestone.services.ads.shares import HOLD_DAYS, external_of, stretches_in
from lodestone.services.creators.profiles import SCOPE
from lodestone.services.ledger import posting
from lodestone.services.ledger.statements import day_text
from lodestone.services.support.ids import ASSIGNMENT, number_of, receipt_id
from lodestone.stores.creators.finds import Finds
from lodestone.stores.ledger.port import TransferFilter
from lodestone.stores.ledger.walk import every_transfer
from lodestone.stores.ports import Records

SPAN_MAX: Final = 31
"""Days that are asked for at once, at most."""
_BACK: Final = 60
"""Days before them whose stretches are known: a charge that is given back lies less far back."""
_KEPT: Final = 64
"""Creators and stretches whose lines are remembered."""
_ORDERS: Final = (Code.CREATOR_EARNED, Code.ESCROW_ADJUSTED)


class _Line(NamedTuple):
    """What a line says, micros."""

    day: int
    kind: EarningKind
    item: int | None
    gross: int
    back: int
    external: str
    receipts: tuple[int, ...] = ()
    """The first of them."""
    receipt_count: int = 0
    payable: int = 0
    """The first day on which it is paid out."""


class AdLines:
    """Lines of ads of one community's creators. Asks log and records: call it in a thread for long work.

    A stretch that was divided comes to the same for ever, so that the lines which were asked for last are remembered: a
    statement that is leafed through divides its days once.
    """

    def __init__(self, reader: ShareReader) -> None:
        self._reader = reader
        self._lines = lru_cache(maxsize=_KEPT)(self._read)

    def of(self, ordinal: int, stretch: Stretch, day: int, before: Sequence[Stretch]) -> tuple[_Line, ...]:  # fmt: skip
        """Return what a stretch came to for one creator, by kind and post.

        Args:
            ordinal: Who.
            stretch: Which.
            day: On which it was posted.
            before: The stretches that were divided before it, in order.
        """
        return self._lines(ordinal, stretch, day, tuple(before))

    def _read(
        self, ordinal: int, stretch: Stretch, day: int, before: tuple[Stretch, ...]
    ) -> tuple[_Line, ...]:
        shares = self._reader.read(stretch, before)
        return tuple(_lines(shares, ordinal, day, external_of(stretch)))


class Earnings:
    """The earnings of one community's creators, for whoever asks. Asks log and records: call it in a thread for long work."""

    def __init__(
        self,
        community: Community,
        records: Records,
        money: posting.Money,
        ads: AdLines,
        who: Principal,
    ) -> None:
        self._community, self._records = community, records
        self._money, self._ads, self._who = money, ads, who

    def of(self, person_id: str, days: tuple[int, int], limit: int, after: str | None) -> list[EarningOut]:  # fmt: skip
        """Return a page of somebody's lines by day, kind and post.

        Args:
            person_id: Who.
            days: The first and the last, days since the epoch.
            limit: Lines, at most.
            after: The id of the line that it goes on after.

        Raises:
            ForbiddenError: `scope_missing`.
            UnknownError: `person_unknown`.
            InvalidError: `span_invalid`.
        """
        self._who.need(SCOPE)
        first, last = days
        if not first <= last < first + SPAN_MAX:
            problem = Problem("to", f"is `from` or later, at most {SPAN_MAX} days in all")
            raise InvalidError("span_invalid", f"to {problem.problem}", (problem,))
        with self._records.creator_finds(self._community.id) as finds:
            ordinal = finds.party(person_id, "person_id").ordinal
            lines = [*self._of_orders(finds, ordinal, days)]
        lines += self._of_ads(ordinal, days)
        named = sorted(((_id_of(line), line) for line in lines), key=lambda pair: pair[0])
        page = [pair for pair in named if after is None or pair[0] > after][:limit]
        with self._records.creator_finds(self._community.id) as finds:
            names = finds.item_ids([line.item for _, line in page if line.item is not None])
        return [self._shown(line_id, line, names) for line_id, line in page]

    def _of_ads(self, ordinal: int, days: tuple[int, int]) -> Iterator[_Line]:
        first, last = days
        stretches = stretches_in(self._money, first - _BACK)
        ordered = sorted(stretches)
        for at, stretch in enumerate(ordered):
            day = stretches[stretch]
            if first <= day <= last:
                yield from self._ads.of(ordinal, stretch, day, ordered[:at])

    def _of_orders(self, finds: Finds, ordinal: int, days: tuple[int, int]) -> Iterator[_Line]:
        account = self._money.account(AccountKind.CREATOR_PAYABLE, person(ordinal)).id
        sums: dict[tuple[int, str], list[int]] = {}
        wanted = TransferFilter(account=account, first=days[0], last=days[1])
        for booked in every_transfer(self._money.store, self._money.community, wanted):
            transfer = booked.transfer
            if transfer.code in _ORDERS:
                line = sums.setdefault((booked.day, transfer.external), [0, 0])
                line[0 if transfer.credit == account else 1] += transfer.amount
        for (day, external), (gross, back) in sums.items():
            number = number_of(ASSIGNMENT, self._community.secret, external)
            order = None if number is None else finds.order(number)
            kind: EarningKind = "order"
            if order is not None and order.terms.kind is Kind.CPS:
                kind = "sale"
            item = None if order is None else order.item
            yield _Line(day, kind, item, gross, back, external, payable=day)

    def _shown(self, line_id: str, line: _Line, names: dict[int, str]) -> EarningOut:
        secret = self._community.secret
        item_id = None if line.item is None else names.get(line.item)
        return EarningOut(
            id=line_id,
            day=day_text(line.day),
            kind=line.kind,
            item_id=item_id,
            gross=self._amount(line.gross),
            taken_back=self._amount(line.back),
            net=self._amount(line.gross - line.back),
            payable_on=day_text(line.payable),
            external=line.external,
            receipts=[receipt_id(secret, number) for number in line.receipts],
            receipt_count=line.receipt_count,
        )

    def _amount(self, micros: int) -> Money:
        return Money(micros, self._community.currency)


def _id_of(line: _Line) -> str:
    of = line.external.rpartition(" ")[2]
    return f"{day_text(line.day)} {line.kind} {of} {-1 if line.item is None else line.item}"


def _lines(shares: Shares, ordinal: int, day: int, external: str) -> Iterator[_Line]:
    """Yield what a stretch comes to for one creator, by kind and post."""
    mine = np.flatnonzero(shares.parts.owner == ordinal)
    order = np.lexsort((shares.receipt[mine], shares.parts.item[mine], shares.parts.kind[mine]))
    mine = mine[order]
    kinds, items = shares.parts.kind[mine], shares.parts.item[mine]
    changed = np.flatnonzero((np.diff(kinds) != 0) | (np.diff(items) != 0)) + 1
    for group in np.split(mine, changed) if mine.size else ():
        amounts, given = shares.parts.amount[group], shares.sign[group] > 0
        receipts = np.unique(shares.receipt[group])
        first = tuple(receipts[:RECEIPTS_MAX].tolist())
        kind, item = shares.parts.kind[group[0]], int(shares.parts.item[group[0]])
        name: EarningKind = "authorisation" if kind == AUTHORISED else "page_ad"
        gross, back = (int(amounts[which].sum()) for which in (given, ~given))
        yield _Line(
            day, name, item, gross, back, external, first, receipts.size, day + HOLD_DAYS
        )  # fmt: skip
