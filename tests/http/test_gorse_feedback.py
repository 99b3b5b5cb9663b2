"""Gorse's feedback: what its words mean here, what is kept and what is refused."""

import re

import pytest

from lodestone.events.facts import FLAG_HISTORY, FLAG_READ
from lodestone.events.outcomes import FactKind
from tests.worlds.gorse_world import AT, facts, row, story


def test_feedback_means_what_the_policy_says(tmp_path):
    async def tell(world):
        told = await world.ask("GET", "/v1/policy")
        types = {"bravo": "like", "seen": "impression", "read": "click"}
        policy = {**told["policy"], "feedback_types": types}
        await world.put("/v1/policy", {"policy": policy}, status=200)
        sent = [row("bravo"), row("seen", Value=2.5), row("read"), row("watch", Value=40)]
        await world.ask("POST", "/api/feedback", sent, status=200)
        refused = await world.ask("POST", "/api/feedback", [row("star")], status=400)
        read = await world.ask("GET", "/api/user/ann/feedback", status=200)
        bad = {**policy, "feedback_types": {"bravo": "applause"}}
        wrong = await world.put("/v1/policy", {"policy": bad}, status=400)
        counters = (await world.ask("GET", "/v1/items/i0"))["counters"]
        return read, refused, wrong, counters

    read, refused, wrong, counters = story(tell)(tmp_path)
    assert [(one["FeedbackType"], one["Value"]) for one in read] == [
        ("bravo", 0.0), ("seen", 2.5), ("read", 0.0), ("watch", 40.0),
    ]  # fmt: skip
    assert refused["error"]["code"] == "feedback_type_unknown"
    assert wrong["error"]["details"][0]["field"] == "feedback_types.bravo"
    assert counters["like"] == counters["click"] == 1
    assert counters["impressions"] == 0  # what was read is nothing that was offered
    assert counters["watch_seconds"] == 40


def test_older_feedback_is_history_and_asks_for_that_scope(tmp_path):
    async def tell(world):
        old = row(at="2021-05-06 07:08:09")
        await world.ask("POST", "/api/feedback", [old, row(item="i1")], status=200)
        likes = await facts(world, FactKind.LIKE)
        operator = {"Authorization": f"Bearer {world.app.operator_key}"}
        made = await world.ask(
            "POST", "/v1/communities/c/keys", {"scopes": ["events"]}, headers=operator, status=201
        )
        few = {"Authorization": f"Bearer {made['key']}"}
        refused = [
            await world.ask("POST", "/api/feedback", [one], headers=few, status=403)
            for one in (row(item="i2", at="2021-05-06"), row(item="unheard of"), )
        ]  # fmt: skip
        await world.ask("POST", "/api/feedback", [row(item="i3")], headers=few, status=200)
        return likes, refused, await facts(world, FactKind.LIKE)

    likes, refused, after = story(tell)(tmp_path)
    assert [int(fact["flags"]) for fact in likes] == [FLAG_HISTORY | FLAG_READ, FLAG_READ]
    assert [re.findall("'(.*)'", one["error"]["message"]) for one in refused] == [
        ["import"], ["write"],
    ]  # fmt: skip
    assert len(after) == 3


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([row(), row(at="yesterday")], "time_malformed"),
        ([row(), row(at="2026-03-04T12:06:00Z")], "too_early"),
        ([row(), row(at="1969-12-31")], "time_malformed"),
        ([row(), row(user="")], "id_invalid"),
        ([row(), row(item="x" * 129)], "id_invalid"),
        ([row(), row("follow")], "feedback_type_unknown"),
        ([row(), row("watch", Value=-1)], "feedback_invalid"),
        ([row(), row("read", Value=90_000)], "feedback_invalid"),
        ([row(), {"FeedbackType": "like"}], "malformed"),
    ],
)
def test_feedback_is_taken_whole_or_not_at_all(tmp_path, rows, code):
    async def tell(world):
        refused = await world.ask("POST", "/api/feedback", rows, status=400)
        return refused["error"], await world.ask("GET", "/api/feedback", status=200)

    error, kept = story(tell)(tmp_path)
    assert error["code"] == code
    assert error["message"]
    assert kept == {"Cursor": "", "Feedback": []}


