"""The routes behind the viewer's page: what a session may see, and who may become a resident of the demo."""

import pytest

from tests.worlds.trade_world import SOUP
from tests.worlds.world import TOWN, opened, run

SOUTH = {"latitude": 26.3708, "longitude": 108.08}
"""A kilometre from the middle of the town."""
HERE = {"Host": "127.0.0.1:8000"}


async def peopled(world):
    """Fill a small town: a shop, a place, a channel, a trade, somebody who has joined and follows."""
    await world.put("/v1/domains/town", {"kind": "place", "name": "老城", "centre": TOWN})
    await world.put("/v1/domains/food", {"kind": "channel", "name": "吃在城里"})
    await world.put("/v1/domains/cook", {"kind": "profession", "name": "厨师"})
    asks = {"name": "侯立", "home": TOWN, "profession": "cook", "interests": {"tea": 1}}
    await world.put("/v1/people/p0", asks)
    await world.put("/v1/people/p1", {"name": "小满", "home": TOWN, "minor": True})
    await world.put("/v1/people/a0", {"name": "李丽"})
    await world.items(6, first=0, authors=6, position=SOUTH)
    await world.items(6, first=6, authors=6, channels=["food"], professions=["cook"], tags=["rice"])
    await shop_at(world, "noodles", "老城李家粉店", SOUTH, owner="a0")
    await world.put("/v1/products/s0", {**SOUP, "shop_id": "noodles", "name": "羊肉粉"}, status=201)
    await world.put("/v1/people/p0/follows/a0")
    await world.put("/v1/domains/food/members/p0")


async def shop_at(world, name, called, position, *, owner):
    """Open a shop."""
    body = {"owner_id": owner, "name": called, "position": position}
    await world.put(f"/v1/shops/{name}", body, status=201)
    await world.ask("POST", f"/v1/shops/{name}/review", {"decision": "approved"}, status=200)


async def page_of(world, viewer="p0"):
    made = await world.ask("POST", "/v1/sessions", {"viewer": viewer}, status=201)
    return {"Authorization": f"Bearer {made['token']}"}


