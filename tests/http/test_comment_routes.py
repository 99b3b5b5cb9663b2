"""Comments over the routes of an app's server: written, answered, liked, reported, listed by worth, let go."""

import pytest

from tests.worlds.comment_world import BELOW, counted, ids, listed, say, talk
from tests.worlds.world import opened, run


def test_a_comment_is_made_once_changed_and_read_back(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await talk(world)
            made = await say(world, "c1", mentions=["p1"], language="en")
            again = await say(world, "c1", mentions=["p1"], language="en", status=200)
            changed = await say(world, "c1", text="better said", status=200)
            read = await world.ask("GET", f"{BELOW}/c1", status=200)
            return made, again, changed, read, await counted(world)

    made, again, changed, read, count = run(scenario)
    assert made == again
    assert (made["author_id"], made["mentions"], made["state"]) == ("p0", ["p1"], "live")
    assert (made["edited_at"], made["by_item_author"], made["likes"]) == (None, False, 0)
    assert read == changed
    assert (changed["text"], changed["created_at"]) == ("better said", made["created_at"])
    assert changed["edited_at"] is not None
    assert count == 0, "a comment that a server writes is no fact until it sends the event"


REFUSED = [
    ({"text": ""}, 400, "malformed"),
    ({"text": "  \n "}, 400, "malformed"),
    ({"text": "x" * 2_001}, 400, "malformed"),
    ({"text": "x", "mentions": ["p1", "p1"]}, 400, "malformed"),
    ({"text": "x", "mentions": [f"p{n}" for n in range(11)]}, 400, "malformed"),
    ({"text": "x", "likes": 3}, 400, "malformed"),
    ({"text": "x", "author_id": "zoe"}, 404, "person_unknown"),
    ({"text": "x", "mentions": ["zoe"]}, 404, "person_unknown"),
    ({"text": "x", "in_reply_to": "c9"}, 404, "comment_unknown"),
    ({"text": "x", "in_reply_to": "r1"}, 400, "reply_too_deep"),
    ({"text": "x", "created_at": "2026-03-04T13:00:00Z"}, 400, "time_ahead"),
]


def test_what_does_not_fit_is_refused_by_code_and_changes_nothing(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await talk(world)
            await say(world, "c1")
            await say(world, "r1", "p1", in_reply_to="c1")
            codes = []
            for body, status, _ in REFUSED:
                sent = {"author_id": "p0", **body}
                refusal = await world.put(f"{BELOW}/c2", sent, status=status)
                codes.append((status, refusal["error"]["code"]))
            other = await say(world, "c1", "p1", status=400)
            elsewhere = await world.put(
                "/v1/items/i9/comments/c1", {"author_id": "p0", "text": "x"}, status=404
            )
            return codes, other, elsewhere, await listed(world)

    codes, other, elsewhere, page = run(scenario)
    assert codes == [(status, code) for _, status, code in REFUSED]
    assert other["error"]["code"] == "comment_fixed"
    assert elsewhere["error"]["code"] == "item_unknown"
    assert ids(page) == ["c1"]
    assert page["data"][0]["comment"]["text"] == "well said"


def test_replies_stand_below_their_comment_the_items_author_first(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await talk(world)
            await say(world, "c1")
            for number, who in enumerate(("p1", "p2", "a0", "p3")):
                world.later(minutes=1)
                await say(world, f"r{number}", who, in_reply_to="c1")
            page = await listed(world)
            first = await listed(world, "/c1/replies?limit=3")
            rest = await listed(world, f"/c1/replies?limit=3&cursor={first['next_cursor']}")
            names = [[reply["id"] for reply in part["data"]] for part in (first, rest)]
            return page, *names, rest["next_cursor"]

    page, first, rest, end = run(scenario)
    (thread,) = page["data"]
    assert thread["comment"]["replies"] == 4
    assert [reply["id"] for reply in thread["replies"]] == ["r2", "r0"]
    assert [reply["by_item_author"] for reply in thread["replies"]] == [True, False]
    assert (first, rest, end) == (["r2", "r0", "r1"], ["r3"], None)


def test_by_worth_the_liked_and_answered_stand_first_and_say_why(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await talk(world)
            for number in range(4):
                await say(world, f"c{number}", f"p{number}")
            world.later(days=3)
            for who in ("p1", "p2", "p3", "p4"):
                await world.put(f"{BELOW}/c0/likes/{who}", status=204)
            await say(world, "r0", "a0", in_reply_to="c2")
            by_worth = await listed(world, "?explain=true")
            newest = await listed(world, "?order=newest&explain=true")
            return by_worth, newest

    by_worth, newest = run(scenario)
    assert ids(by_worth)[:2] == ["c0", "c2"]
    ranks = {thread["comment"]["id"]: thread["rank"] for thread in by_worth["data"]}
    assert (ranks["c0"]["because"], ranks["c0"]["likes"]) == (["liked"], 4)
    # p1, p2, p3 wrote and p4 liked; a0 answered: all but the author of the comment were there.
    assert ranks["c0"]["readers"] == 5
    assert ranks["c2"]["because"] == ["author_answered", "answered"]
    assert ranks["c2"]["author_factor"] == 1.25
    assert ranks["c1"]["because"] == ["quiet"]
    assert all(0 <= rank["lower_bound"] <= 1 for rank in ranks.values())
    assert ids(newest) == ["c3", "c2", "c1", "c0"]
    assert newest["data"][0]["rank"]["because"] == ["newest"]
    assert [thread["rank"] for thread in by_worth["data"]] != [None] * 4


@pytest.mark.parametrize("order", ["worth", "newest"])
def test_page_after_page_shows_every_comment_once_whatever_is_written_meanwhile(tmp_path, order):
    async def scenario():
        async with opened(tmp_path) as world:
            await talk(world)
            for number in range(23):
                await say(world, f"c{number}", f"p{number % 6}")
            pages, cursor = [], ""
            while cursor is not None:
                page = await listed(world, f"?order={order}&limit=5{cursor}")
                pages.append(ids(page))
                cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
                world.later(minutes=20)
                await say(world, f"late{len(pages)}")
            return pages

    pages = run(scenario)
    assert [len(page) for page in pages] == [5, 5, 5, 5, 3]
    assert sorted(name for page in pages for name in page) == sorted(f"c{n}" for n in range(23))


def test_first_looks_stay_for_an_hour_and_differ_by_viewer(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await talk(world, 40)
            for number in range(40):
                await say(world, f"c{number}", f"p{number % 3}")
            orders = {}
            for viewer in ("p10", "p11"):
                orders[viewer] = ids(await listed(world, f"?viewer={viewer}&limit=40"))
            again = ids(await listed(world, "?viewer=p10&limit=40"))
            world.later(hours=1)
            return orders, again, ids(await listed(world, "?viewer=p10&limit=40"))

    orders, again, later = run(scenario)
    assert again == orders["p10"]
    assert orders["p11"] != orders["p10"]
    assert later != orders["p10"]


def test_whom_the_viewer_mutes_or_blocks_is_not_shown_to_them_and_is_to_others(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await talk(world)
            await say(world, "c1", "p1")
            await say(world, "c2", "p2")
            await say(world, "c3", "p3")
            await say(world, "r1", "p1", in_reply_to="c3")
            await world.put("/v1/people/p0/mutes/p1", status=204)
            await world.put("/v1/people/p0/blocks/p2", status=204)
            return await listed(world, "?viewer=p0"), await listed(world, "?viewer=p4")

    mine, other = run(scenario)
    assert ids(mine) == ["c3"]
    assert mine["data"][0]["replies"] == []
    assert set(ids(other)) == {"c1", "c2", "c3"}


def test_a_deleted_comment_stays_while_somebody_has_answered_it(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await talk(world)
            for name in ("c1", "c2"):
                await say(world, name)
            await say(world, "r1", "p1", in_reply_to="c1")
            for name in ("c1", "c2", "c2"):
                await world.ask("DELETE", f"{BELOW}/{name}", status=204)
            again = await say(world, "c1", status=410)
            log = await world.ask("GET", "/v1/audit-log?kind=comment", status=200)
            return await listed(world), again, log["data"]

    page, again, log = run(scenario)
    (thread,) = page["data"]
    assert (thread["comment"]["state"], thread["comment"]["text"]) == ("deleted", "")
    assert (thread["comment"]["author_id"], thread["comment"]["mentions"]) == (None, [])
    assert [reply["id"] for reply in thread["replies"]] == ["r1"]
    assert again["error"]["code"] == "comment_deleted"
    assert [(act["object"]["id"], act["before"], act["after"]) for act in log] == [
        ("c2", {"state": "live"}, {"state": "deleted", "item_id": "i0"}),
        ("c1", {"state": "live"}, {"state": "deleted", "item_id": "i0"}),
    ]


def test_a_comment_is_withdrawn_with_its_item_and_comes_back_with_it(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await talk(world)
            await say(world, "c1")
            await world.ask("DELETE", "/v1/items/i0", status=204)
            gone = await world.ask("GET", f"{BELOW}/c1", status=200)
            refused = await say(world, "c2", status=409)
            await world.items(1)
            return gone, refused, await world.ask("GET", f"{BELOW}/c1", status=200)

    gone, refused, back = run(scenario)
    assert gone["state"] == "withdrawn"
    assert refused["error"]["code"] == "item_not_live"
    assert (back["state"], back["text"]) == ("live", "well said")


def test_an_erased_author_leaves_only_the_replies_of_others(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await talk(world)
            await say(world, "c1", "p1", "what p1 said")
            await say(world, "c2", "p2", "hello @p1", mentions=["p1"])
            await say(world, "r1", "p2", in_reply_to="c1")
            await world.put(f"{BELOW}/c2/likes/p1", status=204)
            await world.put(f"{BELOW}/c2/reports/p1", {"reason": "spam"}, status=204)
            export = await world.ask("GET", "/v1/people/p1/export", status=200)
            await world.ask("DELETE", "/v1/people/p1", status=204)
            return export, await listed(world, "?order=newest")

    export, page = run(scenario)
    comments = [
        (comment["item_id"], comment["id"], comment["text"]) for comment in export["comments"]
    ]
    assert comments == [("i0", "c1", "what p1 said")]
    assert [like["comment_id"] for like in export["comment_likes"]] == ["c2"]
    assert [(report["comment_id"], report["reason"]) for report in export["comment_reports"]] == [("c2", "spam")]  # fmt: skip
    second, first = page["data"]
    assert (first["comment"]["state"], first["comment"]["text"]) == ("erased", "")
    assert first["comment"]["author_id"] is None
    assert [reply["id"] for reply in first["replies"]] == ["r1"]
    assert (second["comment"]["mentions"], second["comment"]["likes"]) == ([], 0)


def test_likes_and_reports_are_idempotent_and_never_ones_own(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await talk(world)
            await say(world, "c1")
            for _ in range(2):
                await world.put(f"{BELOW}/c1/likes/p1", status=204)
                await world.put(f"{BELOW}/c1/reports/p1", {"reason": "false"}, status=204)
            likes = (await world.ask("GET", f"{BELOW}/c1", status=200))["likes"]
            own = await world.put(f"{BELOW}/c1/likes/p0", status=409)
            reason = await world.put(f"{BELOW}/c1/reports/p1", {"reason": "dull"}, status=400)
            for _ in range(2):
                await world.ask("DELETE", f"{BELOW}/c1/likes/p1", status=204)
                await world.ask("DELETE", f"{BELOW}/c1/reports/p1", status=204)
            after = (await world.ask("GET", f"{BELOW}/c1", status=200))["likes"]
            return likes, own, reason, after

    likes, own, reason, after = run(scenario)
    assert (likes, after) == (1, 0)
    assert (own["error"]["code"], reason["error"]["code"]) == ("comment_own", "malformed")


@pytest.mark.parametrize("cursor", ["Yg", "MQ", "***", "MS4yLjMuNC41"])
def test_a_cursor_that_was_not_made_here_is_refused(tmp_path, cursor):
    async def scenario():
        async with opened(tmp_path) as world:
            await talk(world)
            return await world.ask("GET", f"{BELOW}?cursor={cursor}", status=400)

    assert run(scenario)["error"]["code"] == "cursor_invalid"
