"""What a session is told of its surroundings: people only with their word, nothing to a child, and what a search finds."""

from tests.pages.test_page_routes import SOUTH, page_of, peopled
from tests.worlds.world import TOWN, opened, run

AT_HOME = {"shown_at_home": True}


def shown(person, **fields):
    return {"name": person, "home": SOUTH, "consent": AT_HOME, **fields}


def test_only_grown_people_who_said_so_are_shown_and_no_closer_than_a_hundred_metres(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await peopled(world)
            home = {"latitude": 26.37777, "longitude": 108.08888}
            await world.put("/v1/people/shown", shown("阿红", home=home, profession="cook"))
            await world.put("/v1/people/unasked", {"name": "不说", "home": SOUTH})
            await world.put("/v1/people/child", shown("小孩", minor=True))
            nowhere = {"shown_at_home": True, "position": False}
            await world.put("/v1/people/nowhere", shown("无处", consent=nowhere))
            await world.put(
                "/v1/people/far", shown("远人", home={"latitude": 27.0, "longitude": 108})
            )
            await world.put("/v1/people/blocked", shown("被拉黑"))
            await world.put("/v1/people/blocker", shown("拉黑我"))
            await world.put("/v1/people/p0", {"name": "侯立", "home": TOWN, "consent": AT_HOME})
            await world.put("/v1/people/p0/blocks/blocked")
            await world.put("/v1/people/blocker/blocks/p0")
            await world.put("/v1/people/p0/follows/shown")

            page = await page_of(world)
            around = await world.ask("GET", "/v1/page/around", headers=page, status=200)
            search = await world.ask("GET", "/v1/page/places?query=人", headers=page, status=200)
            await world.put("/v1/people/shown", {**shown("阿红", home=home), "consent": {}})
            after = await world.ask("GET", "/v1/page/around", headers=page, status=200)

        assert around["people"] == [
            {
                "id": "shown", "name": "阿红", "profession": "厨师", "followed": True,
                "position": {"latitude": 26.378, "longitude": 108.089}, "distance_km": 0.9,
            }
        ]  # fmt: skip
        assert search["data"] == []  # nobody of that name within fifty kilometres
        assert after["people"] == []

    run(scenario())


def test_what_is_live_nearby_is_shown_until_it_ends(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await peopled(world)
            await world.put("/v1/people/host", {"name": "主播"}, status=201)
            live = {
                "kind": "live",
                "author_id": "host",
                "text": "赶集直播\n更多",
                "position": SOUTH,
            }
            await world.put("/v1/items/room", live, status=201)
            dropped = {**live, "labels": [{"label": "drop", "rule": "spam"}]}
            await world.put("/v1/items/dropped", dropped, status=201)
            page = await page_of(world)
            around = await world.ask("GET", "/v1/page/around", headers=page, status=200)
            await world.ask("DELETE", "/v1/items/room")
            after = await world.ask("GET", "/v1/page/around", headers=page, status=200)

        assert around["rooms"] == [
            {
                "item_id": "room", "title": "赶集直播", "host": "主播", "distance_km": 1.0,
                "position": {"latitude": 26.371, "longitude": 108.08},
            }
        ]  # fmt: skip
        assert after["rooms"] == []

    run(scenario())


def test_a_search_finds_each_kind_and_refuses_what_is_no_question(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await peopled(world)
            await world.put("/v1/people/shown", shown("老城阿红"))
            page = await page_of(world)

            async def find(query, headers=page):
                return await world.http.get(
                    "/v1/page/places", params={"query": query}, headers=headers
                )

            old = (await find("老城")).json()["data"]
            bowl = (await find("羊肉")).json()["data"]
            blank = await find(" ")
            refused = [await find(""), await find("x" * 65), await world.http.get("/v1/page/places", headers=page)]  # fmt: skip
            child = await find("老城", await page_of(world, "p1"))
            by_key = await world.http.get("/v1/page/places", params={"query": "a"})

        assert [(match["kind"], match["id"], match["name"]) for match in old] == [
            ("place", "town", "老城"), ("shop", "noodles", "老城李家粉店"), ("person", "shown", "老城阿红"),
        ]  # fmt: skip
        assert [(match["kind"], match["id"], match["shop"]["id"]) for match in bowl] == [
            ("product", "s0", "noodles")
        ]
        assert bowl[0]["distance_km"] == 1.0
        assert (blank.status_code, blank.json()) == (200, {"data": []})
        assert [answer.status_code for answer in refused] == [400, 400, 400]
        assert child.json()["error"]["code"] == "position_unknown"
        assert by_key.json()["error"]["code"] == "session_needed"

    run(scenario())
