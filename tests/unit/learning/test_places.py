"""What is learned of places: where people go on to, when, and what each term weighs."""

import numpy as np
import pytest

from lodestone.events.facts import empty_facts
from lodestone.events.outcomes import FactKind
from lodestone.learning.lists import COOCCURRENCE
from lodestone.learning.places import (
    PlaceReader,
    Walks,
    choices_of,
    clocks,
    learn_nearby,
    table_of,
)
from lodestone.learning.positives import DEED, arrange, deeds_of
from lodestone.learning.weights import Choices, conditional_logit
from lodestone.models.nearby import LIFT_UNIT, SHARE_UNIT
from lodestone.models.nearby_model import DEFAULTS, LIKENESS, SHOWN_DEFAULTS, TERMS

HOUR = 3_600_000_000
MONDAY = 4 * 24 * HOUR
"""The first Monday after the epoch, at midnight in UTC."""


def walks(rows, places=20):
    """Make walks of (person, item, hours) between places one kilometre apart."""
    deeds = np.ones(len(rows), DEED)
    for deed, (person, item, hours) in zip(deeds, rows, strict=True):
        deed["person"], deed["item"], deed["time"] = person, item, MONDAY + round(hours * HOUR)
    return Walks.of(deeds, line(places))


def line(places):
    north = 40 + np.arange(places) / 111.2
    return np.stack([north, np.full(places, -74.0)], axis=1).astype(np.float32)


def test_hours_and_weekdays_are_the_communitys():
    time = np.array([MONDAY, MONDAY - 1, MONDAY + 20 * HOUR], np.int64)

    assert [one.tolist() for one in clocks(time, "UTC")] == [[0, 23, 20], [0, 6, 0]]
    assert [one.tolist() for one in clocks(time, "Asia/Shanghai")] == [[8, 7, 4], [0, 0, 1]]


def test_going_on_counts_within_six_hours_and_says_how_many():
    some = walks([(1, 0, 0), (1, 1, 2), (2, 0, 0), (2, 1, 1), (3, 0, 0), (3, 2, 9), (4, 0, 5), (4, 0, 6), (4, 3, 7)])  # fmt: skip

    table = table_of(some, np.arange(4, dtype=np.int32), "UTC")

    assert table.onward[0, :3].tolist() == [1, 3, -1]  # what came nine hours later is none
    assert table.onward_share[0, :2].tolist() == [round(2 / 8 * SHARE_UNIT), round(1 / 8 * SHARE_UNIT)]  # fmt: skip
    assert (table.onward[1:] < 0).all()


def test_what_is_done_in_the_evening_is_lifted_then_and_lowered_in_the_morning():
    evening = [(n, 0, 24 * n + 20) for n in range(40)]
    morning = [(n, 1, 24 * n + 8) for n in range(40)]

    lift = table_of(walks(evening + morning), np.arange(2, dtype=np.int32), "UTC").lift / LIFT_UNIT

    assert lift[0, 20] > 0.3 > -0.3 > lift[0, 8]
    assert lift[1, 8] > 0.3 > -0.3 > lift[1, 20]
    assert np.abs(lift[:, 24:]).max() < 0.1  # every day of the week alike


def test_a_choice_is_a_first_visit_of_the_last_fifth_to_what_lies_within_ten_kilometres():
    ten = [(1, item, n) for n, item in enumerate([0, 1, 0, 2, 3, 2, 4, 5, 4, 6])]
    far = [(2, item, n) for n, item in enumerate([0, 1, 2, 3, 19])]
    at_once = [(3, item, 0) for item in range(10)]

    (choice,) = choices_of(walks(ten + far + at_once))

    assert (choice.at, choice.taken) == (4, 6)
    assert choice.own.tolist() == [4, 5, 2, 3, 0, 1]


