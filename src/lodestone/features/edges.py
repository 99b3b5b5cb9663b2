"""Who follows, blocks, mutes whom, who wants no ads of whom, who has bought from whom, who has joined what.

Of two facts the later holds. Orders are counted instead, less those that were refunded whole: whoever has one
left has bought.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Ints
from lodestone.events.facts import FLAG_WHOLE, Facts
from lodestone.events.outcomes import FactKind

FOLLOWS, BLOCKS, MUTES, MEMBER, BOUGHT, ADS_HIDDEN = range(6)
_MEANING: Final = {
    FactKind.FOLLOW: (FOLLOWS, 0), FactKind.UNFOLLOW: (FOLLOWS, 1), FactKind.BLOCK: (BLOCKS, 0),
    FactKind.UNBLOCK: (BLOCKS, 1), FactKind.MUTE: (MUTES, 0), FactKind.UNMUTE: (MUTES, 1),
    FactKind.JOIN: (MEMBER, 0), FactKind.LEAVE: (MEMBER, 1), FactKind.ORDER: (BOUGHT, 0), FactKind.REFUND: (BOUGHT, 1),
    FactKind.HIDE_ADS: (ADS_HIDDEN, 0), FactKind.SHOW_ADS: (ADS_HIDDEN, 1),
}  # fmt: skip
_KINDS: Final = np.array(sorted(_MEANING))
_NONE: Final = np.zeros(0, np.int32)


@dataclass(frozen=True, slots=True)
class FollowerChange:
    """Someone gained (+1) or lost (-1) a follower."""

    target: int
    by: int


class Edges:
    """Edges as stamps: time x 2, plus 1 for a removal, so that at one instant the removal wins.

    In the place of a stamp, `BOUGHT` holds how many orders are left.
    """

    def __init__(self) -> None:
        self._stamps: tuple[dict[int, dict[int, int]], ...] = ({}, {}, {}, {}, {}, {})
        self._sorted: tuple[dict[int, NDArray[np.int32]], ...] = ({}, {}, {}, {}, {}, {})
        self._sorting = threading.Lock()
        self._followers: dict[int, int] = {}
        self._members: dict[int, int] = {}

    def apply(self, facts: Facts, person_row: Ints, target_row: Ints) -> Iterator[FollowerChange]:
        """Take in the facts that are edges, and say whose follower count changed.

        Args:
            facts: Any; those that are no edges are passed over.
            person_row: Shape (facts,).
            target_row: Shape (facts,). Whom each is about; of an order, whose item was bought.
        """
        changes = []
        for index in np.flatnonzero(np.isin(facts["kind"], _KINDS)):
            fact = facts[index]
            what, removal = _MEANING[FactKind(int(fact["kind"]))]
            target = int(fact["target"]) if what == MEMBER else int(target_row[index])
            if what == BOUGHT:
                self._count(fact, int(person_row[index]), target)
            elif person_row[index] >= 0 and target >= 0:
                by = self._put(
                    what, int(person_row[index]), target, int(fact["time"]) * 2 + removal
                )
                if by and what == FOLLOWS:
                    changes.append(FollowerChange(target, by))
        return iter(changes)

    def _count(self, fact: np.void, person: int, target: int) -> None:
        """Count an order, or one that was refunded whole."""
        back = fact["kind"] == FactKind.REFUND
        if person >= 0 and target >= 0 and (not back or int(fact["flags"]) & FLAG_WHOLE):
            self._set_bought(
                person,
                target,
                self._stamps[BOUGHT].get(person, {}).get(target, 0) + (-1 if back else 1),
            )

    def _set_bought(self, person: int, target: int, orders: int) -> None:
        self._stamps[BOUGHT].setdefault(person, {})[target] = orders
        self._forget(BOUGHT, person)

    def _put(self, what: int, person: int, target: int, stamp: int) -> int:
        stamps = self._stamps[what].setdefault(person, {})
        old = stamps.get(target, 1)
        if stamp <= old:
            return 0
        stamps[target] = stamp
        by = (old & 1) - (stamp & 1)
        if by:
            self._forget(what, person)
            counts = self._followers if what == FOLLOWS else self._members
            if what in (FOLLOWS, MEMBER):
                counts[target] = counts.get(target, 0) + by
        return by

    def next_time(self, kind: FactKind, person: int, target: int, now: int) -> int | None:
        """Return when a change may take effect, None when things stand so already.

        That is now, or just after the edge's last change where a clock has stood still since.
        """
        what, removal = _MEANING[kind]
        stamp = self._stamps[what].get(person, {}).get(target, 1)
        return None if stamp & 1 == removal else max(now, stamp // 2 + 1)

    def erase(self, person: int) -> list[FollowerChange]:
        """Drop every edge from and to a person."""
        changes = []
        for what in range(len(self._stamps)):
            for target, stamp in self._stamps[what].pop(person, {}).items():
                if not stamp & 1 and what in (FOLLOWS, MEMBER):
                    counts = self._followers if what == FOLLOWS else self._members
                    counts[target] -= 1
                    if what == FOLLOWS:
                        changes.append(FollowerChange(target, -1))
            self._forget(what, person)
            if what != MEMBER:
                for other, stamps in self._stamps[what].items():
                    if stamps.pop(person, None) is not None:
                        self._forget(what, other)
        self._followers.pop(person, None)
        return changes

    def follows(self, person: int) -> NDArray[np.int32]:
        """Return whom a person follows, rows ascending."""
        return self._held(FOLLOWS, person)

    def followed_at(self, person: int) -> list[tuple[int, int]]:
        """Return whom a person follows, and since when, microseconds."""
        stamps = self._stamps[FOLLOWS].get(person, {})
        return [(target, stamp // 2) for target, stamp in stamps.items() if not stamp & 1]

    def bought(self, person: int) -> NDArray[np.int32]:
        """Return whom a person has bought from, rows ascending."""
        return self._held(BOUGHT, person)

    def blocks(self, person: int) -> NDArray[np.int32]:
        """Return whom a person blocks."""
        return self._held(BLOCKS, person)

    def mutes(self, person: int) -> NDArray[np.int32]:
        """Return whom a person mutes."""
        return self._held(MUTES, person)

    def hidden_ads(self, person: int) -> NDArray[np.int32]:
        """Return whose ads a person wants none of."""
        return self._held(ADS_HIDDEN, person)

    def memberships(self, person: int) -> NDArray[np.int32]:
        """Return the codes of the domains a person has joined."""
        return self._held(MEMBER, person)

    def follower_count(self, person: int) -> int:
        """Return how many follow a person."""
        return self._followers.get(person, 0)

    def member_count(self, code: int) -> int:
        """Return how many have joined a domain."""
        return self._members.get(code, 0)

    def members_of(self, code: int) -> list[int]:
        """Return the rows of those who have joined a domain, ascending."""
        stamps_by_person = self._stamps[MEMBER].items()
        return sorted(person for person, codes in stamps_by_person if not codes.get(code, 1) & 1)

    def _held(self, what: int, person: int) -> NDArray[np.int32]:
        targets = self._sorted[what].get(person)
        if targets is None:
            targets = self._sort(what, person)
        return targets

    def _sort(self, what: int, person: int) -> NDArray[np.int32]:
        """Sort a person's edges and keep them until one changes.

        Pages and reports ask in threads: whoever changes an edge drops what was kept after the change, so
        that what a thread sorted just before is not kept for good.
        """
        with self._sorting:
            stamps = self._stamps[what].get(person)
            if not stamps:
                return _NONE
            bought = what == BOUGHT
            targets = sorted(
                target
                for target, stamp in list(stamps.items())
                if (stamp > 0 if bought else not stamp & 1)
            )
            rows = np.array(targets, np.int32)
            self._sorted[what][person] = rows
        return rows

    def _forget(self, what: int, person: int) -> None:
        with self._sorting:
            self._sorted[what].pop(person, None)

    def columns(self) -> Ints:
        """Return every edge as (what, person, target, stamp), sorted; shape (edges, 4)."""
        rows = [
            (what, person, target, stamp)
            for what, stamps_by_person in enumerate(self._stamps)
            for person, targets in stamps_by_person.items()
            for target, stamp in targets.items()
        ]
        return np.array(sorted(rows), np.int64).reshape(-1, 4)

    def fill(self, columns: Ints) -> None:
        """Take in edges given as columns."""
        for what, person, target, stamp in columns.tolist():
            if what == BOUGHT:
                self._set_bought(person, target, stamp)
                continue
            self._put(what, person, target, stamp)
