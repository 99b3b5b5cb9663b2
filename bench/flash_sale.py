"""A flash sale over HTTP: thousands of attempts by hundreds of clients at once, never one unit oversold.

    python bench/flash_sale.py                  20,000 attempts, 256 clients, 2,000 units; results/flash-sale.json
    python bench/flash_sale.py --quick          a small one, to see that it works

Each client has one connection and orders as fast as it is answered, every attempt as a buyer drawn anew. Of those that
are reserved, some never pay: their units come back when the time is over and go to those who wait in line. A
watcher reads the sale all the while: sold + held + available must be what is offered, at every look. Latency
is that of `POST /v1/orders`, whatever the answer; nothing is retried. Two arrangements: one process on SQLite (the
default), and two processes for orders on PostgreSQL (one of them `serve --orders-only`), both with sync on.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

import numpy as np  # noqa: E402  the path to the tests comes first
from load import Connection  # noqa: E402

TOWN = {"latitude": 26.38, "longitude": 108.08}
IDLE_SECONDS = 2.0
PRICE = {"micros": 25_000_000, "currency": "CNY"}
DURABLE = {
    "listen_addresses": "", "max_connections": "40", "shared_buffers": "128MB",
    "synchronous_commit": "on", "fsync": "on",
}  # fmt: skip


@dataclass(slots=True)
class Told:
    """How large a sale is."""

    attempts: int = 20_000
    clients: int = 256
    units: int = 2_000
    buyers: int = 15_000
    abandon: float = 0.1
    """Share of reservations that are never paid."""
    limit: int = 2
    reserve_seconds: int = 10
    seed: int = 1


@dataclass(slots=True)
class Seen:
    """What clients and watcher saw."""

    answers: Counter = field(default_factory=Counter)
    order_ms: list[float] = field(default_factory=list)
    pay_ms: list[float] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    looks: int = 0
    broken: list[dict] = field(default_factory=list)
    seconds: float = 0.0


class Client:
    """One kept-alive connection that speaks JSON with a key."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self.port = port
        self.connection = Connection("127.0.0.1", port)
        self.used = 0.0
        self.headers = "".join(f"{name}: {value}\r\n" for name, value in headers.items())

    async def ask(self, method: str, path: str, body: dict | None = None) -> tuple[int, dict]:
        raw = b"" if body is None else json.dumps(body).encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: bench\r\n{self.headers}"
            f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n"
        )
        status, answer = await self.send(head.encode() + raw)
        return status, json.loads(answer) if answer else {}

    async def send(self, request: bytes) -> tuple[int, bytes]:
        """Send on the open connection, or on a new one when it has been idle: servers close those."""
        if time.perf_counter() - self.used > IDLE_SECONDS:
            self.connection.close()
            self.connection = Connection("127.0.0.1", self.port)
        told = await self.connection.ask(request)
        self.used = time.perf_counter()
        return told

    async def must(self, method: str, path: str, body: dict | None = None) -> dict:
        status, answer = await self.ask(method, path, body)
        assert status < 300, (method, path, status, answer)
        return answer


async def prepare(client: Client, told: Told) -> None:
    """Make a shop, its product, its buyers and a sale that is open."""
    people = [f"p{number}" for number in range(told.buyers)]
    await bulk(client, people)
    await client.must("PUT", "/v1/people/mei", {})
    shop = {"owner_id": "mei", "name": "Fish sauce", "position": TOWN}
    await client.must("PUT", "/v1/shops/sauce", shop)
    await client.must("POST", "/v1/shops/sauce/review", {"decision": "approved"})
    variant = {"id": "jar", "price": PRICE, "stock": told.units}
    product = {
        "shop_id": "sauce",
        "name": "Fish sauce",
        "fulfilment": ["pickup"],
        "variants": [variant],
    }
    await client.must("PUT", "/v1/products/sauce", product)
    now = datetime.now(UTC)
    # A server loads its compiled counters with the first event; a sale comes to one that has seen some.
    event = {
        "id": "warm",
        "type": "click",
        "time": now.isoformat(),
        "person_id": "p0",
        "item_id": "sauce",
    }
    await client.must("POST", "/v1/events", {"events": [event]})
    sale = {
        "product_id": "sauce", "variant_id": "jar", "stock": told.units,
        "limit_per_person": told.limit, "reserve_seconds": told.reserve_seconds,
        "opens_at": (now - timedelta(minutes=1)).isoformat(),
        "closes_at": (now + timedelta(hours=1)).isoformat(),
    }  # fmt: skip
    await client.must("PUT", "/v1/sales/flash", sale)


