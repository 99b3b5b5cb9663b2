"""The engine under a town's own traffic, beside the flat one, in one run on one machine.

    python bench/town_traffic.py                 2,000 people, two days; results/town-traffic-2000-people.json
    python bench/town_traffic.py --quick         120 people, to see that it works

Two days are lived over HTTP; the second is recorded. Every measure begins with a copy of the home as it stood after the first.
*flat*: people drawn alike, discover only, Poisson arrivals at one rate, no events beside them (as `bench/run.py` asks).
*town*: the second day's visits at their half hours, on their surfaces, from where people were, page after page, with what they
did sent as events under the new pages' beacons, new posts, newcomers and the clock in between. A day is pressed into so many
seconds that its pages come at the stated rate on average; the evening is three times that. The clock moves 48 times a day
whatever the rate: where a small town's day is pressed into a few seconds it cannot, and the `rate` reached says so.
"""

import argparse
import asyncio
import contextlib
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import msgspec
import numpy as np
from load import Connection, Outcome, closed_loop, open_loop, request_bytes, spread
from run import CONNECTIONS, Server, machine, serving
from town_trace import Page, Recording, Step, Trace, done, moved_to

from lodestone.base.clock import DAY_MICROS
from lodestone.client import AsyncClient
from lodestone.town import NAME, Shelf, Wish
from lodestone.town import run as run_life
from lodestone.town.runs import START

