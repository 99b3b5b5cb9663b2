"""A greedy page keeps posts and ads of an author apart, and a higher bid never moves an ad down."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.traffic.auction import exact_kernel, greedy, greedy_kernel
from lodestone.traffic.auction.inputs import UNLIMITED, WEIGHT_ONE
from lodestone.traffic.auction.settle import critical_due
from tests.worlds.auctions import (
    Auction,
    auctions,
    best_page,
    critical,
    filled,
    ints,
    pages,
    some_auction,
    steps_of,
    vcg,
    weights_of,
    worth_of,
)

TWINS = pytest.mark.parametrize("module", [greedy, greedy_kernel], ids=["plain", "compiled"])


@given(auctions(slots=7, ads=7, spaced=True))
@settings(max_examples=80)
def test_the_compiled_page_is_the_plain_one(auction):
    assert filled(auction, greedy_kernel) == filled(auction, greedy)


@given(auctions(slots=5, ads=4, spaced=True, worth=30))
@settings(max_examples=80)
def test_one_run_without_an_ad_tells_the_steps_that_running_the_page_again_finds(auction):
    for x in range(auction.ads[0].size):
        assert steps_of(auction, x, greedy_kernel) == steps_of(auction, x, greedy)


@given(st.integers(0, 2**32))
@settings(max_examples=30)
def test_the_same_on_pages_of_size(seed):
    auction = some_auction(np.random.default_rng(seed), spaced=True, payers=5)

    assert filled(auction, greedy_kernel) == filled(auction, greedy)
    for x in range(auction.ads[0].size):
        assert steps_of(auction, x, greedy_kernel) == steps_of(auction, x, greedy)


@given(auctions(spaced=True))
@settings(max_examples=100)
def test_a_greedy_page_is_allowed_and_worth_no_less_than_without_ads(auction):
    page, rows = filled(auction)

    assert page in list(pages(auction))
    posts = [-1] * min(len(page), auction.organic.size)
    assert worth_of(auction, page) >= worth_of(auction, posts)
    assert worth_of(auction, page) <= best_page(auction)[1][0]
    following, ad_author = iter(auction.organic_author.tolist()), [*auction.ads[4].tolist(), -1]
    authors = [next(following) if x == -1 else ad_author[x] for x in page if x > -2]
    for x, slot, *_ in rows:
        mine = auction.ads[4][x]
        near = range(slot - auction.author_gap, slot + auction.author_gap + 1)
        others = [s for s, author in enumerate(authors) if author == mine >= 0 and s != slot]
        assert not set(others) & set(near)
        assert len(others) < auction.author_max or mine < 0


@given(auctions(slots=7, ads=6, spaced=True), st.integers(1, 40))
@settings(max_examples=120)
def test_a_higher_bid_never_lowers_an_ads_attention(auction, more):
    for x in range(auction.ads[0].size):
        bids = auction.ads[0].copy()
        bids[x] += more
        higher = auction._replace(ads=(bids, *auction.ads[1:]))

        shown = [{row[0]: row[2] for row in filled(a)[1]}.get(x, 0) for a in (auction, higher)]
        assert shown[0] <= shown[1]


@given(auctions(slots=6, ads=6, spaced=True))
@settings(max_examples=100)
def test_a_critical_value_lies_between_the_reserve_and_the_bid_and_is_the_integral(auction):
    for x, (weight, due) in critical(auction).items():
        bid, reserve = int(auction.ads[0][x]), int(auction.ads[5][x])
        below = 0
        for z in range(reserve, bid):
            bids = auction.ads[0].copy()
            bids[x] = z
            rows = filled(auction._replace(ads=(bids, *auction.ads[1:])))[1]
            below += next((row[2] for row in rows if row[0] == x), 0)

        assert due == bid * weight - below
        assert reserve * weight <= due <= bid * weight


@given(auctions(slots=5, ads=4, worth=40))
@settings(max_examples=80)
def test_on_the_best_page_the_steps_of_an_ad_say_what_it_owes_to_the_grid(auction):
    auction = auction._replace(
        ads=(*auction.ads[:3], np.arange(auction.ads[0].size), *auction.ads[4:])
    )
    for x, (weight, due) in vcg(auction).items():
        by_steps = critical_due(ints(steps_of(auction, x, exact_kernel)))

        assert 0 <= by_steps - due <= weight


def spaced(*, organic_author, author, author_gap=0, author_max=UNLIMITED, slots=4):
    weight = weights_of(ints([1000] * slots), 0.0, 3)
    count = len(author)
    ads = (ints([90 - n for n in range(count)]), *(ints([0] * count) for _ in range(2)),
           ints(range(count)), ints(author), ints([0] * count))  # fmt: skip
    organic = ints([10] * len(organic_author))
    return Auction(organic, ads, weight, 0, 0, False, ints(organic_author), author_gap, author_max)


@TWINS
@pytest.mark.parametrize(
    ("given", "page"),
    [
        ({"organic_author": [7, 8, 9], "author": [7], "author_gap": 0}, [0, -1, -1, -1]),
        ({"organic_author": [7, 8, 9], "author": [7], "author_gap": 1}, [-1, -1, 0, -1]),
        ({"organic_author": [7, 8, 9], "author": [7], "author_gap": 2}, [-1, -1, -1, 0]),
        ({"organic_author": [7, 8, 9], "author": [7], "author_gap": 3}, [-1, -1, -1, -2]),
        ({"organic_author": [7, 8, 9], "author": [7], "author_max": 1}, [-1, -1, -1, -2]),
        ({"organic_author": [8, 9], "author": [7, 7], "author_gap": 1}, [0, -1, 1, -1]),
        ({"organic_author": [8, 9], "author": [7, 7], "author_max": 1}, [0, -1, -1, -2]),
        ({"organic_author": [8, 9], "author": [-1, -1], "author_gap": 3, "author_max": 1}, [0, 1, -1, -1]),
    ],
)  # fmt: skip
def test_an_ad_stands_no_nearer_to_its_authors_posts_than_the_rules_say(module, given, page):
    assert filled(spaced(**given), module)[0] == page


@TWINS
def test_an_ad_is_shown_only_where_it_gains_more_than_the_posts_below_it_lose(module):
    weight = weights_of(ints([1000, 800, 600]), 0.5, 1)
    # What the posts lose: 240 - 70 above the first, 140 - 30 above the second, 60 in place of the third.
    table = (
        (100, [-1, -1, -1], []), (101, [-1, -1, 0], [60]), (137, [-1, -1, 0], [60]),
        (138, [-1, 0, -1], [110]), (170, [-1, 0, -1], [110]), (171, [0, -1, -1], [170]),
    )  # fmt: skip
    for bid, page, losses in table:
        ads = (ints([bid]), *(ints([0]) for _ in range(5)))
        auction = Auction(ints([100, 100, 100]), ads, weight, 0, 0, False, ints([-1] * 3))

        shown, rows = filled(auction, module)

        assert (shown, [row[3] for row in rows]) == (page, [n * WEIGHT_ONE for n in losses])
