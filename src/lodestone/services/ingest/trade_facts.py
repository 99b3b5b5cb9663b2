"""Deeds on their way to the log: what was done in trade becomes facts, each once, about the decision it came from.

A deed that names a decision is a fact about it only if that decision truly showed this item to this person
not longer than a day ago, and nothing was bought from the same slot before; else it is a fact without one, which
teaches rates and moves no promise. A refund is told where the order was, on the day it was given.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from lodestone.base.clock import SECOND_MICROS, Instant
from lodestone.events.dedupe import event_key
from lodestone.events.facts import FLAG_DECISION, FLAG_WHOLE, empty_facts, refund_value
from lodestone.events.outcomes import FactKind
from lodestone.events.wire import EventIn
from lodestone.features.directory import Directory
from lodestone.services.ingest.fast_path import WATCH_AGE
from lodestone.services.ingest.shapes import BatchContext, ParsedEvents
from lodestone.services.ingest.validate import LATE_MICROS, Ingest
from lodestone.services.support.ids import receipt_id
from lodestone.stores.commerce.types import OrderRecord
from lodestone.stores.records.types import Deed

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_OURS: Final = "\x1f"
"""Begins the ids of deeds; no app's id can hold it."""
_OF_BEACON: Final = (
    "receipt",
    "promises",
    "served",
    "domain",
    "surface",
    "slot",
    "domain_kind",
    "source",
)
_NONE: Final = np.zeros(0, np.uint64)


def deed_key(secret: bytes, name: str) -> int:
    """Return the key of the fact that a deed becomes."""
    return event_key(secret, _OURS + name)


def bought_name(order: str, line: int) -> str:
    """Name the deed that a line was bought."""
    return f"order/{order}/{line}"


def told_lines(order: OrderRecord) -> list[int]:
    """Return the lines that stand for an order's products in the log: the first of each."""
    first: dict[str, int] = {}
    for index, line in enumerate(order.lines):
        first.setdefault(line.product, index)
    return list(first.values())


class TradeFacts:
    """Turns deeds of one community into facts."""

    def __init__(self, ingest: Ingest, directory: Directory, secret: bytes) -> None:
        self._ingest = ingest
        self._directory = directory
        self._secret = secret

    def judge(self, deeds: Sequence[Deed], now: Instant) -> list[ParsedEvents]:
        """Turn deeds into facts, in few batches; those known already are in none.

        Args:
            deeds: In the order they were done.
            now: The community's clock.
        """
        done = [deed for deed in deeds if deed.kind is not FactKind.REFUND]
        judged = self._done(done, now) if done else []
        back = [deed for deed in deeds if deed.kind is FactKind.REFUND]
        try:
            return [*judged, self._back(back)] if back else judged
        except BaseException:
            # Nothing of these is stored: judged again, they must not be taken for known.
            for fact in judged:
                self._ingest.release(fact)
            raise

    def _done(self, deeds: Sequence[Deed], now: Instant) -> list[ParsedEvents]:
        terms = BatchContext(now, trusted=True)
        judged = self._ingest.judge([self._event(deed) for deed in deeds], 0, terms)
        again = [deeds[refusal.index] for refusal in judged.refused]
        # A second order from one slot is no second outcome of it, but it is an order.
        twice = np.setdiff1d(judged.event_keys, judged.facts["key"]).tolist()
        for deed in deeds:
            key = deed_key(self._secret, deed.name)
            if deed.kind is FactKind.ORDER and key in twice:
                self._ingest.events.release(np.array([key], np.uint64))
                again.append(deed)
        if not again:
            return [judged]
        # Without the decision, and no older than the log takes.
        least = Instant(now - LATE_MICROS)
        try:
            plain = self._ingest.judge([self._plain(deed, least) for deed in again], 0, terms)
        except BaseException:
            self._ingest.release(judged)
            raise
        return [judged, plain]

    def _event(self, deed: Deed) -> EventIn:
        named = deed.receipt >= 0
        return EventIn(
            id=_OURS + deed.name,
            type=deed.kind.name.lower(),
            time=_time(deed.time),
            person_id=self._person(deed),
            item_id=self._directory.item_id(deed.item),
            receipt_id=receipt_id(self._secret, deed.receipt) if named else None,
            slot=deed.slot if named else None,
        )

    def _plain(self, deed: Deed, least: Instant) -> EventIn:
        return EventIn(
            id=_OURS + deed.name,
            type=deed.kind.name.lower(),
            time=_time(max(deed.time, least)),
            person_id=self._person(deed),
            item_id=self._directory.item_id(deed.item),
        )

    def _person(self, deed: Deed) -> str | None:
        row = self._directory.row_of_ordinal(deed.person)
        return self._directory.person_ids[row] if row >= 0 else None

    def _back(self, deeds: Sequence[Deed]) -> ParsedEvents:
        """Lay refunds out as facts, each in the place of the order that it takes back."""
        facts = empty_facts(len(deeds))
        rows = self._directory.rows_of_ordinals(deed.person for deed in deeds)
        for fact, deed, row in zip(facts, deeds, rows, strict=True):
            today = self._ingest.day(deed.time)
            fact["key"], fact["time"] = deed_key(self._secret, deed.name), deed.time
            fact["day"], fact["kind"], fact["item"] = today, FactKind.REFUND, deed.item
            fact["person"] = deed.person if row >= 0 else -1
            about = deed_key(self._secret, deed.about).to_bytes(8, "little")
            fact["target"] = int.from_bytes(about, "little", signed=True)
            fact["value"] = refund_value(deed.share, today - self._ingest.day(deed.since))
            fact["flags"] = FLAG_WHOLE if deed.whole else 0
            self._place(fact, deed)
        fresh = self._ingest.events.claim(facts["key"], facts["day"].astype(np.int64) + 8)
        fresh_facts = facts[fresh]
        return ParsedEvents(
            facts=fresh_facts,
            person_row=np.array(rows, np.int64)[fresh],
            target_row=np.full(fresh_facts.size, -1, np.int64),
            sealed=(),
            duplicates=int((~fresh).sum()),
            refused=[],
            event_keys=fresh_facts["key"],
            slot_keys=_NONE,
        )

    def _place(self, fact: np.void, deed: Deed) -> None:
        """Say of which slot an order was, if it counted as one of its outcomes."""
        if deed.receipt < 0:
            return
        beacon = self._ingest.slot_of(receipt_id(self._secret, deed.receipt), deed.slot)
        if beacon is None or beacon.item != deed.item:
            return
        theirs = beacon.person == deed.person & 0xFFFFFFFF
        if theirs and -2 <= deed.since // SECOND_MICROS - beacon.served <= WATCH_AGE:
            for name in _OF_BEACON:
                fact[name] = getattr(beacon, name)
            fact["flags"] |= beacon.flags | FLAG_DECISION


def _time(instant: int) -> datetime:
    return _EPOCH + timedelta(microseconds=instant)
