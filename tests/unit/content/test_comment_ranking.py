"""The order of a thread: by worth that doubts what it has hardly seen, with a stated share of first looks."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lodestone.base.clock import DAY_MICROS, HOUR_MICROS, Instant
from lodestone.content.comment_ranking import (
    FIRST_LOOK_AT,
    FIRST_LOOK_EVERY,
    FIRST_LOOK_READERS,
    CommentSignals,
    newest,
    ranked,
    readers_since,
    reasons,
    wilson_lower,
    worth_of,
)

NOW = Instant(40 * DAY_MICROS)
COUNTS = st.integers(0, 400)


def signals(number=1, *, age=10 * DAY_MICROS, likes=0, repliers=0, readers=0, by_author=False, answered=False):  # fmt: skip
    return CommentSignals(
        number=number, created=Instant(NOW - age), likes=likes, repliers=repliers,
        readers=readers, by_author=by_author, author_answered=answered,
    )  # fmt: skip


def chance(seed=7):
    return np.random.default_rng(seed)


@st.composite
def threads(draw):
    ages = draw(st.lists(st.integers(0, 20 * DAY_MICROS), min_size=0, max_size=40))
    return [
        signals(
            number, age=age, likes=draw(COUNTS), repliers=draw(COUNTS), readers=draw(COUNTS),
            by_author=draw(st.booleans()), answered=draw(st.booleans()),
        )
        for number, age in enumerate(ages, 1)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("successes", "trials", "bound"), [(1, 10, 0.0304), (51, 70, 0.6558), (0, 10, 0.0)]
)
def test_the_bound_is_wilsons(successes, trials, bound):
    assert wilson_lower(successes, trials) == pytest.approx(bound, abs=5e-5)


@given(st.integers(0, 500), st.integers(1, 500))
@example(0, 5)
def test_the_bound_lies_below_the_share_and_within_zero_and_one(successes, more):
    trials = successes + more

    assert 0 <= wilson_lower(successes, trials) <= successes / trials


@given(COUNTS, COUNTS, COUNTS)
def test_one_more_who_read_it_and_liked_it_never_lowers_a_comment(likes, repliers, others):
    readers = likes + repliers + others
    before = signals(likes=likes, repliers=repliers, readers=readers)
    after = signals(likes=likes + 1, repliers=repliers, readers=readers + 1)

    assert worth_of(after, NOW).score > worth_of(before, NOW).score


@given(COUNTS, COUNTS)
def test_one_more_who_read_it_and_said_nothing_never_raises_a_comment(likes, others):
    before = signals(likes=likes, readers=likes + others)
    after = signals(likes=likes, readers=likes + others + 1)

    assert worth_of(after, NOW).score <= worth_of(before, NOW).score


def test_fifty_of_sixty_outweigh_one_of_one():
    many, single = signals(likes=50, readers=60), signals(likes=1, readers=1)

    assert worth_of(many, NOW).score > 5 * worth_of(single, NOW).score


@pytest.mark.parametrize("favour", [{"answered": True}, {"by_author": True}])
def test_the_authors_own_word_is_worth_a_quarter_more(favour):
    plain, favoured = signals(likes=3, readers=9), signals(likes=3, readers=9, **favour)

    assert worth_of(favoured, NOW).score == pytest.approx(1.25 * worth_of(plain, NOW).score)


@pytest.mark.parametrize(("days", "factor"), [(0, 1.0), (3, 0.75), (6, 0.625), (3_000, 0.5)])
def test_age_takes_half_away_and_no_more_half_of_that_in_three_days(days, factor):
    now = Instant(4_000 * DAY_MICROS)
    comment = CommentSignals(
        number=1, created=Instant(now - days * DAY_MICROS), likes=0, repliers=0, readers=0,
        by_author=False, author_answered=False,
    )  # fmt: skip

    assert worth_of(comment, now).recency_factor == pytest.approx(factor)


def test_more_endorsements_than_readers_are_as_many_as_readers():
    assert worth_of(signals(likes=9, readers=3), NOW) == worth_of(signals(likes=3, readers=3), NOW)
    assert math.isfinite(worth_of(signals(likes=2, readers=-1), NOW).score)


@given(threads(), st.integers(0, 2**32))
def test_every_comment_stands_once_whatever_chance_says(comments, seed):
    order = ranked(comments, NOW, chance(seed))

    assert sorted(comment.signals.number for comment in order) == [
        comment.number for comment in comments
    ]


@given(threads(), st.integers(0, 2**32))
def test_first_looks_stand_in_their_places_only_and_go_to_what_is_new_and_unread(comments, seed):
    order = ranked(comments, NOW, chance(seed))

    for place, comment in enumerate(order):
        if comment.first_look:
            assert place % FIRST_LOOK_EVERY == FIRST_LOOK_AT
            assert NOW - comment.signals.created < 2 * DAY_MICROS
            assert comment.signals.readers < FIRST_LOOK_READERS


@given(threads(), st.integers(0, 2**32))
def test_all_but_first_looks_stand_in_the_order_of_their_scores(comments, seed):
    scores = [
        comment.worth.score
        for comment in ranked(comments, NOW, chance(seed))
        if not comment.first_look
    ]

    assert scores == sorted(scores, reverse=True)


@given(threads(), st.integers(0, 2**32))
def test_the_same_chance_gives_the_same_order_however_the_comments_come(comments, seed):
    order = ranked(comments, NOW, chance(seed))

    assert ranked(comments[::-1], NOW, chance(seed)) == order


def test_a_new_comment_among_ninety_nine_liked_ones_gets_its_first_look():
    liked = [signals(number, likes=20, readers=25) for number in range(1, 100)]
    fresh = signals(100, age=HOUR_MICROS)

    places = [comment.signals.number for comment in ranked([*liked, fresh], NOW, chance())]

    assert places.index(100) == FIRST_LOOK_AT


def test_chance_gives_each_of_many_new_comments_the_first_look_about_as_often():
    liked = [signals(number, likes=20, readers=25) for number in range(1, 6)]
    fresh = [signals(number, age=HOUR_MICROS) for number in range(6, 10)]
    firsts = [
        ranked([*liked, *fresh], NOW, chance(seed))[FIRST_LOOK_AT].signals.number
        for seed in range(400)
    ]

    # Binomial(400, 1/4): five standard deviations are 44.
    assert all(abs(firsts.count(number) - 100) < 44 for number in range(6, 10))


def test_by_time_the_newest_stands_first_and_of_one_instant_the_later():
    comments = [signals(1, age=HOUR_MICROS), signals(2, age=2 * HOUR_MICROS), signals(3, age=HOUR_MICROS)]  # fmt: skip

    assert [comment.signals.number for comment in newest(comments, NOW)] == [3, 1, 2]


REASONS = [
    ({"likes": 4, "readers": 9}, ("liked",)),
    ({"repliers": 1, "readers": 2, "answered": True}, ("author_answered", "answered")),
    ({"by_author": True, "age": HOUR_MICROS, "readers": 20}, ("by_author", "recent")),
    ({}, ("quiet",)),
]


@pytest.mark.parametrize(("facts", "because"), REASONS)
def test_a_comments_place_has_its_reasons(facts, because):
    (comment,) = ranked([signals(**facts)], NOW, chance())

    assert reasons(comment, NOW) == because


@pytest.mark.parametrize(("created", "count"), [(0, 3), (20, 2), (21, 1), (31, 0)])
def test_readers_are_those_who_were_there_since(created, count):
    assert readers_since([10, 20, 30], Instant(created)) == count
