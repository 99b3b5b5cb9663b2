"""To which impression an edge made without a slot is credited: the last one that may have led to it.

A follow, a join and an order may come with a slot's beacon, without one (from a profile, a shop's page), or as a call to
the API. They are one fact with one worth, so each is credited: to its own slot where it names one, else to the
last impression within seven days of that author's posts (a follow), of that domain's posts (a join), of that item (an
order). What no impression explains is credited to none and is worth nothing.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from lodestone.base.arrays import Bools, Floats, Ints
from lodestone.base.clock import DAY_MICROS
from lodestone.events.facts import FLAG_DECISION, FLAG_HISTORY, Facts
from lodestone.events.item_changes import ItemChanges
from lodestone.events.outcomes import FactKind
from lodestone.events.place_changes import PlaceChanges
from lodestone.insight.window import impressions

CREDIT_MICROS: Final = 7 * DAY_MICROS
ENTRIES: Final = (FactKind.FOLLOW, FactKind.JOIN, FactKind.ORDER)
"""What leads into a private or a middle domain."""
_OF_SLOT: Final = ("receipt", "slot", "served", "domain", "domain_kind", "surface", "source")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What reports know of items; shape (items, ...) each."""

    owner: Ints
    """The author's ordinal."""
    domains: Ints
    """Shape (items, 6). Codes of the middle domains each belongs to, -1 padded: four channels, two professions."""
    kind: Ints
    """Code of its kind, see `features.layout.KINDS`."""
    duration: Floats
    """Seconds, NaN when unknown."""
    changes: ItemChanges | None = None
    """What the log says each item was from when on; the columns above, but for the owner, say what it is now."""
    places: PlaceChanges | None = None
    """Which items lay in which places from when on, of the places whose members are asked about; None for none."""

    def domains_of(self, facts: Facts) -> Ints:
        """Return the domains to which each fact's item belonged when it happened; shape (facts, domains), -1 padded."""
        item, time = facts["item"].astype(np.int64), facts["time"].astype(np.int64)
        domains = self.domains[item]
        if self.changes is not None:
            at = self.changes.in_force(item, facts["time"])
            known = np.flatnonzero(at >= 0)
            said = (self.changes.channels[at[known]], self.changes.professions[at[known]])
            carried = np.concatenate(said, axis=1)
            domains[known, : carried.shape[1]] = carried
            time = np.maximum(time, self.changes.first_time(item))
        if self.places is None:
            return domains
        there = np.where(self.places.at(item, time), self.places.codes, -1)
        return np.concatenate([domains, there], axis=1)

    def kind_of(self, facts: Facts) -> Ints:
        """Return the kind of each fact's item when it happened; shape (facts,)."""
        item = facts["item"].astype(np.int64)
        if self.changes is None or not self.changes.item.size:
            return self.kind[item]
        at = self.changes.in_force(item, facts["time"])
        kind: Ints = np.where(at >= 0, self.changes.kind[at], self.kind[item])
        return kind

    def duration_of(self, facts: Facts) -> Floats:
        """Return how long each fact's item lasted when it happened, seconds; shape (facts,)."""
        item = facts["item"].astype(np.int64)
        if self.changes is None or not self.changes.item.size:
            return self.duration[item]
        at = self.changes.in_force(item, facts["time"])
        duration: Floats = np.where(at >= 0, self.changes.seconds[at], self.duration[item])
        return duration


