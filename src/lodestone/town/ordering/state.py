"""Where the town's orders from creators stand, as those who order and make know it.

All of it is kept with the town's state after a step, so that a life taken up again knows its orders.
"""

from typing import Final

import msgspec

NEVER: Final = -1
ENDED: Final = frozenset({"settled", "decided", "expired", "cancelled", "declined"})
"""Stages in which an order has ended."""


class Creator(msgspec.Struct, kw_only=True):
    """A maker who takes orders, and what only they know of it. Amounts in micros."""

    maker: int
    least_fixed: int
    """What a film is truly worth to them."""
    least_cpm: int
    """The same for 1,000 plays."""
    least_share: float
    """The same of what is sold."""
    late: float
    """Chance that a deadline is missed."""
    cheat: str
    """How they cheat, one of `parties.CHEATS`; empty: they do not."""


class Brief(msgspec.Struct, kw_only=True):
    """What an advertiser wants made. Amounts in micros."""

    name: str
    advertiser: int
    number: int
    """How many its advertiser had written before."""
    kind: str
    price: int = 0
    """Of `fixed` and `cpa` for one, of `cpm` for 1,000."""
    share: float = 0.0
    floor: int
    cap: int
    product: int = NEVER
    made: int
    """The day it was written."""
    body: str = ""
    """As it was sent."""
    bids: dict[int, int] = {}
    """By maker: what was bid, 0 for the brief's own terms."""
    open: bool = True


class Order(msgspec.Struct, kw_only=True):
    """One order."""

    number: int
    """How many there were before it."""
    brief: str
    advertiser: int
    maker: int
    assignment: str
    cheat: str
    escrow: int
    """Set aside, micros: of `fixed` the price that was bid."""
    draft_day: int
    """When the creator hands in a draft; after the deadline where they are late."""
    friends: list[int] = []
    """People who play what was ordered because they were asked to."""
    stage: str = "accepted"
    rounds: int = 1
    post: int = NEVER
    published: int = NEVER
    """Instant, micros."""
    withdrawn: bool = False


class Play(msgspec.Struct, array_like=True):
    """One slot that somebody looked at, as it was told."""

    person: int
    time: int
    seconds: float
    paid: bool


class OrderBoard(msgspec.Struct):
    """All of it."""

    creators: dict[int, Creator] = {}
    """By maker."""
    briefs: dict[str, Brief] = {}
    orders: list[Order] = []
    plays: dict[int, list[Play]] = {}
    """By post, of those that were made to order."""
    deposited: dict[int, int] = {}
    """By the advertiser's maker, micros."""
    counts: dict[str, int] = {}

    def count(self, what: str, by: int = 1) -> None:
        """Count something that happened."""
        self.counts[what] = self.counts.get(what, 0) + by


def packed(board: OrderBoard) -> bytes:
    """Write it down."""
    return msgspec.json.encode(board)


def unpacked(text: bytes) -> OrderBoard:
    """Read it; an empty text is a town before its first order."""
    return msgspec.json.decode(text, type=OrderBoard) if text else OrderBoard()
