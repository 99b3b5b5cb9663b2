"""The ledger in SQL, beside the records. See `ledger.LedgerStore`."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, Final, TypeVar

from sqlalchemy import and_, func, or_

from lodestone.base.clock import Instant
from lodestone.base.errors import ConflictError, Problem, UnavailableError
from lodestone.base.money import Micros
from lodestone.ledger.accounts import Account, AccountId
from lodestone.ledger.judge import NEVER_CLOSED, Hold, HoldState
from lodestone.ledger.transfers import (
    MOVING,
    NO_ACCOUNT,
    Booked,
    Outcome,
    Transfer,
    TransferId,
    TransferKind,
    transfer_id,
)
from lodestone.stores.ledger import ClosedDay, Line, Payout, TransferFilter
from lodestone.stores.ledger_post import among, open_in, pieces, post_in
from lodestone.stores.ledger_rows import account_of, booked_of, hold_of
from lodestone.stores.ledger_schema import (
    ACCOUNTS,
    BOOKS,
    CLOSED_DAYS,
    HOLDS,
    PAYOUTS,
    TRANSFERS,
)
from lodestone.stores.records_base import Base, Scope

TRIES: Final = 8
_MOVING: Final = [int(kind) for kind in MOVING]
Result = TypeVar("Result")


class LedgerRecords(Base):
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

    def expire_holds(
        self, community: str, *, now: Instant, today: int, limit: int = 10_000
    ) -> list[TransferId]:
        """See `LedgerStore.expire_holds`."""

        def work() -> list[TransferId]:
            with self._booking(community) as scope:
                due = expiries(scope, now, limit)
                if not due:
                    return []
                outcomes = post_in(scope, due, now=now, today=today)
            done = zip(due, outcomes, strict=True)
            return [one.hold for one, outcome in done if outcome is Outcome.POSTED]

        with self._reading(community) as scope:
            if not expiries(scope, now, 1):
                return []
        return self._again(work)

    def account(self, community: str, account: AccountId) -> Account | None:
        """See `LedgerStore.account`."""
        with self._reading(community) as scope:
            row = scope.first(scope.select(ACCOUNTS).where(ACCOUNTS.c.id == account))
        return None if row is None else account_of(row)

    def accounts(
        self, community: str, *, party: str | None = None, kind: int | None = None
    ) -> list[Account]:
        """See `LedgerStore.accounts`."""
        with self._reading(community) as scope:
            query = scope.select(ACCOUNTS).order_by(ACCOUNTS.c.id)
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

    def holds(self, community: str) -> list[Hold]:
        """See `LedgerStore.holds`."""
        with self._reading(community) as scope:
            return [hold_of(row) for row in scope.fetch(scope.select(HOLDS).order_by(HOLDS.c.id))]

    def balances_before(
        self, community: str, accounts: Sequence[AccountId], day: int
    ) -> dict[AccountId, int]:
        """See `LedgerStore.balances_before`."""
        found = dict.fromkeys(accounts, 0)
        sides = ((TRANSFERS.c.debit, -1), (TRANSFERS.c.credit, 1))
        with self._reading(community) as scope:
            for piece in pieces(scope, sorted(found)):
                for side, sign in sides:
                    query = scope.select(TRANSFERS, side, func.sum(TRANSFERS.c.amount))
                    query = query.where(among(scope, side, piece), TRANSFERS.c.day < day)
                    query = query.where(TRANSFERS.c.kind.in_(_MOVING)).group_by(side)
                    for name, amount in scope.fetch(query):
                        found[AccountId(bytes(name))] += sign * int(amount)
        return found

    def lines(
        self, community: str, accounts: Sequence[AccountId], first: int, last: int
    ) -> list[Line]:
        """See `LedgerStore.lines`."""
        mine, found = set(accounts), []
        table = TRANSFERS.c
        within = and_(table.day >= first, table.day <= last, table.kind.in_(_MOVING))
        with self._reading(community) as scope:
            rows: dict[int, Any] = {}
            for piece in pieces(scope, sorted(mine)):
                for side in (table.debit, table.credit):
                    query = scope.select(TRANSFERS).where(among(scope, side, piece), within)
                    rows.update((row.sequence, row) for row in scope.fetch(query))
        for _, row in sorted(rows.items()):
            booked = booked_of(row)
            asked = booked.transfer
            for name, sign in ((asked.debit, -1), (asked.credit, 1)):
                if name in mine:
                    found.append(Line(booked, name, sign * asked.amount))
        return found

    def closed_days(self, community: str) -> list[ClosedDay]:
        """See `LedgerStore.closed_days`."""
        with self._reading(community) as scope:
            rows = scope.fetch(scope.select(CLOSED_DAYS).order_by(CLOSED_DAYS.c.day))
        return [
            ClosedDay(
                row.day, Instant(row.closed), row.transfers, int(row.moved), bytes(row.digest)
            )
            for row in rows
        ]

    def day_sums(self, community: str, day: int) -> ClosedDay:
        """See `LedgerStore.day_sums`."""
        with self._reading(community) as scope:
            return _sums(scope, day, Instant(0))

    def close_day(self, community: str, day: int, *, now: Instant, today: int) -> list[ClosedDay]:
        """See `LedgerStore.close_day`."""
        if day >= today:
            problem = Problem("day", "is not over by the community's clock; close it when it is")
            raise ConflictError("day_not_over", f"day {problem.problem}", (problem,))
        with self._booking(community) as scope:
            return _close(scope, day, now)

    def put_payout(self, community: str, payout: Payout) -> None:
        """See `LedgerStore.put_payout`."""
        with self._booking(community) as scope:
            put_payout_in(scope, payout)

    def payouts(self, community: str, period: int | None = None) -> list[Payout]:
        """See `LedgerStore.payouts`."""
        with self._reading(community) as scope:
            query = scope.select(PAYOUTS).order_by(PAYOUTS.c.period, PAYOUTS.c.id)
            if period is not None:
                query = query.where(PAYOUTS.c.period == period)
            return [_payout(row) for row in scope.fetch(query)]


def expiries(scope: Scope, now: Instant, limit: int) -> list[Transfer]:
    """Return the transfers that release holds whose time is over, the earliest first.

    Their ids follow from the hold's, so that two who find the same hold release it once.
    """
    query = scope.select(HOLDS).where(HOLDS.c.state == int(HoldState.OPEN), HOLDS.c.expires <= now)
    rows = scope.fetch(query.order_by(HOLDS.c.expires, HOLDS.c.id).limit(limit))
    names = {bytes(row.id): row for row in rows}
    codes: dict[bytes, int] = {}
    for piece in pieces(scope, sorted(names)):
        wanted = scope.select(TRANSFERS, TRANSFERS.c.id, TRANSFERS.c.code)
        for name, code in scope.fetch(wanted.where(among(scope, TRANSFERS.c.id, piece))):
            codes[bytes(name)] = code
    return [
        Transfer(
            id=transfer_id("expire", name.hex()), debit=NO_ACCOUNT, credit=NO_ACCOUNT,
            amount=Micros(0), code=codes[name], kind=TransferKind.EXPIRE, hold=TransferId(name),
        )
        for name in names
    ]  # fmt: skip


def put_payout_in(scope: Scope, payout: Payout) -> None:
    """Write a payout or its new state in an open transaction."""
    row = {
        "id": payout.id, "period": payout.period, "account": payout.account,
        "party": payout.party, "amount": payout.amount, "currency": payout.currency,
        "provider": payout.provider, "state": payout.state, "reference": payout.reference,
        "paid": payout.paid, "created": payout.created,
    }  # fmt: skip
    met = scope.run(scope.update(PAYOUTS).where(PAYOUTS.c.id == payout.id).values(**row))
    if not met:
        scope.insert(PAYOUTS, [row])


def _payout(row: Any) -> Payout:
    return Payout(
        TransferId(bytes(row.id)), row.period, AccountId(bytes(row.account)), row.party,
        int(row.amount), row.currency, row.provider, row.state, row.reference, int(row.paid),
        Instant(row.created),
    )  # fmt: skip


def _close(scope: Scope, day: int, now: Instant) -> list[ClosedDay]:
    """Close the open days through one, under a lock that every posting shares."""
    book = scope.first(scope.select(BOOKS, BOOKS.c.closed_through).with_for_update())
    if book is None or book[0] >= day:
        return []
    closed = book[0]
    if closed == NEVER_CLOSED:
        earliest = scope.first(scope.select(TRANSFERS, func.min(TRANSFERS.c.day)))[0]
        closed = day - 1 if earliest is None else min(earliest, day) - 1
    made = [_sums(scope, one, now) for one in range(closed + 1, day + 1)]
    scope.insert(
        CLOSED_DAYS,
        [
            {"day": one.day, "closed": now, "transfers": one.transfers, "moved": one.moved,
             "digest": one.digest}
            for one in made
        ],
    )  # fmt: skip
    scope.run(scope.update(BOOKS).values(closed_through=day))
    return made


def _sums(scope: Scope, day: int, now: Instant) -> ClosedDay:
    digest, transfers, moved = hashlib.sha256(), 0, 0
    query = scope.select(TRANSFERS).where(TRANSFERS.c.day == day).order_by(TRANSFERS.c.sequence)
    for row in scope.fetch(query):
        booked = booked_of(row)
        asked = booked.transfer
        parts = (
            booked.sequence, asked.id, int(asked.kind), asked.code, asked.debit, asked.credit,
            asked.amount, asked.hold, asked.corrects, asked.external, booked.late_for,
        )  # fmt: skip
        digest.update(repr(parts).encode())
        transfers += 1
        moved += asked.amount if asked.kind in MOVING else 0
    return ClosedDay(day, now, transfers, moved, digest.digest())
