"""Organic plays: whatever is injected of paid, boosted, repeated, own, ring and untrue plays, the settled number is the honest one."""

import random
from datetime import date

import numpy as np
import pytest

from lodestone.base.clock import DAY_MICROS
from tests.http.test_ads import scene
from tests.worlds.creator_world import CPM, accepted, passed, published, read, settled, studio
from tests.worlds.play_facts import Plays, play
from tests.worlds.seeds import fresh
from tests.worlds.trade_world import audited, balances, yuan
from tests.worlds.world import opened, run

FRESH = fresh()
SEEDS = [*range(1, 21), pytest.param(FRESH, id=f"fresh-{FRESH}")]
VIEWERS = 30


async def town(world, *, ring=4):
    """Open the studio, with viewers, and authors who may form a ring with Ann; return ordinals by name."""
    await studio(world)
    await world.people(VIEWERS)
    for n in range(ring):
        await world.put(f"/v1/people/r{n}", {}, status=201)
        await world.put(f"/v1/items/ring{n}", {"kind": "video", "author_id": f"r{n}"}, status=201)
    directory = world.engine.directory
    return {name: directory.ordinal(row) for name, row in directory.people.items()}


def rings_plays(world, people, chance, times, between):
    """Return what Ann and her ring play of each other: each of every other's posts so many times."""
    facts, items = [], {"ann": "film"}
    items |= {name: f"ring{name[1:]}" for name in people if name.startswith("r")}
    since, until = between
    for who in items:
        for whose in items:
            if who != whose:
                row = world.engine.directory.item_row(items[whose])
                facts += [
                    play(row, people[who], chance.randrange(since, until)) for _ in range(times)
                ]
    return facts


async def append(world, chance, facts):
    """Write facts into the log in any order, in batches of any size."""
    chance.shuffle(facts)
    while facts:
        size = chance.randrange(1, 40)
        await world.engine.append_fact(np.concatenate(facts[:size]))
        facts = facts[size:]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_settled_number_is_the_honest_one_whatever_is_injected(tmp_path, seed):
    async def scenario():
        chance = random.Random(seed)
        async with opened(tmp_path) as world:
            people = await town(world)
            made = await published(world, await accepted(world, {**CPM, "price": yuan(100)}))
            since = world.engine.now()
            directory, days = world.engine.directory, world.engine.community.days
            until = days.starts(date.fromisoformat(made["counted_through"])) + DAY_MICROS
            plays = Plays(chance, directory.item_row("film"), since, until)
            viewers = [people[f"p{n}"] for n in range(VIEWERS)]
            for _ in range(chance.randrange(0, 120)):
                plays.by(chance.choice(viewers), days.of)
            for _ in range(chance.randrange(0, 15)):
                plays.inject(viewers, [people["ann"], people["mei"]])
                plays.again(days.of)
            ring = rings_plays(world, people, chance, chance.randrange(3, 7), (since, until))
            late = [fact for fact in plays.facts if chance.random() < 0.2]
            early = [fact for fact in plays.facts if not any(fact is other for other in late)]
            await append(world, chance, [*early, *ring])
            await passed(world, days=8)
            first = (await read(world, made["id"]))["counted"]
            await append(world, chance, late)
            await passed(world, days=8)
            shown = await read(world, made["id"])
            count = shown["counted_late"]

            assert count["settled"] == plays.honest
            assert count["shown"] - sum(count["excluded"].values()) == count["settled"]
            assert first["settled"] <= count["settled"]
            assert count["excluded"].get("ring", 0) >= 3 * 4
            expected = min(max(plays.honest * 100_000, 1_000_000), 20_000_000)
            money = shown["money"]
            earned = money["measured"]["micros"] + money["adjustment"]["micros"]
            assert (earned, earned + money["back"]["micros"]) == (expected, 20_000_000)
            owed = {kind: micros for (kind, _), micros in balances(world).items()}
            assert owed["CREATOR_PAYABLE"] == expected
            assert "CREATOR_ESCROW" not in owed
            await audited(world)

    run(scenario())


@scene
async def test_a_ring_below_the_bound_is_counted_and_one_at_it_is_not(world):
    people = await town(world, ring=2)
    made = await published(world, await accepted(world, CPM))
    other = await published(world, await accepted(world, CPM, name="o2", brief_id="b2"), "clip")
    row, chance = world.engine.directory.item_row, random.Random(1)
    now = world.engine.now() + 1
    for who, item, times in (("r0", "film", 2), ("r1", "clip", 3)):
        mutual = [play(row(item), people[who], now + n * DAY_MICROS) for n in range(times)]
        back = [play(row(f"ring{who[1:]}"), people["ann"], now + n) for n in range(times)]
        await append(world, chance, [*mutual, *back])
    two, three = await settled(world, made), await read(world, other["id"])
    # Two plays each way are under the bound; the third makes all three nobody's.
    assert two["counted"]["settled"] == 2
    assert (three["counted"]["settled"], three["counted"]["excluded"]) == (0, {"ring": 3})


@scene
async def test_plays_that_people_make_over_http_are_settled_and_shown(world):
    await studio(world)
    await world.people(6)
    made = await published(world, await accepted(world, CPM))
    world.later(minutes=5)
    for n, seconds in enumerate((9.5, 4.0, 1.0, 30.0)):
        feed = await world.feed(f"p{n}")
        slot = next(slot for slot in feed["slots"] if slot["item_id"] == "film")
        answer = await world.events(
            world.event("impression", slot, f"p{n}", visible_seconds=seconds),
            world.event("watch", slot, f"p{n}", watch_seconds=seconds),
            world.event("watch", slot, f"p{n}", watch_seconds=seconds + 0.5),
        )
        assert answer["accepted"] == 3
    await world.events(world.event("watch", None, "p5", item_id="film", watch_seconds=9))
    shown = await settled(world, made)
    # 3 plays at 500 yuan a thousand.
    assert shown["counted"]["settled"] == 3
    assert shown["counted"]["excluded"] == {"no_decision": 1, "too_short": 1}
    assert shown["money"]["measured"] == yuan(1.5)
    await audited(world)
