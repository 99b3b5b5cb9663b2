"""Kill a process at every write and commit of the ledger, open what is left, ask for everything again, and compare.

Runs by itself: `python ledger_points.py URL STRIDE`. Each turn empties the tables, forks a process that ends at its
n-th write as a crash would, and forks another that asks for all of it again under the same ids.
"""

import hashlib
import itertools
import sys

from sqlalchemy import create_engine, event, text

from lodestone.base.clock import Instant
from lodestone.content import CommunityIn
from lodestone.ledger.chart import AccountKind, Code, provider
from lodestone.ledger.transfers import TransferKind, chain, reverse, transfer_id
from lodestone.stores.ledger import post as posting
from lodestone.stores.ledger import store
from lodestone.stores.ledger.port import Payout
from lodestone.stores.ledger.schema import (
    ACCOUNTS,
    BOOKS,
    CLOSED_DAYS,
    HOLDS,
    PAYOUTS,
    TRANSFERS,
)
from lodestone.stores.sql.columns import METADATA
from tests.worlds.kill_points import KILLED, Count, forked
from tests.worlds.ledger_world import (
    CLEARING,
    COMMISSION,
    TODAY,
    held,
    hold,
    move,
    of,
    payable,
    resolve,
)
from tests.worlds.records_world import NOW, Place

SHOP, PAID, TRANSIT = (
    held("s"),
    payable("s"),
    of(AccountKind.PAYOUTS_IN_TRANSIT, provider("manual")),
)
ALL = [CLEARING, COMMISSION, SHOP, PAID, TRANSIT]
DAY = 86_400_000_000


def life(records):
    """Sell, hold, post, void, expire, refund, close, pay out, and write an order's item in the same commit."""
    day, later = TODAY + 1, Instant(NOW + DAY)
    sale = move("pay", CLEARING, SHOP, 1_000, external="o1")

    def post(*asked, now=NOW, today=TODAY):
        told = records.post_transfers("town", asked, opening=ALL, now=now, today=today)
        assert all(one.stands for one in told), told

    post(sale)
    post(
        *chain(
            move("earned", SHOP, PAID, 900, code=2), move("share", SHOP, COMMISSION, 100, code=3)
        )
    )
    post(*(hold(f"h{n}", CLEARING, SHOP, 50, seconds=60) for n in range(3)))
    post(resolve("p", TransferKind.POST, "h0", 40), resolve("v", TransferKind.VOID, "h1"))
    records.expire_holds("town", now=later, today=day)
    with records._writing("town") as work:
        told = posting.post_in(
            work, [move("own", CLEARING, SHOP, 7)], opening=ALL, now=NOW, today=TODAY
        )
        if not told[0].name.startswith("EXISTS"):
            work.insert(PAYOUTS, [payout_row("mark")])  # stands for whatever else the commit holds
    records.close_day("town", TODAY, now=later, today=day)
    post(move("late", CLEARING, SHOP, 3, day=TODAY), now=later, today=day)
    post(reverse(sale, transfer_id("refund"), code=6, amount=30), now=later, today=day)
    order = Payout(transfer_id("payout"), TODAY, PAID.id, "shop:s", 900, "CNY", "manual", "ordered", None, 0, NOW)  # fmt: skip
    out = chain(
        move("payout", PAID, TRANSIT, 900, code=int(Code.PAYOUT)),
        hold("payout hold", TRANSIT, CLEARING, 900),
    )
    told = records.post_payout("town", order, out, opening=ALL, now=later, today=day)
    assert all(one.stands for one in told), told
    return digest(records)


def payout_row(name):
    return {
        "id": transfer_id(name), "period": 1, "account": transfer_id(name), "party": "x", "amount": 1,
        "currency": "CNY", "provider": "x", "state": "x", "reference": None, "paid": 0, "created": 0,
        "returned": 0, "reason": None,
    }  # fmt: skip


def digest(records):
    """Say in one word what all tables of the ledger hold, but for the numbers of rows."""
    told = hashlib.sha256()
    with records._engine.connect() as connection:
        for table in (ACCOUNTS, BOOKS, CLOSED_DAYS, HOLDS, PAYOUTS, TRANSFERS):
            columns = [column for column in table.c if column.name not in ("sequence", "digest")]
            rows = sorted(map(repr, connection.execute(table.select().with_only_columns(*columns))))
            told.update(repr(rows).encode())
    return told.hexdigest()


def whole(url):
    return life(Place(url).open())


def dying(url, at):
    records, count = Place(url).open(), Count(at)
    posting.put = count.around(posting.put)
    store._put_payout = count.around(store._put_payout)
    store._close = count.around(store._close)
    event.listen(records._engine, "commit", lambda *_: count.tick())
    post = records.post_transfers
    records.post_transfers = count.around(post)  # before the first and after the last of a request
    life(records)
    return str(count.now)


def emptied(url):
    """Empty the tables and make the community anew, in a process of its own."""
    engine = create_engine(url)
    Place(url).open().close()
    with engine.begin() as connection:
        for table in reversed(METADATA.sorted_tables):
            connection.execute(text(f"DELETE FROM {table.name}"))
    engine.dispose()
    records = Place(url).open()
    records.create_community("town", CommunityIn(name="Town"), now=NOW)
    with records._engine.begin() as connection:
        connection.execute(text("UPDATE communities SET tenant = 1"))
    records.close()
    return "empty"


def main(url, stride):
    def run(work, *given):
        status, said = forked(lambda: work(url, *given))
        return said if status == 0 else f"failed with {status}"

    run(emptied)
    print("whole", run(whole), flush=True)  # noqa: T201
    for at in itertools.count(1, stride):
        assert run(emptied) == "empty"
        status, _ = forked(lambda: dying(url, at))  # noqa: B023  called at once
        if status != KILLED:
            print("end", at, status, flush=True)  # noqa: T201
            return
        print("kill", at, run(whole), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
