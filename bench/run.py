"""The engine beside its floors, in one run, on one machine.

    python bench/run.py                          100,000 items, 20,000 people; results/<version>.json
    python bench/run.py --items 1000000          the same at another size
    python bench/run.py --quick                  a small one, to see that it works

The server is a process of its own (`lodestone serve`) on one core, the load generator on another where there is one.
Processor time is the server's whole process, every thread, user and system, from /proc; latency in open loop counts
from the instant a request was due. Every measure is repeated and given as least, median and most.
"""

import argparse
import asyncio
import contextlib
import json
import os
import platform
import resource
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import floors
import httpx
import msgspec
import numpy as np
from community import BATCH, batches, feed_of, fill, warm
from load import Connection, closed_loop, open_loop, request_bytes, spread

CONNECTIONS = 8


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--items", type=int, default=100_000)
    options.add_argument("--people", type=int, default=20_000)
    options.add_argument("--events", type=int, default=10_000_000)
    options.add_argument("--seconds", type=float, default=20.0)
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--home", type=Path)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--out", type=Path)
    told = options.parse_args()
    if told.quick:
        told.items, told.people, told.events, told.seconds, told.repeats = (
            5_000,
            1_000,
            100_000,
            3.0,
            1,
        )
    with contextlib.ExitStack() as stack:
        home = told.home or Path(stack.enter_context(tempfile.TemporaryDirectory(dir=Path.cwd())))
        found = asyncio.run(measure(home, told))
    out = (
        told.out or Path(__file__).parent / "results" / f"{version('lodestone')}-{told.items}.json"
    )
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))


async def measure(home: Path, told: argparse.Namespace) -> dict:
    found = {
        "machine": machine(),
        "command": "python bench/run.py " + " ".join(sys.argv[1:]),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "size": {"items": told.items, "people": told.people},
        "floors": await floor_figures(told),
    }
    with serving(home) as first:
        found["filling"] = await fill(first, told)
    begun = time.perf_counter()
    with serving(home) as server:
        found["start_from_snapshot_seconds"] = round(time.perf_counter() - begun, 2)
        await warm(server, told)
        for name, part in (("decision", decisions), ("events", events), ("both", both)):
            found[name] = await part(server, told)
            print(json.dumps({name: found[name]}), file=sys.stderr, flush=True)
        found["memory"] = memory(server, home)
        print(json.dumps(found), file=sys.stderr, flush=True)
    for path in home.rglob("*.snapshot"):
        path.unlink()
    begun = time.perf_counter()
    with serving(home) as server:
        found["rebuild_from_log_seconds"] = round(time.perf_counter() - begun, 2)
        found["rebuild_facts"] = found["memory"]["facts"]
        assert server.port
    return found


def machine() -> dict:
    model = [
        line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line
    ]
    return {
        "cores": os.cpu_count(), "processor": model[0].split(":")[1].strip() if model else platform.machine(),
        "python": platform.python_version(), "system": platform.platform(),
    }  # fmt: skip


