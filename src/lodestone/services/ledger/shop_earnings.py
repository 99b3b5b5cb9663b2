"""What a shop earned as its statement tells it: each sale whole, and the community's commission of it as a line of its own.

The book pays merchant and house in two transfers out of the account that held the buyer's money, so that the shop's
own account shows its part alone. Here the two are put together again: their sum, then the commission, balance after each.
"""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from lodestone.services.ledger.statements import StatementLine, StatementOut

PAYABLE: Final = "merchant_payable"
_HELD: Final = ("held_payments", "voucher_liability")
"""The accounts of a shop that hold buyers' money; commission is paid out of them."""
_FEE_OF: Final = {
    "earned": "commission", "voucher_redeemed": "commission", "correction": "commission_back",
}  # fmt: skip
"""Which commission goes with a line of what the shop earned."""


@dataclass(frozen=True, slots=True)
class EarningsLine:
    """One line: what it is for, what it changed, what is owed to the shop after it; amounts in micros."""

    code: str
    time: str
    external: str
    change: int
    balance: int


@dataclass(frozen=True, slots=True)
class Earnings:
    """A shop's period; `opening` and the lines' changes make the closing."""

    opening: int = 0
    closing: int = 0
    lines: tuple[EarningsLine, ...] = ()
    sums: dict[str, int] = field(default_factory=dict)
    """Of the lines, by code."""


def earnings_of(statement: StatementOut) -> Earnings:
    """Return what a shop earned in a period of its statement."""
    account = next((account for account in statement.accounts if account.kind == PAYABLE), None)
    if account is None:
        return Earnings()
    fees = _fees(statement)
    lines: list[EarningsLine] = []
    for line in account.lines:
        lines += _parted(line, fees)
    sums: dict[str, int] = defaultdict(int)
    for part in lines:
        sums[part.code] += part.change
    return Earnings(account.opening.micros, account.closing.micros, tuple(lines), dict(sums))


_Fees = dict[tuple[str, str, str], deque[int]]


def _fees(statement: StatementOut) -> _Fees:
    """Return what each order's commission changed at each instant, in the order of the book."""
    fees: _Fees = defaultdict(deque)
    for account in statement.accounts:
        if account.kind in _HELD:
            for line in account.lines:
                if line.transfer.code in _FEE_OF.values():
                    fees[_key(line, line.transfer.code)].append(line.change.micros)
    return fees


def _key(line: StatementLine, code: str) -> tuple[str, str, str]:
    return code, line.transfer.external or "", line.transfer.time


def _parted(line: StatementLine, fees: _Fees) -> Sequence[EarningsLine]:
    """Return a line of the shop's account; before a commission that went with it, the whole it was taken from."""
    transfer, change, balance = line.transfer, line.change.micros, line.balance.micros
    about = (transfer.time, transfer.external or "")
    code = _FEE_OF.get(transfer.code)
    waiting = fees.get(_key(line, code)) if code is not None else None
    if code is None or not waiting:
        return [EarningsLine(transfer.code, *about, change, balance)]
    fee = waiting.popleft()  # below zero where the house takes it, above where it gives it back
    return [
        EarningsLine(transfer.code, *about, change - fee, balance - fee),
        EarningsLine(code, *about, fee, balance),
    ]
