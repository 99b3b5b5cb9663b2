"""The recorder names what kept the event loop from serving, and costs next to nothing where nothing does."""

import asyncio
import gc
import time

import numpy as np
import pytest

from lodestone.base.loop_times import name_step, section, watching
from lodestone.bootstrap import loop_watch
from tests.worlds.world import opened, run


def busy(milliseconds):
    """Use the processor for so long; what it works on is real, if of no use."""
    until = time.thread_time_ns() + milliseconds * 1_000_000
    values = np.arange(20_000)[::-1].copy()
    while time.thread_time_ns() < until:
        np.sort(values)


@pytest.fixture
def said(monkeypatch):
    lines = []
    monkeypatch.setattr(loop_watch._LOG, "debug", lambda text, **more: lines.append((text, more)), raising=False)  # fmt: skip
    return lines


async def routed():
    name_step("POST", "/v1/things/{id}")
    await asyncio.sleep(0)
    busy(8)


async def parted():
    busy(1)
    with section("laying tables"):
        busy(8)
    await asyncio.sleep(0)
    with section("a short part"):
        busy(2)
    busy(12)


async def plain():
    busy(8)


def watch_all():
    async def whole():
        with loop_watch.watched() as times:
            for name, work in (("Task-1", routed()), ("the clock", parted()), ("Task-2", plain())):
                await asyncio.create_task(work, name=name)
        return times

    return asyncio.run(whole())


def test_a_slow_step_is_counted_under_its_route_its_section_or_its_task(said):
    times = watch_all()

    assert set(times.by_work) == {"POST /v1/things/{id}", "laying tables", "the clock", "plain"}
    for work, least in (
        ("POST /v1/things/{id}", 8),
        ("laying tables", 9),
        ("the clock", 14),
        ("plain", 8),
    ):
        told = times.by_work[work]
        assert told.slow == 1, work
        assert least * 1e6 <= told.longest == told.slow_nanos
        assert least * 1e6 <= told.longest_processor <= told.longest
    assert [(text, more["work"]) for text, more in said] == [
        ("the event loop stood still", work)
        for work in ("POST /v1/things/{id}", "laying tables", "the clock", "plain")
    ]
    assert all(more["processor_ms"] >= 8 for _, more in said)


def test_quick_steps_leave_no_trace_and_what_tasks_return_raise_and_cancel_is_theirs():
    async def answer():
        await asyncio.sleep(0)
        return 7

    async def fail():
        await asyncio.sleep(0)
        raise KeyError("lost")

    async def endless():
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            return "cancelled"

    async def whole():
        with loop_watch.watched() as times:
            task = asyncio.create_task(endless())
            await asyncio.sleep(0)
            task.cancel()
            found = await asyncio.gather(
                asyncio.create_task(answer()), asyncio.create_task(fail()), task, return_exceptions=True
            )  # fmt: skip
            assert "endless" in repr(task.get_coro().__qualname__)
        return times, found

    times, (seven, error, ended) = asyncio.run(whole())
    assert (seven, repr(error), ended) == (7, "KeyError('lost')", "cancelled")
    assert all(told.slow == 0 for told in times.by_work.values())
    assert watching() is None


def test_a_collection_of_garbage_is_counted_as_one(said):
    async def litter():
        rings = []
        for _ in range(150_000):
            ring = []
            ring.append(ring)
            rings.append(ring)
        del rings, ring
        gc.collect()

    async def whole():
        gc.disable()
        try:
            with loop_watch.watched() as times:
                await asyncio.create_task(litter())
        finally:
            gc.enable()
        return times

    times = asyncio.run(whole())
    # The step made the rings as well: under the collection's name only where that was most of it.
    assert set(times.by_work) <= {"garbage collection 2", litter.__qualname__}
    assert sum(told.slow for told in times.by_work.values()) == 1


def test_metrics_show_what_the_loop_was_kept_by(tmp_path):
    async def scenario():
        with loop_watch.watched():
            async with opened(tmp_path) as world:
                await asyncio.create_task(plain(), name="sorting")
                return (await world.http.get("/metrics")).text

    text = run(scenario())
    rows = dict(line.rsplit(" ", 1) for line in text.splitlines() if "sorting" in line)
    assert float(rows['lodestone_loop_longest_seconds{work="sorting"}']) >= 0.008
    assert float(rows['lodestone_loop_longest_processor_seconds{work="sorting"}']) >= 0.008
    assert rows['lodestone_loop_slow_total{work="sorting"}'] == "1.0"
    assert float(rows['lodestone_loop_slow_seconds_total{work="sorting"}']) >= 0.008
