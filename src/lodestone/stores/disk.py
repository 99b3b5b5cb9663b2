"""Files read whole, and files and folders made durable: what every store beneath needs of the disk."""

import os
import stat
from pathlib import Path


def read_file(path: Path) -> bytes | None:
    """Return what a file holds, None when it is not there.

    Raises:
        OSError: It is no plain file, or cannot be read; says which and why.
    """
    try:
        # A pipe would keep us waiting for whoever writes to it.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    try:
        require_plain(path, os.fstat(descriptor))
    except OSError:
        os.close(descriptor)
        raise
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


def require_plain(path: Path, status: os.stat_result) -> None:
    """Raise OSError where something is a folder, a pipe or a device."""
    if not stat.S_ISREG(status.st_mode):
        raise OSError(0, "it is no plain file", str(path))


def reason_of(error: OSError) -> str:
    """Say in a clause why the system refused something."""
    return error.strerror or str(error)


def sync(path: Path) -> None:
    """Make a file's contents or a folder's names durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Make everything beneath a folder durable, and the folder itself."""
    for parent, _, names in os.walk(folder, topdown=False):
        for name in names:
            sync(Path(parent, name))
        sync(Path(parent))
