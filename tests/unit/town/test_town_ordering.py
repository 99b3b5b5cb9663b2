"""Who makes to order in the town and what they ask, and the town's own count of plays."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodestone.base.chance import Streams
from lodestone.base.clock import DAY_MICROS, HOUR_MICROS, SECOND_MICROS, Instant
from lodestone.base.wire import time_text
from lodestone.client import Feed, Slot
from lodestone.town.advertising.advertisers import advertising
from lodestone.town.ordering import parties
from lodestone.town.ordering.counting import COUNT_DAYS, PlayCount, settled
from lodestone.town.ordering.state import Order, OrderBoard, Play, packed, unpacked
from lodestone.town.people.population import settle
from lodestone.town.truth import PICTURE, VIDEO
from tests.worlds.seeds import fresh

NOW = Instant(1_772_380_800_000_000)
SEED = fresh()
CREATOR, ADVERTISER = 1, 2
"""Makers, and the people whom they are."""


def order(**more):
    usual = {
        "number": 0, "brief": "b2-0", "advertiser": ADVERTISER, "maker": CREATOR, "assignment": "x", "cheat": "",
        "escrow": 1, "draft_day": 0, "post": 0, "published": NOW + HOUR_MICROS,
    }  # fmt: skip
    return Order(**{**usual, **more})


def truth_of(kind):
    posts = SimpleNamespace(kind=np.array([kind]), count=1)
    return SimpleNamespace(posts=posts, makers=SimpleNamespace(person=np.arange(5)))


def counted(plays, kind=VIDEO, without=frozenset()):
    return settled(truth_of(kind), plays, order(), NOW, without)


def play(person=9, hours=2, seconds=5.0, *, paid=False):
    return Play(person, NOW + hours * HOUR_MICROS, seconds, paid)


@pytest.mark.parametrize(
    ("plays", "count"),
    [
        ([play()], 1),
        ([play(), play(hours=3)], 1),
        ([play(), play(hours=26)], 2),
        ([play(), play(person=8)], 2),
        ([play(paid=True)], 0),
        ([play(person=CREATOR)], 0),
        ([play(person=ADVERTISER)], 0),
        ([play(seconds=1.9)], 0),
        ([play(seconds=2.0)], 1),
        ([play(hours=0)], 0),
        ([play(hours=24 * (COUNT_DAYS + 1) - 1)], 1),
        ([play(hours=24 * (COUNT_DAYS + 1))], 0),
    ],
)
def test_a_play_counts_once_a_person_and_day_within_the_counted_days(plays, count):
    assert counted(plays) == count


def test_anything_but_a_video_counts_after_a_second():
    assert counted([play(seconds=1.0)], PICTURE) == 1
    assert counted([play(seconds=0.9)], PICTURE) == 0


@given(
    st.lists(
        st.builds(
            Play, st.integers(0, 6), st.integers(NOW, NOW + 12 * DAY_MICROS), st.floats(0, 9), st.booleans()
        ),
        max_size=30,
    )
)  # fmt: skip
def test_leaving_people_out_never_adds_a_play_and_order_says_nothing(plays):
    assert counted(plays, without=frozenset({3})) <= counted(plays) == counted(plays[::-1])


def test_the_longest_word_of_a_slot_is_its_play():
    board = OrderBoard(plays={0: []})
    count, truth = PlayCount(board), truth_of(VIDEO)
    slot = {
        "slot": 1,
        "author_id": "p1",
        "kind": "video",
        "domain": "public",
        "domain_id": None,
        "source": "new",
    }
    shown = [
        Slot(
            **slot, item_id="i0", beacon="here", paid=False, label=None, notice=None, pinned=False
        ),
        Slot(
            **slot, item_id="i7", beacon="other", paid=False, label=None, notice=None, pinned=False
        ),
    ]
    feed = Feed(receipt_id="r", slots=shown, next_cursor=None, degraded=[], personalised=True)
    count.show(truth, feed, 9)
    watched = [(1, 1.0), (2, 6.0), (3, 4.0)]
    for at, seconds in watched:
        event = {"beacon": "here", "type": "watch", "watch_seconds": seconds}
        count.hear(truth, [{**event, "time": time_text(Instant(NOW + at * SECOND_MICROS))}])
    unheard = {"type": "watch", "watch_seconds": 9.0, "time": time_text(NOW)}
    count.hear(truth, [{**unheard, "beacon": "other"}, unheard])
    count.end_step()

    assert board.plays == {0: [Play(9, NOW + 2 * SECOND_MICROS, 6.0, False)]}
    count.end_step()
    assert len(board.plays[0]) == 1


def test_creators_are_drawn_from_the_seed_and_have_neither_shop_nor_ads():
    streams, truth = Streams(SEED), settle(Streams(SEED), 400)
    makers = parties.creators(streams, truth)
    drawn = [parties.creator(streams, maker) for maker in makers]

    assert len(makers) >= 10
    assert not truth.makers.shop[makers].any()
    assert not set(makers) & set(advertising(streams, truth))
    assert drawn == [parties.creator(streams, maker) for maker in makers]
    assert {given.cheat for given in drawn} <= {"", *parties.CHEATS}


def test_no_bid_is_below_what_it_is_worth_nor_beyond_the_brief():
    streams, truth = Streams(SEED), settle(Streams(SEED), 400)
    drawn = [parties.creator(streams, maker) for maker in parties.creators(streams, truth)]
    bids = [
        (given, brief, parties.bid(given, brief))
        for given in drawn
        for number in range(12)
        for brief in [parties.brief(streams, 3, number, 0, 1)]
    ]
    made = [row for row in bids if row[2] is not None]

    assert 0 < len(made) < len(bids)
    for maker, brief, price in made:
        if brief.kind == "fixed":
            assert max(maker.least_fixed, brief.floor) <= price <= brief.cap
        else:
            assert price == 0
        if brief.kind == "cpm":
            assert brief.price >= maker.least_cpm


def test_where_orders_stand_is_read_back_as_it_was_written():
    board = OrderBoard(orders=[order(friends=[4, 5])], plays={0: [play()]}, deposited={2: 7})
    board.briefs["b2-0"] = parties.brief(Streams(SEED), 2, 0, 0, 1)
    board.count("orders")

    assert unpacked(packed(board)) == board
    assert unpacked(b"") == OrderBoard()
