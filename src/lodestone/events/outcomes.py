"""What may follow an impression, and every kind of fact the log can hold.

The order of `OUTCOMES` is the order of every array with an outcomes axis, in memory, in
receipts and in models; it may grow at its end and never change.
"""

from enum import IntEnum
from typing import Final

OUTCOMES: Final = (
    "watch",
    "click",
    "long_view",
    "like",
    "comment",
    "share",
    "follow",
    "profile_visit",
    "shop_visit",
    "order",
    "not_interested",
    "hide",
    "report",
)
OUTCOME_COUNT: Final = len(OUTCOMES)
NEGATIVE_OUTCOMES: Final = ("not_interested", "hide", "report")

WATCH_UNIT_SECONDS: Final = 60
"""`watch` is the share of this many seconds watched, capped at 1, so that it lies in [0, 1]."""

COUNT_WIDTH: Final = 16
"""Columns of a counter row: the outcomes, then impressions, then attention, then what was watched in all."""
COUNT_IMPRESSIONS: Final = 13
COUNT_ATTENTION: Final = 14
"""Impressions weighed by how likely their slot is looked at, in thousandths (whole numbers)."""

COUNT_WATCHED: Final = 15
"""Tenths of a second watched, of each slot the longest that was said: what people read."""


class FactKind(IntEnum):
    """The kind of a fact. 0 to 12 are the outcomes, in the order of `OUTCOMES`.

    Counters hold `watch` in tenths of a second, at most 600 an impression: what rates learn of.
    """

    WATCH = 0
    CLICK = 1
    LONG_VIEW = 2
    LIKE = 3
    COMMENT = 4
    SHARE = 5
    FOLLOW = 6
    PROFILE_VISIT = 7
    SHOP_VISIT = 8
    ORDER = 9
    NOT_INTERESTED = 10
    HIDE = 11
    REPORT = 12
    IMPRESSION = 16
    UNLIKE = 17
    UNFOLLOW = 18
    VISIT = 19
    SEARCH = 20
    REDEEM = 21
    CONVERSION = 22
    VIEWABLE = 23
    """Half of what a slot shows was on the screen for a second, of a video for two: what a paid impression is."""
    BLOCK = 32
    UNBLOCK = 33
    MUTE = 34
    UNMUTE = 35
    JOIN = 36
    LEAVE = 37
    REFUND = 38
    """An order is taken back, in part or whole; see `facts.refund_value`."""
    HIDE_ADS = 39
    """Somebody wants no ads of a person, nor of that person's shops; their posts come as before."""
    SHOW_ADS = 40
    PERSON = 64
    ITEM = 65
    DOMAIN = 66
    ERASED = 67
    POLICY = 68
    PRICES = 69
    CLOCK = 70
    CLIMBED = 71
    LOST = 72
    """The operator went on without what was lost; see `services.operations.losses`."""
    ITEM_LISTS = 73
    """Decisions use the item lists of a version, the fact's `target`, from here on."""
    PLACED = 74
    """An item lies in a place from here on, or does not any more; see `place_changes`."""
    MODERATED = 75
    """What a middle domain's moderators say of an item from here on; see `features.domain_marks`."""
    LIMIT = 80
    """What a campaign may spend in all, on a day, or of the money set aside for it; see `ad_facts`."""
    RESERVE = 81
    """A paid slot was served, and the most it can cost is set aside."""
    CHARGE = 82
    """A paid slot has led to what was bought."""
    RELEASE = 83
    """A paid slot will never be charged: its time is over, or what was heard of it does not count."""
    INVALID = 84
    """A charge is taken back: what it was for turned out to be invalid traffic."""


WIRE_KINDS: Final = {kind.name.lower(): kind for kind in FactKind if kind < FactKind.BLOCK}
"""What an app may send to `POST /v1/events`; the rest the engine writes itself."""


SLOT_KINDS: Final = frozenset(
    {FactKind.IMPRESSION, FactKind.WATCH, FactKind.CLICK, FactKind.LONG_VIEW, FactKind.VIEWABLE}
)
"""What a viewer does to a slot: a page says it with that slot's beacon only."""
PAGE_KINDS: Final = SLOT_KINDS | {
    FactKind.LIKE,
    FactKind.UNLIKE,
    FactKind.COMMENT,
    FactKind.SHARE,
    FactKind.FOLLOW,
    FactKind.UNFOLLOW,
    FactKind.PROFILE_VISIT,
    FactKind.NOT_INTERESTED,
    FactKind.HIDE,
    FactKind.REPORT,
    FactKind.VISIT,
    FactKind.SEARCH,
}
"""What a page can know of its viewer. Commerce is the engine's own word, or a server's key's."""


class DomainKind(IntEnum):
    """Through which domain a candidate reaches a viewer."""

    PUBLIC = 0
    PLACE = 1
    CHANNEL = 2
    PROFESSION = 3
    PRIVATE = 4


class Source(IntEnum):
    """Where a candidate came from; of several the closest to the viewer is written (traffic.gather)."""

    TASTE = 0
    TRENDING = 1
    NEW = 2
    NEIGHBOURS = 3
    CHANNEL = 4
    PROFESSION = 5
    FOLLOWED = 6
    LIVE = 7
    EXPLORATION = 8
    ALIKE = 9
    AD = 10
    """Somebody pays for the slot."""
