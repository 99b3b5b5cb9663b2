"""The fused stages of a decision say what their plain twins say, and a payer that offers nothing changes nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.features.layout import AUTHOR, ITEM
from lodestone.traffic import contest, contest_kernel, filters, prices
from lodestone.traffic.candidates import Candidates, Entries, Mine, Page, Pricing, Tally
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
    viewer = np.zeros(1, filters.VIEWER)[0]
    viewer["person"], viewer["area"], viewer["language"] = 7, -1, -1
    viewer["radius_km"], viewer["personalised"], viewer["gated"] = 10.0, 1, chance.integers(2)
    viewer["located"], viewer["latitude"], viewer["longitude"] = 1, 26, 108
    return viewer


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
    mine = Mine(
        np.array([(2, 2, 0), (1, 2, 0)], filters.DOMAIN), np.zeros(0, filters.PLACE), np.zeros(0, np.int64)
    )  # fmt: skip
    found = []
    for module in (contest, contest_kernel):
        those, room = copied(begun), Candidates.room(count)
        found.append((those, room, module.sift(viewer, items, marks, mine, those, room)))

    (plain, plain_room, plain_count), (compiled, room, held) = found
    assert held == plain_count == np.count_nonzero(plain.reason == DropReason.SHOWN)
    same(plain, compiled, ("reason", "kind", "domain", "local", "place"))
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
        module.price(those, items, authors, rank.astype(np.int16), 1, costs)
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
        contest_kernel.price(those, items, authors, rank, 1, costs)

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
        contest_kernel.price(one, items, authors, rank, 0, costs)

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
        module.enter(those, items, pinned, drawn, entries, told)
        reason = np.full(2 * count, 77, np.uint8)
        tally = Tally(
            1 / (1 + 0.06 * np.arange(8)), np.ones(64, np.uint8), np.zeros(64), np.zeros(64), np.zeros(3)
        )  # fmt: skip
        module.close(those, reason, pinned, entries, Page(shown, explored, 2, 1), tally)
        found.append((entries, told.tolist(), reason, tally))

    (plain, plain_told, plain_reason, plain_tally), (compiled, told, reason, tally) = found
    assert told == plain_told
    same(plain, compiled, [name for name in Entries._fields if name != "contender"])
    same(plain, compiled, ("contender",), size - pinned.size)
    assert reason.tolist() == plain_reason.tolist()
    assert compiled.candidate[: pinned.size].tolist() == pinned.tolist()
    for name in ("used", "chances", "sums"):
        assert getattr(tally, name) == pytest.approx(getattr(plain_tally, name), rel=1e-9, abs=1e-9)
