"""The till: everything that one commit of trade reads and writes.

A service opens a till, serves any number of requests at it one after another, and closes it: orders,
stock, vouchers, money, and what the log must hear are then one commit, or nothing is. What was read
once is kept, and what was changed is written at the end, many rows in one statement.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import func

from lodestone.base.clock import Instant
from lodestone.commerce.life import OrderState
from lodestone.commerce.order import Address
from lodestone.commerce.place import Claim
from lodestone.commerce.stock import Stock, Take
from lodestone.ledger.accounts import Account
from lodestone.ledger.transfers import Outcome, Transfer
from lodestone.stores.commerce import rows
from lodestone.stores.commerce.payments import PaymentRepository
from lodestone.stores.commerce.queries import load_orders
from lodestone.stores.commerce.schema import (
    CLAIMS,
    ORDER_EVENTS,
    ORDER_TAKES,
    ORDERS,
    PAYMENTS,
    REDEMPTIONS,
    SALE_TAKEN,
    STOCK,
    VOUCHERS,
)
from lodestone.stores.commerce.types import (
    OrderEvent,
    OrderRecord,
    OrderView,
    Party,
    RedemptionRecord,
    VoucherRecord,
)
from lodestone.stores.commerce.unpaid import UnpaidUnits
from lodestone.stores.commerce.views import place_in_line, read_besides
from lodestone.stores.ledger.post import post_in
from lodestone.stores.ledger.rows import ACCOUNT_COLUMNS, account_of
from lodestone.stores.ledger.schema import ACCOUNTS
from lodestone.stores.records.people import find_people, names_of
from lodestone.stores.records.small_values import BODY
from lodestone.stores.records.types import Answer, Change, Deed
from lodestone.stores.records.work import Work
from lodestone.stores.sql.audit_rows import Values
from lodestone.stores.sql.encryption import Seal, unsealed
from lodestone.stores.sql.scope import chunks


class TradeUnitOfWork(PaymentRepository):
    """One commit of trade in one community. See the module."""

    def __init__(self, work: Work, random: Callable[[int], bytes], now: Instant) -> None:
        super().__init__(work)
        self._random = random
        self.now = now
        self.unpaid = UnpaidUnits(work)

    @property
    def changes(self) -> list[Change]:
        """Return what the log must hear of."""
        return self._work.changes

    def audit(self, kind: str, name: str, before: Values | None, after: Values | None) -> None:
        """Note a change for the audit log; see `Work.audit`."""
        self._work.audit(kind, name, before, after)

    def chance(self, size: int) -> bytes:
        """Return random bytes that nobody can guess."""
        return self._random(size)

    # People

    def party(self, person_id: str) -> Party | None:
        """Return somebody by their app's id, None when nobody has it."""
        if person_id not in self.kept.people:
            self.expect([person_id])
        return self.kept.people[person_id]

    def expect(self, person_ids: Iterable[str]) -> None:
        """Read several people at once, with where they last were."""
        wanted = [one for one in dict.fromkeys(person_ids) if one not in self.kept.people]
        found = find_people(self._work, wanted)
        for one in wanted:
            known = found.get(one)
            self.kept.people[one] = None if known is None else Party(one, known.ordinal, known.key)
        parties = [party for one in wanted if (party := self.kept.people[one]) is not None]
        self.kept.parties.update((party.ordinal, party) for party in parties)
        keys = {party.ordinal: party.key for party in parties}
        for some in chunks(list(keys)):
            query = self._work.select(CLAIMS).where(CLAIMS.c.ordinal.in_(some))
            for row in self._work.fetch(query):
                self.kept.claims[row.ordinal] = rows.open_claim(keys[row.ordinal], row)
                self.kept.claims_before.add(row.ordinal)
        for ordinal in keys:
            self.kept.claims.setdefault(ordinal, None)

    def party_known(self, ordinal: int) -> Party | None:
        """Return somebody by their ordinal, None once they have been erased."""
        if ordinal not in self.kept.parties:
            self._meet([ordinal])
        return self.kept.parties[ordinal]

    def _meet(self, ordinals: Sequence[int]) -> None:
        """Read several people at once by their ordinals."""
        wanted = [one for one in dict.fromkeys(ordinals) if one not in self.kept.parties]
        found = names_of(self._work, wanted)
        self.expect(name for name, _ in found.values())
        for one in wanted:
            self.kept.parties[one] = self.kept.people[found[one][0]] if one in found else None

    def claim(self, party: Party) -> Claim | None:
        """Return where somebody last said they were."""
        return self.kept.claims[party.ordinal]

    def put_claim(self, party: Party, claim: Claim) -> None:
        """Keep where somebody says they are; of two the later holds."""
        before = self.kept.claims[party.ordinal]
        if before is None or before.at <= claim.at:
            self.kept.claims[party.ordinal] = claim
            self.kept.claims_moved[party.ordinal] = rows.seal_claim(party.key, claim)

    # Stock and sales

    def stock(self, key: str) -> Stock | None:
        """Return a stock item, None when there is none."""
        if key not in self.kept.stock:
            row = self._work.first(self._work.select(STOCK).where(STOCK.c.key == key))
            if row is None:
                return None
            self.kept.stock[key] = rows.stock_of(row)
        return self.kept.stock[key]

    def put_stock(self, key: str, stock: Stock) -> None:
        """Change a stock item that has been read."""
        assert key in self.kept.stock
        self.kept.stock[key] = stock
        self.kept.stock_moved.add(key)

    def move_stock(self, takes: Sequence[Take], how: Callable[[Stock, int], Stock]) -> None:
        """Hold, release, sell or restock what an order takes."""
        for take in takes:
            stock = self.stock(take.item)
            assert stock is not None
            self.put_stock(take.item, how(stock, take.units))

    def taken(self, sale: str, ordinal: int) -> int:
        """Return how many units somebody has had in a sale."""
        key = (sale, ordinal)
        if key not in self.kept.taken:
            query = self._work.select(SALE_TAKEN, SALE_TAKEN.c.units)
            row = self._work.first(
                query.where(SALE_TAKEN.c.sale == sale, SALE_TAKEN.c.ordinal == ordinal)
            )
            if row is not None:
                self.kept.taken_before.add(key)
            self.kept.taken[key] = 0 if row is None else row.units
        return self.kept.taken[key]

    def expect_taken(self, sale: str, person_ids: Iterable[str]) -> None:
        """Read for several people at once what they have had in a sale."""
        parties = [party for one in person_ids if (party := self.kept.people.get(one)) is not None]
        wanted = [one.ordinal for one in parties if (sale, one.ordinal) not in self.kept.taken]
        self.kept.taken.update(((sale, one), 0) for one in wanted)
        for some in chunks(wanted):
            query = self._work.select(SALE_TAKEN).where(SALE_TAKEN.c.sale == sale)
            for row in self._work.fetch(query.where(SALE_TAKEN.c.ordinal.in_(some))):
                self.kept.taken[(sale, row.ordinal)] = row.units
                self.kept.taken_before.add((sale, row.ordinal))

    def put_taken(self, sale: str, ordinal: int, by: int) -> None:
        """Count units that somebody takes in a sale, or gives back."""
        units = self.taken(sale, ordinal) + by
        assert units >= 0
        self.kept.taken[(sale, ordinal)] = units
        self.kept.taken_moved.add((sale, ordinal))

    def units_unpaid(self, buyer: int, key: str) -> int:
        """Return how many units of a stock item a buyer's orders hold or wait for without being paid."""
        if not self.unpaid.knows(buyer):
            self.flush()
            self.unpaid.read([buyer, *self.kept.parties])
        return self.unpaid.units(buyer, key)

    # Orders

    def number(self, what: str) -> int:
        """Give out the next number of orders, moves, vouchers or payments."""
        table, column = {
            "order": (ORDERS, ORDERS.c.number),
            "event": (ORDER_EVENTS, ORDER_EVENTS.c.id),
            "voucher": (VOUCHERS, VOUCHERS.c.number),
            "payment": (PAYMENTS, PAYMENTS.c.number),
        }[what]
        if what not in self.kept.next:
            newest = self._work.first(self._work.select(table, func.max(column)))[0]
            self.kept.next[what] = 1 if newest is None else newest + 1
        number = self.kept.next[what]
        self.kept.next[what] += 1
        return number

    def add_order(self, order: OrderRecord, buyer: Party, address: Address | None) -> None:
        """Write a new order."""
        self.unpaid.moved(None, order)
        self.kept.orders[order.number] = order
        self.kept.orders_made[order.number] = rows.seal_address(buyer.key, address)

    def order(self, number: int) -> OrderRecord | None:
        """Return an order, None when there is none of this number."""
        self.orders([number])
        return self.kept.orders.get(number)

    def orders(self, numbers: Sequence[int]) -> list[OrderRecord]:
        """Return orders in the order asked for."""
        wanted = [one for one in numbers if one not in self.kept.orders]
        if wanted:
            self.kept.orders.update(load_orders(self._work, wanted))
        return [self.kept.orders[one] for one in numbers if one in self.kept.orders]

    def put_order(self, order: OrderRecord) -> None:
        """Write how an order stands now."""
        self.unpaid.moved(self.kept.orders[order.number], order)
        self.kept.orders[order.number] = order
        self.kept.orders_moved.add(order.number)

    def note(self, event: OrderEvent) -> None:
        """Write a move of an order."""
        self.kept.events.append(event)
        if event.number in self.kept.history:
            self.kept.history[event.number].append(event)

    def expect_orders(self, numbers: Iterable[int]) -> None:
        """Read several orders at once, with all that is shown of them."""
        wanted = [one for one in dict.fromkeys(numbers) if one not in self.kept.history]
        orders = self.orders(wanted)
        self._meet([order.buyer for order in orders])
        history, docs = read_besides(self._work, [order.number for order in orders])
        self.expect_payments(order.number for order in orders)
        self.kept.docs.update(docs)
        self.kept.history.update((order.number, history.get(order.number, [])) for order in orders)

    def history(self, order: OrderRecord) -> tuple[OrderEvent, ...]:
        """Return the moves of an order, the first first."""
        if order.number not in self.kept.history:
            self.flush()
            self.expect_orders([order.number])
        return tuple(self.kept.history[order.number])

    def view(self, order: OrderRecord) -> OrderView:
        """Return an order with what only those who may read it see."""
        events = self.history(order)
        buyer = self.party_known(order.buyer)
        address = None
        if buyer is not None:
            address = rows.open_address(buyer.key, self.kept.docs[order.number])
        place = None
        if order.state is OrderState.WAITING:
            self.flush()
            place = place_in_line(self._work, order)
        return OrderView(order, None if buyer is None else buyer.id, address, events, place)

    def due(self, limit: int, without: Collection[int] = ()) -> list[int]:
        """Return the numbers of orders whose time is over, the oldest first, but for some."""
        self.flush()
        query = self._work.select(ORDERS, ORDERS.c.number).where(ORDERS.c.due <= self.now)
        query = query.order_by(ORDERS.c.due, ORDERS.c.number).limit(limit + len(without))
        return [n for (n,) in self._work.fetch(query) if n not in without][:limit]

    def waiting(self, sale: str, limit: int) -> list[OrderRecord]:
        """Return the orders that wait in a sale, the first in line first."""
        self.flush()
        query = self._work.select(ORDERS, ORDERS.c.number).where(
            ORDERS.c.sale == sale, ORDERS.c.state == int(OrderState.WAITING)
        )
        found = self._work.fetch(query.order_by(ORDERS.c.number).limit(limit))
        return self.orders([row.number for row in found])

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

    def lines_of_waiting(self) -> list[str]:
        """Return the sales that somebody waits in."""
        self.flush()
        query = self._work.select(ORDERS, ORDERS.c.sale).distinct()
        query = query.where(ORDERS.c.state == int(OrderState.WAITING)).order_by(ORDERS.c.sale)
        return [row.sale for row in self._work.fetch(query) if row.sale is not None]

    def deed(self, deed: Deed) -> None:
        """Let the log hear of what somebody did."""
        change = self._work.change(deed.kind, deed.name, self._work.change_next, deed)
        self.kept.deeds.append(
            {
                "id": change.id, "kind": int(deed.kind), "name": deed.name, "time": deed.time,
                "ordinal": deed.person, "item": deed.item, "receipt": deed.receipt,
                "slot": deed.slot, "about": deed.about,
                "since": deed.since, "share": deed.share, "whole": deed.whole,
            }
        )  # fmt: skip

    # Vouchers

    def add_voucher(self, voucher: VoucherRecord) -> None:
        """Write a new voucher."""
        self.kept.vouchers[voucher.number] = voucher
        self.kept.vouchers_made.append(voucher.number)

    def vouchers_of(self, order: int) -> list[VoucherRecord]:
        """Return an order's vouchers, by number."""
        return self._vouchers(VOUCHERS.c.bought == order)

    def vouchers_at(self, numbers: Sequence[int]) -> list[VoucherRecord]:
        """Return vouchers by number."""
        return self._vouchers(VOUCHERS.c.number.in_(numbers))

    def vouchers_by(self, digest: bytes) -> list[VoucherRecord]:
        """Return the voucher of a code, if there is one."""
        return self._vouchers(VOUCHERS.c.digest == digest)

    def vouchers_over(self, limit: int, without: Collection[int] = ()) -> list[int]:
        """Return the numbers of vouchers whose time is over with times left, the oldest first, but for some."""
        self.flush()
        left = VOUCHERS.c["count"] > VOUCHERS.c.used + VOUCHERS.c.refunded
        query = self._work.select(VOUCHERS, VOUCHERS.c.number).order_by(VOUCHERS.c.number)
        query = query.where(VOUCHERS.c.expires <= self.now, left).limit(limit + len(without))
        return [n for (n,) in self._work.fetch(query) if n not in without][:limit]

    def _vouchers(self, *where: Any, limit: int = 10_000) -> list[VoucherRecord]:
        self.flush()
        query = self._work.select(VOUCHERS).where(*where).order_by(VOUCHERS.c.number).limit(limit)
        found = [rows.voucher_record(row) for row in self._work.fetch(query)]
        self.kept.vouchers.update((voucher.number, voucher) for voucher in found)
        return found

    def put_voucher(self, voucher: VoucherRecord) -> None:
        """Write how far a voucher is used now."""
        assert voucher.number in self.kept.vouchers
        self.kept.vouchers[voucher.number] = voucher
        self.kept.vouchers_moved.add(voucher.number)

    def add_redemption(self, one: RedemptionRecord) -> None:
        """Write a redemption."""
        self._work.insert(REDEMPTIONS, [rows.redemption_values(one)])

    def put_reversed(self, one: RedemptionRecord) -> None:
        """Write that a redemption has been reversed."""
        table = REDEMPTIONS
        update = self._work.update(table).where(
            table.c.shop == one.shop, table.c.request == one.request
        )
        self._work.run(update.values(reversed=one.reversed, reverse_request=one.reverse_request))

    # Money

    def post(
        self, transfers: Sequence[Transfer], opening: Sequence[Account], today: int
    ) -> list[Outcome]:
        """Post transfers in this commit; see `stores.ledger.post.post_in`."""
        return post_in(self._work, transfers, opening=opening, now=self.now, today=today)

    def account(self, account: Account) -> Account:
        """Return how an account stands; one that is not there has moved nothing."""
        row = self._work.first(
            self._work.select(ACCOUNTS, *ACCOUNT_COLUMNS).where(ACCOUNTS.c.id == account.id)
        )
        return account if row is None else account_of(row)

    # Answers under an idempotency key

    def remember(self, claim: bytes, answer: Answer, party: Party | None) -> None:
        """Keep what is answered, to be answered again; sealed under whom it is about."""
        body = (
            unsealed(answer.body) if party is None else Seal(party.key).seal(answer.body, what=BODY)
        )
        self.kept.answers.append(
            {
                "claim": claim, "body_digest": answer.body_digest, "status": answer.status,
                "body": body, "created": self.now,
                "ordinal": None if party is None else party.ordinal,
            }
        )  # fmt: skip
