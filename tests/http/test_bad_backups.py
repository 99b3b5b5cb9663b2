"""A restore takes nothing that is not what its manifest says, and changes nothing when it refuses."""

import json
import shutil
import sqlite3
from contextlib import closing

import msgspec
import pytest

from lodestone import bootstrap
from lodestone.base.errors import ConflictError, CorruptError, LodestoneError, UnknownError
from lodestone.stores.files.manifest import MANIFEST, PARTIAL, Manifest, log_name, read, write
from tests.worlds.backed_up import REPLACE, back_up, contents, lived, settings
from tests.worlds.world import opened, run


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


def test_no_back_up_is_said_apart_from_a_damaged_one(tmp_path):
    with pytest.raises(UnknownError):
        bootstrap.check_backup(tmp_path)
    with pytest.raises(ConflictError):
        bootstrap.check_backup(tmp_path.with_name(f"x{PARTIAL}"))
