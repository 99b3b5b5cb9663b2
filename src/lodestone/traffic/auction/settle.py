"""Decide the page and what each ad on it pays.

    due       exact, whole units for the appearance
    charged   due / p for a seen impression, due / (p x chance of the action) for an action; whole micros, rounded down

Rounding is always for the payer: nothing is charged above the bid, and nothing for what is not shown. In units a false bid
gains nothing at all; rounding down to whole micros can move what one pays by less than a micro.
"""

from dataclasses import replace
from typing import Any, Final

import numpy as np

from lodestone.base.arrays import Floats, Ints
from lodestone.base.money import Micros
from lodestone.traffic.auction import exact, greedy, page
from lodestone.traffic.auction.inputs import (
    UNLIMITED,
    WEIGHT_ONE,
    Ads,
    Organics,
    PageRules,
    Problem,
)
from lodestone.traffic.auction.kernels import Kernels
from lodestone.traffic.auction.outcome import Outcome, PaymentRule, Winner
from lodestone.traffic.auction.problem import check, problem_of, weights
from lodestone.traffic.prices import NET_UNIT

_ORGANIC: Final = -1


def truthful_rule(organics: Organics, ads: Ads, rules: PageRules) -> PaymentRule:
    """Return the rule under which the true bid is best: `CRITICAL` where an author's spacing or cap can bind, else `VCG`.

    No bid has a say in it, or one could choose its rule.
    """
    if rules.author_gap == 0 and rules.author_max >= UNLIMITED:
        return PaymentRule.VCG
    mine = ads.author[ads.author >= 0]
    alone = np.unique(mine).size == mine.size
    if rules.author_max >= 1 and alone and not np.isin(mine, organics.author).any():
        return PaymentRule.VCG
    return PaymentRule.CRITICAL


def settle(
    kernels: Kernels, organics: Organics, ads: Ads, rules: PageRules, rule: PaymentRule
) -> Outcome:
    """Fill the page and price it; `VCG` falls back to `CRITICAL` when the search runs out of `exact.NODES_MAX`.

    `VCG` may be asked for only where `truthful_rule` says so.
    """
    spaced = truthful_rule(organics, ads, rules) is PaymentRule.CRITICAL
    assert not (spaced and rule is PaymentRule.VCG)
    if rule is PaymentRule.VCG or (rule is PaymentRule.FIRST_PRICE and not spaced):
        check(organics, ads, rules)
        outcome = best_page(kernels, organics.net, *page.matrices(ads), rules, rule)
        if outcome is not None:
            return outcome
        rule = PaymentRule.CRITICAL if rule is PaymentRule.VCG else rule
    return _on_a_greedy_page(kernels, problem_of(kernels, organics, ads, rules), ads, rules, rule)


def best_page(
    kernels: Kernels,
    net: Ints,
    whole: Ints,
    real: Floats,
    rules: PageRules,
    rule: PaymentRule = PaymentRule.VCG,
) -> Outcome | None:
    """Fill the page as well as can be and price it; None where the search ran out of `exact.NODES_MAX`.

    For pages on which no author's spacing binds, see `truthful_rule`: then it is `settle` without what is the same each time.

    Args:
        kernels: Compiled or plain.
        net: Shape (posts,). Net scores of the organic slate, sixteenths of a micro.
        whole: See `page.best`, as are the real numbers.
        real: See there.
        rules: Where ads may stand.
        rule: `VCG` or `FIRST_PRICE`.
    """
    weight, slots = weights(kernels, rules), rules.attention.size
    by_slot = np.empty((2, slots), np.int64)
    figures = np.empty((weight.shape[0], page.FIGURES), np.int64)
    summary, reason = np.empty(page.SUMMARY, np.int64), np.empty(whole.shape[1], np.uint8)
    count = kernels.page.best(
        net, whole, real,
        (weight, rules.gap, rules.first, rules.one_per_author, exact.NODES_MAX, rules.load_price),
        (by_slot, figures, summary, reason),
    )  # fmt: skip
    worth, alone, nodes, is_exact, filled, posts = summary.tolist()
    if not is_exact:
        return None
    winners = []
    for ad, slot, p, due, organic, others, own, runner_up, bid in figures[:count].tolist():
        if rule is PaymentRule.FIRST_PRICE:
            due, others, own = bid * p, 0, 0  # noqa: PLW2901
        place, parts = (ad, slot, p, bid), (due, organic, others, own)
        offer = int(whole[2, ad]), float(real[2, ad])
        winners.append(_winner(offer, place, parts, runner_up, None))
    return Outcome(
        organic=by_slot[0, :filled],
        ad=by_slot[1, :filled],
        rule=rule,
        worth=worth,
        worth_without_ads=alone,
        winners=tuple(winners),
        reason=reason,
        nodes=nodes,
        displaced=np.arange(posts, min(slots, net.size)),
    )


