"""What holds of a creator's order once a party is erased: who may still move it, and what is left of what was sent."""

import sqlite3
from contextlib import closing

from tests.http.test_ads import scene
from tests.worlds.creator_world import (
    CREATOR,
    WORDS,
    accepted,
    act,
    brief,
    drafted,
    offer,
    post,
    read,
    studio,
)
from tests.worlds.trade_world import audited, balances, yuan
from tests.worlds.world import numbers, opened, run


@scene
async def test_a_brief_for_named_creators_opens_to_nobody_once_these_are_erased(world):
    await studio(world)
    await world.put("/v1/briefs/b1", brief(world, creator_ids=["p2"]), status=201)
    await world.ask("DELETE", "/v1/people/p2", status=204)
    assert (await world.ask("GET", "/v1/briefs/b1", status=200))["creator_ids"] == []
    for maker in ({}, CREATOR):
        refused = await world.put("/v1/offers/o1", offer(**maker), status=409)
        assert refused["error"]["code"] == "brief_not_for_creator"


@scene
async def test_a_moderator_gives_nothing_to_a_creator_who_has_just_been_erased(world):
    await studio(world)
    made = await accepted(world)
    await drafted(world, made)
    await act(world, made, "dispute", WORDS)
    await world.ask("DELETE", "/v1/people/ann", status=204)
    decision = {"amount": yuan(100), "text": "All of it."}
    refused = await act(world, made, "decide", decision, status=410)
    assert refused["error"]["code"] == "creator_erased"
    await world.engine.tick()
    assert (await read(world, made["id"]))["stage"] == "cancelled"
    owed = {kind for kind, _ in balances(world)}
    assert "CREATOR_PAYABLE" not in owed
    await audited(world)


def digests(home):
    """Return what is stored of what was sent: of offers, and of what was asked under a key."""
    with closing(sqlite3.connect(home / "records.db")) as records:
        offers = records.execute("SELECT digest FROM assignments ORDER BY number").fetchall()
        asked = records.execute(
            "SELECT digest FROM assignment_events WHERE request IS NOT NULL ORDER BY id"
        ).fetchall()
    return [digest for (digest,) in offers], [digest for (digest,) in asked]


def test_nothing_by_which_what_was_sent_could_be_guessed_is_left_of_it(tmp_path):
    async def scenario():
        made = []
        for name, first in (("a", 1), ("b", 10_000)):
            async with opened(tmp_path / name, draw=numbers(first)) as world:
                await studio(world)
                await world.put("/v1/briefs/b1", brief(world), status=201)
                await world.put("/v1/offers/o1", offer(text="Please"), status=201)
                await post(world, "/v1/offers/o1/accept", CREATOR, key="one")
                made.append(digests(tmp_path / name))
                # The same sent again is known again.
                await world.put("/v1/offers/o1", offer(text="Please"), status=200)
                await post(world, "/v1/offers/o1/accept", CREATOR, key="one")
                await world.ask("DELETE", "/v1/people/ann", status=204)
                assert digests(tmp_path / name) == ([b""], [None])
                gone = await world.put("/v1/offers/o1", offer(text="Please"), status=410)
                assert gone["error"]["code"] == "creator_erased"
        # Two communities were sent the same, and keep nothing that is alike.
        (offers, asked), (others, asked_there) = made
        assert len(offers) == len(asked) == 1
        assert offers != others
        assert asked != asked_there

    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    run(scenario())
