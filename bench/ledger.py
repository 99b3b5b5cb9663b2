"""The ledger beside the raw engine, the same rows in the same run, on SQLite and PostgreSQL, with sync and without.

    python bench/ledger.py                  writes results/ledger.json
    python bench/ledger.py --quick          a small one, to see that it works

`raw` writes what the ledger would have written - the transfers with all their indexes, and the standing of the
accounts they move - straight through the driver, with nothing read, judged or looked up. `ledger` is asked through
its store in batches; `requests` by many clients of one transfer each, who share commits. Raw and ledger take turns;
each turn begins with empty tables. Rates are transfers a second: least, median and most of the turns.
"""

# ruff: noqa: E402, SLF001  the path to the tests comes first; a bench empties tables that nobody else may
import argparse
import asyncio
import gc
import json
import os
import platform
import random
import sqlite3
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import psycopg
from load import spread
from sqlalchemy import event, text

from lodestone.base.clock import Instant
from lodestone.content import CommunityIn
from lodestone.ledger import AccountKind, Outcome, Transfer, chart, transfers
from lodestone.services.ledger.posting import Money
from lodestone.stores.database import open_records
from lodestone.stores.ledger.rows import (
    INSERT_TRANSFERS,
    UPDATE_ACCOUNTS,
    columns,
    transfer_values,
)
from tests.worlds.postgres import cluster

