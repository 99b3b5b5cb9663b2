"""The port of the ledger: one community's accounts and transfers, in the records' own database.

Whoever must write something else in the same commit - an order, its stock, its money - posts with
`stores.ledger.post.post_in` inside the records' transaction; everybody else posts here.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from lodestone.base.clock import Instant
from lodestone.ledger.accounts import Account, AccountId
from lodestone.ledger.judge import Hold
from lodestone.ledger.transfers import Booked, Outcome, Transfer, TransferId
from lodestone.stores.sql.threads import DatabaseThreads


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A day that takes no transfer any more."""

    day: int
    closed: Instant
    transfers: int
    moved: int
    """Micros moved by the day's transfers, summed over all of them."""
    digest: bytes
    """SHA-256 of the day's transfers in order, so that a later change is noticed."""


@dataclass(frozen=True, slots=True)
class Line:
    """One transfer as one account sees it."""

    booked: Booked
    account: AccountId
    change: int
    """Micros by which the account's balance rose (a credit) or fell (a debit)."""


@dataclass(frozen=True, slots=True)
class Payout:
    """One payment to one party for one period."""

    id: TransferId
    period: int
    """The day through which the earnings are paid."""
    account: AccountId
    party: str
    amount: int
    currency: str
    provider: str
    state: str
    """`ordered`, `sent`, `unknown`, `paid`, `declined`, `reversed`."""
    reference: str | None
    """The provider's own."""
    paid: int
    """Micros that the provider says it paid."""
    created: Instant
    returned: int = 0
    """Micros of these that came back since."""
    reason: str | None = None
    """Why it was declined or is unknown: the provider's own code."""


@dataclass(frozen=True, slots=True)
class TransferFilter:
    """Which transfers to list; what is None does not matter."""

    account: AccountId | None = None
    external: str | None = None
    corrects: TransferId | None = None
    code: int | None = None
    first: int | None = None
    """The first day."""
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A period of some accounts, read at one moment. Balances are credits less debits, posted."""

    opening: dict[AccountId, int]
    """Micros before the first day."""
    lines: tuple[Line, ...]
    """In the order of the book; holds are not in it."""
    closing: dict[AccountId, int]
    """Micros after the last day, summed apart from the lines."""


class LedgerSnapshot(Protocol):
    """The whole ledger at one moment."""

    def accounts(self) -> list[Account]:
        """Return every account, by id."""
        ...

    def holds(self) -> list[Hold]:
        """Return every hold, by id."""
        ...

    def transfers(self) -> Iterator[Booked]:
        """Walk every transfer in the order of the book."""
        ...

    def closed_days(self) -> list[ClosedDay]:
        """Return the closed days, the first first."""
        ...

    def day_sums(self, day: int) -> ClosedDay:
        """Return what closing a day would write of it now."""
        ...

    def statement(self, accounts: Sequence[AccountId], first: int, last: int) -> Statement:
        """Return a period of some accounts; see `LedgerStore.statement`."""
        ...

    def payouts(self) -> list[Payout]:
        """Return every payout, by period and id."""
        ...


class LedgerStore(Protocol):
    """Every community's ledger. Safe for threads; a call that raises has changed nothing.

    All of them raise UnknownError `community_unknown`, and UnavailableError when the store does not
    answer. `now` and `today` are the community's clock and its day.
    """

    @property
    def threads(self) -> DatabaseThreads:
        """Return the threads on which the store is asked while a process serves."""
        ...

    def open_accounts(self, community: str, accounts: Sequence[Account]) -> None:
        """Open accounts as chart.account makes them; those there already stay as they are."""
        ...

    def post_transfers(
        self,
        community: str,
        transfers: Sequence[Transfer],
        *,
        opening: Sequence[Account] = (),
        now: Instant,
        today: int,
    ) -> list[Outcome]:
        """Post transfers in one transaction; see `stores.ledger.post.post_in`. Durable on return."""
        ...

    def holds_over(self, community: str, *, now: Instant, limit: int = 10_000) -> list[TransferId]:
        """Return the ids of holds whose time is over, the earliest first."""
        ...

    def expire_holds(
        self,
        community: str,
        *,
        now: Instant,
        today: int,
        limit: int = 10_000,
        only: Sequence[TransferId] | None = None,
    ) -> list[TransferId]:
        """Release holds whose time is over, of some if given, the earliest first; return their ids."""
        ...

    def account(self, community: str, account: AccountId) -> Account | None:
        """Return an account, or None."""
        ...

    def account_ids(self, community: str, *, kind: int) -> list[AccountId]:
        """Return the ids of the accounts of a kind, in order, whatever else is in their rows."""
        ...

    def accounts(
        self, community: str, *, party: str | None = None, kind: int | None = None
    ) -> list[Account]:
        """Return accounts by id, of one party or kind if given."""
        ...

    def transfer(self, community: str, transfer: TransferId) -> Booked | None:
        """Return a transfer, or None."""
        ...

    def transfers(
        self, community: str, wanted: TransferFilter, *, limit: int, after: int = 0
    ) -> list[Booked]:
        """Return transfers in the order of the book, those after a sequence number."""
        ...

    def hold(self, community: str, hold: TransferId) -> Hold | None:
        """Return a hold and its state, or None."""
        ...

    def statement(
        self, community: str, accounts: Sequence[AccountId], first: int, last: int
    ) -> Statement:
        """Return what moved on accounts from day to day, both included, and the balances around it."""
        ...

    def ledger_snapshot(self, community: str) -> AbstractContextManager[LedgerSnapshot]:
        """Open one consistent view of the whole ledger, whatever is posted meanwhile."""
        ...

    def closed_days(self, community: str) -> list[ClosedDay]:
        """Return the closed days, the first first."""
        ...

    def close_day(self, community: str, day: int, *, now: Instant, today: int) -> list[ClosedDay]:
        """Close a day, and those before it that are still open; return the days it closed, none when it was.

        Raises:
            ConflictError: `day_not_over`: by the community's clock it is not over yet.
        """
        ...

    def post_payout(
        self,
        community: str,
        payout: Payout,
        transfers: Sequence[Transfer],
        *,
        opening: Sequence[Account] = (),
        now: Instant,
        today: int,
    ) -> list[Outcome]:
        """Post a payout's transfers and write its new state in one commit; neither unless all stand."""
        ...

    def post_funds(
        self,
        community: str,
        funds: Transfer,
        named: tuple[str, str],
        *,
        opening: Sequence[Account],
        now: Instant,
        today: int,
    ) -> Outcome:
        """Post what was brought from one provider to another, and note who says so, in one commit.

        Args:
            community: Whose money it is.
            funds: From the taker's clearing to the giver's.
            named: The giver's name and the taker's.
            opening: The two accounts.
            now: The community's clock.
            today: Its day.
        """
        ...

    def payout(self, community: str, payout: TransferId) -> Payout | None:
        """Return a payout, or None."""
        ...

    def payouts(self, community: str, period: int | None = None) -> list[Payout]:
        """Return the payouts of a period, or all, by period and id."""
        ...
