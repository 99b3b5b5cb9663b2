"""What people make of posts: true chances are those that draws follow, and joy is not appeal."""

from dataclasses import fields

import numpy as np
import pytest

from lodestone.base.chance import Streams
from lodestone.town.people import creators, fraud_rings, rhythm
from lodestone.town.people.behaviour import (
    OUTCOMES,
    Meeting,
    act,
    appeal,
    chances,
    incline,
    joy,
    meet,
)
from lodestone.town.people.population import arrive, settle
from lodestone.town.study import policies
from lodestone.town.study.compare import Comparison, Measure, interval, pictures
from lodestone.town.study.diary import outcomes_of
from lodestone.town.study.figures import gini
from lodestone.town.truth import ORDINARY, RING, SPAM, parts_of, truth_of

START = 1_772_380_800_000_000


def meeting(**told):
    """One ordinary meeting, with some things told otherwise."""
    usual = {
        "taste": 0.5, "voice": 0.0, "quality": 0.5, "pull": 0.5, "near": False, "knows": False, "colleague": False,
        "follows": False, "tired": 0.0, "bought": 0, "goods": 0.0, "seconds": 20.0, "moves": True, "product": False,
        "spam": False, "annoyed": 0.0,
    }  # fmt: skip
    return Meeting(**{name: np.array([told.get(name, value)]) for name, value in usual.items()})


def many(count, **told):
    one = meeting(**told)
    return Meeting(*(np.repeat(getattr(one, each.name), count) for each in fields(Meeting)))


@pytest.fixture(scope="module")
def town():
    return lived_in(settle(Streams(3), 120))


def lived_in(truth):
    truth.posts = creators.first_posts(truth, START, 3, Streams(3).of("history"))
    return truth


@pytest.mark.parametrize(
    "told",
    [{}, {"quality": 0.9, "taste": 0.9}, {"knows": True, "near": True}, {"moves": False}, {"annoyed": 0.4}, {"spam": True, "pull": 0.9},
     {"product": True, "near": True, "bought": 1, "goods": 0.8, "taste": 0.9, "moves": False}],
)  # fmt: skip
def test_draws_follow_the_chances_that_the_truth_states(told):
    count = 200_000
    met = many(count, **told)
    inclined = incline(met)
    done = act(inclined, np.random.default_rng(1).random((count, 12)))

    _, amount = outcomes_of(done, met.moves)

    stated = chances(inclined)[0]
    spread = np.sqrt(np.maximum(stated, 1e-6) / count)
    assert np.all(np.abs(amount.mean(axis=0) - stated) < 5 * spread)


def test_a_cover_that_promises_more_than_it_holds_is_opened_more_and_enjoyed_no_more():
    plain, bait = meeting(), meeting(pull=0.9)

    assert incline(bait).click[0] > 1.3 * incline(plain).click[0]
    assert joy(bait)[0] == joy(plain)[0]
    assert (
        chances(incline(bait))[0, OUTCOMES.index("not_interested")]
        > 2 * chances(incline(plain))[0, 10]
    )


@pytest.mark.parametrize("better", [{"taste": 0.9}, {"quality": 0.9}, {"voice": 0.8}, {"near": True}, {"knows": True}, {"colleague": True}])  # fmt: skip
def test_what_suits_a_person_brings_them_more_joy(better):
    assert joy(meeting(**better))[0] > joy(meeting())[0]


def test_tiredness_takes_from_joy_and_appeal_alike():
    fresh, tired = meeting(), meeting(tired=0.7)

    assert joy(tired)[0] == pytest.approx(joy(fresh)[0] * np.exp(-0.7))
    assert appeal(tired)[0] == pytest.approx(appeal(fresh)[0] * np.exp(-0.7))


def test_spam_brings_nobody_joy_whoever_knows_its_maker():
    known, unknown = meeting(spam=True, knows=True, near=True), meeting(spam=True)

    assert joy(known)[0] == joy(unknown)[0]
    assert incline(known).follow[0] == 0


def test_who_follows_a_maker_cannot_follow_them_again():
    assert incline(meeting(follows=True)).follow[0] == 0
    assert incline(meeting()).follow[0] > 0


def test_a_shop_that_sold_badly_sells_less_the_second_time_than_one_that_sold_well():
    again = {"product": True, "bought": 1, "taste": 0.9, "quality": 0.8}

    assert (
        incline(meeting(**again, goods=0.9)).order[0]
        > incline(meeting(**again, goods=0.1)).order[0]
    )


def test_seen_again_within_a_fortnight_a_post_is_worth_less_and_afterwards_as_much_as_ever(town):
    who, what = np.array([1]), np.array([0])
    fresh = meet(town, who, what).tired[0]
    town.seen[1 << 32 | 0] = 0

    town.day = 13
    again = meet(town, who, what).tired[0]
    town.day = 14
    later = meet(town, who, what).tired[0]
    town.day, town.seen = 0, {}

    assert again > fresh
    assert later == fresh


