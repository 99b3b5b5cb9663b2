"""What the system grants this process: file descriptors for connections, addresses, room on the disks."""

import resource
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from lodestone.services.operations.health import Disk

_MOST: Final = 4096
_WANTED: Final = 8192
_RESERVE: Final = 256
"""Kept for logs, records and media, and for connections that come while others are being closed."""
_LEAST: Final = 16
_OVERCOMMIT: Final = Path("/proc/sys/vm/overcommit_memory")
_OPEN: Final = (Path("/proc/self/fd"), Path("/dev/fd"))


def connections_most(setting: int) -> int:
    """Return how many connections the process can hold at once; lets it have 8,192 descriptors where it may.

    Args:
        setting: The most that is wanted, 0 for as many as can be, 4,096 at most.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _WANTED if hard == resource.RLIM_INFINITY else min(_WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(
            OSError, ValueError
        ):  # a system may say no for its own reasons: then what we have must do
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return setting or _MOST
    free = soft - _descriptors()
    can = max(free - min(_RESERVE, free // 2), _LEAST)
    return min(setting or _MOST, can)


def _descriptors() -> int:
    """Count those that are open now."""
    folder = next((path for path in _OPEN if path.is_dir()), None)
    return 64 if folder is None else sum(1 for _ in folder.iterdir())


def addresses_are_free(strict: Path = _OVERCOMMIT) -> bool:
    """Say whether addresses without memory cost this process nothing: no limit counts them, nor does the system.

    Args:
        strict: Where Linux says how it counts; on other systems nothing is known, and the answer is no.
    """
    limits = (resource.RLIMIT_AS, resource.RLIMIT_DATA)
    if any(resource.getrlimit(limit)[0] != resource.RLIM_INFINITY for limit in limits):
        return False
    return strict.is_file() and strict.read_text().strip() != "2"


def disks(folders: Iterable[Path], floor: int) -> list[Disk]:
    """Say of each folder how much is free on its disk; reads the disks.

    Args:
        folders: One that does not exist yet counts as its nearest parent that does.
        floor: MiB that must be free.
    """
    found = []
    for folder in folders:
        there = next(path for path in (folder, *folder.parents) if path.is_dir())
        found.append(Disk(str(folder), shutil.disk_usage(there).free // 2**20, floor))
    return found


def low_disks(folders: Iterable[Path], floor: int) -> list[str]:
    """Say of each folder whose disk is nearly full how much is free; see `disks`."""
    return [
        f"{one.folder} has {one.free_mib} MiB left on its disk, under the floor of {floor} MiB"
        for one in disks(folders, floor)
        if one.low
    ]
