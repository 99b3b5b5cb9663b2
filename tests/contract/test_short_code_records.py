"""The suite of the records port: short codes and wrong tries, each a shop's own."""

from lodestone.base.clock import Instant
from lodestone.commerce.short_codes import Misses
from lodestone.stores.commerce.types import ShortCodeRecord
from records_world import NOW
from trade_simulation import open_market

LATER = Instant(NOW + 1_000)


def test_a_short_code_is_kept_by_shop_until_it_is_removed(records):
    for community in ("town", "other"):
        open_market(records, community)
    with records.unit_of_work("town", now=NOW) as work:
        work.short_codes.add("s", b"one", ShortCodeRecord(7, NOW))
        work.short_codes.add("s", b"two", ShortCodeRecord(8, LATER))
        work.short_codes.add("t", b"one", ShortCodeRecord(9, NOW))

    with records.unit_of_work("other", now=NOW) as work:
        assert work.short_codes.get("s", b"one") is None
    with records.unit_of_work("town", now=NOW) as work:
        assert work.short_codes.get("s", b"one") == ShortCodeRecord(7, NOW)
        assert work.short_codes.get("t", b"one") == ShortCodeRecord(9, NOW)
        work.short_codes.remove_before("s", LATER)
        codes = [work.short_codes.get("s", b"one"), work.short_codes.get("s", b"two")]
        assert codes == [None, ShortCodeRecord(8, LATER)]
        assert work.short_codes.get("t", b"one") is not None


def test_wrong_tries_are_kept_by_shop_the_last_write_standing(records):
    open_market(records, "town")
    with records.unit_of_work("town", now=NOW) as work:
        assert work.short_codes.misses("s") is None
        work.short_codes.put_misses("s", Misses(NOW, 1))
        work.short_codes.put_misses("s", Misses(NOW, 2))
        work.short_codes.put_misses("t", Misses(LATER, 5))

    with records.unit_of_work("town", now=NOW) as work:
        assert work.short_codes.misses("s") == Misses(NOW, 2)
        assert work.short_codes.misses("t") == Misses(LATER, 5)
