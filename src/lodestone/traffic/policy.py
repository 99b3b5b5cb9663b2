"""A policy: everything an operator or an experiment may turn, as one versioned value."""

from typing import Final, Literal

import msgspec
import numpy as np

from lodestone.base.arrays import Floats, Ints
from lodestone.base.wire import Int64, Name, Version
from lodestone.events.outcomes import OUTCOME_COUNT, OUTCOMES, WATCH_UNIT_SECONDS
from lodestone.features.layout import KINDS

PROMISE_MAX: Final = 64
PROMISE_FIRST_IMPRESSIONS: Final = 0
PROMISE_LOCAL_SHARE: Final = 1
PROMISE_GINI: Final = 2
PROMISE_EXPLORATION: Final = 3
PROMISE_SMALL_CREATORS: Final = 4
WATCH_KINDS: Final = (*KINDS, "film")
"""The kinds of item that `watch_caps` tells apart: a film is a video of ten minutes or more."""
FILM_SECONDS: Final = 600
PROMISE_CUSTOM: Final = 8
"""Bits 0 to 7 are the built-in promises; an operator's own rows take the bits from here."""

FEEDBACK_WORDS: Final = (
    "impression",
    *(name for name in OUTCOMES if name not in ("follow", "profile_visit")),
)
"""What a kind of feedback can mean: what is said of an item, and not of its author."""
_FEEDBACK_TYPES: Final = {
    "read": "impression",
    "view": "impression",
    "click": "click",
    "like": "like",
    "star": "like",
    "favorite": "like",
    "upvote": "like",
    "comment": "comment",
    "share": "share",
    "fork": "share",
    "purchase": "order",
    "buy": "order",
    "dislike": "not_interested",
    "downvote": "not_interested",
}

BOOST_UNITS: Final = ("impressions", "follows", "shop_visits")
"""What a boost can buy."""
_BOOST_PRICES: Final = {"impressions": 20_000, "follows": 500_000, "shop_visits": 1_000_000}


class Promise(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of the constraint table.

    A `floor` wants at least `target` of impressions to consume it, a `cap` at most. Built-in
    kinds find their candidates themselves; kind `share` selects by `field` and `equals`.
    """

    id: Name
    kind: Literal[
        "first_impressions", "local_share", "gini", "exploration", "small_creators", "share"
    ]
    direction: Literal["floor", "cap"] = "floor"
    target: float
    """Share of impressions in [0, 1]; for gini the exposure Gini aimed at; for
    first_impressions the share of the plan to keep."""
    price_cap: float = 2.0
    """The highest dual price, as a multiple of the mean slot value."""
    enabled: bool = True
    field: Literal["kind", "channel", "profession", "language", "tag", "author_id"] | None = None
    equals: Name | None = None


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What experiments turn; its version is written into every receipt."""

    version: Version = 0
    name: Name = "balanced"
    worths: dict[Name, Int64] = {}
    """Outcome to micros per occurrence; `watch` is micros per second. Absent means 0."""
    promises: tuple[Promise, ...] = ()
    exploration_share: float = 0.02
    """Share of slots filled by chance, in [0, 0.2]."""
    author_max: Int64 = 2
    """The most slots one author may hold in one slate."""
    author_gap: Int64 = 2
    """How many slots at least lie between two posts of one author."""
    diversity: float = 0.15
    """What a repeated topic costs, as a share of the mean slot value, per repeat."""
    attention_decay: float = 0.06
    """Attention of slot s is 1 / (1 + attention_decay x (s - 1))."""
    public_gate: float = 0.3
    """Quantile of live public posts' value that a climbing post's lower bound must pass."""
    merit_gate: float = 0.05
    """Quantile of creators' value under which they are kept out of the exposure Gini and of its price."""
    merit_impressions_min: Int64 = 20
    """How many impressions a creator's posts must have had before the merit gate may keep their author out."""
    place_radius_km: float = 10.0
    first_impressions_min: Int64 = 1
    """The least number of first impressions that a new post is promised, however small the community."""
    first_impressions_max: Int64 = 50
    seen_days: Int64 = 14
    """How long what a viewer had an impression of stays away."""
    read_days: Int64 | None = None
    """The same of what the app said was read, or gave any feedback on over Gorse's routes; null: for good."""
    liked_days: Int64 | None = None
    """The same of what a viewer liked, commented or shared; null: for good."""
    bought_days: Int64 | None = None
    """The same of what a viewer bought; null: for good."""
    out_of_reach: Literal["leave_out", "grey"] = "leave_out"
    """Products whose shop's radius forbids the order from where the viewer is: left out, or shown as not to be ordered."""
    ad_load: float = 0.2
    """The most of a page that ads may take, in [0, 0.5]; 0: none."""
    ad_gap: Int64 = 3
    """How many posts lie between two ads at least."""
    ad_first: Int64 = 2
    """The first slot that an ad may have; 1 is the top."""
    ad_price: Int64 = 0
    """What an ad's appearance costs the viewer's time, micros: a page is worth so much less, and the ad pays for it."""
    ad_exploration: float = 0.02
    """The most of a day's paid slots that may go to campaigns of which little is known yet, in [0, 0.2]; 0: none."""
    ad_surfaces: tuple[Name, ...] = ("discover", "place", "channel", "profession")
    """Surfaces whose pages may hold ads."""
    boost_prices: dict[Name, Int64] = msgspec.field(default_factory=lambda: dict(_BOOST_PRICES))
    """What a boost buys (`BOOST_UNITS`) to micros of one; absent or 0: it is not sold."""
    creator_share: float = 0.0
    """The part of what an ad is charged that the authors of its page's other posts have, in [0, 1]."""
    creator_minimum: Int64 = 0
    """The least that is made payable to a creator of it, micros; what is less waits."""
    watch_caps: dict[Name, Int64] = {}
    """Kind of item (`WATCH_KINDS`) to the most seconds of one slot's watching that reports count as value; absent means 60.
    A decision foresees the first minute whatever stands here."""
    feedback_types: dict[Name, Name] = msgspec.field(default_factory=lambda: dict(_FEEDBACK_TYPES))
    """What Gorse's feedback types mean, by `FEEDBACK_WORDS`; a word of those always means itself."""


def worth_vector(policy: Policy) -> tuple[float, ...]:
    """Return micros per unit of chance, in the order of `OUTCOMES` (watch per capped minute)."""
    worths = [float(policy.worths.get(name, 0)) for name in OUTCOMES]
    worths[0] *= 60.0
    assert len(worths) == OUTCOME_COUNT
    return tuple(worths)


def watch_caps(policy: Policy) -> Floats:
    """Return the most seconds of watching that count by kind of item, shape (`WATCH_KINDS`,).

    >>> watch_caps(Policy(watch_caps={"live": 3600})).tolist()
    [60.0, 60.0, 60.0, 3600.0, 60.0, 60.0]
    """
    caps = [float(policy.watch_caps.get(kind, WATCH_UNIT_SECONDS)) for kind in WATCH_KINDS]
    return np.array(caps)


def watch_kind_codes(kind: Ints, duration: Floats) -> Ints:
    """Return the places in `WATCH_KINDS` of items of some kinds (`KINDS`) and durations in seconds, same shape."""
    film = (kind == KINDS.index("video")) & (duration >= FILM_SECONDS)
    codes: Ints = np.where(film, WATCH_KINDS.index("film"), kind)
    return codes
