"""What a home must have and what lies in it, compared without changing either.

The records name the communities and say how far each log had come; a file beside each log says so too, and how
far the records had come. What one of them knows of and another lacks has been lost, emptied, shortened or replaced.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import quote

from lodestone.stores.disk import read_file, require_plain
from lodestone.stores.files import folders, snapshots
from lodestone.stores.log.chain import Tip
from lodestone.stores.log.file import load_tip
from lodestone.stores.log.mark import MARK, START, Mark, owner_of, read
from lodestone.stores.log.verify import Link

RESTORE: Final = "put back the file that was here, or `lodestone restore BACKUP --replace`"
ACCEPT: Final = f"{RESTORE}, or go on without it: `lodestone serve --accept-loss`"
_LAST: Final = "SELECT first, leaf, value, tag FROM batch ORDER BY first DESC LIMIT 1"
_LAST_TIME: Final = "SELECT time FROM batch ORDER BY first DESC LIMIT 1"
_RECEIPT_AT: Final = "SELECT value FROM receipt WHERE sequence = ?"
_FACTS_AT: Final = "SELECT value FROM batch WHERE first < ? ORDER BY first DESC LIMIT 1"
_MAGIC: Final = b"SQLite format 3\0"
_LOCK_BYTE: Final = 1 << 30
"""SQLite keeps the page with this byte empty, for its locks."""
_WAL_HEAD: Final = 32
_FRAME_HEAD: Final = 24
_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that a home must have and has not, or has otherwise than it was."""

    code: str
    file: str
    said: str
    """What is wrong, one clause."""
    cure: str = ACCEPT
    community: str | None = None
    mark: Mark | None = None
    """How far the log and the records are known to have come."""
    end: Tip = START
    """Where the log ends now."""

    @property
    def acceptable(self) -> bool:
        """Say whether `--accept-loss` goes on without it."""
        return self.cure == ACCEPT

    @property
    def message(self) -> str:
        """Say it whole."""
        return f"{self.file}: {self.said}; {self.cure}"


@dataclass(frozen=True, slots=True)
class Belonging:
    """What the records say of one community that its folder must bear out."""

    id: str
    secret: bytes
    changes_next: int
    relayed: int
    """How many changes the log has been told of, at least."""
    mark: Mark | None
    driven: bool = False
    """Its clock is set by the app."""


@contextmanager
def reading(path: Path, *, alone: bool) -> Iterator[sqlite3.Connection]:
    """Read a database and leave every file as it is.

    Args:
        path: The database; it exists and has something in it. Beside an empty one SQLite, even told to read
            alone, throws the write-ahead log away.
        alone: Nobody else has it open, so that what SQLite lays beside it can be put back as it was.

    Raises:
        OSError: It is no plain file.
    """
    require_plain(path, path.stat())
    beside = [path.with_name(f"{path.name}-{suffix}") for suffix in ("wal", "shm")]
    before = {file for file in beside if file.exists()}
    index = read_file(beside[1]) if alone else None
    # Without frames in a write-ahead log nothing need be laid beside the file.
    still = alone and not has_frames(beside[0])
    name = f"file:{quote(str(path))}?{'immutable=1' if still else 'mode=ro'}"
    try:
        with closing(sqlite3.connect(name, uri=True, timeout=5.0)) as connection:
            yield connection
    finally:
        if alone:
            for file in beside:
                if file not in before:
                    file.unlink(missing_ok=True)
            if index is not None and read_file(beside[1]) != index:
                beside[1].write_bytes(index)


def wal_of(database: Path) -> Path:
    """Name the write-ahead log beside a database."""
    return database.with_name(f"{database.name}-wal")


def has_frames(wal: Path) -> bool:
    """Say whether a write-ahead log may hold what its database has not taken over yet."""
    try:
        with wal.open("rb") as file:
            return any(file.read(32))
    except FileNotFoundError:
        return False


def last_time(log: Path, *, alone: bool) -> int | None:
    """Return when a log's last fact was, microseconds since the epoch; None where it says nothing."""
    try:
        if log.is_file() and log.stat().st_size:
            with reading(log, alone=alone) as connection:
                row = connection.execute(_LAST_TIME).fetchone()
                return None if row is None else int(row[0])
    except (OSError, sqlite3.Error):
        return None  # what is wrong with it is told by `survey_log`
    return None


