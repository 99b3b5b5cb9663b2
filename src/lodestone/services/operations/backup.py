"""Back-up: records, every log and media as one instant saw them, in a folder that is whole or is not there.

It is built in a sibling folder whose name ends in `PARTIAL`, every file of it listed in a manifest and synced, and
renamed at the end. A lock on that folder says that somebody still writes to it; one that nobody holds was left by a
back-up that was cut short, and the next one beside it clears it away.
"""

import asyncio
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final, Protocol, TypeVar

import msgspec

from lodestone.base.clock import Instant
from lodestone.base.errors import (
    ConflictError,
    InvalidError,
    Problem,
    UnavailableError,
)
from lodestone.base.wire import time_text
from lodestone.services.community.registry import Engines
from lodestone.services.support.tasks import asked
from lodestone.stores.database import HEAD
from lodestone.stores.disk import sync, sync_tree
from lodestone.stores.files import manifest
from lodestone.stores.files.manifest import MEDIA, PARTIAL, RECORDS, CommunityEntry, Manifest
from lodestone.stores.files.modes import FOLDER_MODE, tighten
from lodestone.stores.files.pins import Pinned
from lodestone.stores.log.file import end_of

_PACKAGE: Final = "lodestone"
_HOMES_OWN: Final = ("communities", "media")
Result = TypeVar("Result")


class CopyInMaking(Protocol):
    """A copy of the media store in the making."""

    def take_all(self) -> int:
        """Copy everything that is there. Raises OSError."""
        ...


class MediaSource(Protocol):
    """What a back-up needs of the media store."""

    def copying(self, folder: Path) -> AbstractContextManager[CopyInMaking]:
        """Begin a copy; what is dropped from now on is in it all the same."""
        ...


class BackupOut(msgspec.Struct, frozen=True):
    """Where a back-up lies."""

    path: str
    communities: list[str]
    manifest: str
    """The digest of its manifest, BLAKE2b-256 in hexadecimal: kept elsewhere it shows whether this is still that back-up."""


@dataclass(frozen=True, slots=True)
class _Pinned:
    """One instant of the installation."""

    records: Pinned
    logs: Sequence[tuple[str, Pinned | None]]


async def backup(engines: Engines, folder: Path, media: MediaSource | None) -> BackupOut:
    """Copy the installation into a fresh folder while others go on reading and writing.

    Records and logs are of one instant: no record change is on its way to a log while they are pinned. Media are
    those of that instant and what has come since. Communities that are closed are in it too.

    Args:
        engines: All communities.
        folder: Does not exist yet; its parents are made.
        media: Where pictures and clips are kept; None leaves them out.

    Raises:
        ConflictError: `backup_exists`, `backup_running`.
        InvalidError: `path_invalid`.
        CorruptError: `database_corrupt`: what is to be copied is damaged.
        UnavailableError: `backup_failed`: the disk does not take it.
    """
    # Whoever asked may go away; what has begun is finished, or cleared away, all the same.
    return await asyncio.shield(asked(_make(engines, folder, media)))


async def _make(engines: Engines, folder: Path, media: MediaSource | None) -> BackupOut:
    making = await _in_thread(partial(_Making.begin, folder))
    try:
        into = nullcontext() if media is None else media.copying(making.folder / MEDIA)
        with into as copy:
            communities = await _copy_databases(engines, making)
            now = engines.wall.now()
            return await _in_thread(partial(making.finish, communities, copy, now))
    finally:
        await _in_thread(making.end)


async def _copy_databases(engines: Engines, making: "_Making") -> list[CommunityEntry]:
    """Copy records and logs as one instant saw them."""
    with ExitStack() as stack:
        async with engines.still():
            pinned = await _in_thread(partial(_pin, engines, stack))
        return await _in_thread(partial(making.copy_databases, pinned))


async def _in_thread(work: Callable[[], Result]) -> Result:
    """Do something in a thread, and wait for it even when cancelled: it works on what its caller would close."""
    future = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        await asyncio.wait([future])
        raise


def _pin(engines: Engines, stack: ExitStack) -> _Pinned:
    records = stack.enter_context(closing(engines.records.pin()))
    logs = []
    for record in engines.records.communities():
        log = engines.pin_log(record)
        if log is not None:
            stack.enter_context(closing(log))
        logs.append((record.id, log))
    return _Pinned(records, logs)


