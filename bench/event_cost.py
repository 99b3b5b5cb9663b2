"""What one event costs the serving thread, by part: processor time in microseconds, in batches of 1,000, of 100 and of 10.

    python bench/event_cost.py

A community in this process is asked at its own front door, without a socket. Batches of the sizes alternate, so that whatever
else the machine does falls on all of them alike; what is printed are medians over batches. Time is counted on the thread of
the event loop alone (`time.thread_time`): the log's writer and the other threads are not in it. Each part is wrapped once a
call; `rest` is what no part accounts for: the door, tasks, the answer.

Half of the events carry the beacon of a slot, made here under the community's secret; `--beacons` sets the share.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
from community import CHANNELS, item, person

from lodestone import bootstrap
from lodestone.events.beacon import Beacon, mint_all
from lodestone.events.dedupe import Dedupe
from lodestone.features.state import State
from lodestone.serve.http import asgi
from lodestone.services.ingest.fast_path import FastPath
from lodestone.services.ingest.validate import Ingest
from lodestone.services.pricing.maintenance import Maintenance
from lodestone.stores.log.sqlite import SqliteLog

SIZES = (1_000, 100, 10)
KINDS = ("impression", "click", "watch", "like")


class Parts:
    """Processor time of the calling thread by part; what a part calls is not counted twice."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._inner = [0.0]

    def wrap(self, owner: object, name: str, part: str) -> None:
        """Count what a function takes, less the wrapped functions that it calls."""
        function = getattr(owner, name)

        def timed(*given, **named):
            self._inner.append(0.0)
            begun = time.thread_time()
            try:
                return function(*given, **named)
            finally:
                took = time.thread_time() - begun
                self.spent[part] += took - self._inner.pop()
                self._inner[-1] += took

        setattr(owner, name, timed)

    def take(self) -> dict[str, float]:
        spent, self.spent = self.spent, defaultdict(float)
        return spent


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("--people", type=int, default=50_000)
    options.add_argument("--items", type=int, default=20_000)
    options.add_argument("--events", type=int, default=60_000, help="Of each size of batch.")
    options.add_argument("--before", type=int, default=0, help="Events taken before measuring.")
    options.add_argument("--beacons", type=float, default=0.5)
    options.add_argument("--together", type=int, default=1, help="Requests at the same time.")
    options.add_argument("--whole", action="store_true", help="Wrap no part.")
    options.add_argument("--out", type=Path)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        report = asyncio.run(measure(Path(folder), asked))
    table(report)
    if asked.out:
        asked.out.write_text(json.dumps(report, indent=1) + "\n")


async def measure(folder: Path, asked: argparse.Namespace) -> dict:
    parts = Parts()
    settings = bootstrap.settings_of(str(folder / "home"), {})
    async with bootstrap.open_app(settings) as app:
        ask = partial(_ask, app.asgi, app.operator_key)
        await _fill(ask, asked)
        engine = app.engines.of("bench")
        make = Maker(engine, asked)
        for first in range(0, asked.before + 20_000, 1_000):
            await ask("POST", "/v1/events", make(min(1_000, asked.before + 20_000 - first)))
        for size in SIZES[1:]:
            await ask("POST", "/v1/events", make(size))
        if not asked.whole:
            _wrap(parts)
        return await _alternate(ask, make, parts, asked)


