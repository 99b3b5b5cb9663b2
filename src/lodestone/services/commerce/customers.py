"""Who buys at a shop: new, again, lapsing and lost, counted from the shop's own orders and nothing else.

A customer is a buyer with at least one order that was paid and not given back whole. They are shown under a
pseudonym of this shop alone: the shop sees what its orders say, and not who else buys where.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, get_args

from lodestone.base.clock import DAY_MICROS, Instant
from lodestone.base.signed import keyed_tag
from lodestone.content import Community
from lodestone.services.support.ports import Clock
from lodestone.stores.commerce.types import CustomerRecord
from lodestone.stores.ports import Records

CustomerKind = Literal["new", "again", "lapsing", "lost"]
KINDS: Final[tuple[CustomerKind, ...]] = get_args(CustomerKind)
LAPSING_DAYS: Final = 60
"""Days without an order after which a customer is lapsing."""
LOST_DAYS: Final = 180
"""Days without an order after which they are lost."""
CUSTOMERS_MAX: Final = 10_000
"""Customers that are read, the latest to buy first."""
_PSEUDONYM: Final = 4


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer of a shop."""

    pseudonym: str
    """Eight digits of 0-9 and A-F, the same for the same person at this shop."""
    kind: CustomerKind
    orders: int
    spent: int
    """Micros paid, less what was refunded."""
    first: Instant
    last: Instant


@dataclass(frozen=True, slots=True)
class KindSum:
    """All customers of one kind."""

    kind: CustomerKind
    customers: int
    orders: int
    spent: int


class Customers:
    """The customers of one community's shops."""

    def __init__(self, community: Community, clock: Clock, records: Records) -> None:
        self._community, self._clock, self._records = community, clock, records

    def of_shop(self, shop_id: str) -> list[Customer]:
        """Return a shop's customers, the latest to buy first, at most `CUSTOMERS_MAX`; in a thread."""
        now = self._clock.now()
        records = self._records.customers(self._community.id, shop_id, limit=CUSTOMERS_MAX)
        return [
            Customer(
                self._pseudonym(shop_id, record.buyer), kind_of(record, now), record.orders, record.spent,
                record.first, record.last,
            )
            for record in records
        ]  # fmt: skip

    def _pseudonym(self, shop_id: str, buyer: int) -> str:
        subject = f"{shop_id}/{buyer}".encode()
        return (
            keyed_tag(self._community.secret, subject, size=_PSEUDONYM, purpose=b"customer")
            .hex()
            .upper()
        )


def kind_of(record: CustomerRecord, now: Instant) -> CustomerKind:
    """Say what a customer is by when they bought last and how often.

    >>> day = DAY_MICROS
    >>> made = lambda orders, last: CustomerRecord(1, orders, 0, Instant(0), Instant(last * day))
    >>> [kind_of(made(*one), Instant(200 * day)) for one in ((1, 199), (2, 141), (2, 140), (9, 20))]
    ['new', 'again', 'lapsing', 'lost']
    """
    days = (now - record.last) // DAY_MICROS
    if days >= LOST_DAYS:
        return "lost"
    if days >= LAPSING_DAYS:
        return "lapsing"
    return "new" if record.orders == 1 else "again"


def sums_of(customers: Iterable[Customer]) -> list[KindSum]:
    """Sum customers by kind, in the order of `KINDS`; a kind that nobody is of is there too."""
    every = list(customers)
    parts = [(kind, [customer for customer in every if customer.kind == kind]) for kind in KINDS]
    return [
        KindSum(
            kind,
            len(mine),
            sum(customer.orders for customer in mine),
            sum(customer.spent for customer in mine),
        )
        for kind, mine in parts
    ]
