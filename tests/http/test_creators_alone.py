"""Moves that only one party may make need not say who it is; those of either do, and a name that is sent is held to."""

import pytest

from tests.http.test_ads import scene
from tests.worlds.creator_world import (
    CREATOR,
    OWNER,
    accepted,
    act,
    brief,
    drafted,
    offer,
    post,
    studio,
)


@pytest.mark.parametrize("body", [None, {}])
def test_an_order_goes_its_way_without_a_name(tmp_path, body):
    @scene
    async def does(world):
        await studio(world)
        for name in ("b1", "b2", "b3"):
            await world.put(f"/v1/briefs/{name}", brief(world), status=201)
        await world.put("/v1/offers/o1", offer(), status=201)
        # A bid of Ann's is Mei's to decline, an offer of Mei's hers to take back.
        await world.put("/v1/offers/o2", offer(**CREATOR, brief_id="b2"), status=201)
        await world.put("/v1/offers/o3", offer(brief_id="b3"), status=201)
        assert (await post(world, "/v1/offers/o2/decline", body))["state"] == "declined"
        assert (await post(world, "/v1/offers/o3/cancel", body))["state"] == "cancelled"
        for _ in range(2):  # again changes nothing
            shown = await post(world, "/v1/offers/o1/accept", body)
            assert shown["state"] == "accepted"
        made = {"id": shown["assignment_id"]}
        await act(world, made, "draft", {"text": "Soup."})
        await act(world, made, "revise", {"text": "More."})
        await act(world, made, "draft", {"text": "More soup."})
        await act(world, made, "approve", body)
        await world.put("/v1/items/film", {"kind": "video", "author_id": "ann"}, status=201)
        shown = await act(world, made, "publish", {"item_id": "film"})
        by = [(move["move"], move["by"]) for move in shown["history"]]
        assert by == [
            ("offer", "advertiser"), ("accept", "creator"), ("submit", "creator"), ("revise", "advertiser"),
            ("submit", "creator"), ("approve", "advertiser"), ("publish", "creator"),
        ]  # fmt: skip

    does(tmp_path)


@scene
async def test_what_either_may_do_says_who_does_it(world):
    await studio(world)
    made = await accepted(world)
    await drafted(world, made)
    for what, body in (("cancel", {}), ("dispute", {"text": "No."})):
        refused = await act(world, made, what, body, status=400)
        assert refused["error"]["code"] == "person_missing"
    wrong = await act(world, made, "approve", CREATOR, status=409)
    assert wrong["error"]["code"] == "role_lacking"
    assert (await act(world, made, "approve", OWNER))["stage"] == "approved"


@scene
async def test_no_session_and_no_key_of_a_desk_asks_for_another(world):
    await studio(world)
    await world.put("/v1/briefs/b1", brief(world), status=201)
    session = await world.ask("POST", "/v1/sessions", {"viewer": "ann"}, status=201)
    staff = await world.ask("POST", "/v1/shops/soups/staff/mei/keys", status=201)
    desk = await world.ask("POST", "/v1/creators/ann/keys", status=201)
    for key in (session["token"], staff["key"], desk["key"]):
        headers = {"Authorization": f"Bearer {key}"}
        for method, path, body in (
            ("PUT", "/v1/offers/o1", offer()),
            ("PUT", "/v1/creators/ann", {}),
            ("PUT", "/v1/briefs/b2", brief(world)),
            ("POST", "/v1/offers/o1/accept", {}),
            ("GET", "/v1/briefs/b1", None),
        ):
            refused = await world.ask(method, path, body, status=403, headers=headers)
            assert refused["error"]["code"] == "scope_missing"
