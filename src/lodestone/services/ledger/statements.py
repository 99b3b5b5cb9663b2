"""Show the book: accounts, transfers, statements and the trial balance, as the doors answer them."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Final

import msgspec

from lodestone.base.errors import InvalidError, Problem, UnknownError
from lodestone.base.list_page import cut_one_more, one_more
from lodestone.base.wire import Money as Amount
from lodestone.base.wire import TimeText, time_text
from lodestone.ledger.accounts import Account, AccountId
from lodestone.ledger.chart import CHART, AccountKind, Code
from lodestone.ledger.transfers import NONE, Booked, TransferId
from lodestone.services.ledger.posting import Money
from lodestone.services.support.ports import DirectoryView
from lodestone.stores.ledger.port import Line, TransferFilter

EPOCH: Final = date(1970, 1, 1)
DAYS_MAX: Final = 400
"""Days in one statement, at most."""
LINES_MAX: Final = 50_000
"""Lines in one statement, at most."""
_ACCOUNT: Final = "acc_"
_TRANSFER: Final = "trf_"


class AccountOut(msgspec.Struct, frozen=True, kw_only=True):
    """An account. `balance` is credits less debits, posted: above zero is owed to the party or earned."""

    id: str
    kind: str
    party: str
    currency: str
    limit: str
    debits_posted: Amount
    credits_posted: Amount
    debits_pending: Amount
    credits_pending: Amount
    balance: Amount


class TransferOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A transfer that stands in the book; it is never changed."""

    id: str
    kind: str
    code: str
    debit: str
    credit: str
    amount: Amount
    time: TimeText
    day: str
    """The day it is booked on."""
    late_for: str | None = None
    """The closed day it is about, when it came late."""
    linked: bool = False
    hold: str | None = None
    corrects: str | None = None
    external: str | None = None
    timeout_seconds: int = 0


class StatementLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a statement: a transfer, what it changed, and the balance after it."""

    transfer: TransferOut
    change: Amount
    balance: Amount


class AccountStatement(msgspec.Struct, frozen=True, kw_only=True):
    """One account's period: opening, lines, closing; opening and the changes make the closing."""

    account_id: str
    kind: str
    opening: Amount
    closing: Amount
    lines: list[StatementLine]


class StatementOut(msgspec.Struct, frozen=True, kw_only=True):
    """A party's period."""

    party: str
    first: str = msgspec.field(name="from")
    last: str = msgspec.field(name="to")
    opening: Amount
    closing: Amount
    accounts: list[AccountStatement]


class TrialRow(msgspec.Struct, frozen=True, kw_only=True):
    """All accounts of one kind together."""

    kind: str
    accounts: int
    debits: Amount
    credits: Amount
    balance: Amount
    pending: Amount
    """What holds would take from these accounts."""


class TrialBalance(msgspec.Struct, frozen=True, kw_only=True):
    """Every account: debits and credits are equal, or the book is corrupt."""

    rows: list[TrialRow]
    debits: Amount
    credits: Amount
    difference: Amount
    closed_through: str | None


class Names:
    """Parties as the app knows them: a person by the app's id, while there is one."""

    def __init__(
        self, ordinal_of: Callable[[str], int | None], id_of: Callable[[int], str | None]
    ) -> None:
        self._ordinal_of = ordinal_of
        self._id_of = id_of

    def inside(self, party: str) -> str:
        """Return the book's name of a party. Raises UnknownError `person_unknown`."""
        kind, _, name = party.partition(":")
        if kind == "pseudonym":
            return f"person:{name}"
        if kind != "person":
            return party
        ordinal = self._ordinal_of(name)
        if ordinal is None:
            raise UnknownError("person_unknown", f"nobody is called {name!r} here")
        return f"person:{ordinal}"

    def outside(self, party: str) -> str:
        """Return a party's name for the app: of an erased person the pseudonym is left."""
        kind, _, name = party.partition(":")
        if kind != "person" or not name.isdecimal():
            return party
        known = self._id_of(int(name))
        return f"pseudonym:{name}" if known is None else f"person:{known}"


