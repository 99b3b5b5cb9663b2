"""A back-up is whole or is none, and a restore takes nothing that is not what its manifest says."""

import asyncio
import json
import shutil
import sqlite3
from contextlib import closing

import msgspec
import pytest

from lodestone import bootstrap
from lodestone.base.errors import ConflictError, CorruptError, LodestoneError, UnknownError
from lodestone.services.operations.backup import backup
from lodestone.stores.files.manifest import MANIFEST, PARTIAL, Manifest, log_name, read, write
from tests.worlds.world import opened, run

PICTURE = b"\x89PNG a cup of tea"
PNG = {"Content-Type": "image/png"}
REPLACE = bootstrap.Leave(replace=True)


def settings(home):
    return bootstrap.settings_of(str(home), {})


def operator(world):
    return {"Authorization": f"Bearer {world.app.operator_key}"}


async def back_up(world, folder, **more):
    return await world.ask(
        "POST", "/v1/backup", {"path": str(folder), **more}, headers=operator(world), status=201
    )


async def lived(world):
    """Let two people look and one post a picture."""
    await world.people(2)
    await world.items(5)
    stored = await world.ask("PUT", "/v1/media/own", content=PICTURE, headers=PNG, status=201)
    shown = {
        "kind": "picture",
        "author_id": "p0",
        "media": [{"url": stored["url"], "type": "image/png"}],
    }
    await world.put("/v1/items/hers", shown, status=201)
    feed = await world.feed("p0")
    await world.events(world.event("impression", feed["slots"][0]))
    return stored["url"]


