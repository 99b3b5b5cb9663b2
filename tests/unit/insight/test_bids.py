"""A log of auctions replayed: who knows what, who wins and pays what, and what the paced bidder buys."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from lodestone.base.errors import InvalidError
from lodestone.insight.bids.bidders import Constant, Linear, Paced
from lodestone.insight.bids.log import Episode, advertisers_of, episodes_of, training_of
from lodestone.insight.bids.peers import OnlineLP, Pid, best_chances, best_clicks
from lodestone.insight.bids.replay import play, replay
from lodestone.traffic.pacing.landscape import landscape_of
from tests.worlds.bids import training, write, write_log

SHARES = [1 / 32, 1 / 8, 1 / 3, 1 / 2]
REAL = (
    Path(os.environ.get("LODESTONE_DATA", Path(__file__).resolve().parents[4] / "shared" / "data"))
    / "ipinyou"
)
REAL_SHARES = [1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2]


def episode(price, chance, click=None, number=1):
    clicks = np.zeros(len(price), int) if click is None else np.array(click)
    return Episode(number, clicks, np.array(price), np.array(chance, float))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("bids")
    write_log(path)
    return path


@pytest.fixture(scope="module")
def answers(folder):
    known = training_of(folder, "11")
    return {
        share: replay(known, episodes_of(folder, "11"), share, advertiser="11") for share in SHARES
    }


def test_a_bid_of_the_market_price_wins_and_pays_it():
    landscape = landscape_of(np.array([0, 0, 0, 0, 0, 1]))

    won = play(Constant(landscape, 3, 15), episode([5, 6, 4], [0.1, 0.1, 0.1]), 15)

    assert won.tolist() == [0, 2]


def test_a_bidder_that_ignores_what_is_left_still_cannot_pass_its_budget():
    class Greedy(Linear):
        def bid(self, chance, left):
            return 1_000

    greedy = Greedy(landscape_of(np.array([0, 1])), 0.1, 1.0)

    assert play(greedy, episode([5, 6, 4, 1], [0.1] * 4), 10).tolist() == [0, 2, 3]


@pytest.mark.parametrize("share", SHARES)
def test_no_bidder_spends_more_than_the_budget(answers, share):
    answer = answers[share]
    for score in (*answer.bidders.values(), *answer.peers.values()):
        assert 0 <= score.spend_micros <= answer.budget_micros
        assert score.clicks <= answer.bidders["hindsight"].clicks


@pytest.mark.parametrize("share", SHARES)
def test_the_paced_bidder_buys_at_least_what_the_training_base_bid_does(answers, share):
    bidders = answers[share].bidders

    assert bidders["paced"].expected_clicks >= bidders["linear"].expected_clicks
    assert bidders["paced"].expected_clicks > bidders["constant"].expected_clicks


@pytest.mark.parametrize("share", SHARES)
def test_the_paced_bidder_buys_nine_tenths_of_what_prices_and_chances_allow(answers, share):
    answer = answers[share]

    reached = (
        answer.bidders["paced"].expected_clicks / answer.peers["click_chances"].expected_clicks
    )
    # Of a thirty-second part an episode of 500 auctions buys some twenty: one more or less is a twentieth.
    assert reached >= (0.9 if share >= 1 / 8 else 0.8)
    assert answer.bidders["paced"].spend_micros >= 0.95 * answer.budget_micros


def test_an_episodes_budget_is_its_auctions_times_the_mean_price_times_the_share(folder, answers):
    known = training_of(folder, "11")
    mean = sum(at * int(n) for at, n in enumerate(known.price_count)) / int(known.price_count.sum())

    assert answers[1 / 8].budget_micros == 5 * int(500 * mean / 8)
    assert answers[1 / 8].impressions == 2_500


def test_what_comes_later_and_what_was_clicked_changes_no_earlier_bid(folder):
    known = training_of(folder, "11")
    landscape, day = landscape_of(known.price_count), next(iter(episodes_of(folder, "11")))
    future = day._replace(
        click=1 - day.click,
        market_price=np.concatenate([day.market_price[:250], day.market_price[250:][::-1] + 3]),
        click_chance=np.concatenate([day.click_chance[:250], day.click_chance[250:] / 2]),
    )

    won, other = (play(Paced(landscape, 500, 4_000), auctions, 4_000) for auctions in (day, future))

    assert won[won < 250].tolist() == other[other < 250].tolist()


def test_the_price_of_a_lost_auction_is_not_known(folder):
    landscape = landscape_of(training_of(folder, "11").price_count)
    day = next(iter(episodes_of(folder, "11")))
    won = play(Paced(landscape, 500, 4_000), day, 4_000)
    lost = np.setdiff1d(np.arange(500), won)
    dearer = day.market_price.copy()
    dearer[lost] += 1_000

    assert play(Paced(landscape, 500, 4_000), day._replace(market_price=dearer), 4_000).tolist() == won.tolist()  # fmt: skip


def test_nothing_is_carried_from_one_episode_to_the_next(folder):
    known, episodes = training_of(folder, "11"), list(episodes_of(folder, "11"))

    whole = replay(known, episodes, 1 / 8, advertiser="11")
    single = [replay(known, [alone], 1 / 8, advertiser="11") for alone in episodes[::-1]]

    for name, score in whole.bidders.items():
        assert score.spend_micros == sum(result.bidders[name].spend_micros for result in single)


def test_a_chance_in_another_unit_changes_nothing_the_paced_bidder_buys(folder):
    landscape = landscape_of(training_of(folder, "11").price_count)
    day = next(iter(episodes_of(folder, "11")))

    won = play(Paced(landscape, 500, 4_000), day, 4_000)
    scaled = play(Paced(landscape, 500, 4_000), day._replace(click_chance=day.click_chance / 64), 4_000)  # fmt: skip

    assert scaled.tolist() == won.tolist()


def test_a_budget_lasts_on_a_day_much_dearer_than_training(folder):
    known = training_of(folder, "11")
    landscape, day = landscape_of(known.price_count), next(iter(episodes_of(folder, "11")))
    dear = day._replace(market_price=np.minimum(2 * day.market_price, landscape.bid_max))

    won = play(Paced(landscape, 500, 6_000), dear, 6_000)

    spent = np.cumsum(dear.market_price[won])
    half = spent[won < 250][-1]
    assert 0.4 * 6_000 <= half <= 0.62 * 6_000
    assert spent[-1] >= 0.95 * 6_000
    assert won[-1] >= 450


def test_pid_raises_its_bids_by_a_fifth_while_it_spends_too_little_and_lowers_them_after_a_burst():
    landscape = landscape_of(np.ones(1_001, int))
    pid = Pid(landscape, 0.01, 100.0, 100, 1_000)

    first = [pid.bid(0.01, 1_000) for _ in range(20)]
    raised = [pid.bid(0.01, 1_000 - 500 * (step == 19)) for step in range(20)]

    assert set(first) == {100}
    assert set(raised) == {120}
    assert pid.bid(0.01, 500) == int(120 * 0.7)


def test_online_lp_bids_the_ratio_at_which_the_past_would_have_spent_what_is_left():
    landscape = landscape_of(np.ones(1_001, int))
    lp = OnlineLP(landscape, 0.01, 100.0, 20, 300)
    for place in range(10):
        lp.bid(0.01, 300)
        lp.won(10 * (place + 1))

    # Of ten auctions at 10, 20, ... 100 the five cheapest cost 150; the next would pass what ten more may cost.
    assert lp.bid(0.01, 150) == 60


def test_whoever_knows_the_clicks_buys_the_cheapest_of_them():
    day = episode([5, 9, 3, 1], [0.1] * 4, click=[1, 1, 1, 0])

    assert best_clicks(day, 8).tolist() == [2, 0]
    assert best_clicks(day, 7).tolist() == [2]


def test_whoever_knows_prices_and_chances_buys_by_chance_a_micro():
    assert best_chances(episode([5, 10, 4], [0.1, 0.5, 0.01]), 15).tolist() == [1, 0]


def test_an_episode_without_any_chance_or_budget_buys_nothing_that_costs():
    known = landscape_of(np.array([0, 1, 1]))
    day = episode([1, 2, 1], [0.0, 0.0, 0.0])

    assert play(Paced(known, 3, 100), day, 100).tolist() == []
    assert play(Paced(known, 3, 0), episode([1, 2, 1], [0.1] * 3), 0).tolist() == []


def test_episodes_come_one_by_one_whatever_the_size_of_the_file(folder, monkeypatch):
    whole = list(episodes_of(folder, "22"))
    monkeypatch.setattr("lodestone.insight.bids.log._BATCH", 333)

    for expected, other in zip(whole, episodes_of(folder, "22"), strict=True):
        assert expected.number == other.number
        for name in ("click", "market_price", "click_chance"):
            assert np.array_equal(getattr(expected, name), getattr(other, name))
    assert [expected.number for expected in whole] == list(range(1, 6))
    assert advertisers_of(folder) == {"11": 2_500, "22": 2_500}


def spoiled(name, value, row=1_234):
    def spoil(table):
        column = table[name].astype(object)
        column[row - 1] = value
        table[name] = column.tolist()

    return spoil


def moved_back(table):
    table["episode"][1_500:2_000] = 1


MALFORMED = {
    "a click of 2": (spoiled("click", 2), "row 1,234 has click 2"),
    "a missing price": (spoiled("market_price", None), "row 1,234 has no market_price"),
    "a negative price": (spoiled("market_price", -1), "row 1,234 has market_price -1"),
    "half a price": (spoiled("market_price", 1.5), "row 1,234 has market_price 1.5"),
    "a chance above 1": (spoiled("pctr", 1.5), "row 1,234 has pctr 1.5"),
    "no number for a chance": (spoiled("pctr", float("nan")), "row 1,234 has pctr nan"),
    "an instant before the last": (spoiled("t", 3), "row 1,234 has t 3 behind t 232"),
    "an episode that comes again": (moved_back, "row 1,501 goes back to episode 1"),
    "no column of clicks": (lambda table: table.pop("click"), "has no column click"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_row_is_refused_by_name_and_line(tmp_path, name):
    table = write_log(tmp_path)
    spoil, message = MALFORMED[name]
    spoil(table)
    write(tmp_path, table)

    with pytest.raises(InvalidError, match=f"bid_logs.parquet {message}") as refused:
        list(episodes_of(tmp_path, "11"))
    assert refused.value.code == "bid_log_invalid"


def test_a_word_for_a_number_is_refused_by_name_and_line(tmp_path):
    table = write_log(tmp_path)
    table["market_price"] = [str(price) for price in table["market_price"]]
    table["market_price"][40] = "dear"
    write(tmp_path, table)

    with pytest.raises(InvalidError, match="row 41 has market_price 'dear', which is no number"):
        list(episodes_of(tmp_path, "11"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"price_counter_train": None}, "holds no list price_counter_train"),
        ({"price_counter_train": [1, -2]}, r"price_counter_train\[1\] is -2"),
        ({"price_counter_train": [5, 0]}, "holds a price_counter_train without a price above 0"),
        ({"clk_train": 0}, "has clk_train 0"),
        ({"imp_train": "many"}, "has imp_train 'many'"),
    ],
)
def test_what_training_says_is_checked(tmp_path, changes, message):
    info = training(np.random.default_rng(1), **changes)
    (tmp_path / "11.info.json").write_text(json.dumps(info))

    with pytest.raises(InvalidError, match=f"11.info.json {message}"):
        training_of(tmp_path, "11")


def test_a_folder_without_a_log_is_refused(tmp_path):
    with pytest.raises(InvalidError, match=r"bid_logs.parquet is missing"):
        advertisers_of(tmp_path)
    with pytest.raises(InvalidError, match=r"11.info.json is missing"):
        training_of(tmp_path, "11")
    (tmp_path / "bid_logs.parquet").write_text("no table")
    with pytest.raises(InvalidError, match=r"bid_logs.parquet is no Parquet"):
        advertisers_of(tmp_path)
    (tmp_path / "11.info.json").write_text("[1")
    with pytest.raises(InvalidError, match=r"11.info.json is no JSON object"):
        training_of(tmp_path, "11")


@pytest.mark.soak
@pytest.mark.skipif(not REAL.is_dir(), reason="ipinyou is not in LODESTONE_DATA")
@pytest.mark.parametrize("share", REAL_SHARES)
@pytest.mark.parametrize("advertiser", ["1458", "3358"])
def test_on_the_published_log_the_paced_bidder_beats_linear_and_reaches_what_chances_allow(
    advertiser, share
):
    answer = replay(
        training_of(REAL, advertiser), episodes_of(REAL, advertiser), share, advertiser=advertiser
    )

    paced, allowed = answer.bidders["paced"], answer.peers["click_chances"]
    assert paced.clicks >= answer.bidders["linear"].clicks
    assert paced.clicks >= 0.9 * allowed.clicks
    assert paced.expected_clicks >= 0.9 * allowed.expected_clicks
