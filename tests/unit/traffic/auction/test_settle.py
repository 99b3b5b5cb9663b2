"""From bids in micros to a page and what is charged: whole micros, never above a bid, nothing for what is not shown."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.traffic.auction import (
    COMPILED,
    PLAIN,
    Ads,
    Organics,
    PageRules,
    PaymentRule,
    explained,
    quantise,
    quantise_kernel,
    settle,
    truthful_rule,
)
from lodestone.traffic.auction.inputs import DUE_UNIT, UNLIMITED, AdReason
from lodestone.traffic.auction.problem import problem_of
from lodestone.traffic.auction.settle import critical_due
from lodestone.traffic.prices import NET_UNIT
from lodestone.traffic.slots import attention_of

VCG, CRITICAL, GSP, FIRST = PaymentRule
EVERY_RULE = pytest.mark.parametrize("rule", list(PaymentRule), ids=lambda rule: rule.name)


def ads_of(bid, **given):
    count = len(bid)
    columns = {
        "action": [1.0] * count, "pace": [1.0] * count, "user": [0.0] * count, "price": [0.0] * count,
        "payer": range(count), "author": [-1] * count, "reserve": [0.0] * count,
    } | given  # fmt: skip
    floats = {name: np.array(columns[name], np.float64) for name in ("action", "pace", "user", "price", "reserve")}  # fmt: skip
    rows = {name: np.array(columns[name], np.int32) for name in ("payer", "author")}
    return Ads(bid=np.array(bid, np.int64), **floats, **rows)


def posts(*micros, author=None):
    whose = range(len(micros)) if author is None else author
    return Organics(np.array(micros, np.int64) * NET_UNIT, np.array(list(whose), np.int32))


def page(*attention, **given):
    return PageRules(np.array(attention, np.int64), **{"gap": 0, "first": 0} | given)


def decided(organics, ads, rules, rule=VCG):
    outcomes = [
        explained(kernels, organics, ads, rules, settle(kernels, organics, ads, rules, rule))
        for kernels in (COMPILED, PLAIN)
    ]
    for field in fields(outcomes[0]):
        if field.name != "nodes":
            left, right = (repr(getattr(outcome, field.name)) for outcome in outcomes)
            assert left == right
    return outcomes[0]


@pytest.mark.parametrize(
    ("rule", "paid"), [(VCG, [60, 20]), (CRITICAL, [60, 20]), (GSP, [80, 20]), (FIRST, [200, 40])]
)
def test_four_rules_charge_the_same_page_differently(rule, paid):
    outcome = decided(posts(), ads_of([200, 80, 40]), page(1000, 500), rule)

    assert outcome.ad.tolist() == [0, 1]
    assert [winner.due / DUE_UNIT for winner in outcome.winners] == paid


@pytest.mark.parametrize(("rule", "per_click"), [(VCG, [3.0, 2.0]), (GSP, [4.0, 2.0])])
def test_a_published_example_comes_out_as_published(rule, per_click):
    """Edelman, Ostrovsky and Schwarz, "Internet advertising and the generalized second-price auction" (AER 97, 2007):
    slots of 200 and 100 clicks an hour, three bidders who value a click at 10, 4 and 2 dollars. By VCG the first two pay 600 and
    200 dollars an hour, 3 and 2 a click; by GSP 4 and 2 a click."""
    outcome = decided(posts(), ads_of([10_000_000, 4_000_000, 2_000_000]), page(1000, 500), rule)

    assert outcome.ad.tolist() == [0, 1]
    assert [winner.payment_action / 1e6 for winner in outcome.winners] == per_click


def test_an_action_is_charged_by_its_chance_and_never_above_its_bid():
    ads = ads_of([8_000, 4_800], action=[0.0625, 0.125])  # 500 and 600 micros for a seen impression

    outcome = decided(posts(), ads, page(1000))

    (winner,) = outcome.winners
    assert (winner.ad, winner.bid) == (1, 600 * NET_UNIT)
    assert (winner.payment_impression, winner.payment_action) == (500, 4_000)


def test_a_payment_is_rounded_down_for_the_payer():
    ads = ads_of([1_000, 999], action=[0.3, 0.3])

    (winner,) = decided(posts(), ads, page(1000)).winners

    # 999 x 0.3 = 299.7 micros; the rival's bid itself was rounded down to a sixteenth: 299.6875.
    assert winner.due == 4795 * 1_000_000
    assert winner.payment_impression == 299
    assert winner.payment_action == 998


def test_a_budgets_pace_lowers_what_is_bid_and_is_never_charged():
    ads = ads_of([1_000, 300], pace=[0.5, 1.0])

    (winner,) = decided(posts(), ads, page(1000)).winners

    assert (winner.ad, winner.bid, winner.payment_impression) == (0, 500 * NET_UNIT, 300)


def test_the_price_of_ad_load_is_charged_and_keeps_weak_ads_off():
    ads = ads_of([1_000, 300])

    assert [w.payment_impression for w in decided(posts(), ads, page(1000, 1000)).winners] == [0, 0]
    (winner,) = decided(posts(), ads, page(1000, 1000, load_price=400.0)).winners
    assert (winner.ad, winner.payment_impression) == (0, 400)


def test_the_outcome_says_what_was_displaced_and_which_bids_would_have_stood_where():
    ads = ads_of([1_000, 400], price=[50.0, 0.0])

    outcome = decided(posts(300, 200, 100), ads, page(1000, 800, 500, ads_max=1))

    assert outcome.organic.tolist() == [-1, 0, 1]
    assert outcome.ad.tolist() == [0, -1, -1]
    assert outcome.displaced.tolist() == [2]
    assert outcome.worth_without_ads == 510 * DUE_UNIT
    assert outcome.worth == (1_000 - 50 + 240 + 100) * DUE_UNIT
    (winner,) = outcome.winners
    # Instead: the other one first, worth 400 + 240 + 100 = 740. The price of 50 is its own.
    assert (winner.due, winner.runner_up) == (450 * DUE_UNIT, 1)
    assert (winner.organic_loss, winner.others_loss, winner.own_cost) == (0, 400 * DUE_UNIT, 50 * DUE_UNIT)  # fmt: skip
    assert winner.steps.tolist() == [[450 * NET_UNIT, 1_000_000]]


def test_ads_that_are_no_numbers_or_below_their_reserve_do_not_compete_and_say_why():
    ads = ads_of(
        [500, 500, 500, 500, -1, 500, 99],
        action=[1.0, np.nan, 1.0, 1.5, 1.0, 1.0, 1.0],
        user=[0.0, 0.0, np.inf, 0.0, 0.0, 0.0, 0.0],
        pace=[1.0, 1.0, 1.0, 1.0, 1.0, -1.0, 1.0],
        reserve=[0.0] * 6 + [99.01],
    )

    outcome = decided(posts(), ads, page(1000, 900))

    assert outcome.ad.tolist() == [0]
    assert outcome.reason.tolist() == [
        AdReason.COMPETES, *[AdReason.NOT_FINITE] * 5, AdReason.BELOW_RESERVE
    ]  # fmt: skip


@EVERY_RULE
def test_a_page_without_ads_or_slots_or_posts_is_the_organic_one(rule):
    for organics, ads, rules, shown in (
        (posts(5, 4), ads_of([]), page(1000, 900), [0, 1]),
        (posts(5, 4), ads_of([9]), page(), []),
        (posts(), ads_of([]), page(1000), []),
        (posts(5, 4), ads_of([9]), page(1000, 900, ads_max=0), [0, 1]),
        (posts(5, 4), ads_of([9]), page(1000, 900, first=2), [0, 1]),
    ):
        outcome = decided(organics, ads, rules, rule)

        assert outcome.organic.tolist() == shown
        assert (outcome.winners, outcome.displaced.tolist()) == ((), [])


def test_the_critical_rule_is_for_pages_where_an_authors_spacing_can_bind():
    organics = posts(5, 4, author=[7, 8])
    shared, alone, twice = (ads_of([9, 9], author=author) for author in ([7, -1], [3, -1], [3, 3]))
    spacing, cap = page(1000, 900, author_gap=1), page(1000, 900, author_max=1)

    for rules in (spacing, cap):
        assert truthful_rule(organics, shared, rules) is CRITICAL
        assert truthful_rule(organics, twice, rules) is CRITICAL
        assert truthful_rule(organics, alone, rules) is VCG
    assert truthful_rule(organics, shared, page(1000, 900)) is VCG
    with pytest.raises(AssertionError):
        settle(COMPILED, organics, shared, spacing, VCG)


def test_a_search_that_runs_out_falls_back_to_a_greedy_page_and_critical_values(monkeypatch):
    monkeypatch.setattr("lodestone.traffic.auction.exact.NODES_MAX", 1)
    ads = ads_of([120, 100, 90], payer=[1, 0, 0], price=[0.0, 12.0, 5.0])

    outcome = settle(COMPILED, posts(), ads, page(1000, 1000), VCG)

    assert outcome.rule is CRITICAL
    assert outcome.ad.tolist() == [0, 1]


def test_attention_falls_along_a_page_and_below_each_ad_whatever_is_rounded():
    weight, plain = np.empty((9, 50), np.int64), np.empty((9, 50), np.int64)
    quantise_kernel.weigh(attention_of(50, 0.06), 0.13, weight)
    quantise.weigh(attention_of(50, 0.06), 0.13, plain)

    assert weight[0, 0] == 1_000_000
    assert weight[1, 0] == 870_000
    assert (np.diff(weight, axis=0) <= 0).all()
    assert (np.diff(weight, axis=1) <= 0).all()
    assert (weight == plain).all()


@pytest.mark.parametrize(
    "given",
    [{"extension": 1.0}, {"extension": -0.1}, {"gap": -1}, {"first": -1}, {"ads_max": -1}, {"author_gap": -1}],
)  # fmt: skip
def test_rules_that_make_no_page_are_refused(given):
    with pytest.raises(AssertionError):
        problem_of(COMPILED, posts(5), ads_of([9]), page(1000, 900, **given))
    for attention in ([900, 1000], [100, -1]):
        with pytest.raises(AssertionError):
            problem_of(COMPILED, posts(5), ads_of([9]), page(*attention))


micros = st.floats(-2_000, 5_000)
chances = st.floats(0.0, 1.0)


@st.composite
def requests(draw):
    count, length = draw(st.integers(0, 6)), draw(st.integers(0, 8))

    def column(values, size=count):
        return draw(st.lists(values, min_size=size, max_size=size))

    ads = ads_of(
        column(st.integers(0, 2_000_000)), action=column(chances), pace=column(chances), user=column(micros),
        price=column(micros), payer=column(st.integers(0, 3)), author=column(st.integers(-1, 3)),
        reserve=column(st.floats(0, 3_000)),
    )  # fmt: skip
    organics = posts(*column(st.integers(-2_000, 5_000), length), author=column(st.integers(0, 3), length))  # fmt: skip
    rules = PageRules(
        attention_of(draw(st.integers(0, 8)), 0.06), draw(st.floats(0.0, 0.9)), draw(st.integers(0, 3)),
        draw(st.integers(0, 4)), draw(st.integers(0, 3)), draw(st.floats(0, 2_000)), draw(st.booleans()),
        draw(st.integers(0, 2)), draw(st.sampled_from([1, 2, UNLIMITED])),
    )  # fmt: skip
    return organics, ads, rules


@given(requests(), st.sampled_from(PaymentRule))
@settings(max_examples=150)
def test_whatever_is_asked_nobody_is_charged_above_the_bid_and_only_for_what_is_shown(
    request, rule
):
    ads = request[1]
    best = truthful_rule(*request)
    rule = best if rule is VCG else rule

    outcome = decided(*request, rule)

    assert [winner.ad for winner in outcome.winners] == outcome.ad[outcome.ad >= 0].tolist()
    assert sorted(outcome.organic[outcome.organic >= 0]) == outcome.organic[outcome.organic >= 0].tolist()  # fmt: skip
    assert len({int(ads.payer[winner.ad]) for winner in outcome.winners}) == len(outcome.winners)
    for winner in outcome.winners:
        bid, action = int(ads.bid[winner.ad]), float(ads.action[winner.ad])
        assert outcome.ad[winner.slot] == winner.ad
        assert 0 <= winner.payment_action <= bid
        assert 0 <= winner.payment_impression <= bid * action * ads.pace[winner.ad] + 1e-6
        assert winner.payment_impression * winner.weight * NET_UNIT <= winner.due
        if winner.weight:
            assert winner.payment_impression >= np.floor(ads.reserve[winner.ad])
            assert winner.steps[-1, 1] == winner.weight
        if rule is CRITICAL:
            assert critical_due(winner.steps) == winner.due


anything = st.floats() | micros | chances


@given(st.integers(0, 8), st.data())
@settings(max_examples=100)
def test_both_twins_quantise_alike_whatever_they_are_given(count, data):
    def column(values):
        return data.draw(st.lists(values, min_size=count, max_size=count))

    ads = ads_of(
        column(st.integers(-5, 10**15)), **{name: column(anything) for name in ("action", "pace", "user", "price", "reserve")}
    )  # fmt: skip
    load_price, shown = data.draw(micros), []
    for module in (quantise, quantise_kernel):
        columns, handed = np.zeros((6, count), np.int64), np.zeros(count, np.int64)
        reason = np.zeros(count, np.uint8)
        competing = module.quantise(tuple(ads), load_price, columns, handed, reason)
        shown.append(
            (columns[:, :competing].tolist(), handed[:competing].tolist(), reason.tolist())
        )

    assert shown[0] == shown[1]


@given(requests())
@settings(max_examples=60)
def test_deciding_writes_nothing_into_what_it_was_given(request):
    organics, ads, rules = request
    before = [column.copy() for column in (*organics, *ads, rules.attention)]

    decided(*request, truthful_rule(*request))

    assert all(map(np.array_equal, before, (*organics, *ads, rules.attention)))


def test_values_beyond_the_limit_stand_at_it():
    ads = ads_of([10**15], user=[1.7e308], price=[-1.7e308], reserve=[0.0])

    problem = problem_of(COMPILED, posts(10**9), ads, page(1000))

    assert [int(column[0]) for column in problem.ads[:3]] == [16 * 10**9, 16 * 10**9, -16 * 10**9]
    assert decided(posts(10**9), ads, page(*[1000] * 50)).ad.tolist()[0] in (0, -1)
