"""Modes of files: what lies in a home or in a back-up can be read by its owner alone.

Two things make it so. A process that makes files does so under a umask that leaves nothing to others; SQLite
gives the files beside a database the mode of the database. And at every start whatever an older version, another
umask or a copying tool has left wider is tightened.
"""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lodestone.base.errors import ConflictError

OWNER_UMASK: Final = 0o077
FOLDER_MODE: Final = 0o700
FILE_MODE: Final = 0o600


@dataclass(slots=True)
class Tightened:
    """How many folders and files had been open to others."""

    folders: int = 0
    files: int = 0

    def __bool__(self) -> bool:
        return self.folders + self.files > 0


def make_private() -> None:
    """Let this process make files that are its owner's alone from now on, whatever its umask was."""
    os.umask(OWNER_UMASK)


def tighten(folder: Path) -> Tightened:
    """Give every folder beneath and including one mode 0700 and every file 0600.

    Links are neither followed nor changed: what they lead to is not of this folder.

    Raises:
        ConflictError: `home_foreign`: a file belongs to somebody else; names it.
    """
    tightened = Tightened()
    tightened.folders += _set(folder, FOLDER_MODE)
    for parent, folders, files in os.walk(folder):
        for name in folders:
            tightened.folders += _set(Path(parent, name), FOLDER_MODE)
        for name in files:
            tightened.files += _set(Path(parent, name), FILE_MODE)
    return tightened


def _set(path: Path, mode: int) -> int:
    """Set a mode where it is another; return 1 where it was wider."""
    try:
        status = path.lstat()
        before = stat.S_IMODE(status.st_mode)
        if stat.S_ISLNK(status.st_mode) or before == mode:
            return 0
        path.chmod(mode)
    except FileNotFoundError:
        return 0  # SQLite takes its files away as it closes
    except PermissionError as error:
        message = f"{path} belongs to another user; give it to the one who serves (`chown`)"
        raise ConflictError("home_foreign", message) from error
    return int(bool(before & ~mode))
