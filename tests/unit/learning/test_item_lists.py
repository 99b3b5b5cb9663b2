"""Item lists from deeds: both kernels against their plain twins, and small communities whose right order is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.events.facts import FLAG_READ, empty_facts
from lodestone.events.outcomes import FactKind
from lodestone.learning import cooccurrence, cooccurrence_kernel, ease, profiles, profiles_kernel
from lodestone.learning.choice import choose, last_part
from lodestone.learning.lists import COOCCURRENCE, EVEN, FADING, best_items, fading, learn
from lodestone.learning.positives import (
    DEED,
    PERSON_MAX,
    READ_WEIGHT,
    Positives,
    arrange,
    deeds_of,
    gather,
)
from lodestone.learning.weights import Choices, conditional_logit, popularity
from lodestone.models.alike import pack_lists, pack_scores

PEOPLE, ITEMS = 12, 15


def deeds(*rows):
    """Make deeds of (person, item, weight, time)."""
    return np.array([tuple(row) for row in rows], DEED)


def history(lists):
    """Make positives of what each person took to, oldest first."""
    return arrange(
        deeds(*((p, i, 1.0, n) for p, items in enumerate(lists) for n, i in enumerate(items)))
    )


some_deeds = st.lists(
    st.tuples(
        st.integers(0, PEOPLE - 1), st.integers(0, ITEMS - 1), st.sampled_from([0.25, 0.5, 1.0, -1.0]),
        st.integers(0, 50),
    ),
    min_size=1, max_size=80,
)  # fmt: skip


def neighbours(module, positives, from_exponent, to_exponent, kept):
    liked = positives.only(positives.weight > 0)
    owner = liked.owner()
    start, order = cooccurrence.by_item(owner, liked.item, ITEMS)
    near, value = np.empty((ITEMS, kept), np.int32), np.empty((ITEMS, kept), np.float32)
    module.neighbours(
        liked.start, liked.item, liked.weight, start, owner[order], liked.weight[order],
        from_exponent, to_exponent, near, value,
    )  # fmt: skip
    return near, value


@given(some_deeds)
@settings(max_examples=60, deadline=None)
def test_compiled_neighbours_equal_the_plain_ones(drawn):
    positives = arrange(deeds(*drawn))

    compiled, fast = neighbours(cooccurrence_kernel, positives, 0.2, 0.6, ITEMS)
    plain, slow = neighbours(cooccurrence, positives, 0.2, 0.6, ITEMS)

    for row in range(ITEMS):  # equal values may stand in either order, a rounding apart
        assert set(compiled[row]) == set(plain[row])
    assert np.allclose(fast, slow, rtol=1e-5)


@given(some_deeds, st.integers(1, ITEMS))
@settings(max_examples=60, deadline=None)
def test_a_list_never_holds_its_own_item_and_falls_and_is_bounded(drawn, kept):
    near, value = neighbours(cooccurrence_kernel, arrange(deeds(*drawn)), 0.2, 0.6, kept)

    assert not (near == np.arange(ITEMS)[:, None]).any()
    assert (np.diff(value, axis=1) <= 0).all()
    assert ((near >= 0) == (value > 0)).all()
    assert near.max() < ITEMS
    for row in near:
        assert np.unique(row[row >= 0]).size == (row >= 0).sum()


@given(some_deeds)
@settings(max_examples=40, deadline=None)
def test_equal_exponents_make_likeness_symmetric(drawn):
    near, value = neighbours(cooccurrence_kernel, arrange(deeds(*drawn)), 0.4, 0.4, ITEMS)
    whole = np.zeros((ITEMS, ITEMS))
    for row in range(ITEMS):
        whole[row, near[row][near[row] >= 0]] = value[row][near[row] >= 0]

    assert np.allclose(whole, whole.T, rtol=1e-5)


@given(some_deeds, st.integers(1, ITEMS))
@settings(max_examples=60, deadline=None)
def test_compiled_profiles_equal_the_plain_ones(drawn, kept):
    positives = arrange(deeds(*drawn))
    lists = learn(positives, COOCCURRENCE)
    item, weight = lists.index_of(positives.item), fading(positives, FADING)
    people = np.arange(positives.people)
    made = []
    for module in (profiles_kernel, profiles):
        found, score = (
            np.empty((people.size, kept), np.int32),
            np.empty((people.size, kept), np.float32),
        )
        module.best_by_lists(
            positives.start, item, weight, people, lists.near, lists.value, found, score
        )
        made.append((found, score))

    (_, fast), (_, slow) = made
    assert np.allclose(fast, slow, rtol=1e-5)


@pytest.mark.parametrize("method", [COOCCURRENCE, "ease:1"])
@given(some_deeds)
@settings(max_examples=30, deadline=None)
def test_nobody_is_recommended_what_they_acted_on_or_refused(method, drawn):
    positives = arrange(deeds(*drawn))
    lists = learn(positives, method)
    people = np.arange(positives.people)
    found, score = best_items(lists, positives, fading(positives, FADING), people, ITEMS)

    for person in people:
        own = positives.item[positives.start[person] : positives.start[person + 1]]
        assert not np.isin(found[person], own).any()
    assert ((found >= 0) == (score > 0)).all()


def test_a_regression_is_the_inverse_it_says():
    positives = history([[0, 1, 2], [0, 1], [2, 3], [1, 3], [0, 3]])
    product = ease.gram(positives.start, positives.item, positives.weight, 4)
    made = ease.regress(product, 2.0)
    inverse = np.linalg.inv(product.astype(np.float64) + 2.0 * np.eye(4))
    expected = inverse / -np.diag(inverse)
    np.fill_diagonal(expected, 0.0)

    assert np.allclose(made, expected, atol=1e-5)


def test_an_item_everybody_took_to_does_not_stand_first_for_everybody():
    """Item 0 is everybody's; 1 to 3 belong together, and so do 4 to 6."""
    tea, rock = [0, 1, 2, 3], [0, 4, 5, 6]
    positives = history([tea, tea, tea, rock, rock, rock, [1, 2], [4, 5]])
    lists = learn(positives, COOCCURRENCE)
    people = np.array([6, 7])
    found, _ = best_items(lists, positives, fading(positives, EVEN), people, 3)

    assert found[0, 0] == 3
    assert found[1, 0] == 6


