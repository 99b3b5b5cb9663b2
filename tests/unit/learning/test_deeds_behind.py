"""Which deeds speak for an item: held to the scores decisions use, and to a plain definition in which a deed is left out."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.base.clock import Instant
from lodestone.base.wire import INSTANT_MAX
from lodestone.events.outcomes import FactKind
from lodestone.learning.lists import COOCCURRENCE, EVEN, FADING, fading, learn
from lodestone.learning.make import _columns
from lodestone.learning.positives import DEED, arrange
from lodestone.models.alike import Alike, AlikeModel
from lodestone.models.deeds_behind import DeedsBehind
from tests.unit.models.test_likeness import ITEMS, PEOPLE, state_of

MODEL = AlikeModel(version=3, offset=9, method=COOCCURRENCE, weights=(1.0,) * 13)
ROWS = np.arange(ITEMS, dtype=np.int32)
NOW = 1_000
TAUGHT = 200
"""Deeds up to this instant teach the lists; what comes later is added when deciding."""


def deeds_of(chance, people=PEOPLE * 3):
    """Draw who took to what before the lists: (person, item, weight, time); everybody to something."""
    owner = np.repeat(np.arange(people), 6)
    deeds = np.empty(owner.size, DEED)
    deeds["person"], deeds["item"] = owner + 1, chance.integers(0, ITEMS, owner.size)
    deeds["weight"] = chance.choice([0.2, 0.5, 1.0], owner.size)
    deeds["time"] = chance.permutation(owner.size) + 100
    return arrange(deeds)


def world(seed, fresh, *, method=COOCCURRENCE, recency=EVEN):
    positives = deeds_of(np.random.default_rng(seed))
    lists = learn(positives, method)
    table = _columns(lists, positives, recency, 100)
    state = state_of([(person, item, FactKind.LIKE, time) for person, item, time in fresh])
    return positives, lists, Alike(MODEL, table), state


some_likes = st.lists(
    st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, ITEMS - 1), st.integers(TAUGHT, NOW)),
    max_size=8,
)


@pytest.mark.parametrize("method", [COOCCURRENCE, "ease:10"])
@given(seed=st.integers(0, 200), fresh=some_likes, person=st.integers(-1, PEOPLE - 1))
@settings(max_examples=40, deadline=None)
def test_the_terms_told_are_those_that_decided(method, seed, fresh, person):
    _, _, alike, state = world(seed, fresh, method=method)

    told = DeedsBehind(alike, state, person, INSTANT_MAX, ROWS)

    scored = alike.score(state, person)
    np.testing.assert_allclose(told.terms(), alike.terms(ROWS, scored), rtol=1e-9)
    assert told.total == pytest.approx(scored.total)


def score_without(lists, positives, weight, fresh, person, row, left_out, *, in_profile):
    """Sum up what speaks for an item as `docs/people-alike.md` says it, one item's deeds left out."""
    deeds = list(fresh)
    if in_profile:
        own = slice(positives.start[person], positives.start[person + 1])
        deeds += list(zip(positives.item[own].tolist(), weight[own].tolist(), strict=True))
    total = 0.0
    for item, strength in deeds:
        at = np.flatnonzero(lists.rows == item)
        if item != left_out and strength > 0 and at.size:
            listed = lists.near[at[0]]
            hit = (listed >= 0) & (lists.rows[listed] == row)
            total += strength * float(lists.value[at[0]][hit].sum())
    return total


@given(seed=st.integers(0, 200), fresh=some_likes, fades=st.booleans())
@settings(max_examples=40, deadline=None)
def test_named_first_is_what_the_score_would_miss_most(seed, fresh, fades):
    recency = FADING if fades else EVEN
    positives, lists, alike, state = world(seed, fresh, recency=recency)
    weight = fading(positives, recency)
    scale = float(alike.table.scale.max())
    for person in range(PEOPLE):
        newer = dict.fromkeys((item for who, item, _ in fresh if who == person), 1.0)
        newest = alike.table.newest[person]
        assert newest < TAUGHT
        own = slice(positives.start[person], positives.start[person + 1])
        candidates = sorted({*positives.item[own].tolist(), *newer})
        told = DeedsBehind(alike, state, person, INSTANT_MAX, ROWS)
        for row in ROWS.tolist():
            behind, known = told.behind(row), bool((alike.table.best[person] == row).any())

            def score(left_out, row=row, known=known, person=person, newer=newer):
                return score_without(
                    lists, positives, weight, newer.items(), person, row, left_out, in_profile=known
                )

            missed = {item: score(None) - score(item) for item in candidates}
            # A list's values lie in eight bits, so that two deeds this near may change places.
            near = 1e-6 + 2 * scale
            assert behind.score == pytest.approx(score(None), abs=len(candidates) * near)
            parts = [missed[item] for item in behind.item.tolist()]
            assert all(first > second - near for first, second in pairwise(parts))
            rest = [lost for item, lost in missed.items() if item not in behind.item]
            assert all(lost < near for lost in rest)
            np.testing.assert_allclose(behind.part, parts, atol=near)


def test_what_was_done_after_the_decision_has_no_part_in_it():
    like = (1, 4, 500)
    _, _, alike, state = world(5, [like])

    then, later = (DeedsBehind(alike, state, 1, Instant(time), ROWS) for time in (499, 500))

    assert then.total == pytest.approx(later.total - 1)
    assert any(4 in later.behind(row).item for row in ROWS.tolist())
    assert not any(later.behind(row).score < then.behind(row).score for row in ROWS.tolist())


def test_lists_that_kept_no_deeds_name_none_of_a_profile():
    _, _, alike, state = world(5, [])
    old = {name: column for name, column in alike.table.columns().items() if name[:5] != "deed_"}
    bare = Alike(MODEL, type(alike.table).of(old))

    told, before = (DeedsBehind(one, state, 0, INSTANT_MAX, ROWS) for one in (bare, alike))

    np.testing.assert_array_equal(told.terms(), before.terms())
    assert any(before.behind(row).item.size for row in ROWS.tolist())
    assert not any(told.behind(row).item.size for row in ROWS.tolist())


def test_a_forgotten_persons_deeds_are_overwritten():
    _, _, alike, state = world(5, [])
    start, end = alike.table.deed_start[1:3].tolist()

    alike.forget(2)

    assert (alike.table.deed_item[start:end] == -1).all()
    assert not alike.table.deed_weight[start:end].any()
    assert (alike.table.deed_item[end:] >= 0).all()
    told = DeedsBehind(alike, state, 1, INSTANT_MAX, ROWS)
    assert not any(told.behind(row).item.size for row in ROWS.tolist())
