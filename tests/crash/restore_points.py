"""Kill a restore before every write of a file, open what is left, and say which installation it is.

Runs by itself: every restore and every look is a process forked from this one, which opens nothing. Each line
of its output is one kill: how many writes had begun, then what the home held afterwards.
"""

import asyncio
import os
import shutil
import sys
from pathlib import Path

from lodestone import bootstrap
from tests.worlds.prepared import before_forks
from tests.worlds.world import opened

KILLED = 77
WRITES = frozenset(
    {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.truncate", "shutil.copyfile", "sqlite3.connect"}
)  # fmt: skip
PICTURE = b"\x89PNG the face of zhang wei"


def forked(work):
    """Do something in a process of its own; return how that ended."""
    sys.stdout.flush()  # or the child says it again
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            sys.stdout.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killing(until):
    """End this process before the write of a number, as a kill would."""
    count = 0

    def hear(event, given):
        nonlocal count
        if event in WRITES or (event == "open" and isinstance(given[1], str) and "w" in given[1]):
            count += 1
            if count == until:
                os._exit(KILLED)

    sys.addaudithook(hear)


async def live(home, aside):
    """Live a while, back up, then erase one person and take in another."""
    async with opened(home) as world:
        await world.people(2)
        kind = {"Content-Type": "image/png"}
        stored = await world.ask("PUT", "/v1/media/own", content=PICTURE, headers=kind, status=201)
        await world.put("/v1/people/ann", {}, status=201)
        shown = [{"url": stored["url"], "type": "image/png"}]
        await world.put("/v1/items/hers", {"kind": "picture", "author_id": "ann", "media": shown})
        await world.items(3)
        await world.feed("p0")
        operator = {"Authorization": f"Bearer {world.app.operator_key}"}
        body = {"path": str(aside)}
        await world.ask("POST", "/v1/backup", body, headers=operator, status=201)
        await world.ask("DELETE", "/v1/people/ann", status=204)
        await world.put("/v1/people/late", {}, status=201)
        await world.feed("p1")


async def look(home):
    """Print what a home holds once it is opened again."""
    async with opened(home) as world:
        told = await world.ask("GET", "/v1/people", status=200)
        found = await world.ask("POST", "/v1/verify", {}, status=200)
        await world.feed("p0")
    people = sorted(one["id"] for one in told["data"])
    pictures = [path.name for path in home.rglob("*.png")]
    left = sorted(path.name for path in home.glob("restore.*"))
    sys.stdout.write(f"{people} {found['receipts']} {found['findings']} {pictures} {left}\n")


def main(folder, stride):
    before_forks(folder / "first")
    home, aside, tried = folder / "home", folder / "aside", folder / "tried"
    assert forked(lambda: asyncio.run(live(home, aside))) == 0
    settings = bootstrap.settings_of(str(tried), {})

    def restored(until):
        killing(until)
        asyncio.run(bootstrap.restore(settings, aside, bootstrap.Leave(replace=True)))

    until, code = 1, KILLED
    while code == KILLED:
        shutil.copytree(home, tried)
        code = forked(lambda: restored(until))  # noqa: B023  done before the next turn
        sys.stdout.write("kill" if code == KILLED else f"end {code}")
        sys.stdout.write(f" {until} ")
        sys.stdout.flush()
        assert forked(lambda: asyncio.run(look(tried))) == 0
        shutil.rmtree(tried)
        until += stride


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
