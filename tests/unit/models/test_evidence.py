"""What was done without an impression: it lifts items and leans viewers, and where impressions are many it hardly does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.events.outcomes import COUNT_ATTENTION, COUNT_IMPRESSIONS, OUTCOME_COUNT, FactKind
from lodestone.models import evidence, evidence_kernel, rates
from lodestone.models.evidence import Crowd

CROWD = Crowd(4.0, 1.0)


def counted(rows=1, impressions=0, **columns):
    counts = np.zeros((rows, 16), np.int64)
    counts[:, COUNT_IMPRESSIONS] = impressions
    counts[:, COUNT_ATTENTION] = 1000 * impressions
    for name, amount in columns.items():
        counts[:, FactKind[name.upper()]] = amount
    return counts


def logits(counts, crowd=CROWD):
    model, rate = rates.default_model(), np.array(rates.START_RATE)
    nobody = np.zeros_like(counts)
    return rates.item_logits(model, counts.astype(float), nobody, rate, crowd)


def test_likes_without_an_impression_lift_an_item_by_how_many_there_are():
    none, few, many = (logits(counted(like=n))[0, FactKind.LIKE] for n in (0, 3, 30))

    assert none == pytest.approx(0.0, abs=1e-6)
    assert few == pytest.approx(evidence.LIFT * np.log(1 + 3 / 4), rel=1e-5)
    assert many == pytest.approx(evidence.LIFT * np.log(1 + 30 / 4), rel=1e-5)


def test_what_impressions_brought_is_in_the_rate_and_lifts_nothing():
    assert evidence.unshown(counted(like=5, click=9, impressions=20)).tolist() == [0.0]
    assert evidence.unshown(counted(like=5, click=9, impressions=4)).tolist() == [1 + 0.2 * 5]


def test_an_item_with_impressions_is_judged_by_them_however_much_was_done_elsewhere():
    bought = counted(
        order=90, impressions=60
    )  # thirty bought it elsewhere, and of sixty who saw it nobody liked it

    assert logits(bought)[0, FactKind.LIKE] < logits(counted(order=30))[0, FactKind.LIKE] - 0.5


def test_where_impressions_are_many_likes_from_elsewhere_say_little():
    surfaces = counted(rows=2, like=10, impressions=5_000)

    crowd = evidence.crowd_of(surfaces, 20)

    assert crowd.share == pytest.approx(20 / 10_020)
    assert evidence.lift(counted(like=1_000), crowd)[0] < 0.02


def test_a_community_in_which_nothing_happened_takes_the_first_like_in_full():
    assert evidence.crowd_of(np.zeros((3, 16), np.int64), 0) == Crowd(1.0, 1.0)


@given(st.lists(st.integers(-3, 60), min_size=8, max_size=8), st.floats(0, 500))
@settings(deadline=None)  # the first call compiles
def test_leanings_are_the_same_compiled(columns, whole):
    values, lean = np.array([columns], np.int64), np.zeros(8)

    evidence_kernel.lean_on(values, 0, whole, lean)
    took, refused = evidence.leaning(values[0], whole)

    assert lean[1:6] == pytest.approx(took)
    assert lean[7] == pytest.approx(took)
    assert lean[6] == pytest.approx(refused)


def test_leanings_grow_with_deeds_and_shrink_where_somebody_takes_to_everything():
    def leaning(likes, whole):
        return evidence.leaning(np.array([0, 0, 0, likes, 0, 0, 0, 0]), whole)[0]

    assert 0 == leaning(0, 10) < leaning(1, 10) < leaning(3, 10) < leaning(10, 10) < 2
    assert leaning(10, 10) > 1.5 * leaning(10, 100)


def test_weights_are_those_of_every_outcome():
    assert len(evidence.OUTCOME_WEIGHTS) == OUTCOME_COUNT
    assert evidence.OUTCOME_WEIGHTS[FactKind.LIKE] == 1.0
    assert not any(evidence.OUTCOME_WEIGHTS[FactKind.NOT_INTERESTED :])
