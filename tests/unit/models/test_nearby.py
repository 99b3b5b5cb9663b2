"""What lies around a viewer: compiled against plain, and small places whose right order is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.base.clock import Instant
from lodestone.base.geo import distance_km
from lodestone.events.facts import empty_facts
from lodestone.events.outcomes import OUTCOME_COUNT, FactKind
from lodestone.features.history import LATEST_MAX, History
from lodestone.features.state import ATTENTION, State
from lodestone.features.table import Table
from lodestone.models import around, around_kernel
from lodestone.models.alike import NOBODY_ALIKE, Alike, AlikeModel, AlikeTable, around_weights
from lodestone.models.nearby import (
    CANDIDATES,
    HAUNTS_MAX,
    LIFT_UNIT,
    SHARE_UNIT,
    Nearby,
    NearbyTable,
    Spot,
)
from lodestone.models.nearby_model import DEFAULTS, TERMS, NearbyModel

HERE = (40.73, -74.0)
KM = 1 / 111.2
"""A kilometre northwards in degrees."""
PLACE = np.dtype([("latitude", np.float32), ("longitude", np.float32), ("state", np.uint8)])
degrees = st.floats(-0.25, 0.25, width=32)
some_places = st.lists(st.tuples(degrees, degrees, st.integers(0, 2)), min_size=1, max_size=40)


def places_of(drawn, *, around_=HERE):
    items = np.zeros(len(drawn), PLACE)
    for item, (north, east, state) in zip(items, drawn, strict=True):
        item["latitude"], item["longitude"], item["state"] = around_[0] + north, around_[1] + east, state  # fmt: skip
    return items


@given(some_places, st.integers(0, 100), st.sampled_from([HERE, (-0.05, 179.95), (64.1, -21.9)]))
@settings(max_examples=80, deadline=None)
def test_the_compiled_terms_equal_the_plain_ones(drawn, seed, where):
    items, chance = places_of(drawn, around_=where), np.random.default_rng(seed)
    size = len(drawn)
    rows = chance.permutation(size).astype(np.int64)
    lists = max(1, size // 2)
    place = np.full(size, -1, np.int32)
    place[:lists] = np.arange(lists)
    lift = chance.integers(-127, 128, (lists, 31)).astype(np.int8)
    popular = chance.random(max(1, size - 3)).astype(np.float32)
    onward = np.unique(chance.integers(0, size, 4)).astype(np.int32)
    share = chance.random(onward.size)
    made = []
    for module in (around, around_kernel):
        areas = np.empty((HAUNTS_MAX, 2))
        home = where if seed % 2 else (np.nan, np.nan)
        count = module.haunts(items, rows, *home, 0.5, areas)
        out = np.empty((len(TERMS), size))
        module.terms(
            items, rows, *where, areas[:count], place, popular, 0.7, onward, share, lift, seed % 24, seed % 7,
            1 / LIFT_UNIT, out,
        )  # fmt: skip
        made.append((count, areas[:count], out))

    (count, areas, plain), (fast_count, fast_areas, fast) = made
    assert fast_count == count
    assert np.array_equal(fast_areas, areas)
    assert np.allclose(fast, plain, rtol=1e-6, atol=1e-6)


@given(some_places, st.sets(st.integers(0, 39)), st.floats(0.5, 30.0))
@settings(max_examples=80, deadline=None)
def test_the_compiled_circle_equals_the_plain_one(drawn, marked, radius):
    items, marks = places_of(drawn), np.zeros(40, np.int64)
    marks[list(marked)] = 9
    made = []
    for module in (around, around_kernel):
        rows = np.arange(len(drawn))
        made.append(rows[: module.inside(items, rows, marks, 8, (*HERE, radius))].tolist())

    on_the_line = [
        n for n in range(len(drawn))
        if abs(distance_km(*HERE, float(items["latitude"][n]), float(items["longitude"][n])) - radius) < 1e-6
    ]  # fmt: skip
    assert set(made[0]) ^ set(made[1]) <= set(on_the_line)
    assert not set(made[1]) & marked


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 50)), max_size=300), st.integers(0, 3)
)
@settings(max_examples=40, deadline=None)
def test_the_latest_deeds_are_the_newest_each_once_newest_first(deeds, person):
    facts = empty_facts(len(deeds))
    for fact, (item, time) in zip(facts, deeds, strict=True):
        fact["person"], fact["item"], fact["time"], fact["kind"] = (
            1,
            item,
            time,
            FactKind.SHOP_VISIT,
        )
    history = History()
    history.note(facts, np.full(len(deeds), person, np.int64), Table(4, np.int64))

    rows, times, marks = history.latest(person)

    newest = {}
    for item, time in deeds:
        newest[item] = max(newest.get(item, time), time)
    wanted = sorted(newest.items(), key=lambda pair: (-pair[1], -pair[0]))[:LATEST_MAX]
    assert list(zip(rows.tolist(), times.tolist(), strict=True)) == wanted
    assert (marks != 0).all()
    assert not history.latest(person + 1)[0].size
    assert not history.latest(-1)[0].size


def state_of(places, *, deeds=(), home=None):
    """Make a state of live posts at (kilometres north, kilometres east) of `HERE`, and one person."""
    state = State(ATTENTION)
    while state.items.size < len(places):
        state.items = np.concatenate([state.items, np.zeros_like(state.items)])
    state.item_count, state.person_count = len(places), 1
    state.items["latitude"] = np.nan
    for item, (north, east) in zip(state.items, places, strict=False):
        item["latitude"], item["longitude"], item["state"] = HERE[0] + north * KM, HERE[1] + east * KM, 1  # fmt: skip
    state.people["ordinal"][0] = 1
    state.people["latitude"][0], state.people["longitude"][0] = home or (np.nan, np.nan)
    facts = empty_facts(len(deeds))
    for time, (fact, item) in enumerate(zip(facts, deeds, strict=True)):
        fact["person"], fact["item"], fact["kind"], fact["time"] = 1, item, FactKind.LIKE, time
    nobody = np.full(len(deeds), -1, np.int64)
    state.apply(facts, np.zeros(len(deeds), np.int64), nobody)
    return state


def spot(*, person=0, north=0.0, weekday=0, hour=12, now=0):
    here = HERE[0] + north * KM, HERE[1]
    return Spot(*here, (*here, 10.0), person, weekday, hour, Instant(now))


def known(size, *, popular=None, likeness=1.0, weights=DEFAULTS, newest=0):
    """Make item lists of `size` items without neighbours, to hold what was learned of places."""
    model = AlikeModel(
        version=1, offset=0, method="cooccurrence", weights=(0.5,) * 10 + (0.0,) * 3,
        nearby=NearbyModel(likeness=likeness, weights=weights, newest=newest),
    )  # fmt: skip
    table = AlikeTable(
        place=np.arange(size, dtype=np.int32), near=np.full((size, 2), -1, np.int32),
        weight=np.zeros((size, 2), np.uint8), scale=np.ones(size, np.float32),
        popular=np.zeros(size, np.float32) if popular is None else np.log1p(np.array(popular, np.float32)),
        crowd=np.zeros(0, np.int32), person=np.zeros(0, np.int64), best=np.zeros((0, 2), np.int32),
        score=np.zeros((0, 2), np.uint16), unit=np.zeros(0, np.float32), total=np.zeros(0, np.float32),
        newest=np.zeros(0, np.int64),
    )  # fmt: skip
    places = NearbyTable(
        np.full((size, 16), -1, np.int32),
        np.zeros((size, 16), np.uint8),
        np.zeros((size, 31), np.int8),
    )
    return Alike(model, table), places


def ranked(state, nearby, where):
    """Return rows, best first."""
    nearby.look(state, where)
    marks = np.zeros(state.items.size, np.int64)
    rows = nearby.candidates(state, np.arange(state.item_count), NOBODY_ALIKE, marks, 0)
    score = nearby.pair(state, rows, NOBODY_ALIKE)
    return rows[np.argsort(-score[1], kind="stable")].tolist()


def test_of_a_community_of_ten_places_of_which_nothing_is_known_the_nearest_comes_first():
    away = [7, 1, 9, 3, 5, 2, 8, 4, 6, 0.5]
    state = state_of([(km, 0) for km in away])

    assert ranked(state, Nearby(), spot()) == np.argsort(away).tolist()


def test_what_is_liked_here_comes_before_what_is_a_little_nearer():
    state = state_of([(1.0, 0), (1.2, 0), (6.0, 0)])
    nearby = Nearby(*known(3, popular=[0.0, 8.0, 8.0]))

    assert ranked(state, nearby, spot())[0] == 1


def test_of_two_as_near_comes_the_one_by_the_viewers_home():
    state = state_of([(2, 0), (-2, 0)], home=(HERE[0] - 2.2 * KM, HERE[1]))

    assert ranked(state, Nearby(), spot()) == [1, 0]
    assert ranked(state, Nearby(), spot(person=-1)) == [0, 1]


def test_of_two_as_near_comes_the_one_where_the_viewer_has_been():
    state = state_of([(2, 0), (-2, 0), (-2.1, 0)], deeds=[2])

    assert ranked(state, Nearby(), spot())[:2] != [0, 1]


def test_where_only_visits_say_where_somebody_was_a_like_does_not():
    state = state_of([(2, 0), (-2, 0), (-2.1, 0)], deeds=[2])
    alike, table = known(3)
    alike.model = AlikeModel(
        version=1, offset=0, method="", nearby=NearbyModel(visits=True, likeness=None)
    )
    nearby = Nearby(alike, table)
    nearby.look(state, spot())

    assert (nearby.terms(state, np.arange(3))[TERMS.index("haunts")] == 0).all()


def test_from_the_place_somebody_is_at_people_go_on_to_the_next():
    state = state_of([(0.1, 0), (2, 0), (-2, 0)], deeds=[0])
    alike, table = known(3)
    table.onward[0, 0], table.onward_share[0, 0] = 2, round(0.5 * SHARE_UNIT)
    nearby = Nearby(alike, table)

    nearby.look(state, spot())
    there = nearby.terms(state, np.arange(3))[TERMS.index("next")]
    assert there.tolist() == pytest.approx([0, 0, np.log1p(20 * 128 / 255)])
    nearby.look(state, spot(north=5.0))  # has left it
    assert not nearby.terms(state, np.arange(3))[TERMS.index("next")].any()


def test_an_hour_lifts_what_is_done_at_it_and_what_is_long_past_says_nothing():
    state = state_of([(2, 0), (-2, 0)])
    alike, table = known(2)
    table.lift[1, 20] = table.lift[1, 24 + 5] = round(LIFT_UNIT)
    nearby = Nearby(alike, table)

    def lifts(**when):
        nearby.look(state, spot(**when))
        return nearby.terms(state, np.arange(2))[[TERMS.index("hour"), TERMS.index("weekday")], 1]

    assert lifts(hour=20, weekday=5).tolist() == [1.0, 1.0]
    assert lifts(hour=8, weekday=1).tolist() == [0.0, 0.0]
    assert lifts(hour=20, weekday=5, now=28 * 86_400_000_000) == pytest.approx([0.5, 0.5])
    assert lifts(hour=20, weekday=5, now=5_000 * 86_400_000_000) == pytest.approx([0.0, 0.0])


def test_the_whole_circle_is_scored_and_the_cut_leaves_the_best():
    places = [(0.002 * n, 0) for n in range(3 * CANDIDATES)][::-1]
    state = state_of(places)
    nearby = Nearby()
    nearby.look(state, spot())
    marks = np.zeros(state.items.size, np.int64)
    marks[len(places) - 1] = 1

    rows = nearby.candidates(state, np.arange(len(places)), NOBODY_ALIKE, marks, 0)

    assert sorted(rows.tolist()) == list(range(2 * CANDIDATES - 1, len(places) - 1))


def test_likeness_weighs_what_the_version_says_and_nothing_of_what_is_unwelcome():
    alike, _ = known(1, likeness=0.8)
    shown = AlikeModel(version=1, offset=0, method="", weights=(0.3,) * 10 + (0.0,) * 3, nearby=NearbyModel())  # fmt: skip

    assert around_weights(alike.model)[0, FactKind.LIKE] == 0.8
    assert around_weights(shown)[0, FactKind.LIKE] == 0.3
    assert around_weights(None)[0].tolist() == [0.0] * OUTCOME_COUNT
    for model in (alike.model, shown, None):
        assert around_weights(model)[:, FactKind.NOT_INTERESTED :].tolist() == [[0.0] * 3] * 2
        assert around_weights(model)[1, : FactKind.NOT_INTERESTED].tolist() == [1.0] * 10


def test_a_version_made_before_places_were_learned_is_read_with_defaults():
    alike, table = known(2)

    assert NearbyTable.of(alike.table.columns()) is None
    assert NearbyTable.of({**alike.table.columns(), **table.columns()}) is not None
    assert (
        Nearby(Alike(AlikeModel(version=1, offset=0, method=""), alike.table)).model
        == NearbyModel()
    )


def test_what_each_term_adds_sums_to_what_was_decided_by():
    state = state_of([(1, 0), (2, 0)], deeds=[1])
    nearby = Nearby(*known(2, popular=[2.0, 1.0]))
    nearby.look(state, spot())
    rows = np.arange(2, dtype=np.int32)
    nearby.candidates(state, rows, NOBODY_ALIKE, np.zeros(state.items.size, np.int64), 0)
    decided = nearby.pair(state, rows, NOBODY_ALIKE)

    pair, shares = nearby.again(state, rows)

    assert np.array_equal(pair, decided)
    assert set(shares) == {*TERMS, "circle"}
    assert sum(shares.values()) == pytest.approx(pair[1])
    assert np.ptp(shares["circle"]) == pytest.approx(0.0)
