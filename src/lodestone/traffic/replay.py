"""Replay a decision from its receipt's own contents: prices, pool order, draw, slots, propensities.

Predicting again is another question (the serving state has moved on); here only what the receipt
holds is used, with the policy and the price vector it names, and every result must agree to the bit.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from lodestone.base.arrays import Ints
from lodestone.events.outcomes import Source
from lodestone.traffic.choose import Contest, behind, choose, draw, rules_of
from lodestone.traffic.decision import Choice, Decision, DropReason
from lodestone.traffic.kernels import Kernels
from lodestone.traffic.net import pool_net
from lodestone.traffic.paid import differences, page_rules, slate_net
from lodestone.traffic.policy import Policy, worth_vector
from lodestone.traffic.prices import PriceVector, pace_of

_NO_CAMPAIGNS: Final[Mapping[str, int]] = MappingProxyType({})
IN_CONTEST = frozenset(
    {
        DropReason.SHOWN,
        DropReason.OUTBID,
        DropReason.RUNNER_UP,
        DropReason.AUTHOR_FULL,
        DropReason.TOO_CLOSE,
        DropReason.TOPIC_SHOWN,
        DropReason.NOT_FINITE,
    }
)
"""Reasons of candidates that passed every filter: what exploration may draw from."""


@dataclass(frozen=True, slots=True)
class Replay:
    """Whether a decision replays, and what differs when it does not."""

    identical: bool
    differences: tuple[str, ...]


def replay(
    kernels: Kernels,
    decision: Decision,
    policy: Policy,
    prices: PriceVector,
    campaigns: Mapping[str, int] = _NO_CAMPAIGNS,
) -> Replay:
    """Decide again from a receipt and compare field by field.

    Args:
        kernels: Compiled or plain.
        decision: As the receipt holds it.
        policy: The one that it names.
        prices: The vector that it names.
        campaigns: The numbers of the campaigns on it, as the vector knows them.
    """
    differences = (
        *_differences(kernels, decision, policy, prices),
        *_paces(decision, prices, campaigns),
    )
    return Replay(not differences, differences)


def _paces(decision: Decision, prices: PriceVector, campaigns: Mapping[str, int]) -> Iterator[str]:
    """Hold the pace of every ad that came to the auction against the price of its campaign's budget.

    A vector that prices no budget was stored before vectors held paces, or before any campaign had one.
    """
    if decision.paid is None or not prices.budgets:
        return
    ads = decision.paid.ads
    for name, campaign, pace in zip(ads.ad_id, ads.campaign_id, ads.pace.tolist(), strict=True):
        follows = pace_of(prices.budgets, campaigns[campaign]) if campaign in campaigns else pace
        if pace != follows:
            yield f"pace of {name}: {pace} was recorded, {follows} follows"


def _differences(
    kernels: Kernels, decision: Decision, policy: Policy, prices: PriceVector
) -> Iterator[str]:
    if (policy.version, prices.version) != (decision.policy_version, decision.price_version):
        yield "versions: the policy or the prices handed in are not the receipt's"
        return
    again, net = decide_again(kernels, decision, policy, prices)
    contended = net[decision.pinned :]
    if np.any(contended[:-1] < contended[1:]):
        yield "pool: its order does not follow from chances, worths and prices"
    was = decision.choice
    for name in (
        "explored_slot",
        "draw_propensity",
        "slate_propensity",
        "objective",
        "bound",
        "exact",
        "author_max",
        "author_gap",
    ):
        if getattr(was, name) != getattr(again, name):
            yield f"{name}: {getattr(was, name)} was recorded, {getattr(again, name)} follows"
    if not np.array_equal(was.pool_index, again.pool_index):
        yield f"slate: {was.pool_index.tolist()} was recorded, {again.pool_index.tolist()} follows"
    if not np.array_equal(was.propensity, again.propensity):
        yield "propensity: the recorded propensities do not follow"
    shown = set(decision.candidate[decision.reason == DropReason.SHOWN].tolist())
    if shown != set(decision.pool.item[was.pool_index].tolist()):
        yield "reasons: the candidates without a drop reason are not the slate"
    if decision.paid is not None:
        attention = rules_of(policy, decision.slots, prices.slot_value).attention
        rules = page_rules(policy, attention, again.pool_index.size, decision.pinned)
        yield from differences(
            kernels, decision.paid, policy, slate_net(net, again), rules, decision.surface,
            personalised=decision.personalised,
        )  # fmt: skip


def decide_again(
    kernels: Kernels, decision: Decision, policy: Policy, prices: PriceVector
) -> tuple[Choice, Ints]:
    """Return the choice that follows from a receipt's pool, and the pool's net scores."""
    pool, pinned = decision.pool, decision.pinned
    net = pool_net(kernels, pool, np.array(worth_vector(policy)), prices)
    passed = decision.candidate[np.isin(decision.reason, [int(reason) for reason in IN_CONTEST])]
    passed = passed[~np.isin(passed, pool.item[:pinned])]
    rules = rules_of(policy, decision.slots, prices.slot_value, decision.slate_rules).behind(pinned)
    drawn = draw(kernels, decision.seed, rules.share, decision.slots - pinned, passed.size)
    item, source = pool.item[pinned:], pool.source[pinned:]
    index = -1
    if drawn.candidate >= 0:
        places = np.flatnonzero(item == passed[drawn.candidate])
        index = int(places[0]) if places.size else -1
    natural = index < 0 or source[index] != Source.EXPLORATION
    author = np.empty(item.size, np.int32)
    kernels.pool.number(pool.author[pinned:], author)
    contest = Contest(net[pinned:], author, pool.topic[pinned:], index, bool(natural), passed.size)
    return behind(choose(kernels, contest, rules, drawn), pinned), net
