"""The port of payees."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Payee:
    """A party's account at a provider."""

    party: str
    """As the ledger names it: `shop:ID`, or `person:ORDINAL`."""
    provider: str
    account: str
    """By the provider's own id."""
    trouble: str = ""
    """The provider's code of what went wrong last on the way to their bank; empty for nothing."""


class PayeeRecords(Protocol):
    """The payees of every community. Safe for threads; a call that raises has changed nothing."""

    def put_payee(self, community: str, payee: Payee) -> bool:
        """Write a party's account at a provider in place of the one before; return whether there was none."""
        ...

    def drop_payee(self, community: str, party: str, provider: str) -> bool:
        """Forget a party's account at a provider; return whether there was one."""
        ...

    def payees(self, community: str, party: str | None = None) -> list[Payee]:
        """Return payees by party and provider, of one party if given."""
        ...

    def note_trouble(self, community: str, provider: str, account: str, trouble: str) -> None:
        """Write down what a provider says of an account of one of its payees; of an unknown one nothing."""
        ...