def test_a_put_counts_once_however_often_it_comes_and_a_post_once_for_each_time(tmp_path):
    async def tell(world):
        for at in (AT, AT, "2026-03-04T11:30:00Z"):
            await world.put("/api/feedback", [row("click", at=at)], status=200)
            await world.ask("POST", "/api/feedback", [row("share", at=at)], status=200)
        counters = (await world.ask("GET", "/v1/items/i0"))["counters"]
        return counters, await world.ask("GET", "/api/item/i0/feedback", status=200)

    counters, read = story(tell)(tmp_path)
    assert (counters["click"], counters["share"]) == (1, 2)
    assert [(one["FeedbackType"], one["Timestamp"]) for one in read] == [
        ("click", AT),
        ("share", AT),
    ]


def test_users_and_items_that_feedback_names_are_made(tmp_path):
    async def tell(world):
        await world.ask("POST", "/api/feedback", [row(item="new", user="bea", at="")], status=200)
        return (
            await world.ask("GET", "/api/user/bea", status=200),
            await world.ask("GET", "/api/item/new", status=200),
        )

    user, item = story(tell)(tmp_path)
    assert user == {"UserId": "bea", "Labels": [], "Comment": ""}
    assert item == {
        "ItemId": "new", "IsHidden": False, "Categories": [], "Timestamp": "2026-03-04T12:00:00Z",
        "Labels": [], "Comment": "",
    }  # fmt: skip


def test_feedback_is_read_by_type_user_and_item_and_a_like_can_be_taken_back(tmp_path):
    async def tell(world):
        sent = [row("like"), row("click"), row("like", item="i1"), row("like", user="bob")]
        await world.ask("POST", "/api/feedback", sent, status=200)
        paths = [
            "/api/feedback/ann/i0", "/api/feedback/like", "/api/feedback/like/ann/i0",
            "/api/feedback/share/ann/i0", "/api/item/i0/feedback/like", "/api/user/ann/feedback/like",
            "/api/item/nothing/feedback", "/api/user/nobody/feedback",
        ]  # fmt: skip
        read = {path: await world.ask("GET", path, status=200) for path in paths}
        kept = await world.ask("DELETE", "/api/feedback/click/ann/i0", status=200)
        gone = await world.ask("DELETE", "/api/feedback/like/ann/i0", status=200)
        rest = await world.ask("GET", "/api/feedback?n=10", status=200)
        counters = (await world.ask("GET", "/v1/items/i0"))["counters"]
        again = await world.ask("POST", "/api/feedback", [row("like", at="2026-03-04T12:01:00Z")])
        back = await world.ask("GET", "/api/feedback/like/ann/i0")
        return read, (kept, gone, again), rest, counters, back

    read, told, rest, counters, back = story(tell)(tmp_path)

    def names(rows):
        return [(one["FeedbackType"], one["UserId"], one["ItemId"]) for one in rows]

    assert names(read["/api/feedback/ann/i0"]) == [("like", "ann", "i0"), ("click", "ann", "i0")]
    assert names(read["/api/feedback/like"]["Feedback"]) == [
        ("like", "ann", "i0"), ("like", "ann", "i1"), ("like", "bob", "i0"),
    ]  # fmt: skip
    assert read["/api/feedback/like/ann/i0"]["Timestamp"] == AT
    assert read["/api/feedback/share/ann/i0"] == {}
    assert names(read["/api/item/i0/feedback/like"]) == [
        ("like", "ann", "i0"),
        ("like", "bob", "i0"),
    ]
    assert names(read["/api/user/ann/feedback/like"]) == [
        ("like", "ann", "i0"),
        ("like", "ann", "i1"),
    ]
    assert read["/api/item/nothing/feedback"] == read["/api/user/nobody/feedback"] == []
    assert told == ({"RowAffected": 0}, {"RowAffected": 1}, {"RowAffected": 1})
    assert names(rest["Feedback"]) == [
        ("click", "ann", "i0"), ("like", "ann", "i1"), ("like", "bob", "i0"),
    ]  # fmt: skip
    assert (counters["like"], counters["click"]) == (1, 1)
    assert back["ItemId"] == "i0"
