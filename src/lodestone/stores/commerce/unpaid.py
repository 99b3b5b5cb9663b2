"""What buyers hold of each stock item, or wait for, without having paid."""

from collections.abc import Iterable

from sqlalchemy import func

from lodestone.commerce.life import UNPAID
from lodestone.stores.commerce.schema import ORDER_TAKES, ORDERS, UNPAID_ORDERS
from lodestone.stores.commerce.types import OrderRecord
from lodestone.stores.records.work import Work
from lodestone.stores.sql.scope import chunks


class UnpaidUnits:
    """Units by buyer and stock item; read for many buyers at once, then counted along with their orders."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._units: dict[tuple[int, str], int] = {}
        self._known: set[int] = set()

    def knows(self, buyer: int) -> bool:
        """Say whether a buyer's orders have been read."""
        return buyer in self._known

    def read(self, buyers: Iterable[int]) -> None:
        """Read the unpaid orders of buyers; all that has changed must have been written before."""
        wanted = sorted(set(buyers) - self._known)
        same = (ORDER_TAKES.c.tenant == ORDERS.c.tenant) & (ORDER_TAKES.c.number == ORDERS.c.number)
        for some in chunks(wanted):
            query = self._work.select(
                ORDERS, ORDERS.c.buyer, ORDER_TAKES.c.key, func.sum(ORDER_TAKES.c.units)
            ).join_from(ORDERS, ORDER_TAKES, same)
            query = query.where(ORDERS.c.buyer.in_(some), UNPAID_ORDERS)
            for buyer, key, units in self._work.fetch(
                query.group_by(ORDERS.c.buyer, ORDER_TAKES.c.key)
            ):
                self._units[buyer, key] = int(units)
        self._known.update(wanted)

    def units(self, buyer: int, key: str) -> int:
        """Return how many units of a stock item a buyer who has been read has not paid."""
        return self._units.get((buyer, key), 0)

    def moved(self, before: OrderRecord | None, order: OrderRecord) -> None:
        """Follow an order that was made (from None) or has moved."""
        was = before is not None and before.state in UNPAID
        change = (order.state in UNPAID) - was
        if change and order.buyer in self._known:
            for take in order.takes:
                key = order.buyer, take.item
                self._units[key] = self._units.get(key, 0) + change * take.units
