"""Carry rows into a community: in batches, resumed where they stopped, refusals with file and line."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import msgspec

from lodestone.base.clock import Instant
from lodestone.base.wire import time_text
from lodestone.cli.output import note
from lodestone.cli.reach import Reach, ToldError, word

_BULK: Final = 1_000
_EVENTS: Final = 5_000
_BYTES: Final = 8 << 20
"""Of one body: the door takes 16 MiB, of which long texts fill a thousand rows' worth and more."""
_SHOWN: Final = 20
Row = TypeVar("Row")


@dataclass(slots=True)
class Tally:
    """What became of an import."""

    people: int = 0
    items: int = 0
    domains: int = 0
    relations: int = 0
    events: int = 0
    duplicates: int = 0
    refused: int = 0
    skipped_rows: int = 0
    """Rows that an earlier run had already brought."""
    shown: int = field(default=0, repr=False)

    def refuse(self, where: str, message: str) -> None:
        """Count a row that was not taken; the first ones are told."""
        self.refused += 1
        if self.shown < _SHOWN:
            self.shown += 1
            note(f"refused {where}: {message}")
        elif self.shown == _SHOWN:
            self.shown += 1
            note("… further refusals are counted only")

    def told(self) -> dict[str, int]:
        """Return the figures."""
        names = (
            "people",
            "items",
            "domains",
            "relations",
            "events",
            "duplicates",
            "refused",
            "skipped_rows",
        )
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Sent:
    """One record or event on its way, and where it came from."""

    where: str
    """File and line."""
    body: dict[str, Any]


async def carry_bulk(reach: Reach, kind: str, rows: Iterable[Sent], tally: Tally) -> int:
    """Send people or items; return how many were taken."""
    taken = 0
    encoded = ((row, msgspec.json.encode(row.body)) for row in rows)
    for pairs in _fitting(encoded):
        batch = [row for row, _ in pairs]
        lines = b"\n".join(line for _, line in pairs)
        told = await reach.ask("POST", f"/v1/{kind}:bulk", content=lines, headers=_NDJSON)
        taken += told["accepted"]
        for one in told["refused"]:
            tally.refuse(batch[one["line"] - 1].where, one["message"])
    return taken


async def carry_events(reach: Reach, rows: Sequence[Sent], tally: Tally) -> None:
    """Send one batch of history."""
    for batch in batched(rows, _EVENTS):
        body = msgspec.json.encode({"events": [row.body for row in batch]})
        told = await reach.ask("POST", "/v1/events?history=true", content=body, headers=_JSON)
        tally.events += told["accepted"]
        tally.duplicates += told["duplicates"]
        for one in told["refused"]:
            tally.refuse(batch[one["index"]].where, one["message"])


@dataclass(frozen=True, slots=True)
class Marks:
    """How far an import has come: rows taken of each file, and a digest of what they held."""

    rows: dict[str, int]
    digests: dict[str, str] = field(default_factory=dict)


async def marks(reach: Reach, source: str) -> Marks:
    """Return how much of each file was brought before."""
    told = await reach.ask("GET", f"/v1/imports/{word(source)}")
    return Marks(told["rows"], told["digests"])


async def mark(reach: Reach, source: str, done: Marks) -> None:
    """Note how much of each file has been brought."""
    body = {"rows": done.rows, "digests": done.digests}
    await reach.ask("PUT", f"/v1/imports/{word(source)}", body=body)


async def drive(reach: Reach, instant: int) -> None:
    """Move a driven clock; one that runs with the wall is left alone."""
    try:
        await reach.ask("PUT", "/v1/clock", body={"instant": time_text(Instant(instant))})
    except ToldError as error:
        if error.code not in ("clock_not_driven", "clock_backwards"):
            raise


def _fitting(rows: Iterable[tuple[Sent, bytes]]) -> Iterator[list[tuple[Sent, bytes]]]:
    """Cut rows into lists that one body takes: so many rows, and so many bytes."""
    batch: list[tuple[Sent, bytes]] = []
    size = 0
    for row in rows:
        if batch and (len(batch) == _BULK or size + len(row[1]) > _BYTES):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += len(row[1]) + 1
    if batch:
        yield batch


def batched(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """Cut rows into lists of at most `size`."""
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


_JSON: Final = {"Content-Type": "application/json"}
_NDJSON: Final = {"Content-Type": "application/x-ndjson"}
