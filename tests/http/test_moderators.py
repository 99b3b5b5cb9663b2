"""Moderators act within their own domain: refused elsewhere, recorded, taken back, and replayed alike."""

import shutil
from typing import get_args

import pytest

from lodestone.content.moderation import DomainLabel
from lodestone.features.layout import NOTICES
from lodestone.features.snapshot import digest
from tests.worlds.world import opened, run

WHY = {"reason": "sells tea pots, talks of no tea"}
TOWN = {"kind": "place", "centre": {"latitude": 26.38, "longitude": 108.08}}


async def tea(world, count=6):
    """Make two channels of the same posts, a moderator of each, and one whose office has ended."""
    await world.people(4)
    for name in ("tea", "cups"):
        await world.put(f"/v1/domains/{name}", {"kind": "channel"}, status=201)
    await world.items(count, channels=["tea", "cups"])
    await world.put("/v1/domains/tea/moderators/p1", status=204)
    await world.put("/v1/domains/cups/moderators/p2", status=204)
    await world.put("/v1/domains/tea/moderators/p3", status=204)
    await world.ask("DELETE", "/v1/domains/tea/moderators/p3", status=204)


async def session(world, viewer):
    made = await world.ask("POST", "/v1/sessions", {"viewer": viewer}, status=201)
    return {"headers": {"Authorization": f"Bearer {made['token']}"}}


async def shown(world, viewer="p0", **fields):
    asked = {"surface": "channel", "domain_id": "tea", "slots": 20, "explain": True, **fields}
    return await world.feed(viewer, **asked)


def ids(feed):
    return {slot["item_id"] for slot in feed["slots"]}


async def acts(world):
    """Return the newest record of each route of moderation, and how many there are."""
    log = await world.ask("GET", "/v1/audit-log?limit=1000", status=200)
    return [one for one in log["data"] if "/domains/{domain_id}/" in one["route"]]


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


OUT = {"reason": "insults others", "may_return": False}


async def members(world):
    return (await world.ask("GET", "/v1/domains/tea/members", status=200))["data"]


