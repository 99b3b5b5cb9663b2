"""The exposure report equals its plain definition over the list of facts, and later records change no past day of it."""

import math
from fractions import Fraction

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.events import item_changes
from lodestone.events.facts import empty_facts
from lodestone.events.item_changes import ItemChange
from lodestone.events.outcomes import FactKind
from lodestone.features.layout import ItemRow
from lodestone.features.recount import recounted
from lodestone.features.state import ATTENTION, State
from lodestone.insight.credit import Catalogue
from lodestone.insight.exposure import authors_shown, creators, exposure, live_posts
from lodestone.insight.window import Span
from lodestone.traffic.policy import Policy
from tests.oracles.facts import DAY, DAYS, ITEMS, array, logs, owner_of

NEVER = 10**6
FIGURES = ("impressions", "creators", "impressions_counted", "gini", "left_out")
CHANGES = st.lists(
    st.tuples(
        st.integers(0, DAYS), st.integers(0, ITEMS - 1), st.sampled_from([0, 1, 1, 1, 2]),
        st.sampled_from([0, 0, 0, 1, 2]), st.sampled_from([0, 1, -20, -26]),
    ),
    max_size=16,
).map(lambda some: sorted(some, key=lambda one: one[0]))  # fmt: skip
"""(day, item, state, label, day of creation), in the order in which records wrote them."""


def exposure_by_hand(facts, changes, first, last, quantile=0.0, least=NEVER):
    """Say it again in plain Python; what is worth nothing has the lower bound (4 - 0.8416 x 2) / (n + 4) of n impressions."""
    live = set()
    for day in range(first, last + 1):
        for item in range(ITEMS):
            before = [one[2:] for one in changes if one[1] == item and one[0] < day][-1:]
            during = [one[2:] for one in changes if one[1] == item and one[0] == day]
            if any(state == 1 and label != 2 and day - made < 28 for state, label, made in before + during):  # fmt: skip
                live.add(item)
    shown = {item: sum(f.kind == FactKind.IMPRESSION and f.item == item and f.day <= last for f in facts) for item in live}  # fmt: skip
    low = {owner: max((4 - 1.6832) / (shown[i] + 4) for i in live if owner_of(i) == owner) for owner in map(owner_of, live)}  # fmt: skip
    had = {owner: sum(shown[i] for i in live if owner_of(i) == owner) for owner in low}
    gate = sorted(low.values())[math.floor(quantile * (len(low) - 1))] if low else 0
    passed = {owner for owner in low if low[owner] >= gate or had[owner] < least}
    seen = [owner_of(f.item) for f in facts if f.counts and first <= f.day <= last]
    each = [seen.count(owner) for owner in passed]
    apart = sum(abs(a - b) for a in each for b in each)
    out = {"no_live_post": set(seen) - set(low), "merit_gate": (set(seen) & set(low)) - passed}
    return {
        "impressions": sum(each), "creators": len(each), "impressions_counted": len(seen),
        "gini": round(float(Fraction(apart, 2 * len(each) * sum(each))), 6) if sum(each) else 0.0,
        "left_out": [{"reason": why, "creators": len(who), "impressions": sum(o in who for o in seen)} for why, who in out.items()],
    }  # fmt: skip


def state_of(changes):
    """Build the serving state of every item as the last change leaves it."""
    state = State(ATTENTION)
    last = {one[1]: one for one in changes}
    for item in range(ITEMS):
        _, _, status, label, made = last.get(item, (0, item, 0, 0, 0))
        state.put_item(
            ItemRow(item, owner_of(item), made * DAY, 0, status, label, *[math.nan] * 3, -1, (), (), (), ()), -1, -1
        )  # fmt: skip
    return state


def change_facts(changes):
    facts = empty_facts(len(changes))
    facts["kind"] = FactKind.ITEM
    for fact, (day, item, status, label, made) in zip(facts, changes, strict=True):
        fact["day"], fact["time"], fact["item"] = day, day * DAY, item
        item_changes.write(fact, ItemChange(status, label, made, (), (), -1, 0, math.nan))
    return facts