NOW, TODAY = Instant(1_700_000_000_000_000), 19_675
SECRET = b"bench" * 7
TABLES = "ledger_transfers, ledger_accounts, ledger_holds, ledger_books, communities"
DURABLE = {
    "fsync": "on",
    "listen_addresses": "",
    "max_connections": "40",
    "shared_buffers": "256MB",
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--transfers", type=int, default=50_000)
    options.add_argument("--batch", type=int, default=1_000)
    options.add_argument("--shops", type=int, default=1_000)
    options.add_argument("--clients", type=int, default=256)
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--quick", action="store_true")
    options.add_argument(
        "--out", type=Path, default=Path(__file__).parent / "results" / "ledger.json"
    )
    told = options.parse_args()
    if told.quick:
        told.transfers, told.repeats = 10_000, 1
    found = {
        "machine": machine(),
        "command": "python bench/ledger.py " + " ".join(sys.argv[1:]),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "size": {"transfers": told.transfers, "batch": told.batch, "shops": told.shops,
                 "clients": told.clients, "repeats": told.repeats},
        "transfers_a_second": {},
    }  # fmt: skip
    for engine in (Sqlite, Postgres):
        for sync in (True, False):
            with engine.opened(sync) as database:
                name = f"{engine.__name__.lower()}, {'with' if sync else 'without'} sync"
                found["transfers_a_second"][name] = measure(database, told)
                print(name, json.dumps(found["transfers_a_second"][name]), flush=True)
    told.out.parent.mkdir(exist_ok=True)
    told.out.write_text(json.dumps(found, indent=1) + "\n")


def machine() -> dict:
    model = [
        line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line
    ]
    return {
        "cores": os.cpu_count(), "processor": model[0].split(":")[1].strip() if model else platform.machine(),
        "kernel": platform.release(), "python": platform.python_version(), "sqlite": sqlite3.sqlite_version,
        "lodestone": version("lodestone"),
    }  # fmt: skip


class Work:
    """The transfers of one turn, and the rows that the raw engine writes for them."""

    def __init__(self, told, turn):
        chance = random.Random(turn)
        self.clearing = chart.account(
            SECRET, AccountKind.PROVIDER_CLEARING, chart.provider("manual"), "CNY"
        )
        self.shops = [
            chart.account(SECRET, AccountKind.HELD_PAYMENTS, chart.shop(str(n)), "CNY")
            for n in range(told.shops)
        ]
        self.accounts = [self.clearing, *self.shops]
        self.transfers = [
            Transfer(transfers.transfer_id("bench", turn, n), self.clearing.id, chance.choice(self.shops).id,
                     chance.randrange(1, 10**8), 1, external=f"ord_{turn}_{n}")
            for n in range(told.transfers)
        ]  # fmt: skip
        self.batches = [
            self.transfers[n : n + told.batch] for n in range(0, told.transfers, told.batch)
        ]

    def rows(self, size):
        """Give for each group the transfers' rows and the accounts' standing after them."""
        sums = {one.id: [0, 0, 0, 0] for one in self.accounts}
        made = []
        for start in range(0, len(self.transfers), size):
            moved = defaultdict(list)
            some = self.transfers[start : start + size]
            for one in some:
                for name, at in ((one.debit, 1), (one.credit, 3)):
                    sums[name][at] += one.amount
                    moved[name] = sums[name]
            rows = [transfer_values(1, transfers.Booked(one, NOW, TODAY, None)) for one in some]
            stand = [(*values, 1, name) for name, values in sorted(moved.items())]
            made.append((rows, stand))
        return made


def measure(database, told) -> dict:
    rates: dict[str, list[float]] = defaultdict(list)
    groups = []
    for turn in range(told.repeats):
        work = Work(told, turn)
        gc.collect()
        gc.freeze()  # as `serve` does: what lives long is walked by no collection, for neither side
        rates["raw"].append(raw(database, work, told.batch))
        rates["ledger"].append(ledger(database, work))
        rate, group = asyncio.run(requests(database, work, told.clients))
        rates["requests"].append(rate)
        groups.append(group)
        rates["raw_in_groups_of_requests"].append(raw(database, work, max(1, round(group))))
    told_rates = {name: spread(values) for name, values in rates.items()}
    ratio = [a / b for a, b in zip(rates["ledger"], rates["raw"], strict=True)]
    shared = [
        a / b for a, b in zip(rates["requests"], rates["raw_in_groups_of_requests"], strict=True)
    ]
    return {
        **told_rates, "ledger_over_raw": spread(ratio), "requests_over_raw": spread(shared),
        "transfers_in_a_commit_of_requests": spread(groups),
    }  # fmt: skip


def raw(database, work, size) -> float:
    """Return the rate of the bare driver."""
    database.empty(work)
    made = work.rows(size)
    with database.driver() as write:
        begun = time.perf_counter()
        for rows, stand in made:
            write(rows, stand)
        return len(work.transfers) / (time.perf_counter() - begun)


def ledger(database, work) -> float:
    """Return the rate of the store, asked in batches."""
    database.empty(work)
    begun = time.perf_counter()
    for batch in work.batches:
        told = database.records.post_transfers("town", batch, now=NOW, today=TODAY)
        assert set(told) == {Outcome.POSTED}
    return len(work.transfers) / (time.perf_counter() - begun)


async def requests(database, work, clients) -> tuple[float, float]:
    """Return the rate of clients that ask for one transfer at a time, and how many shared a commit."""
    database.empty(work)
    record = database.records.community("town")
    money = Money(database.records, record, lambda: NOW, lambda _: TODAY)
    commits, post = [], database.records.post_transfers

    def counted(*given, **more):
        commits.append(len(given[1]))
        return post(*given, **more)

    some = iter(work.transfers[: len(work.transfers) // 4])

    async def client() -> None:
        for one in some:
            assert await money.post([one]) == [Outcome.POSTED]

    database.records.post_transfers = counted
    begun = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    taken = time.perf_counter() - begun
    database.records.post_transfers = post
    return sum(commits) / taken, sum(commits) / len(commits)


class Database:
    """Records and the bare driver over the same tables."""

    def __init__(self, url):
        chance = random.Random(1)
        self.url = url
        self.records = open_records(
            url, draw=lambda: chance.getrandbits(63), project=lambda *_: (0.0,) * 64
        )

    def empty(self, work):
        self.records._tenants.clear()
        self.cleared()
        self.records.create_community("town", CommunityIn(name="Town"), now=NOW)
        self.records.open_accounts("town", work.accounts)


class Sqlite(Database):
    def __init__(self, url, sync):
        super().__init__(url)
        self.sync = "FULL" if sync else "OFF"
        self.records._engine.dispose()
        event.listen(
            self.records._engine,
            "connect",
            lambda connection, _: connection.execute(f"PRAGMA synchronous = {self.sync}"),
        )

    @classmethod
    @contextmanager
    def opened(cls, sync):
        with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
            made = cls(f"sqlite:///{folder}/records.db", sync)
            yield made
            made.records.close()

    def cleared(self):
        with self.records._engine.execution_options(writing=True).begin() as connection:
            for table in TABLES.split(", "):
                connection.execute(text(f"DELETE FROM {table}"))
        self.records._bare("VACUUM")
        self.records._bare("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def driver(self):
        connection = sqlite3.connect(self.records._engine.url.database, isolation_level=None)
        for pragma in (
            "journal_mode = WAL",
            f"synchronous = {self.sync}",
            "secure_delete = ON",
            "cache_size = -65536",
        ):
            connection.execute(f"PRAGMA {pragma}")

        def write(rows, stand):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(INSERT_TRANSFERS["sqlite"], rows)
            connection.executemany(UPDATE_ACCOUNTS["sqlite"], stand)
            connection.execute("COMMIT")

        yield write
        connection.close()


class Postgres(Database):
    @classmethod
    @contextmanager
    def opened(cls, sync):
        with cluster({**DURABLE, "synchronous_commit": "on" if sync else "off"}) as url:
            made = cls(url)
            yield made
            made.records.close()

    def cleared(self):
        with self.records._engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {TABLES} RESTART IDENTITY"))

    @contextmanager
    def driver(self):
        host = self.url.rpartition("host=")[2]
        with psycopg.connect(host=host, user="lodestone", dbname="postgres") as connection:

            def write(rows, stand):
                connection.execute(INSERT_TRANSFERS["postgresql"], columns(rows))
                connection.execute(UPDATE_ACCOUNTS["postgresql"], columns(stand))
                connection.commit()

            yield write


if __name__ == "__main__":
    main()
