"""The trial in its small form: a hundred people, six days, five lives. It can fail."""

import asyncio

import pytest

from tests.worlds.town import lived

PEOPLE, DAYS = 100, 6


@pytest.fixture(scope="module")
def lives(tmp_path_factory):
    def live(arm, seed, **told):
        home = tmp_path_factory.mktemp(f"{arm}-{seed}")
        return asyncio.run(lived(home, seed=seed, people=PEOPLE, days=DAYS, arm=arm, **told))[0]

    return {
        "engine": [live("engine", seed) for seed in (1, 2)],
        "popularity": [live("popularity", seed) for seed in (1, 2)],
        "without": [live("engine", 1, ring=False)],
    }


def mean(figures, name):
    return sum(one[name] for one in figures) / len(figures)


def promise(figures, name):
    return next(one for one in figures["promises"] if one["id"] == name)


def test_newcomers_first_ten_looks_bring_more_joy_than_under_popularity(lives):
    assert mean(lives["engine"], "first_ten_joy") > mean(lives["popularity"], "first_ten_joy")


def test_the_engine_shows_creators_more_evenly_than_popularity(lives):
    for engine, popular in zip(lives["engine"], lives["popularity"], strict=True):
        assert engine["gini"] < popular["gini"]


def test_first_impressions_are_kept_from_the_first_days_on(lives):
    for figures in lives["engine"]:
        assert promise(figures, "first_impressions")["of_plan"] >= 0.95
        assert not promise(figures, "first_impressions")["alarm"]


def test_exploration_is_drawn_as_often_as_promised(lives):
    for figures in lives["engine"]:
        assert promise(figures, "exploration")["of_plan"] == pytest.approx(1, abs=0.25)


def test_a_ring_of_paid_accounts_that_is_every_sixteenth_account_wins_less_than_ten_looks_in_a_hundred(
    lives,
):
    with_ring, without = lives["engine"][0], lives["without"][0]

    assert with_ring["patrons_share"] - without["patrons_share"] < 0.10


def test_nothing_that_was_sent_was_refused(lives):
    assert all(one["refused"] == 0 for each in lives.values() for one in each)
