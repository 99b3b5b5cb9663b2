"""Top-N evaluation: what is hidden, how peers rank, and how lists are judged, by cases worked out by hand."""

import os
from pathlib import Path

import numpy as np
import pytest

from lodestone.events.facts import SHARE_WHOLE, empty_facts, refund_value
from lodestone.events.outcomes import FactKind
from lodestone.insight import topn

DATA = Path(
    os.environ.get("LODESTONE_DATA", Path(__file__).resolve().parents[4] / "shared" / "data")
)
L, I, U, O = FactKind.LIKE, FactKind.IMPRESSION, FactKind.UNLIKE, FactKind.ORDER  # noqa: E741


def log_of(*rows):
    """Make facts from (person, item, kind, time), in the order of the log."""
    facts = empty_facts(len(rows))
    for index, (_, item, kind, time) in enumerate(rows):
        facts["item"][index], facts["kind"][index], facts["time"][index] = item, kind, time
        facts["key"][index] = index + 1
    return facts, np.array([row[0] for row in rows], np.int64)


def parted(rows, *, items=10, people=2, share=0.5, **more):
    facts, who = log_of(*rows)
    return topn.holdout_of(facts, who, np.ones(items, bool), people=people, share=share, **more)


def sets(some):
    return [some.of(person).tolist() for person in range(some.people)]


def liked(*rows):
    pairs = [(person, item) for person, row in enumerate(rows) for item in row]
    person, item = (np.array(column, np.int64) for column in zip(*pairs, strict=True))
    return topn.Sets.of_pairs(person, item, people=len(rows))


def test_the_last_floor_of_the_share_of_a_persons_positives_is_hidden_by_time():
    rows = [(0, item, L, 10 - item) for item in range(5)] + [(1, 7, L, 3)]

    split = parted(rows, share=0.4)

    assert sets(split.wanted) == [[0, 1], []]
    assert sets(split.liked) == [[2, 3, 4], [7]]
    assert split.hidden.tolist() == [True, True, False, False, False, False]


def test_everything_a_person_did_from_the_cut_on_is_hidden_too_and_nobody_elses():
    rows = [
        (0, 1, L, 1), (0, 2, I, 2), (0, 3, L, 3), (0, 4, I, 4), (0, -1, FactKind.FOLLOW, 5),
        (0, -1, FactKind.UNMUTE, 6), (0, 1, I, 7), (1, 4, I, 9), (-1, 4, FactKind.ITEM, 9), (0, -1, FactKind.PERSON, 9),
    ]  # fmt: skip

    split = parted(rows)

    assert np.flatnonzero(split.hidden).tolist() == [2, 3, 4, 5, 6]
    assert sets(split.known) == [[1, 2], [4]]
    assert sets(split.wanted) == [[3], []]


def test_facts_of_one_instant_stand_in_the_order_of_the_log():
    split = parted([(0, 5, L, 1), (0, 3, L, 1), (0, 9, L, 1), (0, 1, L, 1)])

    assert sets(split.liked) == [[3, 5], []]
    assert sets(split.wanted) == [[1, 9], []]


def test_counted_by_deeds_whatever_came_last_is_hidden_and_judged_by_its_positives():
    rows = [(0, 1, L, 1), (0, 2, L, 2), (0, 3, I, 3), (0, 4, L, 4), (0, 1, I, 5), (0, 5, I, 6)]

    by_deeds = parted(rows, share=0.4, by="deeds")
    by_positives = parted(rows, share=0.4)

    assert (sets(by_deeds.wanted), sets(by_deeds.known)) == ([[4], []], [[1, 2, 3], []])
    assert (sets(by_positives.wanted), sets(by_positives.known)) == ([[4], []], [[1, 2, 3], []])


def test_what_was_known_or_is_not_to_be_had_is_not_asked_for():
    rows = [(0, 1, I, 1), (0, 2, L, 2), (0, 1, L, 3), (0, 3, L, 4), (0, 4, L, 5)]
    facts, who = log_of(*rows)
    available = np.array([True, True, True, False, True])

    split = topn.holdout_of(facts, who, available, people=1, share=0.8)

    assert sets(split.known) == [[1, 2]]
    assert sets(split.wanted) == [[4]]


def test_a_like_taken_back_and_an_order_wholly_refunded_are_no_positives():
    rows = [
        (0, 1, L, 1), (0, 2, L, 2), (0, 2, U, 3), (0, 3, O, 4), (0, 4, L, 5), (0, 4, U, 6), (0, 4, L, 7),
        (0, 5, L, 8), (0, 5, U, 9), (0, 3, FactKind.REFUND, 10),
    ]  # fmt: skip
    facts, who = log_of(*rows)
    facts["target"][9], facts["value"][9] = facts["key"][3], refund_value(SHARE_WHOLE, 0)

    split = topn.holdout_of(facts, who, np.ones(10, bool), people=1, share=0.01)

    assert sets(split.liked) == [[1, 4]]


def test_only_the_outcomes_named_are_positives():
    rows = [(0, 1, FactKind.CLICK, 1), (0, 2, FactKind.CLICK, 2), (0, 3, L, 3), (0, 4, L, 4)]

    assert sets(parted(rows, outcomes=("click",)).wanted) == [[2], []]
    assert sets(parted(rows).wanted) == [[4], []]


def test_a_log_without_positives_hides_nothing():
    split = parted([(0, 1, I, 1)])
    empty = parted([])
    nobodys = parted([(-1, 1, L, 1)], people=0)

    assert not any(one.hidden.any() or one.wanted.item.size for one in (split, empty, nobodys))


SMALL = liked([0, 1], [0, 1, 2], [0, 3], [1])


