"""What one commit reads and writes of orders, their moves, and the lines in which they wait."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import func

from lodestone.base.clock import Instant
from lodestone.commerce.life import OrderState
from lodestone.commerce.order import Address
from lodestone.stores.commerce import rows
from lodestone.stores.commerce.numbers import Numbers
from lodestone.stores.commerce.party_repository import PartyRepository
from lodestone.stores.commerce.payment_repository import PaymentRepository
from lodestone.stores.commerce.queries import load_orders
from lodestone.stores.commerce.schema import ORDER_EVENTS, ORDER_LINES, ORDER_TAKES, ORDERS
from lodestone.stores.commerce.tracked_rows import TrackedRows
from lodestone.stores.commerce.types import OrderEvent, OrderRecord, OrderView, Party
from lodestone.stores.commerce.unpaid import UnpaidUnits
from lodestone.stores.commerce.views import place_in_line, read_besides
from lodestone.stores.records.work import Work


class OrderRepository:
    """Orders of one commit. A query writes what has changed before, so that it finds it."""

    def __init__(
        self, work: Work, parties: PartyRepository, payments: PaymentRepository, now: Instant
    ) -> None:
        self._work = work
        self._parties = parties
        self._payments = payments
        self._now = now
        self._numbers = Numbers(work, ORDERS.c.number)
        self._event_numbers = Numbers(work, ORDER_EVENTS.c.id)
        self._orders = TrackedRows[int, OrderRecord]()
        self._addresses: dict[int, bytes] = {}
        """Sealed, by number; of new orders and of those that have been read whole."""
        self._events: list[OrderEvent] = []
        """Moves that are not written yet."""
        self._history: dict[int, list[OrderEvent]] = {}
        self._unpaid = UnpaidUnits(work)

    def next_number(self) -> int:
        """Give out the next number of an order."""
        return self._numbers.next()

    def next_event(self) -> int:
        """Give out the next number of a move."""
        return self._event_numbers.next()

    def add(self, order: OrderRecord, buyer: Party, address: Address | None) -> None:
        """Write a new order."""
        self._unpaid.moved(None, order)
        self._orders.add(order.number, order)
        self._addresses[order.number] = rows.seal_address(buyer.key, address)

    def put(self, order: OrderRecord) -> None:
        """Write how an order stands now."""
        self._unpaid.moved(self._orders[order.number], order)
        self._orders.put(order.number, order)

    def get(self, number: int) -> OrderRecord | None:
        """Return an order, None when there is none of this number."""
        self.some([number])
        return self._orders.get(number)

    def some(self, numbers: Sequence[int]) -> list[OrderRecord]:
        """Return orders in the order asked for."""
        wanted = [number for number in numbers if number not in self._orders]
        if wanted:
            self._orders.loaded(load_orders(self._work, wanted))
        return [self._orders[number] for number in numbers if number in self._orders]

    def expect(self, numbers: Iterable[int]) -> None:
        """Read several orders at once, with all that is shown of them."""
        wanted = [fromkey for fromkey in dict.fromkeys(numbers) if fromkey not in self._history]
        orders = self.some(wanted)
        self._parties.expect_ordinals([order.buyer for order in orders])
        history, addresses = read_besides(self._work, [order.number for order in orders])
        self._payments.expect(order.number for order in orders)
        self._addresses.update(addresses)
        self._history.update((order.number, history.get(order.number, [])) for order in orders)

    # Moves

    def note(self, event: OrderEvent) -> None:
        """Write a move of an order."""
        self._events.append(event)
        if event.number in self._history:
            self._history[event.number].append(event)

    def event(self, number: int, request: str) -> OrderEvent | None:
        """Return the move of an order that a request id brought about."""
        query = self._work.select(ORDER_EVENTS).where(ORDER_EVENTS.c.number == number)
        row = self._work.first(query.where(ORDER_EVENTS.c.request == request))
        return None if row is None else rows.event_of(row)

    def history(self, order: OrderRecord) -> tuple[OrderEvent, ...]:
        """Return the moves of an order, the first first."""
        if order.number not in self._history:
            self.flush()
            self.expect([order.number])
        return tuple(self._history[order.number])

    def view(self, order: OrderRecord) -> OrderView:
        """Return an order with what only those who may read it see."""
        events = self.history(order)
        buyer = self._parties.by_ordinal(order.buyer)
        address = None
        if buyer is not None:
            address = rows.open_address(buyer.key, self._addresses[order.number])
        place = None
        if order.state is OrderState.WAITING:
            self.flush()
            place = place_in_line(self._work, order)
        return OrderView(order, None if buyer is None else buyer.id, address, events, place)

    # What time has made due, and lines

    def due(self, limit: int, without: Collection[int] = ()) -> list[int]:
        """Return the numbers of orders whose time is over, the oldest first, but for some."""
        self.flush()
        query = self._work.select(ORDERS, ORDERS.c.number).where(ORDERS.c.due <= self._now)
        query = query.order_by(ORDERS.c.due, ORDERS.c.number).limit(limit + len(without))
        return [n for (n,) in self._work.fetch(query) if n not in without][:limit]

    def waiting(self, sale: str, limit: int) -> list[OrderRecord]:
        """Return the orders that wait in a sale, the first in line first."""
        self.flush()
        query = self._work.select(ORDERS, ORDERS.c.number).where(
            ORDERS.c.sale == sale, ORDERS.c.state == int(OrderState.WAITING)
        )
        found = self._work.fetch(query.order_by(ORDERS.c.number).limit(limit))
        return self.some([row.number for row in found])

    def line(self, sale: str, key: str) -> tuple[int, int]:
        """Return how many orders wait in a sale, and how many of its units they want."""
        self.flush()
        query = self._work.select(ORDERS, func.count(), func.sum(ORDER_TAKES.c.units))
        same = (ORDER_TAKES.c.tenant == ORDERS.c.tenant) & (ORDER_TAKES.c.number == ORDERS.c.number)
        query = query.join_from(ORDERS, ORDER_TAKES, same & (ORDER_TAKES.c.key == key))
        orders, units = self._work.first(
            query.where(ORDERS.c.sale == sale, ORDERS.c.state == int(OrderState.WAITING))
        )
        return orders, int(units or 0)

    def sales_waited_in(self) -> list[str]:
        """Return the sales that somebody waits in."""
        self.flush()
        query = self._work.select(ORDERS, ORDERS.c.sale).distinct()
        query = query.where(ORDERS.c.state == int(OrderState.WAITING)).order_by(ORDERS.c.sale)
        return [row.sale for row in self._work.fetch(query) if row.sale is not None]

    def units_unpaid(self, buyer: int, key: str) -> int:
        """Return how many units of a stock item a buyer's orders hold or wait for without being paid."""
        if not self._unpaid.knows(buyer):
            self.flush()
            self._unpaid.read([buyer, *self._parties.ordinals()])
        return self._unpaid.units(buyer, key)

    def flush(self) -> None:
        """Write everything that has changed since the last time."""
        work, made = self._work, self._orders.take_made()
        work.insert(ORDERS, [rows.order_values(one, self._addresses[one.number]) for one in made])
        work.insert(ORDER_LINES, [row for one in made for row in rows.line_values(one)])
        work.insert(
            ORDER_TAKES,
            [
                {"number": one.number, "key": take.item, "units": take.units}
                for one in made
                for take in one.takes
            ],
        )
        changed = self._orders.take_changed()
        work.update_rows(
            ORDERS, "number", [{"at": number, **rows.order_moved(one)} for number, one in changed]
        )
        events, self._events = self._events, []
        work.insert(ORDER_EVENTS, [rows.event_values(event) for event in events])
