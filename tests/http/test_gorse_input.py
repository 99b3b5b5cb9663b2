"""Gorse's input as other people's clients write it: names in any case, null, unset times, labels of every kind."""

import pytest

from tests.worlds.gorse_world import AT, row, story


def test_names_are_read_in_any_case(tmp_path):
    async def tell(world):
        rows = [
            {"feedbackType": "like", "userId": "ann", "itemId": "i1", "TimeStamp": AT},
            {"feedback_type": "x", "FEEDBACKTYPE": "like", "userid": "ann", "ItemID": "i2", "timestamp": AT},
        ]  # fmt: skip
        await world.ask("POST", "/api/feedback", rows, status=200)
        await world.ask("POST", "/api/user", {"userID": "bea", "labels": ["tea"]}, status=200)
        await world.ask("PATCH", "/api/item/i0", {"isHidden": True}, status=200)
        liked = await world.ask("GET", "/api/user/ann/feedback/like", status=200)
        bea = await world.ask("GET", "/api/user/bea", status=200)
        hidden = await world.ask("GET", "/api/item/i0", status=200)
        return liked, bea, hidden

    liked, bea, hidden = story(tell)(tmp_path)
    assert [(like["ItemId"], like["Timestamp"]) for like in liked] == [("i1", AT), ("i2", AT)]
    assert bea["Labels"] == ["tea"]
    assert hidden["IsHidden"] is True


def test_names_inside_labels_are_the_apps_own(tmp_path):
    async def tell(world):
        labels = {"timestamp": "dawn", "comment": "quiet"}
        await world.ask("POST", "/api/item", {"itemid": "i9", "LABELS": labels}, status=200)
        return await world.ask("GET", "/api/item/i9", status=200)

    assert story(tell)(tmp_path)["Labels"] == ["dawn", "quiet"]


@pytest.mark.parametrize("at", [None, "", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"])
def test_a_time_that_was_never_set_is_one_left_out(tmp_path, at):
    async def tell(world):
        await world.ask("POST", "/api/feedback", [row(at=at)], status=200)
        await world.ask("POST", "/api/item", {"ItemId": "i9", "Timestamp": at}, status=200)
        await world.ask("PATCH", "/api/item/i1", {"Timestamp": at, "Comment": "x"}, status=200)
        read = await world.ask("GET", "/api/user/ann/feedback", status=200)
        items = [await world.ask("GET", f"/api/item/{name}", status=200) for name in ("i9", "i1")]
        return read[0]["Timestamp"], [item["Timestamp"] for item in items]

    fed, (new, patched) = story(tell)(tmp_path)
    assert fed.startswith("2026-03-04T12:0")
    assert new.startswith("2026-03-04T12:0")
    assert patched == AT


def test_null_means_left_out_in_every_field(tmp_path):
    async def tell(world):
        user = {"UserId": "cy", "Labels": None, "Comment": None}
        item = {
            "ItemId": "i9", "IsHidden": None, "Categories": None, "Timestamp": None, "Labels": None, "Comment": None,
        }  # fmt: skip
        fed = {**row(item="i9", user="cy"), "Value": None, "Comment": None}
        await world.ask("POST", "/api/user", user, status=200)
        await world.ask("POST", "/api/item", item, status=200)
        return await world.ask("POST", "/api/feedback", [fed], status=200)

    assert story(tell)(tmp_path) == {"RowAffected": 1}


@pytest.mark.parametrize(
    ("labels", "taken"),
    [
        (["tea", "x" * 65, "pot"], ["tea", "pot"]),
        (["tea\0", "pot"], ["pot"]),
        (["tea", None, 3, True, ["cup"], {}], ["tea", "cup"]),
        ([f"t{n}" for n in range(40)], [f"t{n}" for n in range(16)]),
        ({"author": "", "tags": ["tea"]}, ["tea"]),
        ({"author": "a\0", "tags": ["tea"]}, ["tea"]),
        (["👨\u200d🌾", "می\u200cخواهم", "東京\u3000駅"], ["👨\u200d🌾", "می\u200cخواهم", "東京\u3000駅"]),
    ],
)  # fmt: skip
def test_a_label_that_does_not_fit_is_passed_over_and_refuses_nothing(tmp_path, labels, taken):
    async def tell(world):
        rows = [{"ItemId": "good"}, {"ItemId": "bad", "Labels": labels}]
        await world.ask("POST", "/api/items", rows, status=200)
        users = [{"UserId": "eve", "Labels": labels}]
        await world.ask("POST", "/api/users", users, status=200)
        return (await world.ask("GET", "/v1/items/bad", status=200))["tags"]

    assert story(tell)(tmp_path) == taken
