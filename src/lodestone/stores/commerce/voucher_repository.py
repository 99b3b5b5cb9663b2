"""What one commit reads and writes of vouchers and their redemptions."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from lodestone.base.clock import Instant
from lodestone.stores.commerce import rows
from lodestone.stores.commerce.numbers import Numbers
from lodestone.stores.commerce.schema import REDEMPTIONS, VOUCHERS
from lodestone.stores.commerce.tracked_rows import TrackedRows
from lodestone.stores.commerce.types import RedemptionRecord, VoucherRecord
from lodestone.stores.records.work import Work

_READ_MAX: Final = 10_000
"""Vouchers that one query reads at most."""


class VoucherRepository:
    """Vouchers of one commit. A query writes what has changed before, so that it finds it."""

    def __init__(self, work: Work, now: Instant) -> None:
        self._work = work
        self._now = now
        self._numbers = Numbers(work, VOUCHERS.c.number)
        self._vouchers = TrackedRows[int, VoucherRecord]()

    def next_number(self) -> int:
        """Give out the next number of a voucher."""
        return self._numbers.next()

    def add(self, voucher: VoucherRecord) -> None:
        """Write a new voucher."""
        self._vouchers.add(voucher.number, voucher)

    def put(self, voucher: VoucherRecord) -> None:
        """Write how far a voucher is used now."""
        self._vouchers.put(voucher.number, voucher)

    def of_order(self, order: int) -> list[VoucherRecord]:
        """Return an order's vouchers, by number."""
        return self._read(VOUCHERS.c.bought == order)

    def at(self, numbers: Sequence[int]) -> list[VoucherRecord]:
        """Return vouchers by number."""
        return self._read(VOUCHERS.c.number.in_(numbers))

    def by_code(self, digest: bytes) -> list[VoucherRecord]:
        """Return the voucher of a code's digest, if there is one."""
        return self._read(VOUCHERS.c.digest == digest)

    def expired(self, limit: int, without: Collection[int] = ()) -> list[int]:
        """Return the numbers of vouchers whose time is over with times left, the oldest first, but for some."""
        self.flush()
        left = VOUCHERS.c["count"] > VOUCHERS.c.used + VOUCHERS.c.refunded
        query = self._work.select(VOUCHERS, VOUCHERS.c.number).order_by(VOUCHERS.c.number)
        query = query.where(VOUCHERS.c.expires <= self._now, left).limit(limit + len(without))
        return [n for (n,) in self._work.fetch(query) if n not in without][:limit]

    def _read(self, condition: Any) -> list[VoucherRecord]:
        self.flush()
        query = self._work.select(VOUCHERS).where(condition).order_by(VOUCHERS.c.number)
        found = [rows.voucher_record(row) for row in self._work.fetch(query.limit(_READ_MAX))]
        self._vouchers.loaded({voucher.number: voucher for voucher in found})
        return found

    def flush(self) -> None:
        """Write everything that has changed since the last time."""
        made = self._vouchers.take_made()
        self._work.insert(VOUCHERS, [rows.voucher_values(voucher) for voucher in made])
        changed = self._vouchers.take_changed()
        self._work.update_rows(
            VOUCHERS,
            "number",
            [{"at": number, **rows.voucher_moved(voucher)} for number, voucher in changed],
        )


class RedemptionRepository:
    """Redemptions of one commit, written at once."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self, shop: str, request: str) -> RedemptionRecord | None:
        """Return a redemption by its request id."""
        return self._find(shop, REDEMPTIONS.c.request == request)

    def reversed_by(self, shop: str, request: str) -> RedemptionRecord | None:
        """Return the redemption that a request id reversed."""
        return self._find(shop, REDEMPTIONS.c.reverse_request == request)

    def _find(self, shop: str, condition: Any) -> RedemptionRecord | None:
        query = self._work.select(REDEMPTIONS).where(REDEMPTIONS.c.shop == shop, condition)
        row = self._work.first(query)
        return None if row is None else rows.redemption_record(row)

    def add(self, redemption: RedemptionRecord) -> None:
        """Write a redemption."""
        self._work.insert(REDEMPTIONS, [rows.redemption_values(redemption)])

    def put_reversed(self, redemption: RedemptionRecord) -> None:
        """Write that a redemption has been reversed."""
        mine = (REDEMPTIONS.c.shop == redemption.shop) & (
            REDEMPTIONS.c.request == redemption.request
        )
        update = self._work.update(REDEMPTIONS).where(mine)
        self._work.run(
            update.values(reversed=redemption.reversed, reverse_request=redemption.reverse_request)
        )
