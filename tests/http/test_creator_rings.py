"""Rings and posts that are seen, not played: one showing is one play, however often it is reported."""

import numpy as np

from lodestone.base.clock import DAY_MICROS
from lodestone.events.outcomes import FactKind
from tests.http.test_ads import scene
from tests.worlds.creator_world import CPM, accepted, published, settled, studio
from tests.worlds.play_facts import RECEIPTS, play

SEEN = {"kind": FactKind.IMPRESSION, "ms": 1_500}


async def paired(world, kind="video"):
    """Let Ann publish for an order, and another author have a post of the same kind; return what plays of each need."""
    await studio(world)
    await world.put("/v1/people/r0", {}, status=201)
    await world.put("/v1/items/ring0", {"kind": kind, "author_id": "r0"}, status=201)
    made = await published(world, await accepted(world, CPM), kind=kind)
    directory = world.engine.directory
    ann, other = (directory.ordinal(directory.people[name]) for name in ("ann", "r0"))
    mutual = (directory.item_row("film"), other), (directory.item_row("ring0"), ann)
    return made, mutual, world.engine.now() + 1


@scene
async def test_one_long_play_each_way_that_is_reported_often_is_no_ring(world):
    made, mutual, now = await paired(world)
    for item, person in mutual:
        receipt = next(RECEIPTS)
        reports = [play(item, person, now + n, ms=n * 3_000, receipt=receipt) for n in range(1, 12)]
        await world.engine.append_fact(np.concatenate(reports))
    count = (await settled(world, made))["counted"]
    assert (count["settled"], count["excluded"]) == (1, {})


@scene
async def test_authors_who_look_at_each_others_pictures_are_a_ring_too(world):
    made, mutual, now = await paired(world, "picture")
    for item, person in mutual:
        seen = [play(item, person, now + n * DAY_MICROS, **SEEN) for n in range(3)]
        await world.engine.append_fact(np.concatenate(seen))
    count = (await settled(world, made))["counted"]
    assert (count["settled"], count["excluded"]) == (0, {"ring": 3})


@scene
async def test_plays_that_would_not_be_settled_neither_make_a_ring_nor_hide_one(world):
    made, mutual, now = await paired(world)
    (film, other), (ring0, ann) = mutual
    facts = [play(film, other, now + n * DAY_MICROS) for n in range(3)]
    facts += [play(ring0, ann, now + n) for n in range(3)]
    await world.put("/v1/items/aside", {"kind": "video", "author_id": "p1"}, status=201)
    aside = world.engine.directory.item_row("aside")
    # Glances at what somebody else made: they count for nobody.
    facts += [play(aside, other, now + n, ms=300) for n in range(20)]
    await world.engine.append_fact(np.concatenate(facts))
    count = (await settled(world, made))["counted"]
    assert (count["settled"], count["excluded"]) == (0, {"ring": 3})


@scene
async def test_a_picture_was_seen_as_long_as_the_longest_report_of_its_slot_says(world):
    made, ((film, _), _), now = await paired(world, "picture")
    directory = world.engine.directory
    mei, viewer = (directory.ordinal(directory.people[name]) for name in ("mei", "p1"))
    receipt = next(RECEIPTS)
    shortly = play(film, viewer, now, kind=FactKind.IMPRESSION, ms=200, receipt=receipt)
    longer = play(film, viewer, now + 1, kind=FactKind.VIEWABLE, ms=1_500, receipt=receipt)
    own = play(film, mei, now, **SEEN)
    await world.engine.append_fact(np.concatenate([shortly, longer, own]))
    count = (await settled(world, made))["counted"]
    assert (count["shown"], count["settled"], count["excluded"]) == (2, 1, {"own": 1})