# --- people and makers


def test_one_seed_settles_one_town_to_the_last_number():
    one, again, other = (settle(Streams(seed), 80) for seed in (4, 4, 5))

    assert all(
        np.array_equal(a, b) for (_, a), (_, b) in zip(parts_of(one), parts_of(again), strict=True)
    )
    assert not np.array_equal(one.people.taste, other.people.taste)


def test_a_town_written_down_and_read_again_is_the_same(town):
    town.seen[5 << 32 | 7] = 2

    again = truth_of(dict(parts_of(town)))

    assert again.seen == town.seen
    assert all(np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for (_, a), (_, b) in zip(parts_of(town), parts_of(again), strict=True))  # fmt: skip
    town.seen = {}


def test_moods_move_with_pleasure_and_habits_with_moods():
    truth = settle(Streams(6), 60)
    people = truth.people
    before = people.habit.copy()
    rhythm.remember_visits(people, np.array([0, 1]), np.array([0.3, -0.3]))
    came = np.zeros(people.count, bool)
    came[[0, 1]] = True

    rhythm.night(people, truth.ties, came, np.random.default_rng(1))

    assert people.mood[0] > 0 > people.mood[1]
    assert people.habit[0] > before[0]
    assert people.habit[1] < before[1]
    assert people.habit[2] < before[2]


def test_who_does_not_come_for_long_is_gone_and_does_not_come_back():
    truth = settle(Streams(6), 60)
    truth.people.habit[3] = -2.999
    nobody = np.zeros(truth.people.count, bool)

    for night in range(5):
        rhythm.night(truth.people, truth.ties, nobody, np.random.default_rng(night))

    assert truth.people.gone[3]
    chance = np.random.default_rng(2)
    assert not any(rhythm.coming(truth.people, day, chance)[3] for day in range(200))


def test_makers_who_are_seen_post_more_and_those_who_are_not_give_up():
    truth = lived_in(settle(Streams(7), 120))
    makers = truth.makers
    seen = np.zeros(makers.count, bool)
    seen[::2] = True
    end = START

    for night in range(25):
        truth.posts.created[:] = end - 3_600_000_000
        truth.posts.heard[:] = np.where(seen[truth.posts.maker], 60.0, 0.0)
        creators.night(truth, end, np.random.default_rng(night))

    posts = np.bincount(truth.posts.maker, minlength=makers.count) > 0
    assert makers.morale[seen & posts].mean() > 1.2
    assert (makers.ended[seen & posts] >= 0).mean() < 0.05
    assert (makers.ended[~seen & posts] >= 0).mean() > 0.8
    assert (makers.ended[~posts] == -1).all()


def test_newcomers_follow_only_whom_they_know(town):
    truth = settle(Streams(8), 80)
    truth.day = 3

    rows = arrive(truth, 40, np.random.default_rng(1))

    follows, knows = truth.ties.follows[rows], truth.ties.knows[rows]
    assert follows.any()
    assert not (follows & ~knows).any()
    assert (truth.people.born[rows] == 3).all()
    assert (truth.people.kind[rows] == ORDINARY).all()


def test_cheats_come_on_their_days_and_serve_each_post_of_their_patrons_once():
    truth = lived_in(settle(Streams(9), 100))
    for day in range(6):
        truth.day = day
        fraud_rings.cheats_arrive(truth, 100, np.random.default_rng(day), ring=True)

    assert (truth.people.kind == SPAM).sum() == 1
    paid = np.flatnonzero(truth.people.kind == RING)
    assert paid.size == 6
    mine = fraud_rings.errands(truth, int(paid[0]), START)
    assert set(truth.posts.maker[mine].tolist()) <= set(fraud_rings.patrons(truth).tolist())
    for post in mine:
        truth.seen[int(paid[0]) << 32 | post] = 5
    assert fraud_rings.errands(truth, int(paid[0]), START) == []


def test_without_a_ring_nobody_is_paid():
    truth = lived_in(settle(Streams(9), 100))
    for day in range(6):
        truth.day = day
        fraud_rings.cheats_arrive(truth, 100, np.random.default_rng(day), ring=False)

    assert not (truth.people.kind == RING).any()


# --- policies

