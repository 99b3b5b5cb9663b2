"""No false bid gains anything, and the same search finds the gain where there is some.

Bids and true values are whole sixteenths of a micro, and what is due is a whole number of units: a gain is compared with
nothing at all, which is within 1e-9 of any value. Only rounding to whole micros at the end can move a payment, by less than one.
"""

import numpy as np
import pytest

from tests.worlds.auctions import (
    critical,
    false_bids,
    first_price,
    gsp,
    some_auction,
    vcg,
    vcg_formula_on_a_greedy_page,
)

ONE_EACH, MANY_EACH, MANY_WITHOUT_RESERVE = {}, {"payers": 4}, {"payers": 4, "reserves": False}
BIDS_OF_AN_AUCTION = 20


def gains(mechanism, seed, auctions, **kind):
    """Return every false bid's gain as a share of what an impression could bring, shape (auctions x bids,), units exact."""
    chance = np.random.default_rng([seed, *map(ord, mechanism.__name__)])
    drawn = (some_auction(chance, **kind) for _ in range(auctions))
    return [
        gain / most if gain > 0 else min(gain, 0)
        for auction in drawn
        for gain, most in false_bids(auction, chance, mechanism, BIDS_OF_AN_AUCTION)
    ]


@pytest.mark.parametrize(
    ("mechanism", "kind"),
    [(vcg, ONE_EACH), (vcg, MANY_WITHOUT_RESERVE), (critical, ONE_EACH | {"spaced": True})],
    ids=["vcg", "vcg-many-ads-of-a-payer", "critical"],
)
def test_no_false_bid_of_ten_thousand_gains_anything(mechanism, kind):
    gained = gains(mechanism, 1, 500, **kind)

    assert len(gained) == 10_000
    assert max(gained) == 0
    assert (
        sum(gain < 0 for gain in gained) > 1_000
    )  # false bids that cost: the search reaches other pages


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(20))
def test_no_false_bid_of_a_million_gains_anything(seed):
    for mechanism, kind in ((vcg, ONE_EACH), (vcg, MANY_WITHOUT_RESERVE), (critical, ONE_EACH | {"spaced": True})):  # fmt: skip
        assert max(gains(mechanism, 100 + seed, 850, **kind)) == 0


@pytest.mark.parametrize(
    ("mechanism", "kind"),
    [(vcg_formula_on_a_greedy_page, ONE_EACH | {"spaced": True}), (gsp, ONE_EACH), (first_price, ONE_EACH)],
)  # fmt: skip
def test_the_same_search_finds_false_bids_that_gain_where_payments_are_not_truthful(
    mechanism, kind
):
    gained = gains(mechanism, 1, 500, **kind)

    assert sum(gain > 1e-9 for gain in gained) > 20
    assert max(gained) > 0.05


@pytest.mark.parametrize("mechanism", [vcg, critical, gsp, first_price])
def test_nobody_loses_by_a_true_bid_and_revenue_stays_below_what_was_bid(mechanism):
    chance, shown = np.random.default_rng(3), 0
    for _ in range(600):
        auction = some_auction(chance, spaced=mechanism in (critical, gsp), payers=5)
        outcome = mechanism(auction)
        shown += len(outcome)

        for x, (weight, due) in outcome.items():
            assert int(auction.ads[5][x]) * weight <= due <= int(auction.ads[0][x]) * weight
    assert shown > 300


def test_the_formula_on_a_greedy_page_can_ask_for_more_than_the_bid():
    chance = np.random.default_rng(5)
    drawn = [some_auction(chance, spaced=True) for _ in range(2_000)]
    over = [
        due / (int(a.ads[0][x]) * p)
        for a in drawn
        for x, (p, due) in vcg_formula_on_a_greedy_page(a).items()
    ]

    assert max(over) > 1
