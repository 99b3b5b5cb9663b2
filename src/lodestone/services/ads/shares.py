"""Creators' shares of ads in the ledger: once a day a stretch of the log is divided, and what was held long enough is freed.

A stretch begins where the last one that was posted ended, and its transfers name it, one chain for each creator. So a stretch that broke
off is gone on with by whoever comes next: what stands is left out. Money that is given back is taken from what is held,
and what is not there any more is owed, and paid by what the creator earns next.
"""

import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lodestone.ads.revenue_share import sums_by
from lodestone.base.errors import InternalError
from lodestone.base.money import Micros
from lodestone.ledger.accounts import Account
from lodestone.ledger.chart import AccountKind, Code, person
from lodestone.ledger.transfers import (
    Booked,
    Transfer,
    TransferId,
    chain,
    first_refusal,
    transfer_id,
)
from lodestone.services.ads.share_facts import ShareReader, Stretch
from lodestone.services.ledger.posting import Money
from lodestone.stores.ledger.port import TransferFilter
from lodestone.stores.ledger.walk import every_transfer

HOLD_DAYS: Final = 8
"""Days for which a share is held: longer than what is found to be invalid traffic lies back."""
BATCH: Final = 500
"""Creators whose transfers are posted together."""
CODES: Final = (Code.AD_SHARE_BACK, Code.AD_SHARE)
"""What a stretch is posted with, in this order; each creator's chain has one of them, to or from the income of ads."""
_EXTERNAL: Final = re.compile(r"shares log (\d+)-(\d+)")
_KINDS: Final = (
    AccountKind.CREATOR_HELD, AccountKind.CREATOR_RECEIVABLE, AccountKind.CREATOR_PAYABLE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Owed:
    """How a creator stands, micros."""

    held: int = 0
    receivable: int = 0
    """What they owe, 0 or more."""


def external_of(stretch: Stretch) -> str:
    """Write what a transfer is about.

    >>> external_of(Stretch(10, 20)), stretch_of("shares log 10-20"), stretch_of("campaign 7")
    ('shares log 10-20', Stretch(first=10, upto=20), None)
    """
    return f"shares log {stretch.first}-{stretch.upto}"


def stretch_of(external: str) -> Stretch | None:
    """Read it again; None where a transfer is about no stretch."""
    match = _EXTERNAL.fullmatch(external)
    return None if match is None else Stretch(int(match.group(1)), int(match.group(2)))


def stretches_in(money: Money, first: int | None = None) -> dict[Stretch, int]:
    """Return the stretches that the ledger knows, and the day each was posted on; from a day on if given."""
    stretches: dict[Stretch, int] = {}
    # By the account as well: the ledger finds an account's days by an index, a code by reading all there is.
    revenue = money.account(AccountKind.AD_REVENUE).id
    for code in CODES:
        wanted = TransferFilter(account=revenue, code=code, first=first)
        for booked in every_transfer(money.store, money.community, wanted):
            stretch = stretch_of(booked.transfer.external)
            if stretch is not None:
                stretches[stretch] = booked.day
    return stretches


class ShareBook:
    """The shares of one community. Called on the event loop's thread only."""

    def __init__(
        self,
        money: Money,
        reader: ShareReader,
        offset: Callable[[], int],
        post_charges: Callable[[], Awaitable[None]],
        minimum: Callable[[], int],
    ) -> None:
        """Take what it needs.

        Args:
            money: The ledger.
            reader: Reads what creators have of a stretch.
            offset: Where the log has been followed to.
            post_charges: Posts what ads were charged so far, out of which shares are paid.
            minimum: The least that is made payable to a creator, micros.
        """
        self._money, self._reader, self._offset = money, reader, offset
        self._post_charges, self._minimum = post_charges, minimum
        self._done: int | None = None
        """The day whose work is done."""
        self._known: dict[Stretch, int] = {}
        """The stretches that the ledger was seen to know, which it knows for ever, and the day each was posted on."""

    async def work(self) -> None:
        """Divide what ads were charged since the last time, where today's has not been done; free what was held.

        Raises:
            UnavailableError: Ledger, records or log do not answer; the next call goes on.
            InternalError: The ledger refused what the log says.
        """
        today = self._money.today()
        if today == self._done:
            return
        long = self._money.store.threads.long
        stretches, last_day = await long(self._stretches)
        if stretches:  # it may have broken off
            await self._divide(stretches[-1], stretches[:-1])
        first = stretches[-1].upto if stretches else 0
        if last_day != today and first < self._offset():
            await self._divide(Stretch(first, self._offset()), stretches)
        await self._free(today)
        self._done = today

    async def _divide(self, stretch: Stretch, before: Sequence[Stretch]) -> None:
        """Post what creators have of a stretch, but for what stands."""
        long = self._money.store.threads.long
        nets = await long(self._nets, stretch, before)
        if not nets:
            return
        backs = {owner: net for owner, net in nets.items() if net < 0}
        await self._post(stretch, backs)
        await self._post_charges()
        await self._post(stretch, {owner: net for owner, net in nets.items() if net > 0})

    def _nets(self, stretch: Stretch, before: Sequence[Stretch]) -> dict[int, int]:
        shares = self._reader.read(stretch, before)
        owners, sums = sums_by(shares.parts.owner, shares.net)
        standing = self._posted(stretch)
        return {
            owner: net
            for owner, net in zip(owners.tolist(), sums.tolist(), strict=True)
            if net and _name("share", owner, stretch) not in standing
            and _name("back", owner, stretch) not in standing
            and _name("owe", owner, stretch) not in standing
        }  # fmt: skip

    async def _post(self, stretch: Stretch, nets: Mapping[int, int]) -> None:
        if not nets:
            return
        owners = sorted(nets)
        standing = await self._money.store.threads.long(self._standing)
        for at in range(0, len(owners), BATCH):
            some = owners[at : at + BATCH]
            made = [
                chain(*self._chain(stretch, owner, nets[owner], standing.get(owner, Owed())))
                for owner in some
            ]
            opening = [self._account(kind, owner) for owner in some for kind in _KINDS]
            opening.append(self._money.account(AccountKind.AD_REVENUE))
            await self._book([transfer for each in made for transfer in each], opening)

    def _chain(self, stretch: Stretch, owner: int, net: int, owed: Owed) -> Iterator[Transfer]:
        held, receivable = (self._account(kind, owner) for kind in _KINDS[:2])
        revenue, external = self._money.account(AccountKind.AD_REVENUE), external_of(stretch)

        def move(what: str, sides: tuple[Account, Account], amount: int, code: Code) -> Transfer:
            debit, credit = sides
            name = _name(what, owner, stretch)
            return Transfer(name, debit.id, credit.id, Micros(amount), code, external=external)

        if net > 0:
            yield move("share", (revenue, held), net, Code.AD_SHARE)
            debt = min(owed.receivable, net)
            if debt:
                yield move("debt", (held, receivable), debt, Code.AD_SHARE_DEBT)
            return
        back = min(owed.held, -net)
        if back:
            yield move("back", (held, revenue), back, Code.AD_SHARE_BACK)
        if back < -net:
            yield move("owe", (receivable, revenue), -net - back, Code.AD_SHARE_BACK)

    async def _free(self, today: int) -> None:
        """Make payable what has been held long enough, where it comes to the least that is."""
        due = await self._money.store.threads.long(self._due, today)
        owners = sorted(due)
        for at in range(0, len(owners), BATCH):
            made, opening = [], []
            for owner in owners[at : at + BATCH]:
                held, payable = (self._account(kind, owner) for kind in (_KINDS[0], _KINDS[2]))
                name = transfer_id("ad share freed", today, owner)
                amount, code = Micros(due[owner]), Code.AD_SHARE_FREED
                made.append(Transfer(name, held.id, payable.id, amount, code, external="shares"))
                opening += [held, payable]
            await self._book(made, opening)

    def _due(self, today: int) -> dict[int, int]:
        """Return what is freed today, by creator: all that is held, but for what came within the days of the hold."""
        fresh: dict[bytes, int] = defaultdict(int)
        revenue = self._money.account(AccountKind.AD_REVENUE).id
        wanted = TransferFilter(account=revenue, code=Code.AD_SHARE, first=today - HOLD_DAYS + 1)
        for booked in self._transfers(wanted):
            fresh[booked.transfer.credit] += booked.transfer.amount
        freed = TransferFilter(code=Code.AD_SHARE_FREED, first=today)
        done = {booked.transfer.debit for booked in self._transfers(freed)}
        due = {}
        for account in self._accounts(AccountKind.CREATOR_HELD):
            amount = account.balance - fresh[account.id]
            if amount >= max(1, self._minimum()) and account.id not in done:
                due[_ordinal(account)] = amount
        return due

    def _stretches(self) -> tuple[list[Stretch], int | None]:
        """Return the stretches that the ledger knows, in order, and the day of the last."""
        newest = max(self._known.values(), default=None)
        self._known |= stretches_in(self._money, newest)
        ordered = sorted(self._known)
        return ordered, self._known[ordered[-1]] if ordered else None

    def _posted(self, stretch: Stretch) -> set[TransferId]:
        wanted = TransferFilter(external=external_of(stretch))
        return {booked.transfer.id for booked in self._transfers(wanted)}

    def _standing(self) -> dict[int, Owed]:
        """Return how every creator stands."""
        owing = {
            _ordinal(account): -account.balance
            for account in self._accounts(AccountKind.CREATOR_RECEIVABLE)
        }
        return {
            _ordinal(account): Owed(account.balance, owing.get(_ordinal(account), 0))
            for account in self._accounts(AccountKind.CREATOR_HELD)
        }

    def _accounts(self, kind: AccountKind) -> list[Account]:
        return self._money.store.accounts(self._money.community, kind=kind)

    def _account(self, kind: AccountKind, owner: int) -> Account:
        return self._money.account(kind, person(owner))

    def _transfers(self, wanted: TransferFilter) -> Iterator[Booked]:
        return every_transfer(self._money.store, self._money.community, wanted)

    async def _book(self, transfers: Sequence[Transfer], opening: Sequence[Account]) -> None:
        refusal = first_refusal(await self._money.post(transfers, opening=opening))
        if refusal is not None:
            raise InternalError(
                "internal", f"shares of ads: the ledger says {refusal.name.lower()}"
            )


def _name(what: str, owner: int, stretch: Stretch) -> TransferId:
    return transfer_id("ad share", what, owner, stretch.first, stretch.upto)


def _ordinal(account: Account) -> int:
    return int(account.party.partition(":")[2])
