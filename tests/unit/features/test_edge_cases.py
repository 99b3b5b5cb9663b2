"""Corners of the ground floors that daily life seldom turns: full lists, people who left, what is no token."""

import msgspec
import numpy as np
import pytest

from lodestone.base.errors import BusyError, CorruptError
from lodestone.content.vectors import project
from lodestone.events.beacon import LENGTH, BeaconOpener
from lodestone.events.dedupe import Dedupe
from lodestone.events.facts import FLAG_DECISION, empty_facts
from lodestone.events.outcomes import FactKind
from lodestone.features import apply
from lodestone.features.directory import Directory
from lodestone.features.edges import Edges
from lodestone.features.grow import grown
from lodestone.features.layout import ITEM, DomainRow
from lodestone.features.memory import memory_of
from lodestone.features.postings import LIST_NEW, POSTING_KEPT, Postings
from lodestone.features.snapshot import digest
from lodestone.traffic.codec import _Head, decode, encode, pack
from lodestone.traffic.promises import gini_noise_floor
from tests.unit.features.test_state import DAY, NOW_DAY, a_community, a_person, an_item
from tests.worlds.decisions import some_decision

NAN = float("nan")


def test_who_is_over_a_limit_is_told_for_how_long():
    assert BusyError("rate_limited", "later", retry_seconds=7).retry_seconds == 7


def test_a_post_without_an_author_has_the_vector_of_its_words_alone():
    assert project(("tea",), "", "a cup") != project(("tea",), "ann", "a cup")
    assert project((), "", "") == (0.0,) * 64


@pytest.mark.parametrize("token", ["", "=" * LENGTH, "é" * LENGTH, "A" * LENGTH])
def test_what_is_no_token_opens_to_nothing(token):
    assert BeaconOpener(b"k").open(token) is None


def test_a_dedupe_says_what_memory_it_takes():
    assert Dedupe(64).bytes == 64 * (8 + 4)


def test_a_grown_column_is_empty_as_asked_beyond_its_rows():
    column = np.array([5, 6], np.int32)

    assert grown(column, 2) is column
    assert grown(column, 3).tolist() == [5, 6, 0, 0]
    assert grown(column, 5, -1).tolist() == [5, 6, -1, -1, -1]


def test_nothing_shown_or_nobody_to_show_has_no_noise():
    chance = np.random.default_rng(1)

    assert (gini_noise_floor(0, 5, chance), gini_noise_floor(5, 0, chance)) == (0.0, 0.0)


def test_a_receipt_of_another_format_or_with_bytes_left_over_is_refused():
    first, second, *rest = encode(some_decision(1))
    size = 4 + int.from_bytes(first[:4], "little")
    head = msgspec.msgpack.decode(first[4:size], type=_Head)
    later = msgspec.msgpack.encode(msgspec.structs.replace(head, version=99))
    other = len(later).to_bytes(4, "little") + later + bytes(first[size:])

    with pytest.raises(CorruptError, match="format 99"):
        decode(pack([other, second, *rest]), 1)
    with pytest.raises(CorruptError, match="longer than its parts"):
        decode(pack([first, second, *rest, b"more"]), 1)


def test_who_was_erased_keeps_a_row_and_gives_back_a_name():
    directory = Directory()
    row = directory.add_person(7, "ann", b"key")
    directory.add_person(8, None, None)
    directory.erase(row)
    directory.erase(row)

    assert directory.add_person(9, "ann", None) == 2
    assert (directory.person_ids, directory.data_key(row)) == ([None, None, "ann"], None)
    assert directory.rows_of_ordinals([7, 8, 9, 10]) == [-1, -1, 2, -1]


def told(edges, *moves):
    """Apply (kind, person, target) moves to edges, one after another."""
    facts = empty_facts(len(moves))
    facts["kind"], facts["time"] = [move[0] for move in moves], 1 + np.arange(len(moves))
    facts["target"] = [move[2] for move in moves]
    people, targets = (np.array([move[at] for move in moves]) for at in (1, 2))
    return list(edges.apply(facts, people, targets))


def test_whoever_leaves_takes_every_edge_along_and_ended_ones_change_no_count():
    edges = Edges()
    told(
        edges,
        (FactKind.FOLLOW, 1, 2), (FactKind.FOLLOW, 1, 3), (FactKind.UNFOLLOW, 1, 3), (FactKind.FOLLOW, 4, 1),
        (FactKind.BLOCK, 4, 2), (FactKind.JOIN, 1, 9), (FactKind.JOIN, 4, 9), (FactKind.LEAVE, 5, 9),
    )  # fmt: skip
    assert edges.members_of(9) == [1, 4]
    assert edges.follows(1).tolist() == edges.follows(1).tolist() == [2]

    gone = edges.erase(1)

    assert [(change.target, change.by) for change in gone] == [(2, -1)]
    assert (edges.members_of(9), edges.member_count(9), edges.follower_count(2)) == ([4], 1, 0)
    assert (edges.follows(4).tolist(), edges.blocks(4).tolist()) == ([], [2])
    assert edges.erase(77) == []


