"""The routes behind people's pages: what is shown of somebody, and that a session changes only what is its own."""

import pytest

from tests.pages.test_page_routes import page_of, peopled
from tests.worlds.world import opened, run

FAR = {"latitude": 26.4225, "longitude": 108.08}
"""4.73 km north of the town's middle."""


async def asked(world, path, page, method="GET", body=None, status=200):
    return await world.ask(method, f"/v1/page/{path}", body, headers=page, status=status)


def test_a_page_says_who_somebody_is_their_shop_and_their_posts_newest_first(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await peopled(world)
            await world.put("/v1/people/a0", {"name": "李丽", "home": FAR, "profession": "cook"})
            world.later(hours=1)
            picture = {"url": "/media/a.webp", "type": "image/webp"}
            late = {"kind": "picture", "author_id": "a0", "text": "晚些时候", "media": [picture]}
            await world.put("/v1/items/late", late, status=201)
            for name, more in (
                ("draft", {"state": "draft"}),
                ("dropped", {"labels": [{"label": "drop", "rule": "law"}]}),
            ):
                await world.put(f"/v1/items/{name}", {**late, **more}, status=201)
            page = await page_of(world)

            person = await asked(world, "people/a0", page)
            other = await asked(world, "people/a1", page)

        assert (person["name"], person["trade"], person["place"]) == ("李丽", "厨师", "老城")
        assert person["distance_km"] == 5  # whole kilometres, rounded up
        assert (person["followers"], person["followed"], person["mine"]) == (1, True, False)
        assert [shop["name"] for shop in person["shops"]] == ["老城李家粉店"]
        assert [post["item_id"] for post in person["posts"]["data"]] == ["late", "s0", "i6", "i0"]
        assert person["posts"]["data"][0]["media"]["url"] == "/media/a.webp"
        assert (other["name"], other["followed"], other["shops"]) == ("a1", False, [])

    run(scenario())


def test_a_grid_goes_on_where_it_stopped_whatever_was_posted_meanwhile(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(1)
            await world.items(60, authors=1)
            page = await page_of(world)
            first = (await asked(world, "people/a0", page))["posts"]
            world.later(minutes=5)
            await world.items(1, authors=1, first=99)
            cursor, names = first["next_cursor"], [post["item_id"] for post in first["data"]]
            while cursor:
                more = await asked(world, f"people/a0/posts?cursor={cursor}", page)
                names += [post["item_id"] for post in more["data"]]
                cursor = more["next_cursor"]
            bad = await world.http.get("/v1/page/people/a0/posts?cursor=zzz", headers=page)

        assert sorted(names) == sorted(f"i{n}" for n in range(60))
        assert (bad.status_code, bad.json()["error"]["code"]) == (400, "cursor_invalid")

    run(scenario())


@pytest.mark.parametrize("why", ["child", "no consent", "viewer is a child", "viewer is nowhere"])
def test_nobodys_place_is_told_of_whom_or_to_whom_it_may_not_be(tmp_path, why):
    async def scenario():
        async with opened(tmp_path) as world:
            await peopled(world)
            lives = {"name": "李丽", "home": FAR}
            if why == "child":
                lives["minor"] = True
            if why == "no consent":
                lives["consent"] = {"position": False}
            await world.put("/v1/people/a0", lives)
            await world.put("/v1/people/drifter", {"name": "过客"})
            viewer = {"viewer is a child": "p1", "viewer is nowhere": "drifter"}.get(why, "p0")
            person = await asked(world, "people/a0", await page_of(world, viewer))

        assert person["distance_km"] is None
        assert person["place"] == (None if why in ("child", "no consent") else "老城")
        assert "latitude" not in str(person["posts"])

    run(scenario())


def test_mute_and_block_are_the_viewers_own_and_a_block_hides_the_posts(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await peopled(world)
            page = await page_of(world)
            muted = await asked(world, "people/a0/mutes", page, "PUT")
            shown = await asked(world, "people/a0", page)
            blocked = await asked(world, "people/a0/blocks", page, "PUT")
            hidden = await asked(world, "people/a0", page)
            listed = await asked(world, "people/a0/posts", page)
            edges = [
                (await world.ask("GET", f"/v1/people/p0/{what}"))["data"]
                for what in ("mutes", "blocks")
            ]
            await asked(world, "people/a0/mutes", page, "DELETE")
            free = await asked(world, "people/a0/blocks", page, "DELETE")
            back = await asked(world, "people/a0", page)
            self_block = await world.http.put("/v1/page/people/p0/blocks", headers=page)
            nobody = await world.http.put("/v1/page/people/none/mutes", headers=page)

        assert (muted, blocked) == (
            {"muted": True, "blocked": False, "ads_hidden": False},
            {"muted": True, "blocked": True, "ads_hidden": False},
        )
        assert shown["posts"]["data"]
        assert (hidden["blocked"], hidden["posts"]["data"], listed["data"]) == (True, [], [])
        assert edges == [["a0"], ["a0"]]
        assert free == {"muted": False, "blocked": False, "ads_hidden": False}
        assert back["posts"]["data"]
        assert (self_block.status_code, self_block.json()["error"]["code"]) == (400, "edge_to_self")
        assert (nobody.status_code, nobody.json()["error"]["code"]) == (404, "person_unknown")

    run(scenario())


def test_my_page_holds_what_i_like_now_whom_i_follow_and_what_i_consent_to(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await peopled(world)
            page = await page_of(world)
            for kind, item in (("like", "i1"), ("like", "i2"), ("like", "i3"), ("unlike", "i2")):
                world.later(minutes=1)
                await world.events(world.event(kind, item_id=item))
            world.later(minutes=1)
            await world.ask("DELETE", "/v1/items/i3")
            mine = await asked(world, "mine", page)
            likes = await asked(world, "mine/likes", page)

        assert [post["item_id"] for post in mine["likes"]["data"]] == ["i1"]
        assert likes == mine["likes"]
        assert mine["following"] == [{"id": "a0", "name": "李丽", "trade": None}]
        assert mine["consent"] == {
            "personalisation": True,
            "position": True,
            "shown_at_home": False,
        }

    run(scenario())


def test_saying_no_counts_at_once_and_changes_nothing_else_of_the_person(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await peopled(world)
            page = await page_of(world)
            before = await world.ask("GET", "/v1/people/p0")
            no = {"personalisation": False, "position": False, "shown_at_home": False}
            consent = await asked(world, "mine/consent", page, "PUT", no)
            feed = await asked(world, "feed", page, "POST", {"slots": 3})
            me = await asked(world, "me", page)
            after = await world.ask("GET", "/v1/people/p0")
            await asked(world, "mine/consent", page, "PUT", {})
            again = await asked(world, "me", page)
            wrong = await world.http.put("/v1/page/mine/consent", headers=page, json={"all": True})

        assert consent == no
        assert (feed["personalised"], me["personalised"], me["position"], me["place"]) == (
            False,
            False,
            None,
            None,
        )
        assert after == {**before, "consent": no}
        assert (again["personalised"], again["place"]) == (True, "老城")
        assert wrong.status_code == 400

    run(scenario())


def test_a_session_exports_what_is_kept_of_its_own_viewer(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await peopled(world)
            export = await asked(world, "mine/export", await page_of(world))
            by_key = await world.ask("GET", "/v1/people/p0/export")

        assert export == by_key
        assert export["person"]["id"] == "p0"

    run(scenario())


def test_whoever_was_erased_is_nobody_and_their_session_ends(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await peopled(world)
            page, theirs = await page_of(world), await page_of(world, "a0")
            await world.ask("DELETE", "/v1/people/a0")
            gone = [
                await world.http.get(f"/v1/page/people/a0{tail}", headers=page)
                for tail in ("", "/posts")
            ]
            ended = await world.http.get("/v1/page/mine", headers=theirs)
            shop = await asked(world, "shops/noodles", page)

        assert {(answer.status_code, answer.json()["error"]["code"]) for answer in gone} == {
            (404, "person_unknown")
        }
        assert ended.status_code in (401, 404)
        assert shop["owner_name"] is None

    run(scenario())


def test_what_is_saved_stands_on_ones_own_page_and_in_the_export_until_it_is_taken_out(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await peopled(world)
            page, other = await page_of(world), await page_of(world, "p1")
            for name in ("i1", "i4", "i1", "i5"):
                world.later(seconds=1)
                assert await asked(world, f"mine/saved/{name}", page, "PUT") == {"saved": True}
            await world.ask("DELETE", "/v1/items/i5")
            mine = await asked(world, "mine", page)
            listed = await asked(world, "mine/saved", page)
            knows = [await asked(world, f"mine/saved/{name}", page) for name in ("i1", "i2")]
            theirs = await asked(world, "mine/saved", other)
            export = await world.ask("GET", "/v1/people/p0/export")
            out = await asked(world, "mine/saved/i4", page, "DELETE")
            left = await asked(world, "mine/saved", page)
            nothing = await world.http.put("/v1/page/mine/saved/none", headers=page)

        assert [post["item_id"] for post in mine["saved"]["data"]] == ["i4", "i1"]
        assert listed == mine["saved"]
        assert knows == [{"saved": True}, {"saved": False}]
        assert theirs == {"data": [], "next_cursor": None}
        assert [post["item_id"] for post in export["saved"]] == ["i5", "i4", "i1"]
        assert out == {"saved": False}
        assert [post["item_id"] for post in left["data"]] == ["i1"]
        assert (nothing.status_code, nothing.json()["error"]["code"]) == (404, "item_unknown")

    run(scenario())
