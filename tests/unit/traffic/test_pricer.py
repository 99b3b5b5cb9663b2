"""Prices move the way they must, stay within their caps, and ring when they cannot do their work."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodestone.base.clock import Instant
from lodestone.traffic.policy import PROMISE_CUSTOM, PROMISE_MAX, Policy, Promise
from lodestone.traffic.pricer import (
    ALARM_STEPS,
    FIRST_GAIN,
    GINI_GAIN,
    GINI_PER_DAY,
    STEP,
    STEP_DECISIONS,
    Measured,
    PacingAccount,
    PricerState,
    alarms,
    bits_of,
    fresh,
    price_of,
    start,
    step,
)

MINUTE = 60_000_000
SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=60)
KINDS = st.sampled_from(["share", "gini", "first_impressions", "small_creators", "local_share"])


def a_policy(**changes):
    rest = {"field": "kind", "equals": "text"} if changes.get("kind", "share") == "share" else {}
    row = {"id": "p", "kind": "share", "target": 0.3, "price_cap": 2.0, **rest, **changes}
    return Policy(promises=(Promise(**row),))


def after(policy, used, *, steps=1, state=None, decisions=STEP_DECISIONS, looked=None):
    """Step a minute apart with a share used of the slots; every slot is worth 1,000 micros."""
    state = state or start(Instant(0))
    bit = next(iter(bits_of(policy)))
    slots = 4.0 * decisions
    for _ in range(steps):
        served = PacingAccount(decisions=decisions, slots=slots, value=1_000 * slots)
        served.used[bit], served.chances[bit] = used * slots, slots
        by = np.zeros(PROMISE_MAX)
        by[bit] = used * slots * (looked or 1.0)
        state = step(
            state,
            served,
            Measured(
                reported=slots,
                gini=used,
                first_delivered=used * 1_000,
                first_planned=1_000.0,
                reported_by=None if looked is None else tuple(by.tolist()),
            ),
            policy,
            Instant(state.vector.time + MINUTE),
        )
    return state, price_of(state, bit)


def test_a_full_step_under_a_floor_adds_the_relative_shortfall():
    _, price = after(a_policy(target=0.4), 0.1)

    assert price == pytest.approx(1_000 * STEP * 0.75)


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


@pytest.mark.parametrize("direction", ["floor", "cap"])
def test_many_small_steps_move_a_price_as_far_as_one_large_one(direction):
    policy, used = a_policy(direction=direction), {"floor": 0.1, "cap": 0.9}[direction]

    _, at_once = after(policy, used, steps=4)
    _, by_and_by = after(policy, used, steps=4 * 32, decisions=STEP_DECISIONS // 32)

    assert by_and_by == pytest.approx(at_once, rel=1e-6)


def test_a_floor_met_only_by_what_nobody_looks_at_rises_still():
    policy = a_policy(target=0.3)

    _, believed = after(policy, 0.3, steps=20)
    state, corrected = after(policy, 0.3, steps=20, looked=0.8)

    assert believed == pytest.approx(0, abs=1e-9)
    assert corrected > 0
    assert state.delivered[PROMISE_CUSTOM] == pytest.approx(0.24, rel=0.01)


def test_a_silent_app_does_not_double_a_correction():
    state, price = after(a_policy(target=0.3), 0.29, steps=100, looked=1e-9)

    assert state.delivered[PROMISE_CUSTOM] == pytest.approx(0.29 / 2)
    assert price <= 2_000


def test_the_rank_price_follows_the_error_and_its_sum_over_days():
    policy = a_policy(kind="gini", direction="cap", target=0.4)

    state, first = after(policy, 0.45)
    _, third = after(policy, 0.45, steps=2, state=state)

    summed = GINI_PER_DAY * 0.05 / 1_440
    assert first == pytest.approx(1_000 * (GINI_GAIN * 0.05 + summed))
    assert third == pytest.approx(1_000 * (GINI_GAIN * 0.05 + 3 * summed))


def test_the_rank_price_is_no_bonus_of_a_bit():
    state, price = after(a_policy(kind="gini", direction="cap", target=0.4), 0.45)

    assert state.vector.gini == price > 0
    assert not any(state.vector.prices)
    assert not any(state.vector.signs)


def test_an_hour_is_the_longest_that_a_quiet_night_can_add():
    policy = a_policy(kind="gini", direction="cap", target=0.4)
    measured = Measured(reported=1, gini=0.5, first_delivered=0, first_planned=0)
    served = PacingAccount(decisions=1, slots=4.0, value=4_000.0)

    hour, week = (
        step(start(Instant(0)), served, measured, policy, Instant(minutes * MINUTE))
        for minutes in (60, 7 * 1_440)
    )

    assert hour.vector.gini == week.vector.gini


def test_one_fresh_post_without_impressions_is_no_emergency():
    policy = a_policy(kind="first_impressions", target=0.99)
    served = PacingAccount(decisions=1, slots=4.0, value=4_000.0)
    short, long = (
        step(
            start(Instant(0)),
            served,
            Measured(reported=1, gini=0, first_delivered=0, first_planned=planned),
            policy,
            Instant(0),
        )
        for planned in (0.5, 500.0)
    )

    assert price_of(short, 0) < 0.1 * 1_000
    assert price_of(long, 0) == 2_000
    assert FIRST_GAIN * 0.99 > 2


def test_first_impressions_are_paid_for_before_they_are_missing():
    policy = a_policy(kind="first_impressions", target=0.99)
    served = PacingAccount(decisions=1, slots=4.0, value=4_000.0)
    kept, soon_missing = (
        step(
            start(Instant(0)),
            served,
            Measured(reported=1, gini=0, first_delivered=100, first_planned=100, first_ahead=ahead),
            policy,
            Instant(0),
        )
        for ahead in (None, (100.0, 140.0))
    )

    assert price_of(kept, 0) == 0
    assert price_of(soon_missing, 0) > 0


@given(SHARES, st.sampled_from(["floor", "cap"]), KINDS, st.floats(0, 1), st.integers(1, 256))
def test_no_price_ever_leaves_its_bounds_and_versions_count(shares, direction, kind, target, size):
    policy = a_policy(direction=direction, kind=kind, target=target)
    state = start(Instant(0))

    for number, used in enumerate(shares):
        state, price = after(policy, used, state=state, decisions=size)
        assert 0 <= price <= 2.0 * state.vector.slot_value + 1e-9
        assert state.vector.version == number + 1


@given(SHARES)
def test_prices_are_a_function_of_state_and_account_alone(shares):
    policy = a_policy()
    one = two = start(Instant(0))

    for used in shares:
        one, _ = after(policy, used, state=one)
        two, _ = after(
            policy,
            used,
            state=msgspec.msgpack.decode(msgspec.msgpack.encode(two), type=PricerState),
        )

    assert msgspec.msgpack.encode(one) == msgspec.msgpack.encode(two)


@pytest.mark.parametrize(
    ("kind", "direction", "target", "used"),
    [("share", "floor", 0.9, 0.0), ("share", "cap", 0.1, 1.0), ("gini", "cap", 0.05, 0.6)],
)
def test_a_promise_that_cannot_be_kept_stands_at_its_cap_and_rings(kind, direction, target, used):
    policy = a_policy(kind=kind, direction=direction, target=target)
    state = start(Instant(0))
    while price_of(state, next(iter(bits_of(policy)))) < 2.0 * state.vector.slot_value or not state.steps:  # fmt: skip
        state, _ = after(policy, used, state=state)

    early, _ = after(policy, used, state=state, steps=ALARM_STEPS - 2)
    late, price = after(policy, used, state=early)

    assert alarms(early, policy) == []
    assert price == pytest.approx(2.0 * late.vector.slot_value)
    assert alarms(late, policy) == ["p"]


def test_one_step_below_the_cap_ends_an_alarm():
    policy = a_policy(target=0.9)
    ringing, _ = after(policy, 0.0, steps=25 + ALARM_STEPS)

    calm, _ = after(policy, 1.0, state=ringing)

    assert alarms(ringing, policy) == ["p"]
    assert alarms(calm, policy) == []


def test_rank_price_and_small_creators_together_stay_under_half_a_slot_and_still_ring():
    gini = Promise(id="gini", kind="gini", direction="cap", target=0.1, price_cap=2.0)
    small = Promise(id="small", kind="small_creators", target=0.9, price_cap=1.0)
    policy, state = Policy(promises=(gini, small)), start(Instant(0))

    for number in range(40):
        served = PacingAccount(decisions=256, slots=1_000.0, value=1e6)
        served.chances[4] = 1_000.0
        measured = Measured(reported=0, gini=0.9, first_delivered=0, first_planned=0)
        state = step(state, served, measured, policy, Instant(number))

    assert state.vector.gini == pytest.approx(250)
    assert state.vector.prices[4] == pytest.approx(250)
    assert alarms(state, policy) == ["gini", "small"]


def test_nothing_served_moves_nothing_but_the_version():
    policy = a_policy()
    state, price = after(policy, 0.1, steps=5)

    still = step(
        state,
        fresh(PacingAccount()),
        Measured(reported=0, gini=0, first_delivered=0, first_planned=0),
        policy,
        Instant(state.vector.time + MINUTE),
    )

    assert price_of(still, PROMISE_CUSTOM) == price
    assert still.vector.slot_value == state.vector.slot_value
    assert still.vector.version == state.vector.version + 1


def test_exploration_has_no_price_and_a_promise_turned_off_neither():
    _, drawn = after(a_policy(kind="exploration", target=0.02, price_cap=1.0), 0.0, steps=30)
    policy = a_policy()
    state, _ = after(policy, 0.0, steps=30)
    off = Policy(promises=(msgspec.structs.replace(policy.promises[0], enabled=False),))
    measured = Measured(reported=0, gini=0, first_delivered=0, first_planned=0)

    gone = step(state, PacingAccount(decisions=1), measured, off, Instant(state.vector.time))

    assert drawn == 0
    assert not any(gone.vector.prices)
    assert bits_of(off) == {}


@given(st.lists(st.floats(0.1, 1e6), min_size=1, max_size=30), st.integers(1, 256))
def test_the_slot_value_lies_among_the_values_served(values, size):
    state = start(Instant(0))
    measured = Measured(reported=0, gini=0, first_delivered=0, first_planned=0)

    for number, value in enumerate(values):
        served = PacingAccount(decisions=size, slots=4.0 * size, value=4.0 * size * value)
        state = step(state, served, measured, Policy(), Instant(number))

    assert min(values) * (1 - 1e-9) <= state.vector.slot_value <= max(values) * (1 + 1e-9)


def test_a_promises_cost_is_its_part_of_what_was_forgone():
    policy = a_policy()
    state, price = after(policy, 0.1)
    served = PacingAccount(decisions=1, slots=4.0, value=4_000.0, forgone=120.0)
    served.used[PROMISE_CUSTOM] = 1.0
    measured = Measured(reported=0, gini=0, first_delivered=0, first_planned=0)

    paid = step(state, served, measured, policy, Instant(state.vector.time))

    assert price > 0
    assert paid.cost[PROMISE_CUSTOM] == 120.0
    assert sum(paid.cost) == 120.0


def test_first_impressions_all_kept_cost_less_from_day_to_day():
    policy = a_policy(kind="first_impressions", target=0.99)
    short, high = after(policy, 0.8, steps=600)

    _, low = after(policy, 1.0, steps=1_440, state=short)

    assert high > 400
    assert 0 < low < 0.15 * high


def test_rows_beyond_the_last_bit_are_a_programmers_error():
    row = Promise(id="p", kind="share", target=0.1, field="kind", equals="text")

    assert len(bits_of(Policy(promises=(row,) * 56))) == 56
    with pytest.raises(AssertionError):
        bits_of(Policy(promises=(row,) * 57))
