"""What an ad would bring: more for more, never above the budget, and true of days that were not looked at."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.base.money import Micros
from lodestone.traffic.auction.forecast import (
    BIDS,
    PACES,
    Opportunity,
    curve_of,
    forecast,
    winning_bids,
)
from lodestone.traffic.auction.inputs import Ads, Organics, PageRules
from lodestone.traffic.auction.kernels import COMPILED, PLAIN
from lodestone.traffic.auction.settle import settle, truthful_rule
from lodestone.traffic.slots import attention_of

ATTENTION = attention_of(8, 0.85)
RULES = PageRules(ATTENTION)
BID = Micros(400_000)


def day_of(chance, viewers=60, mean=2.5):
    """Draw the pages of one day: each viewer comes a few times and has a taste for the action."""
    pages = []
    for viewer in range(viewers):
        for _ in range(chance.poisson(mean)):
            net = np.sort(chance.lognormal(9.0, 1.0, 9).astype(np.int64))[::-1]
            organics = Organics(net, np.arange(9, dtype=np.int32))
            action = float(np.clip(0.02 + 0.02 * (viewer % 3) * chance.random(), 0, 1))
            pages.append(Opportunity(viewer, organics, RULES, action, float(chance.normal(0, 100))))  # fmt: skip
    return pages


def bought(pages, pace, chance):
    """Live a day at a pace, with the viewers' own chances; return reach, impressions, actions and micros charged."""
    seen_by, impressions, actions, spent = set(), 0, 0, 0
    for page in pages:
        ads = Ads(
            np.array([BID]),
            np.array([page.action]),
            np.array([pace]),
            np.array([page.user]),
            np.zeros(1),
            np.zeros(1, np.int32),
            np.full(1, -1, np.int32),
            np.zeros(1),
        )
        rule = truthful_rule(page.organics, ads, RULES)
        for winner in settle(COMPILED, page.organics, ads, RULES, rule).winners:
            if chance.random() >= winner.weight / 1_000_000:
                continue
            impressions += 1
            seen_by.add(page.viewer)
            if chance.random() < page.action:
                actions += 1
                spent += winner.payment_action
    return len(seen_by), impressions, actions, spent


def test_days_that_were_not_looked_at_fall_into_the_intervals():
    inside = []
    for seed in range(24):
        chance = np.random.default_rng(seed)
        curve = curve_of(COMPILED, day_of(chance), BID, by_action=True)
        whole = forecast(curve, [Micros(10**12)], 1.0, chance)[0]
        half = forecast(curve, [Micros(int(whole.cost.middle / 2))], 1.0, chance)[0]
        for plan in (whole, half):
            reach, impressions, actions, _ = bought(day_of(chance), plan.pace, chance)
            for actual, range_ in ((reach, plan.reach), (impressions, plan.impressions), (actions, plan.actions)):  # fmt: skip
                inside.append(range_.low <= actual <= range_.high)

    assert np.mean(inside) >= 0.8


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.lists(st.integers(1, 10**7), min_size=2, max_size=6, unique=True))
def test_a_larger_budget_brings_no_less_and_none_is_passed(seed, budgets):
    chance = np.random.default_rng(seed)
    curve = curve_of(PLAIN, day_of(chance, viewers=6), BID, by_action=True)
    budgets = [Micros(budget) for budget in sorted(budgets)]

    plans = forecast(curve, budgets, 1.0, chance)

    least = float(curve.cost[:, 0].sum())
    for poorer, richer in pairwise(plans):
        assert poorer.impressions.middle <= richer.impressions.middle + 1e-9
        assert poorer.pace <= richer.pace
    for budget, plan in zip(budgets, plans, strict=True):
        assert plan.cost.middle <= max(budget, least) + 1e-6
        assert plan.reach.middle <= plan.impressions.middle + 1e-9
        assert PACES[0] <= plan.pace <= 1.0


@pytest.mark.parametrize("by_action", [True, False])
def test_compiled_and_plain_draw_the_same_curve(by_action):
    pages = day_of(np.random.default_rng(5), viewers=8)

    compiled, plain = (curve_of(kernels, pages, BID, by_action=by_action) for kernels in (COMPILED, PLAIN))  # fmt: skip

    for ours, twin in zip(compiled, plain, strict=True):
        assert np.array_equal(ours, twin)
        assert (np.diff(ours, axis=1) >= -1e-9).all()


def test_nobody_to_be_reached_is_nothing_at_any_budget():
    curve = curve_of(PLAIN, [], BID, by_action=True)

    plan = forecast(curve, [Micros(1_000_000)], 1.0, np.random.default_rng(1))[0]

    assert (plan.reach, plan.impressions, plan.actions, plan.cost) == ((0.0,) * 3,) * 4


@pytest.mark.parametrize("kernels", [COMPILED, PLAIN])
@given(seed=st.integers(0, 2**32 - 1), reserve=st.sampled_from([0.0, 100.0, 5_000.0]))
@settings(max_examples=5, deadline=None)
def test_the_winning_bid_wins_its_page_and_the_one_below_does_not(kernels, seed, reserve):
    pages = day_of(np.random.default_rng(seed), viewers=6)
    least = winning_bids(kernels, pages, by_action=True, reserve=reserve)
    for page, bid in zip(pages, least.tolist(), strict=True):
        first = BIDS.index(bid) if bid < np.inf else len(BIDS)
        for place in {*range(0, len(BIDS), 24), max(0, first - 1), min(first, len(BIDS) - 1)}:
            assert wins(kernels, page, BIDS[place], reserve) is (place >= first)


def wins(kernels, page, bid, reserve):
    ads = Ads(
        np.array([bid]), np.array([page.action]), np.ones(1), np.array([page.user]), np.zeros(1),
        np.zeros(1, np.int32), np.full(1, -1, np.int32), np.array([reserve]),
    )  # fmt: skip
    rule = truthful_rule(page.organics, ads, RULES)
    return bool(settle(kernels, page.organics, ads, RULES, rule).winners)
