"""What ads brought and what that cost, as it is answered."""

from typing import Final, Literal, TypeAlias

import msgspec

from lodestone.base.wire import Money

Level: TypeAlias = Literal["advertiser", "campaign", "ad_group", "ad"]
Part: TypeAlias = Literal["day", "place", "domain", "creative"]
PARTS: Final[tuple[Part, ...]] = ("day", "place", "domain", "creative")
"""By what rows are divided, in the order in which they are written."""


class Impressions(msgspec.Struct, frozen=True, kw_only=True):
    """How often ads were seen."""

    gross: int
    invalid: int
    """Of those: by bots, by the author of what is shown, and what else the rules of invalid traffic name."""
    net: int


class OutcomeCounts(msgspec.Struct, frozen=True, kw_only=True):
    """What followed, net of invalid traffic and of what was taken back whole."""

    click: int
    long_view: int
    follow: int
    shop_visit: int
    order: int
    redeem: int
    conversion: int


class OutcomeCosts(msgspec.Struct, frozen=True, kw_only=True):
    """What was spent for each of a kind, rounded to the nearest micro; null where there was none."""

    viewable: Money | None
    click: Money | None
    long_view: Money | None
    follow: Money | None
    shop_visit: Money | None
    order: Money | None
    redeem: Money | None
    conversion: Money | None


class OrganicFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The same of the same posts in slots that nobody paid for: no part of the other figures."""

    impressions: int
    outcomes: OutcomeCounts
    """Of orders and the like those that no ad has."""
    order_value: Money


class AdFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What was shown, what came of it and what it cost."""

    impressions: Impressions
    viewable: int
    """Net impressions of which half was on the screen for a second, of a video for two."""
    reach: int
    """Different people among the net impressions; who was not signed in cannot be told apart and is left out."""
    frequency: float | None
    """Net impressions of each of them on average; null where there is none."""
    outcomes: OutcomeCounts
    order_value: Money
    """What the orders came to, less what was refunded."""
    charges: int
    """Slots that were charged, less those that were given back."""
    spend: Money
    """Charges less what was given back: what the ledger says."""
    cost_per: OutcomeCosts
    organic: OrganicFigures


class AdReportRow(AdFigures, frozen=True, kw_only=True):
    """The figures of one object, or of one part of it."""

    id: str | None
    """Of the advertiser, campaign, ad group or ad; null where a lost receipt leaves open which ad it was."""
    name: str
    day: str | None
    """On which the slots were served. Null, as the next three, where rows are not divided by it."""
    place: str | None
    """The smallest place in which the viewer said they were; null too where they said nothing, or lay in none."""
    domain: str | None
    """The middle domain whose page it was, else `public`, or `private` on the page of those whom one follows."""
    creative: str | None
    """The post that was shown."""


class Attribution(msgspec.Struct, frozen=True, kw_only=True):
    """By which rules it was counted."""

    model: str
    version: int
    """Of the attribution rules."""
    billing_version: int
    invalid_version: int


class AdReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report of ads over the slots that were served in a span of days."""

    level: Level
    by: list[Part]
    first: str = msgspec.field(name="from")
    last: str = msgspec.field(name="to")
    settled_before: str
    """From this day on more may still be charged, or be put down to ads; on days before only invalid traffic that is
    recognised later, and refunds, change what is said."""
    attribution: Attribution
    rows: list[AdReportRow]
    """By id, then day, place, domain and creative."""
    total: AdFigures
    """Of all rows together: reach counts everybody once, and of organic figures every post once."""
