"""Requests that wait share a commit, in their order; one at fault fails alone, and everybody is answered."""

import asyncio
from contextlib import asynccontextmanager

import pytest
import structlog

from lodestone.base.clock import Instant
from lodestone.base.errors import ConflictError, InternalError, UnavailableError
from lodestone.services.support.failures import Failures
from lodestone.services.support.group_commit import GroupCommitter, GroupRules
from lodestone.stores.sql.threads import DatabaseLimits, DatabaseThreads

ABANDONED = UnavailableError("abandoned", "ask again")
REFUSED = ConflictError("refused", "no")


class Store:
    """Commits what it is given when the gate is open; answers each request with itself in capitals."""

    def __init__(self):
        self.commits, self.gate, self.error = [], asyncio.Event(), None
        self.gate.set()

    async def commit(self, some):
        self.commits.append(list(some))
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        if "poison" in some:
            raise ValueError("poison")
        return [REFUSED if one == "refuse" else one.upper() for one in some]


@pytest.fixture(autouse=True)
def logged():
    with structlog.testing.capture_logs() as entries:
        yield entries


def committer(store, *, seconds=10.0, most=100, weigh=lambda _: 1, **more):
    rules = GroupRules("writing", most, ABANDONED, weigh=weigh, **more)
    threads = DatabaseThreads(DatabaseLimits(statement_seconds=seconds))
    return GroupCommitter(rules, store.commit, threads, Failures(lambda: Instant(0), "c"))


async def asking(group, names):
    """Ask for several things in one turn of the loop; return their tasks once all stand in the queue."""
    tasks = [asyncio.create_task(group.ask(name)) for name in names]
    await asyncio.sleep(0)
    return tasks


def test_what_is_asked_during_a_commit_shares_the_next_one_in_its_order():
    async def scenario():
        store = Store()
        group = committer(store)
        store.gate.clear()
        first = await asking(group, ["a"])
        await asyncio.sleep(0)
        later = await asking(group, ["b", "c", "d"])
        waiting = len(group)
        store.gate.set()
        return waiting, await asyncio.gather(*first, *later), store.commits

    assert asyncio.run(scenario()) == (3, ["A", "B", "C", "D"], [["a"], ["b", "c", "d"]])


def test_a_group_takes_what_fits_and_what_fits_in_none_is_one_of_its_own():
    async def scenario():
        store = Store()
        group = committer(store, most=3, weigh=len)
        told = await asyncio.gather(*await asking(group, ["a", "bb", "c", "ddddd", "ee"]))
        return told, store.commits

    told, commits = asyncio.run(scenario())
    assert told == ["A", "BB", "C", "DDDDD", "EE"]
    assert commits == [["a", "bb"], ["c"], ["ddddd"], ["ee"]]


def test_one_that_breaks_the_commit_off_fails_alone_and_one_that_is_refused_is_told_so():
    async def scenario():
        group = committer(Store())
        names = ["a", "poison", "b", "refuse", "c"]
        return await asyncio.gather(*await asking(group, names), return_exceptions=True)

    told = asyncio.run(scenario())
    assert [told[n] for n in (0, 2, 3, 4)] == ["A", "B", REFUSED, "C"]
    assert type(told[1]) is InternalError


def test_a_store_that_does_not_answer_is_asked_once_for_all_of_a_group():
    async def scenario():
        store = Store()
        group = committer(store)
        store.error = UnavailableError("records_unavailable", "no")
        tasks = await asking(group, ["a", "b", "c"])
        told = await asyncio.gather(*tasks, return_exceptions=True)
        store.error = None
        return [one.code for one in told], store.commits, await group.ask("d")

    codes, commits, later = asyncio.run(scenario())
    assert (codes, later) == (["records_unavailable"] * 3, "D")
    assert commits == [["a", "b", "c"], ["d"]]


def test_what_has_not_begun_when_nobody_waits_any_more_is_not_done():
    async def scenario():
        store = Store()
        group = committer(store, seconds=0.05)
        store.gate.clear()
        first = await asking(group, ["begun"])
        await asyncio.sleep(0)
        told = await asyncio.gather(*first, *await asking(group, ["late"]), return_exceptions=True)
        store.gate.set()
        return told, await group.ask("next"), store.commits

    told, later, commits = asyncio.run(scenario())
    assert [one.code for one in told] == ["records_stalled"] * 2
    assert ["Nothing was done." in one.message for one in told] == [False, True]
    assert (later, commits) == ("NEXT", [["begun"], ["next"]])


def test_who_comes_while_the_turn_is_waited_for_is_in_the_group():
    async def scenario():
        store, lock, turns = Store(), asyncio.Lock(), []

        @asynccontextmanager
        async def turn():
            async with lock:
                turns.append(len(store.commits))
                yield

        group = committer(store, turn=turn)
        async with lock:
            tasks = await asking(group, ["a"])
            await asyncio.sleep(0)
            tasks += await asking(group, ["b"])
        await asyncio.gather(*tasks)
        return store.commits, turns

    assert asyncio.run(scenario()) == ([["a", "b"]], [0])


def test_a_task_that_is_ended_from_outside_leaves_nobody_waiting_and_the_next_ask_begins_anew():
    async def scenario():
        store = Store()
        group = committer(store)
        store.gate.clear()
        tasks = await asking(group, ["a"])
        await asyncio.sleep(0)
        tasks += await asking(group, ["b"])
        group._task.cancel()
        told = await asyncio.gather(*tasks, return_exceptions=True)
        store.gate.set()
        return told, await group.ask("c")

    assert asyncio.run(scenario()) == ([ABANDONED, ABANDONED], "C")
