"""Of which segments somebody is, and what they did with whom, as the serving state knows it.

It is worked out from the viewer's own edges and deeds, so that nobody's list of customers is ever written down.
"""

from typing import Final

import numpy as np

from lodestone.base.clock import DAY_MICROS, Instant
from lodestone.features.ads.audiences import (
    ANYBODY,
    NEWCOMER_DAYS,
    Conversions,
    Deed,
    Member,
    Segment,
)
from lodestone.features.history import BOUGHT, VISITED
from lodestone.features.view import StateView

_COUNTS_AS: Final = {
    Deed.ORDER: (Deed.VISIT, Deed.ANY),
    Deed.VISIT: (Deed.ANY,),
    Deed.FOLLOW: (Deed.ANY,),
}


def members_of(state: StateView, row: int, now: Instant) -> frozenset[Member]:
    """Return every segment that somebody is in.

    Args:
        state: The serving state.
        row: Person row.
        now: The community's clock.
    """
    ordinals = state.people["ordinal"]
    members = [Member(Segment.CUSTOMERS, owner) for owner in ordinals[state.bought(row)].tolist()]
    members += [Member(Segment.FOLLOWERS, owner) for owner in ordinals[state.follows(row)].tolist()]
    if now - int(state.people["created"][row]) < NEWCOMER_DAYS * DAY_MICROS:
        members.append(Member(Segment.NEWCOMERS, ANYBODY))
    return frozenset(members)


def conversions_of(state: StateView, row: int) -> Conversions:
    """Return what somebody did with whom, and when last.

    Of each post the latest deed is known, and what was ever done with it: who bought long ago and likes the post today counts as
    having bought today.

    Args:
        state: The serving state.
        row: Person row.
    """
    last: dict[tuple[Deed, int], Instant] = {}

    def note(deed: Deed, owner: int, time: int) -> None:
        for kind in (deed, *_COUNTS_AS.get(deed, ())):
            last[kind, owner] = max(last.get((kind, owner), Instant(0)), Instant(time))

    ordinals = state.people["ordinal"]
    items, times, marks = state.history.deeds(row)
    strong = np.flatnonzero(marks & (BOUGHT | VISITED))
    owners = state.items["owner"][items[strong]]
    for at, owner in zip(strong.tolist(), owners.tolist(), strict=True):
        if owner >= 0:
            deed = Deed.ORDER if marks[at] & BOUGHT else Deed.VISIT
            note(deed, int(ordinals[owner]), int(times[at]))
    for person, time in state.edges.followed_at(row):
        note(Deed.FOLLOW, int(ordinals[person]), time)
    return last
