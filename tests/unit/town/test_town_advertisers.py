"""The town's advertisers bid as they are, its clickers click as they do, and its own count keeps the published rules."""

from dataclasses import fields
from types import SimpleNamespace

import numpy as np
import pytest

from lodestone.base.chance import Streams
from lodestone.base.clock import DAY_MICROS, HOUR_MICROS, SECOND_MICROS, Instant
from lodestone.base.wire import time_text
from lodestone.client import Feed, Slot
from lodestone.town.advertising.advertisers import (
    TEMPERS,
    adjust,
    advertising,
    bid,
    campaign,
    strategy,
)
from lodestone.town.advertising.counting import Counting
from lodestone.town.advertising.desk import brought
from lodestone.town.advertising.rivals import CLICKERS, MANNERS, Clicking, rival
from lodestone.town.advertising.running import Patience
from lodestone.town.advertising.state import Billboard, Campaign, packed, unpacked
from lodestone.town.people.population import settle
from lodestone.town.people.rhythm import Visits
from lodestone.town.study.diary import Day, Shelf
from tests.worlds.seeds import fresh

NOW = Instant(1_772_380_800_000_000)
SEED = fresh()


def made(**more):
    """A campaign that pays 0.1 for a click, where nothing else is said."""
    usual = {
        "maker": 0, "temper": "truthful", "objective": "clicks", "action": "click", "value": 100_000, "factor": 1.0,
        "budget": 1_000_000, "budget_most": 3_000_000, "capped": False, "targeting": "all",
    }  # fmt: skip
    return Campaign(**{**usual, **more})


@pytest.fixture(scope="module")
def drawn():
    truth = settle(Streams(SEED), 400)
    makers = advertising(Streams(SEED), truth)
    return truth, [campaign(Streams(SEED), truth, maker, trades=True) for maker in makers]


def test_who_advertises_is_drawn_from_the_seed_and_every_kind_is_there(drawn):
    truth, campaigns = drawn
    again = [
        campaign(Streams(SEED), truth, advertiser.maker, trades=True) for advertiser in campaigns
    ]

    assert again == campaigns
    assert len(campaigns) >= 8
    assert {truth.makers.shop[advertiser.maker] for advertiser in campaigns} == {True, False}
    assert {advertiser.temper for advertiser in campaigns} <= set(TEMPERS)
    assert len({advertiser.temper for advertiser in campaigns}) > 2
    assert all(
        truth.makers.shop[advertiser.maker] for advertiser in campaigns if advertiser.clicker
    )


def test_no_bid_is_above_the_budget_or_under_the_least_and_each_fits_its_strategy(drawn):
    for advertiser in drawn[1]:
        least = 100_000 if advertiser.action == "impression" else 10_000
        assert least <= bid(advertiser) <= advertiser.budget
        assert (strategy(advertiser) == "max_delivery") == (advertiser.temper == "trusting")
        assert strategy(advertiser) != "manual_cpc" or advertiser.action == "click"
        assert strategy(advertiser) != "manual_cpm" or advertiser.action == "impression"


def test_nobody_pays_for_orders_where_no_shop_sells(drawn):
    truth, campaigns = drawn
    for advertiser in campaigns:
        without = campaign(Streams(SEED), truth, advertiser.maker, trades=False)
        assert without.action == ("click" if advertiser.action == "order" else advertiser.action)


@pytest.mark.parametrize(
    ("temper", "factor", "spent", "outcomes", "after"),
    [
        ("truthful", 1.0, 900_000, 1, 1.0),
        ("shades", 0.6, 100_000, 5, 0.69),
        ("shades", 0.6, 600_000, 7, 0.54),
        ("shades", 0.98, 0, 0, 1.0),
        ("greedy", 1.4, 600_000, 2, 1.26),
        ("greedy", 1.4, 600_000, 9, 1.4),
    ],
)
def test_a_bid_follows_what_a_day_cost_and_brought(temper, factor, spent, outcomes, after):
    given = made(temper=temper, factor=factor, spent_day=spent)
    adjust(given, outcomes)

    assert given.factor == pytest.approx(after)


