"""A slot of a stored decision, as its beacon would tell it."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from lodestone.base.clock import SECOND_MICROS
from lodestone.events.beacon import Beacon
from lodestone.events.facts import FLAG_EXPLORED, FLAG_PAID
from lodestone.events.outcomes import DomainKind, Source
from lodestone.events.wire import EventIn, Refusal
from lodestone.services.support.ids import receipt_id, receipt_sequence
from lodestone.stores.log.port import Log
from lodestone.stores.records.types import Deed
from lodestone.traffic.codec import decode, decode_who


def slot_of(log: Log, sequence: int, slot: int) -> Beacon | None:
    """Return what a beacon of this slot would say, None when no such slot was served."""
    parts = log.receipt(sequence)
    if parts is None or not parts.who:
        return None
    person, _ = decode_who(parts.who)
    decision = decode(parts.what, person)
    page = decision.page
    if not 1 <= slot <= page.size:
        return None
    index = int(page[slot - 1])
    pool = decision.pool
    served, who = decision.time // SECOND_MICROS, person & 0xFFFFFFFF if person >= 0 else 0xFFFFFFFF
    if index < 0:
        item = int(decision.items[slot - 1])
        return Beacon(
            sequence, 0, item, served, who, -1, DomainKind.PUBLIC, Source.AD, decision.surface, slot,
            FLAG_PAID,
        )  # fmt: skip
    explored = slot - 1 == decision.slot_of_chance
    return Beacon(
        sequence,
        int(pool.promises[index]),
        int(pool.item[index]),
        served,
        who,
        int(pool.domain[index]),
        int(pool.domain_kind[index]),
        int(pool.source[index]),
        decision.surface,
        slot,
        FLAG_EXPLORED if explored else 0,
    )


def item_at(log: Log, sequence: int, slot: int) -> int | None:
    """Return the row of the item that a slot showed, None when no such slot was served."""
    row = slot_of(log, sequence, slot)
    return None if row is None else row.item


class SlotLookup:
    """Looks up the slots that events and deeds name without a beacon, before they are judged.

    Judging runs on the event loop and the log is a file: what a batch is about to name is read in a thread
    and kept until the next batch.
    """

    def __init__(self, log: Log, secret: bytes) -> None:
        self._log = log
        self._secret = secret
        self._ahead: Mapping[tuple[str, int], Beacon | None] = {}

    def of(self, text: str, slot: int) -> Beacon | None:
        """Return a slot of a receipt, None when no such slot was served."""
        pair = text, slot
        return self._ahead[pair] if pair in self._ahead else self._read(text, slot)

    def _read(self, text: str, slot: int) -> Beacon | None:
        sequence = receipt_sequence(self._secret, text)
        return None if sequence is None else slot_of(self._log, sequence, slot)

    async def expect_events(self, events: Iterable[EventIn | Refusal], *, trusted: bool) -> None:
        """Look up what some events name; they are judged before anything else is awaited."""
        named = [
            (event.receipt_id, event.slot)
            for event in events
            if isinstance(event, EventIn)
            and event.receipt_id is not None
            and event.slot is not None
        ]
        await self._expect(named if trusted else ())

    async def expect_deeds(self, deeds: Iterable[Deed]) -> None:
        """Look up the slots from which something was bought, as for events."""
        deeds = [deed for deed in deeds if deed.receipt >= 0]
        await self._expect([(receipt_id(self._secret, deed.receipt), deed.slot) for deed in deeds])

    async def _expect(self, named: Sequence[tuple[str, int]]) -> None:
        pairs, ahead = set(named), dict[tuple[str, int], Beacon | None]()
        if pairs:
            # The log is no part of the records: its reads do not stand in their line.
            ahead = await asyncio.to_thread(lambda: {pair: self._read(*pair) for pair in pairs})
        self._ahead = ahead
