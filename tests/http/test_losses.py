"""A home that lacks something it had says what, where and what to do; nothing is opened over it unasked."""

import asyncio
import itertools
import shutil
import sqlite3

import pytest

from lodestone import bootstrap
from lodestone.base.clock import ManualClock
from lodestone.base.errors import LossError
from lodestone.bootstrap.server import open_app
from lodestone.stores.files import folders
from tests.worlds.world import NOON, instant, opened, run

PICTURE = b"\x89PNG a cup"


async def live(home, *, more=0, media=True, draw=None):
    """Let a home live a while; `more` says how much later."""
    async with opened(home, draw=draw) as world:
        await world.people(2)
        await world.items(3, first=10 * more)
        if media:
            kind = {"Content-Type": "image/png"}
            told = await world.ask("PUT", f"/v1/media/m{more}", content=PICTURE, headers=kind)
            shown = {"kind": "picture", "media": [{"url": told["url"], "type": "image/png"}]}
            await world.put(f"/v1/items/shown{more}", {**shown, "author_id": "p0"})
        return await world.feed("p0")


def settings(home):
    return bootstrap.settings_of(str(home), {})


def surveyed(home):
    return [loss.code for loss in bootstrap.surveyed(settings(home)).losses]


async def started(home, **more):
    async with open_app(settings(home), wall=ManualClock(instant(NOON)), **more):
        pass


async def verified(home):
    async with opened(home) as world:
        return await world.ask("POST", "/v1/verify", {}, status=200)


def parts(home):
    folder = folders.folder_of(home / "communities", "c")
    return {"log": folder / "log.db", "records": home / "records.db", "media": home / "media"}


def without(path):
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def emptied(path):
    if path.is_dir():
        without(path)
        path.mkdir()
    else:
        path.write_bytes(b"")