def test_what_is_bought_is_found_in_the_report():
    row = {"viewable": 7, "outcomes": {"click": 3, "order": 1, "follow": 2, "long_view": 4}}
    assert [brought(action, row) for action in ("impression", "click", "order")] == [7, 3, 1]


def test_a_budget_that_pays_and_is_used_up_grows_to_its_most():
    given = made(spent_day=950_000)
    assert adjust(given, 30)
    assert given.budget == 1_200_000
    for _ in range(20):
        given.spent_day = given.budget
        adjust(given, 300)
    assert given.budget == given.budget_most


class Counted:
    """A town with one post for each maker, whose ads are looked at."""

    def __init__(self, *campaigns):
        self.board = Billboard(campaigns={advertiser.maker: advertiser for advertiser in campaigns})
        self.counting = Counting(self.board)
        count = len(campaigns)
        self.truth = SimpleNamespace(posts=SimpleNamespace(maker=np.arange(count), count=count))
        self.pages = 0

    def ad(self, maker, person=7, at=NOW, clicker=""):
        """Show a page with one maker's ad; return its beacon."""
        self.pages += 1
        beacon = f"b{self.pages}"
        slot = Slot(2, f"i{maker}", f"p{maker}", "video", "public", beacon, paid=True, label="ad")
        feed = Feed(f"r{self.pages}", (slot,), None, True)
        self.counting.show(self.truth, feed, person, at, clicker)
        return beacon

    def event(self, kind, beacon, seconds, **more):
        at = Instant(NOW + int(seconds * SECOND_MICROS))
        return {"type": kind, "beacon": beacon, "time": time_text(at), **more}

    def click(self, maker, seconds, after=1.0, **more):
        """Let an ad be looked at and clicked, told together."""
        beacon = self.ad(maker, **more)
        seen = self.event("impression", beacon, seconds)
        self.counting.hear([seen, self.event("click", beacon, seconds + after)])

    @property
    def counts(self):
        return self.board.counts


def test_a_click_is_paid_for_once_and_not_too_fast_nor_near_another_on_the_campaign():
    town = Counted(made(maker=0), made(maker=1))
    town.click(0, 0)
    town.click(0, 20)  # within half a minute of the first
    town.click(1, 20)  # another campaign
    town.click(0, 20, person=8)  # another person
    town.click(0, 100)
    town.click(0, 200, after=0.2, clicker="script")

    assert town.counts["paid_clicks_bystander"] == 4
    assert town.counts["refused_bystander_duplicate"] == 1
    assert town.counts["refused_script_too_fast"] == 1
    assert town.board.tally(0).outcomes == 3
    assert len(town.board.outcomes) == 4


def test_a_refused_click_counts_against_the_next_and_too_many_within_an_hour_are_refused():
    town = Counted(*(made(maker=maker) for maker in range(40)))
    for maker in range(40):
        town.click(maker, 2 * maker)
    assert town.counts["paid_clicks_bystander"] == 30
    assert town.counts["refused_bystander_rate"] == 10

    chain = Counted(made(maker=0))
    for number in range(4):
        chain.click(0, 25 * number)
    assert chain.counts["paid_clicks_bystander"] == 1
    assert chain.counts["refused_bystander_duplicate"] == 3


def test_an_order_is_put_down_to_the_ad_that_touched_last_and_in_time():
    town = Counted(made(maker=0, objective="orders", action="order"))
    town.click(0, 0)
    town.click(0, 60)
    town.counting.end_step()
    town.counting.bought([(7, 0), (8, 0)], Instant(NOW + HOUR_MICROS))
    assert [outcome.receipt for outcome in town.board.outcomes] == ["r2"]
    town.counting.bought([(7, 0)], Instant(NOW + 6 * DAY_MICROS))
    assert [outcome.receipt for outcome in town.board.outcomes] == ["r2", "r1"]
    town.counting.bought([(7, 0)], Instant(NOW + 6 * DAY_MICROS))
    assert len(town.board.outcomes) == 2

    late = Counted(made(maker=0, objective="orders", action="order"))
    late.click(0, 0)
    late.counting.bought([(7, 0)], Instant(NOW + 8 * DAY_MICROS))
    assert late.board.outcomes == []


