"""Whatever the umask and the modes before: a home, its back-ups and what is written beside them are the owner's alone."""

import json
import os
import signal
import stat
import subprocess
import sys

import pytest

from lodestone.cli.app import main
from lodestone.stores.files.modes import tighten
from tests.worlds.world import opened, run

PEOPLE = "id\nann\n"
ITEMS = "id,kind,author_id\ni1,text,ben\n"
EVENTS = """id,type,time,person_id,item_id
1,impression,2026-03-01T12:00:00Z,ann,i1
2,click,2026-03-01T12:00:00Z,ann,i1
3,impression,2026-03-02T12:00:00Z,ann,i1
"""


def wider(folder):
    """Name what others than the owner could read, write or enter beneath a folder."""
    paths = [folder, *folder.rglob("*")]
    return [
        f"{stat.filemode(path.stat().st_mode)} {path}"
        for path in paths
        if path.lstat().st_mode & 0o077
    ]


@pytest.fixture
def lodestone(monkeypatch):
    """Run commands as a shell would that lets everybody read what is made."""
    before = os.umask(0)

    def command(*arguments, home):
        os.umask(0)
        monkeypatch.setattr(sys, "argv", ["lodestone", *map(str, arguments), "--home", str(home)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert not ended.value.code

    yield command
    os.umask(before)


def serve_for_a_while(home):
    """Serve with a page's worth of work, and stop as an init system would; return what was open to others meanwhile."""
    command = [sys.executable, "-m", "lodestone", "serve", "--port", "0", "--home", str(home)]
    with subprocess.Popen(command, umask=0, stderr=subprocess.PIPE, text=True) as server:
        for line in server.stderr:
            if "stop with" in line:
                break
        seen = wider(home)
        server.send_signal(signal.SIGTERM)
        assert server.wait(60) == 0
    return seen


def test_after_a_whole_life_nothing_can_be_read_by_others(tmp_path, lodestone):
    inputs = tmp_path / "in"
    inputs.mkdir()
    for name, text in (("people", PEOPLE), ("items", ITEMS), ("events", EVENTS)):
        (inputs / f"{name}.csv").write_text(text)
    life = tmp_path / "life"
    home, copy = life / "home", life / "copies" / "first"

    lodestone("community", "create", "kaili", home=home)
    lodestone("import", "table", *sorted(inputs.iterdir()), home=home)
    lodestone(
        "evaluate", "--train-until", "2026-03-01", "--test-from", "2026-03-02",
        "--test-until", "2026-03-02", "--json", home=home,
    )  # fmt: skip
    serving = serve_for_a_while(home)
    lodestone("backup", copy, home=home)
    lodestone("restore", copy, home=life / "elsewhere")
    lodestone("export", life / "out", home=life / "elsewhere")

    assert serving == []
    assert wider(life) == []


def test_what_an_older_version_left_open_is_tightened_at_start_and_said_once(tmp_path, capsys):
    home = tmp_path / "home"

    async def scenario():
        async with opened(home) as world:
            await world.people(1)
        for path in [home, *home.rglob("*")]:
            path.chmod(0o777 if path.is_dir() else 0o644)
        secret = tmp_path / "elsewhere"
        secret.write_text("of somebody else's")
        secret.chmod(0o644)
        (home / "link").symlink_to(secret)
        (home / "lodestone.toml").write_text("")
        (home / "lodestone.toml").chmod(0o644)
        capsys.readouterr()
        async with opened(home):
            first = capsys.readouterr().err
        async with opened(home):
            second = capsys.readouterr().err
        return first, second

    first, second = run(scenario)
    said = [json.loads(line) for line in first.splitlines() if "alone now" in line]

    assert [
        path for path in home.rglob("*") if not path.is_symlink() and path.stat().st_mode & 0o077
    ] == []
    assert len(said) == 1
    assert said[0]["files"] >= 4
    assert "alone now" not in second
    assert stat.S_IMODE((tmp_path / "elsewhere").stat().st_mode) == 0o644


def test_a_folder_too_narrow_for_its_owner_is_opened_again(tmp_path):
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed").chmod(0o500)
    (tmp_path / "file").write_text("")
    (tmp_path / "file").chmod(0o400)

    tightened = tighten(tmp_path)

    assert not tightened.files
    assert stat.S_IMODE((tmp_path / "closed").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o600


def test_a_home_that_is_a_file_is_said_in_a_sentence(tmp_path):
    (tmp_path / "home").write_text("no folder")
    command = [
        sys.executable,
        "-m",
        "lodestone",
        "serve",
        "--port",
        "0",
        "--home",
        str(tmp_path / "home"),
    ]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "cannot be used as a home" in done.stderr
    assert "fault of ours" not in done.stderr
