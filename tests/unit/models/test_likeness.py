"""Scores by people alike: compiled against plain, and what a decision may rely on."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.events.facts import empty_facts
from lodestone.events.outcomes import FactKind
from lodestone.features.state import ATTENTION, State
from lodestone.models import rates
from lodestone.models.alike import (
    NEWEST_MAX,
    STRANGER,
    Alike,
    AlikeModel,
    AlikeTable,
    Scored,
    blend,
    pack_lists,
)
from lodestone.services.feed.marking import kept_away
from lodestone.traffic.policy import Policy

ITEMS, PEOPLE = 12, 4


def table_of(chance, *, people=PEOPLE):
    """Draw lists and profiles; the last item has no list, the last person no profile."""
    near = np.stack([chance.permutation(ITEMS)[:5] for _ in range(ITEMS)]).astype(np.int32)
    near[near == np.arange(ITEMS)[:, None]] = -1
    near = np.where(np.cumsum(near < 0, axis=1) > 0, -1, near).astype(np.int32)
    value = -np.sort(-chance.random((ITEMS, 5)).astype(np.float32), axis=1)
    weight, scale = pack_lists(value)
    place = np.arange(ITEMS, dtype=np.int32)
    place[-1] = -1
    best = np.stack([chance.permutation(ITEMS)[:3] for _ in range(people - 1)]).astype(np.int32)
    return AlikeTable(
        place=place, near=near, weight=weight, scale=scale,
        popular=chance.random(ITEMS).astype(np.float32), crowd=np.arange(4, dtype=np.int32),
        person=np.arange(1, people, dtype=np.int64), best=best,
        score=-np.sort(-chance.integers(1, 65535, (people - 1, 3)).astype(np.int64), axis=1).astype(np.uint16),
        unit=np.full(people - 1, 1e-4, np.float32), total=np.full(people - 1, 2.0, np.float32),
        newest=np.full(people - 1, 100, np.int64),
    )  # fmt: skip


def state_of(deeds):
    """Make a state of live items in which people have done things: (person, item, kind, time)."""
    state = State(ATTENTION)
    state.item_count, state.person_count = ITEMS, PEOPLE
    state.items[:ITEMS]["state"] = 1
    state.people["ordinal"][:PEOPLE] = np.arange(1, PEOPLE + 1)
    facts = empty_facts(len(deeds))
    for fact, (person, item, kind, time) in zip(facts, deeds, strict=True):
        fact["person"], fact["item"], fact["kind"], fact["time"] = person + 1, item, kind, time
    rows = facts["person"] - 1
    state.apply(facts, rows, np.full(rows.size, -1, np.int64))
    return state


MODEL = AlikeModel(
    version=3, offset=9, method="cooccurrence", weights=(1.0,) * 13, popular_weight=0.5
)
some_deeds = st.lists(
    st.tuples(
        st.integers(0, PEOPLE - 1), st.integers(0, ITEMS - 1),
        st.sampled_from([FactKind.CLICK, FactKind.LIKE, FactKind.ORDER, FactKind.SHOP_VISIT, FactKind.UNLIKE]), st.integers(50, 300),
    ),
    max_size=40,
)  # fmt: skip


@given(some_deeds, st.integers(0, 50), st.sets(st.integers(0, ITEMS - 1)))
@settings(max_examples=60, deadline=None)
def test_the_compiled_scores_equal_the_plain_ones(deeds, seed, marked):
    state, table = state_of(deeds), table_of(np.random.default_rng(seed))
    marks = np.zeros(state.items.size, np.int64)
    marks[list(marked)] = 5
    rows = np.arange(ITEMS, dtype=np.int32)
    made = []
    for compiled in (True, False):
        alike = Alike(MODEL, table, compiled=compiled)
        for person in (-1, 0, PEOPLE - 1):
            scored = alike.score(state, person)
            terms = alike.terms(rows, scored)
            made.append((compiled, person, scored.total, terms, set(alike.candidates(state, marks, 4).tolist())))  # fmt: skip

    for fast, slow in zip(made[:3], made[3:], strict=True):
        assert fast[2] == slow[2]
        assert np.allclose(fast[3], slow[3], rtol=1e-12)
        assert fast[4] == slow[4]
        assert not fast[4] & marked


def test_a_deed_newer_than_the_profile_counts_and_an_older_one_is_in_it_already():
    old, new = state_of([(0, 3, FactKind.LIKE, 90)]), state_of([(0, 3, FactKind.LIKE, 110)])
    before = Alike(MODEL, table_of(np.random.default_rng(1))).score(old, 0)
    after = Alike(MODEL, table_of(np.random.default_rng(1))).score(new, 0)

    assert (before.total, after.total) == (2.0, 3.0)


def test_a_stranger_has_no_term_and_gets_what_is_popular():
    alike = Alike(MODEL, table_of(np.random.default_rng(2)))
    state = state_of([])
    terms = alike.terms(np.arange(ITEMS, dtype=np.int32), alike.score(state, PEOPLE - 1))

    assert not terms[0].any()
    assert terms[1].all()
    marks = np.zeros(state.items.size, np.int64)
    assert sorted(alike.candidates(state, marks, 4).tolist()) == [0, 1, 2, 3]


def test_no_more_than_the_newest_deeds_are_added_up():
    deeds = [(3, n % ITEMS, FactKind.LIKE, 100 + n) for n in range(200)]
    alike = Alike(MODEL, table_of(np.random.default_rng(3)))

    assert alike.score(state_of(deeds), PEOPLE - 1).total <= NEWEST_MAX


def test_a_forgotten_profile_speaks_for_nothing():
    alike = Alike(MODEL, table_of(np.random.default_rng(4)))
    alike.forget(1)

    assert alike.score(state_of([]), 0).total == 0.0


def test_likes_without_impressions_move_no_rate():
    counts = np.zeros((1, 16))
    counts[0, FactKind.LIKE] = 50
    prior = np.array(rates.START_RATE)

    assert np.allclose(rates.smoothed(counts, prior, 24.0), prior)


def test_an_unlike_ends_what_a_like_kept_away_whatever_comes_first():
    for times in ((1, 2), (2, 1)):
        like, unlike = (0, 5, FactKind.LIKE, 10 * times[0]), (0, 5, FactKind.UNLIKE, 10 * times[1])
        state = state_of([like, unlike])
        marks = np.zeros(state.items.size, np.int64)
        state.history.mark(0, np.zeros(3, np.int64), marks, 7)

        assert marks[5] == (0 if times == (1, 2) else 7)


def test_for_good_is_for_good_and_a_span_is_a_span():
    class Now:
        now, policy = 10**15, Policy(liked_days=2)

    read, liked, bought = kept_away(Now)

    assert read == bought < 0
    assert liked == 10**15 - 2 * 86_400_000_000


LEARNED = msgspec.structs.replace(
    MODEL, popular_weight=0.1, item_weight=0.1, content_share=0.2, items=4, deeds=16
)


def blended(total, known, popular=(0.0, 0.6, 2.0)):
    out = np.zeros((3, len(popular)))
    out[1] = popular
    blend(LEARNED, Scored(total, 0, known), out)
    return out


def test_of_a_stranger_popularity_says_most_and_less_with_each_deed():
    weights = [blended(total, known=total > 0)[1, 2] / 2.0 for total in (0.0, 1.0, 2.0, 40.0)]

    assert weights[0] == pytest.approx(STRANGER / LEARNED.popular_weight)
    assert weights[1] == pytest.approx(1 + (weights[0] - 1) / 2)
    assert weights == sorted(weights, reverse=True)
    assert weights[3] == pytest.approx(1.0)


def test_content_says_most_of_what_nobody_took_to_and_of_everything_where_likeness_knows_nothing():
    none, some, many = blended(5.0, known=True)[2]

    assert none == 1.0
    assert 1.0 > some > many > LEARNED.content_share
    assert blended(5.0, known=False)[2].tolist() == [1.0] * 3


def test_where_impressions_teach_nothing_is_blended():
    out = np.full((3, 2), 0.7)
    blend(MODEL, Scored(0.0, 0, known=False), out)

    assert out.tolist() == [[0.7, 0.7], [0.7, 0.7], [1.0, 1.0]]
