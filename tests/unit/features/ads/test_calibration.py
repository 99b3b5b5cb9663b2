"""Chances of what ads buy are put right by what their campaigns and their kind came to."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.events.outcomes import FactKind
from lodestone.features.ads.budgets import Budgets
from lodestone.features.ads.calibration import SHIFT_MAX, Calibration, shifted
from tests.worlds.paid_slots import charged, heard, limited, paid, released, reserved, shop_items

CLICK, LIKE = int(FactKind.CLICK), int(FactKind.LIKE)


def lived(calibration, chance, *, predicted, true, slots, campaign=0, day=1):
    """Let slots of one campaign be seen and settled, by their true chance."""
    happened = chance.random(slots) < true
    for yes in happened.tolist():
        calibration.note(campaign, CLICK, predicted, happened=yes, day=day)
    return happened.mean()


def put_right(calibration, predicted, campaign=0):
    shift = np.array([calibration.shift(campaign, CLICK)])
    return float(shifted(np.array([predicted]), shift)[0])


@pytest.mark.parametrize(
    ("predicted", "true"),
    [(0.25, 0.1), (0.25, 0.5), (0.02, 0.06), (0.02, 0.004), (0.6, 0.8), (0.6, 0.2)],
)
def test_after_many_slots_the_chance_is_the_true_one(predicted, true):
    calibration, chance = Calibration(), np.random.default_rng(7)
    rate = lived(calibration, chance, predicted=predicted, true=true, slots=20_000)

    before, after = abs(predicted - rate), abs(put_right(calibration, predicted) - rate)
    assert after < 0.35 * before
    assert after < 0.1 * max(rate, predicted) + 0.05 * before


def test_a_new_campaign_is_what_its_kind_is_and_becomes_what_it_is():
    calibration, chance = Calibration(), np.random.default_rng(7)
    for campaign in range(1, 21):
        lived(calibration, chance, predicted=0.1, true=0.05, slots=500, campaign=campaign)
    first = put_right(calibration, 0.1)
    lived(calibration, chance, predicted=0.1, true=0.2, slots=5_000)

    assert 0.04 < first < 0.065
    assert 0.17 < put_right(calibration, 0.1) < 0.22
    assert calibration.shift(0, LIKE) == pytest.approx(calibration.shift(0, CLICK), abs=0.1)


def test_what_is_long_ago_fades():
    calibration, chance = Calibration(), np.random.default_rng(7)
    lived(calibration, chance, predicted=0.1, true=0.4, slots=2_000)
    lived(calibration, chance, predicted=0.1, true=0.1, slots=400, day=61)

    assert put_right(calibration, 0.1) == pytest.approx(0.1, abs=0.03)


records = st.lists(
    st.tuples(
        st.integers(0, 3), st.sampled_from([CLICK, LIKE]), st.floats(0.001, 1.0), st.booleans(),
        st.integers(1, 500),
    ),
    max_size=40,
)  # fmt: skip


@given(records)
@settings(max_examples=200, deadline=None)
def test_a_shift_is_bounded_and_a_copy_has_the_same(notes):
    calibration, copy = Calibration(), Calibration()
    for campaign, bought, chance, happened, day in notes:
        calibration.note(campaign, bought, chance, happened=happened, day=day)
    copy.fill(calibration.columns())

    for campaign in range(5):
        shift = calibration.shift(campaign, CLICK)
        assert abs(shift) <= SHIFT_MAX
        assert copy.shift(campaign, CLICK) == shift


@pytest.mark.parametrize(
    ("events", "end", "expected", "happened"),
    [
        ((FactKind.IMPRESSION, FactKind.CLICK), charged, 250_000, 1_000_000),
        ((FactKind.IMPRESSION,), released, 250_000, 0),
        ((), released, 0, 0),  # it was never seen: its chance was of a slot that is
    ],
)
def test_only_what_was_seen_says_something_of_the_chance(events, end, expected, happened):
    budgets, slot = Budgets(), paid()
    budgets.follow(limited(1_000))
    budgets.follow(reserved(slot))
    for at, kind in enumerate(events):
        budgets.heard.hear(heard(slot, kind, at), shop_items())
    budgets.follow(end(slot))

    rows = budgets.calibration.columns()["budgets.calibration.campaigns"].tolist()
    assert [row[1:3] for row in rows] == ([[happened, expected]] if expected else [])
