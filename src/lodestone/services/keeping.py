"""Keeping: verify the chain, copy everything aside, remember how far an import has come."""

import asyncio
import hashlib
from pathlib import Path
from typing import Final

import msgspec

from lodestone.base.errors import ConflictError
from lodestone.services.engine import Engine
from lodestone.services.engines import Engines
from lodestone.services.receipt_ids import receipt_id

_DIGITS: Final = 16


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


async def backup(engines: Engines, folder: Path) -> BackupOut:
    """Copy records and every log into a fresh folder while others go on reading and writing.

    Records are copied first: a log may then hold more than they say, and never less.

    Raises:
        ConflictError: `backup_exists`; `backup_unsupported` for records in PostgreSQL.
    """
    if folder.exists():
        raise ConflictError("backup_exists", f"{folder} exists; name a folder that does not")
    folder.mkdir(parents=True)
    await asyncio.to_thread(engines.records.copy_to, folder / "records.db")
    named = []
    for engine in engines.all():
        await asyncio.to_thread(engine.log.copy_to, folder / f"{file_of(engine.community)}.log.db")
        named.append(engine.community)
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