class Statements:
    """What the doors show of one community's ledger."""

    def __init__(self, money: Money, names: Names) -> None:
        self._money = money
        self._names = names

    def outside(self, party: str) -> str:
        """Return a party's name for the app."""
        return self._names.outside(party)

    def inside(self, party: str) -> str:
        """Return the book's name of a party. Raises UnknownError `person_unknown`."""
        return self._names.inside(party)

    def account(self, text: str) -> AccountOut:
        """Return an account. Raises UnknownError `account_unknown`."""
        account = self._money.store.account(
            self._money.community, AccountId(_bytes(text, _ACCOUNT))
        )
        if account is None:
            raise UnknownError("account_unknown", f"there is no account {text!r}")
        return self._account(account)

    def accounts(self, party: str | None) -> list[AccountOut]:
        """Return the accounts, of one party if given, by id."""
        inside = None if party is None else self._names.inside(party)
        accounts = self._money.store.accounts(self._money.community, party=inside)
        return [self._account(account) for account in accounts]

    def transfer(self, text: str) -> TransferOut:
        """Return a transfer. Raises UnknownError `transfer_unknown`."""
        name = TransferId(_bytes(text, _TRANSFER))
        booking = self._money.store.transfer(self._money.community, name)
        if booking is None:
            raise UnknownError("transfer_unknown", f"there is no transfer {text!r}")
        return self._transfer(booking)

    def transfers(
        self, wanted: TransferFilter, limit: int, after: int
    ) -> tuple[list[TransferOut], int | None]:
        """Return a page of transfers in the order of the book, and the last one's number if more follow."""
        transfers = self._money.store.transfers(
            self._money.community, wanted, limit=one_more(limit), after=after
        )
        page, last = cut_one_more(transfers, limit)
        return [
            self._transfer(booking) for booking in page
        ], None if last is None else last.sequence

    def statement(self, party: str, first: int, last: int) -> StatementOut:
        """Return a party's period, both days included.

        Raises:
            UnknownError: `party_unknown`: it has no account; `person_unknown`.
            InvalidError: `span_invalid`: the days are out of order, or more than 400;
                `statement_too_long`: over 50,000 lines.
        """
        require_span(first, last)
        store, community = self._money.store, self._money.community
        accounts = store.accounts(community, party=self._names.inside(party))
        if not accounts:
            raise UnknownError("party_unknown", f"{party!r} has no account here")
        read = store.statement(community, [account.id for account in accounts], first, last)
        if len(read.lines) > LINES_MAX:
            problem = Problem("from", f"leaves over {LINES_MAX:,} lines; ask for fewer days")
            raise InvalidError("statement_too_long", f"from {problem.problem}", (problem,))
        parts = [
            self._part(account, read.opening[account.id], read.closing[account.id], read.lines)
            for account in accounts
        ]
        return StatementOut(
            party=party,
            first=day_text(first),
            last=day_text(last),
            opening=self._amount(sum(read.opening.values())),
            closing=self._amount(sum(read.closing.values())),
            accounts=parts,
        )

    def _part(
        self, account: Account, opening: int, closing: int, lines: Sequence[Line]
    ) -> AccountStatement:
        shown, balance = [], opening
        for line in lines:
            if line.account == account.id:
                balance += line.change
                shown.append(
                    StatementLine(
                        transfer=self._transfer(line.booked),
                        change=self._amount(line.change),
                        balance=self._amount(balance),
                    )
                )
        return AccountStatement(
            account_id=account_text(account.id),
            kind=kind_text(account.kind),
            opening=self._amount(opening),
            closing=self._amount(closing),
            lines=shown,
        )

    def trial_balance(self) -> TrialBalance:
        """Sum every account, by kind and in all."""
        with self._money.store.ledger_snapshot(self._money.community) as snapshot:
            accounts, closed = snapshot.accounts(), snapshot.closed_days()
        rows = []
        for kind in AccountKind:
            mine = [account for account in accounts if account.kind == kind]
            if mine:
                rows.append(self._row(kind, mine))
        debits = sum(account.debits_posted for account in accounts)
        credits_ = sum(account.credits_posted for account in accounts)
        return TrialBalance(
            rows=rows,
            debits=self._amount(debits),
            credits=self._amount(credits_),
            difference=self._amount(debits - credits_),
            closed_through=day_text(closed[-1].day) if closed else None,
        )

    def _row(self, kind: AccountKind, accounts: Sequence[Account]) -> TrialRow:
        return TrialRow(
            kind=kind.name.lower(),
            accounts=len(accounts),
            debits=self._amount(sum(account.debits_posted for account in accounts)),
            credits=self._amount(sum(account.credits_posted for account in accounts)),
            balance=self._amount(sum(account.balance for account in accounts)),
            pending=self._amount(sum(account.debits_pending for account in accounts)),
        )

    def _account(self, account: Account) -> AccountOut:
        return AccountOut(
            id=account_text(account.id),
            kind=kind_text(account.kind),
            party=self._names.outside(account.party),
            currency=account.currency,
            limit=account.limit.name.lower(),
            debits_posted=self._amount(account.debits_posted),
            credits_posted=self._amount(account.credits_posted),
            debits_pending=self._amount(account.debits_pending),
            credits_pending=self._amount(account.credits_pending),
            balance=self._amount(account.balance),
        )

    def _transfer(self, booked: Booked) -> TransferOut:
        asked = booked.transfer
        return TransferOut(
            id=transfer_text(asked.id),
            kind=asked.kind.name.lower(),
            code=code_text(asked.code),
            debit=account_text(asked.debit),
            credit=account_text(asked.credit),
            amount=self._amount(asked.amount),
            time=time_text(booked.time),
            day=day_text(booked.day),
            late_for=None if booked.late_for is None else day_text(booked.late_for),
            linked=asked.linked,
            hold=None if asked.hold == NONE else transfer_text(asked.hold),
            corrects=None if asked.corrects == NONE else transfer_text(asked.corrects),
            external=asked.external or None,
            timeout_seconds=asked.timeout_seconds,
        )

    def _amount(self, micros: int) -> Amount:
        return Amount(micros, self._money.currency)


