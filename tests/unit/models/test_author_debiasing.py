"""A maker's rate is asked of people: neither an ardent fan nor a ring sets it, and loud people say nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.events.outcomes import COUNT_ATTENTION, COUNT_IMPRESSIONS, FactKind
from lodestone.features.state import ATTENTION, State
from lodestone.features.table_kernel import pack
from lodestone.models import author_debiasing, rates

MODEL = rates.default_model()
LIKE, CLICK = FactKind.LIKE, FactKind.CLICK


def town(pairs, *, people, authors=2):
    """Return a state in which (person, author): (shown, clicks, likes) and nothing else has happened."""
    state = State(ATTENTION)
    state._grow_people(people)
    state.person_count, state.author_count = people, authors
    for (person, author), (shown, clicks, likes) in pairs.items():
        state.affinity.put(int(pack(person, author, 6)), shown, clicks, 0, likes, 0, 0, 0, 0)
        for rows, row in (
            (state.person_total, person),
            (state.author_total, author),
            (state.surface_total, 0),
        ):
            rows[row, COUNT_IMPRESSIONS] += shown
            rows[row, COUNT_ATTENTION] += 1000 * shown
            rows[row, CLICK] += clicks
            rows[row, LIKE] += likes
    return state


def crowd(first, count, author, each):
    return {(person, author): each for person in range(first, first + count)}


def test_makers_seen_alike_by_people_alike_are_moved_alike_and_little():
    state = town({**crowd(0, 100, 0, (2, 1, 0)), **crowd(100, 100, 1, (2, 1, 0))}, people=200)

    shift = author_debiasing.author_shift(MODEL, state)

    assert shift.shape == (2, 13)
    assert shift[0].tolist() == shift[1].tolist()
    assert np.abs(shift[:, CLICK]).max() < 0.25


def test_an_ardent_fan_moves_a_maker_against_another_no_further_than_some_looks_would():
    pairs = {**crowd(0, 100, 0, (2, 0, 0)), **crowd(0, 100, 1, (2, 0, 0))}
    state = town({**pairs, (100, 0): (200, 200, 200)}, people=101)

    shift = author_debiasing.author_shift(MODEL, state)

    plain = rates.smoothed(
        state.author_total[0], rates.community_rate(state.surface_total), MODEL.author_prior
    )
    other = rates.smoothed(
        state.author_total[1], rates.community_rate(state.surface_total), MODEL.author_prior
    )
    apart = rates.logit(plain) - rates.logit(other)
    assert apart[LIKE] > 3
    assert 0 < apart[LIKE] + shift[0, LIKE] - shift[1, LIKE] < 1.5


def test_outcomes_without_an_impression_count_as_one_look_a_person():
    pairs = {**crowd(0, 100, 0, (3, 1, 0)), **crowd(0, 100, 1, (3, 1, 0))}
    bought = {**pairs, **crowd(100, 6, 0, (0, 40, 40))}
    looked = {**pairs, **crowd(100, 6, 0, (1, 1, 1))}
    many, once = town(bought, people=106), town(looked, people=106)

    shift = [author_debiasing.author_shift(MODEL, state) for state in (many, once)]

    def told(state, moved):
        rate = rates.community_rate(rates.surface_counts(state))
        plain = rates.smoothed(state.author_total[0], rate, MODEL.author_prior)
        return rates.logit(plain)[LIKE] + moved[0, LIKE] - rates.logit(rate)[LIKE]

    assert shift[0][0, LIKE] < shift[1][0, LIKE] - 1
    assert told(many, shift[0]) < told(once, shift[1]) + 1.0


def test_who_does_ten_times_what_others_do_is_loud_and_is_not_counted():
    pairs = {**crowd(0, 100, 0, (50, 20, 1)), (100, 0): (50, 50, 45)}
    state = town(pairs, people=101)

    loud = author_debiasing.hush(state)

    assert np.flatnonzero(loud).tolist() == [100]
    counts = rates.surface_counts(state)[0]
    assert counts[LIKE] == 100
    assert counts[COUNT_IMPRESSIONS] == 5000


def test_among_people_alike_nobody_is_loud():
    state = town(crowd(0, 100, 0, (50, 20, 3)), people=100)

    assert not author_debiasing.hush(state).any()
    assert state.quiet == pytest.approx(np.ones(16))


def test_a_community_without_anybody_has_nobody_loud():
    state = State(ATTENTION)

    assert author_debiasing.hush(state).size == 0
    assert author_debiasing.author_shift(MODEL, state).shape == (0, 13)


def test_a_prior_weighs_at_least_three_tenths_of_a_success():
    assert rates.strength(12.0, np.array([0.5, 0.001])) == pytest.approx([12.0, 300.0])


def test_one_order_in_twenty_looks_does_not_make_a_bestseller():
    counts = np.zeros(16)
    counts[FactKind.ORDER], counts[COUNT_IMPRESSIONS], counts[COUNT_ATTENTION] = 1, 20, 20_000
    rate = np.full(13, 0.0005)

    assert rates.smoothed(counts, rate, 12.0)[FactKind.ORDER] < 0.0025


PAIR = st.tuples(st.integers(0, 30), st.integers(0, 7))
COUNTS = st.tuples(*[st.integers(-1, 90)] * 8)


@given(st.dictionaries(PAIR, COUNTS, max_size=60), st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_the_compiled_sums_equal_the_plain_ones(pairs, seed):
    state, chance = State(ATTENTION), np.random.default_rng(seed)
    state._grow_people(31)
    state.author_count = 8
    for (person, author), counts in pairs.items():
        state.affinity.put(int(pack(person, author, 6)), *counts)
        state.affinity.put(int(pack(person, author, 7)), *counts)
    state.person_total[:31] = chance.integers(0, 400, state.person_total[:31].shape)
    state.person_total[:31, COUNT_ATTENTION] *= 700
    state.surface_total[0] = state.person_total.sum(axis=0)

    plain = author_debiasing.author_shift(MODEL, state, compiled=False)

    assert author_debiasing.author_shift(MODEL, state).tobytes() == plain.tobytes()
    author_debiasing.hush(state)
    plain = author_debiasing.author_shift(MODEL, state, compiled=False)
    state.quiet = np.ones(16)
    assert (
        author_debiasing.finish(author_debiasing.shift_pieces(MODEL, state)).tobytes()
        == plain.tobytes()
    )


def test_pieces_of_a_table_that_is_laid_anew_meanwhile_count_every_pair_once(monkeypatch):
    monkeypatch.setattr(author_debiasing, "PIECE_PLACES", 64)
    state = town(crowd(0, 300, 0, (2, 1, 0)), people=400)
    pieces = author_debiasing.shift_pieces(MODEL, state)
    for _ in range(5):
        next(pieces)
    before = state.affinity.keys

    for person in range(300, 400):
        state.affinity.put(int(pack(person, 1, 6)), 2, 0, 0, 0, 0, 0, 0, 0)
    state.affinity.reserve(4_000)

    assert state.affinity.keys is not before
    rate = rates.community_rate(rates.surface_counts(state))
    sums = author_debiasing.sums_of(MODEL, state, author_debiasing.loud(state), rate)
    assert (
        author_debiasing.finish(pieces).tobytes()
        == author_debiasing._shift_of(MODEL, rate, sums).tobytes()
    )