async def bulk(client: Client, people: list[str]) -> None:
    raw = "\n".join(json.dumps({"id": name}) for name in people).encode()
    head = (
        f"POST /v1/people:bulk HTTP/1.1\r\nHost: bench\r\n{client.headers}"
        f"Content-Type: application/x-ndjson\r\nContent-Length: {len(raw)}\r\n\r\n"
    )
    status, answer = await client.send(head.encode() + raw)
    assert status == 200, answer
    assert json.loads(answer)["refused"] == []


async def run_sale(ports: list[int], headers: dict[str, str], told: Told) -> dict:
    """Run one sale against servers that are up; return what was seen.

    Args:
        ports: Of the servers that take orders; the first also serves the rest.
        headers: With the key.
        told: How large it is.
    """
    seen = Seen()
    desk = Client(ports[0], headers)
    await prepare(desk, told)
    clients = [Client(ports[n % len(ports)], headers) for n in range(told.clients)]
    left = iter(range(told.attempts))
    over = asyncio.Event()
    watcher = Client(ports[0], headers)
    watching = asyncio.create_task(watch(watcher, told, seen, over))
    begun = time.perf_counter()
    await asyncio.gather(
        *(attempt(client, left, told, seen, number) for number, client in enumerate(clients))
    )
    seen.seconds = time.perf_counter() - begun
    sold_at_end = (await desk.must("GET", "/v1/sales/flash"))["stock"]["sold"]
    await serve_line(clients[0], desk, told, seen)
    over.set()
    await watching
    sale = await desk.must("GET", "/v1/sales/flash")
    variant = (await desk.must("GET", "/v1/products/sauce"))["variants"][0]["stock"]
    audit = await desk.must("POST", "/v1/audit")
    for client in (desk, watcher, *clients):
        client.connection.close()
    return {
        "attempts": told.attempts, "clients": told.clients, "units": told.units,
        "answers": dict(sorted(seen.answers.items())),
        "attempts_a_second": round(told.attempts / seen.seconds, 1),
        "order_ms": quantiles(seen.order_ms), "pay_ms": quantiles(seen.pay_ms),
        "looks": seen.looks, "looks_that_did_not_add_up": seen.broken,
        "sold_when_the_last_attempt_was_answered": sold_at_end,
        "stock_at_the_end": sale["stock"], "variant_at_the_end": variant,
        "audit_differences": len(audit["differences"]), "transfers": audit["transfers"],
    }  # fmt: skip


async def attempt(client: Client, left, told: Told, seen: Seen, number: int) -> None:
    """Order again and again until there are no attempts left, and pay most of what is reserved."""
    chance = random.Random(told.seed * 1_000_003 + number)
    for _ in left:
        line = {"product_id": "sauce", "variant_id": "jar", "quantity": chance.choice((1, 1, 1, 2))}
        body = {
            "buyer": f"p{chance.randrange(told.buyers)}", "lines": [line], "position": TOWN,
            "sale_id": "flash",
        }  # fmt: skip
        begun = time.perf_counter()
        status, answer = await client.ask("POST", "/v1/orders", body)
        seen.order_ms.append((time.perf_counter() - begun) * 1e3)
        seen.answers[answer.get("state") or answer["error"]["code"]] += 1
        if status == 202:
            seen.waiting.append(answer["id"])
        elif status == 201 and chance.random() >= told.abandon:
            await pay(client, answer, seen)


async def pay(client: Client, order: dict, seen: Seen) -> None:
    begun = time.perf_counter()
    status, answer = await client.ask(
        "POST", f"/v1/orders/{order['id']}/pay", {"amount": order["total"]}
    )
    seen.pay_ms.append((time.perf_counter() - begun) * 1e3)
    seen.answers["paid" if status == 200 else f"pay: {answer['error']['code']}"] += 1


async def serve_line(client: Client, desk: Client, told: Told, seen: Seen) -> None:
    """Let those who wait be reserved as time gives units back, and pay; then sell what is still left."""
    waiting = list(seen.waiting)
    deadline = time.perf_counter() + 120
    chance = random.Random(told.seed)
    while time.perf_counter() < deadline:
        stock = (await desk.must("GET", "/v1/sales/flash"))["stock"]
        if stock["sold"] == told.units:
            return
        still = []
        for name in waiting:
            _, order = await client.ask("GET", f"/v1/orders/{name}")
            if order["state"] == "reserved":
                await pay(client, order, seen)
                seen.answers["admitted from the line"] += 1
            elif order["state"] == "waiting":
                still.append(name)
        waiting = still
        if stock["available"] and not stock["held"]:  # nobody in line fits what is left
            line = {"product_id": "sauce", "variant_id": "jar"}
            body = {
                "buyer": f"p{chance.randrange(told.buyers)}", "lines": [line], "position": TOWN,
                "sale_id": "flash",
            }  # fmt: skip
            status, order = await client.ask("POST", "/v1/orders", body)
            if status == 201:
                await pay(client, order, seen)
            continue
        await asyncio.sleep(0.25)


