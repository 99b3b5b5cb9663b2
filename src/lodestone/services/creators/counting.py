"""What the log says of published items: the plays of each, and who plays whose posts. See `creators.plays` for what counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np

from lodestone.base.arrays import Bools, Ints
from lodestone.base.calendar import DayOf
from lodestone.creators.plays import Count, Parties, Play, count_plays, rings
from lodestone.creators.settlement import Kind
from lodestone.events.ad_facts import slot_key
from lodestone.events.facts import (
    FLAG_BOT,
    FLAG_DECISION,
    FLAG_HISTORY,
    FLAG_PAID,
    Facts,
)
from lodestone.events.outcomes import FactKind
from lodestone.features.layout import KINDS
from lodestone.features.view import DirectoryView, StateView
from lodestone.services.creators.conversions import SOLD, Conversions
from lodestone.services.creators.log_facts import gather, within_days
from lodestone.stores.creators.types import Assignment
from lodestone.stores.log.port import Log

_KINDS: Final = np.array([FactKind.WATCH, FactKind.IMPRESSION], np.uint8)
VIDEO: Final = ("video", "live")
"""Kinds of items that are played; any other is seen."""


@dataclass(frozen=True, slots=True)
class _Window:
    """The facts of plays within the counted days of some orders, and where the log ended."""

    facts: Facts
    upto: int


class LogCounter:
    """Counts by one community's log. Called in threads for long work."""

    def __init__(
        self,
        log: Log,
        state: StateView,
        directory: DirectoryView,
        days: DayOf,
        conversions: Conversions,
    ) -> None:
        self._log, self._state, self._directory, self._days = log, state, directory, days
        self._conversions = conversions

    def count(self, orders: Sequence[Assignment]) -> dict[int, Count]:
        """See `clock.Counter`; the log is walked for all of them together."""
        window = self._window(orders)
        parties = {order.number: self._parties(order, window) for order in orders}
        sold = [order for order in orders if order.terms.kind in SOLD]
        counts = self._conversions.count(parties, sold) if sold else {}
        counts |= {
            order.number: self._plays(order, window, parties[order.number])
            for order in orders
            if order.terms.kind is Kind.CPM
        }
        return {
            number: msgspec.structs.replace(count, upto=window.upto)
            for number, count in counts.items()
        }

    def _parties(self, order: Assignment, window: _Window) -> Parties:
        own = frozenset({order.creator, order.owner})
        return Parties(own, self._ring(order, within_days(order, window.facts)))

    def _window(self, orders: Sequence[Assignment]) -> _Window:
        since = min(order.span[0] for order in orders)
        until = max(order.span[1] for order in orders)

        def wanted(facts: Facts) -> Bools:
            kinds = np.isin(facts["kind"], _KINDS) & ((facts["flags"] & FLAG_HISTORY) == 0)
            within = (facts["time"] >= since) & (facts["time"] < until)
            chosen: Bools = kinds & within & (facts["item"] >= 0)
            return chosen

        upto = int(self._log.end())
        return _Window(gather(self._log, wanted), upto)

    def _plays(self, order: Assignment, window: _Window, parties: Parties) -> Count:
        facts = within_days(order, window.facts)
        video = self._is_video(order)
        kind = FactKind.WATCH if video else FactKind.IMPRESSION
        mine = facts[(facts["item"] == order.item) & (facts["kind"] == kind)]
        return count_plays(plays_of(mine, self._days), parties, video=video)

    def _is_video(self, order: Assignment) -> bool:
        assert order.item is not None
        return KINDS[int(self._state.items["kind"][order.item])] in VIDEO

    def _ring(self, order: Assignment, facts: Facts) -> frozenset[int]:
        """Return the ordinals of those who form a ring with an order's creator."""
        creator = self._author_of(order.creator)
        if creator < 0:
            return frozenset()
        played = facts[(facts["kind"] == FactKind.WATCH) & (facts["person"] >= 0)]
        authors = {
            ordinal: author
            for ordinal in np.unique(played["person"]).tolist()
            if (author := self._author_of(ordinal)) >= 0
        }
        whose: Ints = self._state.items["author"][played["item"]]
        pairs = zip(played["person"].tolist(), whose.tolist(), strict=True)
        ring = rings((authors[who], author) for who, author in pairs if who in authors)
        return frozenset(who for who, author in authors.items() if (author, creator) in ring)

    def _author_of(self, ordinal: int) -> int:
        """Return whose posts somebody's are, as an author; -1 of whoever has none."""
        row = self._directory.row_of_ordinal(ordinal)
        return -1 if row < 0 else int(self._state.people["author"][row])


def plays_of(facts: Facts, days: DayOf) -> Iterator[Play]:
    """Yield the plays that facts of one item are of, one for each slot.

    Args:
        facts: Of one kind, in the order of the log.
        days: The community's.
    """
    plays: dict[tuple[bool, int], Play] = {}
    for fact in facts:
        flags, receipt = int(fact["flags"]), int(fact["receipt"])
        decision = bool(flags & FLAG_DECISION) and receipt >= 0
        key = slot_key(receipt, int(fact["slot"])) if decision else int(fact["key"])
        time = int(fact["time"])
        play = Play(
            key, time, days.of(time), int(fact["person"]), int(fact["value"]), decision,
            bool(flags & FLAG_PAID), bool(flags & FLAG_BOT),
        )  # fmt: skip
        plays[decision, key] = _joined(plays.get((decision, key)), play)
    yield from plays.values()


def _joined(before: Play | None, play: Play) -> Play:
    """Return one slot's play after one more word of it: the first time, the longest watched, a bot if any was."""
    if before is None:
        return play
    earlier = min(before, play, key=lambda play: play.time)
    return earlier._replace(
        ms=max(before.ms, play.ms), paid=before.paid or play.paid, bot=before.bot or play.bot
    )