def books_of(money: Money, directory: DirectoryView) -> Statements:
    """Return what may be shown of a community's ledger, people by the names that the app gave them."""
    people = directory.people

    def ordinal_of(name: str) -> int | None:
        row = people.get(name)
        return None if row is None else directory.ordinal(row)

    def id_of(ordinal: int) -> str | None:
        row = directory.row_of_ordinal(ordinal)
        return directory.person_ids[row] if row >= 0 else None

    return Statements(money, Names(ordinal_of, id_of))


def require_span(first: int, last: int) -> None:
    """Refuse days that are out of order, or more than a statement holds. Raises InvalidError `span_invalid`."""
    if not first <= last < first + DAYS_MAX:
        problem = Problem("to", f"is `from` or later, at most {DAYS_MAX} days in all")
        raise InvalidError("span_invalid", f"to {problem.problem}", (problem,))


def day_text(day: int) -> str:
    """Write a day as a date.

    >>> day_text(19_675)
    '2023-11-14'
    """
    return (EPOCH + timedelta(days=day)).isoformat()


def day_number(text: str, field: str) -> int:
    """Read a date as a day. Raises InvalidError `day_invalid` naming the field."""
    try:
        return (date.fromisoformat(text) - EPOCH).days
    except ValueError as error:
        problem = Problem(field, "must be a date such as 2026-03-01")
        raise InvalidError("day_invalid", f"{field} {problem.problem}", (problem,)) from error


def account_text(account: AccountId) -> str:
    """Return an account's id as the doors write it."""
    return _ACCOUNT + account.hex()


def transfer_text(transfer: TransferId) -> str:
    """Return a transfer's id as the doors write it."""
    return _TRANSFER + transfer.hex()


def account_named(text: str, field: str = "account_id") -> AccountId:
    """Read an account's id. Raises InvalidError `id_invalid` naming the field."""
    return AccountId(_bytes(text, _ACCOUNT, field))


def transfer_named(text: str, field: str = "transfer_id") -> TransferId:
    """Read a transfer's id. Raises InvalidError `id_invalid` naming the field."""
    return TransferId(_bytes(text, _TRANSFER, field))


def kind_text(kind: int) -> str:
    """Name a kind of account; one that a later version made is shown by its number."""
    return AccountKind(kind).name.lower() if kind in CHART else str(kind)


def code_text(code: int) -> str:
    """Name what a transfer is for; a code that a later version made is shown by its number."""
    return Code(code).name.lower() if code in list(Code) else str(code)


def code_named(text: str) -> int:
    """Read a code by its name. Raises InvalidError `code_unknown`."""
    for code in Code:
        if code.name.lower() == text:
            return int(code)
    problem = Problem("code", f"is one of {', '.join(code.name.lower() for code in Code)}")
    raise InvalidError("code_unknown", f"code {problem.problem}", (problem,))


def _bytes(text: str, prefix: str, field: str = "id") -> bytes:
    digits = text.removeprefix(prefix)
    if text.startswith(prefix) and len(digits) == 32 and set(digits) <= set("0123456789abcdef"):
        return bytes.fromhex(digits)
    problem = Problem(field, f"must be {prefix} and 32 digits of 0-9 and a-f")
    raise InvalidError("id_invalid", f"{field} {problem.problem}", (problem,))
