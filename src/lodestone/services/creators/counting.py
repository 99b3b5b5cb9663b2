"""What the log says of published items: the plays of each, and who plays whose posts. See `creators.plays` for what counts."""

from collections.abc import Sequence

import msgspec
import numpy as np

from lodestone.base.arrays import Bools
from lodestone.base.calendar import DayOf
from lodestone.base.clock import Instant
from lodestone.creators.plays import Count, Parties, Plays, count_plays
from lodestone.creators.settlement import Kind
from lodestone.events.facts import FLAG_HISTORY, Facts
from lodestone.features.view import StateView
from lodestone.services.creators.conversions import SOLD, Conversions
from lodestone.services.creators.log_facts import Spans, by_order, gather
from lodestone.services.creators.play_facts import (
    PLAYED,
    AuthorPlays,
    Authors,
    is_video,
    of_plays,
    plays_of,
)
from lodestone.stores.creators.types import Assignment
from lodestone.stores.log.port import Log


class LogCounter:
    """Counts by one community's log. Called in threads for long work."""

    def __init__(
        self, log: Log, state: StateView, days: DayOf, conversions: Conversions
    ) -> None:  # fmt: skip
        self._log, self._state, self._days = log, state, days
        self._conversions = conversions

    def count(self, orders: Sequence[Assignment]) -> dict[int, Count]:
        """See `clock.Counter`; the log is read once for all of them together."""
        upto = int(self._log.end())
        authors, spans = Authors.of(self._state), Spans(orders)
        facts = self._facts(authors, spans)
        by_authors = AuthorPlays(
            plays_of(facts[authors.author_of(facts["person"]) >= 0], self._days), authors, self._state
        )  # fmt: skip
        parties = {
            order.number: Parties(
                frozenset({order.creator, order.owner}), by_authors.ring(order.creator, *order.span)
            )
            for order in orders
        }
        sold = [order for order in orders if order.terms.kind in SOLD]
        counts = self._conversions.count(parties, sold) if sold else {}
        played = [order for order in orders if order.terms.kind is Kind.CPM]
        plays = plays_of(facts[spans.hold(facts)], self._days)
        for order, mine in by_order(played, plays):
            counts[order.number] = self._plays(order, mine, parties[order.number])
        return {
            number: msgspec.structs.replace(count, upto=upto) for number, count in counts.items()
        }

    def _facts(self, authors: Authors, spans: Spans) -> Facts:
        """Read what tells of plays of the orders' items, and of plays by authors, within the days of all."""

        def wanted(facts: Facts) -> Bools:
            kinds = np.isin(facts["kind"], PLAYED) & ((facts["flags"] & FLAG_HISTORY) == 0)
            within = (facts["time"] >= spans.first) & (facts["time"] < spans.last)
            chosen: Bools = kinds & within & (facts["item"] >= 0)
            chosen[chosen] = of_plays(facts[chosen], self._state)
            some = facts[chosen]
            chosen[chosen] = spans.name(some) | (authors.author_of(some["person"]) >= 0)
            return chosen

        return gather(self._log, Instant(spans.first), wanted)

    def _plays(self, order: Assignment, plays: Plays, parties: Parties) -> Count:
        assert order.item is not None
        video = bool(is_video(self._state, np.array([order.item]))[0])
        return count_plays(plays, parties, video=video)
