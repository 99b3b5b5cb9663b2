"""No page with ads is worth more than the best one, and what each ad owes is what its presence costs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.traffic.auction import exact, exact_kernel
from lodestone.traffic.auction.inputs import WEIGHT_ONE
from tests.worlds.auctions import (
    Auction,
    auctions,
    best_page,
    charged,
    ints,
    pages,
    some_auction,
    steps_of,
    weights_of,
    worth_of,
)

TWINS = pytest.mark.parametrize("module", [exact, exact_kernel], ids=["plain", "compiled"])


def page_of(*, organic, bid, attention=(1000, 1000, 1000), **given):
    """Return an auction of ads without user value, price and reserve, one of each payer, unless said otherwise."""
    count = len(bid)
    columns = {"user": [0] * count, "price": [0] * count, "payer": range(count), "author": [-1] * count, "reserve": [0] * count}  # fmt: skip
    columns |= {name: given.pop(name) for name in [*given] if name in columns}
    rules = {"gap": 0, "first": 0, "by_author": False, "ads_max": 3, "extension": 0.0} | given
    weight = weights_of(ints(attention), rules.pop("extension"), rules.pop("ads_max"))
    ads = (ints(bid), *(ints(column) for column in columns.values()))
    return Auction(ints(organic), ads, weight, organic_author=-np.ones(len(organic), np.int64), **rules)  # fmt: skip


@given(auctions())
@settings(max_examples=60)
def test_the_best_page_is_worth_what_the_best_of_all_pages_is(auction):
    page, (worth, organics, whole) = best_page(auction)

    assert whole == 1
    assert (
        worth
        == max(worth_of(auction, other) for other in pages(auction))
        == worth_of(auction, page)
    )
    assert page in list(pages(auction))
    bare = auction._replace(ads=tuple(column * 0 for column in auction.ads))
    assert organics == worth_of(bare, page)


@given(auctions(slots=8, ads=8))
@settings(max_examples=60)
def test_the_compiled_search_finds_the_same_page_and_the_same_amounts_as_the_plain_one(auction):
    assert charged(auction, exact_kernel) == charged(auction, exact)


@given(st.integers(0, 2**32), st.integers(1, 6))
@settings(max_examples=40)
def test_both_twins_agree_where_payers_have_many_ads_on_a_page_of_size(seed, payers):
    auction = some_auction(np.random.default_rng(seed), slots=12, ads=16, payers=payers)

    assert charged(auction, exact_kernel) == charged(auction, exact)


@given(auctions(slots=4, ads=3, worth=30))
@settings(max_examples=60)
def test_both_twins_find_the_same_steps_of_an_ads_attention(auction):
    for x in range(auction.ads[0].size):
        steps = steps_of(auction, x, exact_kernel)

        assert steps == steps_of(auction, x, exact)
        assert steps == sorted(steps)
        assert sorted({weight for _, weight in steps}) == [weight for _, weight in steps]


@given(auctions())
@settings(max_examples=80)
def test_an_ad_owes_what_the_others_lose_between_nothing_and_its_bid(auction):
    bid, *_, payer, _, reserve = auction.ads
    page, rows, _ = charged(auction)

    assert [x for x in page if x >= 0] == [row[0] for row in rows]
    for x, slot, weight, due, organics, others, own, runner_up in rows:
        asked = np.where(payer == payer[x], reserve, bid)
        instead = max(worth_of(auction, other, asked) for other in pages(auction))
        assert due == instead - (worth_of(auction, page) - weight * bid[x])
        assert reserve[x] * weight <= due <= bid[x] * weight
        assert organics + others + own == due
        assert page[slot] == x
        assert runner_up == -1 or runner_up not in page


@given(auctions(), st.data())
@settings(max_examples=80)
def test_what_an_ad_owes_does_not_depend_on_its_own_bid_while_the_page_stays(auction, data):
    page, rows, _ = charged(auction)
    for x, *_ in rows:
        bids = auction.ads[0].copy()
        bids[x] = max(auction.ads[5][x], bids[x] + data.draw(st.integers(-20, 60)))
        again, other_rows, _ = charged(auction._replace(ads=(bids, *auction.ads[1:])))

        if again == page:
            assert [r[3] for r in other_rows if r[0] == x] == [r[3] for r in rows if r[0] == x]


@given(auctions(), st.integers(1, 40))
@settings(max_examples=80)
def test_a_higher_bid_never_lowers_an_ads_attention(auction, more):
    for x in range(auction.ads[0].size):
        bids = auction.ads[0].copy()
        bids[x] += more
        higher = auction._replace(ads=(bids, *auction.ads[1:]))

        shown = [{row[0]: row[2] for row in charged(a)[1]}.get(x, 0) for a in (auction, higher)]
        assert shown[0] <= shown[1]


@given(st.lists(st.integers(1, 100), min_size=2, max_size=6))
def test_one_slot_and_no_organic_post_is_a_second_price_auction(bids):
    auction = page_of(organic=[], bid=bids, attention=[1000])

    _, ((winner, _, weight, due, *_),), _ = charged(auction)

    assert winner == bids.index(max(bids))
    assert due == sorted(bids)[-2] * weight


def test_a_reserve_is_paid_like_a_rivals_bid_and_never_on_top_of_one():
    for rival, reserve, paid in ((4, 0, 4), (4, 3, 4), (4, 7, 7), (0, 7, 7)):
        auction = page_of(organic=[], bid=[10, rival], reserve=[reserve, 0], attention=[1000])

        _, ((_, _, weight, due, *_),), _ = charged(auction)

        assert (due, weight) == (paid * weight, WEIGHT_ONE)


@TWINS
def test_an_ad_pays_for_the_post_it_pushes_off_and_for_the_attention_it_takes(module):
    auction = page_of(organic=[100, 80, 60], bid=[500], extension=0.1, attention=(1000, 1000, 1000))

    page, ((_, slot, _, due, organics, others, own, runner_up),), _ = charged(auction, module)

    assert (page, slot) == ([-1, -1, 0], 2)
    assert (due, organics) == (60 * WEIGHT_ONE, 60 * WEIGHT_ONE)
    assert (others, own, runner_up) == (0, 0, -1)


@TWINS
def test_an_ad_pays_its_price_and_is_forgiven_what_viewers_have_of_it(module):
    for user, price, due in ((0, 30, 90), (20, 30, 70), (-20, 0, 80), (200, 0, 0)):
        auction = page_of(organic=[60], bid=[500], user=[user], price=[price], attention=[1000])

        assert charged(auction, module)[1][0][3] == due * WEIGHT_ONE, (user, price)


@TWINS
def test_the_gap_and_the_first_slot_are_those_of_posts_between_ads(module):
    bid = [90, 80, 70, 60]
    for gap, first, page in (
        (0, 0, [0, 1, 2, -1, -1]), (1, 0, [0, -1, 1, -1, 2]), (2, 0, [0, -1, -1, 1, -1]), (2, 1, [-1, 0, -1, -1, 1]),
    ):  # fmt: skip
        auction = page_of(organic=[1] * 5, bid=bid, gap=gap, first=first, attention=(1000, 900, 800, 700, 600))  # fmt: skip

        assert best_page(auction, module)[0] == page


@TWINS
def test_a_payer_has_one_ad_on_a_page_and_pays_nothing_for_beating_itself(module):
    auction = page_of(organic=[], bid=[90, 80, 30], payer=[0, 0, 1], attention=(1000, 500))

    page, rows, _ = charged(auction, module)

    assert page == [0, 2]
    assert [row[3] for row in rows] == [15 * WEIGHT_ONE, 0]


@TWINS
def test_the_better_of_a_payers_ads_for_the_page_is_not_always_the_one_of_more_value(module):
    # The first is worth more where all is seen, the second costs less where half is.
    ads = {"price": [12, 5, 0], "payer": [0, 0, 1], "attention": (1000, 500)}

    assert best_page(page_of(organic=[], bid=[100, 90, 120], **ads), module)[0] == [2, 1]
    assert best_page(page_of(organic=[], bid=[100, 90, 0], **ads), module)[0] == [0, -2]


@TWINS
def test_an_author_has_one_ad_on_a_page_where_that_is_asked(module):
    for by_author, page in ((False, [0, 1]), (True, [0, 2])):
        auction = page_of(organic=[], bid=[90, 80, 30], author=[4, 4, -1], by_author=by_author, attention=(1000, 500))  # fmt: skip

        assert best_page(auction, module)[0] == page


@TWINS
def test_a_short_page_ends_behind_its_last_post_or_ad(module):
    auction = page_of(organic=[5], bid=[9, 8], gap=1, attention=(1000,) * 4)

    assert best_page(auction, module)[0] == [0, -1, 1, -2]


def test_the_search_says_when_it_ran_out_of_tries():
    count = 12
    auction = page_of(
        organic=[10] * 6, bid=[100 + 3 * n for n in range(count)], price=[3 * n * n % 40 for n in range(count)],
        payer=[n % 2 for n in range(count)], attention=(1000, 700, 500, 300, 200, 100),
    )  # fmt: skip
    bid, user, price, payer, author, _ = auction.ads
    slate, summary = np.empty(6, np.int64), np.empty(4, np.int64)

    exact_kernel.best(auction.organic, (bid + user, price, payer, author), (*auction.best_rules[:4], 1), slate, summary)  # fmt: skip

    assert summary[2:].tolist() == [1, 0]
    assert best_page(auction)[1][2] == 1
