"""Comments through a page: of its own viewer only, each told to the log exactly once, at a human pace."""

import pytest

from lodestone.base.errors import UnavailableError
from tests.worlds.comment_world import BELOW, PAGE, counted, ids, listed, say, session, talk
from tests.worlds.world import opened, run


async def facts(world, who="p0"):
    """Return what the log has of somebody's comments: (item, receipt)."""
    export = await world.ask("GET", f"/v1/people/{who}/export", status=200)
    return [(f["item_id"], f["receipt_id"]) for f in export["facts"] if f["type"] == "comment"]


async def shown_to(world, viewer="p0"):
    """Return a slot that a decision showed somebody, and the decision."""
    feed = await world.feed(viewer)
    return feed["slots"][0], feed["receipt_id"]


def below(item):
    return f"/v1/page/posts/{item}/comments"


def test_a_comment_made_through_the_page_is_a_fact_about_its_slot_exactly_once(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await talk(world)
            mine = await session(world)
            slot, receipt = await shown_to(world)
            body = {"text": "well said", "beacon": slot["beacon"]}
            path = f"{below(slot['item_id'])}/c1"
            made = [await world.put(path, body, status=200, **mine) for _ in range(3)]
            changed = await world.put(path, {**body, "text": "better"}, status=200, **mine)
            return slot, receipt, made, changed, await facts(world)

    slot, receipt, made, changed, commented = run(scenario)
    assert commented == [(slot["item_id"], receipt)]
    assert [answer["comments"] for answer in made] == [1, 1, 1]
    assert made[0]["comment"]["mine"]
    assert (changed["comment"]["text"], changed["comment"]["edited"]) == ("better", True)


def test_a_comment_whose_event_was_not_stored_makes_it_when_it_is_sent_again(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await talk(world)
            mine = await session(world)
            append = world.engine.log.append

            async def silent(*_, **__):
                raise UnavailableError("log_unavailable", "the disk does not answer")

            world.engine.log.append = silent
            lost = await world.put(f"{PAGE}/c1", {"text": "well said"}, status=503, **mine)
            world.engine.log.append = append
            before = await facts(world)
            await world.put(f"{PAGE}/c1", {"text": "well said"}, status=200, **mine)
            return lost, before, await facts(world), ids(await listed(world))

    lost, before, after, shown = run(scenario)
    assert lost["error"]["code"] == "log_unavailable"
    assert (before, after, shown) == ([], [("i0", None)], ["c1"])


def test_a_second_comment_of_one_slot_is_content_and_no_second_outcome(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await talk(world)
            mine = await session(world)
            slot, receipt = await shown_to(world)
            for name in ("c1", "c2"):
                body = {"text": name, "beacon": slot["beacon"]}
                await world.put(f"{below(slot['item_id'])}/{name}", body, status=200, **mine)
            return receipt, await facts(world), await counted(world, slot["item_id"])

    receipt, commented, count = run(scenario)
    assert [shown for _, shown in commented] == [receipt]
    assert count == 1


def test_what_was_written_without_a_connection_counts_when_it_was_written(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await talk(world)
            mine = await session(world)
            slot, receipt = await shown_to(world)
            then = world.now.isoformat()
            world.later(minutes=50)
            early = {"text": "kept", "beacon": slot["beacon"], "written_at": then}
            await world.put(f"{below(slot['item_id'])}/c1", early, status=200, **mine)
            world.later(days=2)
            mine = await session(world)
            late = {"text": "kept for days", "beacon": slot["beacon"]}
            await world.put(f"{below('i1')}/c2", late, status=200, **mine)
            return slot, receipt, await facts(world)

    slot, receipt, commented = run(scenario)
    assert commented[0] == (slot["item_id"], receipt)
    assert commented[1] == ("i1", None), "its slot is no fact any more, and it is one all the same"


def test_a_page_acts_for_its_own_viewer_only(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await talk(world)
            await say(world, "c1", "p1")
            mine = await session(world)
            theirs = await world.ask("DELETE", f"{PAGE}/c1", status=403, **mine)
            changed = await world.put(f"{PAGE}/c1", {"text": "not mine"}, status=400, **mine)
            await world.put(f"{PAGE}/c2", {"text": "mine"}, status=200, **mine)
            gone = await world.ask("DELETE", f"{PAGE}/c2", status=200, **mine)
            server = await world.ask("GET", PAGE, status=403)
            route = await world.put(
                f"{BELOW}/c3", {"author_id": "p1", "text": "x"}, status=403, **mine
            )
            return theirs, changed, gone, server, route, await listed(world)

    theirs, changed, gone, server, route, page = run(scenario)
    assert theirs["error"]["code"] == "comment_of_another"
    assert changed["error"]["code"] == "comment_fixed"
    assert gone == {"deleted": True}
    assert server["error"]["code"] == "session_needed"
    assert route["error"]["code"] == "scope_missing"
    assert ids(page) == ["c1"]


def test_the_sheet_tells_a_viewer_who_said_what_and_what_they_like(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await talk(world)
            await world.put("/v1/people/p1", {"name": "Ann"}, status=200)
            await say(world, "c1", "p1", "hello @p2", mentions=["p2"])
            await say(world, "r1", "a0", in_reply_to="c1")
            mine = await session(world)
            liked = await world.put(f"{PAGE}/c1/like", status=200, **mine)
            english = await world.ask("GET", f"{PAGE}?explain=true&lang=en", status=200, **mine)
            chinese = await world.ask("GET", f"{PAGE}?explain=true&lang=zh", status=200, **mine)
            plain = await world.ask("GET", PAGE, status=200, **mine)
            replies = await world.ask("GET", f"{PAGE}/c1/replies", status=200, **mine)
            unliked = await world.ask("DELETE", f"{PAGE}/c1/like", status=200, **mine)
            report = {"reason": "spam", "note": "again"}
            reported = await world.put(f"{PAGE}/c1/report", report, status=200, **mine)
            return liked, english, chinese, plain, replies, unliked, reported

    liked, english, chinese, plain, replies, unliked, reported = run(scenario)
    (thread,) = plain["data"]
    assert thread["comment"]["author"] == {"id": "p1", "name": "Ann"}
    assert thread["comment"]["mentions"] == [{"id": "p2", "name": "p2"}]
    assert (thread["comment"]["liked"], thread["comment"]["likes"]) == (True, 1)
    assert (thread["replies"][0]["by_post_author"], thread["why"]) == (True, None)
    assert english["data"][0]["why"] == (
        "Here because the post's author replied to it; 2 of 2 who were here since liked it or replied to it; it is recent."
    )
    assert chinese["data"][0]["why"].startswith("排在这里，是因为")
    assert replies["data"] == thread["replies"]
    assert (liked, unliked) == ({"liked": True, "likes": 1}, {"liked": False, "likes": 0})
    assert (reported, plain["refusal"], plain["comments"]) == ({"reported": True}, None, 0)


def test_a_child_reads_and_writes_nothing_and_whom_the_author_blocks_writes_nothing(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await talk(world)
            await world.put("/v1/people/kid", {"minor": True}, status=201)
            await say(world, "c1", "p1")
            await world.put("/v1/people/a0/blocks/p2", status=204)
            await world.put("/v1/people/p1/blocks/p3", status=204)
            outcomes = {}
            for who in ("kid", "p2", "p3"):
                mine = await session(world, who)
                page = await world.ask("GET", PAGE, status=200, **mine)
                reply = {"text": "x", "in_reply_to": "c1"}
                refusal = await world.put(f"{PAGE}/{who}", reply, status=403, **mine)
                outcomes[who] = page["refusal"], refusal["error"]["code"], ids(page)
            return outcomes

    assert run(scenario) == {
        "kid": ("comment_minor", "comment_minor", ["c1"]),
        "p2": ("comment_blocked", "comment_blocked", ["c1"]),
        "p3": (None, "comment_blocked", ["c1"]),
    }


def test_through_a_page_six_comments_fit_into_a_minute(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await talk(world)
            mine = await session(world)
            for number in range(6):
                world.later(seconds=5)
                await world.put(f"{PAGE}/c{number}", {"text": "x"}, status=200, **mine)
            fast = await world.http.put(f"{PAGE}/c6", json={"text": "x"}, **mine)
            again = await world.put(f"{PAGE}/c5", {"text": "x"}, status=200, **mine)
            await say(world, "c7")
            world.later(seconds=41)
            slow = await world.put(f"{PAGE}/c6", {"text": "x"}, status=200, **mine)
            return fast, again, slow

    fast, again, slow = run(scenario)
    assert (fast.status_code, fast.json()["error"]["code"]) == (429, "comments_too_fast")
    assert fast.headers["retry-after"] == "35"
    assert again["comment"]["id"] == "c5"
    assert slow["comment"]["id"] == "c6"


@pytest.mark.parametrize("how", ["withdrawn", "dropped"])
def test_a_post_that_is_not_shown_any_more_has_no_thread(tmp_path, how):
    async def scenario():
        async with opened(tmp_path) as world:
            await talk(world)
            mine = await session(world)
            if how == "withdrawn":
                await world.ask("DELETE", "/v1/items/i0", status=204)
            else:
                await world.items(1, labels=[{"label": "drop", "rule": "test"}])
            page = await world.ask("GET", PAGE, status=404, **mine)
            written = await world.put(f"{PAGE}/c1", {"text": "x"}, status=404, **mine)
            return page, written

    assert [answer["error"]["code"] for answer in run(scenario)] == ["item_unknown"] * 2