def test_popularity_counts_people():
    assert topn.popularity(SMALL, 5)(3).tolist() == [3, 3, 1, 1, 0]


def test_item_knn_sums_cosines_over_a_persons_positives():
    # Together: (0,1) 2, (0,2) 1, (1,2) 1, (0,3) 1. People: 3, 3, 1, 1.
    score = topn.item_knn(SMALL, 5)

    both = 2 / 3
    assert score(3) == pytest.approx([both, 0, 1 / np.sqrt(3), 0, 0])
    assert score(0) == pytest.approx([both, both, 2 / np.sqrt(3), 1 / np.sqrt(3), 0])


def test_ease_is_ridge_regression_of_each_item_on_all_others():
    ridge, matrix = 2.0, np.array([[1, 1, 0, 0], [1, 1, 1, 0], [1, 0, 0, 1], [0, 1, 0, 0]], float)

    weights = np.zeros((4, 4))
    for item in range(4):
        rest = [other for other in range(4) if other != item]
        x = matrix[:, rest]
        weights[rest, item] = np.linalg.solve(x.T @ x + ridge * np.eye(3), x.T @ matrix[:, item])

    score = topn.ease(SMALL, 5, ridge=ridge)
    for person in range(4):
        assert score(person)[:4] == pytest.approx(matrix[person] @ weights)
        assert score(person)[4] == 0


def test_ials_finds_two_groups_that_share_nothing():
    groups = liked(*[[n % 3 for n in range(p, p + 2)] for p in range(6)], *[[3 + n % 3 for n in range(p, p + 2)] for p in range(6)])  # fmt: skip

    scores = topn.Ials.fitted(groups, 6, seed=1)

    assert topn.Ials.missing() is None
    assert scores(0)[:3].min() > scores(0)[3:].max()
    assert scores(6)[3:].min() > scores(6)[:3].max()


def test_lists_leave_out_what_is_known_or_gone_and_break_ties_by_popularity_then_row():
    scores = np.array([1.0, 5.0, 1.0, 1.0, 9.0, 1.0])
    popular = np.array([0.0, 0.0, 2.0, 0.0, 0.0, 2.0])
    available = np.array([True, True, True, True, False, True])

    lists = topn.lists_by(
        lambda _: scores, np.array([0, 1]), liked([1], [0, 2, 3]), available, popular, 4
    )

    assert lists.tolist() == [[2, 5, 0, 3], [1, 5, -1, -1]]


def test_figures_of_lists_worked_out_by_hand():
    lists = np.array([[4, 1, 2], [3, 0, -1]])
    wanted, known = liked([1, 5], [9]), liked([2], [8])

    judged = topn.score(lists, np.array([0, 1]), wanted, known, 10, seed=1)

    gain = (1 / np.log2(3)) / (1 + 1 / np.log2(3))
    assert judged.hit_rate.value == 0.5
    assert judged.recall.value == 0.25
    assert judged.ndcg.value == pytest.approx(gain / 2, abs=1e-6)
    assert judged.repeated.value == pytest.approx(1 / 6, abs=1e-6)
    assert judged.filled.value == pytest.approx(5 / 6, abs=1e-6)
    assert judged.coverage == 0.5
    assert judged.gini == 0.5  # five of ten shown once each
    assert (judged.hit_rate.low, judged.hit_rate.high) == (0.0, 1.0)


def test_a_seed_says_the_intervals():
    lists, many = np.array([[0], [1]] * 30), np.arange(60)
    wanted, known = liked(*[[0]] * 60), liked(*[[5]] * 60)

    first, again, other = (
        topn.score(lists, many, wanted, known, 6, seed=seed) for seed in (1, 1, 2)
    )

    assert first == again
    assert first != other
    assert 0.3 < first.hit_rate.low < 0.5 < first.hit_rate.high < 0.7


@pytest.mark.skipif(not (DATA / "ml-100k").is_dir(), reason="ml-100k is not in LODESTONE_DATA")
def test_the_peers_reach_on_movielens_what_is_published_for_them():
    """The first four fifths of each person's ratings teach; ten films; judged by those rated 4 or 5 in the last fifth."""
    rows = np.loadtxt(DATA / "ml-100k" / "ratings_100k_clean.tsv", dtype=np.int64)
    rows = rows[np.lexsort((rows[:, 1], rows[:, 3]))]
    facts = empty_facts(rows.shape[0])
    facts["time"], facts["item"] = rows[:, 3] * 1_000_000, rows[:, 1] - 1
    facts["kind"] = np.where(rows[:, 2] >= 4, FactKind.LIKE, FactKind.IMPRESSION)
    films = np.ones(1682, bool)
    split = topn.holdout_of(
        facts, rows[:, 0] - 1, films, people=943, share=0.2, outcomes=("like",), by="deeds"
    )
    people = np.flatnonzero(split.wanted.sizes)
    popular = topn.popularity(split.liked, 1682)(0)
    peers = {
        "popularity": (topn.popularity(split.liked, 1682), 0.093),
        "item_knn": (topn.item_knn(split.liked, 1682), 0.159),
        "ease": (topn.ease(split.liked, 1682), 0.180),
        "ials": (topn.Ials.fitted(split.liked, 1682, seed=1), 0.168),
    }
    reached = {}
    for name, (scorer, _) in peers.items():
        lists = topn.lists_by(scorer, people, split.known, films, popular, 10)
        reached[name] = topn.score(lists, people, split.wanted, split.known, 1682, seed=1)

    assert people.size == 904
    for name, (_, published) in peers.items():
        # iALS begins at chance: other seeds give .165 to .168.
        assert reached[name].ndcg.value == pytest.approx(
            published, abs=0.005 if name == "ials" else 0.001
        )
        assert reached[name].repeated.value == 0
