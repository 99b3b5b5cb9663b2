"""What is asked before money is spent, and what is answered: people, impressions, actions and cost at several budgets."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from lodestone.ads.ad_group import Targeting
from lodestone.ads.objective import Action
from lodestone.base.wire import AppId, Money

BUDGETS_MAX: Final = 8
BUDGETS: Final = (10, 30, 100, 300)
"""Daily budgets that are looked at where none is named, in whole units of the currency."""


class ForecastIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """An audience, and what would be offered to reach it."""

    targeting: Targeting = Targeting()
    """As of an ad group; left out: everybody."""
    advertiser_id: AppId | None = None
    """Whose customers and followers are meant; needed where the targeting speaks of them."""
    optimise_for: Action = "click"
    bid: Money | None = None
    """For one action; left out: what `max_delivery` offers at the largest budget."""
    daily_budgets: Annotated[tuple[Money, ...], Meta(max_length=BUDGETS_MAX)] = ()
    """Left out: four of different size."""


class RangeOut(msgspec.Struct, frozen=True, kw_only=True):
    """A figure of a day like the last one: expected, and between which values nine days of ten lie."""

    low: float
    expected: float
    high: float


class MoneyRangeOut(msgspec.Struct, frozen=True, kw_only=True):
    """The same of money."""

    low: Money
    expected: Money
    high: Money


class ForecastRow(msgspec.Struct, frozen=True, kw_only=True):
    """What one daily budget would bring."""

    daily_budget: Money
    reach: RangeOut
    """Different people who see the ad."""
    impressions: RangeOut
    actions: RangeOut
    cost: MoneyRangeOut
    limited_by: str
    """`budget`; `audience` where it costs less than that to reach all that the bid wins."""


class ForecastOut(msgspec.Struct, frozen=True, kw_only=True):
    """What a day like the last one would bring, were there no other ads."""

    reachable: RangeOut
    """People whom the targeting fits, children left out."""
    action: str
    bid: Money
    pages: int
    """Pages of the last day on which the ad was tried."""
    pages_of_day: int
    """How many that day had that the ad could have stood on, by the share of those looked at."""
    budgets: list[ForecastRow]