def test_a_view_is_paid_for_once_it_is_told_as_viewable_and_never_a_second_time():
    town = Counted(made(maker=0, objective="reach", action="impression"))
    beacon = town.ad(0)
    town.counting.hear([town.event("impression", beacon, 0), town.event("click", beacon, 1)])
    assert town.board.outcomes == []
    for _ in range(2):
        town.counting.hear([town.event("viewable", beacon, 2, visible_seconds=2.0)])
    assert len(town.board.outcomes) == 1


def test_what_is_kept_overnight_is_what_may_still_be_paid_for():
    town = Counted(made(maker=0, objective="orders", action="order"), made(maker=1))
    town.click(0, 0)
    town.click(1, 0)
    town.counting.end_day(Instant(NOW + HOUR_MICROS))
    assert unpacked(packed(town.board)) == town.board
    assert [slot.maker for slot in town.board.slots] == [0]
    town.counting.end_day(Instant(NOW + 9 * DAY_MICROS))
    assert town.board.slots == []
    assert town.board.clicks == {}


def test_a_life_that_was_kept_before_there_were_ads_is_read_as_one_without(tmp_path):
    shelf = Shelf(tmp_path)
    nobody = Visits(*(np.zeros(0, np.int64) for _ in fields(Visits)))
    shelf.keep(settle(Streams(SEED), 60), Day(nobody), trade=b"trade", ads=b"ads")
    assert shelf.part("ads") == b"ads"

    with np.load(tmp_path / "state.npz") as columns:
        before = {name: columns[name] for name in columns if name not in ("ads", "looks.paid")}
    np.savez(tmp_path / "state.npz", **before)
    _, day = shelf.state()
    assert shelf.part("ads") == b""
    assert shelf.trade() == b"trade"
    assert not day.looks[0].paid.any()


def test_a_clicker_picks_who_pays_for_clicks_and_comes_often_never_themselves():
    mine, capped, views = made(maker=0), made(maker=1, capped=True), made(maker=2, action="order")
    board = Billboard(
        campaigns={advertiser.maker: advertiser for advertiser in (mine, capped, views)}
    )
    assert rival(Streams(1), board, mine) == 1
    board.campaigns[3] = made(maker=3)
    assert rival(Streams(1), board, mine) == 3
    board.campaigns[3].paused = board.campaigns[1].paused = True
    assert rival(Streams(1), board, mine) is None


@pytest.mark.parametrize("kind", CLICKERS)
def test_a_clicker_clicks_the_rivals_ads_alone_in_its_own_manner(kind):
    manner = MANNERS[kind]
    clicking = Clicking("s", 7, manner, NOW, Streams(SEED).of("session"))
    slots = tuple(
        Slot(number, f"i{number}", f"p{number}", "video", "public", f"b{number}", paid=number > 1)
        for number in (1, 2, 3)
    )
    times = {}
    for event in clicking.page(2, Feed("r", slots, None, True), lambda author: author == "p3"):
        times[event["type"], event["item_id"]] = event["time"]

    assert set(times) == {("impression", "i2"), ("impression", "i3"), ("click", "i3")}
    begun = time_text(Instant(NOW + int(2 * manner.every_seconds * SECOND_MICROS)))
    assert times["impression", "i3"] == begun
    assert times["click", "i3"] > begun
    assert manner.pages * manner.every_seconds <= 290


def test_three_in_ten_do_not_mind_ads_and_patience_is_the_same_whenever_it_is_asked():
    patience = Patience(Streams(SEED))
    first = patience.annoyance(np.array([5, 0]))
    whole = patience.annoyance(np.arange(600))

    assert whole[5] == first[0]
    assert 0.2 < (whole == 0).mean() < 0.4
    assert 0.03 < whole.mean() < 0.06
