"""No id of a community can break the installation, and one folder that cannot be opened takes nobody else along."""

import json
from urllib.parse import quote

import pytest

from lodestone.stores.files import folders
from tests.worlds.world import opened, run

LONG = ["茶" * 128, "!" * 128, "\U0001f9d1" * 128, "é" * 128, "e\u0301" * 64, "." * 128]


async def made(world, name, status=201):
    return await world.ask("PUT", f"/v1/communities/{quote(name, safe='')}", {}, headers=key(world), status=status)  # fmt: skip


def key(world, name="c"):
    return {b"Authorization": f"Bearer {world.app.operator_key}".encode(), b"X-Community": name.encode()}  # fmt: skip


def test_a_community_of_any_id_is_made_serves_and_opens_again(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            for name in LONG:
                await made(world, name)
                await world.put("/v1/people/p", {}, headers=key(world, name), status=201)
        async with opened(tmp_path) as world:
            for name in LONG:
                told = await world.ask("GET", "/v1/people", headers=key(world, name), status=200)
                assert [one["id"] for one in told["data"]] == ["p"]
            await world.ask("GET", "/health/ready", status=200)

    run(scenario())


def test_ids_that_shared_a_folder_keep_their_people_apart(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            for name in ("†", " 20"):
                await made(world, name)
                await world.put(f"/v1/people/{ord(name[0])}", {}, headers=key(world, name))
            for name in ("†", " 20"):
                found = await world.ask("POST", "/v1/verify", {}, headers=key(world, name))
                assert (found["facts"], found["findings"]) == (2, [])

    run(scenario())


def test_a_folder_that_cannot_be_made_leaves_no_community_behind(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            folders.folder_of(world.app.home.communities, "d").write_text("in the way")
            refused = await made(world, "d", status=503)
            listed = await world.ask("GET", "/v1/communities", headers=key(world))
            folders.folder_of(world.app.home.communities, "d").unlink()
            await made(world, "d")

        assert refused["error"]["code"] == "folder_unavailable"
        assert [one["id"] for one in listed["data"]] == ["c"]

    run(scenario())


def test_a_home_of_an_earlier_version_is_taken_over_with_everything_in_it(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(2)
            await world.items(3)
            first = await world.feed("p0")
        home = tmp_path / "communities"
        folder = folders.folder_of(home, "c")
        (folder / folders.NAMED).unlink()
        folder.rename(home / folders.legacy_name("c"))
        async with opened(tmp_path) as world:
            told = await world.ask("POST", f"/v1/receipts/{first['receipt_id']}/replay", status=200)
            found = await world.ask("POST", "/v1/verify", {}, status=200)
        return told, found, home

    told, found, home = run(scenario())

    assert told["identical"]
    assert (found["receipts"], found["findings"]) == (1, [])
    assert [path.name for path in home.iterdir()] == [folders.folder_of(home, "c").name]


@pytest.mark.parametrize(
    "trouble", ["a file in its place", "anothers folder", "a folder for a log"]
)
def test_one_community_that_cannot_be_opened_is_told_of_and_the_others_serve(tmp_path, trouble):
    async def scenario():
        async with opened(tmp_path) as world:
            await made(world, "bad")
            folder = folders.folder_of(world.app.home.communities, "bad")
        if trouble == "a file in its place":
            folder.rename(tmp_path / "away")
            folder.write_text("in the way")
        elif trouble == "anothers folder":
            (folder / folders.NAMED).write_text("somebody else")
        else:
            (folder / "log.db").rename(tmp_path / "away")
            (folder / "log.db").mkdir()
        async with opened(tmp_path) as world:
            await world.people(1)
            await world.feed("p0")
            ready = await world.ask("GET", "/health/ready", status=503)
            answer = await world.http.get("/v1/people", headers=key(world, "bad"))
        return ready, answer.status_code, json.loads(answer.content)

    ready, status, told = run(scenario())

    assert ready["error"]["code"] == "not_ready"
    assert "bad" in ready["error"]["message"]
    assert (status, told["error"]["code"]) == (503, "community_unopened")
