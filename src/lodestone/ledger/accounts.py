"""Accounts: whose money, of which kind, in which currency, and which way it may not go."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NewType

from lodestone.base.money import Micros
from lodestone.base.signed import keyed_tag

AccountId = NewType("AccountId", bytes)
"""16 bytes that follow from kind, party and currency under the community's secret."""
ZERO: Final = Micros(0)


class Limit(IntEnum):
    """Which way an account may not go; what is only held counts as gone."""

    NONE = 0
    DEBITS_NOT_OVER_CREDITS = 1
    """A purse: it cannot pay out more than was paid in."""
    CREDITS_NOT_OVER_DEBITS = 2
    """A claim: it cannot be settled for more than it grew to."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account; its standing is four running sums in micros."""

    id: AccountId
    kind: int
    """See chart.AccountKind."""
    party: str
    """Whose it is: `platform`, `shop:ID`, `provider:NAME`, or `person:ORDINAL`."""
    currency: str
    limit: Limit = Limit.NONE
    debits_pending: Micros = ZERO
    debits_posted: Micros = ZERO
    credits_pending: Micros = ZERO
    credits_posted: Micros = ZERO

    @property
    def balance(self) -> int:
        """Return credits less debits, posted, in micros: above zero is owed to the party."""
        return self.credits_posted - self.debits_posted


def account_id(secret: bytes, kind: int, party: str, currency: str) -> AccountId:
    """Return the id of an account. Keyed, so that a party cannot be guessed from it.

    Args:
        secret: The community's.
        kind: See chart.AccountKind.
        party: As in `Account.party`.
        currency: ISO 4217.
    """
    data = f"{int(kind)} {currency} {party}".encode()
    return AccountId(keyed_tag(secret[:64], data, size=16, purpose=b"account"))


def within(
    limit: Limit, debits: int, debits_posted: int, credits_: int, credits_posted: int
) -> bool:
    """Say whether an account keeps its limit.

    Args:
        limit: The account's.
        debits: Posted and pending, micros.
        debits_posted: Posted alone.
        credits_: Posted and pending, micros.
        credits_posted: Posted alone.
    """
    if limit == Limit.DEBITS_NOT_OVER_CREDITS:
        return debits <= credits_posted
    return limit == Limit.NONE or credits_ <= debits_posted
