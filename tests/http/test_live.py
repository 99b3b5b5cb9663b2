"""Live rooms over the public routes: opened, moved by the app and by time, selling."""

from tests.worlds.studio import ROOM, candidates, room, scene, state, studio
from tests.worlds.trade_world import act, bought, line, order, pay, yuan
from tests.worlds.world import TOWN, opened, run


@scene
async def test_a_room_is_a_candidate_while_it_is_live_and_no_longer(world):
    srs = await studio(world, products=["soup", "meal"])
    assert "room" not in await candidates(world)

    assert await srs.says("on_publish") == 0
    assert await state(world) == ("live", True, 0)
    slot = (await candidates(world))["room"]
    assert (slot["kind"], slot["author_id"]) == ("live", "p8")
    told = await room(world)
    assert told["products"] == ["soup", "meal"]
    assert told["started_at"] == "2026-03-04T12:00:00.000Z"
    await world.put("/v1/live/room", {**ROOM, "state": "ended"}, status=200)

    assert await state(world) == ("ended", False, 0)
    assert "room" not in await candidates(world)
    item = await world.ask("GET", "/v1/items/room", status=200)
    assert (item["kind"], item["state"]) == ("live", "withdrawn")


@scene
async def test_the_app_alone_can_run_a_room_and_silence_ends_it(world):
    await studio(world)
    await world.put("/v1/live/room", {**ROOM, "state": "live"}, status=200)
    world.later(seconds=299)
    await world.engine.tick()
    assert (await room(world))["state"] == "live"
    told = await world.put("/v1/live/room", {**ROOM, "state": "live"}, status=200)
    assert told["ends_unless_heard_at"] == "2026-03-04T12:09:59.000Z"
    world.later(seconds=299)
    await world.engine.tick()
    assert (await room(world))["state"] == "live"

    world.later(seconds=1)
    await world.engine.tick()
    told = await room(world)
    assert (told["state"], told["ended_at"]) == ("ended", "2026-03-04T12:09:59.000Z")
    assert "room" not in await candidates(world)


@scene
async def test_bad_rooms_are_refused_by_name(world):
    await studio(world, products=["soup"])
    await world.items(1)
    await world.put("/v1/live/other", {**ROOM, "stream": "taken"}, status=201)
    for name, fields, status, code, field in (
        ("new", {"owner_id": "nobody"}, 404, "person_unknown", "owner_id"),
        ("new", {"products": ["soup", "stone"]}, 404, "product_unknown", "products[1]"),
        ("new", {"products": ["soup", "soup"]}, 400, "malformed", "products"),
        ("new", {"title": ""}, 400, "malformed", "title"),
        ("new", {"silence_seconds": 9}, 400, "malformed", "silence_seconds"),
        ("new", {"stream": "room"}, 409, "stream_taken", "stream"),
        ("taken", {}, 409, "stream_taken", "stream"),
        ("i0", {}, 409, "item_taken", "id"),
        ("soup", {}, 409, "item_taken", "id"),
        ("room", {"owner_id": "li"}, 400, "owner_fixed", "owner_id"),
    ):
        told = await world.put(f"/v1/live/{name}", {**ROOM, **fields}, status=status)
        assert (told["error"]["code"], told["error"]["details"][0]["field"]) == (code, field), name
    told = await world.ask("GET", "/v1/live/new", status=404)
    assert told["error"]["code"] == "room_unknown"
    assert (await world.ask("GET", "/v1/live/new/sales", status=404))["error"]["code"] == "room_unknown"  # fmt: skip


@scene
async def test_a_room_moves_only_forward(world):
    await studio(world)
    await world.put("/v1/live/room", {**ROOM, "state": "live"}, status=200)
    told = await world.put("/v1/live/room", {**ROOM, "state": "draft"}, status=409)
    assert told["error"]["code"] == "room_live"
    await world.put("/v1/live/room", {**ROOM, "state": "ended"}, status=200)
    for wanted in ("draft", "live"):
        told = await world.put("/v1/live/room", {**ROOM, "state": wanted}, status=409)
        assert told["error"]["code"] == "room_ended"

    told = await world.put("/v1/live/room", {**ROOM, "title": "was"}, status=200)
    assert (told["state"], told["title"]) == ("ended", "was")


