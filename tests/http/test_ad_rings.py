"""Authors who click each other's ads: found on the next day, refunded, and charged to nobody from then on."""

import pytest

from lodestone.ads.invalid_traffic import Invalid
from lodestone.events.ad_facts import reason_of
from lodestone.events.outcomes import FactKind
from tests.http.test_billed_feeds import clicked, differences, facts_of
from tests.worlds.advertised import advertise, paid
from tests.worlds.world import opened, run

OLD = "2025-12-01T00:00:00Z"  # so that it stands on no page by itself
FIRMS = ("ann", "bob", "cid")


async def advertisers(world):
    """Let three authors advertise a post each among posts of others."""
    await world.items(60, authors=20)
    for name in FIRMS:
        await world.put(f"/v1/people/{name}", {}, status=201)
        ware = {"author_id": name, "kind": "video", "text": "for sale", "created_at": OLD}
        await world.put(f"/v1/items/of-{name}", ware, status=201)
        advertise(world, f"ad-{name}", f"of-{name}", reserve=10_000.0)
    await world.people(4)


async def clicks(world, who, whose, times):
    """Click an author's ad; return how many were charged."""
    before = len(facts_of(world, FactKind.CHARGE))
    for _ in range(times):
        slots = {slot["ad_id"]: slot for slot in paid(await world.feed(who))}
        await clicked(world, slots[f"ad-{whose}"], person=who)
        world.later(hours=2)
    return len(facts_of(world, FactKind.CHARGE)) - before


async def next_day(world):
    world.later(days=1)
    await world.items(60, authors=20, first=len(facts_of(world, FactKind.CHARGE)) * 100)
    await world.engine.tick()


@pytest.mark.parametrize("each_way", [True, False])
def test_a_ring_is_refunded_and_not_charged_again_and_bystanders_are(tmp_path, each_way):
    async def scenario():
        async with opened(tmp_path) as world:
            await advertisers(world)
            charged = await clicks(world, "ann", "bob", 4) + await clicks(world, "p1", "bob", 4)
            if each_way:
                charged += await clicks(world, "bob", "ann", 4)
            await next_day(world)
            back = facts_of(world, FactKind.INVALID)
            after = [await clicks(world, who, "bob", 1) for who in ("ann", "p1", "cid")]
            await world.engine.tick()
            again = len(facts_of(world, FactKind.INVALID)) - len(back)
            return charged, back, after, again, await differences(world)

    charged, back, after, again, wrong = run(scenario)
    assert charged == (12 if each_way else 8)
    assert len(back) == (8 if each_way else 0)
    assert {reason_of(int(fact["value"])) for fact in back} == (
        {Invalid.RING} if each_way else set()
    )
    assert after == [0 if each_way else 1, 1, 1]
    assert again == 0
    assert [found for found in wrong if "one charge" in found["expected"]] == []


def test_a_restart_knows_the_rings_again_and_gives_nothing_back_twice(tmp_path):
    async def first():
        async with opened(tmp_path) as world:
            await advertisers(world)
            for who, whose in (("ann", "bob"), ("bob", "ann")):
                await clicks(world, who, whose, 3)
            await next_day(world)
            return world.clock, len(facts_of(world, FactKind.INVALID))

    clock, refunded = run(first)

    async def second():
        async with opened(tmp_path, clock=clock) as world:
            await world.engine.tick()
            rings = world.engine.billing.charges.rings
            return len(rings), len(facts_of(world, FactKind.INVALID))

    assert refunded == 6
    assert run(second) == (2, 6)
