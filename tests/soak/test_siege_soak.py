"""The attacks that once stopped a server, in full: 2,000 silent and 300 slow connections, bodies without end, an hour of load."""

import asyncio
import threading
import time

import httpx
import pytest

from tests.worlds.mixed_load import growth
from tests.worlds.siege import besieged, log_lines
from tests.worlds.world import opened, run

HOUR_ROUNDS = 1500
"""Sixty thousand requests: at some twenty a second, most of an hour."""


@pytest.mark.soak
def test_two_thousand_silent_and_three_hundred_slow_connections_leave_feeds_and_health_answering(
    tmp_path,
):
    home = tmp_path / "home"
    home.mkdir()
    with besieged(home, nofile=1024) as siege:
        siege.answers()
        before = len(log_lines(home))
        siege.idle(2000)
        siege.slow(300)
        statuses, longest = siege.answers(50)
        assert statuses == [200] * 100
        assert longest < 1.0
        assert len(log_lines(home)) <= before + 1


@pytest.mark.soak
@pytest.mark.parametrize(
    "path", ["/v1/feeds", "/operator/login", "/v1/live/hooks/srs", "/health/live"]
)
def test_forty_unfinished_bodies_of_15_mb_leave_memory_where_it_was(tmp_path, path):
    home = tmp_path / "home"
    home.mkdir()
    with besieged(home, nofile=1024) as siege:
        siege.answers(3)
        before = siege.memory()
        siege.unfinished(40, 15_000_000, path=path)
        assert siege.answers(3)[0] == [200] * 6
        assert siege.memory() - before < 32_000_000


@pytest.mark.soak
@pytest.mark.parametrize(
    ("path", "strangers"), [("/docs", 4), ("/openapi.json", 4), ("/metrics", 1)]
)
def test_strangers_who_read_documents_and_figures_do_not_slow_feeds(tmp_path, path, strangers):
    """Feeds at 50 a second: beside strangers the median is of the order of what it is alone, in the same run."""
    home = tmp_path / "home"
    home.mkdir()
    with besieged(home, nofile=1024, open_limit=0) as siege:
        siege.answers(20)
        alone = asyncio.run(_feeds(siege, 500))
        stop = threading.Event()

        def read():
            with httpx.Client() as http:
                while not stop.wait(1.0 if path == "/metrics" else 0.0):
                    http.get(siege.base + path)

        threads = [threading.Thread(target=read) for _ in range(strangers)]
        for thread in threads:
            thread.start()
        try:
            waits = asyncio.run(_feeds(siege, 500))
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        assert waits[len(waits) // 2] < 4 * alone[len(alone) // 2] + 0.010


async def _feeds(siege, count):
    """Ask for feeds at 50 a second; return how long each took, the shortest first."""
    key = {"Authorization": f"Bearer {siege.key}"}
    async with httpx.AsyncClient(base_url=siege.base, headers=key) as http:

        async def one():
            began = time.perf_counter()
            (await http.post("/v1/feeds", json={"viewer": "p0"})).raise_for_status()
            return time.perf_counter() - began

        tasks = []
        for _ in range(count):
            tasks.append(asyncio.create_task(one()))
            await asyncio.sleep(0.02)
        return sorted(await asyncio.gather(*tasks))


@pytest.mark.soak
def test_memory_over_sixty_thousand_mixed_requests_stays_within_its_bound(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(8)
            await world.items(40)
            return await growth(world, warm=50, rounds=HOUR_ROUNDS)

    assert run(scenario()) < 250_000
