"""Live rooms over the public routes: opened, moved by SRS's own callbacks and by time, selling."""

import msgspec

from tests.worlds.trade_world import act, bought, line, market, order, pay, yuan
from tests.worlds.world import TOWN, opened, run

ROOM = {"owner_id": "p8", "title": "Fish sauce, straight from the county", "tags": ["soup"]}


def callback(action, client="9308h583", stream="room", **more):
    """Write a callback as SRS documents it."""
    return {
        "server_id": "vid-0xk989d", "service_id": "382k567", "action": action, "client_id": client,
        "ip": "192.168.1.10", "vhost": "__defaultVhost__", "app": "live",
        "tcUrl": "rtmp://127.0.0.1:1935/live?vhost=__defaultVhost__", "stream": stream, "param": "",
        "stream_url": f"video.test.com/live/{stream}", "stream_id": "vid-124q9y3", **more,
    }  # fmt: skip


class Srs:
    """A streaming server: it knows the hook's address, and sends no header of ours."""

    def __init__(self, world, path, key):
        self.world, self.path, self.key = world, path, key

    async def says(self, action, client="9308h583", *, key=None, **more):
        if action == "on_publish" and "param" not in more:
            more["param"] = f"?key={self.key if key is None else key}"
        body = callback(action, client, **more)
        bare = {"Authorization": "", "X-API-Key": ""}
        return (await self.world.ask("POST", self.path, body, status=200, headers=bare))["code"]


async def studio(world, **fields):
    """Open the market and a draft room, and let a streaming server know of it."""
    await market(world)
    made = await world.put("/v1/live/room", {**ROOM, **fields}, status=201)
    hook = await world.ask("GET", "/v1/live/hooks/srs", status=200)
    return Srs(world, hook["path"], made["stream_key"])


async def room(world):
    return await world.ask("GET", "/v1/live/room", status=200)


async def state(world):
    told = await room(world)
    return told["state"], told["publishing"], told["viewers"]


async def candidates(world):
    feed = await world.feed("p1")
    return {slot["item_id"]: slot for slot in feed["slots"]}


def scene(told):
    def test(tmp_path):
        async def scenario():
            async with opened(tmp_path) as world:
                await told(world)

        run(scenario())

    test.__name__ = told.__name__
    return test


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
async def test_an_encoder_that_comes_back_goes_on_and_one_that_does_not_ends_the_room(world):
    srs = await studio(world, silence_seconds=60)
    await srs.says("on_publish", "one")
    await srs.says("on_unpublish", "one")
    assert await state(world) == ("live", False, 0)
    world.later(seconds=59)
    await srs.says("on_publish", "two")
    world.later(hours=5)
    await world.engine.tick()
    assert await state(world) == ("live", True, 0)

    await srs.says("on_unpublish", "two")
    world.later(seconds=60)
    await world.engine.tick()
    assert await state(world) == ("ended", False, 0)
    assert await srs.says("on_publish", "three") != 0


@scene
async def test_repeated_and_late_callbacks_change_nothing(world):
    srs = await studio(world)
    await srs.says("on_publish", "one")
    before = await room(world)
    assert await srs.says("on_publish", "one") == 0
    assert await room(world) == before

    await srs.says("on_publish", "two")
    await srs.says("on_unpublish", "one")
    assert await state(world) == ("live", True, 0)
    await srs.says("on_unpublish", "one")
    assert await state(world) == ("live", True, 0)
    await srs.says("on_unpublish", "two")
    await srs.says("on_unpublish", "two")
    assert await state(world) == ("live", False, 0)


@scene
async def test_a_connection_that_publishes_again_after_it_stopped_keeps_the_room_live(world):
    srs = await studio(world)
    await srs.says("on_publish", "one")
    await srs.says("on_unpublish", "one")
    await srs.says("on_unpublish", "one")
    world.later(seconds=120)
    assert await srs.says("on_publish", "one") == 0
    assert await state(world) == ("live", True, 0)

    world.later(hours=5)
    await world.engine.tick()
    assert await state(world) == ("live", True, 0)
    await srs.says("on_unpublish", "one")
    world.later(seconds=300)
    await world.engine.tick()
    assert await state(world) == ("ended", False, 0)


@scene
async def test_an_unpublish_that_overtakes_its_publish_opens_no_room(world):
    srs = await studio(world)

    assert await srs.says("on_unpublish", "one") == 0
    assert await srs.says("on_publish", "one") == 0

    assert await state(world) == ("draft", False, 0)
    assert await srs.says("on_publish", "one") == 0
    assert await state(world) == ("live", True, 0)


