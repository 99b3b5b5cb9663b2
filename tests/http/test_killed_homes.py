"""A home of a killed server, or one whose small files are damaged: what can go on does, what is lost is named."""

import asyncio
import json
import os
import shutil

import pytest

from lodestone import bootstrap
from lodestone.base.clock import ManualClock
from lodestone.base.errors import ConflictError, InvalidError, LossError
from lodestone.bootstrap.server import open_app
from lodestone.cli.app import main
from lodestone.stores.files import folders
from lodestone.stores.records.types import key_digest
from tests.worlds.world import NOON, instant, opened, run


def settings(home):
    return bootstrap.settings_of(str(home), {})


def surveyed(home):
    return [loss.code for loss in bootstrap.surveyed(settings(home)).losses]


async def started(home, **more):
    async with open_app(settings(home), wall=ManualClock(instant(NOON)), **more) as app:
        return app.operator_key, app.records.find_key(key_digest(app.operator_key)) is not None


def contents(home):
    return {path: path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file()}


def log_of(home):
    return folders.folder_of(home / "communities", "c") / "log.db"


async def live(home, killed=None):
    async with opened(home) as world:
        await world.people(40)
        await world.items(200)
        for _ in range(5):
            await world.feed("p0")
        if killed is not None:
            await asyncio.to_thread(shutil.copytree, home, killed)


@pytest.fixture(scope="module")
def homes(tmp_path_factory):
    """A home as a killed server leaves it after its second life."""
    root = tmp_path_factory.mktemp("homes")
    run(live(root / "now"))
    run(live(root / "now", root / "killed"))
    return root


@pytest.fixture
def home(tmp_path, homes):
    shutil.copytree(homes / "killed", tmp_path / "home")
    return tmp_path / "home"


def emptied(path):
    path.write_bytes(b"")


def halved(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def garbled(path):
    path.write_bytes(b"\xce" * path.stat().st_size)


def exchanged(path):
    text = path.read_text()
    path.write_text(text[:-9] + "".join("b" if c == "a" else "a" for c in text[-9:]))


def recounted(path):
    """Let the head of a database claim four billion pages."""
    body = path.read_bytes()
    path.write_bytes(body[:28] + b"\xff" * 4 + body[32:])


def foldered(path):
    path.unlink(missing_ok=True)
    path.mkdir()


def piped(path):
    path.unlink(missing_ok=True)
    os.mkfifo(path)


@pytest.mark.parametrize("harm", [emptied, halved, garbled, exchanged])
@pytest.mark.parametrize("name", ["operator.key", "logins.key"])
def test_a_damaged_key_of_a_home_is_no_loss_and_made_anew(home, name, harm):
    harm(home / name)

    assert surveyed(home) == []
    key, known = run(started(home))

    assert known
    assert (home / "operator.key").read_text().strip() == key
    assert len((home / "logins.key").read_text().strip()) >= 64


@pytest.mark.parametrize(
    ("name", "harm"),
    [
        ("operator.key", foldered), ("operator.key", piped), ("logins.key", foldered),
        ("logins.key", piped), ("server.json", foldered), ("lock", foldered), ("lock", piped),
    ],
)  # fmt: skip
def test_what_lies_in_the_place_of_a_file_and_is_none_is_named(home, name, harm):
    harm(home / name)

    with pytest.raises(ConflictError) as refused:
        run(started(home))

    assert refused.value.code == "home_unusable"
    assert str(home / name) in refused.value.message


def test_a_settings_file_that_is_a_pipe_is_named_and_not_waited_for(home):
    piped(home / "lodestone.toml")

    with pytest.raises(InvalidError, match=r"lodestone\.toml cannot be read: it is no plain file"):
        settings(home)


def test_a_look_at_a_home_whose_lock_is_none_is_refused_in_words(home):
    foldered(home / "lock")

    with pytest.raises(ConflictError, match="lock cannot be used"):
        surveyed(home)


@pytest.mark.parametrize("part", ["log", "records"])
def test_an_emptied_database_does_not_cost_its_write_ahead_log(home, part):
    path = {"log": log_of(home), "records": home / "records.db"}[part]
    wal = path.with_name(f"{path.name}-wal")
    emptied(path)
    before = contents(home)

    assert surveyed(home) == [{"log": "log_emptied", "records": "records_missing"}[part]]
    assert contents(home) == before
    run(started(home, accept_loss=True))

    assert any(path.read_bytes() == before[wal] for path in home.rglob(f"lost/*{wal.name}"))
    assert surveyed(home) == []


@pytest.mark.parametrize("harm", [halved, garbled, recounted])
def test_a_log_cut_short_is_noticed_though_its_end_lies_in_the_write_ahead_log(home, harm):
    harm(log_of(home))

    assert surveyed(home) == ["log_damaged"]
    with pytest.raises(LossError):
        run(started(home))


def test_a_look_at_a_killed_home_leaves_every_byte(home):
    index = log_of(home).with_name("log.db-shm")
    index.write_bytes(bytes(len(index.read_bytes())))
    before = contents(home)

    assert surveyed(home) == []
    assert contents(home) == before


def test_where_a_killed_server_says_that_it_answers_is_not_believed(home):
    said = {"host": "127.0.0.1", "port": 9, "process": 1}
    (home / "server.json").write_text(json.dumps(said))

    assert bootstrap.serving_at(home) is None
    run(started(home))
    assert not (home / "server.json").exists()


def test_what_the_system_refuses_a_command_is_one_sentence_and_ends_with_two(
    home, monkeypatch, capsys
):
    monkeypatch.setattr("sys.argv", ["lodestone", "export", "/dev/null/out", "--home", str(home)])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert "/dev/null/out: Not a directory" in capsys.readouterr().err


def test_a_name_that_is_not_utf_8_is_refused_in_one_sentence(home, monkeypatch, capsys):
    folder = os.fsdecode(os.fsencode(home.parent) + b"/caf\xe9")
    monkeypatch.setattr("sys.argv", ["lodestone", "backup", folder, "--home", str(home)])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert "is not UTF-8; use another name" in capsys.readouterr().err
