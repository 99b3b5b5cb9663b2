"""Moderators act within their own domain: refused elsewhere, recorded, taken back, and replayed alike."""

import shutil
from typing import get_args

import pytest

from lodestone.content.moderation import DomainLabel
from lodestone.features.layout import NOTICES
from lodestone.features.snapshot import digest
from tests.worlds.moderated import TOWN, WHY, acts, ids, session, shown, tea
from tests.worlds.world import opened, run


def test_a_moderator_hides_a_post_from_the_domain_and_from_nowhere_else(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await tea(world)
            mine = await session(world, "p1")
            await world.put("/v1/domains/tea/hidden/i1", WHY, status=204, **mine)
            feeds = {name: await shown(world, domain_id=name) for name in ("tea", "cups")}
            latest = await world.ask("GET", "/api/latest/tea", status=200)
            marks = await world.ask("GET", "/v1/domains/tea/marks", status=200, **mine)
            trace = await world.ask("GET", "/v1/items/i1/trace", status=200)
            await world.ask("DELETE", "/v1/domains/tea/hidden/i1", status=204, **mine)
            return feeds, latest, marks, trace, await shown(world, "p3")

    feeds, latest, marks, trace, after = run(scenario)
    everything = {f"i{n}" for n in range(6)}
    assert ids(feeds["tea"]) == everything - {"i1"}
    assert feeds["tea"]["explain"]["dropped"] == {"hidden_in_domain": 1}
    # Shown in the other channel, though not to who was served the rest a moment ago: the other posts stay away.
    assert "i1" in ids(feeds["cups"])
    assert "i1" not in str(latest)
    assert marks["data"] == [{"item_id": "i1", "hidden": True, "label": None, "pinned": False}]
    assert trace["by_reason"] == {"hidden_in_domain": 1}
    assert ids(after) == everything


def test_a_hidden_post_does_not_come_through_the_domain_on_discover(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(2)
            await world.put("/v1/domains/tea", {"kind": "channel"}, status=201)
            await world.put("/v1/domains/town", TOWN, status=201)
            await world.items(3, channels=["tea"], position=TOWN["centre"])
            await world.put("/v1/domains/tea/members/p0", status=204)
            here = {"position": TOWN["centre"], "slots": 20}
            before = await world.feed(**here)
            world.later(minutes=11)
            for domain in ("tea", "town"):
                await world.put(f"/v1/domains/{domain}/hidden/i0", WHY, status=204)
            named = {"surface": "place", "domain_id": "town", "slots": 20}
            return before, await world.feed(**here), await world.feed("p1", **named)

    before, after, town = run(scenario)
    through = [{s["item_id"]: s["domain_id"] for s in feed["slots"]} for feed in (before, after)]
    assert set(through[0].values()) <= {"tea", "town"}
    assert through[1].get("i0") is None
    assert through[1]["i1"] == through[0]["i1"]
    assert ids(town) == {"i1", "i2"}


REFUSED = {
    "p0": (403, "moderator_needed"), "p2": (403, "moderator_elsewhere"), "p3": (403, "moderator_ended"),
}  # fmt: skip
ACTS = [
    ("PUT", "hidden/i1", WHY), ("DELETE", "hidden/i1", None), ("GET", "marks", None),
    ("PUT", "labels/i1", {**WHY, "label": "spoiler"}), ("DELETE", "labels/i1", None),
    ("PUT", "pins/i1", WHY), ("DELETE", "pins/i1", None),
    ("PUT", "removed/p0", {"reason": "spam", "may_return": False}), ("DELETE", "removed/p0", None),
    ("GET", "removed", None),
]  # fmt: skip


def test_whoever_moderates_nothing_here_is_refused_in_words_of_their_own_and_changes_nothing(
    tmp_path,
):
    async def scenario():
        async with opened(tmp_path) as world:
            await tea(world)
            before, told = digest(world.engine.state), {}
            for viewer in REFUSED:
                who = await session(world, viewer)
                for method, path, body in ACTS:
                    answer = await world.http.request(
                        method, f"/v1/domains/tea/{path}", json=body, **who
                    )
                    error = answer.json()["error"]
                    told.setdefault(viewer, set()).add(
                        (answer.status_code, error["code"], error["message"])
                    )
            return told, before == digest(world.engine.state), await acts(world)

    told, unchanged, records = run(scenario)
    assert unchanged
    assert {viewer: {(status, code) for status, code, _ in said} for viewer, said in told.items()} == {
        viewer: {refusal} for viewer, refusal in REFUSED.items()
    }  # fmt: skip
    assert len({message for said in told.values() for _, _, message in said}) == 3
    assert {one["route"].split("/")[-2] for one in records} == {"moderators"}


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("nowhere/hidden/i1", WHY, 404, "domain_unknown"),
        ("tea/hidden/nothing", WHY, 404, "item_unknown"),
        ("tea/labels/i1", WHY, 400, "malformed"),
        ("tea/labels/i1", {**WHY, "label": "boring"}, 400, "malformed"),
        ("tea/hidden/i1", {}, 400, "malformed"),
        ("tea/hidden/i1", {"reason": ""}, 400, "malformed"),
        ("tea/hidden/i1", {"reason": "x" * 501}, 400, "malformed"),
        ("tea/hidden/i1", {"reason": "spam", "until": 3}, 400, "malformed"),
    ],
)
def test_a_bad_act_is_refused_by_name(tmp_path, path, body, status, code):
    async def scenario():
        async with opened(tmp_path) as world:
            await tea(world)
            return await world.put(f"/v1/domains/{path}", body, status=status)

    assert run(scenario)["error"]["code"] == code


