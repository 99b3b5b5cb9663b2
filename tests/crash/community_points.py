"""Kill the making of a community before every write, open what is left, and say what stands.

Runs by itself: every making and every look is a process forked from this one, which opens nothing. Each line of
its output is one kill: how many writes had begun, what stood when the home was opened again (`none` or `whole`),
and what came of asking for the community once more.
"""

import asyncio
import os
import shutil
import sys
from pathlib import Path

from sqlalchemy import event

from lodestone.stores.log import sqlite
from lodestone.stores.log.plan import Plan
from lodestone.stores.records.work import Work
from tests.crash.restore_points import KILLED, WRITES, forked
from tests.worlds.prepared import before_forks
from tests.worlds.world import opened


class Kill:
    """Ends this process at the write of a number, from when it is armed."""

    def __init__(self, until):
        self.until, self.count, self.armed = until, 0, False
        sys.addaudithook(self.hear)
        for owner, name in ((Plan, "store"), (Work, "finish"), (sqlite, "create")):
            setattr(owner, name, self.around(getattr(owner, name)))

    def hear(self, event, given):
        writing = (
            event == "open" and isinstance(given[2], int) and given[2] & (os.O_WRONLY | os.O_RDWR)
        )
        if self.armed and (event in WRITES or writing):
            self.tick()

    def around(self, call):
        def counted(*given, **more):
            self.tick()
            result = call(*given, **more)
            self.tick()
            return result

        return counted

    def tick(self, *_):
        if self.armed:
            self.count += 1
            if self.count == self.until:
                os._exit(KILLED)


async def make(home, kill):
    """Open a home and make a second community in it."""
    async with opened(home) as world:
        event.listen(world.app.records._engine, "commit", kill.tick)
        kill.armed = True
        operator = {"Authorization": f"Bearer {world.app.operator_key}"}
        await world.put("/v1/communities/茶", {"name": "Tea"}, headers=operator, status=201)
        kill.armed = False


async def look(home):
    """Print what stands of the community, then finish it and use it."""
    async with opened(home) as world:
        operator = {"Authorization": f"Bearer {world.app.operator_key}"}
        await world.ask("GET", "/health/ready", status=200)
        listed = await world.ask("GET", "/v1/communities", headers=operator, status=200)
        stands = [one["name"] for one in listed["data"] if one["id"] == "茶"]
        await world.put("/v1/communities/茶", {"name": "Tea"}, headers=operator)
        mine = {
            **{k.encode(): v.encode() for k, v in operator.items()},
            b"X-Community": "茶".encode(),
        }
        await world.put("/v1/people/p0", {}, headers=mine, status=201)
        await world.ask("POST", "/v1/feeds", {"viewer": "p0"}, headers=mine, status=200)
        verified = await world.ask("POST", "/v1/verify", {}, headers=mine, status=200)
        policies = len(world.app.records.policies("茶"))
        folders = len(list((home / "communities").iterdir()))
    state = {(): "none", ("Tea",): "whole"}[tuple(stands)]
    sys.stdout.write(
        f"{state} {verified['receipts']} {verified['findings']} {policies} {folders}\n"
    )


def main(folder, stride):
    before_forks(folder / "first")
    home, tried = folder / "home", folder / "tried"

    async def before():
        async with opened(home):
            pass

    assert forked(lambda: asyncio.run(before())) == 0
    until, code = 1, KILLED
    while code == KILLED:
        shutil.copytree(home, tried)
        code = forked(lambda: asyncio.run(make(tried, Kill(until))))  # noqa: B023  done before the next turn
        sys.stdout.write(("kill" if code == KILLED else f"end {code}") + f" {until} ")
        sys.stdout.flush()
        assert forked(lambda: asyncio.run(look(tried))) == 0
        shutil.rmtree(tried)
        until += stride


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
