"""A party's statement as a file that a bank's program or a spreadsheet opens."""

from collections.abc import Iterable, Iterator
from typing import Final

from lodestone.base.money import amount_text
from lodestone.services.ledger.payout_results import payout_name
from lodestone.services.ledger.statements import AccountStatement, StatementOut, day_text
from lodestone.services.support.spreadsheet import table_file, text_cell
from lodestone.stores.ledger.port import Payout

COLUMNS: Final = (
    "account",
    "time",
    "day",
    "code",
    "external",
    "amount",
    "balance",
    "currency",
    "transfer_id",
)


def statement_file(statement: StatementOut, *, bom: bool = False) -> bytes:
    """Return a statement as CSV: of each account the opening, every line, the closing.

    `amount` is the change of the account, `balance` what it holds after it; the amounts of an account's lines and its
    opening make its closing.
    """
    rows = (row for account in statement.accounts for row in _rows(statement, account))
    return table_file(COLUMNS, rows, bom=bom)


def _rows(statement: StatementOut, account: AccountStatement) -> Iterator[tuple[str, ...]]:
    currency = account.opening.currency
    opening = amount_text(account.opening.micros, currency)
    closing = amount_text(account.closing.micros, currency)
    yield (account.kind, "", statement.first, "opening", "", "", opening, currency, "")
    for line in account.lines:
        transfer = line.transfer
        yield (
            account.kind,
            transfer.time,
            transfer.day,
            transfer.code,
            text_cell(transfer.external or ""),
            amount_text(line.change.micros, currency),
            amount_text(line.balance.micros, currency),
            currency,
            transfer.id,
        )
    yield (account.kind, "", statement.last, "closing", "", "", closing, currency, "")


PAYOUT_COLUMNS: Final = ("day", "payout_id", "amount", "currency", "state", "reference")


def party_payouts_file(payouts: Iterable[Payout], *, bom: bool = False) -> bytes:
    """Return payouts of one party as CSV: the day through which each paid, how much, and how it stands."""
    rows = (
        (
            day_text(payout.period),
            payout_name(payout),
            amount_text(payout.amount, payout.currency),
            payout.currency,
            payout.state,
            text_cell(payout.reference or ""),
        )
        for payout in payouts
    )
    return table_file(PAYOUT_COLUMNS, rows, bom=bom)
