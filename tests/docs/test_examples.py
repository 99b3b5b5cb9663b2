"""The example apps run against a real server, and do what they say."""

import os
import subprocess
import sys
from datetime import UTC, datetime

from lodestone.base.clock import ManualClock
from tests.docs.blocks import ROOT
from tests.worlds.serving import serving
from tests.worlds.world import instant

BOARD = ROOT / "examples" / "noticeboard.py"
MOVIELENS = ROOT / "examples" / "movielens.py"


async def street(world):
    await world.people(2)
    await world.items(3, authors=3, text="a cup of tea")


def board(folder, address, key, *lines):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, str(BOARD), address, key, "ann"], input="\n".join(lines), cwd=folder,
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_notice_board_is_an_app_in_under_a_hundred_lines():
    assert len(BOARD.read_text().splitlines()) < 100


def test_the_notice_board_shows_a_feed_and_what_its_reader_did_arrives(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    clock = ManualClock(instant(datetime.now(UTC)))  # the app tells its own time
    with serving(home, fill=street, clock=clock) as up:
        said = board(
            tmp_path, up.address, up.world.key,
            "like 1", "like 9", "follow 1", "post bread at eight", "dance", "quit", "like 2",
        )  # fmt: skip
        state = up.world.engine.state
        totals = state.item_ring[:3].sum(axis=(0, 1)) + state.item_old[:3].sum(axis=0)
        follows = state.follows(up.world.engine.directory.person_row("ann")).size
        posted = "ann-1" in up.world.engine.directory.items

    shown = [line for line in said if "a cup of tea" in line]
    assert [line[:2] for line in shown] == ["1.", "2.", "3."]
    assert said[len(shown) :] == [
        "like N, follow N, hide N, more, post WORDS, quit", "liked",
        "there is no post '9' on this page", "followed", "posted as ann-1",
        "like N, follow N, hide N, more, post WORDS, quit",
    ]  # fmt: skip
    assert (int(totals[13]), int(totals[3]), follows, posted) == (3, 1, 1, True)


def test_movielens_comes_over_pygorse_by_time_with_what_is_known_of_each_film(tmp_path):
    data, home = tmp_path / "ml-100k", tmp_path / "home"
    data.mkdir()
    home.mkdir()
    (data / "u.genre").write_text("unknown|0\nAction|1\nDrama|2\n\n")
    (data / "u.item").write_bytes(
        "1|Café (1995)|01-Jan-1995||x|0|1|1\n2|Old (1940)|01-Jan-1940||x|0|0|1\n3|unknown|||x|1|0|0\n".encode(
            "latin-1"
        )
    )
    (data / "u.data").write_text("2\t1\t3\t881250949\n1\t2\t5\t874965478\n1\t1\t4\t874965479\n")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with serving(home, clock=ManualClock(instant(datetime.now(UTC)))) as up:
        command = [sys.executable, str(MOVIELENS), str(data), up.address, up.world.key]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        engine = up.world.engine
        facts = [fact for batch in engine.log.read(0) for fact in batch.facts if fact["item"] >= 0]
        names = engine.parts.records.item_ids("c")
        film = engine.parts.records.item("c", "1").given

    assert (done.stdout, done.stderr) == ("3 ratings taken\n", "")
    deeds = [(names[fact["item"]], int(fact["kind"])) for fact in facts if fact["kind"] < 32]
    assert deeds == [("2", 3), ("1", 3), ("1", 16)]
    assert (film.text, film.tags) == ("Café (1995)", ("Action", "Drama"))