def test_one_request_brings_a_page_of_the_feed_with_all_that_is_drawn_of_it(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await peopled(world)
            page = await page_of(world)
            liked = {
                "id": "l1",
                "type": "like",
                "time": world.now.isoformat(),
                "person_id": "p0",
                "item_id": "i0",
            }
            await world.events(liked)
            # What is liked keeps away for good unless the operator says otherwise.
            policy = (await world.ask("GET", "/v1/policy", status=200))["policy"]
            await world.put("/v1/policy", {"policy": {**policy, "liked_days": 0}}, status=200)
            world.later(minutes=1)

            told = await world.ask("POST", "/v1/page/feed", {"slots": 13}, headers=page, status=200)
            slot = next(one for one in told["slots"] if one["item_id"] == "i0")

            assert slot["author"] == {"id": "a0", "name": "李丽", "followed": True, "followers": 1}
            assert (slot["domain"], slot["text"], slot["liked"], slot["likes"]) == (
                "private",
                "a cup of tea",
                True,
                1,
            )
            assert (slot["place"], slot["distance_km"]) == ("老城", 1.0)
            assert slot["position"] == {"latitude": 26.371, "longitude": 108.08}
            assert len(told["slots"]) == len({one["item_id"] for one in told["slots"]})

    run(scenario())


def test_a_session_says_who_is_looking_and_joins_and_leaves_for_itself(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await peopled(world)
            page = await page_of(world)

            me = await world.ask("GET", "/v1/page/me", headers=page, status=200)
            left = await world.ask("DELETE", "/v1/page/domains/food", headers=page, status=200)
            members = await world.ask("GET", "/v1/domains/food/members")
            joined = await world.ask("PUT", "/v1/page/domains/cook", headers=page, status=200)
            cooks = await world.ask("GET", "/v1/domains/cook/members")
            none = await world.http.put("/v1/page/domains/none", headers=page)

        assert (me["id"], me["name"], me["place"], me["following"]) == ("p0", "侯立", "老城", 1)
        assert me["profession"]["name"] == "厨师"
        assert [(one["id"], one["joined"], one["members"]) for one in me["channels"]] == [
            ("food", True, 1)
        ]
        assert (left, members["data"]) == ({"joined": False}, [])
        assert (joined, cooks["data"]) == ({"joined": True}, ["p0"])
        assert (none.status_code, none.json()["error"]["code"]) == (404, "domain_unknown")

    run(scenario())


def test_why_tells_the_receipt_in_words_and_its_figures_are_the_receipts(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await peopled(world)
            page = await page_of(world)
            told = await world.ask("POST", "/v1/page/feed", {"slots": 3}, headers=page, status=200)
            rcp = told["receipt_id"]

            zh = [
                await world.ask("GET", f"/v1/page/why/{rcp}/{n}?lang=zh", headers=page, status=200)
                for n in (1, 2, 3)
            ]
            en = await world.ask("GET", f"/v1/page/why/{rcp}/1?lang=en", headers=page, status=200)
            receipt = await world.ask("GET", f"/v1/receipts/{rcp}")

        for one, held in zip(zh, receipt["slate"], strict=True):
            assert one["net_micros"] == pytest.approx(held["net"], abs=0.001)
            assert one["value_micros"] == pytest.approx(held["value"], abs=0.01)
            assert sum(part["micros"] for part in one["parts"]) == pytest.approx(
                held["value"], abs=0.01
            )
            assert one["propensity"] == held["propensity"]
            assert one["value_micros"] + sum(
                step["micros"] for step in one["steps"]
            ) == pytest.approx(held["net"], abs=0.07)
        assert zh[0]["identical"] is True
        assert zh[0]["candidates"] == receipt["candidates"]
        assert zh[0]["runner_up"]["text"] != ""
        assert zh[0]["sentence"].endswith("。")
        assert en["sentence"].endswith(".")
        assert en["payment"] == "Nobody paid for this place."

    run(scenario())


@pytest.mark.parametrize("what", ["other", "none", "slot"])
def test_a_session_reads_its_own_decisions_only(tmp_path, what):
    async def scenario():
        async with opened(tmp_path) as world:
            await peopled(world)
            page = await page_of(world)
            other = await world.feed("p1" if what == "other" else "p0", slots=2)
            rcp = "rcp_0" if what == "none" else other["receipt_id"]
            answer = await world.http.get(
                f"/v1/page/why/{rcp}/{9 if what == 'slot' else 1}", headers=page
            )

        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == (
            "slot_unknown" if what == "slot" else "receipt_unknown"
        )

    run(scenario())


def test_a_key_asks_the_other_routes_and_a_page_only_its_own(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await peopled(world)
            page = await page_of(world)

            by_key = await world.http.get("/v1/page/me")
            by_nobody = await world.http.get("/v1/page/me", headers={"Authorization": ""})
            others = [
                (await world.http.request(method, path, headers=page)).status_code
                for method, path in (
                    ("GET", "/v1/people/p1"), ("GET", "/v1/items"), ("GET", "/v1/promises"),
                    ("GET", "/v1/domains/food/members"), ("PUT", "/v1/people/p0/follows/a1"),
                )
            ]  # fmt: skip

        assert (by_key.status_code, by_key.json()["error"]["code"]) == (403, "session_needed")
        assert by_nobody.status_code == 401
        assert others == [403] * 5

    run(scenario())


def test_the_map_shows_shops_within_the_ring_and_nothing_to_a_child(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await peopled(world)
            far = {"latitude": 26.6, "longitude": 108.08}
            await shop_at(world, "tea", "远店", far, owner="a1")
            await world.put("/v1/people/a2", {})
            unseen = {"owner_id": "a2", "name": "未审", "position": SOUTH}
            await world.put("/v1/shops/new", unseen, status=201)

            around = await world.ask(
                "GET", "/v1/page/around", headers=await page_of(world), status=200
            )
            moved = await world.ask(
                "GET",
                "/v1/page/around?latitude=26.6&longitude=108.08",
                headers=await page_of(world),
            )
            half = await world.http.get(
                "/v1/page/around?latitude=26.6", headers=await page_of(world)
            )
            child = await world.http.get("/v1/page/around", headers=await page_of(world, "p1"))
            feed = await world.ask(
                "POST", "/v1/page/feed", {"slots": 13}, headers=await page_of(world, "p1")
            )

        assert around["radius_km"] == 10.0
        assert [
            (one["name"], one["owner_id"], one["followed"], one["distance_km"], one["within"])
            for one in around["shops"]
        ] == [("老城李家粉店", "a0", True, 1.1, True)]
        assert [one["name"] for one in moved["shops"]] == ["远店"]
        assert half.json()["error"]["code"] == "position_half"
        assert (child.status_code, child.json()["error"]["code"]) == (404, "position_unknown")
        assert {one["distance_km"] for one in feed["slots"]} == {None}

    run(scenario())


def test_who_lets_nobody_use_their_place_is_told_no_distance(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await peopled(world)
            shy = {"home": TOWN, "consent": {"position": False, "personalisation": False}}
            await world.put("/v1/people/p2", shy)
            page = await page_of(world, "p2")

            me = await world.ask("GET", "/v1/page/me", headers=page)
            feed = await world.ask("POST", "/v1/page/feed", {"slots": 13}, headers=page)
            why = await world.ask(
                "GET", f"/v1/page/why/{feed['receipt_id']}/1?lang=en", headers=page
            )

        assert (me["position"], me["place"], me["personalised"]) == (None, None, False)
        assert {one["distance_km"] for one in feed["slots"]} == {None}
        assert feed["personalised"] is False
        assert why["sentence"].endswith("; nothing you did was used to choose it.")

    run(scenario())


def test_an_erased_viewers_session_is_worth_nothing_and_an_erased_author_has_no_name(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await peopled(world)
            page, theirs = await page_of(world), await page_of(world, "p1")
            before = await world.ask("POST", "/v1/page/feed", {"slots": 13}, headers=page)
            await world.ask("DELETE", "/v1/people/p1", status=204)
            await world.ask("DELETE", "/v1/people/a0", status=204)
            gone = [
                (await world.http.request(method, path, json=body, headers=theirs)).status_code
                for method, path, body in (
                    ("GET", "/v1/page/me", None), ("POST", "/v1/page/feed", {}), ("GET", "/v1/page/around", None),
                )
            ]  # fmt: skip
            slots = {one["item_id"]: one["slot"] for one in before["slots"]}
            why = await world.http.get(
                f"/v1/page/why/{before['receipt_id']}/{slots['i0']}?lang=en", headers=page
            )

        assert gone == [401, 401, 401]
        assert why.status_code == 200
        assert "李丽" not in why.text

    run(scenario())


ELSEWHERE = [
    {"Host": "engine.example"},
    {**HERE, "X-Forwarded-For": "203.0.113.9"},
    {**HERE, "Forwarded": "for=203.0.113.9"},
    {**HERE, "Origin": "https://elsewhere.example"},
    {**HERE, "Sec-Fetch-Site": "cross-site"},
    {"Host": "127.0.0.1.elsewhere.example"},
    {"Host": "localhost@elsewhere.example"},
    {"Host": "[::1"},
    {"Host": "elsewhere.example@127.0.0.1"},
    {**HERE, "Referer": "https://elsewhere.example/"},
    {**HERE, "Origin": "null"},
    *(
        {**HERE, name: "1"}
        for name in (
            "Via",
            "X-Real-IP",
            "X-Forwarded-Host",
            "CF-Ray",
            "CDN-Loop",
            "X-Amzn-Trace-Id",
            "X-Azure-ClientIP",
            "X-Host",
            "Client-IP",
            "Proxy-Connection",
        )
    ),
]


@pytest.mark.parametrize("headers", ELSEWHERE, ids=lambda one: next(reversed(one)))
def test_a_resident_is_chosen_on_the_demos_own_machine_and_nowhere_else(tmp_path, headers):
    async def scenario():
        async with opened(tmp_path, demo="c") as world:
            await peopled(world)
            bare = {"Authorization": ""}
            there = await world.http.post(
                "/demo/session", json={"viewer": "p0"}, headers={**bare, **headers}
            )
            listed = await world.http.get("/demo/residents", headers={**bare, **headers})
            page = await world.http.get("/", headers={**bare, **headers})
            here = await world.http.post(
                "/demo/session", json={"viewer": "p0"}, headers={**bare, **HERE}
            )

        assert (there.status_code, there.json()["error"]["code"]) == (403, "demo_local")
        assert listed.status_code == 403
        assert 'data-demo="no"' in page.text
        assert here.status_code == 201

    run(scenario())


def test_without_a_demo_nobody_becomes_anybody(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await peopled(world)
            bare = {"Authorization": "", **HERE}
            made = await world.http.post("/demo/session", json={"viewer": "p0"}, headers=bare)
            page = await world.http.get("/", headers=bare)

        assert (made.status_code, made.json()["error"]["code"]) == (404, "demo_unknown")
        assert 'data-demo="no"' in page.text

    run(scenario())


def test_the_first_resident_has_most_to_see_and_others_are_found_by_name_or_trade(tmp_path):
    async def scenario():
        async with opened(tmp_path, demo="c") as world:
            await peopled(world)
            bare = {"Authorization": "", **HERE}

            async def found(text):
                told = await world.http.get(f"/demo/residents?q={text}", headers=bare)
                return [one["id"] for one in told.json()["data"]]

            everyone, by_name, by_trade = await found(""), await found("小满"), await found("厨师")
            nobody = await found("zzz")

        assert everyone[0] == "p0"
        assert (by_name, by_trade, nobody) == (["p1"], ["p0"], [])

    run(scenario())


def test_a_post_that_was_passed_on_is_told_without_a_decision_and_only_while_it_may_be_shown(
    tmp_path,
):
    async def scenario():
        async with opened(tmp_path) as world:
            await peopled(world)
            page = await page_of(world)
            told = await world.ask("GET", "/v1/page/posts/i0", headers=page, status=200)
            before = await world.ask("GET", "/v1/receipts")
            barred = {"author_id": "a1", "kind": "text", "labels": [{"label": "drop", "rule": "r"}]}
            await world.put("/v1/items/i1", barred, status=200)
            await world.ask("DELETE", "/v1/items/i0", status=204)
            gone = [await world.http.get(f"/v1/page/posts/{one}", headers=page) for one in ("i0", "i1", "none")]  # fmt: skip
            keyed = await world.http.get("/v1/page/posts/i2")

        assert (told["item_id"], told["slot"], told["beacon"], told["source"]) == ("i0", 0, "", "link")  # fmt: skip
        assert (told["text"], told["author"]["name"]) == ("a cup of tea", "李丽")
        assert (told["comments"], told["shares"]) == (0, 0)
        assert before["data"] == []
        assert [(one.status_code, one.json()["error"]["code"]) for one in gone] == [(404, "item_unknown")] * 3  # fmt: skip
        assert keyed.status_code in (401, 403)

    run(scenario())
