"""One instant of a SQLite database held still, to be copied at leisure while others go on writing."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, Protocol

from lodestone.base.errors import ConflictError, CorruptError, UnavailableError
from lodestone.stores.disk import sync

_BUSY_SECONDS: Final = 10.0


class Pinned(Protocol):
    """What a store held at the instant it was pinned."""

    def copy_to(self, path: Path) -> None:
        """Write it into a new SQLite file, whole and synced; call it in a thread of its own.

        Raises:
            ConflictError: `backup_exists`: there is such a file.
            CorruptError: `database_corrupt`: the store is damaged; names its file.
            UnavailableError: The store or the disk does not answer.
        """
        ...

    def close(self) -> None:
        """Let the store forget that instant."""
        ...


class PinnedFile:
    """See `Pinned`: a read transaction on a database in WAL mode.

    Raises:
        CorruptError: It is damaged.
        UnavailableError: There is no such file, or it does not answer.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with translated(path):
            # `rw`: a database that is not there is not made.
            self._connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=rw",
                uri=True,
                isolation_level=None,
                check_same_thread=False,
                timeout=_BUSY_SECONDS,
            )
            self._connection.execute("BEGIN")
            # The first read is the instant that the transaction sees.
            self._connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()

    def copy_to(self, path: Path) -> None:
        """See `Pinned.copy_to`."""
        with (
            translated(self._path),
            written_whole(path) as part,
            closing(sqlite3.connect(part)) as to,
        ):
            self._connection.backup(to)
            single(to)

    def close(self) -> None:
        """See `Pinned.close`."""
        self._connection.close()


def single(connection: sqlite3.Connection) -> None:
    """Make a copy one file that is whole by itself: a write-ahead log would be a second one."""
    connection.execute("PRAGMA journal_mode = DELETE")


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Yield where to write; what is there afterwards appears under its name, synced.

    Raises:
        ConflictError: `backup_exists`: there is such a file.
    """
    if path.exists():
        raise ConflictError("backup_exists", f"{path} exists; name a new file.")
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    yield part
    sync(part)
    part.rename(path)
    sync(path.parent)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn what SQLite raises into our own errors, which name the database."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            raise CorruptError("database_corrupt", f"{path} is damaged: {error}") from error
        if code == sqlite3.SQLITE_FULL:
            message = f"{path} could not be copied: the disk that is written to is full; make room there, or choose another"
            raise UnavailableError("backup_failed", message) from error
        raise UnavailableError("database_unavailable", f"{path}: {error}") from error
