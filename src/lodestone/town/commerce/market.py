"""Where the town's trade stands: who has a shop, which orders and sales go on, and what has been counted.

All of it is kept with the town's state after a step, so that a life taken up again knows its open orders.
"""

import msgspec


class Stall(msgspec.Struct):
    """A maker's shop as the engine knows it."""

    clerk: int
    """Who redeems there beside its owner; a row of people."""
    approved: bool = False


class Order(msgspec.Struct, kw_only=True):
    """An order that was taken, and what its buyer has in mind for it."""

    number: int
    """Counted by the town; its streams are named by it."""
    id: str
    person: int
    maker: int
    post: int
    way: str
    """`redeem`, `pickup` or `delivery`."""
    micros: int
    days: int = -1
    """In how many days from the order on it is for, -1 where it has no date."""
    served: int = -1
    """The step in which the card was shown that led to it, counted from the first day on; -1 for none."""
    visited: bool = False
    """Whether the way to the shop has been told of that card."""
    act: str = ""
    """What comes next: `have`, `cancel` or `back`."""
    due: int = 0
    """In which step."""
    had: int = 0
    """Times redeemed so far."""


class Sale(msgspec.Struct, kw_only=True):
    """A flash sale of the day."""

    id: str
    maker: int
    post: int
    room: int
    """The post that is its live room, -1 where the product's own card is the place."""
    opens: int
    """In which step, counted from the first day on; it closes two steps later."""
    units: int = 0
    micros: int = 0
    waiting: list[Order] = []


class Market(msgspec.Struct):
    """All of it."""

    stalls: dict[int, Stall] = {}
    """By maker."""
    orders: int = 0
    """How many were tried so far."""
    open: list[Order] = []
    sales: list[Sale] = []
    sold: dict[int, int] = {}
    """Products to stock up the next morning, and the step in which they last sold."""
    counts: dict[str, int] = {}

    def count(self, what: str, by: int = 1) -> None:
        """Count something that happened."""
        self.counts[what] = self.counts.get(what, 0) + by


def packed(market: Market) -> bytes:
    """Write a market down."""
    return msgspec.json.encode(market)


def unpacked(text: bytes) -> Market:
    """Read a market."""
    return msgspec.json.decode(text, type=Market)
