"""A log that is gone with the process: for tests and for communities made to be thrown away."""

import asyncio
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lodestone.base.clock import Instant
from lodestone.base.errors import UnavailableError
from lodestone.events.facts import FACT, Facts
from lodestone.stores.log.chain import (
    SALT_BYTES,
    SEGMENT_BITS,
    Tip,
    batch_leaf,
    link,
    parse_root,
    part_digest,
    receipt_leaf,
    root_of,
    tag_of,
)
from lodestone.stores.log.packing import pack_sealed
from lodestone.stores.log.plan import Draw, Keys
from lodestone.stores.log.port import COMMIT_SECONDS, Batch, Finding, LogLoad, Offset, ReceiptParts
from lodestone.stores.log.verify import Link, Walk


@dataclass(frozen=True, slots=True)
class _Stored:
    parts: ReceiptParts
    who_digest: bytes
    what_salt: bytes
    value: bytes
    tag: bytes

    def link(self) -> Link:
        leaf = receipt_leaf(self.who_digest, part_digest(self.what_salt, self.parts.what))
        return Link(self.parts.sequence, leaf, self.value, self.tag)


class MemoryLog:
    """See `Log`. Everything is durable at once, as far as memory goes."""

    def __init__(self, *, secret: bytes, draw: Draw = os.urandom) -> None:
        assert secret
        self._keys = Keys.of(secret)
        self._draw = draw
        self._tip = Tip()
        self._batches: list[tuple[Batch, Link]] = []
        self._receipts: dict[int, _Stored] = {}
        self._segments: dict[int, bytes] = {}
        self._prices: dict[int, bytes] = {}
        self._closed = False

    def append(
        self, facts: Facts, sealed: Sequence[tuple[int, bytes]] = ()
    ) -> asyncio.Future[Offset]:
        """See `Log.append`."""
        assert facts.dtype == FACT
        assert facts.ndim == 1
        assert all(0 <= index < facts.size for index, _ in sealed)
        done: asyncio.Future[Offset] = self._future()
        first = Offset(self._tip.offset_next)
        if facts.size:
            batch = Batch(first, facts.copy(), tuple(sealed))
            leaf = _leaf(batch)
            value = link(self._tip.facts, first, leaf)
            tag = tag_of(self._keys.facts, first, leaf, value)
            self._batches.append((batch, Link(first, leaf, value, tag, facts.size)))
            self._tip = replace(self._tip, offset_next=first + facts.size, facts=value)
        done.set_result(first)
        return done

    def record(self, sequence: int, who: bytes, what: bytes) -> asyncio.Future[None]:
        """See `Log.record`."""
        assert sequence >= self._tip.sequence_next, "a receipt's number rises"
        done: asyncio.Future[None] = self._future()
        last = self._tip.sequence_next - 1
        if last >= 0 and sequence >> SEGMENT_BITS != last >> SEGMENT_BITS:
            self._segments[last] = self._tip.receipts
        salts = self._draw(2 * SALT_BYTES)
        who_digest = part_digest(salts[:SALT_BYTES], who)
        what_salt = salts[SALT_BYTES:]
        leaf = receipt_leaf(who_digest, part_digest(what_salt, what))
        value = link(self._tip.receipts, sequence, leaf)
        tag = tag_of(self._keys.receipts, sequence, leaf, value)
        parts = ReceiptParts(sequence, who, what)
        self._receipts[sequence] = _Stored(parts, who_digest, what_salt, value, tag)
        self._tip = replace(self._tip, sequence_next=sequence + 1, receipts=value)
        done.set_result(None)
        return done

    def read(self, after: Offset, *, limit: int = 1_000_000) -> Iterator[Batch]:
        """See `Log.read`."""
        taken = 0
        for batch, _ in list(self._batches):
            if batch.first + batch.facts.size > after and taken < limit:
                taken += batch.facts.size
                yield replace(batch, facts=batch.facts.copy())

    def end(self) -> Offset:
        """See `Log.end`."""
        return Offset(self._tip.offset_next)

    def receipt(self, sequence: int) -> ReceiptParts | None:
        """See `Log.receipt`."""
        stored = self._receipts.get(sequence)
        return stored.parts if stored else None

    def receipts(self, first: int, last: int) -> Iterator[ReceiptParts]:
        """See `Log.receipts`."""
        for stored in list(self._receipts.values()):
            if first <= stored.parts.sequence < last:
                yield stored.parts

    def receipt_next(self) -> int:
        """See `Log.receipt_next`."""
        return self._tip.sequence_next

    def receipt_count(self) -> int:
        """See `Log.receipt_count`."""
        return len(self._receipts)

    def number_next(self) -> int:
        """See `Log.number_next`."""
        return self.receipt_next()

    def heard(self, change_next: int) -> None:
        """See `Log.heard`. Nothing outlives this log that could be compared."""

    def drop_who(self, sequence: int) -> None:
        """See `Log.drop_who`."""
        self._refuse_if_closed()
        stored = self._receipts.get(sequence)
        if stored is not None:
            dropped = replace(stored, parts=replace(stored.parts, who=b""))
            self._receipts[sequence] = dropped

    def put_prices(self, version: int, time: Instant, payload: bytes) -> None:  # noqa: ARG002  nothing here asks when
        """See `Log.put_prices`."""
        self._refuse_if_closed()
        self._prices[version] = payload

    def prices(self, version: int) -> bytes | None:
        """See `Log.prices`."""
        return self._prices.get(version)

    def prices_last(self) -> int | None:
        """See `Log.prices_last`."""
        return max(self._prices, default=None)

    def verify(self, *, root: str | None = None) -> list[Finding]:
        """See `Log.verify`."""
        parsed = parse_root(root) if root is not None else None
        receipts = Walk("receipt", self._keys.receipts, self._segments, parsed)
        facts = Walk("facts", self._keys.facts, root=parsed)
        ordered = sorted(self._receipts.items())
        links = (replace(stored.link(), number=number) for number, stored in ordered)
        batches = (replace(row, leaf=_leaf(batch)) for batch, row in self._batches)
        return [*receipts.findings(links), *facts.findings(batches)]

    def root(self) -> str:
        """See `Log.root`."""
        return root_of(self._tip, list(self._segments.values())).text()

    def flush(self) -> asyncio.Future[None]:
        """Complete at once."""
        done: asyncio.Future[None] = self._future()
        done.set_result(None)
        return done

    def load(self) -> LogLoad:
        """See `Log.load`. Nothing is ever waited for."""
        return LogLoad((0,) * (len(COMMIT_SECONDS) + 1), 0.0, 0)

    async def close(self) -> None:
        """See `Log.close`."""
        self._refuse_if_closed()
        self._closed = True

    def _future(self) -> asyncio.Future[Any]:
        self._refuse_if_closed()
        return asyncio.get_running_loop().create_future()

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise UnavailableError("log_closed", "The log is closed.")


def _leaf(batch: Batch) -> bytes:
    facts = batch.facts
    sealed = pack_sealed(batch.sealed)
    return batch_leaf(batch.first, facts.size, int(facts["time"][-1]), facts.tobytes(), sealed)
