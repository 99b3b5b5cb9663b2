"""Money, in double entry: accounts, transfers, and the judgement between them. Pure."""

from lodestone.ledger.accounts import Account, AccountId, Limit
from lodestone.ledger.chart import AccountKind, Code
from lodestone.ledger.judge import LedgerSlice, post
from lodestone.ledger.transfers import Outcome, Transfer, TransferKind

__all__ = (
    "Account",
    "AccountId",
    "AccountKind",
    "Code",
    "LedgerSlice",
    "Limit",
    "Outcome",
    "Transfer",
    "TransferKind",
    "post",
)