def contents(folder):
    return {
        path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A home and a back-up of it; tests copy them before they change anything."""
    folder = tmp_path_factory.mktemp("made")

    async def scenario():
        async with opened(folder / "home") as world:
            await lived(world)
            return await back_up(world, folder / "copy")

    return folder, run(scenario)


def test_a_back_up_lists_every_file_and_where_each_log_ends(made):
    folder, answer = made

    listed = read(folder / "copy")
    names = {
        path.relative_to(folder / "copy").as_posix()
        for path in (folder / "copy").rglob("*")
        if path.is_file()
    }

    assert names == {entry.name for entry in listed.files} | {MANIFEST}
    assert [entry.id for entry in listed.communities] == ["c"]
    assert listed.communities[0].receipts == 1
    assert len(answer["manifest"]) == 64
    assert not list(folder.glob(f"*{PARTIAL}"))
    assert bootstrap.check_backup(folder / "copy") == listed


def missing(copy):
    (copy / log_name("c")).unlink()
    return log_name("c")


def shortened(copy):
    path = copy / log_name("c")
    path.write_bytes(path.read_bytes()[:-8192])
    return log_name("c")


def changed(copy):
    body = bytearray((copy / "records.db").read_bytes())
    body[-100] ^= 1
    (copy / "records.db").unlink()
    (copy / "records.db").write_bytes(body)
    return "records.db"


def foreign(copy):
    (copy / "records.db-wal").write_bytes(b"what SQLite would read as newer pages")
    return "records.db-wal"


def linked(copy):
    (copy / "media" / "more").symlink_to("/etc")
    return "more"


def without_picture(copy):
    picture = next(copy.rglob("*.png"))
    picture.unlink()
    return picture.name


def unlisted(copy):
    (copy / MANIFEST).unlink()
    return MANIFEST


def malformed(copy):
    (copy / MANIFEST).write_text("{")
    return MANIFEST


def rewritten(copy, described):
    """Write a manifest as a version would that describes the back-up so."""
    write(copy, msgspec.convert(described, Manifest))


def described_otherwise(copy):
    text = (copy / MANIFEST).read_text()
    (copy / MANIFEST).write_text(text.replace('"made_at": "2026', '"made_at": "2027'))
    return MANIFEST


def with_a_field_of_nobodys(copy):
    described = json.loads((copy / MANIFEST).read_text())
    (copy / MANIFEST).write_text(json.dumps({**described, "note": "trust me"}))
    return MANIFEST


def of_a_later_schema(copy):
    told = json.loads((copy / MANIFEST).read_text())
    rewritten(copy, {**told, "records_schema": "r9999"})
    return "r9999"


def of_a_later_format(copy):
    told = json.loads((copy / MANIFEST).read_text())
    (copy / MANIFEST).write_text(json.dumps({**told, "format": 2}))
    return "format 2"


def with_a_community_left_out(copy):
    told = json.loads((copy / MANIFEST).read_text())
    told["files"] = [entry for entry in told["files"] if entry["name"] != log_name("c")]
    told["communities"] = []
    rewritten(copy, told)
    (copy / log_name("c")).unlink()
    return "'c'"


def with_another_end(copy):
    told = json.loads((copy / MANIFEST).read_text())
    told["communities"][0]["root"] = "0" * 160
    rewritten(copy, told)
    return "does not end where"


def half_made(copy):
    copy.rename(copy.with_name(copy.name + PARTIAL))
    return "cut short"


WRONGS = [
    missing, shortened, changed, foreign, linked, without_picture, unlisted, malformed, of_a_later_schema,
    of_a_later_format, with_a_community_left_out, with_another_end, half_made,
    described_otherwise, with_a_field_of_nobodys,
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONGS, ids=lambda wrong: wrong.__name__)
def test_a_restore_refuses_what_is_not_as_listed_and_changes_nothing(tmp_path, made, wrong):
    folder, _ = made
    shutil.copytree(folder / "copy", tmp_path / "copy")
    shutil.copytree(folder / "home", tmp_path / "home")
    named = wrong(tmp_path / "copy")
    copy = next(tmp_path.glob("copy*"))
    before = contents(tmp_path / "home")

    with pytest.raises(LodestoneError) as refused:
        run(bootstrap.restore(settings(tmp_path / "home"), copy, REPLACE))
    with pytest.raises(LodestoneError):
        run(bootstrap.restore(settings(tmp_path / "fresh"), copy, REPLACE))

    after = contents(tmp_path / "home")
    assert named in refused.value.message
    assert {path: body for path, body in after.items() if path.name != "lock"} == {
        path: body for path, body in before.items() if path.name != "lock"
    }
    assert not (tmp_path / "fresh" / "records.db").exists()
    assert not list((tmp_path / "fresh").glob("restore*"))


def test_a_back_up_without_a_manifest_is_taken_where_that_is_said(tmp_path, made):
    folder, _ = made
    shutil.copytree(folder / "copy", tmp_path / "copy")
    (tmp_path / "copy" / MANIFEST).unlink()
    leave = bootstrap.Leave(without_manifest=True)

    async def scenario():
        await bootstrap.restore(settings(tmp_path / "home"), tmp_path / "copy", leave)
        async with opened(tmp_path / "home") as world:
            return await world.ask("POST", "/v1/verify", {}, status=200)

    assert run(scenario)["receipts"] == 1


def test_a_log_that_was_tampered_with_before_its_back_up_is_taken_only_where_that_is_said(tmp_path):
    home, copy = tmp_path / "home", tmp_path / "copy"

    async def scenario():
        async with opened(home) as world:
            await lived(world)
        for log in home.rglob("log.db"):
            with closing(sqlite3.connect(log)) as connection:
                connection.execute("UPDATE receipt SET what_salt = zeroblob(16)")
                connection.commit()
        for snapshot in home.rglob("*.snapshot"):
            snapshot.unlink()
        async with opened(home) as world:
            await back_up(world, copy)
        with pytest.raises(CorruptError) as refused:
            await bootstrap.restore(settings(tmp_path / "fresh"), copy, bootstrap.Leave())
        restored = await bootstrap.restore(
            settings(tmp_path / "fresh"), copy, bootstrap.Leave(accept_loss=True)
        )
        return refused.value.code, restored.lost

    code, lost = run(scenario)

    assert code == "backup_chain"
    assert lost == ["receipt 0 tampered"]


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


def test_a_home_whose_records_cannot_be_read_is_replaced_only_where_that_is_said(tmp_path, made):
    folder, _ = made
    shutil.copytree(folder / "home", tmp_path / "home")
    (tmp_path / "home" / "records.db").write_bytes(
        b"no database at all, but a page of something else" * 100
    )

    with pytest.raises(CorruptError) as refused:
        run(bootstrap.restore(settings(tmp_path / "home"), folder / "copy", REPLACE))
    leave = bootstrap.Leave(replace=True, accept_loss=True)
    restored = run(bootstrap.restore(settings(tmp_path / "home"), folder / "copy", leave))

    assert refused.value.code == "home_unreadable"
    assert not restored.history
    assert len(restored.lost) == 1


def test_a_back_up_beside_a_leftover_clears_it_away_and_one_being_made_is_left(tmp_path, made):
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


def test_no_back_up_is_said_apart_from_a_damaged_one(tmp_path):
    with pytest.raises(UnknownError):
        bootstrap.check_backup(tmp_path)
    with pytest.raises(ConflictError):
        bootstrap.check_backup(tmp_path.with_name(f"x{PARTIAL}"))


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
