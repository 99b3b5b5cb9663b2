"""How serving state lies in memory: fixed rows, so that a candidate costs two cache misses.

Hot rows hold what a decision reads about a candidate; counters lie apart. Whole numbers are
the truth (order of arrival cannot change them); logits, percentiles and needs are materialised
from them and can be rebuilt at any time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.clock import Instant
from lodestone.events.outcomes import OUTCOME_COUNT

VECTOR_WIDTH: Final = 64
DAYS_KEPT: Final = 8
"""Counters by event day for today and the seven days that may still change; older in one sum."""
CHANNELS_MAX: Final = 4
PROFESSIONS_MAX: Final = 2
POSITIVES_KEPT: Final = 32
SEEN_KEPT: Final = 256
AUTHOR_RECENT: Final = 8
AFFINITY_WIDTH: Final = 8

KINDS: Final = ("video", "picture", "text", "live", "product")
PRODUCT: Final = KINDS.index("product")
STATES: Final = ("draft", "live", "withdrawn")
LABELS: Final = ("show", "warn", "drop")
NOTICES: Final = ("sensitive", "violence", "spoiler", "disputed", "outdated", "advertising")
"""What a domain's moderators may write on an item there; it grows at its end, since facts hold places in it plus one."""
PINS_MAX: Final = 3
"""The most items that are pinned in one domain."""

ITEM: Final = np.dtype(
    [
        ("created", np.int64),  # microseconds
        ("promises", np.uint64),  # bit j: consumes promise j by a selector that never changes
        ("logit", np.float32, (OUTCOME_COUNT,)),  # item's deviation, see models.rates
        ("quality_low", np.float32),  # lower 80 % bound of its value, micros per impression
        ("need", np.float32),  # first impressions still owed
        ("latitude", np.float32),  # NaN when it has no place
        ("longitude", np.float32),
        ("duration", np.float32),  # seconds, NaN when unknown
        ("author", np.int32),  # author slot
        ("owner", np.int32),  # person row of the author
        ("channels", np.int16, (CHANNELS_MAX,)),  # domain codes, -1 padded
        ("professions", np.int16, (PROFESSIONS_MAX,)),
        ("language", np.int16),  # term code, -1 unknown
        ("topic", np.int16),  # term code of the first tag: the diversity key, -1 none
        ("kind", np.uint8),
        ("state", np.uint8),
        ("label", np.uint8),
        ("climbed", np.uint8),  # 1: has earned public reach, or was let in after two hours
        ("vector", np.int8, (VECTOR_WIDTH,)),  # unit vector times 127, all zero when unknown
    ],
    align=True,
)

_FIELDS: Final[Mapping[str, Any]] = ITEM.fields or {}
LOGIT_AT: Final = _FIELDS["logit"][1] // 4
"""Where an item's logits begin, counted in float32, in what `lanes` returns."""
VECTOR_AT: Final = _FIELDS["vector"][1]


def lanes(items: np.ndarray) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
    """Return item rows as float32 and as int8, shapes (items, row size): what a loop can read in long steps."""
    return items.view(np.float32).reshape(items.size, -1), items.view(np.int8).reshape(
        items.size, -1
    )


AUTHOR: Final = np.dtype(
    [
        ("person", np.int32),  # person row
        ("followers", np.int32),
        ("percentile", np.float32),  # of decayed exposure among eligible creators, in [0, 1]
        ("eligible", np.uint8),  # past the merit gate with a live post in the last 28 days
        ("small", np.uint8),  # fewer followers than the median creator
        ("recent", np.int32, (AUTHOR_RECENT,)),  # newest live items, newest first, -1 padded
    ],
    align=True,
)

PERSON: Final = np.dtype(
    [
        ("ordinal", np.int64),  # random, what log and receipts call this person; -1 once erased
        ("created", np.int64),
        ("present_at", np.int64),  # when the present position was told, 0 never
        ("latitude", np.float32),  # home, NaN unknown
        ("longitude", np.float32),
        ("present_latitude", np.float32),
        ("present_longitude", np.float32),
        ("author", np.int32),  # author slot, -1 until the first item
        ("seen", np.int32),  # row in the seen rings, -1 until the first impression
        ("profession", np.int16),  # domain code, -1 none
        ("language", np.int16),
        ("personalised", np.uint8),  # 1: consents to personalisation
        ("minor", np.uint8),
    ],
    align=True,
)


NEVER_PRESENT: Final = Instant(1)
"""When somebody was present who consents to it and has never said where; 0 is of those who do not consent."""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as the state takes it: the app's names already turned into codes."""

    ordinal: int
    created: Instant
    latitude: float
    longitude: float
    present_latitude: float
    present_longitude: float
    present_at: Instant
    profession: int
    language: int
    personalised: bool
    minor: bool
    interests: tuple[tuple[int, float], ...]
    """(tag's term code, weight), heaviest first."""

    @property
    def placed(self) -> bool:
        """Say whether they consent to their position being used; see `NEVER_PRESENT`."""
        return self.present_at > 0 or not isnan(self.latitude)


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item as the state takes it; `row` is its place for ever, `owner` an ordinal."""

    row: int
    owner: int
    created: Instant
    kind: int
    state: int
    label: int
    latitude: float
    longitude: float
    duration: float
    language: int
    channels: tuple[int, ...]
    professions: tuple[int, ...]
    tags: tuple[int, ...]
    """Term codes, the first is the topic."""
    vector: tuple[float, ...]
    """Unit vector of `VECTOR_WIDTH` numbers, see content.vectors."""


@dataclass(frozen=True, slots=True)
class MarkRow:
    """What a middle domain's moderators say of an item, as the state takes it."""

    domain: int
    """The domain's code, 0 to 32,767."""
    item: int
    """The item's row."""
    hidden: bool
    label: int
    """Place in `NOTICES` plus one, 0 for none."""
    pin: int
    """0 for none; of two pinned items of a domain the one with the higher number stands first."""


@dataclass(frozen=True, slots=True)
class DomainRow:
    """A middle domain as the state takes it. `code` is its term code, the same in every fact."""

    code: int
    kind: int
    """`DomainKind`."""
    latitude: float
    longitude: float
    radius_km: float
