"""Keeping: verify the chain, copy everything aside, remember how far an import has come."""

import asyncio
import hashlib
import shutil
from pathlib import Path
from typing import Final, Protocol

import msgspec

from lodestone.base.errors import ConflictError, InvalidError, Problem, UnavailableError
from lodestone.services.engine import Engine
from lodestone.services.engines import Engines
from lodestone.services.receipt_ids import receipt_id

_DIGITS: Final = 16
MEDIA: Final = "media"
"""The folder of a back-up that holds media."""


class MediaCopy(Protocol):
    """What a back-up needs of the media store."""

    def copy_to(self, folder: Path) -> None:
        """Copy everything into a folder."""
        ...


class FindingOut(msgspec.Struct, frozen=True):
    """One thing that is wrong with the log: what, and where."""

    problem: str
    kind: str
    number: int
    receipt_id: str | None


class VerifyOut(msgspec.Struct, frozen=True):
    """What a walk over the whole chain found, and the root to keep elsewhere."""

    receipts: int
    facts: int
    root: str
    findings: list[FindingOut]


class BackupOut(msgspec.Struct, frozen=True):
    """Where a back-up lies."""

    path: str
    communities: list[str]


class ImportMark(msgspec.Struct, frozen=True):
    """How many rows of each file of a source have been taken, by the file's name."""

    rows: dict[str, int] = {}
    digests: dict[str, str] = {}
    """What those rows held, so that another file under the same name is noticed."""


async def verify(engine: Engine, root: str | None) -> VerifyOut:
    """Walk the chain from its beginning, beside the serving thread.

    Raises:
        InvalidError: `root` is no root.
    """
    found = await asyncio.to_thread(engine.log.verify, root=root)
    return VerifyOut(
        receipts=engine.log.receipt_next(),
        facts=engine.log.end(),
        root=engine.log.root(),
        findings=[
            FindingOut(
                one.problem, one.kind, one.sequence,
                receipt_id(engine.secret, one.sequence) if one.kind == "receipt" else None,
            )
            for one in found
        ],
    )  # fmt: skip


async def backup(engines: Engines, folder: Path, media: MediaCopy | None) -> BackupOut:
    """Copy records, every log and media into a fresh folder while others go on reading and writing.

    Records are copied first: a log may then hold more than they say, and never less. What could not be made whole is
    taken away again.

    Raises:
        ConflictError: `backup_exists`.
        InvalidError: `path_invalid`.
        UnavailableError: `backup_failed`: the disk does not take it.
    """
    if folder.exists():
        raise ConflictError("backup_exists", f"{folder} exists; name a folder that does not")
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        problem = Problem("path", f"cannot be made: {error.strerror}")
        raise InvalidError("path_invalid", f"path {problem.problem}", (problem,)) from error
    try:
        return await _backup(engines, folder, media)
    except BaseException as error:
        shutil.rmtree(folder)
        if isinstance(error, OSError):
            message = f"the back-up could not be written: {error.strerror}"
            raise UnavailableError("backup_failed", message) from error
        raise


async def _backup(engines: Engines, folder: Path, media: MediaCopy | None) -> BackupOut:
    await asyncio.to_thread(engines.records.copy_to, folder / "records.db")
    named = []
    for engine in engines.all():
        await asyncio.to_thread(engine.log.copy_to, folder / f"{file_of(engine.community)}.log.db")
        named.append(engine.community)
    if media is not None:
        await asyncio.to_thread(media.copy_to, folder / MEDIA)
    return BackupOut(str(folder), named)


def file_of(community: str) -> str:
    """Name a community's file in a back-up: its id may hold what no file's name may."""
    return hashlib.blake2b(community.encode(), digest_size=_DIGITS).hexdigest()


def import_mark(engine: Engine, source: str) -> ImportMark:
    """Return how far an import has come."""
    kept = engine.parts.records.meta(engine.community, f"import/{source}")
    return ImportMark() if kept is None else msgspec.json.decode(kept, type=ImportMark)


def set_import_mark(engine: Engine, source: str, mark: ImportMark) -> None:
    """Keep how far an import has come."""
    engine.parts.records.set_meta(engine.community, f"import/{source}", msgspec.json.encode(mark))
