"""A back-up is whole, holds every log, is made once, and gives back no key that was revoked since."""

import asyncio

import pytest

from lodestone import bootstrap
from lodestone.base.errors import LodestoneError
from lodestone.services.operations.backup import backup
from lodestone.stores.files.manifest import PARTIAL
from tests.worlds.backed_up import REPLACE, back_up, lived, operator, settings
from tests.worlds.world import opened, run


def test_a_closed_community_is_in_a_back_up_with_its_log(tmp_path):
    home, copy = tmp_path / "home", tmp_path / "copy"

    async def scenario():
        async with opened(home) as world:
            await lived(world)
            await world.ask(
                "POST", "/v1/communities/c/disable", headers=operator(world), status=200
            )
            told = await back_up(world, copy)
        await bootstrap.restore(settings(tmp_path / "fresh"), copy, bootstrap.Leave())
        async with opened(tmp_path / "fresh", community=False) as world:
            await world.put(
                "/v1/communities/c", {"time_zone": "Asia/Shanghai", "state": "active"}, headers=operator(world),
                status=200,
            )  # fmt: skip
            named = {**operator(world), "X-Community": "c"}
            verify = await world.ask("POST", "/v1/verify", {}, headers=named, status=200)
        return told, verify

    told, verify = run(scenario)

    assert told["communities"] == ["c"]
    assert verify["receipts"] == 1
    assert verify["findings"] == []


def test_a_key_revoked_after_the_back_up_does_not_come_alive_again(tmp_path):
    home, copy = tmp_path / "home", tmp_path / "copy"

    async def scenario():
        async with opened(home) as world:
            await world.people(1)
            made = await world.ask(
                "POST",
                "/v1/communities/c/keys",
                {"name": "lost"},
                headers=operator(world),
                status=201,
            )
            lasting = world.key
            secret = world.app.home.key("logins")
            await back_up(world, copy)
            path = f"/v1/communities/c/keys/{made['id']}"
            await world.ask("DELETE", path, headers=operator(world), status=204)
        restored = await bootstrap.restore(settings(home), copy, REPLACE)
        bare = await bootstrap.restore(settings(tmp_path / "bare"), copy, bootstrap.Leave())
        async with opened(home) as world:
            answers = [
                (
                    await world.http.get("/v1/people", headers={"Authorization": f"Bearer {key}"})
                ).status_code
                for key in (made["key"], lasting)
            ]
            logins = world.app.home.key("logins")
        return restored, bare, answers, secret != logins

    restored, bare, answers, other_logins = run(scenario)

    assert answers == [401, 200]
    assert other_logins, "a login that has ended since could begin again"
    assert (restored.revoked, restored.history) == (1, True)
    assert (bare.revoked, bare.history) == (0, False)


def test_a_back_up_beside_a_leftover_clears_it_away_and_one_being_made_is_left(tmp_path):
    left = tmp_path / f"yesterday{PARTIAL}"
    left.mkdir()
    (left / "records.db").write_bytes(b"half")

    async def scenario():
        async with opened(tmp_path / "home") as world:
            await back_up(world, tmp_path / "today")
            refused = await world.ask(
                "POST",
                "/v1/backup",
                {"path": str(tmp_path / f"x{PARTIAL}")},
                headers=operator(world),
                status=400,
            )
        return refused["error"]["code"]

    assert run(scenario) == "path_invalid"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "today"]


@pytest.mark.parametrize("place", ["communities/copy", "media/deep/copy"])
def test_no_back_up_is_put_where_a_restore_would_replace_it(tmp_path, place):
    async def scenario():
        async with opened(tmp_path) as world:
            body = {"path": str(tmp_path / place)}
            return await world.ask("POST", "/v1/backup", body, headers=operator(world), status=400)

    assert run(scenario())["error"]["code"] == "path_invalid"
    assert not (tmp_path / place).exists()


def test_two_back_ups_into_one_folder_make_one(tmp_path):
    async def scenario():
        async with opened(tmp_path / "home") as world:
            await lived(world)
            making = [backup(world.app.engines, tmp_path / "copy", None) for _ in range(3)]
            return await asyncio.gather(*making, return_exceptions=True)

    ended = run(scenario)

    refused = [one for one in ended if isinstance(one, LodestoneError)]
    assert len(refused) == 2
    assert {one.code for one in refused} <= {
        "backup_running",
        "backup_exists",
        "path_invalid",
        "backup_failed",
    }
    bootstrap.check_backup(tmp_path / "copy")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy", "home"]


def test_a_back_up_refuses_to_leave_out_a_log_that_is_gone(tmp_path):
    async def scenario():
        async with opened(tmp_path / "home") as world:
            await lived(world)
            await world.ask(
                "POST", "/v1/communities/c/disable", headers=operator(world), status=200
            )
            next((tmp_path / "home").rglob("log.db")).unlink()
            body = {"path": str(tmp_path / "copy")}
            return await world.ask("POST", "/v1/backup", body, headers=operator(world), status=503)

    assert run(scenario)["error"]["code"] == "log_missing"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home"]
