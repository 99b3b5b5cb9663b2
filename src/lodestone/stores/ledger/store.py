"""The ledger in SQL, beside the records. See `port.LedgerStore`."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import date, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import func, or_

from lodestone.base.clock import Instant
from lodestone.base.errors import ConflictError, Problem, UnavailableError
from lodestone.ledger.accounts import Account, AccountId
from lodestone.ledger.judge import NEVER_CLOSED, Hold
from lodestone.ledger.payout_life import FINAL
from lodestone.ledger.transfers import Booked, Outcome, Transfer, TransferId
from lodestone.stores.ledger.port import ClosedDay, Payout, Statement, TransferFilter
from lodestone.stores.ledger.post import open_in, post_in
from lodestone.stores.ledger.read import (
    Snapshot,
    closed_days,
    day_sums,
    expiries,
    holds_over,
    payout_of,
    payouts,
    statement,
)
from lodestone.stores.ledger.rows import ACCOUNT_COLUMNS, account_of, booked_of, hold_of
from lodestone.stores.ledger.schema import (
    ACCOUNTS,
    BOOKS,
    CLOSED_DAYS,
    HOLDS,
    PAYOUTS,
    TRANSFERS,
)
from lodestone.stores.sql.audit_rows import Values, note_in
from lodestone.stores.sql.base import SqlBase
from lodestone.stores.sql.scope import Scope

TRIES: Final = 8
_EPOCH: Final = date(1970, 1, 1)
Result = TypeVar("Result")


class LedgerRecords(SqlBase):
    """See `LedgerStore`."""

    @contextmanager
    def _booking(self, community: str) -> Iterator[Scope]:
        """Open a transaction that writes the ledger alone.

        It does not lock the community as a write of records does: in PostgreSQL the rows of the
        accounts are locks enough, and orders of different shops go on beside each other.
        """
        alone = self._lock if self._engine.dialect.name == "sqlite" else nullcontext()
        with alone, self._connected(writing=True) as connection:
            yield Scope(connection, self._tenant(connection, community))

    def _again(self, work: Callable[[], Result]) -> Result:
        """Do a whole transaction, again should another have come between."""
        for _ in range(TRIES - 1):
            try:
                return work()
            except UnavailableError as error:
                if error.code != "ledger_busy":
                    raise
        return work()

    def open_accounts(self, community: str, accounts: Sequence[Account]) -> None:
        """See `LedgerStore.open_accounts`."""

        def work() -> None:
            with self._booking(community) as scope:
                open_in(scope, accounts)

        self._again(work)

    def post_transfers(
        self,
        community: str,
        transfers: Sequence[Transfer],
        *,
        opening: Sequence[Account] = (),
        now: Instant,
        today: int,
    ) -> list[Outcome]:
        """See `LedgerStore.post_transfers`."""

        def work() -> list[Outcome]:
            with self._booking(community) as scope:
                return post_in(scope, transfers, opening=opening, now=now, today=today)

        return self._again(work)

    def holds_over(self, community: str, *, now: Instant, limit: int = 10_000) -> list[TransferId]:
        """See `LedgerStore.holds_over`."""
        with self._reading(community) as scope:
            return holds_over(scope, now, limit)

    def expire_holds(
        self,
        community: str,
        *,
        now: Instant,
        today: int,
        limit: int = 10_000,
        only: Sequence[TransferId] | None = None,
    ) -> list[TransferId]:
        """See `LedgerStore.expire_holds`."""

        def work() -> list[TransferId]:
            with self._booking(community) as scope:
                due = expiries(scope, now, limit, only)
                if not due:
                    return []
                outcomes = post_in(scope, due, now=now, today=today)
            done = zip(due, outcomes, strict=True)
            return [booking.hold for booking, outcome in done if outcome is Outcome.POSTED]

        with self._reading(community) as scope:
            if not expiries(scope, now, 1):
                return []
        return self._again(work)

    def account(self, community: str, account: AccountId) -> Account | None:
        """See `LedgerStore.account`."""
        with self._reading(community) as scope:
            row = scope.first(
                scope.select(ACCOUNTS, *ACCOUNT_COLUMNS).where(ACCOUNTS.c.id == account)
            )
        return None if row is None else account_of(row)

    def account_ids(self, community: str, *, kind: int) -> list[AccountId]:
        """See `LedgerStore.account_ids`."""
        with self._reading(community) as scope:
            query = scope.select(ACCOUNTS, ACCOUNTS.c.id).where(ACCOUNTS.c.kind == kind)
            return [AccountId(row.id) for row in scope.fetch(query.order_by(ACCOUNTS.c.id))]

    def accounts(
        self, community: str, *, party: str | None = None, kind: int | None = None
    ) -> list[Account]:
        """See `LedgerStore.accounts`."""
        with self._reading(community) as scope:
            query = scope.select(ACCOUNTS, *ACCOUNT_COLUMNS).order_by(ACCOUNTS.c.id)
            if party is not None:
                query = query.where(ACCOUNTS.c.party == party)
            if kind is not None:
                query = query.where(ACCOUNTS.c.kind == kind)
            return [account_of(row) for row in scope.fetch(query)]

    def transfer(self, community: str, transfer: TransferId) -> Booked | None:
        """See `LedgerStore.transfer`."""
        with self._reading(community) as scope:
            row = scope.first(scope.select(TRANSFERS).where(TRANSFERS.c.id == transfer))
        return None if row is None else booked_of(row)

    def transfers(
        self, community: str, wanted: TransferFilter, *, limit: int, after: int = 0
    ) -> list[Booked]:
        """See `LedgerStore.transfers`."""
        table = TRANSFERS.c
        conditions = [table.sequence > after]
        if wanted.account is not None:
            conditions.append(or_(table.debit == wanted.account, table.credit == wanted.account))
        for column, value in (
            (table.external, wanted.external),
            (table.corrects, wanted.corrects),
            (table.code, wanted.code),
        ):
            if value is not None:
                conditions.append(column == value)
        if wanted.first is not None:
            conditions.append(table.day >= wanted.first)
        if wanted.last is not None:
            conditions.append(table.day <= wanted.last)
        with self._reading(community) as scope:
            query = scope.select(TRANSFERS).where(*conditions).order_by(table.sequence)
            return [booked_of(row) for row in scope.fetch(query.limit(limit))]

    def hold(self, community: str, hold: TransferId) -> Hold | None:
        """See `LedgerStore.hold`."""
        with self._reading(community) as scope:
            row = scope.first(scope.select(HOLDS).where(HOLDS.c.id == hold))
        return None if row is None else hold_of(row)

    def statement(
        self, community: str, accounts: Sequence[AccountId], first: int, last: int
    ) -> Statement:
        """See `LedgerStore.statement`."""
        with self._at_once(community) as scope:
            return statement(scope, accounts, first, last)

    @contextmanager
    def ledger_snapshot(self, community: str) -> Iterator[Snapshot]:
        """See `LedgerStore.ledger_snapshot`."""
        with self._at_once(community) as scope:
            yield Snapshot(scope)

    def closed_days(self, community: str) -> list[ClosedDay]:
        """See `LedgerStore.closed_days`."""
        with self._reading(community) as scope:
            return closed_days(scope)

    def close_day(self, community: str, day: int, *, now: Instant, today: int) -> list[ClosedDay]:
        """See `LedgerStore.close_day`."""
        if day >= today:
            problem = Problem("day", "is not over by the community's clock; close it when it is")
            raise ConflictError("day_not_over", f"day {problem.problem}", (problem,))
        with self._booking(community) as scope:
            made = _close(scope, day, now)
            for closing in made:
                after = {"closed": True, "transfers": closing.transfers}
                day_name = (_EPOCH + timedelta(days=closing.day)).isoformat()
                _note(scope, "day", day_name, {}, after)
            return made

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
        """See `LedgerStore.post_payout`."""

        def work() -> list[Outcome]:
            with self._booking(community) as scope:
                outcomes = post_in(scope, transfers, opening=opening, now=now, today=today)
                if all(outcome.stands for outcome in outcomes):
                    _audit_payout(scope, payout)
                    _put_payout(scope, payout)
                return outcomes

        assert not transfers or all(transfer.linked for transfer in transfers[:-1])
        return self._again(work)

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
        """See `LedgerStore.post_funds`."""
        giver, taker = named

        def work() -> Outcome:
            with self._booking(community) as scope:
                (outcome,) = post_in(scope, [funds], opening=opening, now=now, today=today)
                if outcome is Outcome.POSTED:
                    _note(scope, "provider", taker, {}, {"funds": int(funds.amount), "from": giver})
                return outcome

        return self._again(work)

    def payout(self, community: str, payout: TransferId) -> Payout | None:
        """See `LedgerStore.payout`."""
        with self._reading(community) as scope:
            row = scope.first(scope.select(PAYOUTS).where(PAYOUTS.c.id == payout))
        return None if row is None else payout_of(row)

    def payouts(self, community: str, period: int | None = None) -> list[Payout]:
        """See `LedgerStore.payouts`."""
        with self._reading(community) as scope:
            return payouts(scope, period)


def _note(scope: Scope, kind: str, name: str, before: Values | None, after: Values | None) -> None:
    tenant = scope.tenant
    note_in(scope.connection, {tenant.number: tenant.community}, (kind, name), before, after)


def _audit_payout(scope: Scope, payout: Payout) -> None:
    """Note what somebody orders or says of a payout; a provider's own word is nobody's act."""
    row = scope.first(scope.select(PAYOUTS).where(PAYOUTS.c.id == payout.id))
    before = None if row is None else _told(row)
    _note(scope, "payout", f"pay_{payout.id.hex()}", before, _told(payout))


def _told(payout: Any) -> dict[str, object]:
    return {
        name: getattr(payout, name)
        for name in ("state", "amount", "paid", "returned", "reference", "reason")
    }


def _put_payout(scope: Scope, payout: Payout) -> None:
    """Write a payout or its new state in an open transaction."""
    row = {
        "id": payout.id,
        "period": payout.period,
        "account": payout.account,
        "party": payout.party,
        "amount": payout.amount,
        "currency": payout.currency,
        "provider": payout.provider,
        "state": payout.state,
        "reference": payout.reference,
        "paid": payout.paid,
        "created": payout.created,
        "returned": payout.returned,
        "reason": payout.reason,
    }
    mine = PAYOUTS.c.id == payout.id
    change = scope.update(PAYOUTS).where(mine, PAYOUTS.c.returned <= payout.returned)
    if payout.state not in FINAL:  # what is not known yet never undoes what somebody said meanwhile
        change = change.where(PAYOUTS.c.state.not_in(FINAL))
    if scope.run(change.values(**row)):
        return
    if scope.first(scope.select(PAYOUTS, PAYOUTS.c.id).where(mine)) is None:
        scope.insert(PAYOUTS, [row])


def _close(scope: Scope, day: int, now: Instant) -> list[ClosedDay]:
    """Close the open days through one, under a lock that every posting shares."""
    book = scope.first(scope.select(BOOKS, BOOKS.c.closed_through).with_for_update())
    if book is None or book[0] >= day:
        return []
    closed = book[0]
    if closed == NEVER_CLOSED:
        earliest = scope.first(scope.select(TRANSFERS, func.min(TRANSFERS.c.day)))[0]
        closed = day - 1 if earliest is None else min(earliest, day) - 1
    made = [day_sums(scope, day_number, now) for day_number in range(closed + 1, day + 1)]
    scope.insert(
        CLOSED_DAYS,
        [
            {
                "day": sums.day,
                "closed": now,
                "transfers": sums.transfers,
                "moved": sums.moved,
                "digest": sums.digest,
            }
            for sums in made
        ],
    )
    scope.run(scope.update(BOOKS).values(closed_through=day))
    return made
