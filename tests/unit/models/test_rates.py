"""The predictor: rates shrink to what is known, both twins agree, and evidence moves chances."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.base.clock import Instant
from lodestone.events.facts import empty_facts
from lodestone.events.outcomes import COUNT_ATTENTION, COUNT_IMPRESSIONS, OUTCOME_COUNT, FactKind
from lodestone.features.layout import ItemRow, PersonRow
from lodestone.features.state import State
from lodestone.models import evidence, item_logits, rates, rates_kernel, taste
from lodestone.models.fatigue import before_each, weariness, weariness_of
from lodestone.models.nearest import FlatIndex, LiveIndex
from lodestone.models.ports import PredictionQuery
from lodestone.traffic.prices import chances_of

NAN = float("nan")
DAY = 86_400_000_000
NO_CROWD = evidence.Crowd(1.0, 1.0)
NOBODY = np.zeros(64, np.float32)


def a_community(facts=0, seed=1):
    state = State(np.ones(64))
    chance = np.random.default_rng(seed)
    for row in range(6):
        person = PersonRow(row + 9, 0, NAN, NAN, NAN, NAN, 0, -1, -1, True, False, ())
        state.put_person(row, person, np.zeros(64))
    for row in range(20):
        vector = chance.normal(size=64)
        vector /= np.linalg.norm(vector)
        channels = (row % 3,) if row % 5 else ()
        item = ItemRow(
            row, 9 + row % 3, 0, 0, 1, 0, NAN, NAN, 5.0, -1, channels, (), (), tuple(vector)
        )
        state.put_item(item, row % 3, row % 4 - 1)
    batch = empty_facts(facts)
    batch["kind"] = chance.choice([*range(13), *[FactKind.IMPRESSION] * 30], facts)
    batch["item"], batch["day"] = chance.integers(0, 20, facts), 50 - chance.integers(0, 10, facts)
    batch["value"], batch["surface"] = (
        chance.integers(0, 70_000, facts),
        chance.integers(0, 2, facts),
    )
    batch["time"] = batch["day"].astype(np.int64) * 86_400_000_000 + np.arange(facts)
    state.apply(batch, chance.integers(-1, 6, facts), np.full(facts, -1))
    item_logits.materialise(rates.default_model(), state, np.arange(20))
    return state


@given(
    st.integers(0, 400),
    st.integers(0, 1000),
    st.lists(st.integers(0, 19), unique=True),
    st.integers(0, 3),
    st.sampled_from([0.0, 0.2, 1.0]),
)
def test_the_compiled_logits_equal_the_plain_ones(facts, seed, rows, authors, quiet):
    state, chosen = a_community(facts, seed), np.array(rows, np.int64)
    state.quiet[:] = quiet
    shift = np.linspace(-1, 1, authors * OUTCOME_COUNT, dtype=np.float32)
    shift = shift.reshape(authors, OUTCOME_COUNT)
    before = state.items["logit"].copy()

    item_logits.materialise(rates.default_model(), state, chosen, shift)

    plain = item_logits.plain_logits(rates.default_model(), state, chosen, shift)
    assert state.items["logit"][chosen] == pytest.approx(plain, abs=2e-6)
    others = np.setdiff1d(np.arange(20), chosen)
    assert (state.items["logit"][others] == before[others]).all()


def test_an_item_without_evidence_has_its_authors_rate_and_an_author_without_any_the_communitys():
    rate = np.full(OUTCOME_COUNT, 0.1)
    counts = np.zeros((2, 16))
    authors = np.zeros((2, 16), np.int64)
    authors[1, FactKind.CLICK], authors[1, COUNT_IMPRESSIONS], authors[1, COUNT_ATTENTION] = (
        60,
        80,
        80_000,
    )

    found = rates.item_logits(rates.default_model(), counts, authors, rate, NO_CROWD)

    assert found[0] == pytest.approx(0.0, abs=1e-6)
    expected = rates.logit(np.array((60 + 20 * 0.1) / 100)) - rates.logit(np.array(0.1))
    assert found[1, FactKind.CLICK] == pytest.approx(float(expected), rel=1e-6)


def test_a_slot_nobody_looks_at_counts_less_against_an_item():
    counts = np.zeros((2, 16))
    counts[:, FactKind.CLICK], counts[:, COUNT_IMPRESSIONS] = 5, 40
    counts[:, COUNT_ATTENTION] = [40_000, 12_000]
    authors, rate = np.zeros((2, 16), np.int64), np.full(OUTCOME_COUNT, 0.1)

    found = rates.item_logits(rates.default_model(), counts, authors, rate, NO_CROWD)

    assert found[1, FactKind.CLICK] > found[0, FactKind.CLICK]


@given(st.integers(0, 400), st.integers(0, 2**32 - 1), st.integers(-1, 5), st.integers(0, 2))
@settings(max_examples=40, deadline=None)
def test_the_compiled_predictor_equals_the_plain_one(facts, seed, person, surface):
    state = a_community(facts, seed)
    state.items["language"][:20] = np.arange(20) % 4 - 1
    state.people["language"][:6] = np.arange(6) % 3 - 1
    vector = taste.viewer_vector(state, person)
    rows, kind = np.arange(20, dtype=np.int32), np.arange(20, dtype=np.uint8) % 5
    asked = PredictionQuery(person, surface, vector, kind, Instant(51 * DAY))

    plain = rates.Rates(rates.default_model(), compiled=False).chances(state, asked, rows)
    compiled = rates.Rates(rates.default_model()).chances(state, asked, rows)

    # Chances agree to the rounding of the last of bfloat16's eight bits.
    assert np.abs(plain.astype(int) - compiled.astype(int)).max() <= 1
    assert chances_of(compiled).min() >= 0
    assert chances_of(compiled).max() <= 1


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(-1, 5), min_size=2, max_size=6))
@settings(max_examples=30, deadline=None)
def test_a_predictor_that_was_asked_before_answers_as_a_fresh_one(seed, people):
    state, rows = a_community(200, seed), np.arange(20, dtype=np.int32)
    used = rates.Rates(rates.default_model())
    vectors = [taste.viewer_vector(state, person) for person in people]
    for turn, (person, vector) in enumerate(zip(people, vectors, strict=True)):
        asked = PredictionQuery(person, turn % 2, vector)
        fresh = rates.Rates(rates.default_model()).chances(state, asked, rows)
        for _ in range(2):
            assert (used.chances(state, asked, rows) == fresh).all()


def a_look(item, day, count=1):
    batch = empty_facts(count)
    batch["kind"], batch["item"], batch["day"] = FactKind.IMPRESSION, item, day
    batch["time"] = day * DAY + np.arange(count)
    return batch


@given(
    st.lists(st.tuples(st.integers(-1, 19), st.integers(0, 40)), max_size=64), st.integers(0, 45)
)
@settings(max_examples=60, deadline=None)
def test_weariness_is_the_same_compiled(looks, now):
    state = a_community()
    seen = np.array([item for item, _ in looks], np.int32)
    times = np.array([day * 86_400 for _, day in looks], np.int32)
    rows, plain, compiled = np.arange(20, dtype=np.int32), np.zeros((20, 2)), np.zeros((20, 2))

    weariness(state.items, seen, times, now * 86_400, 86_400.0, rows, plain)
    rates_kernel.weariness(state.items, seen, times, now * 86_400, 86_400.0, rows, compiled)

    assert compiled == pytest.approx(plain, rel=1e-12)


def test_what_was_seen_tires_by_its_topic_and_its_author_and_is_half_forgotten_after_a_day():
    state = a_community()
    state.apply(a_look([4, 8], 50, 2), np.full(2, 4), np.full(2, -1))
    rows = np.array([0, 4, 1, 3], np.int32)  # topics -1, -1, 0, 2; authors 0, 1, 1, 0

    at_once = weariness_of(state, 4, Instant(50 * DAY), rows)
    later = weariness_of(state, 4, Instant(52 * DAY), rows)

    assert at_once[:, 0].tolist() == [0, 0, 0, 0]  # what has no topic tires of none
    assert at_once[:, 1] == pytest.approx([0, 1, 1, 0], abs=1e-4)
    assert later == pytest.approx(at_once / 4, rel=1e-4)
    assert not weariness_of(state, -1, Instant(50 * DAY), rows).any()


def test_who_has_just_seen_much_of_a_topic_is_thought_to_like_it_less_today_and_not_tomorrow_week():
    state, rows = a_community(), np.array([1, 2], np.int32)
    predictor = rates.Rates(rates.default_model())

    def clicks(day):
        asked = PredictionQuery(4, 0, NOBODY, None, Instant(day * DAY))
        return chances_of(predictor.chances(state, asked, rows))[:, FactKind.CLICK]

    state.apply(a_look([5, 9, 13, 17], 50, 4), np.full(4, 4), np.full(4, -1))  # all of topic 0

    kept = clicks(50) / clicks(57)
    assert kept[0] < kept[1] <= 1.0  # one post of the other's author was among them


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(-1, 2), st.integers(0, 5)), max_size=30))
def test_what_tired_each_look_is_what_came_before_it(looks):
    person, code, days = (np.array([look[k] for look in looks], np.int64) for k in range(3))
    time = days * DAY + np.arange(len(looks))

    found = before_each(person, code, time)

    for at in range(len(looks)):
        same = (person == person[at]) & (code == code[at]) & (time < time[at]) & (code[at] >= 0)
        assert found[at] == pytest.approx(np.sum(0.5 ** ((time[at] - time[same]) / DAY)))


def test_a_post_is_judged_by_the_domain_it_comes_through():
    state, rows = a_community(), np.full(5, 3, np.int32)

    found = rates.Rates(rates.default_model()).chances(
        state, PredictionQuery(4, 0, NOBODY, np.arange(5, dtype=np.uint8)), rows
    )

    clicks = chances_of(found)[:, FactKind.CLICK]
    assert clicks[4] > clicks[3] > clicks[1] >= clicks[0]


def test_a_model_learned_before_a_feature_was_known_predicts_without_it():
    whole = rates.default_model()
    short = rates.RatesModel(weights=tuple(row[:8] for row in whole.weights))

    assert (rates.full(short)[:, :8] == rates.full(whole)[:, :8]).all()
    assert not rates.full(short)[:, 8:].any()


def test_clicks_of_a_viewer_on_an_author_raise_that_authors_chance_for_them_alone():
    state = a_community()
    rows = np.arange(3, dtype=np.int32)
    predictor = rates.Rates(rates.default_model())
    before = chances_of(predictor.chances(state, PredictionQuery(4, 0, NOBODY), rows))[
        :, FactKind.CLICK
    ]
    batch = empty_facts(12)
    batch["kind"], batch["item"], batch["day"] = [FactKind.IMPRESSION, FactKind.CLICK] * 6, 4, 50
    batch["time"] = np.arange(12)

    state.apply(batch, np.full(12, 4), np.full(12, -1))
    after = chances_of(predictor.chances(state, PredictionQuery(4, 0, NOBODY), rows))[
        :, FactKind.CLICK
    ]
    other = chances_of(predictor.chances(state, PredictionQuery(5, 0, NOBODY), rows))[
        :, FactKind.CLICK
    ]

    assert after[1] / after[0] > 1.2 * before[1] / before[0]
    assert other[1] / other[0] == pytest.approx(before[1] / before[0], rel=0.02)


def test_who_said_no_language_is_taken_to_read_that_of_most_of_what_they_took_to():
    state = a_community()
    state.items["language"][:20] = np.arange(20) % 2
    batch = empty_facts(3)
    batch["kind"], batch["item"], batch["day"], batch["time"] = (
        FactKind.LIKE,
        [1, 3, 4],
        50,
        [1, 2, 3],
    )
    state.apply(batch, np.full(3, 4), np.full(3, -1))
    state.people["language"][5] = 0

    assert [taste.spoken_by(state, person) for person in (4, 5, 3, -1)] == [1, 0, -1, -1]
    asked = PredictionQuery(5, 0, NOBODY)
    likes = chances_of(
        rates.Rates(rates.default_model()).chances(state, asked, np.array([6, 7], np.int32))
    )[:, FactKind.LIKE]
    assert likes[0] > 1.5 * likes[1]


def test_a_row_that_is_not_finite_comes_back_as_nan():
    state = a_community()
    state.items["logit"][2] = np.nan

    found = rates.Rates(rates.default_model()).chances(
        state, PredictionQuery(-1, 0, NOBODY), np.arange(3, dtype=np.int32)
    )

    assert np.isnan(chances_of(found)).all(axis=1).tolist() == [False, False, True]


def test_a_viewer_stands_where_their_latest_positives_do():
    state = a_community()
    batch = empty_facts(2)
    batch["kind"], batch["item"], batch["day"] = FactKind.LIKE, [3, 7], 50
    batch["time"] = [0, 28 * 86_400_000_000]
    state.apply(batch, np.full(2, 4), np.full(2, -1))

    vector = taste.viewer_vector(state, 4)

    near = state.items["vector"][:20].astype(float) @ vector
    assert int(near.argmax()) == 7
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("size", [0, 5, 20_000])
def test_an_index_finds_what_a_flat_scan_finds_and_never_what_was_removed(size):
    chance = np.random.default_rng(size)
    centres = chance.normal(size=(40, 64))
    vectors = centres[chance.integers(0, 40, size)] + 0.5 * chance.normal(size=(size, 64))
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1), 1e-9)[:, None]
    flat, live = FlatIndex(), LiveIndex()
    for index in (flat, live):
        for start in range(0, size, 7_000):
            rows = np.arange(start, min(size, start + 7_000), dtype=np.int32)
            index.add(rows, vectors[rows])
    gone = set(range(0, size, 9))
    for row in gone:
        flat.remove(row)
        live.remove(row)
    queries = (centres[:10] / np.linalg.norm(centres[:10], axis=1)[:, None]).astype(np.float32)

    found = [(flat.search(query, 100), live.search(query, 100)) for query in queries]

    recalls = [np.isin(exact, quick).mean() for exact, quick in found if exact.size]
    assert all(not gone & set(quick.tolist()) for _, quick in found)
    assert all(exact.size == quick.size for exact, quick in found)
    assert np.mean(recalls or [1.0]) >= 0.95


def test_an_item_added_again_is_found_once_at_its_new_place():
    index = LiveIndex()
    index.add(np.array([1, 2], np.int32), np.eye(64)[:2])

    index.add(np.array([1], np.int32), np.eye(64)[5:6])

    assert index.search(np.eye(64, dtype=np.float32)[5], 1).tolist() == [1]
    assert sorted(index.search(np.eye(64, dtype=np.float32)[0], 5).tolist()) == [1, 2]