def _on_a_greedy_page(
    kernels: Kernels, problem: Problem, ads: Ads, rules: PageRules, rule: PaymentRule
) -> Outcome:
    limits = (
        problem.weight, rules.gap, rules.first, rules.one_per_author, problem.organic_author,
        rules.author_gap, rules.author_max,
    )  # fmt: skip
    slate = np.empty(rules.attention.size, np.int64)
    figures = np.empty((problem.weight.shape[0], greedy.FIGURES), np.int64)
    count = kernels.greedy.fill(problem.organic, problem.ads, limits, slate, figures)
    winners = []
    for x, slot, p, organics, runner_up in figures[:count].tolist():
        steps = _steps(kernels.greedy, problem, limits, x)
        if rule is PaymentRule.CRITICAL:
            due = critical_due(steps)
        elif rule is PaymentRule.GSP:
            due = int(steps[-1, 0]) * p
        else:
            due = int(problem.ads[0][x]) * p
        parts = (due, organics, 0, 0)
        place = int(problem.handed[x]), slot, p, int(problem.ads[0][x])
        instead = int(problem.handed[runner_up]) if runner_up >= 0 else -1
        offer = int(ads.bid[place[0]]), float(ads.action[place[0]])
        winners.append(_winner(offer, place, parts, instead, steps))
    return _outcome(problem, slate, rule, winners)


def explained(
    kernels: Kernels, organics: Organics, ads: Ads, rules: PageRules, outcome: Outcome
) -> Outcome:
    """Return an outcome with the steps of every winner; on the best page they take longer than all the rest, and no payment needs them."""
    if all(winner.steps is not None for winner in outcome.winners):
        return outcome
    problem = problem_of(kernels, organics, ads, rules)
    limits = _limits(problem, rules)
    places = {index: x for x, index in enumerate(problem.handed.tolist())}
    winners = tuple(
        winner._replace(steps=_steps(kernels.exact, problem, limits, places[winner.ad]))
        for winner in outcome.winners
    )
    return replace(outcome, winners=winners)


def _limits(problem: Problem, rules: PageRules) -> tuple[Any, ...]:
    return problem.weight, rules.gap, rules.first, rules.one_per_author, exact.NODES_MAX


def critical_due(steps: Ints) -> int:
    """Return what an ad owes whose attention rises by these steps, shape (steps, 2): bid, weight; units.

    >>> critical_due(np.array([[4, 500], [10, 1000]]))
    7000
    """
    due, before = 0, 0
    for bid, weight in steps.tolist():
        due += bid * (weight - before)
        before = weight
    return due


def _steps(module: Any, problem: Problem, limits: tuple[Any, ...], x: int) -> Ints:
    out = np.empty((problem.weight.size + 1, 2), np.int64)
    return out[: module.breakpoints(problem.organic, problem.ads, limits, x, out)].copy()


def _winner(
    offer: tuple[int, float],
    place: tuple[int, int, int, int],
    parts: tuple[int, int, int, int],
    runner_up: int,
    steps: Ints | None,
) -> Winner:
    ad, slot, weight, bid = place
    due, organics, others, own = parts
    asked, action = offer
    assert 0 <= due <= bid * weight
    return Winner(
        ad, slot, weight, bid, due, _for_impression(due, weight),
        _for_action(due, weight, action, asked),
        organics, others, own, runner_up, steps,
    )  # fmt: skip


def _for_impression(due: int, weight: int) -> Micros:
    return Micros(due // (NET_UNIT * weight)) if weight else Micros(0)


def _for_action(due: int, weight: int, action: float, bid: int) -> Micros:
    above, below = action.as_integer_ratio()
    if not weight or not above:
        return Micros(0)
    return Micros(min(due * below // (NET_UNIT * weight * above), bid))


def _worth(problem: Problem, slate: list[int]) -> int:
    """Return what a page is worth, by definition; units."""
    bid, user, price = (column.tolist() for column in problem.ads[:3])
    weight, organic = problem.weight.tolist(), problem.organic.tolist()
    worth, k = 0, 0
    for s, x in enumerate(slate):
        if x == _ORGANIC:
            worth += weight[k][s] * organic[s - k]
        elif x >= 0:
            worth += weight[k][s] * (bid[x] + user[x]) - WEIGHT_ONE * price[x]
            k += 1
    return int(worth)


def _outcome(problem: Problem, slate: Ints, rule: PaymentRule, winners: list[Winner]) -> Outcome:
    organic, ad, posts = [], [], 0
    for x in slate.tolist():
        if x < _ORGANIC:
            break
        organic.append(posts if x == _ORGANIC else -1)
        ad.append(-1 if x == _ORGANIC else int(problem.handed[x]))
        posts += x == _ORGANIC
    alone = min(slate.size, problem.organic.size)
    return Outcome(
        organic=np.array(organic, np.int64),
        ad=np.array(ad, np.int64),
        rule=rule,
        worth=_worth(problem, slate.tolist()),
        worth_without_ads=int(problem.weight[0, :alone] @ problem.organic),
        winners=tuple(winners),
        reason=problem.reason,
        nodes=0,
        displaced=np.arange(posts, alone),
    )
