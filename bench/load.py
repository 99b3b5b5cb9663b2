"""A load generator: HTTP/1.1 over plain sockets, in open loop (arrivals do not wait) or closed loop.

Latency in open loop counts from the instant a request was *due*, so that a stall is charged to every
request it delays. Everything goes to the loopback and stops by itself.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np


@dataclass(slots=True)
class Outcome:
    """What a run saw: seconds of latency per request, seconds in all, answers that were not 200."""

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0
    failures: int = 0
    first_failure: bytes = b""

    def summary(self) -> dict[str, float]:
        """Return count, rate and latency quantiles in milliseconds."""
        values = np.sort(np.array(self.latencies)) * 1e3
        quantile = {f"p{q}_ms": round(float(np.quantile(values, q / 100)), 3) for q in (50, 90, 99)}
        return {
            "requests": len(self.latencies),
            "failures": self.failures,
            "rate": round(len(self.latencies) / self.seconds, 1),
            **quantile,
            "max_ms": round(float(values[-1]), 3),
        }


def request_bytes(
    path: str, body: bytes, key: str, kind: str = "application/json", *, method: str = "POST"
) -> bytes:
    """Frame one request."""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Connection:
    """One kept-alive connection, one request at a time."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send a framed request and return status and body; a connection that was closed while idle is opened anew."""
        idle = self._writer is not None
        try:
            return await self._asked(request)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.close()
            if not idle:
                raise
            return await self._asked(request)

    async def _asked(self, request: bytes) -> tuple[int, bytes]:
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(*self._address, limit=2**22)
        assert self._reader is not None
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        lower = head.lower()
        start = lower.find(b"content-length:") + 15
        if start < 15:  # 204: no body
            return status, b""
        length = int(lower[start : lower.index(b"\r\n", start)])
        return status, await self._reader.readexactly(length)

    def close(self) -> None:
        """Close the connection."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None


async def open_loop(
    port: int,
    make: Callable[[int], bytes],
    *,
    rate: float,
    seconds: float,
    connections: int,
    seed: int,
) -> Outcome:
    """Send requests at Poisson arrivals of `rate` a second, whatever the answers do."""
    pool: asyncio.Queue[Connection] = asyncio.Queue()
    everyone = [Connection("127.0.0.1", port) for _ in range(connections)]
    for one in everyone:
        pool.put_nowait(one)
    outcome = Outcome()
    due = np.cumsum(np.random.default_rng(seed).exponential(1 / rate, int(rate * seconds)))
    start = time.perf_counter() + 0.05

    async def fire(index: int) -> None:
        await asyncio.sleep(max(0.0, start + due[index] - time.perf_counter()))
        connection = await pool.get()
        status, body = await connection.ask(make(index))
        outcome.latencies.append(time.perf_counter() - start - due[index])
        _note(outcome, status, body)
        pool.put_nowait(connection)

    await asyncio.gather(*(fire(index) for index in range(due.size)))
    outcome.seconds = time.perf_counter() - start
    for one in everyone:
        one.close()
    return outcome


async def closed_loop(
    port: int, make: Callable[[int], bytes], *, count: int, connections: int
) -> Outcome:
    """Keep `connections` requests in flight until `count` are answered."""
    outcome = Outcome()
    numbers = iter(range(count))
    start = time.perf_counter()

    async def work() -> None:
        connection = Connection("127.0.0.1", port)
        for index in numbers:
            begun = time.perf_counter()
            status, body = await connection.ask(make(index))
            outcome.latencies.append(time.perf_counter() - begun)
            _note(outcome, status, body)
        connection.close()

    await asyncio.gather(*(work() for _ in range(connections)))
    outcome.seconds = time.perf_counter() - start
    return outcome


def _note(outcome: Outcome, status: int, body: bytes) -> None:
    if status != 200:
        outcome.failures += 1
        outcome.first_failure = outcome.first_failure or body[:500]


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return the least, the median and the most of repeated measurements."""
    ordered = np.array(values, dtype=float)
    return {
        "min": round(float(ordered.min()), 3),
        "median": round(float(np.median(ordered)), 3),
        "max": round(float(ordered.max()), 3),
    }
