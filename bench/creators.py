"""Creators' shares of a day of ads, divided and posted, and what a long statement of them costs to show.

    python bench/creators.py                1,000,000 charges over 10,000 creators; results/creators.json
    python bench/creators.py --quick        a small one, to see that it works

Each charge is of a page of its own on which three posts were looked at; one creator has as many posts as there are
creators, and gets one look in ten, so that their statement is long. `divide` is the pure division, the log read; `floor`
is one pass over the same facts that sums the charges, in the same run; `settle` reads, divides and posts every creator's
transfers, on SQLite with sync. Seconds are least, median and most of the turns; memory is the process's highest beyond
what it had before.
"""

# ruff: noqa: E402  the path to the tests comes first
import argparse
import asyncio
import json
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np
from ledger import machine
from load import spread

from lodestone.base.clock import SECOND_MICROS
from lodestone.base.money import Micros
from lodestone.events.facts import FLAG_DECISION, FLAG_PAID, empty_facts
from lodestone.events.outcomes import FactKind
from lodestone.ledger.chart import AccountKind, Code, account, provider
from lodestone.ledger.transfers import Transfer, transfer_id
from lodestone.services.ads.share_facts import ShareReader, Stretch
from lodestone.services.ads.shares import ShareBook
from lodestone.stores.ledger.port import TransferFilter
from tests.worlds.world import opened

CHUNK = 100_000
LOOKS = 3
"""Looks at posts on the page of each charge."""
CHARGE = 250_000
"""The most that is charged, micros."""
BULK = 1_000


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--charges", type=int, default=1_000_000)
    options.add_argument("--creators", type=int, default=10_000)
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--quick", action="store_true")
    options.add_argument(
        "--out", type=Path, default=Path(__file__).parent / "results" / "creators.json"
    )
    given = options.parse_args()
    if given.quick:
        given.charges, given.creators, given.repeats = 20_000, 500, 1
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as home:
        measured = asyncio.run(measure(Path(home), given))
    report = {
        "machine": machine(),
        "command": "python bench/creators.py " + " ".join(sys.argv[1:]),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "size": {"charges": given.charges, "creators": given.creators, "looks": LOOKS * given.charges},
        **measured,
    }  # fmt: skip
    given.out.parent.mkdir(exist_ok=True)
    given.out.write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(report, indent=1))


async def measure(home: Path, given: argparse.Namespace) -> dict:
    async with opened(home) as world:
        rows = await bring(world, given.creators)
        engine = world.engine
        first = engine.log.end()
        await write(world, given, rows)
        upto = engine.log.end()
        reader = ShareReader(engine.community.id, engine.parts.records, engine.log)
        before = peak()
        floor, divide = [], []
        for _ in range(given.repeats):
            floor.append(timed(lambda: charged(engine.log, first)))
            divide.append(timed(lambda: reader.read(Stretch(first, upto), ())))
        settle, posted = await settled(world, reader, upto, charged(engine.log, first))
        memory = peak() - before
        statement = await shown(world, given.repeats)
        return {
            "seconds": {"floor": spread(floor), "divide": spread(divide), "settle": settle},
            "memory_mib": round(memory / 1024, 1),
            "transfers": posted,
            "statement": statement,
        }


async def bring(world, creators: int) -> np.ndarray:
    """Make creators with a post each, the first of whom has as many posts as there are creators; return the posts' rows."""
    for first in range(0, creators, BULK):
        lines = "\n".join(json.dumps({"id": f"a{n}"}) for n in range(first, min(first + BULK, creators)))  # fmt: skip
        await world.ask("POST", "/v1/people:bulk", content=lines, status=200)
    for name, author in (("i", lambda n: n), ("j", lambda _: 0)):
        for first in range(0, creators, BULK):
            posts = [
                {"id": f"{name}{n}", "author_id": f"a{author(n)}", "kind": "video", "text": "x"}
                for n in range(first, min(first + BULK, creators))
            ]
            content = "\n".join(map(json.dumps, posts))
            await world.ask("POST", "/v1/items:bulk", content=content, status=200)
    directory = world.engine.directory
    names = [f"{name}{n}" for name in "ij" for n in range(creators)]
    return np.array([directory.item_row(name) for name in names])