def rows_of(count):
    items = np.zeros(count, ITEM)
    items["state"], items["latitude"], items["longitude"] = 1, NAN, NAN
    items["channels"], items["professions"] = -1, -1
    items["created"] = np.arange(count)
    return items


def test_a_list_keeps_its_newest_and_equals_the_one_rebuilt():
    items = rows_of(POSTING_KEPT + 40)
    items["created"][50:60] = 77  # as old as one another: the later row first
    items["channels"][::5, 0] = np.arange(items["channels"][::5].shape[0])
    items["latitude"][::9], items["longitude"][::9] = np.linspace(20, 40, items[::9].size), 108.0
    items["kind"][3], items["state"][7] = 3, 0
    grew, rebuilt = Postings(), Postings()
    for row in np.random.default_rng(3).permutation(items.size).tolist():
        grew.put(row, items[row])

    rebuilt.rebuild(items)

    newest = sorted(range(items.size), key=lambda row: (-items["created"][row], -row))
    kept = [row for row in newest if items["state"][row] == 1][:POSTING_KEPT]
    assert grew.rows[LIST_NEW, : grew.count[LIST_NEW]].tolist() == kept
    assert rebuilt.rows[LIST_NEW, : rebuilt.count[LIST_NEW]].tolist() == kept
    assert grew.domain(10_000) == -1
    for code in range(items["channels"][::5].shape[0]):
        lists = [
            one.rows[one.domain(code), : one.count[one.domain(code)]] for one in (grew, rebuilt)
        ]
        assert lists[0].tolist() == lists[1].tolist() == [5 * code]


def test_a_withdrawn_item_leaves_every_list_at_once():
    postings, items = Postings(), rows_of(3)
    for row in range(3):
        postings.put(row, items[row])
    items["state"][1] = 0
    postings.put(1, items[1])
    postings.put(1, items[1])

    assert postings.rows[LIST_NEW, : postings.count[LIST_NEW]].tolist() == [2, 0]


def test_an_author_who_comes_after_their_posts_and_goes_leaves_others_counts_right():
    state = a_community()
    state.put_item(an_item(6, 900), -1, 0)
    state.put_person(5, a_person(900), np.zeros(64))
    slot = state.author_of_owner[900]
    moves = empty_facts(2)
    moves["kind"], moves["day"], moves["time"] = FactKind.FOLLOW, NOW_DAY, NOW_DAY * DAY
    moves["target"] = [5, 4]
    state.apply(moves, np.array([2, 5]), np.array([5, 4]))
    state.put_item(an_item(6, 900, state=0), 5, 0)
    state.put_item(an_item(6, 900, state=0), 5, 0)
    held = int(state.authors["person"][slot]), int(state.authors["followers"][slot])

    state.erase(5)
    state.erase(2)

    assert held == (5, 1)
    assert (state.authors["person"][slot], state.authors["followers"][slot]) == (-1, 0)
    assert state.authors["recent"][slot].max() == -1


def test_a_domain_that_is_removed_is_gone_and_may_be_removed_again():
    state = a_community()
    state.put_domain(DomainRow(300, 1, 26.0, 108.0, 10.0), 300)
    assert state.domains[300].kind == 1
    state.put_domain(None, 300)
    state.put_domain(None, 300)

    assert (state.domains, state.domain_total.shape[0]) == ({}, 512)


def test_memory_is_told_by_part_and_grows_with_what_is_held():
    small, large = memory_of(a_community()), memory_of(a_community(people=1_100, items=1_100))

    assert {name for name in small if large[name] > small[name]} == {"items", "people"}
    assert small["seen"] == 256 * 256 * (4 + 4)


def test_likes_that_move_and_impressions_of_nothing_count_alike_compiled_and_plain():
    compiled, plain = a_community(), a_community()
    for state in (compiled, plain):
        state.items["topic"][1] = -1
    facts = empty_facts(4)
    facts["kind"] = [FactKind.LIKE, FactKind.LIKE, FactKind.IMPRESSION, FactKind.CLICK]
    facts["day"], facts["item"], facts["domain"] = NOW_DAY, [0, 0, -1, 1], -1
    facts["time"] = NOW_DAY * DAY + np.arange(4)
    facts["surface"], facts["flags"], facts["receipt"] = [0, 1, 0, 0], [0, 0, FLAG_DECISION, 0], -1
    people = np.array([1, 1, 2, 3])

    compiled.apply(facts, people, np.full(4, -1))
    plain.advance_day(NOW_DAY)
    plain.reserve_counters(facts)
    plain._reserve_rings(facts, people)
    apply.count(plain, facts, people)
    apply.remember(plain, facts, people)
    apply.note(plain, facts, people)
    plain.offset = compiled.offset

    assert digest(compiled) == digest(plain)
    assert compiled.surface_total[:2, FactKind.LIKE].tolist() == [0, 1]
