"""Take an order: judge shop, lines, price, place, sale and stock in that order; then set stock aside."""

from dataclasses import dataclass, replace
from typing import Final

from lodestone.base.clock import SECOND_MICROS, Instant
from lodestone.base.errors import InvalidError, Problem, UnknownError
from lodestone.base.money import MICROS_MAX, Micros, minor_unit
from lodestone.base.wire import Position, instant_of
from lodestone.commerce.life import OrderState, Transition
from lodestone.commerce.order import LineIn, OrderIn
from lodestone.commerce.place import Claim
from lodestone.commerce.price import NOTHING, Parts, add, freeze, share_parts
from lodestone.commerce.product import Variant, sale_key, sold_as, stock_key
from lodestone.commerce.refusals import OrderRefusal
from lodestone.commerce.sales import Sale, over_limit, within
from lodestone.commerce.selling_range import beyond
from lodestone.commerce.shop import is_open
from lodestone.commerce.stock import Stock, Take, hold, hold_limit, joined, may_return, short
from lodestone.services.commerce.context import CommandContext, Reply, refused
from lodestone.services.commerce.presenters import fresh_order
from lodestone.services.feed.hydrate import PRESENT_MICROS
from lodestone.services.support.ids import receipt_sequence
from lodestone.stores.commerce.queries import known_position
from lodestone.stores.commerce.types import (
    Line,
    OrderRecord,
    Party,
    ProductRecord,
    SaleRecord,
    ShopRecord,
)

RESERVE_MICROS: Final = 900 * SECOND_MICROS
"""How long a reservation lasts outside a sale: a quarter of an hour."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One line as asked, with what it names."""

    given: LineIn
    product: ProductRecord
    variant: Variant
    key: str
    """Of the stock item it takes from."""


@dataclass(frozen=True, slots=True)
class _Judged:
    """An order that nothing but stock can still refuse."""

    buyer: Party
    shop: ShopRecord
    fulfilment: str
    lines: tuple[Line, ...]
    paid: Parts
    takes: dict[str, int]
    claim: Claim | None
    receipt: int


def reserve(context: CommandContext, given: OrderIn) -> Reply:
    """Take an order.

    Returns:
        201 with the order reserved, or 202 with it in line where others hold what is left of a sale.

    Raises:
        UnknownError: The buyer, a product, the sale or the receipt is not known here.
        InvalidError: The lines are of several shops, or `total_too_large`.
        ConflictError: `OrderRefusal`, the first that holds.
    """
    sale = _sale(context, given)
    judged = _judge(context, given, sale)
    stock = {}
    for key in judged.takes:
        held = context.work.stock.get(key)
        assert held is not None
        stock[key] = held
    lacking = short(stock, judged.takes)
    if not lacking:
        _judge_hold(context, judged, stock, sale)
        return _write(context, given, judged, OrderState.RESERVED)
    if sale is not None and may_return(stock, judged.takes):
        _, line = context.line(sale.id)
        # As many may wait as are held: more than come back could never be served.
        if line + judged.takes[sale_key(sale.id)] <= stock[sale_key(sale.id)].held:
            _judge_hold(context, judged, stock, sale)
            return _write(context, given, judged, OrderState.WAITING)
    left = min(stock[key].available for key in lacking)
    raise refused(OrderRefusal.SOLD_OUT, detail=f"{left} left", field="lines")


def _judge_hold(
    context: CommandContext, judged: _Judged, stock: dict[str, Stock], sale: SaleRecord | None
) -> None:
    """Refuse a buyer whose unpaid orders, with this one, would keep too many units from others.

    What a sale says that one person may have, one person may hold in it.
    """
    share = share_parts(judged.shop.given.hold_share)
    allowed = 0 if sale is None else sale.given.limit_per_person
    for key, units in judged.takes.items():
        limit = max(allowed, hold_limit(stock[key], share))
        unpaid = context.work.orders.units_unpaid(judged.buyer.ordinal, key)
        if unpaid + units > limit:
            detail = f"{limit} at once, {unpaid} unpaid already"
            raise refused(OrderRefusal.HOLD_LIMIT_REACHED, detail=detail, field="lines")


