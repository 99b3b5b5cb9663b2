"""The file of a log: its tables, how it is opened, and how the WAL beside it is kept in bounds.

The WAL is grown by zeros beforehand, because a sync of a file that changes its size makes the file
system commit its journal too: in place a commit takes half the processor time.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from lodestone.base.errors import CorruptError, LodestoneError, UnavailableError
from lodestone.stores.disk import sync
from lodestone.stores.log.chain import Root, Tip, root_of

PAGE_BYTES: Final = 8192
WAL_GROWN_BYTES: Final = 8 << 20
BUSY_SECONDS: Final = 5.0
_FORMAT: Final = 1
_APPLICATION: Final = 0x4C6F6465  # the letters "Lode", as `file` shows them

_SCHEMA: Final = (
    """CREATE TABLE IF NOT EXISTS batch (
        first INTEGER PRIMARY KEY, count INTEGER NOT NULL, time INTEGER NOT NULL,
        payload BLOB NOT NULL, sealed BLOB NOT NULL,
        leaf BLOB NOT NULL, value BLOB NOT NULL, tag BLOB NOT NULL)""",
    # who_digest stands in for `who` once that and its salt are dropped: overwritten by as many zeros,
    # because a row that changed its size would be moved, and a page it is moved from keeps a copy.
    """CREATE TABLE IF NOT EXISTS receipt (
        sequence INTEGER PRIMARY KEY, who BLOB NOT NULL, what BLOB NOT NULL, packed INTEGER NOT NULL,
        who_salt BLOB NOT NULL, who_digest BLOB NOT NULL, what_salt BLOB NOT NULL,
        value BLOB NOT NULL, tag BLOB NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS segment (
        number INTEGER PRIMARY KEY, last INTEGER NOT NULL, root BLOB NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS prices (
        version INTEGER PRIMARY KEY, time INTEGER NOT NULL, payload BLOB NOT NULL)""",
)


def connect(path: Path) -> sqlite3.Connection:
    """Open a connection that syncs on every commit and overwrites what it deletes.

    It never checkpoints by itself: a commit that does would stall all who wait for it.

    Raises:
        CorruptError: It is no log, a damaged one, or one of another format.
        UnavailableError: It cannot be opened.
    """
    with translated(path):
        connection = sqlite3.connect(
            path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
    try:
        with translated(path):
            _set_up(connection, path)
    except LodestoneError:
        connection.close()
        raise
    return connection


def _set_up(connection: sqlite3.Connection, path: Path) -> None:
    _check_format(connection, path)
    connection.execute(f"PRAGMA page_size={PAGE_BYTES}")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA wal_autocheckpoint=0")
    connection.execute("PRAGMA secure_delete=ON")


def create(path: Path) -> sqlite3.Connection:
    """Open the writer's connection, make the tables where they are missing, and grow the WAL.

    Raises:
        CorruptError: It is no log, a damaged one, or one of another format.
        UnavailableError: It cannot be opened or written.
    """
    present = path.exists()
    connection = connect(path)
    try:
        with translated(path):
            connection.execute("BEGIN IMMEDIATE")
            for statement in _SCHEMA:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id={_APPLICATION}")
            connection.execute(f"PRAGMA user_version={_FORMAT}")
            connection.execute("COMMIT")
            grow_wal(path)
            if not present:
                sync(path.parent)
    except LodestoneError:
        connection.close()
        raise
    return connection


def load_tip(connection: sqlite3.Connection) -> Tip:
    """Read where the log ends."""
    receipt = connection.execute(
        "SELECT sequence + 1, value FROM receipt ORDER BY sequence DESC LIMIT 1"
    ).fetchone()
    batch = connection.execute(
        "SELECT first + count, value FROM batch ORDER BY first DESC LIMIT 1"
    ).fetchone()
    start = Tip()
    return Tip(
        *(receipt or (start.sequence_next, start.receipts)),
        *(batch or (start.offset_next, start.facts)),
    )


def end_of(connection: sqlite3.Connection) -> Root:
    """Read a log's root, as `Log.root` says it."""
    tip = load_tip(connection)
    segments = connection.execute("SELECT last, root FROM segment ORDER BY number")
    return root_of(tip, [root for last, root in segments if last < tip.sequence_next - 1])


def wal_path(path: Path) -> Path:
    """Name the WAL beside a log."""
    return path.with_name(path.name + "-wal")


def grow_wal(path: Path) -> None:
    """Extend the WAL by zeros, which recovery takes for the end; only while nobody writes to it."""
    wal = wal_path(path)
    with wal.open("ab") as file:
        missing = WAL_GROWN_BYTES - file.tell()
        if missing > 0:
            file.write(bytes(missing))
            file.flush()
            os.fsync(file.fileno())


def truncate_wal(connection: sqlite3.Connection, path: Path) -> None:
    """Move everything into the file, and cut and regrow the WAL, so that no deleted byte stays.

    Raises:
        UnavailableError: A reader still needs the WAL, or the disk does not answer.
    """
    with translated(path):
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            message = "The log is being copied; truncate it again when that is done."
            raise UnavailableError("log_busy", message)
        grow_wal(path)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn what SQLite and the system raise into our own errors."""
    try:
        yield
    except sqlite3.Error as error:
        raise _translate(error, path) from error
    except OSError as error:
        raise UnavailableError("log_unavailable", f"{path}: {error}") from error


def _translate(error: sqlite3.Error, path: Path) -> LodestoneError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return CorruptError("log_corrupt", f"{path}: {error}; restore a back-up.")
    return UnavailableError("log_unavailable", f"{path}: {error}; see to the disk and try again.")


def _check_format(connection: sqlite3.Connection, path: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if tables and (application, version) != (_APPLICATION, _FORMAT):
        message = f"{path} is not a log of format {_FORMAT}; it was left as it is."
        raise CorruptError("log_format", message)