def report(state, facts, changes, span, policy):
    """Report as the route does, from facts up to the span's end."""
    events, moved = array(facts), change_facts(changes)
    events, moved = events[events["day"] <= span.last], moved[moved["day"] <= span.last]
    live = live_posts(state, moved, span, lambda times: times // DAY)
    who = creators(state, events, live, span.last, policy)
    chance = np.random.default_rng(0)
    return exposure(authors_shown(state, events, span, None), who, None, chance)


def figures(told):
    held = msgspec.to_builtins(told)
    return {name: held[name] for name in FIGURES}


SPANS = st.tuples(st.integers(0, DAYS), st.integers(0, 3)).map(lambda one: Span(one[0], one[0] + one[1]))  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(logs(), CHANGES, SPANS, st.sampled_from([0.0, 0.05, 0.5, 1.0]), st.sampled_from([0, 1, 3, NEVER]))  # fmt: skip
def test_exposure_is_what_is_counted_by_hand(facts, changes, span, quantile, least):
    policy = Policy(merit_gate=quantile, merit_impressions_min=least)

    told = report(state_of(changes), facts, changes, span, policy)

    expected = exposure_by_hand(facts, changes, span.first, span.last, quantile, least)
    assert figures(told) == expected
    assert told.impressions + sum(out.impressions for out in told.left_out) == told.impressions_counted  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(logs(), CHANGES, CHANGES, SPANS)
def test_what_is_recorded_after_a_span_changes_nothing_of_it(facts, changes, later, span):
    after = span.last + 1
    changes = [one for one in changes if one[0] < after]
    later = [(one[0] + after, *one[1:]) for one in later]
    then = [fact for fact in facts if fact.day < after]

    before = report(state_of(changes), then, changes, span, Policy())

    assert report(state_of(later), facts, changes + later, span, Policy()) == before


@settings(max_examples=20, deadline=None)
@given(logs(), CHANGES)
def test_a_change_that_an_older_log_does_not_spell_out_is_read_as_the_item_stands_now(facts, changes):  # fmt: skip
    changes = [(*one[:4], 0) for one in changes]
    state, span = state_of(changes), Span(0, DAYS)
    silent = change_facts(changes)
    for column in ("slot", "source", "value"):
        silent[column] = 0

    live = live_posts(state, silent, span, lambda times: times // DAY)

    last = {one[1]: one for one in changes}
    expected = [item in last and last[item][2] == 1 and last[item][3] != 2 for item in range(ITEMS)]
    assert live.tolist() == expected


@settings(max_examples=40, deadline=None)
@given(logs(), st.integers(0, DAYS))
def test_counters_counted_anew_are_those_of_a_state_that_lived_until_then(facts, day):
    changes = [(0, item, 1, 0, 0) for item in range(ITEMS)]
    until = array([fact for fact in facts if fact.day <= day])
    lived = state_of(changes)
    people, row = np.unique(until["person"], return_inverse=True)
    for place in range(people.size):
        lived.put_nobody(place)
    lived.apply(until, row.reshape(-1), np.full(until.size, -1))

    anew = recounted(state_of(changes), until, day)

    for name in ("surface_total", "author_total"):
        assert np.array_equal(getattr(anew, name), getattr(lived, name))
    total = [one.item_ring.sum(axis=1) + one.item_old for one in (anew, lived)]
    assert np.array_equal(*total)
    size = people.size
    assert np.array_equal(anew.person_total[:size], lived.person_total[:size])


def test_a_change_is_read_as_it_was_written():
    facts = empty_facts(1)
    facts["kind"] = FactKind.ITEM
    said = ItemChange(1, 2, 20_513, (0, 32_767, 5), (32_767, 32_766), 9, 3, 90.25)
    item_changes.write(facts[0], said)

    one = item_changes.read(facts)

    assert one.channels.tolist() == [[0, 32_767, 5, -1]]
    assert one.professions.tolist() == [[32_767, 32_766]]
    assert (one.state[0], one.label[0], one.created_day[0], facts["target"][0]) == (1, 2, 20_513, 9)
    assert (one.kind[0], one.seconds[0]) == (3, 90.25)


MOVES = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 2), st.integers(-1, 5), st.sampled_from([math.nan, 2.5, 700.0])),
    max_size=10,
).map(lambda some: sorted(some, key=lambda one: one[0]))  # fmt: skip
"""(time, item, channel or none, seconds), in the order in which records wrote them."""


@settings(max_examples=80, deadline=None)
@given(MOVES, st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), min_size=1, max_size=8))
def test_an_item_is_read_as_it_was_when_something_happened_to_it(moves, asked):
    facts = empty_facts(len(moves))
    facts["kind"] = FactKind.ITEM
    for fact, (time, item, channel, seconds) in zip(facts, moves, strict=True):
        fact["time"], fact["item"] = time, item
        channels = () if channel < 0 else (channel,)
        item_changes.write(fact, ItemChange(1, 0, 0, channels, (), -1, 2, seconds))
    events = empty_facts(len(asked))
    events["time"], events["item"] = zip(*asked, strict=True)
    now = np.full((4, 7), 99)
    catalogue = Catalogue(np.zeros(4), now, np.full(4, 1), np.full(4, 60.0), item_changes.read(facts))  # fmt: skip

    domains, kind, duration = catalogue.domains_of(events), catalogue.kind_of(events), catalogue.duration_of(events)  # fmt: skip

    for at, (time, item) in enumerate(asked):
        mine = [one for one in moves if one[1] == item]
        said = ([one for one in mine if one[0] <= time] or mine[:1] or [None])[-1]
        if said is None:
            assert (domains[at].tolist(), kind[at], duration[at]) == ([99] * 7, 1, 60.0)
        else:
            assert domains[at].tolist() == [said[2], *[-1] * 5, 99]
            assert kind[at] == 2
            np.testing.assert_equal(duration[at], said[3])
