"""What one commit reads and writes of vouchers' short codes, written at once."""

from lodestone.base.clock import Instant
from lodestone.commerce.short_codes import Misses
from lodestone.stores.commerce.schema import SHORT_CODE_MISSES, SHORT_CODES
from lodestone.stores.commerce.types import ShortCodeRecord
from lodestone.stores.records.work import Work


class ShortCodeRepository:
    """Short codes of one commit, and the wrong ones that shops have tried."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self, shop: str, digest: bytes) -> ShortCodeRecord | None:
        """Return a shop's short code by its digest, one that has run out too until it is removed."""
        query = self._work.select(SHORT_CODES).where(
            SHORT_CODES.c.shop == shop, SHORT_CODES.c.digest == digest
        )
        row = self._work.first(query)
        return None if row is None else ShortCodeRecord(row.voucher, Instant(row.until))

    def add(self, shop: str, digest: bytes, record: ShortCodeRecord) -> None:
        """Write a new short code of a shop."""
        row = {"shop": shop, "digest": digest, "voucher": record.voucher, "until": record.until}
        self._work.insert(SHORT_CODES, [row])

    def remove_before(self, shop: str, instant: Instant) -> None:
        """Remove a shop's short codes that ran out before an instant."""
        old = (SHORT_CODES.c.shop == shop) & (SHORT_CODES.c.until < instant)
        self._work.run(self._work.delete(SHORT_CODES).where(old))

    def misses(self, shop: str) -> Misses | None:
        """Return the wrong short codes that a shop has tried lately; None for none ever."""
        query = self._work.select(SHORT_CODE_MISSES).where(SHORT_CODE_MISSES.c.shop == shop)
        row = self._work.first(query)
        return None if row is None else Misses(Instant(row.since), row.count)

    def put_misses(self, shop: str, misses: Misses) -> None:
        """Write how many wrong short codes a shop has tried."""
        mine = SHORT_CODE_MISSES.c.shop == shop
        values = {"since": misses.since, "count": misses.count}
        if not self._work.run(self._work.update(SHORT_CODE_MISSES).where(mine).values(**values)):
            self._work.insert(SHORT_CODE_MISSES, [{"shop": shop, **values}])
