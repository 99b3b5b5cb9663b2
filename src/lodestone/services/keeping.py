"""Keeping: verify the chain, remember how far an import has come."""

import asyncio
from typing import Annotated

import msgspec

from lodestone.base.wire import TEXT, Int64
from lodestone.services.engine import Engine
from lodestone.services.receipt_ids import receipt_id

FileName = Annotated[str, msgspec.Meta(max_length=512, pattern=TEXT)]


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


class ImportMark(msgspec.Struct, frozen=True):
    """How many rows of each file of a source have been taken, by the file's name."""

    rows: dict[FileName, Int64] = {}
    digests: dict[FileName, FileName] = {}
    """What those rows held, so that another file under the same name is noticed."""


async def verify(engine: Engine, root: str | None) -> VerifyOut:
    """Walk the chain from its beginning, beside the serving thread.

    Raises:
        InvalidError: `root` is no root.
    """
    found = await asyncio.to_thread(engine.log.verify, root=root)
    now = await asyncio.to_thread(engine.log.root)
    return VerifyOut(
        receipts=engine.log.receipt_next(),
        facts=engine.log.end(),
        root=now,
        findings=[
            FindingOut(
                one.problem, one.kind, one.sequence,
                receipt_id(engine.secret, one.sequence) if one.kind == "receipt" else None,
            )
            for one in found
        ],
    )  # fmt: skip


def import_mark(engine: Engine, source: str) -> ImportMark:
    """Return how far an import has come."""
    kept = engine.parts.records.meta(engine.community, f"import/{source}")
    return ImportMark() if kept is None else msgspec.json.decode(kept, type=ImportMark)


def set_import_mark(engine: Engine, source: str, mark: ImportMark) -> None:
    """Keep how far an import has come."""
    engine.parts.records.set_meta(engine.community, f"import/{source}", msgspec.json.encode(mark))
