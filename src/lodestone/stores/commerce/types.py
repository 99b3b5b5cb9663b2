"""What the records of trade hand out and take in. See `unit_of_work.TradeUnitOfWork`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from lodestone.base.clock import Instant
from lodestone.base.money import Micros
from lodestone.commerce.life import OrderState, Transition
from lodestone.commerce.order import Address
from lodestone.commerce.payment import PaymentKind, PaymentStand
from lodestone.commerce.price import Parts
from lodestone.commerce.product import ProductIn, SaleIn
from lodestone.commerce.shop import Review, ShopIn
from lodestone.commerce.stock import Stock, Take
from lodestone.commerce.vouchers import Voucher


@dataclass(frozen=True, slots=True)
class Party:
    """A buyer, a merchant or somebody at the desk."""

    id: str
    ordinal: int
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShopRecord:
    """A shop as stored."""

    id: str
    owner: int
    given: ShopIn
    """Its `owner_id` is empty once the owner has been erased."""
    review: Review
    note: str
    created: Instant

    @property
    def sells(self) -> bool:
        """Say whether it is approved and open, whatever the hour."""
        return self.review == "approved" and self.given.status == "open"


@dataclass(frozen=True, slots=True)
class TradeFind:
    """What a search found: a shop, or a product and the shop that sells it."""

    shop: ShopRecord
    product_id: str | None
    """None of a shop that was found by its own name."""
    product_name: str


@dataclass(frozen=True, slots=True)
class ProductRecord:
    """A product as stored."""

    id: str
    shop: str
    item: int
    """Row of the item of the same id."""
    given: ProductIn
    created: Instant


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """What one buyer's orders at a shop come to: those paid for and not given back whole."""

    buyer: int
    orders: int
    spent: int
    """Micros paid, less what was refunded."""
    first: Instant
    last: Instant


@dataclass(frozen=True, slots=True)
class KeptPrice:
    """What open orders pay for one of a variant: frozen when they were taken, whatever it costs by now."""

    variant: str
    price: Micros
    orders: int


@dataclass(frozen=True, slots=True)
class SaleRecord:
    """A flash sale as stored."""

    id: str
    given: SaleIn
    created: Instant


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order, frozen at the sale."""

    product: str
    variant: str
    name: str
    date: date | None
    quantity: int
    unit: Micros
    paid: Parts
    share: int
    """Parts of a million."""


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """An order as stored, with its lines."""

    number: int
    """1, 2, 3, ... in the community; its id follows from it."""
    buyer: int
    shop: str
    sale: str | None
    state: OrderState
    fulfilment: str
    due: Instant | None
    """When it expires; None when time does not move it."""
    created: Instant
    paid: Parts
    refunded: Micros
    provider: str
    """Who took the buyer's money; empty until paid."""
    receipt: int
    """Number of the decision it was bought from, -1 for none."""
    slot: int
    lines: tuple[Line, ...]
    takes: tuple[Take, ...]
    unit: int = 1
    """Micros in which its amounts are divided: the currency's minor unit; 1 where its price is no whole number of them."""


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order with what only those who may read it see."""

    order: OrderRecord
    buyer_id: str | None
    address: Address | None
    events: tuple["OrderEvent", ...]
    place: int | None


@dataclass(frozen=True, slots=True)
class OrderEvent:
    """One move of an order: what webhooks and history tell of."""

    id: int
    """Its place among all moves of the community: 1, 2, 3, ..."""
    number: int
    move: Transition
    state: OrderState
    amount: Micros | None
    time: Instant
    request: str | None = None
    digest: bytes | None = None


@dataclass(frozen=True, slots=True)
class PaymentRecord:
    """Something asked of a provider for an order, as stored."""

    number: int
    """1, 2, 3, ... in the community; its id follows from it."""
    order: int
    kind: PaymentKind
    state: PaymentStand
    provider: str
    amount: Micros
    moved: Micros
    """What the provider says it moved."""
    request: str | None
    """Of a charge, the app's own."""
    reference: str
    """The provider's own name for it; empty until it gave one."""
    created: Instant
    ended: Instant | None = None


@dataclass(frozen=True, slots=True)
class PaymentFilter:
    """Which payments to list; what is None or empty does not matter."""

    order: int | None = None
    provider: str | None = None
    kind: PaymentKind | None = None
    states: tuple[PaymentStand, ...] = ()


@dataclass(frozen=True, slots=True)
class VoucherRecord:
    """A voucher as stored."""

    number: int
    order: int
    line: int
    shop: str
    buyer: int
    standing: Voucher
    paid: Parts
    earned: Parts
    """What its redemptions, less those reversed, have earned of it."""
    created: Instant
    digest: bytes = field(repr=False)
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShortCodeRecord:
    """What a short code stands for, at one shop."""

    voucher: int
    until: Instant


@dataclass(frozen=True, slots=True)
class RedemptionRecord:
    """A redemption as stored."""

    shop: str
    request: str
    voucher: int
    staff: int
    first: int
    """Units of the voucher that were used before it."""
    count: int
    earned: Parts
    time: Instant
    reversed: Instant | None = None
    reverse_request: str | None = None


@dataclass(frozen=True, slots=True)
class VoucherView:
    """A voucher with what only those who may read it see."""

    voucher: VoucherRecord
    buyer_id: str | None
    code: str | None = field(repr=False)
    line: Line


@dataclass(frozen=True, slots=True)
class CommerceSnapshot:
    """Everything of trade that must agree with itself and with the ledger."""

    orders: tuple[OrderRecord, ...]
    vouchers: tuple[VoucherRecord, ...]
    redemptions: tuple[RedemptionRecord, ...]
    events: tuple[OrderEvent, ...]
    payments: tuple[PaymentRecord, ...]
    stock: Mapping[str, Stock]
    """By key."""
    taken: Mapping[tuple[str, int], int]
    """Units by sale and buyer."""
