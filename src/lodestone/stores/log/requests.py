"""What callers ask of a log's writer thread. See `Log`."""

import asyncio
from typing import Final, TypeAlias

import msgspec

from lodestone.base.clock import Instant
from lodestone.stores.log.port import Offset

ASK_BYTES: Final = 512
"""What a queued call takes beside what it was given."""


class AppendAsk(msgspec.Struct, frozen=True, gc=False):
    """Append facts. `data` are their bytes, `time` the last one's, `sealed` packed."""

    done: asyncio.Future[Offset]
    data: bytes
    count: int
    time: int
    sealed: bytes

    @property
    def size(self) -> int:
        """Bytes it keeps waiting."""
        return ASK_BYTES + len(self.data) + len(self.sealed)


class RecordAsk(msgspec.Struct, frozen=True, gc=False):
    """Store a receipt."""

    done: asyncio.Future[None]
    sequence: int
    who: bytes
    what: bytes

    @property
    def size(self) -> int:
        """Bytes it keeps waiting."""
        return ASK_BYTES + len(self.who) + len(self.what)


class BarrierAsk(msgspec.Struct, frozen=True, gc=False):
    """Complete once everything asked before is durable; then truncate the WAL, or end, if told."""

    done: asyncio.Future[None]
    truncate: bool = False
    end: bool = False
    size: int = ASK_BYTES


class PricesAsk(msgspec.Struct, frozen=True, gc=False):
    """Store a price vector with the next commit."""

    version: int
    time: Instant
    payload: bytes


class DropAsk(msgspec.Struct, frozen=True, gc=False):
    """Drop a receipt's `who` with the next commit."""

    sequence: int


Awaited: TypeAlias = AppendAsk | RecordAsk | BarrierAsk
Kept: TypeAlias = PricesAsk | DropAsk
"""Nobody waits for these, so that a failed commit keeps them for the next."""
Ask: TypeAlias = Awaited | Kept