COMMUNITY = "town"
SLOTS = 8
LOOKING_SECONDS = 0.3
"""Between one page of a visit and the next, in the pressed time of an open loop."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=2_000)
    options.add_argument("--rates", default="50,100,200")
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--out", type=Path, default=None)  # fmt: skip
    told = options.parse_args()
    if told.quick:
        told.people, told.rates, told.repeats = 120, "10", 1
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=Path.cwd())))
        found = asyncio.run(measure(folder, told))
    name = f"town-traffic-{told.people}-people.json"
    out = told.out or Path(__file__).parent / "results" / name
    out.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))


async def measure(folder: Path, told: argparse.Namespace) -> dict:
    home, after_one_day = folder / "home", folder / "day"
    trace = Trace(datetime.fromtimestamp((START + DAY_MICROS) / 1e6, UTC))
    await live(home, told, days=1)
    shutil.copytree(home, after_one_day)
    await live(home, told, days=2, trace=trace)
    shutil.rmtree(home)
    found = {
        "machine": machine(), "command": "python bench/town_traffic.py " + " ".join(sys.argv[1:]),
        "at": datetime.now(UTC).isoformat(timespec="seconds"), "people": told.people, "day": about(trace),
    }  # fmt: skip
    bench = Bench(after_one_day, folder / "scratch", trace, told)
    found["saturated"] = await bench.saturated()
    print(json.dumps(found), file=sys.stderr, flush=True)
    for rate in (int(one) for one in told.rates.split(",")):
        found[f"open_loop_{rate}"] = await bench.open(rate)
        print(json.dumps({rate: found[f"open_loop_{rate}"]}), file=sys.stderr, flush=True)
    return found


async def live(home: Path, told: argparse.Namespace, *, days: int, trace: Trace | None = None) -> None:  # fmt: skip
    """Let the town live to the end of a day over HTTP."""
    with serving(home) as server:
        transport = Recording(trace) if trace else httpx.AsyncHTTPTransport()
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{server.port}", transport=transport, timeout=120
        ) as http:
            client = AsyncClient(http, server.key, COMMUNITY)
            body = {"name": NAME, "time_zone": "Asia/Shanghai", "currency": "CNY", "clock": "driven"}  # fmt: skip
            if days == 1:
                await client.put_community(COMMUNITY, body)
            shelf = Shelf(home / "town" / COMMUNITY)
            wish = Wish(1, told.people, days)
            await run_life(client, shelf, wish, lambda *_: None, halted=lambda: False)


def about(trace: Trace) -> dict:
    """Say what the recorded day was like."""
    pages = [page for step in trace.steps for visit in step.visits for page in visit]
    surfaces = [page.wish["surface"] for page in pages]
    by_step = np.array([sum(map(len, step.visits)) for step in trace.steps])
    return {
        "pages": len(pages), "visits": sum(len(step.visits) for step in trace.steps),
        "events_about_places": sum(len(page.deeds) for page in pages), "requests_not_sent_again": trace.left_out,
        "pages_by_surface": {name: surfaces.count(name) for name in sorted(set(surfaces))},
        "busiest_half_hour_over_mean": round(float(by_step.max() / by_step.mean()), 2),
    }  # fmt: skip


class Bench:
    """Measures on fresh copies of one lived home."""

    def __init__(self, kept: Path, scratch: Path, trace: Trace, told: argparse.Namespace) -> None:
        self.kept, self.scratch, self.trace, self.told = kept, scratch, trace, told

    @contextlib.contextmanager
    def serving(self):
        shutil.copytree(self.kept, self.scratch)
        try:
            with serving(self.scratch) as server:
                yield server
        finally:
            shutil.rmtree(self.scratch)

    def flat(self, server: Server, seed: int) -> Callable[[int], bytes]:
        viewers = np.random.default_rng(seed).integers(0, self.told.people, 1 << 16)

        def make(index: int) -> bytes:
            body = f'{{"viewer":"p{viewers[index % viewers.size]}","slots":{SLOTS}}}'.encode()
            return request_bytes("/v1/feeds", body, server.key)

        return make

    async def saturated(self) -> dict:
        """Measure processor time a page and pages a second with eight in flight: flat, town, town with all it does.

        `half_hours_only` sends what each half hour begins with and asks for no page: what of `town` is the clock, new
        posts and people, spread over the same number of pages.
        """
        found: dict[str, dict[str, list[float]]] = {}
        pages = self.trace.pages
        for repeat in range(self.told.repeats):
            for name in ("flat", "town_feeds_only", "half_hours_only", "town"):
                with self.serving() as server:
                    before, begun = server.cpu(), time.perf_counter()
                    if name == "flat":
                        run = await closed_loop(
                            server.port, self.flat(server, repeat), count=pages, connections=CONNECTIONS
                        )  # fmt: skip
                    else:
                        run = await self.all_visits(
                            server,
                            events=name != "town_feeds_only",
                            looks=name != "half_hours_only",
                        )
                    seconds = time.perf_counter() - begun
                    assert not run.failures, run.first_failure
                    told = found.setdefault(name, {"cpu_us_a_page": [], "pages_a_second": []})
                    told["cpu_us_a_page"].append((server.cpu() - before) / pages * 1e6)
                    told["pages_a_second"].append(pages / seconds)
        return {
            name: {what: spread(values) for what, values in told.items()}
            for name, told in found.items()
        }

    async def all_visits(self, server: Server, *, events: bool, looks: bool) -> Outcome:
        """Go through the day as fast as it goes, step by step, eight visits at a time."""
        outcome = Outcome()
        town = Town(server, CONNECTIONS, self.trace, outcome, Outcome())
        for step in self.trace.steps:
            if events:
                await town.loose(step)
            waiting = iter(step.visits if looks else ())

            async def work(waiting=waiting) -> None:
                for visit in waiting:
                    await town.visit(visit, events=events)

            await asyncio.gather(*(work() for _ in range(CONNECTIONS)))
        assert not town.events.failures, town.events.first_failure
        assert town.refused <= 0.02 * town.taken, (town.refused, town.taken, town.why[:3])
        town.close()
        return outcome

    async def open(self, rate: int) -> dict:
        """Press the day into so many seconds that its pages come at this rate, and ask as many flat ones as fast."""
        seconds = self.trace.pages / rate
        flat, town, share = [], [], []
        for repeat in range(self.told.repeats):
            with self.serving() as server:
                run = await open_loop(
                    server.port, self.flat(server, 100 + repeat), rate=rate, seconds=seconds, connections=64, seed=repeat
                )  # fmt: skip
                assert not run.failures, run.first_failure
                flat.append(run.summary())
            with self.serving() as server:
                before, begun = server.cpu(), time.perf_counter()
                town.append(await self.day(server, seconds, repeat))
                share.append((server.cpu() - before) / (time.perf_counter() - begun))
        return {
            "flat": ranges(flat),
            "town": ranges([one[0] for one in town]),
            "town_busiest_two_hours": ranges([one[1] for one in town]),
            "town_event_requests": ranges([one[2] for one in town]),
            "town_events_a_second": spread([one[2]["events_a_second"] for one in town]),
            "town_events_refused_share": spread([one[2]["refused_share"] for one in town]),
            "town_processor_share": spread(share),
        }

    async def day(self, server: Server, seconds: float, seed: int) -> tuple[dict, dict, dict]:
        """Let every visit begin at its own instant of a pressed day; return pages, the busiest of them, events."""
        town = Town(server, 64, self.trace, Outcome(), Outcome())
        chance = np.random.default_rng(seed)
        each = seconds / len(self.trace.steps)
        start = time.perf_counter() + 0.05
        by_step: list[Outcome] = []

        begun = [asyncio.Event() for _ in self.trace.steps]

        async def clock() -> None:
            for at, step in enumerate(self.trace.steps):
                await asyncio.sleep(max(0.0, start + at * each - time.perf_counter()))
                await town.loose(step)
                begun[at].set()

        async def visits(visit: list[Page], due: float, at: int) -> None:
            # The town's clock is moved by a request of ours: a visit is not due before its half hour has begun.
            await begun[at].wait()
            due = max(due, time.perf_counter())
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            await town.visit(visit, due=due, into=by_step[at])

        going = [clock()]
        for at, step in enumerate(self.trace.steps):
            by_step.append(Outcome())
            due = start + (at + np.sort(chance.random(len(step.visits)))) * each
            going += [visits(visit, when, at) for visit, when in zip(step.visits, due.tolist(), strict=True)]  # fmt: skip
        await asyncio.gather(*going)
        passed = time.perf_counter() - start
        town.close()
        assert not town.pages.failures, town.pages.first_failure
        assert not town.events.failures, town.events.first_failure
        town.pages.seconds = town.events.seconds = passed
        busiest = max(range(len(by_step) - 3), key=lambda n: sum(len(o.latencies) for o in by_step[n : n + 4]))  # fmt: skip
        peak = Outcome([ms for o in by_step[busiest : busiest + 4] for ms in o.latencies], 4 * each)
        events = {
            **town.events.summary(), "events_a_second": town.taken / passed,
            "refused_share": town.refused / max(1, town.taken + town.refused),
        }  # fmt: skip
        return town.pages.summary(), peak.summary(), events


class Town:
    """People of the trace before one server."""

    def __init__(
        self, server: Server, connections: int, trace: Trace, pages: Outcome, events: Outcome
    ) -> None:
        self.server, self.pages, self.events = server, pages, events
        self.now = trace.start
        self._stands = asyncio.Event()
        self._stands.set()
        self.taken = self.refused = 0
        self.why: list[dict] = []
        self._all = [Connection("127.0.0.1", server.port) for _ in range(connections)]
        self._free: asyncio.Queue[Connection] = asyncio.Queue()
        for one in self._all:
            self._free.put_nowait(one)

    def close(self) -> None:
        for one in self._all:
            one.close()

    async def loose(self, step: Step) -> None:
        """Send what a step begins with, in its order."""
        for method, path, body in step.loose:
            if path == "/v1/clock":
                self._stands.clear()
            await self._ask(path, body, self.events, method=method, due=time.perf_counter())
            if path == "/v1/clock":
                self.now = moved_to(body)
                self._stands.set()

    async def visit(
        self, visit: list[Page], *, events: bool = True, due: float | None = None, into: Outcome | None = None
    ) -> None:  # fmt: skip
        """Look through a visit's pages; with `due` the next is asked for a while after the one before."""
        cursor = None
        for number, page in enumerate(visit):
            when = time.perf_counter()
            if due is not None:
                when = max(due + number * LOOKING_SECONDS, when) if number else due
                await asyncio.sleep(max(0.0, when - time.perf_counter()))
            wish = msgspec.json.encode({**page.wish, "cursor": cursor})
            told = msgspec.json.decode(await self._ask("/v1/feeds", wish, self.pages, due=when, into=into))  # fmt: skip
            cursor = told.get("next_cursor")
            await (
                self._stands.wait()
            )  # what was done comes after the clock that the page was decided by
            happened = done(page, told, self.now) if events else []
            if happened:
                body = msgspec.json.encode({"events": happened})
                answer = await self._ask("/v1/events", body, self.events, due=time.perf_counter())
                verdict = msgspec.json.decode(answer)
                self.taken += verdict["accepted"]
                self.refused += len(verdict["refused"])
                self.why += verdict["refused"][:1]
            if cursor is None:
                return

    async def _ask(
        self, path: str, body: bytes, into_all: Outcome, *, due: float, method: str = "POST", into: Outcome | None = None
    ) -> bytes:  # fmt: skip
        connection = await self._free.get()
        status, answer = await connection.ask(
            request_bytes(path, body, self.server.key, method=method)
        )
        taken = time.perf_counter() - due
        self._free.put_nowait(connection)
        for outcome in (into_all, into):
            if outcome is not None:
                outcome.latencies.append(taken)
        if status >= 300:
            into_all.failures += 1
            into_all.first_failure = into_all.first_failure or answer[:500]
        return answer


def ranges(runs: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Return least, median and most of what a person asks first of a run."""
    return {name: spread([run[name] for run in runs]) for name in ("rate", "p50_ms", "p99_ms")}


if __name__ == "__main__":
    main()