def waits_until(sale: SaleRecord) -> Instant:
    """Return until when one may wait in a sale: to its close."""
    return instant_of(sale.given.closes_at)


def reserved_until(context: CommandContext, sale_id: str | None) -> Instant:
    """Return when a reservation that begins now runs out."""
    sale = None if sale_id is None else context.work.shops.sale(sale_id)
    if sale is None:
        return Instant(context.now + RESERVE_MICROS)
    return Instant(context.now + sale.given.reserve_seconds * SECOND_MICROS)


def _sale(context: CommandContext, given: OrderIn) -> SaleRecord | None:
    if given.sale_id is None:
        return None
    sale = context.work.shops.sale(given.sale_id)
    if sale is None:
        problem = Problem("sale_id", "names no sale of this community")
        raise UnknownError("sale_unknown", f"There is no sale {given.sale_id!r}.", (problem,))
    return sale


def _judge(context: CommandContext, given: OrderIn, sale: SaleRecord | None) -> _Judged:
    buyer = _buyer(context, given)
    receipt = _receipt(context, given)
    products = _products(context, given)
    shop = context.shop(products[0].shop)
    fulfilment = given.fulfilment or products[0].given.fulfilment[0]
    _judge_shop(context, shop, fulfilment, hours=sale is None)
    wanted = _judge_lines(context, given, products, fulfilment)
    _judge_amounts(wanted, sale)
    unit = minor_unit(context.community.currency)
    lines = tuple(_frozen(one, sale, unit) for one in wanted)
    paid = NOTHING
    for line in lines:
        paid = add(paid, line.paid)
    _judge_price(context, given, paid.total)
    claim = _judge_place(context, given, shop, buyer, fulfilment)
    takes = joined(Take(one.key, one.given.quantity) for one in wanted)
    if sale is not None:
        units = sum(one.given.quantity for one in wanted)
        _judge_sale(context, sale, wanted, buyer, units)
        takes[sale_key(sale.id)] = units
    return _Judged(buyer, shop, fulfilment, lines, paid, takes, claim, receipt)


def _buyer(context: CommandContext, given: OrderIn) -> Party:
    buyer = context.work.parties.get(given.buyer)
    if buyer is None:
        problem = Problem("buyer", "names nobody of this community; PUT the person first")
        raise UnknownError("person_unknown", f"There is no person {given.buyer!r}.", (problem,))
    return buyer


def _receipt(context: CommandContext, given: OrderIn) -> int:
    if given.receipt_id is None:
        return -1
    sequence = receipt_sequence(context.community.secret, given.receipt_id)
    if sequence is None:
        problem = Problem("receipt_id", "is none of ours; send the feed's own, unchanged")
        raise UnknownError("receipt_unknown", f"receipt_id {problem.problem}.", (problem,))
    return sequence


def _products(context: CommandContext, given: OrderIn) -> list[ProductRecord]:
    found: list[ProductRecord] = []
    for index, line in enumerate(given.lines):
        product = context.work.shops.product(line.product_id)
        field = f"lines[{index}].product_id"
        if product is None:
            problem = Problem(field, "names no product of this community")
            message = f"There is no product {line.product_id!r} here."
            raise UnknownError("product_unknown", message, (problem,))
        if found and product.shop != found[0].shop:
            problem = Problem(field, "is another shop's; an order is of one shop")
            raise InvalidError("lines_of_shops", f"{field} {problem.problem}.", (problem,))
        found.append(product)
    return found


