"""A boost: somebody buys reach for a post of their own at the community's price; as sent and as read back.

    promised = floor(amount / price)        what is paid for at least, where pages have room for it
    charged <= delivered x price            each unit costs what its auction says, at most the price
    amount = charged + back                 whatever was not charged goes back, once

so that a unit which was promised and not delivered brings back its price at least.
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import Annotated, Final, Literal, NamedTuple, TypeAlias

import msgspec
from msgspec import Meta

from lodestone.ads.bids import MILLE
from lodestone.ads.campaign import Frequency
from lodestone.ads.forecast import RangeOut
from lodestone.ads.objective import RESERVE_COINS, Objective
from lodestone.base.money import Micros, minor_unit
from lodestone.base.wire import AppId, Money, TimeText

HOURS_MAX: Final = 168
"""Hours in which a boost is delivered, at most: a week."""
FREQUENCY: Final = Frequency(impressions=3, days=1)
"""How often one person sees a boost, as of a local campaign."""
Buys: TypeAlias = Literal["impressions", "follows", "shop_visits"]
BUYS: Final[tuple[Buys, ...]] = ("impressions", "follows", "shop_visits")
"""As they are stored."""
OBJECTIVE_OF: Final[dict[Buys, Objective]] = {
    "impressions": "reach", "follows": "followers", "shop_visits": "shop_visits",
}  # fmt: skip
PayFrom: TypeAlias = Literal["manual", "earnings"]
SOURCES: Final[tuple[PayFrom, ...]] = ("manual", "earnings")
"""As they are stored."""


class BoostState(IntEnum):
    """Where a boost stands; numbers are stored and never change."""

    RUNNING = 1
    ENDING = 2
    """It is shown no more; what was shown may still be charged, or is given back."""
    ENDED = 3
    """What was not charged went back."""


class BoostEnd(IntEnum):
    """Why a boost came to its end; numbers are stored and never change."""

    HOURS = 1
    STOPPED = 2
    WITHDRAWN = 3
    ERASED = 4


class BoostIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A boost as an app sends it: the first write pays for it, and it stays as it was sent."""

    person_id: AppId
    """Who pays; the post is theirs."""
    item_id: AppId
    buys: Buys
    amount: Money
    """Above zero, in whole coins of the community's currency."""
    hours: Annotated[int, Meta(ge=1, le=HOURS_MAX)]
    """In which it is delivered."""
    pay_from: PayFrom = "manual"
    """Money that the app has collected itself, or what the person has earned here and not been paid out."""


class BoughtBoost(msgspec.Struct, frozen=True, kw_only=True):
    """A boost as it was bought, and where it stands."""

    id: str
    person_id: str | None
    """Null once they have been erased."""
    item_id: str
    buys: str
    amount: Money
    hours: int
    pay_from: str
    price: Money
    """Of one unit, at most; the community's at the time."""
    promised: int
    """Units that the amount pays for at that price."""
    refunded: Money | None
    """What went back; null until it has ended."""
    state: Literal["running", "ending", "ended"]
    ended_by: Literal["hours", "stopped", "withdrawn", "erased"] | None
    starts_at: TimeText
    ends_at: TimeText
    campaign_id: str
    """Of its campaign, in reports of ads and in receipts."""


class BoostOut(BoughtBoost, frozen=True, kw_only=True):
    """A boost as it is read back."""

    delivered: int
    """Units so far."""
    spent: Money
    """What they cost."""


class BoostForecastOut(msgspec.Struct, frozen=True, kw_only=True):
    """What a boost would come to; nothing is written."""

    price: Money
    promised: int
    likely: RangeOut
    """Units that its hours would bring by the last day's pages, were there no other ads."""
    reachable: RangeOut
    """People whom it could be shown to."""


class Back(NamedTuple):
    """What goes back of a boost, micros."""

    coins: Micros
    """To where it came from."""
    rest: Micros
    """Less than a coin of what an app collected, which no app can pay out: to what the person has earned."""


def unit_price(prices: Mapping[str, int], buys: Buys, currency: str) -> Micros | None:
    """Return what one unit costs at most, micros; None where the community does not sell it.

    Args:
        prices: The policy's `boost_prices`, micros.
        buys: What is bought.
        currency: The community's: no price is below the least bid for the same.

    >>> unit_price({"follows": 500_000, "impressions": 1}, "follows", "CNY")
    500000
    >>> unit_price({"follows": 500_000, "impressions": 1}, "impressions", "CNY")
    100
    """
    price = prices.get(buys, 0)
    if price <= 0:
        return None
    coin = minor_unit(currency)
    least = RESERVE_COINS["bid_cap"] * coin
    if buys == "impressions":
        least = RESERVE_COINS["manual_cpm"] * coin // MILLE
    return Micros(max(price, least))


def promised(amount: int, price: int) -> int:
    """Return how many units an amount pays for, both micros.

    >>> promised(1_000_000, 300_000)
    3
    """
    return amount // price


def least_amount(price: int, currency: str) -> Micros:
    """Return the least amount that pays for one unit, in whole coins.

    >>> least_amount(15_001, "CNY")
    20000
    """
    coin = minor_unit(currency)
    return Micros(-(-price // coin) * coin)


def parts_back(back: int, pay_from: PayFrom, currency: str) -> Back:
    """Return how what was not charged is divided, whole: an app can pay back whole coins only.

    >>> parts_back(123_456, "manual", "CNY"), parts_back(123_456, "earnings", "CNY")
    (Back(coins=120000, rest=3456), Back(coins=123456, rest=0))
    """
    rest = back % minor_unit(currency) if pay_from == "manual" else 0
    return Back(Micros(back - rest), Micros(rest))
