"""A post's counters count what stands: likes, follows because of it and orders, whatever came first or was said again."""

import numpy as np
from hypothesis import given, settings

from lodestone.events.facts import FLAG_PAID, FLAG_WHOLE, SHARE_WHOLE
from lodestone.events.outcomes import COUNT_WATCHED, OUTCOME_COUNT, FactKind
from lodestone.features.layout import DAYS_KEPT
from lodestone.features.recount import recounted
from tests.oracles.edges import ENDS, about, lives
from tests.oracles.facts import DAYS, ITEMS, Fact, array
from tests.oracles.test_exposure import state_of

EDGES = (FactKind.LIKE, FactKind.FOLLOW)
STANDS = (*EDGES, FactKind.UNLIKE, FactKind.UNFOLLOW, FactKind.ORDER, FactKind.REFUND)
"""What counts wherever it came from, since its end does not say where that was."""


def unpaid(facts):
    """Leave out what an ad brought and nothing takes back: it says nothing of the post that nobody paid for."""
    return [fact for fact in facts if not fact.flags & FLAG_PAID or fact.kind in STANDS]


def counted_by_hand(facts):
    """Count every outcome of every post: of an edge the latest fact that names a post, unless an end comes later."""
    totals = np.zeros((ITEMS, OUTCOME_COUNT), int)
    for fact in facts:
        if (
            fact.kind < OUTCOME_COUNT
            and fact.item >= 0
            and fact.kind not in (*EDGES, FactKind.WATCH)
        ):
            totals[fact.item, fact.kind] += 1
        if fact.kind == FactKind.REFUND and fact.flags & FLAG_WHOLE:
            totals[fact.item, FactKind.ORDER] -= 1
    for makes in EDGES:
        edges = {}
        for fact in facts:
            if fact.kind in (makes, ENDS[makes]):
                edges.setdefault((fact.person, about(fact)), []).append(fact)
        for moves in edges.values():
            ends = [fact.time for fact in moves if fact.kind == ENDS[makes]]
            made = [fact for fact in moves if fact.kind == makes and fact.item >= 0]
            last = max(made, key=lambda f: (f.time, f.item), default=None)
            if last and last.time > max(ends, default=-1):
                totals[last.item, makes] += 1
    return totals


def whole(fact):
    """Let a refund of all of an order say so, as the till does; of part of it moves no counter."""
    all_of_it = fact.kind == FactKind.REFUND and fact.value % 2**20 == SHARE_WHOLE
    return Fact(**{**vars(fact), "flags": FLAG_WHOLE}) if all_of_it else fact


@settings(max_examples=150, deadline=None)
@given(lives())
def test_counters_are_what_stands(facts):
    # Of the first instant of 1970 the state says "never": nothing in an app is liked or followed then.
    facts = [whole(fact) for fact in facts if fact.kind != FactKind.ERASED and fact.time > 0]
    state = state_of([(0, item, 1, 0, 0) for item in range(ITEMS)])

    counters = recounted(state, array(facts), DAYS)

    totals = counters.item_ring[:ITEMS].sum(axis=1) + counters.item_old[:ITEMS]
    expected = counted_by_hand(unpaid(facts))
    told = [kind for kind in range(OUTCOME_COUNT) if kind != FactKind.WATCH]
    assert totals[:, told].tolist() == expected[:, told].tolist()


@settings(max_examples=100, deadline=None)
@given(lives())
def test_what_was_watched_is_the_longest_of_every_slot(facts):
    """In all, on the days on which it was first said; of the same slots the first minute is what rates learn of."""
    state = state_of([(0, item, 1, 0, 0) for item in range(ITEMS)])
    counters = recounted(state, array(facts), DAYS)

    slots = {}
    for fact in unpaid(facts):
        if fact.kind == FactKind.WATCH:
            at = (fact.value // 100, -fact.day)
            slots[fact.receipt, fact.item] = max(at, slots.get((fact.receipt, fact.item), (0, 0)))
    days = np.zeros((ITEMS, DAYS + 1, 2), int)
    for (_, item), (tenths, day) in slots.items():
        days[item, -day] += (min(600, tenths), tenths)
    columns = [FactKind.WATCH, COUNT_WATCHED]
    totals = counters.item_ring[:ITEMS].sum(axis=1) + counters.item_old[:ITEMS]
    assert totals[:, columns].tolist() == days.sum(axis=1).tolist()
    for day in range(DAYS - DAYS_KEPT + 1, DAYS + 1):
        on_day = counters.item_ring[:ITEMS, day % DAYS_KEPT][:, columns]
        assert on_day.tolist() == days[:, day].tolist()