@scene
async def test_players_are_counted_once_each_in_whatever_order_it_is_told(world):
    srs = await studio(world)
    await srs.says("on_publish")
    for action, client in (
        ("on_play", "a"), ("on_play", "a"), ("on_play", "b"), ("on_stop", "c"), ("on_play", "c"),
        ("on_stop", "a"), ("on_stop", "a"), ("on_play", "a"),
    ):  # fmt: skip
        assert await srs.says(action, client, pageUrl="http://www.test.com/live.html") == 0
    told = await room(world)
    assert (told["viewers"], told["plays"]) == (1, 3)

    await world.put("/v1/live/room", {**ROOM, "state": "ended"}, status=200)
    told = await room(world)
    assert (told["viewers"], told["plays"]) == (0, 3)
    assert await srs.says("on_play", "d") != 0


@scene
async def test_a_stream_that_reports_segments_ends_soon_after_the_last(world):
    srs = await studio(world)
    await srs.says("on_publish")
    await srs.says("on_hls", duration=9.68, file="./objs/live/room-100.ts", seq_no=100)
    world.later(seconds=200)
    await srs.says("on_hls", duration=9.68, file="./objs/live/room-120.ts", seq_no=120)
    world.later(seconds=299)
    await world.engine.tick()
    assert (await room(world))["state"] == "live"
    world.later(seconds=1)
    await world.engine.tick()

    assert (await room(world))["state"] == "ended"


@scene
async def test_a_number_for_a_client_as_srs_sent_before_its_fourth_version_is_taken(world):
    srs = await studio(world)

    assert await srs.says("on_publish", 108) == 0
    assert await srs.says("on_unpublish", 108) == 0

    assert await state(world) == ("live", False, 0)


@scene
async def test_a_key_before_the_streams_name_is_as_good(world):
    srs = await studio(world)
    wrong = "rtmp://127.0.0.1:1935/live?key=no"

    assert await srs.says("on_publish", param="", tcUrl=wrong) == 2
    assert await srs.says("on_publish", param="", tcUrl=wrong.replace("no", srs.key)) == 0

    assert await state(world) == ("live", True, 0)


@scene
async def test_a_callback_is_read_whatever_type_it_says_it_is(world):
    srs = await studio(world)
    body = msgspec.json.encode(callback("on_publish", param=f"?key={srs.key}"))
    for kind in (
        "application-json",
        "application/json",
        "text/plain",
        "application/x-www-form-urlencoded",
    ):
        headers = {"Authorization": "", "Content-Type": kind}
        told = await world.ask("POST", srs.path, content=body, headers=headers, status=200)
        assert told == {"code": 0}


@scene
async def test_what_srs_is_refused_has_its_own_code_and_changes_nothing(world):
    srs = await studio(world)
    before = await room(world)

    assert await srs.says("on_publish", stream="elsewhere") == 1
    assert await srs.says("on_play", stream="elsewhere") == 1
    assert await srs.says("on_publish", key="") == 2
    assert await srs.says("on_publish", key="f" * 32) == 2
    assert await srs.says("on_publish", param="") == 2
    assert await srs.says("on_connect", pageUrl="http://www.test.com/live.html") == 0
    assert await srs.says("on_dvr", cwd="/usr/local/srs", file="./a.flv") == 0
    assert await room(world) == before
    await world.put("/v1/live/room", {**ROOM, "state": "ended"}, status=200)

    assert await srs.says("on_publish") == 3


@scene
async def test_a_callback_without_the_right_token_is_refused(world):
    srs = await studio(world)
    body = callback("on_publish", param=f"?key={srs.key}")
    bare = {"Authorization": ""}
    for path, status, code in (
        ("/v1/live/hooks/srs", 401, "hook_token"),
        ("/v1/live/hooks/srs?token=", 401, "hook_token"),
        (srs.path[:-1] + ("0" if srs.path[-1] != "0" else "1"), 401, "hook_token"),
        (srs.path + "%E8%8C%B6", 401, "hook_token"),
    ):
        told = await world.ask("POST", path, body, status=status, headers=bare)
        assert told["error"]["code"] == code
    told = await world.ask("GET", "/v1/live/hooks/srs", status=401, headers=bare)
    assert told["error"]["code"] == "key_missing"

    assert (await room(world))["state"] == "draft"


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
