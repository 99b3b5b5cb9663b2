"""Kill a back-up before every write of a file, and say what lies where it was to be.

Runs by itself: every back-up and every look is a process forked from this one, which opens nothing. Each line
of its output is one kill: how many writes had begun, then what lay there, and what the next back-up left.
"""

import asyncio
import shutil
import sys
from pathlib import Path

from lodestone import bootstrap
from lodestone.base.errors import LodestoneError
from tests.crash.restore_points import KILLED, PICTURE, forked, killing
from tests.worlds.prepared import before_forks
from tests.worlds.world import opened


async def live(home):
    """Live a while: people, a feed, a picture, and a community whose doors are closed."""
    async with opened(home) as world:
        await world.people(2)
        kind = {"Content-Type": "image/png"}
        await world.ask("PUT", "/v1/media/own", content=PICTURE, headers=kind, status=201)
        await world.items(3)
        await world.feed("p0")
        operator = {"Authorization": f"Bearer {world.app.operator_key}"}
        given = {"time_zone": "UTC"}
        await world.ask("PUT", "/v1/communities/other", given, headers=operator, status=201)
        await world.ask("POST", "/v1/communities/other/disable", headers=operator, status=200)


async def back_up(home, folder, until=None):
    """Back up, killed before the write of a number of the back-up itself."""
    async with opened(home) as world:
        operator = {"Authorization": f"Bearer {world.app.operator_key}"}
        if until is not None:
            killing(until)
        body = {"path": str(folder)}
        await world.ask("POST", "/v1/backup", body, headers=operator, status=201)
        if until is not None:
            sys.stdout.flush()
            raise SystemExit  # the writes of closing are not the back-up's


def look(folder):
    """Print whether a back-up lies there, and whether it is whole."""
    try:
        listed = bootstrap.check_backup(folder)
    except LodestoneError as error:
        sys.stdout.write(error.code)
        return
    sys.stdout.write("whole " + ",".join(entry.id for entry in listed.communities))


def main(folder, stride):
    before_forks(folder / "first")
    home, tried, copies = folder / "home", folder / "tried", folder / "copies"
    assert forked(lambda: asyncio.run(live(home))) == 0
    until, code = 1, KILLED
    while code == KILLED:
        shutil.copytree(home, tried)
        copies.mkdir()
        code = forked(lambda: asyncio.run(back_up(tried, copies / "first", until)))  # noqa: B023  done before the next turn
        sys.stdout.write("kill" if code == KILLED else "end")
        sys.stdout.write(f" {until} ")
        sys.stdout.flush()
        assert forked(lambda: look(copies / "first")) == 0
        assert forked(lambda: asyncio.run(back_up(tried, copies / "second"))) == 0
        sys.stdout.write(f" {sorted(path.name for path in copies.iterdir())} ")
        sys.stdout.flush()
        assert forked(lambda: look(copies / "second")) == 0
        sys.stdout.write("\n")
        shutil.rmtree(tried)
        shutil.rmtree(copies)
        until += stride


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
