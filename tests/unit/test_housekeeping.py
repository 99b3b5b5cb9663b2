"""What is worked out at price steps is the same at once and piece by piece."""

import numpy as np

from lodestone.base.clock import Instant
from lodestone.events.facts import empty_facts
from lodestone.events.outcomes import Kind
from lodestone.features.directory import Directory
from lodestone.features.layout import ItemRow, PersonRow
from lodestone.features.postings import LIST_NEEDY, LIST_TRENDING, Postings
from lodestone.features.state import ATTENTION, State
from lodestone.models.rates import default_model
from lodestone.models.voices import PIECE_PLACES
from lodestone.services.pricing.maintenance import PIECES, WHOLE_ENTRIES, WHOLE_MAX, Housekeeper
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
        [Kind.IMPRESSION, Kind.IMPRESSION, Kind.CLICK, Kind.LIKE], facts.size
    )
    facts["item"], facts["day"] = (
        chance.integers(0, items, facts.size),
        100 - chance.integers(0, 3, facts.size),
    )
    facts["time"], facts["slot"] = facts["day"].astype(np.int64) * DAY, 1
    state.apply(facts, chance.integers(0, 40, facts.size), np.full(facts.size, -1))
    return state


def a_keeper(state):
    return Housekeeper(state, Directory(), Postings(), default_model(), preset("balanced"), NOW)


def worked_out(keeper):
    state, lists = keeper._state, keeper._postings
    items = state.items[: state.item_count]
    return [
        *(items[name].tolist() for name in ("need", "promises", "quality_low", "logit")),
        state.authors[: state.author_count].tobytes(), keeper.sweep.gate, keeper.sweep.gini,
        keeper.sweep.author_rank.tolist(),
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
