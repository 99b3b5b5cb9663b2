"""What one commit reads and writes of payments: what providers are asked, and what they said."""

from collections.abc import Iterable

from lodestone.stores.commerce import rows
from lodestone.stores.commerce.numbers import Numbers
from lodestone.stores.commerce.schema import PAYMENTS
from lodestone.stores.commerce.tracked_rows import TrackedRows
from lodestone.stores.commerce.types import PaymentRecord
from lodestone.stores.records.work import Work
from lodestone.stores.sql.scope import chunks


class PaymentRepository:
    """Charges, refunds and releases of one commit."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._numbers = Numbers(work, PAYMENTS.c.number)
        self._payments = TrackedRows[int, PaymentRecord]()
        self._of_order: dict[int, list[int]] = {}

    def next_number(self) -> int:
        """Give out the next number of a payment."""
        return self._numbers.next()

    def add(self, payment: PaymentRecord) -> None:
        """Write a new payment."""
        self._payments.add(payment.number, payment)
        if payment.order in self._of_order:
            self._of_order[payment.order].append(payment.number)

    def put(self, payment: PaymentRecord) -> None:
        """Write how a payment stands now."""
        self._payments.put(payment.number, payment)

    def get(self, number: int) -> PaymentRecord | None:
        """Return a payment, None when there is none of this number."""
        if number not in self._payments:
            row = self._work.first(self._work.select(PAYMENTS).where(PAYMENTS.c.number == number))
            if row is None:
                return None
            self._payments.loaded({number: rows.payment_record(row)})
        return self._payments[number]

    def of_order(self, order: int) -> list[PaymentRecord]:
        """Return an order's payments, the first first."""
        self.expect([order])
        return [self._payments[number] for number in self._of_order[order]]

    def expect(self, orders: Iterable[int]) -> None:
        """Read the payments of several orders at once."""
        wanted = [fromkey for fromkey in dict.fromkeys(orders) if fromkey not in self._of_order]
        for some in chunks(wanted):
            query = self._work.select(PAYMENTS).where(PAYMENTS.c.bought.in_(some))
            for row in self._work.fetch(query.order_by(PAYMENTS.c.number)):
                if row.number not in self._payments:
                    self._payments.loaded({row.number: rows.payment_record(row)})
        self._of_order.update((one, []) for one in wanted)
        for number in self._payments.sorted_keys():
            order = self._payments[number].order
            if order in wanted:
                self._of_order[order].append(number)

    def flush(self) -> None:
        """Write everything that has changed since the last time."""
        made = self._payments.take_made()
        self._work.insert(PAYMENTS, [rows.payment_values(one) for one in made])
        changed = self._payments.take_changed()
        self._work.update_rows(
            PAYMENTS,
            "number",
            [{"at": number, **rows.payment_moved(one)} for number, one in changed],
        )