async def _alternate(ask, make, parts: Parts, asked: argparse.Namespace) -> dict:
    most = SIZES[0]
    seen: dict[int, list[dict[str, float]]] = {size: [] for size in SIZES}
    for _ in range(asked.events // most):
        for size in SIZES:
            bodies = [make(size) for _ in range(most // size)]
            parts.take()
            begun = time.thread_time()
            for first in range(0, len(bodies), asked.together):
                some = bodies[first : first + asked.together]
                await asyncio.gather(*(ask("POST", "/v1/events", body) for body in some))
            whole = time.thread_time() - begun
            spent = {name: took / most * 1e6 for name, took in parts.take().items()}
            spent["whole"] = whole / most * 1e6
            spent["rest"] = spent["whole"] - sum(
                took for name, took in spent.items() if name not in ("whole", "rest")
            )
            seen[size].append(spent)
    names = sorted({name for rows in seen.values() for row in rows for name in row})
    return {
        str(size): {
            name: round(statistics.median(row.get(name, 0.0) for row in rows), 2) for name in names
        }
        for size, rows in seen.items()
    }


def _wrap(parts: Parts) -> None:
    parts.wrap(asgi, "decode_by", "decode")
    parts.wrap(Ingest, "judge", "judge")
    parts.wrap(FastPath, "judge", "judge: fast path")
    parts.wrap(Dedupe, "claim", "dedupe")
    parts.wrap(SqliteLog, "append", "append")
    parts.wrap(State, "apply", "apply")
    parts.wrap(State, "count", "apply: counters")
    parts.wrap(Maintenance, "touched", "logits")


class Maker:
    """Makes bodies of events, each event with an id of its own."""

    def __init__(self, engine, asked: argparse.Namespace) -> None:
        self._chance, self._engine, self._asked = np.random.default_rng(3), engine, asked
        self._made = 0
        self._head = ("evt", "7c9e6679-7425-40de-944b-e07fc1f90ae7")

    def __call__(self, size: int) -> bytes:
        chance, asked, directory = self._chance, self._asked, self._engine.directory
        people = chance.integers(0, asked.people, size).tolist()
        items = (asked.items * chance.random(size) ** 1.5).astype(int).tolist()
        now = datetime.now(UTC)
        served = int(now.timestamp()) - 30
        beacons = iter(
            mint_all(
                self._engine.secret,
                [
                    Beacon(
                        self._made + n, 5, directory.items[f"i{i}"], served,
                        directory.ordinal(directory.people[f"p{p}"]) & 0xFFFFFFFF, -1, 0, n % 9, 0,
                        1 + n % 10, 0,
                    )
                    for n, (p, i) in enumerate(zip(people, items, strict=True))
                ],
            )
        )  # fmt: skip
        rows = []
        for n, (p, i) in enumerate(zip(people, items, strict=True)):
            kind, beacon = KINDS[n & 3], next(beacons)
            time_text = (now - timedelta(milliseconds=5 * n)).isoformat(timespec="milliseconds")
            row = {
                "id": f"{self._head[n & 1]}-{self._made + n}", "type": kind, "time": time_text,
                "person_id": f"p{p}", "item_id": f"i{i}",
            }  # fmt: skip
            if kind == "watch":
                row["watch_seconds"] = 12.5
            if chance.random() < asked.beacons:
                row["beacon"] = beacon
            rows.append(row)
        self._made += size
        return msgspec.json.encode({"events": rows})


async def _fill(ask, asked: argparse.Namespace) -> None:
    chance = np.random.default_rng(11)
    await ask("PUT", "/v1/communities/bench", b'{"name":"bench"}')
    for n in range(CHANNELS):
        await ask("PUT", f"/v1/domains/c{n}", b'{"kind":"channel"}')
    for make, kind, count in ((person, "people", asked.people), (item, "items", asked.items)):
        for first in range(0, count, 1_000):
            lines = [make(chance, n) for n in range(first, min(first + 1_000, count))]
            await ask("POST", f"/v1/{kind}:bulk", b"\n".join(lines))


async def _ask(application, key: str, method: str, path: str, body: bytes) -> None:
    """Ask as `cli.inside.Inside` does, without httpx."""
    sent = False

    async def receive():
        nonlocal sent
        if sent:
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    answer: list[bytes] = []

    async def send(message):
        if message["type"] == "http.response.start":
            assert message["status"] < 300, message
        else:
            answer.append(message.get("body", b""))

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "headers": [(b"authorization", f"Bearer {key}".encode()), (b"x-community", b"bench"),
                    (b"content-type", b"application/json"),
                    (b"content-length", str(len(body)).encode())],
        "server": ("bench", 80), "client": ("127.0.0.1", 1),
    }  # fmt: skip
    await application(scope, receive, send)
    told = msgspec.json.decode(b"".join(answer)) if answer else {}
    assert not told.get("refused"), told["refused"][:2]


def table(report: dict) -> None:
    names = sorted(
        {name for row in report.values() for name in row}, key=lambda n: (n == "whole", n)
    )
    print(f"{'us an event':18}" + "".join(f"{size:>9}" for size in report))
    for name in names:
        print(f"{name:18}" + "".join(f"{row[name]:>9.2f}" for row in report.values()))


if __name__ == "__main__":
    main()
