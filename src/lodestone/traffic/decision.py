"""One decision, whole: what a receipt stores and what a replay starts from."""

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Ints
from lodestone.base.clock import Instant

if TYPE_CHECKING:
    from lodestone.traffic.paid import PaidPart

POOL_MAX: Final = 128
SLOTS_MAX: Final = 50
SLATE_RULES: Final = 2
"""How slates are filled now. 1: cap and spacing gave way to nothing and left slots empty, with a cost for each in the
objective. 2: they give way until the page is full, and the choice says how far."""

Codes: TypeAlias = NDArray[np.uint8]
Rows: TypeAlias = NDArray[np.int32]
Chances: TypeAlias = NDArray[np.uint16]
Bits: TypeAlias = NDArray[np.uint64]


class DropReason(IntEnum):
    """Why a candidate was not shown; every candidate not shown has exactly one. 0: it was shown.

    1 to 19: not eligible. 20 to 29: not safe. 30 to 39: outbid. 40 to 49: not placed.
    """

    SHOWN = 0
    NOT_LIVE = 1
    OWN_POST = 2
    SEEN = 3
    SERVED_IN_CHAIN = 4
    BLOCKED_AUTHOR = 5
    MUTED_AUTHOR = 6
    REJECTED = 7
    """The viewer hid it, reported it or was not interested."""
    OUT_OF_AREA = 8
    OUT_OF_SURFACE = 9
    NOT_CLIMBED = 10
    """Has not yet earned public reach."""
    OTHER_LANGUAGE = 11
    HIDDEN_IN_DOMAIN = 12
    """A moderator of the domain that was asked for hid it from there."""
    OUT_OF_REACH = 13
    """A product whose shop does not sell to where the viewer is."""
    LABEL_DROP = 20
    NOT_FINITE = 29
    OUTBID = 30
    """Outside the pool: its net score was too low."""
    RUNNER_UP = 31
    """In the pool, and no slot was left for its net score."""
    AUTHOR_FULL = 40
    TOO_CLOSE = 41
    TOPIC_SHOWN = 42
    """Its topic stands on the page, and what a repeat costs put others first."""


@dataclass(frozen=True, slots=True)
class Pool:
    """The candidates that reached the optimiser. Arrays have shape (pool,), best net score first."""

    item: Rows
    chances: Chances
    """Shape (pool, outcomes), bfloat16 bits."""
    promises: Bits
    """Bit j: consumes promise j once per impression."""
    rank: NDArray[np.int16]
    """Gini consumption 2F - 1 of its author, times 32767, in steps of 256; 0 when not eligible."""
    author: Rows
    """Equal for posts of one author: numbered from 0 in the order they stand here."""
    topic: NDArray[np.int16]
    domain_kind: Codes
    domain: NDArray[np.int16]
    source: Codes


@dataclass(frozen=True, slots=True)
class Choice:
    """The slate and the chance of it. Arrays have shape (filled,), first slot first."""

    pool_index: Ints
    explored_slot: int
    """Index of the slot that chance filled, -1 when none."""
    draw_propensity: float
    """Chance of what the exploration draw came out as."""
    slate_propensity: float
    """Exact chance of this slate, over every draw that leads to it."""
    propensity: NDArray[np.float64]
    """Chance, per slot, that this candidate stood there."""
    objective: int
    """Sum over slots of attention times net score less repeats, in quantised micros."""
    bound: int
    """No slate under the same rules is worth more than this; equal when the search was exact."""
    exact: bool
    author_max: int = -1
    """The most slots of one author this slate was held to: the policy's, or what a full page needed. -1: not stored."""
    author_gap: int = -1
    """How many slots lie between two of one author at least; the same."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Everything one feed request decided, by value."""

    sequence: int
    time: Instant
    person: int
    """Ordinal, -1 for nobody."""
    surface: int
    domain: int
    slots: int
    seed: int
    policy_version: int
    price_version: int
    predictor_version: str
    personalised: bool
    arm: str
    degraded: tuple[str, ...]
    gate: float
    """The value a climbing post's lower bound had to pass, micros."""
    candidate: Rows
    """Shape (candidates,), ascending item rows."""
    reason: Codes
    """Shape (candidates,). `DropReason`, 0 for those shown."""
    pool: Pool
    choice: Choice
    chain: tuple[int, ...]
    """Sequence numbers of the earlier pages of this chain."""
    state_offset: int
    """Log offset the serving state stood at."""
    slate_rules: int = SLATE_RULES
    """By which rules the slate was filled."""
    pinned: int = 0
    """How many of the first slots moderators of the domain filled: the first entries of the pool, in their order. The
    rest of the pool contends for the rest of the slots."""
    last: bool = False
    """Nothing that may be shown was left beyond this page."""
    paid: "PaidPart | None" = None
    """The ads that came to the page and what they pay; None where none did. `choice` is the slate without them."""

    @property
    def page(self) -> Ints:
        """Return what stands in each slot as it was sent, shape (filled,): a place in the pool, or -1 - x for ad x of the paid part."""
        if self.paid is None:
            return self.choice.pool_index
        outcome = self.paid.outcome
        page: Ints = np.where(
            outcome.organic >= 0, self.choice.pool_index[outcome.organic], -1 - outcome.ad
        )
        return page

    @property
    def posts(self) -> Ints:
        """Return the places in the pool of the organic posts that were sent, first slot first."""
        if self.paid is None:
            return self.choice.pool_index
        gone = self.paid.outcome.displaced.size  # the last of the slate, since it keeps its order
        return self.choice.pool_index[: self.choice.pool_index.size - gone]

    @property
    def items(self) -> Rows:
        """Return the item row in each slot as it was sent, ads among them, shape (filled,)."""
        posts = self.pool.item[self.posts]
        if self.paid is None:
            return posts
        rows = posts.tolist()
        for winner in self.paid.outcome.winners:
            rows.insert(winner.slot, int(self.paid.ads.item[winner.ad]))
        return np.array(rows, np.int32)

    @property
    def slot_of_chance(self) -> int:
        """Return the slot that chance filled, counted from 0 on the page as it was sent; -1 for none, or when ads pushed it off."""
        explored = self.choice.explored_slot
        if self.paid is None or explored < 0:
            return explored
        places = np.flatnonzero(self.paid.outcome.organic == explored)
        return int(places[0]) if places.size else -1
