"""What was sold, called as its reader calls it: a line of an order and a voucher freeze a name at the sale, in its own words."""

from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar

from msgspec.structs import replace

from lodestone.commerce.order import OrderOut, VoucherOut
from lodestone.commerce.product import ProductOut, sold_as
from lodestone.console.reader import comma, name_of
from lodestone.services import use_cases
from lodestone.services.community.community import Engine


class _Sold(Protocol):
    @property
    def product_id(self) -> str: ...

    @property
    def variant_id(self) -> str: ...

    @property
    def name(self) -> str: ...


Named = TypeVar("Named", bound=_Sold)


class Goods:
    """What shops call what they sell, for names that were frozen when it was sold.

    A name that its shop has changed since the sale is shown as it was frozen: nobody has translated that.

    Args:
        products: By id; those that are not here any more are called as at the sale.
    """

    def __init__(self, products: Mapping[str, ProductOut]) -> None:
        self._products = products

    @classmethod
    def of(cls, engine: Engine, sold: Iterable[_Sold]) -> "Goods":
        """Read the products of some lines or vouchers; from a thread."""
        shelf = use_cases.shops(engine).products_called(line.product_id for line in sold)
        return cls({product.id: product for product in shelf.products})

    @classmethod
    def of_orders(cls, engine: Engine, orders: Iterable[OrderOut]) -> "Goods":
        """Read the products of some orders; from a thread."""
        return cls.of(engine, (line for order in orders for line in order.lines))

    def __getitem__(self, product_id: str) -> ProductOut:
        return self._products[product_id]

    def called(self, sold: _Sold) -> str:
        """Return what was sold in the reader's words."""
        product = self._products.get(sold.product_id)
        variants = () if product is None else product.variants
        variant = next((v for v in variants if v.id == sold.variant_id), None)
        if product is None or variant is None or sold.name != sold_as(product.name, variant.name):
            return sold.name
        return sold_as(name_of(product), name_of(variant), comma())

    def order(self, order: OrderOut) -> OrderOut:
        """Return an order whose lines are called so."""
        lines = tuple(replace(line, name=self.called(line)) for line in order.lines)
        return replace(order, lines=lines)

    def voucher(self, voucher: VoucherOut) -> VoucherOut:
        """Return a voucher that is called so."""
        return replace(voucher, name=self.called(voucher))
