"""Temporary files of tests lie in memory where there is room: a test waits no more for the disk than for its own work.

Two thirds of the time of a test that writes is spent waiting for a disk to say that it has written, while the processor is idle.
Every `fsync` is asked for as before; tests of what outlives a kill, or of which calls are made, hold as well on one file system as on another.
"""

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM = 6 << 30
"""Bytes that must be free, in memory and in the folder: a whole run writes about half of it."""


def use_memory() -> None:
    """Let temporary folders be made in memory from now on, by this process and those it starts; a `TMPDIR` that is set stays."""
    if "TMPDIR" not in os.environ and _has_room():
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None


def _has_room() -> bool:
    if not (MEMORY.is_dir() and os.access(MEMORY, os.W_OK)):
        return False
    if os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:  # tests run programs that they write
        return False
    lines = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    free = int(lines["MemAvailable"].split()[0]) << 10
    return min(free, shutil.disk_usage(MEMORY).free) >= ROOM
