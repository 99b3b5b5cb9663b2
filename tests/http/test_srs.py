"""A live room follows SRS's own callbacks, repeated, late, out of order or wrong."""

import msgspec

from tests.worlds.studio import ROOM, callback, room, scene, state, studio


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