BALANCED = {
    "name": "balanced", "worths": {"click": 2, "order": 9, "follow": 5, "hide": -3}, "exploration_share": 0.02,
    "public_gate": 0.3, "promises": [{"id": "g", "kind": "gini", "target": 0.6, "enabled": True},
                                     {"id": "e", "kind": "exploration", "target": 0.02, "enabled": True}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("arm", "worths", "kept"),
    [("popularity", {"click", "order", "follow", "hide"}, False),
     ("engagement", {"watch", "click", "long_view", "like", "comment", "share"}, False),
     ("no_promises", {"click", "order", "follow", "hide"}, False),
     ("attention", {"click", "follow", "hide"}, True),
     ("engine", {"click", "order", "follow", "hide"}, True)],
)  # fmt: skip
def test_an_arm_has_the_worths_and_the_promises_it_is_named_for(arm, worths, kept):
    told = policies.policy(arm, BALANCED)

    assert set(told["worths"]) == worths
    assert all(one.get("enabled", True) is kept for one in told["promises"])
    assert (told["exploration_share"] > 0) is kept
    assert policies.personal(arm) is (arm != "popularity")


def test_targets_are_the_towns_own_where_a_promise_has_one():
    told = policies.policy("engine", BALANCED, gini=0.45)

    assert [one["target"] for one in told["promises"]] == [0.45, 0.02]
    assert BALANCED["promises"][0]["target"] == 0.6


# --- figures


def test_gini_is_nothing_where_all_are_shown_alike_and_nearly_one_where_one_is():
    assert gini(np.array([5.0, 5.0, 5.0])) == 0
    assert gini(np.array([0.0] * 99 + [7.0])) == pytest.approx(0.99)


def test_an_interval_over_three_seeds_is_students():
    found = interval([1.0, 2.0, 3.0])

    assert found.mean == 2
    assert found.high - found.mean == pytest.approx(4.303 / np.sqrt(3))
    assert interval([4.0]).low is None


def life(arm, seed, came):
    return {
        "wish": {"arm": arm, "seed": seed}, "came": [came] * 8, "promises": [], "kept_1": 0.5, "kept_7": 0.4, "kept_30": None,
        "newcomers_kept_7": 0.3, "customers": 1, "follows": 2, "value_per_thousand": 5e6, "value_per_thousand_last": 5e6,
        "value_total": 1e9, "pleasure": 0.0, "small_survive": 0.5, "makers_survive": 0.5, "gini": 0.5, "first_ten_joy": 0.4,
        "regret": 0.3, "regret_memory": 0.6, "patrons_share": 0.01, "domains": {"last": {"private": 0.1}},
        "engine_says": {"kept": {"followers": {"day_7": 0.9}, "customers": {"day_7": 0.1}}, "lorenz": [[0, 0], [0.5, 0.2], [1, 1]]},
    }  # fmt: skip


def test_the_engine_is_ahead_by_the_mean_difference_on_the_same_seeds():
    found = Comparison(
        [
            life("popularity", 1, 10),
            life("engine", 2, 30),
            life("engine", 1, 20),
            life("popularity", 2, 12),
        ]
    )

    ahead = found.ahead(Measure("c", "came", lambda told: told["came"][7]), "popularity")

    assert ahead.mean == 14
    assert found.arms == ["popularity", "engine"]
    told = found.told()["measures"]["came_7"]
    assert told["engine"]["values"] == [20.0, 30.0]
    assert "came_30" in found.told()["measures"]


def test_pictures_name_every_policy_and_the_measures():
    found = Comparison(
        [life(arm, seed, 10 + seed) for arm in ("popularity", "engine") for seed in (1, 2)]
    )

    drawn = pictures(found)

    assert sorted(drawn) == ["exposure.svg", "measures.svg", "people.svg"]
    for picture in drawn.values():
        assert picture.startswith("<svg")
        assert "popularity" in picture
        assert "#0B66A8" not in picture  # blue is the public domain's


def test_children_never_open_a_neighbourhood_by_where_they_are():
    truth = settle(Streams(11), 400)
    truth.people.minor[:] = True

    everybody = np.ones(truth.people.count, bool)
    found = rhythm.visits(truth.people, everybody, 1, np.random.default_rng(1))

    assert rhythm.SURFACES.index("place") not in set(found.surface.tolist())
    assert {0, 1, 3, 4} == set(found.surface.tolist())


def test_who_minds_ads_opens_them_less_refuses_them_more_and_has_less_of_them():
    plain, labelled = incline(meeting()), incline(meeting(annoyed=0.1))

    assert labelled.joy == pytest.approx(plain.joy - 0.1)
    assert labelled.click < plain.click
    assert labelled.mean_seconds < plain.mean_seconds
    assert labelled.refuse > plain.refuse
    passed = np.full((1, 12), 0.999)
    assert act(labelled, passed).pleasure == pytest.approx(act(plain, passed).pleasure - 0.1)


def test_an_ad_that_is_less_than_no_joy_is_left_at_once_and_not_before():
    worst = incline(meeting(quality=0.0, annoyed=2.0))

    assert worst.joy < 0
    assert worst.mean_seconds == 4
    assert (chances(worst) >= 0).all()