class Server:
    """A running engine: where it answers, its key, its processor time."""

    def __init__(self, port: int, key: str, process: int) -> None:
        self.port, self.key, self.process = port, key, process

    def cpu(self) -> float:
        """Return processor seconds of all threads so far."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident(self) -> int:
        """Return resident bytes."""
        return (
            int(Path(f"/proc/{self.process}/statm").read_text().split()[1]) * resource.getpagesize()
        )


@contextlib.contextmanager
def serving(home: Path, *, demo: bool = False):
    """Serve a home until the block ends, with what a demo lets people do where it holds one."""
    command = [sys.executable, "-m", "lodestone", "serve", "--home", str(home), "--port", "0"]
    command += ["--demo"] if demo else []
    if (os.cpu_count() or 1) > 1:
        command = ["taskset", "-c", "0", *command]
        os.sched_setaffinity(0, {1})
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            said = []
            for line in process.stderr:
                said.append(line)
                if line.startswith("stop with"):
                    break
            else:
                raise RuntimeError("the server did not start: " + "".join(said))
            told = json.loads((home / "server.json").read_text())
            key = (home / "operator.key").read_text().strip()
            yield Server(told["port"], key, told["process"])
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(120)


async def floor_figures(told: argparse.Namespace) -> dict:
    """Measure what nothing could beat here."""
    port = 8731
    command = [sys.executable, str(Path(__file__).parent / "floors.py"), str(port)]
    if (os.cpu_count() or 1) > 1:
        command = ["taskset", "-c", "0", *command]
    with subprocess.Popen(command) as process:
        try:
            await answering(port)
            server = Server(port, "", process.pid)
            body = request_bytes("/", b'{"viewer":"p1","slots":10}', "k")
            rates, cpus = [], []
            for _ in range(told.repeats):
                before = server.cpu()
                run = await closed_loop(port, lambda _: body, count=10_000, connections=CONNECTIONS)
                rates.append(10_000 / run.seconds)
                cpus.append((server.cpu() - before) / 10_000 * 1e6)
        finally:
            process.kill()
    syncs = np.array(floors.sync_floor()) * 1e6
    passes = np.array(floors.memory_pass(told.items)) * 1e6
    return {
        "bare_http_requests_a_second": spread(rates),
        "bare_http_cpu_us": spread(cpus),
        "sync_us": {"p50": round(float(np.median(syncs)), 1), "p99": round(float(np.quantile(syncs, 0.99)), 1)},
        "memory_pass_us": {"p50": round(float(np.median(passes)), 1)},
    }  # fmt: skip


async def answering(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.05)
    raise RuntimeError("the floor's server does not answer")


async def decisions(server: Server, told: argparse.Namespace) -> dict:
    """Measure processor time a decision, by stage, saturated, and latency in open loop."""
    rates, cpus = [], []
    count = 200 if told.quick else 4_000
    for repeat in range(told.repeats):
        before = server.cpu()
        run = await closed_loop(
            server.port, feed_of(server, told, repeat), count=count, connections=CONNECTIONS
        )
        assert not run.failures, run.first_failure
        rates.append(count / run.seconds)
        cpus.append((server.cpu() - before) / count * 1e6)
    found = {"saturated_a_second": spread(rates), "cpu_us": spread(cpus), "by_stage": await stages(server, told)}  # fmt: skip
    for rate in (100, 200, 400):
        runs = [
            await open_loop(
                server.port, feed_of(server, told, 100 + rate + repeat), rate=rate, seconds=told.seconds,
                connections=64, seed=rate + repeat,
            )
            for repeat in range(told.repeats)
        ]  # fmt: skip
        assert not any(run.failures for run in runs)
        told_ms = [run.summary() for run in runs]
        found[f"open_loop_{rate}"] = {
            name: spread([one[f"{name}_ms"] for one in told_ms]) for name in ("p50", "p99")
        }
    return found


async def stages(server: Server, told: argparse.Namespace) -> dict:
    """Return the median processor microseconds of each stage, as `explain` tells, and the candidates."""
    chance = np.random.default_rng(9)
    taken: dict[str, list[float]] = {}
    candidates = []
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{server.port}", headers={"Authorization": f"Bearer {server.key}"},
    ) as http:  # fmt: skip
        for _ in range(400):
            viewer = f"p{int(chance.integers(told.people))}"
            answer = await http.post(
                "/v1/feeds", json={"viewer": viewer, "slots": 10, "explain": True}
            )
            for stage in answer.json()["explain"]["stages"]:
                taken.setdefault(stage["name"], []).append(stage["cpu_us"])
                if stage["name"] == "sources":
                    candidates.append(stage["out"])
    told_us = {name: round(float(np.median(values)), 1) for name, values in taken.items()}
    return {**told_us, "candidates_median": int(np.median(candidates))}


async def events(server: Server, told: argparse.Namespace) -> dict:
    """Send batches of a thousand for as long as it takes; durable and deduped when answered."""
    count = told.events // BATCH
    make = batches(told, count, int(time.time()))
    ready: asyncio.Queue[bytes] = asyncio.Queue(maxsize=16)
    before, begun = server.cpu(), time.perf_counter()

    async def write() -> None:
        for index in range(count):
            await ready.put(request_bytes("/v1/events", make(index), server.key))
            await asyncio.sleep(0)

    async def send(share: int) -> None:
        connection = Connection("127.0.0.1", server.port)
        for _ in range(share):
            status, body = await connection.ask(await ready.get())
            assert status == 200, body[:300]
            answer = msgspec.json.decode(body)
            assert answer["accepted"] == BATCH, (answer["duplicates"], answer["refused"][:2])
        connection.close()

    writer = asyncio.create_task(write())
    shares = [count // 4 + (n < count % 4) for n in range(4)]
    await asyncio.gather(writer, *(send(share) for share in shares))
    seconds = time.perf_counter() - begun
    cpu = server.cpu() - before
    return {
        "events": count * BATCH, "a_second": round(count * BATCH / seconds), "cpu_us_each": round(cpu / count / BATCH * 1e6, 3),
        "a_second_of_processor": round(count * BATCH / cpu),
    }  # fmt: skip


async def both(server: Server, told: argparse.Namespace) -> dict:
    """Ask for 200 feeds a second in open loop while 20,000 events a second arrive in batches of 100."""
    make = batches(told, 1, int(time.time()) + 1)
    each = 100
    bodies = []
    for index in range(int(told.seconds * 20_000 / BATCH) + 1):
        rows = msgspec.json.decode(make(index))["events"]
        bodies += [
            request_bytes(
                "/v1/events", msgspec.json.encode({"events": rows[k : k + each]}), server.key
            )
            for k in range(0, BATCH, each)
        ]
    feeds = open_loop(
        server.port,
        feed_of(server, told, 77),
        rate=200,
        seconds=told.seconds,
        connections=64,
        seed=7,
    )
    writes = open_loop(
        server.port, lambda n: bodies[n % len(bodies)], rate=20_000 / each, seconds=told.seconds,
        connections=16, seed=8,
    )  # fmt: skip
    before, begun = server.cpu(), time.perf_counter()
    told_feeds, told_writes = await asyncio.gather(feeds, writes)
    assert not told_feeds.failures, told_feeds.first_failure
    assert not told_writes.failures, told_writes.first_failure
    share = (server.cpu() - before) / (time.perf_counter() - begun)
    return {
        "feeds": told_feeds.summary(), "batches": told_writes.summary(),
        "events_a_second": round(len(told_writes.latencies) * each / told_writes.seconds),
        "processor_share": round(share, 3),
    }  # fmt: skip


def memory(server: Server, home: Path) -> dict:
    """Return what stays in memory and on disk."""
    log = next(home.rglob("log.db"))
    answer = httpx.post(
        f"http://127.0.0.1:{server.port}/v1/verify", json={}, timeout=600,
        headers={"Authorization": f"Bearer {server.key}"},
    ).json()  # fmt: skip
    return {
        "resident_mib": round(server.resident() / 2**20),
        "log_mib": round(log.stat().st_size / 2**20, 1),
        "records_mib": round((home / "records.db").stat().st_size / 2**20, 1),
        "receipts": answer["receipts"], "facts": answer["facts"], "findings": len(answer["findings"]),
    }  # fmt: skip


if __name__ == "__main__":
    main()
