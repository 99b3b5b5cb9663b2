"""A bulk write is taken in some rows at a time: feeds are decided meanwhile, and no snapshot is of half of it."""

import asyncio

import pytest

from lodestone.services.catalogue import catalogue
from lodestone.services.community import outbox
from lodestone.services.community.outbox import SLICE
from tests.worlds.world import opened, run


async def seen_during(world, path, lines, count):
    """Send lines, and note between any two turns of the loop how many rows there are and whether the state is whole."""
    seen = []
    sent = asyncio.ensure_future(world.http.post(path, content=lines))
    while not sent.done():
        seen.append((count(), world.engine.whole))
        await asyncio.sleep(0)
    answer = (await sent).json()
    assert answer["refused"] == []
    return seen, answer["accepted"]


def test_rows_of_a_bulk_write_come_in_slices_between_which_feeds_are_decided(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(10)
            state = world.engine.state
            people = b"\n".join(b'{"id":"q%d"}' % n for n in range(100))
            items = b"\n".join(b'{"id":"j%d","kind":"video","author_id":"p%d"}' % (n, n % 10) for n in range(100))  # fmt: skip
            for path, lines, count in (
                ("/v1/people:bulk", people, lambda: state.person_count),
                ("/v1/items:bulk", items, lambda: state.item_count),
            ):
                before = count()
                seen, accepted = await seen_during(world, path, lines, count)
                assert accepted == 100
                between = {rows for rows, _ in seen}
                assert {before + n for n in range(SLICE, 100, SLICE)} <= between
                halves = [whole for rows, whole in seen if before < rows < before + 100]
                assert halves
                assert not any(halves)
                assert world.engine.whole
            assert len((await world.feed("q1", slots=10))["slots"]) == 10

    run(scenario())


def test_lines_of_a_bulk_write_are_read_in_slices(tmp_path, monkeypatch):
    async def scenario():
        async with opened(tmp_path) as world:
            read, turns = [], set()
            inner = catalogue._bulk_line
            monkeypatch.setattr(catalogue, "_bulk_line", lambda *a: read.append(a) or inner(*a))
            lines = b"\n".join(b'{"id":"q%d"}' % n for n in range(350))
            sent = asyncio.ensure_future(world.http.post("/v1/people:bulk", content=lines))
            while not sent.done():
                turns.add(len(read))
                await asyncio.sleep(0)
            assert (await sent).json() == {"accepted": 350, "refused": []}
            assert {0, 100, 200, 300, 350} == turns

    run(scenario())


def test_a_state_that_was_broken_off_between_two_slices_is_never_called_whole(
    tmp_path, monkeypatch
):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(1)
            monkeypatch.setattr(outbox, "SLICE", 0)  # no range has a step of 0

            with pytest.raises(ValueError, match="arg 3 must not be zero"):
                await outbox._apply_slices(world.engine, [None], None)

            assert not world.engine.whole
            world.engine.applying = 0

    run(scenario())