def test_an_act_is_recorded_once_with_who_did_it_and_why_and_its_undoing_too(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await tea(world)
            mine = await session(world, "p1")
            for _ in range(2):
                await world.put("/v1/domains/tea/hidden/i1", WHY, status=204, **mine)
            for _ in range(2):
                path = "/v1/domains/tea/hidden/i1?reason=by%20mistake"
                await world.ask("DELETE", path, status=204, **mine)
            return await acts(world)

    back, done = run(scenario)[:2]
    assert (done["route"], back["route"]) == (
        "PUT /v1/domains/{domain_id}/hidden/{item_id}",
        "DELETE /v1/domains/{domain_id}/hidden/{item_id}",
    )
    for one in (done, back):
        assert one["actor"] == {"key_id": None, "person_id": "p1"}
        assert one["object"] == {"kind": "item", "id": "i1", "person_id": "a1"}
    assert done["before"] == {"hidden": False}
    assert done["after"] == {"hidden": True, "domain_id": "tea", **WHY}
    assert back["before"] == {"hidden": True}
    assert back["after"] == {"hidden": False, "domain_id": "tea", "reason": "by mistake"}


def test_what_moderators_say_outlives_a_start_with_and_without_a_snapshot(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await tea(world)
            await world.put("/v1/domains/tea/hidden/i1", WHY, status=204)
            await world.put("/v1/domains/cups/hidden/i2", WHY, status=204)
            await world.ask("DELETE", "/v1/domains/cups/hidden/i2", status=204)
            receipt = (await shown(world))["receipt_id"]
            before = digest(world.engine.state)
        async with opened(tmp_path) as world:
            again, feed = digest(world.engine.state), await shown(world, "p3")
        for folder in tmp_path.glob("communities/*/snapshots*"):
            shutil.rmtree(folder)
        async with opened(tmp_path) as world:
            replayed = await world.ask("POST", f"/v1/receipts/{receipt}/replay", status=200)
            return before, again, digest(world.engine.state), ids(feed), replayed

    before, again, rebuilt, feed, replayed = run(scenario)
    assert before == again == rebuilt
    assert "i1" not in feed
    assert replayed == {"identical": True, "differences": []}


def test_a_domain_made_anew_under_its_name_begins_with_nothing_hidden(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await tea(world)
            await world.put("/v1/domains/tea/hidden/i1", WHY, status=204)
            await world.ask("DELETE", "/v1/domains/tea", status=204)
            await world.put("/v1/domains/tea", {"kind": "channel"}, status=201)
            marks = await world.ask("GET", "/v1/domains/tea/marks", status=200)
            live = digest(world.engine.state), ids(await shown(world))
        async with opened(tmp_path) as world:
            return marks, live, digest(world.engine.state)

    marks, (state, feed), again = run(scenario)
    assert marks["data"] == []
    assert feed == {f"i{n}" for n in range(6)}
    assert state == again


def notices(feed):
    return {slot["item_id"]: slot["notice"] for slot in feed["slots"] if slot["notice"]}


def test_a_label_is_shown_where_a_post_comes_through_the_domain_and_nowhere_else(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await tea(world)
            await world.put("/v1/domains/tea/members/p0", status=204)
            mine = await session(world, "p1")
            label = {**WHY, "label": "spoiler"}
            for _ in range(2):
                await world.put("/v1/domains/tea/labels/i1", label, status=204, **mine)
            await world.put("/v1/domains/tea/labels/i2", {**WHY, "label": "outdated"}, status=204)
            await world.put("/v1/domains/tea/hidden/i2", WHY, status=204)
            await world.ask("DELETE", "/v1/domains/tea/hidden/i2", status=204)
            there = [await shown(world, name) for name in ("p2", "p3")]
            page = {"surface": "channel", "domain_id": "tea", "slots": 20}
            seen = await world.ask("POST", "/v1/page/feed", page, status=200, **mine)
            away = await shown(world, "p1", domain_id="cups")
            marks = await world.ask("GET", "/v1/domains/tea/marks", status=200)
            world.later(minutes=11)
        async with opened(tmp_path, clock=world.clock) as world:
            through = await world.feed("p0", slots=20)
            await world.ask("DELETE", "/v1/domains/tea/labels/i1", status=204)
            return there, seen, away, marks["data"], through, await shown(world), await acts(world)

    there, page, away, marks, through, after, records = run(scenario)
    assert notices(there[0]) == notices(there[1]) == {"i1": "spoiler", "i2": "outdated"}
    assert notices(page) == notices(there[0])
    assert notices(away) == {}
    assert marks == [
        {"item_id": "i1", "hidden": False, "label": "spoiler", "pinned": False},
        {"item_id": "i2", "hidden": False, "label": "outdated", "pinned": False},
    ]
    assert {s["domain_id"] for s in through["slots"] if s["item_id"] == "i1"} == {"tea"}
    assert notices(through)["i1"] == "spoiler"
    assert "i1" not in notices(after)
    undone, *_, done = [one for one in records if "/labels/" in one["route"]]
    assert (done["before"], done["after"]["label"]) == ({"label": ""}, "spoiler")
    assert (undone["before"], undone["after"]["label"]) == ({"label": "spoiler"}, "")


def test_the_words_on_the_wire_are_those_that_facts_number():
    assert get_args(DomainLabel) == NOTICES
