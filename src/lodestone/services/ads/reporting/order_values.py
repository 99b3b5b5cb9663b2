"""What the orders behind conversions came to, less what was refunded: the log says which orders, their records how much."""

from collections.abc import Iterable, Iterator
from typing import Final

from lodestone.base.clock import DAY_MICROS, Instant
from lodestone.events.facts import SHARE_WHOLE
from lodestone.events.outcomes import FactKind
from lodestone.features.view import DirectoryView
from lodestone.services.ads.reporting.facts import Conversion
from lodestone.services.ingest.trade_facts import bought_name, deed_key, told_lines
from lodestone.services.support.ids import ORDER, made_id
from lodestone.stores.commerce.types import OrderView
from lodestone.stores.ports import Records

_PAGE: Final = 500
_PAID_WITHIN: Final = 31 * DAY_MICROS
"""No order is paid for later than this after it was taken."""


class OrderValues:
    """Reads orders of one community; called in a thread."""

    def __init__(
        self, community: str, secret: bytes, records: Records, directory: DirectoryView
    ) -> None:
        self._community, self._secret = community, secret
        self._records, self._directory = records, directory

    def of(self, conversions: Iterable[Conversion], refunds: dict[int, int]) -> dict[int, int]:
        """Return what orders came to, micros, by the keys of their facts.

        One that an app reported, and that was not made here, is left out: nobody knows what it came to.

        Args:
            conversions: Any; orders among them are looked up.
            refunds: Millionths that came back, by the same keys.
        """
        orders = [conversion for conversion in conversions if conversion.kind == FactKind.ORDER]
        if not orders:
            return {}
        wanted = {order.key for order in orders}
        since = Instant(min(order.time for order in orders) - _PAID_WITHIN)
        until = Instant(max(order.time for order in orders) + 1)
        values: dict[int, int] = {}
        for shop in self._shops({order.item for order in orders}):
            for view in self._taken(shop, since, until):
                order = view.order
                name = made_id(ORDER, self._secret, order.number)
                for index in told_lines(order):
                    key = deed_key(self._secret, bought_name(name, index))
                    if key in wanted:
                        product = order.lines[index].product
                        total = sum(
                            line.paid.total for line in order.lines if line.product == product
                        )
                        values[key] = total - total * refunds.get(key, 0) // SHARE_WHOLE
        return values

    def _shops(self, items: set[int]) -> list[str]:
        names = [self._directory.item_id(item) for item in sorted(items)]
        products, _ = self._records.products_called(self._community, names)
        return sorted({product.shop for product in products})

    def _taken(self, shop: str, since: Instant, until: Instant) -> Iterator[OrderView]:
        before: int | None = None
        while True:
            page = self._records.orders_taken(
                self._community, shop, first=since, last=until, before=before, limit=_PAGE
            )
            yield from page
            if len(page) < _PAGE:
                return
            before = page[-1].order.number
