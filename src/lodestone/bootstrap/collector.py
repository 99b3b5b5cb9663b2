"""Collect garbage in small portions while nothing is asked; what has been looked at is walked by no later collection.

A collection stops every thread: some 10 ms for what Python would let gather, 100 ms and more for everything at 100,000
items. Serving makes few rings of objects, which alone need it; the rest goes when the last reference does. So the
youngest are collected once, and what outlives that is frozen; once a day everything is looked at.
"""

import asyncio
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from lodestone.base.clock import DAY_SECONDS
from lodestone.base.loop_times import section
from lodestone.base.serving import begin_serving

LOOK_SECONDS: Final = 0.25
_AGAIN_SECONDS: Final = 0.01
"""How soon to look again where something is due and somebody waits for an answer."""
YOUNG: Final = 20_000
"""New objects from which on the youngest are collected where nobody waits: under 2 ms."""
YOUNG_MOST: Final = 60_000
"""From so many on Python collects them itself, whoever waits: under 5 ms."""
_NEVER: Final = 1_000_000_000
_WHOLE_SECONDS: Final = float(DAY_SECONDS)
"""How often everything is looked at, for rings that were frozen and died since."""


class Collector:
    """Takes over from Python when garbage is collected.

    Args:
        seconds: A clock that never runs back.
    """

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._whole_at = seconds()

    @contextmanager
    def instead(self) -> Iterator[None]:
        """Let Python collect the youngest only, and those late, until the block ends."""
        before = gc.get_threshold()
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG_MOST, _NEVER, _NEVER)
        try:
            yield
        finally:
            gc.set_threshold(*before)

    def collect(self, *, idle: bool) -> bool:
        """Collect what is due; return whether something is that waits for a quieter moment.

        Args:
            idle: Nobody waits for an answer.
        """
        young, collected, _ = gc.get_count()
        if not idle:
            return young >= YOUNG or collected > 0
        if young >= YOUNG or collected > 0:
            with section("garbage collection"):
                gc.collect(0)
            # What is left now stays, as a rule: nobody is being answered.
            gc.freeze()
        elif self._seconds() - self._whole_at >= _WHOLE_SECONDS:
            self._whole_at = self._seconds()
            with section("garbage collection of everything"):
                gc.unfreeze()
                gc.collect()
                gc.freeze()
        return False

    async def run(self, busy: Callable[[], bool]) -> None:
        """Collect for as long as it runs.

        Args:
            busy: Says whether somebody waits for an answer.
        """
        begin_serving()
        while True:
            due = self.collect(idle=not busy())
            await asyncio.sleep(_AGAIN_SECONDS if due else LOOK_SECONDS)
