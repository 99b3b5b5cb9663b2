"""The fused stages of a decision say what their plain twins say, and a payer that offers nothing changes nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.events.outcomes import Source
from lodestone.features.layout import AUTHOR, ITEM, PERSON
from lodestone.traffic import (
    contest,
    contest_kernel,
    filters,
    filters_kernel,
    gather,
    gather_kernel,
    prices,
)
from lodestone.traffic.candidates import Candidates, Entries, Page, Pricing, Tally
from lodestone.traffic.decision import POOL_MAX, DropReason

SEEDS = st.integers(0, 2**32 - 1)
ITEMS = 400


def some_items(chance):
    items = np.zeros(ITEMS, ITEM)
    items["state"], items["label"] = chance.integers(0, 3, ITEMS), chance.integers(0, 3, ITEMS)
    items["author"], items["topic"] = chance.integers(0, 30, ITEMS), chance.integers(-1, 9, ITEMS)
    items["need"], items["promises"] = (
        chance.integers(-1, 2, ITEMS),
        chance.integers(0, 2**20, ITEMS),
    )
    items["latitude"], items["longitude"] = (
        chance.normal(26, 0.1, ITEMS),
        chance.normal(108, 0.1, ITEMS),
    )
    items["channels"] = items["professions"] = -1
    items["channels"][:, 0] = chance.integers(-1, 4, ITEMS)
    return items


def a_viewer(chance):
    lens = filters.Lens(
        latitude=26.0, longitude=108.0, radius_km=10.0, area_latitude=np.nan, area_longitude=np.nan,
        area_radius_km=np.nan, person=7, area=-1, language=-1, surface=0, located=True, area_located=False,
        personalised=True, minor=False, gated=bool(chance.integers(2)),
    )  # fmt: skip
    return np.array([lens], filters.VIEWER)


def every(chance, count):
    rows = np.sort(chance.choice(ITEMS, count, replace=False)).astype(np.int32)
    return Candidates.of(rows, chance.integers(0, 9, count).astype(np.uint8))


def pricing(chance, payers=0):
    sign = chance.choice([-1.0, 0.0, 1.0], 64)
    return Pricing(
        chance.normal(0, 300, 13), chance.exponential(50, 64), sign, np.array([80.0]), chance.random(payers)
    )  # fmt: skip


def passed(chance, count):
    """Return candidates as the filters and the predictor leave them."""
    found = every(chance, count)
    found.kind[:], found.domain[:] = chance.integers(0, 5, count), -1
    found.local[:], found.place[:] = chance.integers(0, 2, count), np.arange(count) * 2
    found.reason[:] = 0
    return found._replace(chances=prices.chance_codes(chance.random((count, 13)) ** 3))


def copied(columns):
    return type(columns)(*(column.copy() for column in columns))


def same(one, other, names, count=None):
    for name in names:
        left, right = getattr(one, name)[:count], getattr(other, name)[:count]
        np.testing.assert_array_equal(left, right, name)


@settings(deadline=None)
@given(SEEDS, st.integers(1, 60))
def test_sifting_is_the_same_compiled(seed, count):
    chance = np.random.default_rng(seed)
    items, viewer, begun = some_items(chance), a_viewer(chance), every(chance, count)
    marks = filters.Marks(chance.integers(18, 24, ITEMS), chance.integers(18, 24, 30), 5)
    mine = (
        np.array([(2, 2, 0), (1, 2, 0)], filters.DOMAIN), np.zeros(0, filters.PLACE), np.zeros(0, np.int64)
    )  # fmt: skip
    found = []
    for module in (contest, contest_kernel):
        room = Candidates.room(count)
        those = Candidates.room(count + 5).holding(begun.row, begun.source)
        found.append(
            (
                those,
                room,
                module.sift(viewer, items, tuple(marks), mine, tuple(those), tuple(room)),
            )
        )

    (plain, plain_room, plain_count), (compiled, room, held) = found
    assert held == plain_count == np.count_nonzero(plain.reason == DropReason.SHOWN)
    same(plain, compiled, ("reason", "kind", "domain", "local", "place"), count)
    same(plain_room, room, contest._SIFTED, held)
    assert room.row[:held].tolist() == plain.row[plain.reason == DropReason.SHOWN].tolist()


@settings(deadline=None)
@given(SEEDS, st.integers(1, 60))
def test_pricing_is_the_same_compiled_and_with_payers(seed, count):
    chance = np.random.default_rng(seed)
    items, authors = some_items(chance), np.zeros(30, AUTHOR)
    authors["small"] = chance.integers(0, 2, 30)
    begun, costs = passed(chance, count), pricing(chance, payers=6)
    begun.payer[:], begun.bid[:] = chance.integers(-1, 6, count), chance.exponential(500, count)
    rank, found = chance.integers(-127, 128, 20).astype(np.int16) * 256, []
    for module in (contest, contest_kernel):
        those = copied(begun)
        module.price(tuple(those), items, authors, rank.astype(np.int16), 1, tuple(costs))
        found.append(those)

    same(*found, ("chances", "value", "promises", "rank", "net"))


@settings(deadline=None)
@given(SEEDS, st.integers(1, 60))
def test_a_payer_that_offers_nothing_changes_no_net_score(seed, count):
    chance = np.random.default_rng(seed)
    items, authors, rank = some_items(chance), np.zeros(30, AUTHOR), np.zeros(30, np.int16)
    without, costs = passed(chance, count), pricing(chance, payers=6)
    paid = copied(without)
    paid.payer[:] = chance.integers(0, 6, count)
    for those in (without, paid):
        contest_kernel.price(tuple(those), items, authors, rank, 1, tuple(costs))

    same(without, paid, ("value", "net"))


def test_a_bid_counts_less_what_its_budget_costs():
    chance = np.random.default_rng(3)
    items, authors, rank = some_items(chance), np.zeros(30, AUTHOR), np.zeros(30, np.int16)
    those, costs = (
        passed(chance, 3),
        pricing(chance, payers=2)._replace(budget=np.array([0.0, 0.25])),
    )
    free = copied(those)
    those.payer[:], those.bid[:] = (-1, 0, 1), (1_000, 1_000, 1_000)
    for one in (free, those):
        contest_kernel.price(tuple(one), items, authors, rank, 0, tuple(costs))

    assert (those.net - free.net).tolist() == pytest.approx([0, 16_000, 12_000], abs=1)


@settings(deadline=None)
@given(SEEDS, st.integers(1, 300), st.integers(0, 3), st.booleans())
def test_the_pool_and_the_reasons_are_the_same_compiled(seed, count, pins, drawing):
    chance = np.random.default_rng(seed)
    items, those = some_items(chance), passed(chance, count)
    those.net[:], those.value[:] = (
        chance.integers(-9, 9, count),
        chance.normal(0, 9, count).round(2),
    )
    those.promises[:], those.rank[:] = (
        chance.integers(0, 2**20, count),
        chance.integers(-99, 99, count),
    )
    pinned = chance.permutation(count)[:pins]
    rest = count - pinned.size
    drawn = int(chance.integers(rest)) if drawing and rest else -1
    size = pinned.size + min(rest, POOL_MAX)
    shown = np.concatenate([
        np.arange(pinned.size), pinned.size + chance.permutation(size - pinned.size)[: 8 - pinned.size],
    ])  # fmt: skip
    explored = shown.size - 1 if drawn >= 0 and shown.size > pinned.size else -1
    found = []
    for module in (contest, contest_kernel):
        entries, told = Entries.room(size), np.empty(2, np.int64)
        module.enter(tuple(those), items, pinned, drawn, tuple(entries), told)
        reason = np.full(2 * count, 77, np.uint8)
        tally = Tally(
            1 / (1 + 0.06 * np.arange(8)), np.ones(64, np.uint8), np.zeros(64), np.zeros(64), np.zeros(3)
        )  # fmt: skip
        page = tuple(Page(shown, explored, 2, 1))
        module.close(tuple(those), reason, pinned, tuple(entries), page, tuple(tally))
        found.append((entries, told.tolist(), reason, tally))

    (plain, plain_told, plain_reason, plain_tally), (compiled, told, reason, tally) = found
    assert told == plain_told
    same(plain, compiled, [name for name in Entries._fields if name != "contender"])
    same(plain, compiled, ("contender",), size - pinned.size)
    assert reason.tolist() == plain_reason.tolist()
    assert compiled.candidate[: pinned.size].tolist() == pinned.tolist()
    for name in ("used", "chances", "sums"):
        assert getattr(tally, name) == pytest.approx(getattr(plain_tally, name), rel=1e-9, abs=1e-9)


@settings(deadline=None)
@given(SEEDS, st.integers(0, 3), st.booleans(), st.sampled_from([50, 3_000, 2**21]))
def test_what_is_collected_is_in_order_and_the_same_compiled(seed, followed, around, size):
    chance = np.random.default_rng(seed)
    rows = chance.integers(0, size, (4, 16)).astype(np.int32)
    authors = np.zeros(8, AUTHOR)
    authors["recent"] = chance.integers(0, size, authors["recent"].shape)
    lists = np.array([(0, 8, 16), (2, 7, 5)], np.int64)
    alike = np.unique(chance.integers(0, size, 9)).astype(np.int32)
    follows, found = chance.integers(-1, 8, followed).astype(np.int32), []
    for module in (gather, gather_kernel):
        room = (np.zeros(64, np.int32), np.zeros(64, np.uint8))
        count = module.collect(
            alike, rows[1], lists, rows, np.array([16, 0, 9, 0], np.int32), follows, authors,
            np.zeros(size, np.int64), 5, around, *room,
        )  # fmt: skip
        found.append((room[0][:count].tolist(), room[1][:count].tolist()))

    assert found[0] == found[1]
    assert found[0][0] == sorted(set(found[0][0]))
    assert Source.NEIGHBOURS in found[0][1] or not around
    assert not (around and Source.ALIKE in found[0][1])


@settings(deadline=None)
@given(SEEDS)
def test_marks_are_the_same_compiled(seed):
    chance = np.random.default_rng(seed)
    people = np.zeros(20, PERSON)
    people["author"] = chance.integers(-1, 9, 20)
    follows = chance.integers(-1, 9, 6).astype(np.int32)
    mutes, blocks = chance.integers(0, 20, (2, 3)).astype(np.int32)
    seen, times = (
        chance.integers(-1, 40, 16).astype(np.int32),
        chance.integers(0, 9, 16).astype(np.int32),
    )
    served, found = chance.integers(0, 60, 7), []
    for module in (filters, filters_kernel):
        marks, authors = np.zeros(40, np.int64), np.zeros(9, np.int64)
        module.mark(marks, authors, 20, follows, mutes, blocks, people, seen, times, 4, served)
        found.append((marks.tolist(), authors.tolist()))

    assert found[0] == found[1]
