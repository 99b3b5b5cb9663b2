"""The port of trade: shops, products, stock, orders and vouchers, in the records' own database."""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from lodestone.base.clock import Instant
from lodestone.base.wire import Position
from lodestone.commerce.life import OrderState
from lodestone.commerce.product import ProductIn, SaleIn, SharedStockIn
from lodestone.commerce.shop import ReviewIn, ShopIn
from lodestone.commerce.stock import Stock
from lodestone.features.shop_reach import Reach
from lodestone.stores.commerce.types import (
    CommerceSnapshot,
    CustomerRecord,
    KeptPrice,
    OrderEvent,
    OrderView,
    PaymentFilter,
    PaymentRecord,
    ProductRecord,
    RedemptionRecord,
    SaleRecord,
    ShopRecord,
    TradeFind,
    VoucherView,
)
from lodestone.stores.commerce.unit_of_work import TradeUnitOfWork
from lodestone.stores.ledger.port import LedgerSnapshot
from lodestone.stores.records.types import Change


class TradeSnapshot(LedgerSnapshot, Protocol):
    """The whole ledger at one moment, and what its money was moved for."""

    def commerce(self) -> CommerceSnapshot:
        """Return the orders, vouchers and stock at the same moment."""
        ...


class TradeRecords(Protocol):
    """Every community's trade. Safe for threads; a call that raises has changed nothing.

    All of them raise UnknownError `community_unknown`, and UnavailableError when the store does not
    answer. `now` is the community's clock. Changes are for the log, as elsewhere in the records.
    """

    @property
    def shared(self) -> bool:
        """Say whether several processes may write these records."""
        ...

    def put_shop(
        self, community: str, shop_id: str, given: ShopIn, *, now: Instant
    ) -> tuple[bool, list[Change]]:
        """Make or replace a shop; return whether it is new, and its products shown anew.

        Raises:
            UnknownError: `person_unknown`: the owner.
            InvalidError: `owner_fixed`.
        """
        ...

    def review_shop(
        self, community: str, shop_id: str, verdict: ReviewIn, *, now: Instant
    ) -> list[Change]:
        """Approve or reject a shop's sign-up. Raises UnknownError `shop_unknown`."""
        ...

    def shop(self, community: str, shop_id: str) -> ShopRecord:
        """Return one shop. Raises UnknownError `shop_unknown`."""
        ...

    def shops(
        self, community: str, *, limit: int, after: str | None = None, owner_id: str | None = None
    ) -> list[ShopRecord]:
        """Return shops by id, of one owner if given."""
        ...

    def shops_within(
        self, community: str, at: Position, *, radius_km: float, limit: int
    ) -> list[tuple[ShopRecord, float]]:
        """Return approved, open shops within so many kilometres and how far each is, the nearest first."""
        ...

    def find_trade(
        self, community: str, at: Position, words: tuple[str, ...], *, limit: int
    ) -> list[TradeFind]:
        """Return approved, open shops whose name or categories, in any language, hold every word, then live products whose name does.

        Args:
            community: Whose.
            at: From where distances count; each kind comes nearest first.
            words: As `search_words` folds them; at least one.
            limit: At most so many shops and as many products.
        """
        ...

    def product_reach(self, community: str, items: Sequence[int] | None = None) -> dict[int, Reach]:
        """Return by item row how far products are sold and how: all of them, or those of some rows."""
        ...

    def shops_called(self, community: str, ids: Sequence[str]) -> dict[str, ShopRecord]:
        """Return many shops, by id; those there are."""
        ...

    def products_called(
        self, community: str, ids: Sequence[str]
    ) -> tuple[list[ProductRecord], dict[str, Stock]]:
        """Return many products, those there are, and the stock of all, shared items too, by key."""
        ...

    def shops_served(self, community: str, person_id: str) -> list[tuple[ShopRecord, str]]:
        """Return the shops at which somebody serves, by id, and in which role; an owner is a manager."""
        ...

    def put_staff(self, community: str, shop_id: str, person_id: str, role: str) -> bool:
        """Give somebody a role at a shop; return whether they had none. Raises UnknownError."""
        ...

    def remove_staff(self, community: str, shop_id: str, person_id: str) -> bool:
        """Take somebody's role back; return whether they had one. Raises UnknownError."""
        ...

    def staff(self, community: str, shop_id: str) -> list[tuple[str, str]]:
        """Return (person's id, role) of those who serve at a shop, its owner among them."""
        ...

    def put_product(
        self, community: str, product_id: str, given: ProductIn, *, currency: str, now: Instant
    ) -> list[Change]:
        """Make or replace a product, and with it the item of the same id; the last change is the item's.

        Raises:
            UnknownError: `shop_unknown`, `stock_unknown`.
            InvalidError: `shop_fixed`, `currency_mismatch`, `stock_foreign`.
            ConflictError: `item_taken`, `stock_below_taken`.
        """
        ...

    def product(self, community: str, product_id: str) -> tuple[ProductRecord, dict[str, Stock]]:
        """Return one product and its stock items by key. Raises UnknownError `product_unknown`."""
        ...

    def products(
        self, community: str, *, limit: int, after: str | None = None, shop_id: str | None = None
    ) -> tuple[list[ProductRecord], dict[str, Stock]]:
        """Return products by id, of one shop if given, and their stock items by key."""
        ...

    def kept_prices(self, community: str, shop_id: str, product_id: str) -> list[KeptPrice]:
        """Return what orders of a shop that are still open pay for one of a product, by variant and price."""
        ...

    def customers(self, community: str, shop_id: str, *, limit: int) -> list[CustomerRecord]:
        """Return who has bought at a shop and is not erased, the latest to buy first."""
        ...

    def orders_taken(
        self,
        community: str,
        shop_id: str,
        *,
        first: Instant,
        last: Instant,
        before: int | None,
        limit: int,
    ) -> list[OrderView]:
        """Return a shop's orders taken in [first, last), the newest first, those before a number if given."""
        ...

    def orders_to_hand_over(self, community: str, shop_id: str) -> tuple[int, int | None]:
        """Return how many of a shop's orders are paid and to be picked up or delivered, and the newest's number."""
        ...

    def put_shared_stock(self, community: str, stock_id: str, given: SharedStockIn) -> bool:
        """Make a stock item that variants share, or change what it offers; return whether it is new.

        Raises:
            UnknownError: `shop_unknown`.
            InvalidError: `shop_fixed`.
            ConflictError: `stock_below_taken`.
        """
        ...

    def shared_stock(self, community: str, stock_id: str) -> tuple[str, Stock]:
        """Return a shared stock item and its shop's id. Raises UnknownError `stock_unknown`."""
        ...

    def put_sale(
        self, community: str, sale_id: str, given: SaleIn, *, currency: str, now: Instant
    ) -> bool:
        """Make or replace a flash sale; return whether it is new.

        Raises:
            UnknownError: `product_unknown`, `variant_unknown`.
            InvalidError: `product_fixed`, `currency_mismatch`.
            ConflictError: `stock_below_taken`.
        """
        ...

    def sale(self, community: str, sale_id: str) -> tuple[SaleRecord, ProductRecord, Stock]:
        """Return a sale, its product and its allotment. Raises UnknownError `sale_unknown`."""
        ...

    def unit_of_work(
        self, community: str, *, now: Instant
    ) -> AbstractContextManager[TradeUnitOfWork]:
        """Open one transaction, committed when it closes, rolled back when something is raised."""
        ...

    def order(self, community: str, number: int) -> OrderView:
        """Return one order. Raises UnknownError `order_unknown`."""
        ...

    def orders(
        self,
        community: str,
        *,
        limit: int,
        before: int | None = None,
        buyer_id: str | None = None,
        shop_id: str | None = None,
        states: Collection[OrderState] = (),
        ways: Collection[str] = (),
    ) -> list[OrderView]:
        """Return orders, the newest first, of one buyer, one shop, some states and some ways if given."""
        ...

    def order_events(self, community: str, *, after: int, limit: int) -> list[OrderEvent]:
        """Return the moves of all orders in the order they were made, those after a number.

        Every move is here, written in the commit that made it: the place to follow trade from.
        """
        ...

    def payment(self, community: str, number: int) -> PaymentRecord:
        """Return one payment. Raises UnknownError `payment_unknown`."""
        ...

    def payments(
        self, community: str, wanted: PaymentFilter, *, limit: int, after: int = 0
    ) -> list[PaymentRecord]:
        """Return payments in the order they were written, those after a number."""
        ...

    def vouchers(
        self,
        community: str,
        *,
        limit: int,
        before: int | None = None,
        buyer_id: str | None = None,
        shop_id: str | None = None,
        order: int | None = None,
    ) -> list[VoucherView]:
        """Return vouchers, the newest first, of one buyer, shop or order if given."""
        ...

    def redemptions(
        self,
        community: str,
        shop_id: str,
        *,
        first: Instant,
        last: Instant,
        staff_id: str | None = None,
        limit: int = 1000,
    ) -> list[tuple[RedemptionRecord, str | None, VoucherView]]:
        """Return a shop's redemptions in [first, last), the newest first, with who redeemed."""
        ...

    def waiting_in(self, community: str, sale_id: str) -> int:
        """Return how many orders wait in a sale."""
        ...

    def something_due(self, community: str, *, now: Instant) -> bool:
        """Say whether time has made an order or a voucher due."""
        ...