def _judge_shop(context: CommandContext, shop: ShopRecord, fulfilment: str, *, hours: bool) -> None:
    if shop.review != "approved":
        raise refused(OrderRefusal.SHOP_NOT_APPROVED)
    weekday, minute = context.community.days.clock(context.now)
    binding = hours and fulfilment != "redeem"
    if shop.given.status != "open" or (binding and not is_open(shop.given.hours, weekday, minute)):
        raise refused(OrderRefusal.SHOP_CLOSED)


def _judge_lines(
    context: CommandContext, given: OrderIn, products: list[ProductRecord], fulfilment: str
) -> list[_Wanted]:
    pairs = list(zip(given.lines, products, strict=True))
    for index, (_, product) in enumerate(pairs):
        if product.given.state != "live":
            raise refused(OrderRefusal.PRODUCT_NOT_LIVE, field=f"lines[{index}].product_id")
    variants = []
    for index, (line, product) in enumerate(pairs):
        one = next((v for v in product.given.variants if v.id == line.variant_id), None)
        if one is None:
            raise refused(OrderRefusal.VARIANT_UNKNOWN, field=f"lines[{index}].variant_id")
        variants.append(one)
    keys = []
    for index, ((line, product), variant) in enumerate(zip(pairs, variants, strict=True)):
        key = stock_key(product.id, variant, line.date)
        if key is None or (line.date is not None and line.date < context.date):
            raise refused(OrderRefusal.DATE_UNKNOWN, field=f"lines[{index}].date")
        keys.append(key)
    for product in products:
        if fulfilment not in product.given.fulfilment:
            raise refused(OrderRefusal.FULFILMENT_UNKNOWN, field="fulfilment")
    return [
        _Wanted(line, product, variant, key)
        for (line, product), variant, key in zip(pairs, variants, keys, strict=True)
    ]


def _unit_price(wanted: _Wanted, sale: SaleRecord | None) -> Micros:
    """Return what one costs now: the sale's price where it sets one."""
    price = wanted.variant.price
    if sale is not None and sale.given.price is not None:
        price = sale.given.price
    return Micros(price.micros)


def _judge_amounts(wanted: list[_Wanted], sale: SaleRecord | None) -> None:
    """Refuse an order whose sum passes what an amount can hold, at the line that passes it."""
    total = 0
    for index, one in enumerate(wanted):
        total += _unit_price(one, sale) * one.given.quantity
        if total > MICROS_MAX:
            problem = Problem(
                f"lines[{index}].quantity",
                f"brings the order to {total} micros; an order may come to {MICROS_MAX}",
            )
            raise InvalidError("total_too_large", f"{problem.field} {problem.problem}.", (problem,))


def _frozen(wanted: _Wanted, sale: SaleRecord | None, minor: Micros) -> Line:
    """Freeze a line's price and commission as they are now."""
    share = share_parts(wanted.product.given.commission_share)
    unit = _unit_price(wanted, sale)
    quantity = wanted.given.quantity
    name = sold_as(wanted.product.given.name, wanted.variant.name)
    return Line(
        wanted.product.id,
        wanted.variant.id,
        name,
        wanted.given.date,
        quantity,
        unit,
        freeze(unit, quantity, share, unit=minor),
        share,
    )


def _unit(lines: tuple[Line, ...], currency: str) -> int:
    """Return the micros in which an order is divided; a product priced before may have parts of a coin."""
    unit = minor_unit(currency)
    return 1 if any(line.paid.total % unit for line in lines) else unit


def _judge_price(context: CommandContext, given: OrderIn, total: Micros) -> None:
    if given.total is None:
        return
    if given.total.currency != context.community.currency:
        currency = context.community.currency
        raise refused(OrderRefusal.CURRENCY_MISMATCH, detail=currency, field="total.currency")
    if given.total.micros != total:
        raise refused(OrderRefusal.PRICE_CHANGED, detail=f"{total} micros", field="total")


