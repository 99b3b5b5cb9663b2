"""What is worked out at price steps is the same at once and piece by piece."""

import msgspec
import numpy as np
import pytest

from lodestone.base.clock import Instant
from lodestone.events.facts import empty_facts
from lodestone.events.outcomes import FactKind
from lodestone.features.directory import Directory
from lodestone.features.layout import KINDS, ItemRow, PersonRow
from lodestone.features.postings import LIST_NEEDY, LIST_TRENDING, Postings
from lodestone.features.state import ATTENTION, State
from lodestone.models.author_debiasing import PIECE_PLACES, finish
from lodestone.models.rates import default_model
from lodestone.services.pricing import maintenance, round_parts
from lodestone.services.pricing.maintenance import (
    PIECES,
    RISEN_MAX,
    WHOLE_ENTRIES,
    WHOLE_MAX,
    Maintenance,
)
from lodestone.services.pricing.refresh import best
from lodestone.traffic.policy import PROMISE_CUSTOM, Promise
from lodestone.traffic.presets import preset

NAN = float("nan")
DAY = 86_400_000_000
NOW = Instant(100 * DAY + DAY // 2)


def a_community(items):
    state, chance = State(ATTENTION), np.random.default_rng(4)
    for row in range(40):
        one = PersonRow(
            row + 9, Instant(0), NAN, NAN, NAN, NAN, Instant(0), -1, -1, True, False, ()
        )
        state.put_person(row, one, np.zeros(64))
    created = NOW - chance.integers(0, 3 * DAY, items)
    for row in range(items):
        owner = row % 40
        item = ItemRow(
            row, 9 + owner, Instant(int(created[row])), 0, 1, 0, NAN, NAN, 5.0, -1, (), (), (row % 7,),
            (1.0,) + (0.0,) * 63,
        )  # fmt: skip
        state.put_item(item, owner, row % 7)
    facts = empty_facts(20_000)
    facts["kind"] = chance.choice(
        [FactKind.IMPRESSION, FactKind.IMPRESSION, FactKind.CLICK, FactKind.LIKE], facts.size
    )
    facts["item"], facts["day"] = (
        chance.integers(0, items, facts.size),
        100 - chance.integers(0, 3, facts.size),
    )
    facts["time"], facts["slot"] = facts["day"].astype(np.int64) * DAY, 1
    state.apply(facts, chance.integers(0, 40, facts.size), np.full(facts.size, -1))
    return state


def a_keeper(state):
    return Maintenance(state, Directory(), Postings(), default_model(), preset("balanced"), NOW)


def worked_out(keeper):
    state, lists = keeper._state, keeper._postings
    items = state.items[: state.item_count]
    return [
        *(items[name].tolist() for name in ("need", "promises", "quality_low", "logit")),
        state.authors[: state.author_count].tobytes(), keeper.sweep.gate, keeper.sweep.gini,
        keeper.sweep.author_rank.tolist(), keeper.sweep.first_delivered, keeper.sweep.first_planned,
        keeper.sweep.first_ahead, keeper.sweep.public, keeper.sweep.gated, keeper._risen.tolist(),
        *(lists.rows[n, : lists.count[n]].tolist() for n in (LIST_TRENDING, LIST_NEEDY)),
    ]  # fmt: skip


def test_a_large_communitys_round_is_cut_and_comes_to_what_the_whole_comes_to():
    whole, cut = a_keeper(a_community(WHOLE_MAX + 500)), a_keeper(a_community(WHOLE_MAX + 500))
    whole.tidy(NOW)

    cut.sweep_when_due(NOW)
    pieces = 0
    while cut.working:
        cut.work()
        pieces += 1

    assert 5 < pieces <= PIECES + 10
    assert worked_out(cut) == worked_out(whole)
    assert any(worked_out(whole)[0])


@pytest.mark.parametrize("rows", [1, 37, 1_000])
def test_a_round_comes_to_the_same_to_the_bit_in_slices_of_any_size(monkeypatch, rows):
    whole, cut = a_keeper(a_community(1_700)), a_keeper(a_community(1_700))
    whole.tidy(NOW)

    monkeypatch.setattr(round_parts, "SLICE_ROWS", rows)
    cut.tidy(NOW)

    assert worked_out(cut) == worked_out(whole)
    assert whole.sweep.first_planned > 0
    assert whole._risen.size > 0


def test_creators_who_come_between_two_slices_are_none_of_the_eligible_yet(monkeypatch):
    monkeypatch.setattr(round_parts, "SLICE_ROWS", 100)
    state = a_community(WHOLE_MAX + 1)
    keeper = a_keeper(state)
    keeper.sweep_when_due(NOW)
    row = state.item_count
    while keeper.working:
        keeper.work()
        if keeper._round is not None and keeper._round.parts is not None and row < WHOLE_MAX + 200:
            item = ItemRow(
                row, 900 + row, Instant(NOW), 0, 1, 0, NAN, NAN, 5.0, -1, (), (), (0,), (1.0,) + (0.0,) * 63,
            )  # fmt: skip
            state.put_item(item, -1, 0)
            row += 1

    assert state.author_count > 100
    assert keeper.sweep.author_rank.size >= 40
    assert not state.authors["eligible"][41 : state.author_count].any()


def test_posts_that_graduate_are_counted_as_they_do_and_anew_by_every_round():
    keeper = a_keeper(a_community(WHOLE_MAX + 300))
    keeper.tidy(NOW)
    waiting = keeper._risen.size

    assert 0 < keeper.rise().size <= RISEN_MAX
    assert keeper.sweep.public == keeper._count_public() == min(waiting, RISEN_MAX)
    while keeper.rise().size:
        assert not keeper.sweep.gated or not keeper._risen.size
    assert keeper.sweep.public == keeper._count_public() == waiting
    keeper.tidy(NOW)
    assert keeper.sweep.public == waiting


def test_a_small_communitys_round_is_whole_at_once():
    keeper = a_keeper(a_community(300))

    keeper.sweep_when_due(NOW)

    assert not keeper.working
    assert keeper.sweep.author_rank.size == 40


def test_debiasing_many_pairs_is_cut_too_and_feeds_read_the_old_shift_until_it_is_whole():
    state = a_community(300)
    for n in range(WHOLE_ENTRIES):
        state.affinity.put(n + 1, 1, 0, 0, 0, 0, 0, 0, 0)  # of no tag that counts
    keeper = a_keeper(state)
    keeper.sweep_when_due(NOW)
    shifts = []
    while keeper.working and not keeper._round:
        shifts.append(keeper._shift)
        keeper.work()

    assert len(shifts) > state.affinity.keys.size // PIECE_PLACES
    assert all(shift.size == 0 for shift in shifts)
    whole = a_keeper(a_community(300))
    whole.tidy(NOW)
    assert keeper._shift.shape == whole._shift.shape == (40, 13)
    while keeper.working:
        keeper.work()
    assert worked_out(keeper) == worked_out(whole)


def test_no_round_begins_while_one_is_under_way():
    keeper = a_keeper(a_community(WHOLE_MAX + 1))
    keeper.sweep_when_due(NOW)
    keeper.work()
    under_way = keeper._round

    keeper.sweep_when_due(Instant(NOW + 120_000_000))

    assert keeper._round is under_way


@pytest.mark.parametrize("count", [0, 5, 300, 2_000])
def test_the_best_of_slices_are_the_best_of_all(monkeypatch, count):
    score = np.random.default_rng(3).permutation(count).astype(np.float64)
    score[::7] = -np.inf
    whole = best(score)

    monkeypatch.setattr(round_parts, "_BEST_ROWS", 300)
    assert finish(round_parts._best_of(score)).tolist() == whole.tolist()


@pytest.mark.parametrize("marked", [7, 100_000])
def test_items_bear_the_promises_of_the_policy_in_force_from_the_moment_it_is(monkeypatch, marked):
    monkeypatch.setattr(maintenance, "_MARKED", marked)
    keeper = a_keeper(a_community(60))
    items, plain = keeper._state.items, preset("balanced")
    keeper.tidy(NOW)
    before = items[:60].copy()
    own = Promise(id="films", kind="share", target=0.1, field="kind", equals=KINDS[0])
    bit = np.uint64(1 << PROMISE_CUSTOM)

    keeper.policy_put(msgspec.structs.replace(plain, promises=(*plain.promises, own)))
    assert ((items["promises"][:60] & bit) != 0).tolist() == (before["kind"] == 0).tolist()
    assert (items["promises"][:60] & bit).any()

    keeper.policy_put(plain)
    for name in before.dtype.names:
        assert items[name][:60].tobytes() == before[name].tobytes()