def test_a_reader_takes_strong_deeds_with_what_has_a_place_and_visits_alone_when_asked():
    facts = empty_facts(6)
    kinds = [
        FactKind.LIKE,
        FactKind.VISIT,
        FactKind.CLICK,
        FactKind.LIKE,
        FactKind.LIKE,
        FactKind.LIKE,
    ]
    for n, (fact, kind) in enumerate(zip(facts, kinds, strict=True)):
        fact["person"], fact["item"], fact["kind"], fact["time"] = 7, n, kind, n
    facts["person"][5] = 8
    places = line(6)
    places[3] = np.nan
    reader = PlaceReader(places, 1_000)
    reader.take(facts)

    stands = arrange(deeds_of(facts[[0, 1, 2, 3, 4]]))
    assert reader.walks(stands, visits=False).deeds["item"].tolist() == [0, 1, 4]
    assert reader.walks(stands, visits=True).deeds["item"].tolist() == [1]
    assert not PlaceReader(places, 1_000).walks(stands, visits=False).deeds.size
    without = arrange(deeds_of(facts[[1]]))  # the others were taken back, or their person erased
    assert reader.walks(without, visits=False).deeds["item"].tolist() == [1]


def test_a_reader_keeps_the_newest():
    reader = PlaceReader(line(6), 100)
    for first in range(0, 300, 50):
        facts = empty_facts(50)
        facts["person"], facts["item"], facts["kind"] = 1, 2, FactKind.LIKE
        facts["time"] = np.arange(first, first + 50)
        reader.take(facts)

    stands = arrange(deeds_of(facts))
    held = reader.walks(stands, visits=False).deeds["time"]
    assert 100 <= held.size <= 175
    assert held.max() == 299


@pytest.mark.parametrize("impressions", [False, True])
def test_a_silent_log_leaves_the_defaults(impressions):
    model = learn_nearby(walks([]), COOCCURRENCE, "UTC", impressions=impressions)

    assert model.choices == 0
    assert model.likeness == (None if impressions else LIKENESS)
    assert model.weights == (SHOWN_DEFAULTS if impressions else DEFAULTS)


def people_who_walk(*, near):
    """People of a street of 60 places who go on to the next door, or to anywhere."""
    chance, rows = np.random.default_rng(3), []
    for person in range(150):
        at = int(chance.integers(0, 60))
        for n in range(15):
            rows.append((person, at, 30 * n))
            step = int(chance.choice([-1, 1])) if near else int(chance.integers(-9, 10))
            at = min(59, max(0, at + step))
    return walks(rows, 60)


def test_the_weight_of_distance_is_the_communitys():
    at = TERMS.index("distance")
    near = learn_nearby(people_who_walk(near=True), COOCCURRENCE, "UTC", impressions=False)
    anywhere = learn_nearby(people_who_walk(near=False), COOCCURRENCE, "UTC", impressions=False)

    assert near.choices > 30
    assert near.weights[at] > DEFAULTS[at] + 0.3
    assert anywhere.weights[at] < near.weights[at] - 0.5
    assert learn_nearby(people_who_walk(near=True), COOCCURRENCE, "UTC", impressions=False) == near


def test_a_logit_stands_at_what_was_believed_before_until_it_hears_otherwise():
    none = Choices(np.zeros((0, 2)), np.zeros(0, np.int64), np.zeros(0, bool))
    before, sharp = np.array([1.0, -2.0]), np.array([10.0, 10.0])
    features = np.tile([[1.0, 0.0], [0.0, 1.0]], (200, 1))
    taken = np.tile([False, True], 200)

    assert conditional_logit(none, before, sharp)[0].tolist() == [1.0, -2.0]
    few = conditional_logit(Choices(features[:2], np.zeros(2, np.int64), taken[:2]), before, sharp)
    many = conditional_logit(Choices(features, np.repeat(np.arange(200), 2), taken), before, sharp)
    assert np.abs(few[0] - before).max() < 0.2
    assert many[0][1] > many[0][0]