def _judge_place(
    context: CommandContext, given: OrderIn, shop: ShopRecord, buyer: Party, fulfilment: str
) -> Claim | None:
    """Decide the distance: delivery goes by address, everything else by where the buyer is."""
    there = given.position
    field = "position"
    if fulfilment == "delivery":
        if given.address is None:
            raise refused(OrderRefusal.ADDRESS_MISSING, field="address")
        there, field = given.address.position, "address.position"
    elif there is None:
        there = _whereabouts(context, buyer)
        if there is None:
            raise refused(OrderRefusal.POSITION_MISSING, field="position")
    claim = None
    if given.position is not None:
        claim = context.claim(buyer, given.position)
        if claim is None:
            raise refused(OrderRefusal.IMPOSSIBLE_TRAVEL, field="position")
    detail = beyond(shop.given, there)
    if detail is not None:
        raise refused(OrderRefusal.TOO_FAR, detail=detail, field=field)
    return claim


def _whereabouts(context: CommandContext, buyer: Party) -> Position | None:
    known = context.work.parties.whereabouts(buyer)
    if known is None:
        return None
    seen = context.present(buyer.ordinal)
    if seen is not None and seen.at > known.present_at:  # a visit after what the record says
        known = replace(
            known,
            present_at=seen.at,
            present_latitude=seen.latitude,
            present_longitude=seen.longitude,
        )
    return known_position(known, context.now, fresh_micros=PRESENT_MICROS)


def _judge_sale(
    context: CommandContext, sale: SaleRecord, wanted: list[_Wanted], buyer: Party, units: int
) -> None:
    given = sale.given
    rules = Sale(instant_of(given.opens_at), instant_of(given.closes_at), given.limit_per_person)
    if not within(rules, context.now):
        early = context.now < rules.opens
        raise refused(OrderRefusal.SALE_NOT_OPEN if early else OrderRefusal.SALE_ENDED)
    for index, one in enumerate(wanted):
        if (one.product.id, one.variant.id) != (given.product_id, given.variant_id):
            raise refused(OrderRefusal.SALE_OTHER_PRODUCT, field=f"lines[{index}]")
    taken = context.work.sale_units.taken(sale.id, buyer.ordinal)
    if over_limit(rules, taken, units):
        detail = f"{rules.limit} a person, {taken} taken"
        raise refused(OrderRefusal.LIMIT_REACHED, detail=detail, field="lines")


def _write(context: CommandContext, given: OrderIn, judged: _Judged, state: OrderState) -> Reply:
    """Set stock aside, or stand in line, and write the order; nothing after this can refuse."""
    work = context.work
    waits = state is OrderState.WAITING
    place = None
    due = reserved_until(context, given.sale_id)
    takes = tuple(Take(key, units) for key, units in sorted(judged.takes.items()))
    if state is OrderState.RESERVED:
        work.stock.move(takes, hold)
    if given.sale_id is not None:
        units = judged.takes[sale_key(given.sale_id)]
        work.sale_units.add(given.sale_id, judged.buyer.ordinal, units)
        if waits:
            sale = work.shops.sale(given.sale_id)
            assert sale is not None
            due = waits_until(sale)
            place = context.line(given.sale_id)[0]
            context.line_moved(given.sale_id, units)
    if judged.claim is not None:
        work.parties.put_claim(judged.buyer, judged.claim)
    order = OrderRecord(
        number=work.orders.next_number(),
        buyer=judged.buyer.ordinal,
        shop=judged.shop.id,
        sale=given.sale_id,
        state=state,
        fulfilment=judged.fulfilment,
        due=due,
        created=context.now,
        paid=judged.paid,
        refunded=Micros(0),
        provider="",
        receipt=judged.receipt,
        slot=given.slot or 0,
        lines=judged.lines,
        takes=takes,
        unit=_unit(judged.lines, context.community.currency),
    )
    work.orders.add(order, judged.buyer, given.address)
    placed = context.note(order, Transition.PLACE)
    told = fresh_order(context.community, order, judged.buyer.id, given.address, [placed], place)
    return Reply(202 if waits else 201, told, judged.buyer)
