"""What a campaign is for, how it may bid, and which action each of them buys."""

from typing import Final, Literal, TypeAlias

Objective: TypeAlias = Literal[
    "followers", "shop_visits", "orders", "clicks", "long_views", "live_viewers", "reach"
]
Action: TypeAlias = Literal[
    "follow", "shop_visit", "order", "click", "long_view", "live_view", "impression"
]
Strategy: TypeAlias = Literal[
    "max_delivery",
    "bid_cap",
    "cost_cap",
    "target_cpa",
    "target_roas",
    "manual_cpc",
    "manual_cpm",
]
ACTIONS: Final[dict[Objective, tuple[Action, ...]]] = {
    "followers": ("follow", "click"),
    "shop_visits": ("shop_visit", "click"),
    "orders": ("order", "shop_visit", "click"),
    "clicks": ("click",),
    "long_views": ("long_view",),
    "live_viewers": ("live_view", "click"),
    "reach": ("impression",),
}
"""What an ad group of each objective may be optimised for; the first unless it says otherwise."""
STRATEGIES: Final[dict[Objective, tuple[Strategy, ...]]] = {
    "followers": ("max_delivery", "bid_cap", "cost_cap", "target_cpa", "manual_cpc", "manual_cpm"),
    "shop_visits": ("max_delivery", "bid_cap", "cost_cap", "target_cpa", "manual_cpc", "manual_cpm"),
    "orders": (
        "max_delivery", "bid_cap", "cost_cap", "target_cpa", "target_roas", "manual_cpc", "manual_cpm",
    ),
    "clicks": ("max_delivery", "bid_cap", "cost_cap", "manual_cpc", "manual_cpm"),
    "long_views": ("max_delivery", "bid_cap", "cost_cap", "target_cpa", "manual_cpm"),
    "live_viewers": ("max_delivery", "bid_cap", "cost_cap", "target_cpa", "manual_cpc", "manual_cpm"),
    "reach": ("max_delivery", "bid_cap", "manual_cpm"),
}  # fmt: skip
"""How a campaign of each objective may bid: a return needs orders to return anything, an impression has no cost to aim at."""
BID: Final[frozenset[Strategy]] = frozenset({"bid_cap", "manual_cpc", "manual_cpm"})
"""Strategies that name a bid."""
COST: Final[frozenset[Strategy]] = frozenset({"cost_cap", "target_cpa"})
"""Strategies that name what an action may cost."""
RETURN: Final[frozenset[Strategy]] = frozenset({"target_roas"})
"""Strategies that name what comes back for what is spent."""
RESERVE_COINS: Final[dict[Strategy, int]] = {"bid_cap": 1, "manual_cpc": 1, "manual_cpm": 10}
"""The least bid, in the currency's smallest coins: for an action, a click, a thousand impressions."""