def halved(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def contents(home):
    return {path: path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def homes(tmp_path_factory):
    """A home as it stands, a copy of it as it stood before, and another installation."""
    root = tmp_path_factory.mktemp("homes")
    run(live(root / "now"))
    shutil.copytree(root / "now", root / "older")
    run(live(root / "now", more=1))
    run(live(root / "other", more=2, draw=itertools.count(10**9, 7).__next__))
    return root


def put(path, source):
    """Put another home's file or folder in the place of this one's."""
    without(path)
    shutil.copytree(source, path) if source.is_dir() else shutil.copyfile(source, path)


CASES = [
    ("log", "missing", "log_missing"),
    ("log", "emptied", "log_emptied"),
    ("log", "halved", "log_damaged"),
    ("log", "older", "log_short"),
    ("log", "other", "log_other"),
    ("records", "missing", "records_missing"),
    ("records", "emptied", "records_missing"),
    ("records", "halved", "records_damaged"),
    ("records", "older", "records_older"),
    ("records", "other", "records_other"),
    ("media", "missing", "media_missing"),
    ("media", "emptied", "media_missing"),
    ("media", "other", "media_missing"),
]


def harm(homes, home, part, how):
    shutil.copytree(homes / "now", home)
    path = parts(home)[part]
    if how in ("older", "other"):
        put(path, parts(homes / how)[part])
    else:
        {"missing": without, "emptied": emptied, "halved": halved}[how](path)
    return path


@pytest.mark.parametrize(("part", "how", "code"), CASES)
def test_what_is_gone_is_named_and_nothing_is_opened_or_changed(tmp_path, homes, part, how, code):
    home = tmp_path / "home"
    path = harm(homes, home, part, how)
    before = contents(home)

    codes = surveyed(home)
    with pytest.raises(LossError) as refused:
        run(started(home))

    assert code in codes
    assert refused.value.code == "home_lost"
    assert str(path) in refused.value.message or part == "records"
    assert "lodestone restore" in refused.value.message
    after = contents(home)
    assert {name: after[name] for name in before} == before
    assert {name.name for name in after.keys() - before.keys()} <= {"lock"}


@pytest.mark.parametrize(("part", "how", "code"), [case for case in CASES if "damaged" not in case[2] or case[0] == "log"])  # fmt: skip
def test_a_loss_that_is_accepted_lets_the_home_serve_and_be_whole_again(
    tmp_path, homes, part, how, code
):
    home = tmp_path / "home"
    harm(homes, home, part, how)

    run(started(home, accept_loss=True))
    told = run(verified(home))

    assert surveyed(home) == []
    assert [one for one in told["findings"] if one["kind"] != "media"] == []
    if part == "log" or code == "records_older":
        assert [one["what"] for one in told["accepted"]] == [code]
        assert told["accepted"][0]["facts"] >= 0
    if part == "media":
        assert [one["number"] for one in told["findings"]] == [2]


def test_damaged_records_are_not_gone_on_without(tmp_path, homes):
    home = tmp_path / "home"
    harm(homes, home, "records", "halved")

    with pytest.raises(LossError, match="the records are damaged"):
        run(started(home, accept_loss=True))


@pytest.mark.parametrize("how", ["missing", "older", "other"])
def test_no_number_of_a_receipt_is_given_out_twice(tmp_path, homes, how):
    home = tmp_path / "home"
    shutil.copytree(homes / "now", home)

    async def last():
        async with opened(home) as world:
            return [(await world.feed("p0"))["receipt_id"] for _ in range(3)]

    issued = run(last())
    path = parts(home)["log"]
    put(path, parts(homes / how)["log"]) if how != "missing" else without(path)
    run(started(home, accept_loss=True))
    again = run(last()) + run(last())

    numbers = [int(one[4:16], 16) for one in issued + again]
    assert len(set(numbers)) == 9
    assert min(numbers[3:]) > max(numbers[:3])


def test_what_the_records_hold_is_known_to_a_log_that_lost_it(tmp_path, homes):
    home = tmp_path / "home"
    harm(homes, home, "log", "missing")
    run(started(home, accept_loss=True))

    async def scenario():
        async with opened(home) as world:
            await world.put("/v1/people/new", {}, status=201)
            shown = await world.feed("new", slots=5)
            return {slot["item_id"] for slot in shown["slots"]}

    assert len(run(scenario())) == 5


def test_a_missing_mark_is_no_loss_and_is_made_anew(tmp_path, homes):
    home = tmp_path / "home"
    shutil.copytree(homes / "now", home)
    mark = parts(home)["log"].with_name("tip")
    mark.unlink()

    assert surveyed(home) == []
    run(started(home))
    assert mark.stat().st_size > 0


def test_another_ones_mark_is_not_believed(tmp_path, homes):
    home = tmp_path / "home"
    shutil.copytree(homes / "now", home)
    shutil.copyfile(
        parts(homes / "other")["log"].with_name("tip"), parts(home)["log"].with_name("tip")
    )

    assert surveyed(home) == []


def test_a_snapshot_ahead_of_its_log_is_named(tmp_path, homes):
    home = tmp_path / "home"
    shutil.copytree(homes / "now", home)
    folder = parts(home)["log"].parent
    newest = max(folder.glob("state-*"))
    newest.rename(folder / "state-000000000099999.snapshot")

    assert surveyed(home) == ["log_short"]


def test_the_whole_folder_of_a_community_put_back_to_an_older_one_is_noticed(tmp_path, homes):
    home = tmp_path / "home"
    harm(homes, home, "log", "older")
    folder = parts(home)["log"].parent
    put(folder, parts(homes / "older")["log"].parent)

    assert surveyed(home) == ["log_short"]


def test_a_home_of_an_earlier_version_without_marks_still_notices_that_its_log_is_gone(
    tmp_path, homes
):
    home = tmp_path / "home"
    harm(homes, home, "log", "missing")
    parts(home)["log"].with_name("tip").unlink()
    for path in parts(home)["log"].parent.glob("state-*"):
        path.unlink()
    with sqlite3.connect(home / "records.db") as records:
        records.execute("DELETE FROM meta WHERE name = 'tip'")

    assert surveyed(home) == ["log_missing"]


def test_a_log_that_is_locked_by_a_server_is_looked_at_beside_it(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(2)
            await world.feed("p0")
            whole = await asyncio.to_thread(surveyed, tmp_path)
            parts(tmp_path)["log"].rename(tmp_path / "away")
            lost = await asyncio.to_thread(surveyed, tmp_path)
            (tmp_path / "away").rename(parts(tmp_path)["log"])
        return whole, lost

    whole, lost = run(scenario())

    assert (whole, lost) == ([], ["log_missing"])
