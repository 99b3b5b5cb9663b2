"""A post climbs to the public by evidence, or after two hours unseen; a crash forgets no climb."""

import numpy as np

from lodestone.services.pricing import maintenance
from tests.worlds.world import TOWN, opened, run


async def step(world, **span):
    """Let time go by and a price step come."""
    world.later(**(span or {"minutes": 1}))
    await world.engine.tick()
    await world.feed("p1", slots=1)
    world.later(seconds=61)
    await world.engine.tick()


def climbed(world, item):
    return bool(world.engine.state.items["climbed"][world.engine.directory.item_row(item)])


async def a_public(world, monkeypatch):
    """Some posts that everybody likes, and the gate shut behind them."""
    monkeypatch.setattr(maintenance, "GATE_POOL", 10)
    await world.people(40)
    await world.items(20, authors=20)
    await step(world)
    for n in range(40):
        feed = await world.feed(f"p{n}", slots=10)
        await world.events(*(
            world.event(kind, slot, f"p{n}") for slot in feed["slots"] for kind in ("impression", "click", "like")
        ))  # fmt: skip
    await step(world)
    assert world.engine.housekeeper.sweep.gated


async def shown_and_disliked(world, item, times):
    for n in range(times):
        await world.events(
            world.event("impression", person=f"p{n}", item_id=item),
            world.event("hide", person=f"p{n}", item_id=item),
        )


def test_a_bad_post_stays_out_of_the_public_however_old_it_gets(tmp_path, monkeypatch):
    async def scenario():
        async with opened(tmp_path) as world:
            await a_public(world, monkeypatch)
            await world.items(1, authors=100, first=90)
            await shown_and_disliked(world, "i90", 40)
            await step(world)
            young = climbed(world, "i90")
            await step(world, hours=30)
            feed = await world.feed("stranger", slots=50, explain=True)
            return young, climbed(world, "i90"), feed

    young, old, feed = run(scenario())
    assert (young, old) == (False, False)
    assert feed["explain"]["dropped"]["not_climbed"] == 1


def test_a_post_that_nobody_was_shown_opens_to_the_public_after_two_hours(tmp_path, monkeypatch):
    async def scenario():
        async with opened(tmp_path) as world:
            await a_public(world, monkeypatch)
            await world.items(1, authors=100, first=90)
            await step(world)
            at_first = climbed(world, "i90")
            await step(world, hours=2)
            return at_first, climbed(world, "i90")

    assert run(scenario()) == (False, True)


def test_a_crash_forgets_no_climb_and_opens_no_door(tmp_path, monkeypatch):
    async def scenario():
        async with opened(tmp_path) as world:
            await a_public(world, monkeypatch)
            await world.items(1, authors=100, first=90, position=TOWN)
            await shown_and_disliked(world, "i90", 40)
            await step(world)
            clock = world.clock
            before = world.engine.state.items["climbed"][:21].copy()
        for path in tmp_path.rglob("*.snapshot"):
            path.unlink()  # what a kill leaves: the log alone
        async with opened(tmp_path, clock=clock) as world:
            await step(world)
            return before, world.engine.state.items["climbed"][:21].copy()

    before, after = run(scenario())
    assert np.array_equal(before, after)
    assert before.sum() == 20