def damaged(error: sqlite3.Error) -> bool:
    """Say whether an error means that a file's bytes are not a database's."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED


def survey_log(root: Path, belonging: Belonging, *, alone: bool) -> Iterator[Loss]:
    """Compare a community's log with what the records and the mark beside it know.

    Args:
        root: The folder `communities`.
        belonging: What the records say.
        alone: No server runs in this home.
    """
    folder, mark = folder_now(root, belonging.id), belonging.mark
    try:
        if folder.exists() and not folder.is_dir():
            raise NotADirectoryError(0, "it is no folder", str(folder))
        mark, beside = known(folder, belonging), read(folder)
        end = _end(folder / folders.LOG, belonging.secret, mark, alone=alone)
    except (OSError, sqlite3.Error) as error:
        yield _unreadable(folder, belonging, mark, error)
        return
    yield from _compared(folder, belonging, mark, end)
    if beside is not None and beside.owner == owner_of(belonging.secret):
        yield from _older_records(belonging, beside)


def known(folder: Path, belonging: Belonging) -> Mark | None:
    """Return the most that is known of a community's log, None when nothing is."""
    mine = owner_of(belonging.secret)
    marks = [
        mark for mark in (read(folder), belonging.mark) if mark is not None and mark.owner == mine
    ]
    if not marks:
        return None
    furthest = max(marks, key=lambda mark: (mark.tip.offset_next, mark.tip.sequence_next))
    return replace(
        furthest,
        issued=max(mark.issued for mark in marks),
        changes=max(mark.changes for mark in marks),
        pulse=max(mark.pulse for mark in marks),
    )


def vouches(root: Path, belonging: Belonging) -> bool:
    """Say whether the mark beside a community's log shows that these records belong to this home."""
    try:
        beside = read(folder_now(root, belonging.id))
    except OSError:
        return False
    return beside is not None and beside.owner == owner_of(belonging.secret)


def folder_now(root: Path, community: str) -> Path:
    """Return a community's folder, that of an earlier version where it has not been renamed yet."""
    folder = folders.folder_of(root, community)
    try:
        before = root / folders.legacy_name(community)
        return folder if folder.exists() or not before.is_dir() else before
    except OSError:
        return folder


@dataclass(frozen=True, slots=True)
class _End:
    tip: Tip
    owned: bool
    """Its last batch was vouched for under the community's secret, or there is none."""
    meets: bool
    """It holds the link at the mark, where it is long enough."""
    there: bool = True


def _end(log: Path, secret: bytes, mark: Mark | None, *, alone: bool) -> _End:
    if not log.exists():
        return _End(START, owned=True, meets=True, there=False)
    if log.is_file() and not log.stat().st_size:
        return _End(START, owned=True, meets=True)
    with reading(log, alone=alone) as connection:
        if not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
            return _End(START, owned=True, meets=True)
        _require_whole(connection, log)
        tip = load_tip(connection)
        last = connection.execute(_LAST).fetchone()
        owned = last is None or folders.vouched(Link(*last), secret)
        return _End(tip, owned, mark is None or _meets(connection, tip, mark.tip))


