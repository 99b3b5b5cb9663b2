"""A database that stalls holds up what asks it, for as long as the settings say, and nothing else."""

import asyncio
import os
import signal
import sqlite3
import threading
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from lodestone.base.errors import UnavailableError
from lodestone.stores.sql.threads import WAITING_MAX, DatabaseLimits, DatabaseThreads, Lane
from tests.worlds.postgres import cluster
from tests.worlds.world import opened, run

QUICK = {
    "LODESTONE_RECORDS_STATEMENT_SECONDS": "1.5",
    "LODESTONE_RECORDS_BUSY_SECONDS": "60",
    "LODESTONE_RECORDS_CONNECTIONS": "2",
}


async def serves(world, viewer="p0"):
    """Ask what must be answered whatever the database does."""
    feed = await world.http.post("/v1/feeds", json={"viewer": viewer})
    seen = feed.json()["slots"][0]
    events = {"events": [world.event("impression", seen, person=viewer)]}
    told = await world.http.post("/v1/events", json=events)
    live = await world.http.get("/health/live")
    return feed.status_code, told.status_code, told.json()["accepted"], live.status_code


GOOD = (200, 200, 1, 200)


@contextmanager
def written_by_another(home):
    """Hold the lock of the records' writer from another connection."""
    with closing(sqlite3.connect(home / "records.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_a_locked_file_leaves_feeds_answering_and_refuses_writes_in_time(tmp_path):
    async def scenario():
        async with opened(tmp_path, environment=QUICK) as world:
            await world.people(2)
            await world.items(10)
            key = {"Idempotency-Key": "k1"}
            with written_by_another(tmp_path):
                asked = [
                    asyncio.create_task(world.http.put(f"/v1/people/new{n}", json={}))
                    for n in range(3)
                ]
                asked.append(asyncio.create_task(
                    world.http.post("/v1/communities/c/keys", json={}, headers=key | operator(world))
                ))  # fmt: skip
                meanwhile = await serves(world)
                waiting = [task.done() for task in asked]
                read = (await world.http.get("/v1/people/p0")).status_code
                answers = await asyncio.gather(*asked)
            after = await world.http.put("/v1/people/later", json={})
            # What had begun goes on to its end; what had not is not done.
            begun = (await world.http.get("/v1/people/new0")).status_code
            others = [(await world.http.get(f"/v1/people/new{n}")).status_code for n in (1, 2)]
            feed = await world.http.post("/v1/feeds", json={"viewer": "new0"})
            return (
                meanwhile,
                waiting,
                read,
                answers,
                after.status_code,
                begun,
                others,
                feed.status_code,
            )

    meanwhile, waiting, read, answers, after, begun, others, feed = run(scenario)
    assert meanwhile == GOOD
    assert waiting == [False] * 4
    assert read == 200
    assert [one.status_code for one in answers] == [503] * 4
    assert {one.json()["error"]["code"] for one in answers} == {"records_stalled"}
    assert all(int(one.headers["retry-after"]) >= 1 for one in answers)
    assert "Nothing was done." in answers[1].json()["error"]["message"]
    assert (after, begun, others, feed) == (201, 200, [404, 404], 200)


def operator(world):
    return {"Authorization": f"Bearer {world.app.operator_key}"}


SILENT = {"records_stalled", "records_unavailable"}
"""A server that is stopped answers neither a statement nor, where one is begun, a connection."""


@contextmanager
def stopped(url):
    """Stop every process of a cluster, as a machine that swaps or hangs does."""
    home = Path(url.rpartition("host=")[2])
    postmaster = int((home / "data" / "postmaster.pid").read_text().splitlines()[0])
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    pids = [postmaster, *map(int, children)]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def test_a_stopped_server_leaves_feeds_answering_and_holds_up_few_threads(tmp_path):
    async def scenario(url):
        async with opened(tmp_path, records_url=url, environment=QUICK) as world:
            await world.people(2)
            await world.items(10)
            with stopped(url):
                tick = asyncio.create_task(world.engine.tick())
                reads = [asyncio.create_task(world.http.get("/v1/people/p0")) for _ in range(6)]
                write = asyncio.create_task(world.http.put("/v1/people/new", json={}))
                ready = asyncio.create_task(world.http.get("/health/ready"))
                meanwhile = await serves(world)
                waiting = [one.done() for one in (*reads, write, ready, tick)]
                stalled = await asyncio.gather(*reads, write, ready)
                many = [world.http.get("/v1/items/i0") for _ in range(WAITING_MAX + 44)]
                refused = await asyncio.gather(*many)
                again = await serves(world, "p1")
                held_up = sum("records-" in one.name for one in threading.enumerate())
            await asyncio.gather(tick, return_exceptions=True)
            back = None
            while back is None or back.status_code == 503:
                back = await world.http.get("/v1/people/new")
            ready = (await world.http.get("/health/ready")).status_code
            return meanwhile, waiting, stalled, refused, again, held_up, back.status_code, ready

    with cluster() as url:
        meanwhile, waiting, stalled, refused, again, held_up, back, ready = run(scenario(url))
    assert meanwhile == again == GOOD
    assert waiting == [False] * 9
    assert [one.status_code for one in stalled] == [503] * 8
    assert {one.json()["error"]["code"] for one in stalled} <= SILENT
    assert all(one.headers["retry-after"] for one in stalled)
    assert {one.status_code for one in refused} == {503}
    codes = [one.json()["error"]["code"] for one in refused]
    assert codes.count("records_busy") >= 44  # more than may wait: refused at once
    assert held_up <= 2 + 4 + 2 + 1
    assert (back, ready) == (200, 200) or (back, ready) == (404, 200)


def test_a_lane_refuses_at_once_what_would_only_wait():
    async def scenario():
        lane, go, begun = Lane("test", 1, waiting=2), threading.Event(), threading.Event()

        def work():
            begun.set()
            go.wait()
            return "done"

        first = asyncio.create_task(lane.run(None, work))
        await asyncio.to_thread(begun.wait)
        second = asyncio.create_task(lane.run(None, work))
        await asyncio.sleep(0)
        with pytest.raises(UnavailableError) as refused:
            await lane.run(None, work)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        third = asyncio.create_task(lane.run(None, work))  # the place of who has left is free
        await asyncio.sleep(0)
        go.set()
        return refused.value.code, await first, await third

    assert run(scenario) == ("records_busy", "done", "done")


def test_a_lane_whose_threads_are_all_held_up_recovers_once_one_is_free():
    async def scenario():
        threads = DatabaseThreads(DatabaseLimits(connections=1, statement_seconds=0.05))
        go = threading.Event()
        told = []
        for ask in (go.wait, str, str):
            with pytest.raises(UnavailableError) as stalled:
                await threads.read(ask)
            told.append(stalled.value.code)
        go.set()
        while True:
            try:
                return told, await threads.read(str)
            except UnavailableError:
                continue

    assert run(scenario) == (["records_stalled", "records_busy", "records_busy"], "")


class Stopped:
    """A loop's clock that goes on by itself, and by as much as is said while the loop stands still."""

    def __init__(self, monkeypatch):
        self._loop, self._ahead = asyncio.get_running_loop(), 0.0
        real = self._loop.time
        monkeypatch.setattr(self._loop, "time", lambda: real() + self._ahead)

    def stand_still(self, seconds):
        self._ahead += seconds


@pytest.mark.parametrize("came", ["while the loop stood still", "after it"])
def test_time_in_which_the_loop_stood_still_is_not_the_records_delay(monkeypatch, came):
    """A kernel that is compiled holds the loop for seconds; what the records answered meanwhile was lost."""

    async def scenario():
        clock = Stopped(monkeypatch)
        threads = DatabaseThreads(DatabaseLimits(statement_seconds=60))
        go, gone = threading.Event(), threading.Event()

        def work():
            go.wait()
            gone.set()
            return "answer"

        asked = asyncio.create_task(threads.read(work))
        await asyncio.sleep(0)
        if came == "while the loop stood still":
            go.set()
            gone.wait()
        clock.stand_still(100)
        await asyncio.sleep(0)
        go.set()
        return await asked

    assert asyncio.run(scenario()) == "answer"


def test_a_report_is_ended_by_no_deadline_of_a_statement(tmp_path):
    # A month of a large log takes longer to read than any statement may; here every thread of the short reads is taken.
    async def scenario():
        release = threading.Event()
        async with opened(tmp_path, environment=QUICK) as world:
            await world.people(2)
            await world.items(3)
            lane = world.engine.parts.records.threads
            taken = [asyncio.create_task(lane.long(release.wait))]
            taken += [
                asyncio.create_task(lane.read(release.wait)) for _ in range(lane.limits.connections)
            ]
            await asyncio.wait(taken[1:])
            codes = [
                (await world.http.get(f"/v1/reports/{name}")).status_code
                for name in ("liu", "flow", "exposure")
            ]
            release.set()
            await asyncio.gather(*taken, return_exceptions=True)
            return codes, [type(task.exception()).__name__ for task in taken[1:]]

    codes, ended = run(scenario)
    assert codes == [200] * 3
    assert set(ended) == {"UnavailableError"}