async def watch(client: Client, told: Told, seen: Seen, over: asyncio.Event) -> None:
    """Look at the sale all the while; note every look that does not add up."""
    while not over.is_set():
        stock = (await client.must("GET", "/v1/sales/flash"))["stock"]
        seen.looks += 1
        whole = stock["sold"] + stock["held"] + stock["available"]
        if whole != told.units or min(stock.values()) < 0:
            seen.broken.append(stock)
        await asyncio.sleep(0.02)


def quantiles(values: list[float]) -> dict[str, float]:
    held = np.array(values)
    told = {f"p{q}": round(float(np.quantile(held, q / 100)), 2) for q in (50, 90, 99)}
    return {**told, "max": round(float(held.max()), 2), "count": held.size}


@contextlib.contextmanager
def serving(home: Path, *, records_url: str | None, orders_only: bool = False):
    """Run `lodestone serve` until the block ends; give its port."""
    command = [sys.executable, "-m", "lodestone", "serve", "--home", str(home), "--port", "0"]
    environment = dict(os.environ)
    if records_url is not None:
        environment["LODESTONE_RECORDS_URL"] = records_url
    if orders_only:
        command.append("--orders-only")
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            port = None
            for line in process.stderr:
                if orders_only and line.startswith("taking orders at"):
                    port = int(line.rsplit(":", 1)[1].split("/")[0])
                    break
                if line.startswith("stop with"):
                    port = json.loads((home / "server.json").read_text())["port"]
                    break
            if port is None:
                raise RuntimeError("the server did not start")
            yield port
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(120)


async def community(port: int, operator: str) -> dict[str, str]:
    """Make the community and return the headers of its key."""
    headers = {"Authorization": f"Bearer {operator}", "X-Community": "sale"}
    client = Client(port, headers)
    await client.must("PUT", "/v1/communities/sale", {"time_zone": "Asia/Shanghai"})
    made = await client.must("POST", "/v1/communities/sale/keys", {"name": "bench"})
    return {"Authorization": f"Bearer {made['key']}"}


def aside() -> Path:
    """Return a folder of the checkout that nobody keeps, on the disk that is measured."""
    folder = ROOT / "var"
    folder.mkdir(exist_ok=True)
    return folder


def embedded(told: Told) -> dict:
    with tempfile.TemporaryDirectory(dir=aside()) as folder:
        home = Path(folder)
        with serving(home, records_url=None) as port:
            return asyncio.run(_one(port, [port], home, told))


def two_workers(told: Told) -> dict:
    from tests.worlds.postgres import cluster  # noqa: PLC0415  needs PostgreSQL's programs

    with cluster(DURABLE) as url, tempfile.TemporaryDirectory(dir=aside()) as folder:
        home = Path(folder)
        with serving(home, records_url=url) as port:
            headers_of = asyncio.run(community(port, (home / "operator.key").read_text().strip()))
            with serving(home, records_url=url, orders_only=True) as second:
                return asyncio.run(run_sale([port, second], headers_of, told))


async def _one(port: int, ports: list[int], home: Path, told: Told) -> dict:
    headers = await community(port, (home / "operator.key").read_text().strip())
    return await run_sale(ports, headers, told)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--embedded-only", action="store_true")
    options.add_argument("--out", type=Path)
    asked = options.parse_args()
    told = Told(attempts=800, clients=32, units=80, buyers=600) if asked.quick else Told()
    found = {
        "machine": {"cores": os.cpu_count(), "python": sys.version.split()[0]},
        "version": version("lodestone"), "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": "python bench/flash_sale.py " + " ".join(sys.argv[1:]),
        "embedded": embedded(told),
    }  # fmt: skip
    print(json.dumps(found["embedded"]), file=sys.stderr, flush=True)
    if not asked.embedded_only:
        found["two_workers_on_postgresql"] = two_workers(told)
    out = asked.out or Path(__file__).parent / "results" / "flash-sale.json"
    if asked.out or not asked.quick:  # a small one replaces no result
        out.parent.mkdir(exist_ok=True)
        out.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
