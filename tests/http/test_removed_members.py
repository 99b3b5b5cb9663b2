"""A moderator removes a member of their domain, for good or not."""

from tests.worlds.moderated import WHY, acts, session, tea
from tests.worlds.world import opened, run

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
