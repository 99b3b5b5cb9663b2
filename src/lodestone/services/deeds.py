"""Deeds on their way to the log: what was done in trade becomes facts, each once, about the decision it came from.

A deed that names a decision is a fact about it only if that decision truly showed this item to this person
not longer than a day ago; else it is a fact without one, which teaches rates and moves no promise.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from lodestone.base.clock import Instant
from lodestone.events.wire import EventIn
from lodestone.features.directory import Directory
from lodestone.services.ingest import LATE_MICROS, Ingest, Judged, Terms
from lodestone.services.receipt_ids import receipt_id
from lodestone.stores.records_types import Deed

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_OURS: Final = "\x1f"
"""Begins the ids of deeds; no app's id can hold it."""


class Deeds:
    """Turns deeds of one community into facts."""

    def __init__(self, ingest: Ingest, directory: Directory, secret: bytes) -> None:
        self._ingest = ingest
        self._directory = directory
        self._secret = secret

    def judge(self, deeds: Sequence[Deed], now: Instant) -> list[Judged]:
        """Turn deeds into facts, in at most two batches; those known already are in none.

        Args:
            deeds: In the order they were done.
            now: The community's clock.
        """
        terms = Terms(now, trusted=True)
        judged = self._ingest.judge([self._event(deed) for deed in deeds], 0, terms)
        if not judged.refused:
            return [judged]
        # Without the decision, and no older than the log takes.
        least = Instant(now - LATE_MICROS)
        plain = [self._plain(deeds[refusal.index], least) for refusal in judged.refused]
        return [judged, self._ingest.judge(plain, 0, terms)]

    def _event(self, deed: Deed) -> EventIn:
        named = deed.receipt >= 0
        return EventIn(
            id=_OURS + deed.name, type=deed.kind.name.lower(), time=_time(deed.time),
            person_id=self._person(deed), item_id=self._directory.item_id(deed.item),
            receipt_id=receipt_id(self._secret, deed.receipt) if named else None,
            slot=deed.slot if named else None,
        )  # fmt: skip

    def _plain(self, deed: Deed, least: Instant) -> EventIn:
        return EventIn(
            id=_OURS + deed.name, type=deed.kind.name.lower(), time=_time(max(deed.time, least)),
            person_id=self._person(deed), item_id=self._directory.item_id(deed.item),
        )  # fmt: skip

    def _person(self, deed: Deed) -> str | None:
        row = self._directory.row_of_ordinal(deed.person)
        return self._directory.person_ids[row] if row >= 0 else None


def _time(instant: int) -> datetime:
    return _EPOCH + timedelta(microseconds=instant)
