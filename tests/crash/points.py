"""Kill an installation between every two of its writes, open what is left, finish, and compare.

Runs by itself: it imports everything once and forks a process for each kill. Each line of its
output is one kill: how many writes had happened, and the digest after a second process did it all again.
"""

import asyncio
import functools
import os
import sys
from pathlib import Path

from lodestone.bootstrap import installation
from lodestone.features.snapshot import digest
from lodestone.services.community.community import Engine
from lodestone.stores.log.sqlite import SqliteLog
from tests.worlds.prepared import once_for_all
from tests.worlds.world import TOWN, opened

RECORDS = ("put_person", "put_people", "put_items", "put_item", "put_domain", "put_policy", "done",
           "erase_person", "withdraw_item", "create_community")  # fmt: skip
KILLED = 77


class Count:
    """Counts writes, and ends the process at one of them as a crash would: nothing is flushed or closed."""

    def __init__(self, until: int) -> None:
        self.until, self.now = until, 0

    def tick(self) -> None:
        self.now += 1
        if self.now == self.until:
            os._exit(KILLED)

    def around(self, call):
        @functools.wraps(call)
        def counted(*given, **more):
            self.tick()
            found = call(*given, **more)
            self.tick()
            return found

        return counted

    def around_later(self, call):
        @functools.wraps(call)
        def counted(*given, **more):
            self.tick()
            return self.then(call(*given, **more))

        return counted

    async def then(self, awaited):
        found = await awaited
        self.tick()
        return found


def instrument(count):
    """Count at every write of records, outbox, log and state."""
    real = installation.open_records

    def opening(*given, **more):
        records = real(*given, **more)
        for name in RECORDS:
            setattr(records, name, count.around(getattr(records, name)))
        return records

    installation.open_records = opening
    Engine.apply_changes = count.around(Engine.apply_changes)
    Engine.apply_facts = count.around(Engine.apply_facts)
    append, record = SqliteLog.append, SqliteLog.record

    def later(call):
        def ask(*given):
            return asyncio.ensure_future(count.around_later(call)(*given))

        return ask

    SqliteLog.append, SqliteLog.record = later(append), later(record)


async def life(home):
    """Do a little of everything, under ids that say the same when it is done again."""
    async with opened(home) as world:
        await world.people(3, home=TOWN)
        await world.items(6, authors=3)
        await world.put("/v1/domains/d1", {"kind": "channel"})
        await world.put("/v1/people/p0/follows/a1")
        erased = bool(world.app.records.erased("c"))
        if not erased:
            await world.put("/v1/people/p9", {"name": "gone soon"})
            await world.put("/v1/items/own", {"kind": "text", "author_id": "p9", "text": "x"})
        await world.put("/v1/domains/d1/members/p0")
        events = [world.event(kind, item_id=f"i{n % 6}", surface="tab")
                  for n, kind in enumerate(["impression", "like", "impression", "click", "unlike", "hide"])]  # fmt: skip
        await world.events(*events)
        await world.feed("p1", slots=3)
        await world.ask("DELETE", "/v1/items/i5")
        if not erased:
            await world.ask("DELETE", "/v1/people/p9")
        state = world.engine.state
        state.offset = 0
        return digest(state)


def forked(work):
    """Run in a child and return (status, what it said)."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        status = 1
        try:
            os.write(writing, work().encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said


def dying(home, at):
    count = Count(at)
    instrument(count)
    asyncio.run(life(home))
    return str(count.now)


def main(folder: Path, stride: int) -> None:
    once_for_all()
    # Whole, here: every kernel is loaded now, and every thread has ended before the first fork.
    print("whole", asyncio.run(life(folder / "whole")), flush=True)  # noqa: T201
    at = 1
    while True:
        home = folder / str(at)
        status, _ = forked(lambda: dying(home, at))  # noqa: B023  called at once
        if status != KILLED:
            print("end", at, status, flush=True)  # noqa: T201
            return
        status, said = forked(lambda: asyncio.run(life(home)))  # noqa: B023  called at once
        print("kill", at, said if status == 0 else f"failed with {status}", flush=True)  # noqa: T201
        at += stride


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
