"""What moderators pin stands first in their domain's own feed, and the receipt replays."""

import pytest

from tests.worlds.moderated import WHY, ids, session, shown, tea
from tests.worlds.world import opened, run


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
