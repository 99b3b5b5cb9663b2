"""What was taken back teaches nothing: item lists, likeness and rates learn from what stands, whatever came first."""

import numpy as np
from hypothesis import given, settings

from lodestone.events.outcomes import OUTCOME_COUNT, FactKind
from lodestone.insight.evaluation import rows_of
from lodestone.learning.impressions import FITTED, LookReader
from lodestone.learning.positives import KIND_WEIGHT, gather
from tests.oracles.edges import ENDS, about, in_order, lives, stands
from tests.oracles.facts import DAY, array

REFUSED = (FactKind.NOT_INTERESTED, FactKind.HIDE, FactKind.REPORT)


def taken_back(facts, fact):
    """Say whether an end follows a fact's edge, or nothing is left of an order."""
    if fact.kind not in ENDS:
        return not stands(facts, fact)
    edge = (fact.kind, ENDS[fact.kind])
    mine = [f for f in facts if f.kind in edge and f.person == fact.person]
    moves = in_order(f for f in mine if about(f) == about(fact))
    return any(f.kind == edge[1] for f in moves[moves.index(fact) :])


@settings(max_examples=60, deadline=None)
@given(lives())
def test_item_lists_learn_from_the_deeds_that_stand(facts):
    erased = {fact.person for fact in facts if fact.kind == FactKind.ERASED}
    expected = {}
    for fact in facts:
        weight = -1.0 if fact.kind in REFUSED else KIND_WEIGHT.get(fact.kind, 0.0)
        if weight and fact.item >= 0 and fact.person not in erased and not taken_back(facts, fact):
            expected.setdefault((fact.person, fact.item), []).append((weight, fact.time))
    by_hand = {
        pair: (-1.0 if min(deeds)[0] < 0 else max(deeds)[0], max(time for _, time in deeds))
        for pair, deeds in expected.items()
    }

    rows = array(facts)
    made = gather([rows[: rows.size // 2], rows[rows.size // 2 :]], most=1_000)

    people = made.person[made.owner()].tolist()
    pairs = zip(people, made.item.tolist(), strict=True)
    deeds = zip(np.round(made.weight, 3).tolist(), made.time.tolist(), strict=True)
    found = {
        pair: (round(weight, 1), time) for pair, (weight, time) in zip(pairs, deeds, strict=True)
    }
    assert found == by_hand


@settings(max_examples=60, deadline=None)
@given(lives())
def test_likeness_is_fitted_on_what_followed_and_stands(facts):
    reader = LookReader()
    rows = array(facts)
    reader.take(rows[: rows.size // 2])
    reader.take(rows[rows.size // 2 :])

    looks = reader.looks()

    for person, item, time, done in zip(
        looks.person, looks.item, looks.time, looks.done, strict=True
    ):
        mine = [f for f in facts if (f.person, f.item) == (person, item)]
        assert time == min(f.time for f in mine if f.kind == FactKind.IMPRESSION)
        near = [f for f in mine if abs(f.time - time) <= DAY and not taken_back(facts, f)]
        assert {kind for kind in FITTED if done[kind]} == {f.kind for f in near} & set(FITTED)


@settings(max_examples=60, deadline=None)
@given(lives())
def test_rates_are_fitted_on_what_followed_and_stands(facts):
    facts = [fact for fact in facts if fact.kind != FactKind.ERASED]
    rows = array(facts)
    people = rows["person"].astype(np.int64)
    told = rows_of(rows, people)
    seen = [fact for fact in facts if fact.kind == FactKind.IMPRESSION and fact.person >= 0]

    assert told.person.tolist() == [fact.person for fact in seen]
    for fact, label in zip(seen, told.label, strict=True):
        mine = [f for f in facts if (f.receipt, f.slot, f.person, f.item) == (fact.receipt, fact.slot, fact.person, fact.item)]  # fmt: skip
        outcomes = [f for f in mine if f.kind < OUTCOME_COUNT and f.kind != FactKind.WATCH]
        done = {f.kind for f in outcomes if not taken_back(facts, f)}
        assert {kind for kind in range(1, OUTCOME_COUNT) if label[kind]} == done
