"""Whoever practises a profession is one of its members."""

from tests.worlds.world import opened, run


def test_a_professions_members_are_those_who_practise_it_and_those_who_joined(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.put("/v1/domains/weaver", {"kind": "profession"}, status=201)
            await world.put("/v1/domains/tea", {"kind": "channel"}, status=201)
            for name, profession in (
                ("ann", "weaver"),
                ("ben", "weaver"),
                ("cat", "smith"),
                ("dan", None),
            ):
                await world.put(f"/v1/people/{name}", {"profession": profession}, status=201)
            for name in ("ann", "dan"):
                await world.put(f"/v1/domains/weaver/members/{name}", status=204)
            one = await world.ask("GET", "/v1/domains/weaver", status=200)
            listed = await world.ask("GET", "/v1/domains", status=200)
            names = await world.ask("GET", "/v1/domains/weaver/members", status=200)
            await world.ask("DELETE", "/v1/people/ben")
            after = await world.ask("GET", "/v1/domains/weaver", status=200)
            return one, listed, names, after

    one, listed, names, after = run(scenario)
    assert names["data"] == ["ann", "ben", "dan"]
    assert (one["members"], after["members"]) == (3, 2)
    assert {row["id"]: row["members"] for row in listed["data"]} == {"tea": 0, "weaver": 3}