def test_what_fits_more_of_a_persons_deeds_stands_first():
    positives = history([[0, 1, 3], [0, 1, 3], [0, 1, 3], [0, 4], [2, 4], [2, 4], [0, 1]])
    lists = learn(positives, COOCCURRENCE)
    found, _ = best_items(lists, positives, fading(positives, EVEN), np.array([6]), 2)

    assert found[0].tolist() == [3, 4]


def test_the_strongest_deed_counts_and_an_unlike_takes_a_like_back():
    facts = empty_facts(7)
    facts["person"] = [5, 5, 5, 5, 9, 9, 7]
    facts["item"] = [1, 1, 2, 2, 3, 3, 4]
    facts["kind"] = [
        FactKind.CLICK, FactKind.LIKE, FactKind.LIKE, FactKind.UNLIKE, FactKind.LIKE, FactKind.HIDE, FactKind.IMPRESSION,
    ]  # fmt: skip
    facts["time"] = np.arange(7)
    facts["flags"][6] = FLAG_READ
    made = gather([facts], most=100)

    assert made.person.tolist() == [5, 7, 9]
    assert made.item.tolist() == [1, 4, 3]
    assert made.weight.tolist() == [1.0, READ_WEIGHT, -1.0]


def test_an_impression_is_no_deed_and_an_erased_person_is_forgotten():
    facts = empty_facts(3)
    facts["person"], facts["item"] = [5, 6, 6], [1, 1, -1]
    facts["kind"] = [FactKind.IMPRESSION, FactKind.LIKE, FactKind.ERASED]

    assert deeds_of(facts).size == 1
    assert gather([facts], most=100).people == 0


def test_only_the_newest_deeds_of_a_person_and_of_a_log_are_kept():
    many = PERSON_MAX + 10
    one = arrange(deeds(*((1, n, 1.0, n) for n in range(many))))
    facts = empty_facts(100)
    facts["person"], facts["item"], facts["kind"] = np.arange(100), 1, FactKind.LIKE

    assert one.item.size == PERSON_MAX
    assert one.item.min() == 10
    assert gather([facts[:50], facts[50:]], most=30).person.min() == 70


def test_the_last_part_of_each_person_is_held_out_and_of_one_deed_none():
    positives = history([[1, 2, 3, 4, 5], [1], [1, 2]])

    assert positives.item[last_part(positives)].tolist() == [5, 2]


def test_newer_deeds_weigh_more_by_their_rank():
    weight = fading(history([[1, 2, 3]]), FADING)

    assert weight[2] == 1.0
    assert weight[0] < weight[1] < weight[2]
    assert (fading(history([[1, 2, 3]]), EVEN) == 1.0).all()


def test_lists_are_chosen_by_what_foresees_the_part_held_out():
    chance = np.random.default_rng(3)
    lists = [
        chance.permutation(np.arange(10) + 10 * (person % 3))[:8].tolist() for person in range(60)
    ]
    chosen = choose(history(lists), regressed_max=100)

    assert chosen.figures[max(chosen.figures, key=chosen.figures.__getitem__)] > 0.3
    assert chosen.method.partition(":")[0] in {"ease", "cooccurrence"}
    assert COOCCURRENCE in {label.partition(",")[0] for label in chosen.figures}
    assert choose(history(lists), regressed_max=5).method == COOCCURRENCE


def test_a_conditional_logit_finds_the_weights_that_made_the_choices():
    chance = np.random.default_rng(5)
    features = chance.normal(size=(6_000, 2))
    group = np.repeat(np.arange(600), 10)
    utility = features @ [1.5, -0.5] + chance.gumbel(size=6_000)
    taken = np.zeros(6_000, bool)
    taken[utility.reshape(600, 10).argmax(axis=1) + 10 * np.arange(600)] = True
    weights, errors = conditional_logit(Choices(features, group, taken))

    assert np.abs(weights - [1.5, -0.5]).max() < 4 * errors.max()
    nothing, _ = conditional_logit(Choices(features, group, np.zeros(6_000, bool)))
    assert nothing.tolist() == [0.0, 0.0]


def test_packed_weights_are_within_half_a_step():
    value = -np.sort(-np.random.default_rng(1).random((7, 20)).astype(np.float32), axis=1)
    weight, scale = pack_lists(value)
    score, unit = pack_scores(value)

    assert np.abs(weight * scale[:, None] - value).max() <= value.max() / 255 / 2 + 1e-6
    assert np.abs(score * unit[:, None] - value).max() <= value.max() / 65535 / 2 + 1e-6


def test_popularity_is_nothing_for_what_nobody_took_to():
    popular = popularity(np.array([1, 1, 2], np.int32), np.ones(3, np.float32), 4)

    assert popular[0] == popular[3] == 0
    assert popular[1] > popular[2] > 0


def test_positives_know_whose_each_deed_is():
    made = history([[1, 2], [3]])

    assert isinstance(made, Positives)
    assert made.owner().tolist() == [0, 0, 1]
