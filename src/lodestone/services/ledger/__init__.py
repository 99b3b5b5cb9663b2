"""A community's money: posting under group commit, statements, payouts, the close of a day."""

from lodestone.stores.external.payment_providers import MANUAL, PaymentState, Reply
from lodestone.stores.ledger.port import Payout, TransferFilter

__all__ = ("MANUAL", "PaymentState", "Payout", "Reply", "TransferFilter")