def _require_whole(connection: sqlite3.Connection, log: Path) -> None:
    """Raise where pages are missing or the file is none of SQLite's, which it notices only when it comes to a page.

    What lies in the write-ahead log hides it.
    """
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    with log.open("rb") as file:
        head = file.read(32)
    if not head.startswith(_MAGIC):
        raise _damage("file is not a database")
    last, there = max(pages, int.from_bytes(head[28:], "big")), log.stat().st_size // size
    # The page with the lock byte is never written. The count may be damaged, and then any number.
    pending = wal_pages(wal_of(log), size) | {_LOCK_BYTE // size + 1} if last > there else set()
    if last - there > len(pending) or not pending.issuperset(range(there + 1, last + 1)):
        raise _damage("the file is shorter than it says")


def _damage(said: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(said)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def wal_pages(wal: Path, size: int) -> set[int]:
    """Return the numbers of the pages that a write-ahead log holds for a database with pages of a size in bytes."""
    if not has_frames(wal):
        return set()
    with wal.open("rb") as file:
        salt = file.read(_WAL_HEAD)[16:24]
        pages = set()
        while len(head := file.read(_FRAME_HEAD)) == _FRAME_HEAD and head[8:16] == salt:
            pages.add(int.from_bytes(head[:4], "big"))
            file.seek(size, os.SEEK_CUR)
    return pages


def _meets(connection: sqlite3.Connection, tip: Tip, mark: Tip) -> bool:
    if tip.sequence_next >= mark.sequence_next > 0:
        row = connection.execute(_RECEIPT_AT, (mark.sequence_next - 1,)).fetchone()
        if row is None or row[0] != mark.receipts:
            return False
    if tip.offset_next >= mark.offset_next > 0:
        row = connection.execute(_FACTS_AT, (mark.offset_next,)).fetchone()
        return row is not None and bool(row[0] == mark.facts)
    return True


def _unreadable(
    folder: Path, belonging: Belonging, mark: Mark | None, error: OSError | sqlite3.Error
) -> Loss:
    file = str(folder / folders.LOG)
    if isinstance(error, sqlite3.Error) and damaged(error):
        said = f"the log of community {belonging.id!r} is damaged ({error})"
        return Loss("log_damaged", file, said, community=belonging.id, mark=mark)
    said = f"the log of community {belonging.id!r} cannot be read ({error})"
    return Loss(
        "log_unavailable", file, said, "see to the disk and the file's mode", belonging.id, mark
    )


def _compared(folder: Path, belonging: Belonging, mark: Mark | None, end: _End) -> Iterator[Loss]:
    file, whose = str(folder / folders.LOG), f"the log of community {belonging.id!r}"

    def lost(code: str, said: str) -> Loss:
        return Loss(code, file, said, community=belonging.id, mark=mark, end=end.tip)

    if not end.owned:
        yield lost("log_other", f"{whose} belongs to another community or installation")
    elif end.tip == START:
        if belonging.relayed or (mark is not None and mark.tip != START):
            code, state = ("log_emptied", "empty") if end.there else ("log_missing", "missing")
            yield lost(code, f"{whose} is {state}{_of(mark)}")
    elif mark is not None and (
        end.tip.offset_next < mark.tip.offset_next or end.tip.sequence_next < mark.tip.sequence_next
    ):
        said = f"{whose} ends at {_place(end.tip)}, but had come to {_place(mark.tip)}"
        yield lost("log_short", said)
    elif not end.meets:
        yield lost("log_other", f"{whose} is not the one that was here: its chain is another one")
    else:
        ahead = snapshots.ahead(folder, end=end.tip.offset_next)
        if ahead:
            said = f"{whose} ends at fact {end.tip.offset_next}, but {ahead[0].name} was made after that"
            yield lost("log_short", said)


def _older_records(belonging: Belonging, beside: Mark) -> Iterator[Loss]:
    pulse = 0 if belonging.mark is None else belonging.mark.pulse
    if pulse < beside.pulse or belonging.changes_next < beside.changes:
        said = (
            f"the records of community {belonging.id!r} are older than its log: they stand at change "
            f"{belonging.changes_next - 1}, but had come to {max(beside.changes, belonging.changes_next) - 1}"
        )
        yield Loss("records_older", "records", said, community=belonging.id, mark=beside)


def orphans(root: Path, ids: Sequence[str]) -> list[tuple[Path, str]]:
    """Return folders with a log in them that the records name no community for, and what each says it is of."""
    mine = {folder_now(root, name) for name in ids}
    if not root.is_dir():
        return []
    return [
        (folder, _owner(folder))
        for folder in sorted(root.iterdir())
        if folder not in mine and _weighs(folder / folders.LOG)
    ]


def _owner(folder: Path) -> str:
    try:
        return folders.owner(folder) or folder.name
    except OSError:
        return folder.name


def _weighs(log: Path) -> bool:
    return any(path.is_file() and path.stat().st_size for path in (log, log.parent / MARK))


def _of(mark: Mark | None) -> str:
    return "" if mark is None else f"; it had come to {_place(mark.tip)}"


def _place(tip: Tip) -> str:
    return f"receipt {tip.sequence_next} and fact {tip.offset_next}"