def _in_a_home(target: Path) -> bool:
    """Say whether a folder lies among the communities or media of an installation."""
    return any(
        parent.name in _HOMES_OWN and (parent.parent / "lock").exists()
        for parent in target.absolute().parents
    )


class _Making:
    """A back-up in the making: a folder, locked, until `end`."""

    def __init__(self, target: Path, folder: Path, lock: int) -> None:
        self.folder = folder
        self._target = target
        self._lock = lock
        self._done = False

    @classmethod
    def begin(cls, target: Path) -> "_Making":
        """Make the folder that is filled, and clear away what earlier back-ups left beside it."""
        if target.name.endswith(PARTIAL):
            problem = Problem("path", f"must not end in {PARTIAL}: that names unfinished back-ups")
            raise InvalidError("path_invalid", f"path {problem.problem}", (problem,))
        if os.path.lexists(target):
            raise ConflictError("backup_exists", f"{target} exists; name a folder that does not")
        if _in_a_home(target):
            problem = Problem("path", "lies in a home's own folders, which a restore replaces")
            raise InvalidError("path_invalid", f"path {problem.problem}", (problem,))
        folder = target.with_name(target.name + PARTIAL)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _clear_leftovers(target.parent)
            folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
            lock = _locked(folder)
        except OSError as error:
            problem = Problem("path", f"cannot be made: {error.strerror}")
            raise InvalidError("path_invalid", f"path {problem.problem}", (problem,)) from error
        if lock is None:
            raise ConflictError("backup_running", f"a back-up into {target} is being made already")
        return cls(target, folder, lock)

    def copy_databases(self, pinned: _Pinned) -> list[CommunityEntry]:
        """Copy records and logs.

        Raises:
            CorruptError: `database_corrupt`: one of them is damaged.
            UnavailableError: `backup_failed`, or the records do not answer.
        """
        with _writing():
            pinned.records.copy_to(self.folder / RECORDS)
            manifest.require_sound(self.folder / RECORDS)
            return [self._copy_log(community, log) for community, log in pinned.logs]

    def _copy_log(self, community: str, log: Pinned | None) -> CommunityEntry:
        if log is None:
            return CommunityEntry(id=community, log=None)
        name = manifest.log_name(community)
        path = self.folder / name
        log.copy_to(path)
        manifest.require_sound(path)
        with closing(manifest.read_only(path)) as connection:
            root = end_of(connection)
        return CommunityEntry(
            id=community,
            log=name,
            facts=root.offset_next,
            receipts=root.sequence_next,
            root=root.text(),
        )

    def finish(
        self, communities: list[CommunityEntry], media: CopyInMaking | None, now: Instant
    ) -> BackupOut:
        """Copy media, list everything, sync it, and let it appear under its name.

        Raises:
            UnavailableError: `backup_failed`.
        """
        with _writing():
            if media is not None:
                media.take_all()
            tighten(self.folder)
            written = Manifest(
                format=manifest.FORMAT,
                version=version(_PACKAGE),
                records_schema=HEAD,
                made_at=time_text(now),
                media=media is not None,
                communities=communities,
                files=manifest.entries(self.folder),
            )
            digest = manifest.write(self.folder, written)
            sync_tree(self.folder)
            self.folder.rename(self._target)
            self._done = True
            sync(self._target.parent)
        return BackupOut(str(self._target), [community.id for community in communities], digest)

    def end(self) -> None:
        """Clear away what has not become a back-up."""
        if not self._done:
            shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._lock)


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"the back-up could not be written: {error.strerror}"
        raise UnavailableError("backup_failed", message) from error


def _clear_leftovers(parent: Path) -> None:
    """Remove what back-ups that were cut short have left in a folder; those still being made hold a lock."""
    for left in parent.glob(f"*{PARTIAL}"):
        if left.is_symlink() or not left.is_dir() or left.stat().st_uid != os.geteuid():
            continue  # none that this user has left
        lock = _locked(left)
        if lock is not None:
            shutil.rmtree(left)
            os.close(lock)


def _locked(folder: Path) -> int | None:
    """Lock a folder; return the open descriptor that holds it, None where another holds it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
