"""From what was asked to rows: packed, hashed and linked before the database is touched."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from lodestone.stores.log.chain import (
    SALT_BYTES,
    SEGMENT_BITS,
    Tip,
    batch_leaf,
    link,
    part_digest,
    receipt_leaf,
    tag_key,
    tag_of,
)
from lodestone.stores.log.packing import Packer
from lodestone.stores.log.port import Offset
from lodestone.stores.log.requests import AppendAsk, DropAsk, PricesAsk, RecordAsk

Value: TypeAlias = int | bytes
Draw: TypeAlias = Callable[[int], bytes]

_RECEIPT_COLUMNS: Final = "sequence, who, what, packed, who_salt, who_digest, what_salt, value, tag"
_RECEIPT_ROW: Final = "(?,?,?,?,?,?,?,?,?)"
_ROWS_MAX: Final = 32
"""Receipts in one statement; each statement hands the interpreter's lock over only once."""
_RECEIPTS: Final = tuple(
    f"INSERT INTO receipt ({_RECEIPT_COLUMNS}) VALUES {','.join([_RECEIPT_ROW] * rows)}"  # noqa: S608  no value in it
    for rows in range(_ROWS_MAX + 1)
)
_BATCH: Final = (
    "INSERT INTO batch (first, count, time, payload, sealed, leaf, value, tag)"
    " VALUES (?,?,?,?,?,?,?,?)"
)
_SEGMENT: Final = "INSERT INTO segment (number, last, root) VALUES (?,?,?)"
_PRICES: Final = "INSERT OR REPLACE INTO prices (version, time, payload) VALUES (?,?,?)"
_DROP: Final = (
    "UPDATE receipt SET who = zeroblob(length(who)), who_salt = zeroblob(length(who_salt))"
    " WHERE sequence = ?"
)


@dataclass(frozen=True, slots=True)
class Keys:
    """What tags are keyed by, from the community's secret."""

    receipts: bytes
    facts: bytes

    @classmethod
    def of(cls, secret: bytes) -> "Keys":
        """Derive both keys."""
        return cls(tag_key(secret, b"receipts"), tag_key(secret, b"facts"))


@dataclass(slots=True)
class Plan:
    """Statements of one commit and where the log ends after it."""

    tip: Tip
    writes: list[tuple[str, Sequence[Value]]] = field(default_factory=list)
    offsets: list[Offset] = field(default_factory=list)
    """First offset of each batch asked for, in order."""
    size: int = 0
    """Bytes of the blobs written."""

    def store(self, connection: sqlite3.Connection) -> None:
        """Write everything in one transaction; a single statement is one by itself."""
        if len(self.writes) == 1:
            connection.execute(*self.writes[0])
        elif self.writes:
            connection.execute("BEGIN IMMEDIATE")
            for statement, values in self.writes:
                connection.execute(statement, values)
            connection.execute("COMMIT")


@dataclass(slots=True)
class Planner:
    """Turns asks into plans. `draw` gives as many random bytes as it is asked for."""

    keys: Keys
    draw: Draw
    packer: Packer = field(default_factory=Packer)

    def plan(
        self,
        tip: Tip,
        batches: Sequence[AppendAsk],
        receipts: Sequence[RecordAsk],
        prices: Sequence[PricesAsk],
        drops: Sequence[DropAsk],
    ) -> Plan:
        """Plan one commit on top of `tip`. Drops come last, when what they drop is there."""
        plan = Plan(tip)
        for batch in batches:
            self._add_batch(plan, batch)
        if receipts:
            self._add_receipts(plan, receipts)
        plan.writes += [(_PRICES, (price.version, price.time, price.payload)) for price in prices]
        plan.writes += [(_DROP, (drop.sequence,)) for drop in drops]
        return plan

    def _add_batch(self, plan: Plan, ask: AppendAsk) -> None:
        tip = plan.tip
        first = tip.offset_next
        plan.offsets.append(Offset(first))
        if not ask.count:
            return
        payload = self.packer.pack_facts(ask.data, ask.count)
        leaf = batch_leaf(first, ask.count, ask.time, payload, ask.sealed)
        value = link(tip.facts, first, leaf)
        tag = tag_of(self.keys.facts, first, leaf, value)
        row = (first, ask.count, ask.time, payload, ask.sealed, leaf, value, tag)
        plan.writes.append((_BATCH, row))
        plan.tip = Tip(tip.sequence_next, tip.receipts, first + ask.count, value)
        plan.size += len(payload)

    def _add_receipts(self, plan: Plan, asks: Sequence[RecordAsk]) -> None:
        salts = self.draw(2 * SALT_BYTES * len(asks))
        last, value = plan.tip.sequence_next - 1, plan.tip.receipts
        rows: list[Value] = []
        for i, ask in enumerate(asks):
            sequence = ask.sequence
            if last >= 0 and sequence >> SEGMENT_BITS != last >> SEGMENT_BITS:
                plan.writes.append((_SEGMENT, (last >> SEGMENT_BITS, last, value)))
            start = 2 * SALT_BYTES * i
            who_salt = salts[start : start + SALT_BYTES]
            what_salt = salts[start + SALT_BYTES : start + 2 * SALT_BYTES]
            who_digest = part_digest(who_salt, ask.who)
            leaf = receipt_leaf(who_digest, part_digest(what_salt, ask.what))
            value = link(value, sequence, leaf)
            tag = tag_of(self.keys.receipts, sequence, leaf, value)
            what, packed = self.packer.pack_part(ask.what)
            row = (sequence, ask.who, what, packed, who_salt, who_digest, what_salt, value, tag)
            rows += row
            plan.size += len(what)
            last = sequence
        width = len(rows) // len(asks)
        for at in range(0, len(rows), width * _ROWS_MAX):
            chunk = rows[at : at + width * _ROWS_MAX]
            plan.writes.append((_RECEIPTS[len(chunk) // width], chunk))
        plan.tip = Tip(last + 1, value, plan.tip.offset_next, plan.tip.facts)
