"""Where the town's advertising stands: campaigns as their advertisers know them, and slots that may yet be paid for.

All of it is kept with the town's state after a step, so that a life taken up again knows its open slots.
"""

from typing import Final

import msgspec

NEVER: Final = -1


class Campaign(msgspec.Struct, kw_only=True):
    """One advertiser's campaign: what only they know of it, and what they have seen so far. Amounts in micros."""

    maker: int
    temper: str
    """How they bid, one of `advertisers.TEMPERS`."""
    objective: str
    action: str
    """What is bought, as an ad group says it."""
    value: int
    """What one such action is truly worth to them."""
    factor: float
    """The part of the value that they bid."""
    budget: int
    """Of a day."""
    budget_most: int
    capped: bool
    """Whether one person may see it three times a day at most."""
    targeting: str
    """`near`, `channel` or `all`."""
    clicker: str = ""
    """How whom they pay clicks a rival's ads, one of `rivals.CLICKERS`; empty: nobody does."""
    ads: int = 0
    """How many ads were made."""
    post: int = NEVER
    """What the running ad shows."""
    waiting: int = NEVER
    """What an ad shows that waits for a moderator."""
    made: int = 0
    """The day on which the newest ad was made."""
    deposited: int = 0
    spent_day: int = 0
    """On the day before they looked last, by the report."""
    paused: bool = False
    bids: int = 0
    """How often the bid or the budget was changed."""


class PaidSlot(msgspec.Struct, kw_only=True):
    """A paid slot that somebody was shown, and when what was told of it happened; instants in micros, `NEVER` if not."""

    receipt: str
    slot: int
    person: int
    maker: int
    """Whose post it shows, and whose campaign it is."""
    served: int
    clicker: str = ""
    """The kind of clicker before whom it stood; empty for everybody else."""
    impression: int = NEVER
    click: int = NEVER
    counted: bool = False
    """Whether it has come to its end."""


class AdClick(msgspec.Struct, array_like=True):
    """A click on an ad."""

    time: int
    campaign: int
    receipt: str
    slot: int
    closed: bool = False
    """Whether its slot had come to its end before the events that are judged now."""


class Outcome(msgspec.Struct, array_like=True):
    """Something that the town thinks is paid for, and what for when the receipt is read."""

    receipt: str
    slot: int
    campaign: int
    clicker: str


class Tally(msgspec.Struct):
    """What the town counted of one campaign by its own eyes."""

    shown: int = 0
    """Slots looked at."""
    clicks: int = 0
    outcomes: int = 0
    """Actions that are paid for, by the published rules."""
    due: int = 0
    """Micros that they cost, by the receipts."""
    clicker_outcomes: int = 0
    """Those of them that a paid clicker made."""


class Billboard(msgspec.Struct):
    """All of it."""

    campaigns: dict[int, Campaign] = {}
    """By maker; each advertiser has one."""
    slots: list[PaidSlot] = []
    """Shown, and not too old to be paid for."""
    clicks: dict[int, list[AdClick]] = {}
    """By person, of the last day."""
    outcomes: list[Outcome] = []
    """Those whose receipt is still to be read."""
    tallies: dict[int, Tally] = {}
    """By maker."""
    counts: dict[str, int] = {}

    def count(self, what: str, by: int = 1) -> None:
        """Count something that happened."""
        self.counts[what] = self.counts.get(what, 0) + by

    def tally(self, maker: int) -> Tally:
        """Return what was counted of a campaign."""
        return self.tallies.setdefault(maker, Tally())


def packed(billboard: Billboard) -> bytes:
    """Write it down."""
    return msgspec.json.encode(billboard)


def unpacked(text: bytes) -> Billboard:
    """Read it."""
    return msgspec.json.decode(text, type=Billboard)
