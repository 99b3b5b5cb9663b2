"""Make item lists in a child process, beside the one that serves."""

import asyncio
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from lodestone.base.errors import UnavailableError
from lodestone.services.access.settings import Settings
from lodestone.stores.files import item_lists

_NOTHING: Final = 4
_TAIL: Final = 400
_ONE_THREAD: Final = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)
"""One core is left to serving, and sums are added in one order."""


@dataclass(frozen=True, slots=True)
class LearningLimits:
    """How much learning may take; see the settings of the same names."""

    growth: float
    deeds: int
    profiles: int
    regressed: int
    memory_mb: int
    minutes: int


def learning_limits(settings: Settings) -> LearningLimits:
    """Return what the settings say."""
    return LearningLimits(
        settings.learning_growth,
        settings.learning_deeds,
        settings.learning_profiles,
        settings.learning_regressed,
        settings.learning_memory,
        settings.learning_minutes,
    )


class ChildMaker:
    """See `services.learning.item_lists.Maker`."""

    def __init__(self, folder: Path, limits: LearningLimits, zone: str) -> None:
        """Make lists of a community's log.

        Args:
            folder: The community's, with its log.
            limits: What a child may take.
            zone: The community's time zone, for what is done at which hour.
        """
        self._zone = zone
        self._folder, self._root, self._limits = folder, folder / "lists", limits

    @property
    def growth(self) -> float:
        """See `Maker.growth`."""
        return self._limits.growth

    async def make(self, offset: int, version: int, places: NDArray[np.float32]) -> bool:
        """See `Maker.make`."""
        limits = self._limits
        job = {
            "log": str(self._folder / "log.db"),
            "offset": offset,
            "root": str(self._root),
            "version": version,
            "deeds_max": limits.deeds,
            "profiles_max": limits.profiles,
            "regressed_max": limits.regressed,
            "memory_mb": limits.memory_mb,
            "places": str(self._folder / "lists.places.npy"),
            "zone": self._zone,
        }
        path, around = self._folder / "lists.job", self._folder / "lists.places.npy"
        await asyncio.to_thread(np.save, around, places)
        await asyncio.to_thread(path.write_bytes, msgspec.json.encode(job))
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "lodestone.learning",
            str(path),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, **_ONE_THREAD},
        )
        try:
            async with asyncio.timeout(60 * limits.minutes):
                _, said = await child.communicate()
        except TimeoutError as error:
            message = f"item lists took more than {limits.minutes} minutes; raise learning_minutes"
            raise UnavailableError("item_lists_failed", message) from error
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
            for left in (path, around):
                await asyncio.to_thread(left.unlink, missing_ok=True)
        if child.returncode not in (0, _NOTHING):
            tail = said.decode(errors="replace").strip()[-_TAIL:]
            message = f"item lists could not be made (exit {child.returncode}): {tail}"
            raise UnavailableError("item_lists_failed", message)
        return child.returncode == 0

    def open(self, version: int) -> tuple[Mapping[str, NDArray[Any]], Mapping[str, Any]] | None:
        """See `Maker.open`."""
        return item_lists.read(self._root, version)

    def prune(self, versions: Iterable[int]) -> None:
        """See `Maker.prune`."""
        item_lists.prune(self._root, versions)
