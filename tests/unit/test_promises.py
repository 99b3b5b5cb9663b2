"""What promises ask is worked out as it is defined, and prices move the way they must."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodestone.base.clock import Instant
from lodestone.events.outcomes import COUNT_IMPRESSIONS, COUNT_WIDTH, Kind
from lodestone.traffic import promises
from lodestone.traffic.policy import PROMISE_CUSTOM, Policy, Promise
from lodestone.traffic.pricer import (
    ALARM_STEPS,
    Measured,
    Served,
    alarms,
    bits_of,
    fresh,
    price_of,
    start,
    step,
)

HOUR = 3_600_000_000
EXPOSURES = st.lists(st.integers(0, 1000), min_size=1, max_size=40).map(
    lambda found: np.array(found, np.float64)
)


@given(EXPOSURES, st.integers(1, 9))
def test_gini_lies_below_one_and_cares_for_shares_alone(exposure, times):
    found = promises.gini(exposure)

    assert 0 <= found < 1
    assert promises.gini(exposure * times) == pytest.approx(found, abs=1e-12)
    assert promises.gini(np.tile(exposure, times)) == pytest.approx(found, abs=1e-12)


@given(EXPOSURES)
def test_gini_is_the_mean_difference_over_twice_the_mean(exposure):
    if not exposure.sum():
        assert promises.gini(exposure) == 0
        return
    differences = np.abs(exposure[:, None] - exposure[None, :]).mean()

    assert promises.gini(exposure) == pytest.approx(differences / (2 * exposure.mean()))


def test_those_never_shown_count():
    assert promises.gini(np.array([5.0, 5.0])) == 0
    assert promises.gini(np.array([5.0, 5.0, 0.0, 0.0])) == 0.5


@given(EXPOSURES)
def test_a_percentile_is_the_middle_of_equals(exposure):
    eligible = np.ones(exposure.size, bool)

    found = promises.percentiles(exposure, eligible)

    below = (exposure[:, None] > exposure[None, :]).mean(axis=1)
    equal = (exposure[:, None] == exposure[None, :]).mean(axis=1)
    assert found == pytest.approx(below + equal / 2)
    assert abs(promises.rank_of(found, eligible)).max() <= 32767


def test_equal_rates_look_unequal_by_chance_alone():
    floor = promises.gini_noise_floor(1_000, 100, np.random.default_rng(1))

    assert 0.15 < floor < 0.2  # about 1 / sqrt(pi x 10)


def counts_of(*pairs):
    counts = np.zeros((len(pairs), COUNT_WIDTH), np.int64)
    counts[:, COUNT_IMPRESSIONS], counts[:, Kind.CLICK] = np.array(pairs).T
    return counts


def test_a_new_post_is_owed_until_it_had_its_share_or_is_clearly_worse():
    created = np.array([0, 0, 0, -30 * HOUR])
    counts = counts_of((3, 1), (20, 9), (20, 0), (0, 0))
    live = np.ones(4, bool)

    need = promises.first_impression_need(created, live, counts, 30, 0.4, HOUR)

    assert need.tolist() == [27.0, 10.0, 0.0, 0.0]


def test_what_one_post_had_too_early_keeps_no_promise_to_another():
    created = np.array([0, 0])
    counts = counts_of((30, 12), (0, 0))

    delivered, planned = promises.first_impression_progress(
        created, np.ones(2, bool), counts, 30, 0.4, 10 * HOUR
    )

    assert (delivered, planned) == (15.0, 30.0)


def a_policy(**changes):
    floor = Promise(id="p", kind="share", target=0.3, price_cap=2.0, field="kind", equals="text")
    return Policy(promises=(Promise(**{**{n: getattr(floor, n) for n in floor.__struct_fields__}, **changes}),))  # fmt: skip


def after(policy, used, *, steps=1, state=None):
    """Step so often with a share used of the slots."""
    state = state or start(Instant(0))
    bit = next(iter(bits_of(policy)))
    for number in range(steps):
        served = Served(decisions=10, slots=100.0, value=100_000.0)
        served.used[bit], served.chances[bit] = used * 100, 100.0
        state = step(
            state,
            served,
            Measured(reported=100, gini=used, first_delivered=used, first_planned=1.0),
            policy,
            Instant(number),
        )
    return state, price_of(state, bit)


def test_a_floor_missed_raises_its_price_and_one_exceeded_lowers_it():
    policy = a_policy()

    state, first = after(policy, 0.1)
    higher, second = after(policy, 0.1, state=state)
    _, lower = after(policy, 0.9, state=higher)

    assert 0 < first < second
    assert lower < second
    assert state.vector.signs[PROMISE_CUSTOM] == 1


def test_a_cap_exceeded_raises_its_price_and_one_kept_lets_it_fall_to_nothing():
    policy = a_policy(direction="cap")

    state, high = after(policy, 0.9, steps=20)
    _, low = after(policy, 0.0, steps=80, state=state)

    assert high > 0
    assert low == 0
    assert state.vector.signs[PROMISE_CUSTOM] == -1


def test_the_rank_price_goes_on_from_where_it_stood():
    policy = a_policy(kind="gini", direction="cap", target=0.4)

    _, one = after(policy, 0.6)
    _, three = after(policy, 0.6, steps=3)

    assert three == pytest.approx(3 * one, rel=0.01)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), st.sampled_from(["floor", "cap"]))
def test_no_price_ever_leaves_its_bounds_and_versions_count(shares, direction):
    policy = a_policy(direction=direction)
    state = start(Instant(0))
    for number, used in enumerate(shares):
        state, price = after(policy, used, state=state)
        assert 0 <= price <= 2.0 * state.vector.slot_value + 1e-9
        assert state.vector.version == number + 1


def test_a_promise_that_cannot_be_kept_stands_at_its_cap_and_rings():
    policy = a_policy(target=0.9)

    early, _ = after(policy, 0.0, steps=20)
    late, price = after(policy, 0.0, steps=20 + ALARM_STEPS, state=early)

    assert price == pytest.approx(2.0 * late.vector.slot_value)
    assert alarms(late, policy) == ["p"]
    assert alarms(after(policy, 0.9)[0], policy) == []


def test_nothing_served_moves_nothing_but_the_version():
    policy = a_policy()
    state, price = after(policy, 0.1, steps=5)

    still = step(
        state,
        fresh(Served()),
        Measured(reported=0, gini=0, first_delivered=0, first_planned=0),
        policy,
        Instant(9),
    )

    assert price_of(still, PROMISE_CUSTOM) == price
    assert still.vector.slot_value == state.vector.slot_value
