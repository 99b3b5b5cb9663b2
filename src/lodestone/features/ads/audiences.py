"""Segments of people, and deeds that leave people out, as live ads name them.

They are an advertiser's own: the owner is the person who advertises, or who owns the shop that does.
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final, NamedTuple

from lodestone.base.clock import Instant

NEWCOMER_DAYS: Final = 7
ANYBODY: Final = -1
"""The owner of a segment that is the same for every advertiser."""


class Segment(IntEnum):
    """What makes somebody a member."""

    CUSTOMERS = 0
    """An order from the owner stands that was not refunded whole."""
    FOLLOWERS = 1
    """Follows the owner."""
    NEWCOMERS = 2
    """Is known to the community for less than `NEWCOMER_DAYS`."""


class Member(NamedTuple):
    """One segment of one owner."""

    segment: Segment
    owner: int
    """Ordinal of a person; `ANYBODY` of newcomers."""


class Deed(IntEnum):
    """What counts as having converted."""

    ORDER = 0
    FOLLOW = 1
    VISIT = 2
    """An order, or a visit of the shop: a redemption, a check-in, a conversion reported by the app."""
    ANY = 3
    """Any of them."""


class Converted(NamedTuple):
    """Who is left out for having converted."""

    deed: Deed
    owner: int
    within: int
    """Microseconds from the deed on."""


Conversions = Mapping[tuple[Deed, int], Instant]
"""When somebody did a deed with an owner last."""


class Asks(NamedTuple):
    """What ads ask of somebody that has to be worked out first."""

    followers: bool
    """Whom they follow."""
    members: bool
    """Which segments they are in."""
    alike: bool
    """Of whose posts people alike took to."""
    conversions: bool
    """What they did with whom."""


def is_left_out(converted: Converted, conversions: Conversions, now: Instant) -> bool:
    """Say whether somebody did what leaves them out, lately enough."""
    time = conversions.get((converted.deed, converted.owner))
    return time is not None and now - time < converted.within
