"""Gorse's own published client, unchanged, against a real server on a socket."""

import asyncio

import gorse
import pytest

from lodestone.base.clock import ManualClock
from tests.worlds.serving import serving
from tests.worlds.world import NOON, instant

AT = "2026-03-04T11:00:00Z"


class Awaited:
    """The awaited client, asked as the one that waits: one story for both."""

    def __init__(self, address, key):
        self.inner = gorse.AsyncGorse(address, key)

    def __getattr__(self, name):
        call = getattr(self.inner, name)
        return lambda *given, **options: asyncio.run(call(*given, **options))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    with serving(home, clock=ManualClock(instant(NOON))) as up:
        yield up


@pytest.fixture(params=[gorse.Gorse, Awaited], ids=["waits", "is awaited"])
def client(request, server):
    return request.param(server.address, server.world.key)


def item(name, *labels, categories=("cats",), **more):
    return {
        "ItemId": name, "IsHidden": False, "Labels": list(labels), "Categories": list(categories),
        "Timestamp": AT, "Comment": f"about {' '.join(labels)}", **more,
    }  # fmt: skip


def test_a_story_of_insert_feedback_recommend_and_delete(client, server):
    me = f"{type(client).__name__}-ann"
    names = [f"{type(client).__name__}-{n}" for n in range(12)]

    users_are_inserted(client, me)
    items_are_inserted(client, names)
    feedback_is_taken_and_read_back(client, me, names)
    decisions_are_made(client, server, me, names)
    lists_are_read(client, me, names)
    all_is_deleted(client, me, names)


def users_are_inserted(client, me):
    ann = {"UserId": me, "Labels": ["tea", "rice"], "Comment": "Ann"}
    assert client.insert_user({**ann, "Subscribe": ["d", "e"]}) == {"RowAffected": 1}
    assert client.get_user(me) == ann
    assert client.insert_users([{"UserId": f"{me}-bob"}, {"UserId": f"{me}-cem"}]) == {
        "RowAffected": 2
    }
    page, cursor = client.get_users(2)
    rest, end = client.get_users(100, cursor)
    assert {me, f"{me}-bob", f"{me}-cem"} <= {user["UserId"] for user in page + rest}
    assert (len(page), cursor != "", end) == (2, True, "")


def items_are_inserted(client, names):
    for n, name in enumerate(names):
        assert client.insert_item(item(name, "tea" if n < 6 else "bread")) == {"RowAffected": 1}
    assert client.get_item(names[0]) == item(names[0], "tea")
    assert client.update_item(names[1], is_hidden=True, labels=["tea", "pot"]) == {"RowAffected": 1}
    assert client.get_item(names[1]) == item(
        names[1], "tea", "pot", IsHidden=True, Comment="about tea"
    )
    shown, _ = client.get_items(1000)
    assert {*names} <= {one["ItemId"] for one in shown}
    assert not [user for user in client.get_users(100)[0] if user["UserId"].startswith("item:")]


def feedback_is_taken_and_read_back(client, me, names):
    assert client.insert_feedback("read", me, names[2], AT) == {"RowAffected": 1}
    rows = [
        {"FeedbackType": kind, "UserId": me, "ItemId": names[at], "Timestamp": AT}
        for kind, at in (("star", 2), ("star", 3), ("read", 3), ("like", 4))
    ]
    assert client.insert_feedbacks(rows) == {"RowAffected": 4}
    assert client.insert_feedbacks(rows) == {"RowAffected": 4}
    liked = client.list_feedbacks("star", me)
    assert [one["ItemId"] for one in liked] == [names[2], names[3], names[4]]
    assert liked[0] == {
        "FeedbackType": "star", "UserId": me, "ItemId": names[2], "Timestamp": AT, "Value": 0.0,
        "Comment": "",
    }  # fmt: skip
    page, cursor = client.get_feedbacks(2)
    following, end = client.get_feedbacks(1000, cursor)
    mine = [one for one in page + following if one["UserId"] == me]
    assert sorted((one["FeedbackType"], one["ItemId"]) for one in mine) == [
        ("like", names[2]), ("like", names[3]), ("like", names[4]), ("read", names[2]),
        ("read", names[3]),
    ]  # fmt: skip
    assert (len(page), end) == (2, "")


def decisions_are_made(client, server, me, names):
    log = server.world.engine.log
    receipts = log.receipt_next()
    scores = client.get_recommend(me, n=5)
    assert len({score.id for score in scores}) == 5
    assert {score.id for score in scores} <= {*names} - {names[1], names[2], names[3]}
    assert all(score.score > 0 for score in scores)
    assert log.receipt_next() == receipts + 1
    more = client.get_recommend(me, "cats", n=3, write_back_type="read", write_back_delay="1m")
    assert len(more) == 3
    assert not {score.id for score in more} & {names[1], names[2], names[3]}
    assert {one["ItemId"] for one in client.list_feedbacks("read", me)} == {
        names[2], names[3], *(score.id for score in more),
    }  # fmt: skip
    assert client.get_recommend(me, "nothing is called so") == []


def lists_are_read(client, me, names):
    near = client.get_neighbors(names[0], 4)
    assert {one["Id"] for one in near} <= {*names[2:6]}
    assert client.get_neighbors(names[0], 3, 1) == near[1:]
    said = [{"FeedbackType": "like", "UserId": me, "ItemId": names[7], "Timestamp": AT}]
    assert {one["Id"] for one in client.session_recommend(said, 5)} == {
        *names[6:12]
    } - {names[7]}  # fmt: skip


def all_is_deleted(client, me, names):
    assert client.delete_feedback(me, names[2]) == {"RowAffected": 1}
    assert client.delete_feedback(me, names[2]) == {"RowAffected": 0}
    assert [one["ItemId"] for one in client.list_feedbacks("star", me)] == [names[3], names[4]]
    assert client.delete_item(names[3]) == {"RowAffected": 1}
    gone(client.get_item, names[3])
    assert [one["ItemId"] for one in client.list_feedbacks("star", me)] == [names[4]]
    assert client.delete_user(me) == {"RowAffected": 1}
    gone(client.get_user, me)
    assert client.list_feedbacks("star", me) == []
    for name in names:
        client.delete_item(name)


def gone(read, name):
    with pytest.raises(gorse.GorseException) as caught:
        read(name)
    assert caught.value.status_code == 404


def test_what_is_not_offered_says_what_is(client):
    with pytest.raises(gorse.GorseException) as caught:
        client.search_items("tea")

    assert caught.value.status_code == 501
    assert "list them without `q`" in caught.value.message


def test_a_wrong_key_is_refused(server):
    with pytest.raises(gorse.GorseException) as caught:
        gorse.Gorse(server.address, "wrong").get_user("x")

    assert caught.value.status_code == 401