async def write(world, given: argparse.Namespace, rows: np.ndarray) -> None:
    """Write a day of charges, each after the looks at its page."""
    chance, engine = np.random.default_rng(1), world.engine
    now, day = engine.now(), engine.money.today()
    for first in range(0, given.charges, CHUNK):
        count = min(CHUNK, given.charges - first)
        facts = empty_facts(count * (LOOKS + 1))
        pages = facts.reshape(count, LOOKS + 1)
        pages["receipt"] = (np.arange(count) + first)[:, None]
        pages["key"] = chance.integers(0, 2**63, pages.shape, dtype=np.uint64)
        pages["time"], pages["served"] = now, now // SECOND_MICROS
        pages["day"] = day
        looks, ends = pages[:, :LOOKS], pages[:, LOOKS]
        hot = chance.random(looks.shape) < 0.1
        post = chance.integers(0, given.creators, looks.shape) + hot * given.creators
        looks["item"], looks["kind"] = rows[post], FactKind.IMPRESSION
        looks["slot"], looks["flags"] = np.arange(1, LOOKS + 1), FLAG_DECISION
        looks["value"] = chance.integers(0, 60_000, looks.shape)
        ends["kind"], ends["slot"], ends["flags"] = FactKind.CHARGE, LOOKS + 1, FLAG_PAID
        ends["item"] = rows[chance.integers(0, given.creators, count)]
        ends["target"] = chance.integers(0, CHARGE, count)
        ends["promises"] = np.uint64(1) << np.uint64(32)
        await engine.log.append(facts)


def charged(log, first: int) -> int:
    """Sum the charges in one pass."""
    whole = 0
    for batch in log.read(first, limit=2**62):
        facts = batch.facts
        whole += int(facts["target"][facts["kind"] == FactKind.CHARGE].sum())
    return whole


async def settled(world, reader: ShareReader, upto: int, whole: int) -> tuple[float, int]:
    """Post what creators have of it; return the seconds and how many transfers were made."""
    money = world.engine.money
    clearing = account(
        world.engine.community.secret, AccountKind.PROVIDER_CLEARING, provider("manual"), money.currency
    )  # fmt: skip
    revenue = money.account(AccountKind.AD_REVENUE)
    paid = Transfer(
        transfer_id("bench"), clearing.id, revenue.id, Micros(whole), Code.AD_CHARGES, external="bench"
    )  # fmt: skip
    (outcome,) = await money.post([paid], opening=[clearing, revenue])
    assert outcome.stands, outcome

    async def nothing() -> None:
        """Every charge is posted."""

    book = ShareBook(money, reader, lambda: upto, nothing, lambda: 1)
    begun = time.perf_counter()
    await book.work()
    seconds = time.perf_counter() - begun
    made = len(money.store.transfers(money.community, TransferFilter(), limit=10**9)) - 1
    return round(seconds, 3), made


async def shown(world, repeats: int) -> dict:
    """Show the longest statement, page after page, as an app would read it."""
    today = f"{world.now:%Y-%m-%d}"
    whole, first, lines = [], [], 0
    for _ in range(repeats):
        begun, cursor, lines = time.perf_counter(), "", 0
        while True:
            path = f"/v1/creators/a0/earnings?from={today}&to={today}&limit=1000{cursor}"
            page = await world.ask("GET", path, status=200)
            if not lines:
                first.append(time.perf_counter() - begun)
            lines += len(page["data"])
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        whole.append(time.perf_counter() - begun)
    return {"lines": lines, "first_page_seconds": spread(first), "all_pages_seconds": spread(whole)}


def timed(work) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def peak() -> int:
    """Return the process's highest memory so far, KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
