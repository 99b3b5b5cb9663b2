"""Whether an ad group is taken as sent."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from lodestone.ads.ad_group import AdGroupIn, Targeting, TargetPlace
from lodestone.ads.campaign import CampaignIn
from lodestone.ads.judge_campaign import activates, judge_money, judge_state
from lodestone.ads.objective import ACTIONS, BID, COST, RESERVE_COINS, RETURN, STRATEGIES
from lodestone.ads.refusals import AdRefusal, Fault
from lodestone.ads.segments import OWNED, SEGMENTS
from lodestone.base.money import minor_unit
from lodestone.base.wire import Money

_R = AdRefusal
_SHOPS = "customers"
"""The segment that only a shop has."""


@dataclass(frozen=True, slots=True)
class TargetingContext:
    """What judging a targeting needs of how things stand."""

    of_shop: bool
    """Whether the advertiser is a shop."""
    domains: Mapping[str, str]
    """Kind by id, of the domains that are named and there."""
    people: Collection[str]
    """Ids of those who are named and there."""


@dataclass(frozen=True, slots=True)
class GroupContext:
    """What judging an ad group needs of how things stand."""

    before: AdGroupIn | None
    """As it is; None for a new one."""
    campaign: CampaignIn
    targeting: TargetingContext
    currency: str


def judge_group(group: AdGroupIn, context: GroupContext) -> Iterator[Fault]:
    """Yield every reason to refuse an ad group, in no order."""
    before = context.before
    yield from judge_state(None if before is None else before.state, group.state)
    if before is not None and before.campaign_id != group.campaign_id:
        yield Fault(_R.CAMPAIGN_FIXED, "campaign_id")
    starts = before is None or activates(before.state, group.state)
    if context.campaign.state == "ended" and starts:
        yield Fault(_R.PARENT_ENDED, "campaign_id")
    objective = context.campaign.objective
    if group.strategy not in STRATEGIES[objective]:
        yield Fault(_R.STRATEGY_MISMATCH, "strategy", ", ".join(STRATEGIES[objective]))
    if group.optimise_for is not None and group.optimise_for not in ACTIONS[objective]:
        yield Fault(_R.ACTION_MISMATCH, "optimise_for", ", ".join(ACTIONS[objective]))
    if group.strategy in RETURN and group.optimise_for not in (None, "order"):
        yield Fault(_R.ACTION_MISMATCH, "optimise_for", "order: nothing else returns money")
    yield from _judge_bid(group, context)
    yield from judge_targeting(group.targeting, context.targeting)


def _judge_bid(group: AdGroupIn, context: GroupContext) -> Iterator[Fault]:
    takes = {
        "bid": (group.bid, group.strategy in BID),
        "target": (group.target, group.strategy in COST or group.strategy in RETURN),
    }
    for field, (value, wanted) in takes.items():
        if value is None and wanted:
            yield Fault(_R.BID_MISSING, field, group.strategy)
        if value is not None and not wanted:
            yield Fault(_R.BID_NOT_TAKEN, field, group.strategy)
    cost = group.target if isinstance(group.target, Money) else None
    if group.target is not None and (group.strategy in COST) != (cost is not None):
        yield Fault(_R.TARGET_MISMATCH, "target", group.strategy)
    budget = context.campaign.budget
    most = min(
        money.micros for money in (budget.daily, budget.lifetime) if money is not None
    )  # a campaign that was taken has one of them
    for field, money in (("bid", group.bid), ("target", cost)):
        yield from judge_money(money, context.currency, field)
        if money is not None and money.micros > most:
            yield Fault(_R.BID_OVER_BUDGET, field, f"{most} micros")
    reserve = RESERVE_COINS.get(group.strategy, 0) * minor_unit(context.currency)
    if group.bid is not None and group.bid.micros < reserve:
        yield Fault(_R.BID_UNDER_RESERVE, "bid", f"{reserve} micros")


def judge_targeting(targeting: Targeting, context: TargetingContext) -> Iterator[Fault]:
    """Yield every reason to refuse a targeting, in no order."""
    for index, place in enumerate(targeting.places):
        yield from _judge_place(place, context, f"targeting.places[{index}]")
    for field in ("segments_in", "segments_out"):
        for index, name in enumerate(getattr(targeting, field)):
            yield from _judge_segment(name, context, f"targeting.{field}[{index}]")
    if targeting.lookalike_of is not None:
        yield from _judge_segment(targeting.lookalike_of, context, "targeting.lookalike_of")
        if targeting.lookalike_of in SEGMENTS and targeting.lookalike_of not in OWNED:
            yield Fault(_R.SEGMENT_NOT_OWNED, "targeting.lookalike_of")
    for index, name in enumerate(targeting.followers_of):
        if name not in context.people:
            yield Fault(_R.CREATOR_UNKNOWN, f"targeting.followers_of[{index}]")
    if targeting.segments_in and set(targeting.segments_in) <= set(targeting.segments_out):
        yield Fault(_R.AUDIENCE_EMPTY, "targeting.segments_in")


def _judge_place(place: TargetPlace, context: TargetingContext, path: str) -> Iterator[Fault]:
    if place.radius_km is not None and place.position is None:
        yield Fault(_R.RADIUS_WITHOUT_CENTRE, f"{path}.radius_km")
    if place.domain_id is None:
        if place.position is None:
            yield Fault(_R.PLACE_EMPTY, path)
        return
    if place.position is not None:
        yield Fault(_R.PLACE_TWICE, f"{path}.domain_id")
    kind = context.domains.get(place.domain_id)
    if kind is None:
        yield Fault(_R.DOMAIN_UNKNOWN, f"{path}.domain_id")
    elif kind != "place":
        yield Fault(_R.DOMAIN_NOT_A_PLACE, f"{path}.domain_id")


def _judge_segment(name: str, context: TargetingContext, path: str) -> Iterator[Fault]:
    if name not in SEGMENTS:
        yield Fault(_R.SEGMENT_UNKNOWN, path, ", ".join(SEGMENTS))
    elif name == _SHOPS and not context.of_shop:
        yield Fault(_R.SEGMENT_OF_SHOPS, path)
