"""The part of a till that keeps what providers are asked: charges, refunds, releases."""

from collections.abc import Iterable

from lodestone.stores.commerce import rows
from lodestone.stores.commerce.schema import PAYMENTS
from lodestone.stores.commerce.types import PaymentRecord
from lodestone.stores.commerce.write_buffer import WriteBuffer
from lodestone.stores.records.work import Work
from lodestone.stores.sql.scope import chunks


class PaymentRepository(WriteBuffer):
    """See `Till`, the part on payments."""

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        self._payments: dict[int, PaymentRecord] = {}
        self._payments_of: dict[int, list[int]] = {}
        self._payments_made: list[int] = []
        self._payments_moved: set[int] = set()

    def add_payment(self, payment: PaymentRecord) -> None:
        """Write a new payment."""
        self._payments[payment.number] = payment
        self._payments_made.append(payment.number)
        if payment.order in self._payments_of:
            self._payments_of[payment.order].append(payment.number)

    def put_payment(self, payment: PaymentRecord) -> None:
        """Write how a payment stands now."""
        assert payment.number in self._payments
        self._payments[payment.number] = payment
        self._payments_moved.add(payment.number)

    def payment(self, number: int) -> PaymentRecord | None:
        """Return a payment, None when there is none of this number."""
        if number not in self._payments:
            row = self._work.first(self._work.select(PAYMENTS).where(PAYMENTS.c.number == number))
            if row is None:
                return None
            self._payments[number] = rows.payment_record(row)
        return self._payments[number]

    def payments_of(self, order: int) -> list[PaymentRecord]:
        """Return an order's payments, the first first."""
        self.expect_payments([order])
        return [self._payments[number] for number in self._payments_of[order]]

    def expect_payments(self, orders: Iterable[int]) -> None:
        """Read the payments of several orders at once."""
        wanted = [one for one in dict.fromkeys(orders) if one not in self._payments_of]
        for some in chunks(wanted):
            query = self._work.select(PAYMENTS).where(PAYMENTS.c.bought.in_(some))
            for row in self._work.fetch(query.order_by(PAYMENTS.c.number)):
                self._payments.setdefault(row.number, rows.payment_record(row))
        self._payments_of.update((one, []) for one in wanted)
        for number in sorted(self._payments):
            order = self._payments[number].order
            if order in wanted:
                self._payments_of[order].append(number)

    def flush(self) -> None:
        """See `WriteBuffer.flush`."""
        super().flush()
        made = [self._payments[number] for number in self._payments_made]
        self._work.insert(PAYMENTS, [rows.payment_values(one) for one in made])
        moved = sorted(self._payments_moved - set(self._payments_made))
        self._update(
            PAYMENTS, "number",
            [{"at": number, **rows.payment_moved(self._payments[number])} for number in moved],
        )  # fmt: skip
        self._payments_made.clear()
        self._payments_moved.clear()
