"""Kill a life at each of its writes in turn, open what is left, live it again to its end, and print what that comes to.

Scripts run it by themselves, in a process of their own; `killed.assert_ends_alike` reads what they print.
"""

import asyncio
import functools
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.worlds.prepared import once_for_all

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
            result = call(*given, **more)
            self.tick()
            return result

        return counted

    def around_later(self, call):
        @functools.wraps(call)
        def counted(*given, **more):
            self.tick()
            return self.then(call(*given, **more))

        return counted

    def around_log(self, call):
        """Count around a write of the log, which begins when it is asked for, whoever waits for it."""

        def ask(*given):
            return asyncio.ensure_future(self.around_later(call)(*given))

        return ask

    async def then(self, awaited):
        result = await awaited
        self.tick()
        return result


def forked(work: Callable[[], str]) -> tuple[int, str]:
    """Run in a child and return (status, what it returned)."""
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
        text = pipe.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), text


def run(life: Callable[[Path], Awaitable[str]], instrument: Callable[[Count], None]) -> None:
    """Print the digest of a whole life, then one for each kill, then where the last write was.

    The arguments of the process are an empty folder, the first write to kill at, from 1, and the writes between kills.

    Args:
        life: Lives in a home, under ids that say the same when it is done again, and returns the digest of its end.
        instrument: Lets every write that a kill may come at be counted.
    """
    folder, first, stride = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    once_for_all()
    # Whole, here: every kernel is loaded now, and every thread has ended before the first fork.
    print("whole", asyncio.run(life(folder / "whole")), flush=True)  # noqa: T201
    at = first
    while True:
        home = folder / str(at)
        status, _ = forked(lambda: _dying(life, instrument, home, at))  # noqa: B023  called at once
        if status != KILLED:
            print("end", at, status, flush=True)  # noqa: T201
            return
        status, digest = forked(lambda: asyncio.run(life(home)))  # noqa: B023  called at once
        ended = digest if status == 0 else f"failed with {status}"
        print("kill", at, ended, flush=True)  # noqa: T201
        at += stride


def _dying(life, instrument, home: Path, at: int) -> str:
    count = Count(at)
    instrument(count)
    asyncio.run(life(home))
    return str(count.now)
