"""A task's unexpected end is noted once, shown, and what should have no end begins anew."""

import asyncio

import pytest
import structlog

from lodestone.base.clock import Instant
from lodestone.services.support import tasks
from lodestone.services.support.failures import Failures


@pytest.fixture
def failures():
    return Failures(lambda: Instant(0), "c")


def noted(failures):
    return [(one.job, one.kind, one.times) for one in failures.standing()]


async def turns(count=5):
    for _ in range(count):
        await asyncio.sleep(0)


def test_the_end_of_a_task_nobody_waits_for_is_noted_and_forgotten_when_the_next_ends_well(
    failures,
):
    async def torn():
        raise AssertionError("this must not be")

    async def well():
        pass

    async def scenario():
        tasks.start("posting", torn(), failures)
        await turns()
        assert noted(failures) == [("posting", "AssertionError", 1)]
        assert failures.counts == {"posting": 1}
        tasks.start("posting", well(), failures)
        await turns()
        assert noted(failures) == []

    asyncio.run(scenario())


def test_without_failures_the_end_of_a_task_is_logged():
    async def torn():
        raise AssertionError("this must not be")

    async def scenario():
        tasks.start("following", torn())
        await turns()

    with structlog.testing.capture_logs() as entries:
        asyncio.run(scenario())
    assert [(one["event"], one["task"]) for one in entries] == [("a task ended", "following")]


@pytest.mark.parametrize("how", ["raises", "returns"])
def test_work_that_has_no_end_begins_anew_when_it_ends(failures, monkeypatch, how):
    monkeypatch.setattr(tasks, "REST_SECONDS", 0)
    began = []

    async def work():
        began.append(len(began))
        if len(began) < 3:
            if how == "raises":
                raise StopAsyncIteration
            return
        await asyncio.Event().wait()

    async def scenario():
        task = tasks.endless("clock", work, failures)
        await turns(20)
        assert (began, task.done()) == ([0, 1, 2], False)
        assert [(job, times) for job, _, times in noted(failures)] == [("clock", 2)]
        task.cancel()
        await turns()
        assert task.cancelled()
        assert failures.counts == {"clock": 2}

    asyncio.run(scenario())


def test_what_a_caller_waits_for_goes_on_when_the_caller_leaves_and_its_end_is_looked_at():
    complaints, done = [], []

    async def work():
        await turns()
        done.append(True)
        raise AssertionError("this must not be")

    async def scenario():
        asyncio.get_running_loop().set_exception_handler(
            lambda _loop, told: complaints.append(told)
        )

        async def caller():
            await asyncio.shield(tasks.asked(work()))

        task = asyncio.get_running_loop().create_task(caller())
        await turns(2)
        task.cancel()
        await turns(20)

    asyncio.run(scenario())
    assert done == [True]
    assert [one for one in complaints if "never retrieved" in one["message"]] == []
