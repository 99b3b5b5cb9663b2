"""What a page may say: of its own viewer, of kinds a page can know, and of a slot with that slot's beacon."""

import pytest

from lodestone.base.errors import ForbiddenError
from lodestone.events.outcomes import PAGE_KINDS, SLOT_KINDS, WIRE_KINDS
from lodestone.events.wire import decode_events
from lodestone.features.snapshot import digest
from lodestone.services.access import Principal
from lodestone.services.feed.messages import FeedRequest
from tests.worlds.world import TOWN, opened, run

NOT_OF_A_PAGE = {"shop_visit", "order", "redeem", "conversion"}
NEED_THE_BEACON = {"impression", "viewable", "watch", "click", "long_view"}
BESIDE = {
    "watch_seconds": 9.0,
    "visible_seconds": 9.0,
    "author_id": "a1",
    "position": TOWN,
    "query": "tea",
}


def everything(world):
    """Return all that events can move: state, log, promises' account, prices."""
    engine = world.engine
    keeper = engine.housekeeper
    account = {
        name: getattr(keeper.account, name) for name in dir(keeper.account) if name[0] != "_"
    }
    told = {name: repr(value) for name, value in account.items() if not callable(value)}
    return digest(engine.state), engine.log.end(), told, repr(engine.prices)


async def page(world, viewer="p0"):
    made = await world.ask("POST", "/v1/sessions", {"viewer": viewer}, status=201)
    return {"Authorization": f"Bearer {made['token']}"}


async def verdicts(world, who, *events):
    told = await world.ask("POST", "/v1/events", {"events": list(events)}, headers=who, status=200)
    return told["accepted"], [one["code"] for one in told["refused"]]


def test_the_kinds_of_a_page_are_all_but_those_of_commerce():
    assert set(WIRE_KINDS) - {kind.name.lower() for kind in PAGE_KINDS} == NOT_OF_A_PAGE
    assert {kind.name.lower() for kind in SLOT_KINDS} == NEED_THE_BEACON


def test_what_a_page_cannot_know_is_refused_by_code_and_moves_nothing(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(2, home=TOWN)
            await world.items(20)
            who = await page(world)
            slot, other = (await world.feed("p0"))["slots"][0], (await world.feed("p1"))["slots"][0]
            before = everything(world)
            for kind in sorted(NOT_OF_A_PAGE):
                for shown in (None, slot, other):
                    for more in ({}, BESIDE, {"receipt_id": "rcp_0", "slot": 1}):
                        fields = {"item_id": "i1", **more}
                        if shown is not None:
                            fields |= {"item_id": shown["item_id"], "beacon": shown["beacon"]}
                        event = {**world.event(kind), **fields}
                        assert await verdicts(world, who, event) == (0, ["type_untrusted"]), kind
            for kind in sorted(NEED_THE_BEACON):
                bare = world.event(kind, item_id="i1", watch_seconds=9.0, visible_seconds=9.0)
                assert await verdicts(world, who, bare) == (0, ["beacon_missing"]), kind
                theirs = world.event(kind, other, watch_seconds=9.0, visible_seconds=9.0)
                assert await verdicts(world, who, theirs) == (0, ["beacon_invalid"]), kind
                another = {
                    "item_id": other["item_id"],
                    "beacon": slot["beacon"],
                    "watch_seconds": 9.0,
                    "visible_seconds": 9.0,
                }
                if other["item_id"] != slot["item_id"]:
                    event = world.event(kind, **another)
                    assert await verdicts(world, who, event) == (0, ["beacon_invalid"]), kind
            assert everything(world) == before

    run(scenario())


def test_a_page_says_of_its_own_slot_and_of_itself_and_a_server_says_the_rest(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(2, home=TOWN)
            await world.items(20)
            who = await page(world)
            slot = (await world.feed("p0"))["slots"][0]
            for kind in sorted(set(WIRE_KINDS) - NOT_OF_A_PAGE):
                event = world.event(kind, slot, **BESIDE)
                assert await verdicts(world, who, event) == (1, []), kind
            for kind in sorted(set(WIRE_KINDS) - NOT_OF_A_PAGE - NEED_THE_BEACON):
                event = world.event(kind, item_id="i2", **BESIDE)
                assert await verdicts(world, who, event) == (1, []), kind
            for kind in sorted(WIRE_KINDS):
                event = world.event(kind, item_id="i3", **BESIDE)
                assert await verdicts(world, {}, event) == (1, []), kind

    run(scenario())


def test_trust_is_checked_where_the_work_is_done_whichever_route_leads_there(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(2)
            await world.items(5)
            pages = frozenset({"feeds", "events"})
            mine = Principal("c", pages, b"d", viewer="p0")
            elsewhere, none = Principal("other", pages, b"d"), Principal("c", frozenset(), b"d")
            like = b'{"events": [{"id": "x", "type": "like", "time": "2026-03-04T12:00:00Z", "item_id": "i0",'
            before = everything(world), world.engine.log.receipt_next()
            for who, viewer in ((mine, "p1"), (mine, None), (elsewhere, "p0"), (none, "p0")):
                with pytest.raises(ForbiddenError):
                    await world.engine.feed(FeedRequest(viewer=viewer), who)
                named = (
                    b'"person_id": null' if viewer is None else f'"person_id": "{viewer}"'.encode()
                )
                events = decode_events(like + named + b"}]}", ndjson=False)
                with pytest.raises(ForbiddenError):
                    await world.engine.accept(events, who)
            with pytest.raises(ForbiddenError):
                await world.engine.accept([], mine, history=True)
            assert (everything(world), world.engine.log.receipt_next()) == before

    run(scenario())