class LastShown:
    """Finds a person's last impression of something, by time; of one instant the later receipt and slot."""

    def __init__(self, shown: Facts, what: Ints) -> None:
        """Put impressions in order.

        Args:
            shown: Impressions of people who are known.
            what: Shape (impressions,). What each is an impression of: an author, a domain, an item.
        """
        self._people, self._what = np.unique(shown["person"]), np.unique(what)
        pairs = self._pair(shown["person"], what)
        self._pairs, self._times = np.unique(pairs), np.unique(shown["time"])
        place = self._place(pairs, np.searchsorted(self._times, shown["time"]))
        self.order: Ints = np.lexsort((shown["slot"], shown["receipt"], place))
        self._place_of, self._time = place[self.order], shown["time"][self.order]
        self._pair_of = pairs[self.order]

    def before(self, person: Ints, what: Ints, time: Ints) -> Ints:
        """Return the index of the last impression at or within seven days before each time, -1 for none.

        Shape (asked,) all.
        """
        if not self._people.size or not person.size:
            return np.full(person.size, -1, np.int64)
        known = _known(self._people, person) & _known(self._what, what)
        pairs = self._pair(person, what)
        until = self._place(pairs, np.searchsorted(self._times, time, side="right"))
        at = np.searchsorted(self._place_of, until) - 1
        near = np.maximum(at, 0)
        good = (
            known
            & (at >= 0)
            & (self._pair_of[near] == pairs)
            & (self._time[near] >= time - CREDIT_MICROS)
        )
        return np.where(good, self.order[near], -1)

    def _pair(self, person: Ints, what: Ints) -> Ints:
        pair: Ints = np.searchsorted(self._people, person) * (
            self._what.size + 1
        ) + np.searchsorted(self._what, what)
        return pair

    def _place(self, pairs: Ints, rank: Ints) -> Ints:
        place: Ints = np.searchsorted(self._pairs, pairs) * (self._times.size + 1) + rank
        return place


def _known(values: Ints, asked: Ints) -> Bools:
    at = np.minimum(np.searchsorted(values, asked), values.size - 1)
    known: Bools = values[at] == asked
    return known


class Impressions:
    """Organic impressions by what they may have led to."""

    def __init__(self, shown: Facts, catalogue: Catalogue) -> None:
        """Index impressions of people who are known, of items that are known."""
        self._shown = shown
        domains = catalogue.domains_of(shown)
        row, column = np.nonzero(domains >= 0)
        codes = domains[row, column]
        self._rows = {
            FactKind.FOLLOW: np.arange(shown.size),
            FactKind.JOIN: row,
            FactKind.ORDER: np.arange(shown.size),
        }
        self._last = {
            FactKind.FOLLOW: LastShown(shown, catalogue.owner[shown["item"]]),
            FactKind.JOIN: LastShown(shown[row], codes),
            FactKind.ORDER: LastShown(shown, shown["item"].astype(np.int64)),
        }

    def last(self, kind: FactKind, facts: Facts) -> Ints:
        """Return the row of the last impression that may have led to each follow, join or order, -1 for none."""
        what = facts["item" if kind == FactKind.ORDER else "target"].astype(np.int64)
        at = self._last[kind].before(facts["person"], what, facts["time"])
        rows = self._rows[kind]
        return np.where(at >= 0, rows[np.maximum(at, 0)], -1) if rows.size else at

    @property
    def shown(self) -> Facts:
        """Return the impressions that rows are of."""
        return self._shown


def shown_of(facts: Facts) -> Facts:
    """Return the organic impressions of decisions of people who are known."""
    shown: Facts = facts[impressions(facts) & (facts["person"] >= 0) & (facts["item"] >= 0)]
    return shown


def credited(facts: Facts, catalogue: Catalogue) -> Facts:
    """Return the facts with every follow, join and order that names no slot credited to its last impression.

    Args:
        facts: Every fact up to the last that may be credited, in any order.
        catalogue: Whose the items are and where they belong.
    """
    index = Impressions(shown_of(facts), catalogue)
    credited = facts.copy()
    for kind in ENTRIES:
        loose = (facts["kind"] == kind) & (facts["receipt"] < 0) & (facts["person"] >= 0)
        at = np.flatnonzero(loose & ((facts["flags"] & FLAG_HISTORY) == 0))
        row = index.last(kind, facts[at])
        at, row = at[row >= 0], row[row >= 0]
        for name in _OF_SLOT:
            credited[name][at] = index.shown[name][row]
        credited["flags"][at] |= FLAG_DECISION
    return credited
