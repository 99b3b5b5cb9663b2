"""The test market keeps its own rules: prices, exposure, budgets."""

import numpy as np

from tests.worlds.ad_market import (
    EXPOSURE,
    FLOOR,
    Constant,
    Pid,
    affordable,
    auction,
    hindsight,
    play,
    some_market,
)


def test_a_slot_is_sold_at_the_next_bid_or_the_floor_and_not_below_it():
    winner, price, _ = auction(np.array([[0.5, 0.9, 0.2, 0.3], [0.02, 0.01, 0.009, 0.0]]))

    assert winner.tolist() == [[1, 0, 3], [0, 1, -1]]
    assert price.tolist() == [[0.5, 0.3, 0.2], [0.01, FLOOR, FLOOR]]


def test_who_cannot_pay_leaves_from_there_on_and_the_others_move_up():
    bids, exposed = np.tile([0.9, 0.5, 0.3, 0.2], (4, 1)), np.ones((4, 3), bool)

    winner, price, _ = affordable(bids, np.array([1.1, 9, 9, 9]), exposed)

    assert winner.tolist() == [[0, 1, 2], [0, 1, 2], [1, 2, 3], [1, 2, 3]]
    assert price[:, 0].tolist() == [0.5, 0.5, 0.3, 0.3]


def test_a_day_overspends_nothing_and_is_the_same_again():
    market, _ = some_market(3, advertisers=12, impressions=30)
    days = [
        play(market, [Pid() if n % 2 else Constant() for n in range(12)], np.random.default_rng(1))
        for _ in range(2)
    ]

    assert (days[0].spent <= market.budget).all()
    assert days[0].spent.sum() > 0
    assert all(np.array_equal(a, b) for a, b in zip(days[0][:3], days[1][:3], strict=True))


def test_nobody_has_more_than_the_hindsight_bound_of_what_could_be_expected():
    market, _ = some_market(4, advertisers=12, impressions=30)
    day = play(market, [Constant() for _ in range(12)], np.random.default_rng(2))

    for i in range(12):
        most = EXPOSURE[0] * sum(v[:, i].sum() for v in market.values)
        assert day.conversions[i] <= hindsight(market, day, i) + 4 * np.sqrt(most) + 1
        assert hindsight(market, day, i) <= most + 1e-9