def test_a_removed_member_is_out_and_comes_back_by_no_door_until_a_moderator_lets_them(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await tea(world)
            mine, theirs = await session(world, "p1"), await session(world, "p0")
            await world.put("/v1/domains/tea/members/p0", status=204)
            for _ in range(2):
                await world.put("/v1/domains/tea/removed/p0", OUT, status=204, **mine)
            after = await members(world)
            doors = [
                await world.put("/v1/domains/tea/members/p0", status=403),
                await world.put("/v1/page/domains/tea", status=403, **theirs),
            ]
            out = await world.ask("GET", "/v1/domains/tea/removed", status=200, **mine)
            export = await world.ask("GET", "/v1/people/p0/export", status=200)
        async with opened(tmp_path) as world:
            doors.append(await world.put("/v1/domains/tea/members/p0", status=403))
            mine = await session(world, "p1")
            await world.ask("DELETE", "/v1/domains/tea/removed/p0", status=204, **mine)
            let = await members(world)
            await world.put("/v1/domains/tea/members/p0", status=204)
            return after, doors, out, export, let, await members(world), await acts(world)

    after, doors, out, export, let, back, records = run(scenario)
    assert (after, out["data"], export["removed_from"]) == ([], ["p0"], ["tea"])
    assert {door["error"]["code"] for door in doors} == {"member_removed"}
    assert (let, back) == ([], ["p0"])
    undone, done = [one for one in records if "/removed/" in one["route"]]
    assert done["actor"]["person_id"] == undone["actor"]["person_id"] == "p1"
    assert done["object"] == {"kind": "domain", "id": "tea", "person_id": "p0"}
    assert done["before"] == {"member": True, "may_return": True}
    assert done["after"] == {"member": False, **OUT}
    assert (undone["before"], undone["after"]["may_return"]) == ({"may_return": False}, True)


def test_who_may_return_does_and_a_moderator_is_no_members_matter(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await tea(world)
            await world.put("/v1/domains/tea/members/p0", status=204)
            gentle = {**OUT, "may_return": True}
            await world.put("/v1/domains/tea/removed/p0", gentle, status=204)
            out = await members(world)
            await world.put("/v1/domains/tea/members/p0", status=204)
            fellow = await world.put("/v1/domains/tea/removed/p1", OUT, status=409)
            unknown = await world.put("/v1/domains/tea/removed/nobody", OUT, status=404)
            unsaid = await world.put("/v1/domains/tea/removed/p0", WHY, status=400)
            return out, await members(world), fellow, unknown, unsaid

    out, back, fellow, unknown, unsaid = run(scenario)
    assert (out, back) == ([], ["p0"])
    assert [one["error"]["code"] for one in (fellow, unknown, unsaid)] == [
        "member_moderates", "person_unknown", "malformed",
    ]  # fmt: skip


def test_an_erased_person_leaves_no_row_of_a_removal(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await tea(world)
            await world.put("/v1/domains/tea/removed/p0", OUT, status=204)
            await world.ask("DELETE", "/v1/people/p0", status=204)
            removed = await world.ask("GET", "/v1/domains/tea/removed", status=200)
            return removed["data"], str(await acts(world))

    removed, records = run(scenario)
    assert removed == []
    assert OUT["reason"] not in records


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


async def pin(world, *items, status=204, **more):
    for item in items:
        answer = await world.put(f"/v1/domains/tea/pins/{item}", WHY, status=status, **more)
    return answer


def order(feed):
    return [slot["item_id"] for slot in feed["slots"]]


def pinned(feed):
    return [slot["item_id"] for slot in feed["slots"] if slot["pinned"]]


async def replayed(world, *feeds):
    answers = [
        await world.ask("POST", f"/v1/receipts/{feed['receipt_id']}/replay", status=200)
        for feed in feeds
    ]
    return [answer["differences"] for answer in answers]


@pytest.mark.parametrize("share", [0.0, 0.2], ids=["no exploration", "explored"])
def test_what_is_pinned_stands_first_seen_or_not_and_the_receipt_replays(tmp_path, share):
    async def scenario():
        async with opened(tmp_path) as world:
            await tea(world, 200)
            policy = (await world.ask("GET", "/v1/policy"))["policy"]
            promises = [
                {**one, "target": share} if one["kind"] == "exploration" else one
                for one in policy["promises"]
            ]
            policy = {"policy": {**policy, "exploration_share": share, "promises": promises}}
            await world.put("/v1/policy", policy, status=200)
            mine = await session(world, "p1")
            before = await shown(world, slots=8)
            await pin(world, "i3", "i150", "i4", **mine)
            await pin(world, "i4", **mine)
            first = await shown(world, "p2", slots=8)
            await world.events(world.event("impression", first["slots"][0], "p2"))
            again = await shown(world, "p2", slots=8)
            next_page = await shown(world, "p2", slots=8, cursor=again["next_cursor"])
            small = [await shown(world, "p3", slots=n) for n in (1, 3, 4)]
            away = await shown(world, "p1", domain_id="cups", slots=8)
            feeds = [before, first, again, next_page, *small, away]
            receipt = await world.ask("GET", f"/v1/receipts/{first['receipt_id']}", status=200)
            why = await world.ask("GET", f"/v1/receipts/{first['receipt_id']}/why/1", status=200)
            return feeds, await replayed(world, *feeds), receipt, why

    feeds, differences, receipt, why = run(scenario)
    before, first, again, next_page, one, three, four, away = feeds
    assert differences == [[]] * len(feeds)
    assert order(first)[:3] == order(again)[:3] == ["i4", "i150", "i3"]
    assert pinned(first) == pinned(again) == ["i4", "i150", "i3"]
    assert not {"i4", "i150", "i3"} & ids(next_page)
    assert [pinned(feed) for feed in (before, next_page, away)] == [[], [], []]
    assert [order(one), order(three), order(four)[:3]] == [["i4"], *[["i4", "i150", "i3"]] * 2]
    assert all(len(ids(feed)) == len(feed["slots"]) for feed in feeds)
    assert [len(feed["slots"]) for feed in feeds] == [8, 8, 8, 8, 1, 3, 4, 8]
    assert [entry["item_id"] for entry in receipt["slate"] if entry["pinned"]] == pinned(first)
    assert [entry["propensity"] for entry in receipt["slate"]][:3] == [1.0] * 3
    assert why["identical"]


def test_filters_never_give_way_to_a_pin_and_there_are_three(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await tea(world, 8)
            await world.items(1, first=20, channels=["cups"])
            elsewhere = await pin(world, "i20", status=409)
            await pin(world, "i0", "i1", "i2")
            full = await pin(world, "i3", status=409)
            await world.put("/v1/people/p0/blocks/a0", status=204)
            await world.put("/v1/domains/tea/hidden/i1", WHY, status=204)
            blocked = await shown(world)
            await world.ask("DELETE", "/v1/domains/tea/pins/i2", status=204)
            await pin(world, "i3")
            unpinned = await shown(world, "p2")
            marks = await world.ask("GET", "/v1/domains/tea/marks", status=200)
        async with opened(tmp_path, clock=world.clock) as world:
            started = await shown(world, "p3")
            return elsewhere, full, blocked, unpinned, marks["data"], started

    elsewhere, full, blocked, unpinned, marks, started = run(scenario)
    assert [one["error"]["code"] for one in (elsewhere, full)] == ["item_elsewhere", "pins_full"]
    assert pinned(blocked) == ["i2"]
    assert order(unpinned)[:2] == pinned(unpinned) == pinned(started) == ["i3", "i0"]
    assert [(one["item_id"], one["pinned"]) for one in marks] == [
        ("i0", True), ("i1", True), ("i3", True),
    ]  # fmt: skip


def test_a_dry_run_leaves_what_is_pinned_where_it_was(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await tea(world, 30)
            await pin(world, "i3", "i4")
            await shown(world, slots=8)
            policy = (await world.ask("GET", "/v1/policy"))["policy"]
            return await world.ask("POST", "/v1/policy/dry-run", {"policy": policy}, status=200)

    told = run(scenario)
    assert (told["receipts"], told["changed_slots"]) == (1, 0)
