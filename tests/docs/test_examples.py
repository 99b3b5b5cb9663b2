"""The example apps run against a real server, and do what they say."""

import os
import subprocess
import sys
from datetime import UTC, datetime

from lodestone.base.clock import ManualClock
from tests.docs.blocks import ROOT
from tests.serving import serving
from tests.world import instant

BOARD = ROOT / "examples" / "noticeboard.py"


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