@scene
async def test_a_stream_can_be_used_again_once_its_room_has_ended(world):
    srs = await studio(world)
    await world.put("/v1/live/room", {**ROOM, "state": "ended"}, status=200)
    made = await world.put("/v1/live/next", {**ROOM, "stream": "room"}, status=201)
    srs.key = made["stream_key"]

    assert await srs.says("on_publish") == 0

    assert (await world.ask("GET", "/v1/live/next", status=200))["state"] == "live"
    assert (await room(world))["state"] == "ended"


@scene
async def test_sales_are_told_by_minute_from_the_orders_themselves(world):
    srs = await studio(world, products=["soup"])
    await bought(world, buyer="p9")  # before the room is live: not the room's
    sale = {
        "product_id": "soup", "variant_id": "bowl", "stock": 6, "price": yuan(10),
        "opens_at": "2026-03-04T12:00:00Z", "closes_at": "2026-03-04T13:00:00Z", "where": "room",
    }  # fmt: skip
    await world.put("/v1/sales/flash", sale, status=201)
    await srs.says("on_publish")
    feed = await world.feed("p1")
    seen = next(one for one in feed["slots"] if one["item_id"] == "room")

    first = await bought(world, line(quantity=2), buyer="p2", sale_id="flash")
    led = {"receipt_id": feed["receipt_id"], "slot": seen["slot"]}
    await bought(world, line(quantity=1), buyer="p1", **led)
    await bought(world, buyer="p3")  # neither in the sale nor from the room
    late = await order(world, line(quantity=3), buyer="p4", sale_id="flash")
    dropped = await order(world, buyer="p5", sale_id="flash")
    world.later(seconds=65)
    await pay(world, late)
    await act(world, dropped, "cancel")
    await act(world, first, "fulfil")
    await act(world, first, "refund", {"request_id": "r", "amount": yuan(5)})
    await world.put("/v1/live/room", {**ROOM, "state": "ended"}, status=200)
    await bought(world, buyer="p6", sale_id="flash")  # after its end
    await act(world, late, "refund", {"request_id": "a", "amount": yuan(1)})
    world.later(seconds=60)
    await act(world, late, "cancel")

    told = await world.ask("GET", "/v1/live/room/sales", status=200)
    assert told == {
        "room_id": "room", "reserved": 4, "orders": 3, "units": 6, "money": yuan(68),
        "refunded": yuan(35),
        "minutes": [
            {"at": "2026-03-04T12:00:00.000Z", "orders": 2, "units": 3, "money": yuan(38),
             "refunded": yuan(0)},
            {"at": "2026-03-04T12:01:00.000Z", "orders": 1, "units": 3, "money": yuan(30),
             "refunded": yuan(6)},
            {"at": "2026-03-04T12:02:00.000Z", "orders": 0, "units": 0, "money": yuan(0),
             "refunded": yuan(29)},
        ],
    }  # fmt: skip


@scene
async def test_a_room_ends_and_is_emptied_when_its_owner_is_erased(world):
    srs = await studio(world, position=TOWN)
    await srs.says("on_publish")
    held = await world.ask("GET", "/v1/people/p8/export", status=200)
    assert (held["rooms"], [item["id"] for item in held["items"]]) == (["room"], ["room"])
    await world.ask("DELETE", "/v1/people/p8", status=204)

    told = await room(world)
    assert (told["owner_id"], told["title"], told["state"]) == (None, "closed", "ended")
    assert told["position"] is None
    assert await srs.says("on_publish") == 1
    told = await world.put("/v1/live/room", ROOM, status=410)
    assert told["error"]["code"] == "room_erased"


def test_a_live_room_is_live_after_a_restart(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            srs = await studio(world)
            await srs.says("on_publish", "one")
            await srs.says("on_play", "a")
            clock = world.clock
        async with opened(tmp_path, clock=clock) as world:
            srs.world = world
            assert await state(world) == ("live", True, 1)
            assert "room" in await candidates(world)
            await srs.says("on_unpublish", "one")
            assert await state(world) == ("live", False, 1)

    run(scenario())
