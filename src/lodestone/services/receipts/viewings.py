"""What somebody was shown, and to whom an item was shown: the newest decisions of the log, looked through backwards."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from lodestone.base.clock import Instant
from lodestone.content import Community
from lodestone.events.facts import SURFACES
from lodestone.services.support.ids import receipt_id
from lodestone.services.support.ports import DirectoryView
from lodestone.stores.log.port import Log, ReceiptParts
from lodestone.traffic.codec import decode, decode_candidates, person_of
from lodestone.traffic.decision import Decision

LOOKED_MAX: Final = 2_000
"""Decisions that one look goes back through."""
_BLOCK: Final = 100


@dataclass(frozen=True, slots=True)
class Viewing:
    """One decision and what it showed."""

    receipt_id: str
    time: Instant
    surface: str
    item_ids: tuple[str, ...]
    """By slot."""


class Viewings:
    """Looks through one community's newest decisions. Every call reads the log: call it in a thread for long work."""

    def __init__(self, community: Community, log: Log, directory: DirectoryView) -> None:
        self._secret, self._log, self._directory = community.secret, log, directory

    def of_person(self, ordinal: int, limit: int) -> list[Viewing]:
        """Return the newest decisions made for somebody.

        Args:
            ordinal: Theirs.
            limit: How many at most.
        """

        def mine(parts: ReceiptParts) -> Decision | None:
            return decode(parts.what, ordinal) if person_of(parts.who) == ordinal else None

        return self._newest(mine, limit)

    def of_item(self, row: int, limit: int) -> list[Viewing]:
        """Return the newest decisions that showed an item.

        Args:
            row: Its.
            limit: How many at most.
        """

        def shows(parts: ReceiptParts) -> Decision | None:
            candidates = decode_candidates(parts.what)
            if row not in candidates.candidate and not candidates.paid:
                return None
            decision = decode(parts.what, -1)
            return decision if row in _slate(decision) else None

        return self._newest(shows, limit)

    def _newest(
        self, wanted: Callable[[ReceiptParts], Decision | None], limit: int
    ) -> list[Viewing]:
        last = self._log.receipt_next()
        viewings: list[Viewing] = []
        for first, end in _blocks(last):
            made = [(parts.sequence, wanted(parts)) for parts in self._log.receipts(first, end)]
            for sequence, decision in reversed(made):
                if decision is not None:
                    viewings.append(self._viewing(sequence, decision))
                    if len(viewings) == limit:
                        return viewings
        return viewings

    def _viewing(self, sequence: int, decision: Decision) -> Viewing:
        name = self._directory.item_id
        return Viewing(
            receipt_id(self._secret, sequence), decision.time, SURFACES[decision.surface],
            tuple(name(row) for row in _slate(decision)),
        )  # fmt: skip


def _slate(decision: Decision) -> list[int]:
    rows: list[int] = decision.items.tolist()
    return rows


def _blocks(last: int) -> Iterator[tuple[int, int]]:
    """Yield ranges of sequence numbers, the newest first."""
    least = max(0, last - LOOKED_MAX)
    for end in range(last, least, -_BLOCK):
        yield max(least, end - _BLOCK), end
