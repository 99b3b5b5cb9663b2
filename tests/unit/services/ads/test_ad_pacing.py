"""Paces of campaigns: a day's budget lasts the day, a restart goes on, and whoever is paused or over is left alone."""

import itertools
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pytest

from lodestone.ads.campaign import Budget, CampaignIn
from lodestone.base.clock import DAY_MICROS, Instant
from lodestone.base.money import Micros
from lodestone.base.wire import Money
from lodestone.events.ad_facts import Limit, PaidSlot, limit_fact
from lodestone.events.outcomes import FactKind
from lodestone.features.ads import LiveAd, LiveAds
from lodestone.features.ads.budgets import Budgets, Exhausted
from lodestone.services.ads.pacing import AdPacing
from lodestone.stores.ads.types import CampaignRecord

YUAN = 1_000_000
START = Instant(20_000 * DAY_MICROS)


def record(name, number, *, daily=None, lifetime=None, state="active", **more):
    budget = Budget(
        daily=None if daily is None else Money(daily, "CNY"),
        lifetime=None if lifetime is None else Money(lifetime, "CNY"),
    )
    given = CampaignIn(advertiser_id="firm", objective="clicks", budget=budget, state=state, **more)
    return CampaignRecord(id=name, given=given, created=START)


class Town:
    """Auctions over days: every minute one, whose price is drawn; the bid is a yuan times the pace."""

    def __init__(self, *campaigns):
        self.budgets, self.live = Budgets(), LiveAds(compiled=False)
        self.pacing = AdPacing(lambda: self.budgets, self.live, self.calendar)
        self.campaigns = dict(enumerate(campaigns))
        self.numbers = itertools.count()
        for number, campaign in self.campaigns.items():
            self.live.put(LiveAd(f"ad{number}", campaign.id, "firm", number, Micros(YUAN)))
            most = campaign.given.budget.daily
            for limit in (Limit.LEASE, Limit.DAILY):
                amount = 10**12 if limit is Limit.LEASE or most is None else most.micros
                self.budgets.follow(limit_fact(number, limit, amount, number, START, 20_000))

    @staticmethod
    def calendar(time):
        return time // DAY_MICROS, time % DAY_MICROS // (60 * 1_000_000)

    def lived(self, days, chance, first=0):
        """Live whole days; return micros reserved by campaign, day and hour."""
        spent = np.zeros((len(self.campaigns), days, 24))
        for day, minute in itertools.product(range(days), range(1440)):
            now = Instant(START + (first + day) * DAY_MICROS + minute * 60_000_000)
            for number in self.campaigns:
                price = int(YUAN * chance.random())
                if price <= YUAN * self.pacing.pace_of(number):
                    spent[number, day, minute // 60] += self.bought(number, price, now)
            if minute % 10 == 9:
                self.pacing.step(self.campaigns, now)
        return spent

    def bought(self, number, price, now):
        place = next(self.numbers)
        slot = PaidSlot(
            place, 1, number, 0, 0, FactKind.CLICK, Micros(price), now // 1_000_000, now // DAY_MICROS
        )  # fmt: skip
        try:
            self.budgets.reserve(slot)
        except Exhausted:
            return 0
        self.pacing.served([slot])
        return price


def test_a_day_s_budget_lasts_the_day_from_the_second_one_on():
    town = Town(record("lunch", 0, daily=60 * YUAN))

    spent = town.lived(3, np.random.default_rng(1))[0]

    assert (spent.sum(axis=1) <= 60 * YUAN).all()
    for day in (1, 2):
        assert spent[day].sum() > 0.97 * 60 * YUAN
        assert spent[day].max() < 0.15 * spent[day].sum()
        assert spent[day, 20:].sum() > 0


def test_a_snapshot_goes_on_where_the_paces_stood():
    town, chance = Town(record("lunch", 0, daily=60 * YUAN)), np.random.default_rng(2)
    town.lived(1, chance)
    again = AdPacing(lambda: town.budgets, town.live, town.calendar)
    again.fill(town.pacing.columns())
    assert again.pace_of(0) == town.pacing.pace_of(0) < 1.0

    now = Instant(START + DAY_MICROS + 3_600_000_000)
    for pacing in (town.pacing, again):
        pacing.step(town.campaigns, now)

    assert again.pace_of(0) == town.pacing.pace_of(0)


def test_a_start_goes_on_at_the_prices_in_force_whatever_its_snapshot_says():
    town, chance = Town(record("lunch", 0, daily=60 * YUAN)), np.random.default_rng(2)
    town.lived(1, chance)
    old = town.pacing.columns()
    prices = town.pacing.step(town.campaigns, Instant(START + DAY_MICROS + 3_600_000_000))
    alone, behind = (AdPacing(lambda: town.budgets, town.live, town.calendar) for _ in range(2))
    behind.fill(old)

    now = Instant(START + DAY_MICROS + 3_700_000_000)
    for pacing in (alone, behind):
        pacing.take(prices, now)
        assert pacing.pace_of(0) == town.pacing.pace_of(0) == 1.0 - prices[0]
        pacing.resume(town.campaigns)
        assert town.live.rows["pace"][town.live.ordinal("ad0")] == 1.0 - prices[0]
        moved = pacing.step(town.campaigns, now)
        assert 0.0 <= moved[0] < 1.0


def test_no_price_moves_before_the_campaigns_have_been_read():
    town = Town(record("lunch", 0, daily=60 * YUAN))
    town.lived(1, np.random.default_rng(2))
    now = Instant(START + DAY_MICROS + 3_600_000_000)
    prices = town.pacing.step(town.campaigns, now)
    live = LiveAds()
    live.put(LiveAd("ad0", "lunch", "firm", 0, Micros(YUAN)))
    again = AdPacing(lambda: town.budgets, live, town.calendar)
    again.fill(town.pacing.columns())
    again.take(prices, now)

    assert again.step(None, Instant(now + 600_000_000)) == prices
    again.resume(None)
    assert live.rows["pace"][0] == 1.0
    again.resume(town.campaigns)
    assert live.rows["pace"][0] == 1.0 - prices[0] < 1.0
    seen = [pacing.columns()["ads.paces.seen"] for pacing in (again, town.pacing)]
    np.testing.assert_array_equal(*seen)


def test_the_ads_of_a_campaign_enter_with_its_pace_those_that_come_later_too():
    town = Town(record("lunch", 0, daily=20 * YUAN), record("tea", 1, daily=100_000 * YUAN))
    town.lived(1, np.random.default_rng(3))
    town.live.put(LiveAd("late", "lunch", "firm", 5, Micros(YUAN)))

    pace = town.live.rows["pace"]
    assert pace[town.live.ordinal("ad0")] == pace[town.live.ordinal("late")] < 0.9
    assert pace[town.live.ordinal("ad1")] == pytest.approx(1.0)


@pytest.mark.parametrize("state", ["paused", "ended"])
def test_whoever_does_not_run_keeps_its_pace(state):
    town = Town(record("lunch", 0, daily=60 * YUAN))
    town.lived(1, np.random.default_rng(4))
    before = town.pacing.pace_of(0)
    stopped = msgspec.structs.replace(town.campaigns[0].given, state=state)
    town.campaigns[0] = CampaignRecord("lunch", stopped, START)

    for hour in range(1, 20):
        town.pacing.step(town.campaigns, Instant(START + DAY_MICROS + hour * 3_600_000_000))

    assert town.pacing.pace_of(0) == pytest.approx(before)


def test_a_lifetime_is_spread_over_the_days_that_are_left():
    town = Town(record("launch", 0, lifetime=210 * YUAN))

    spent = town.lived(4, np.random.default_rng(5))[0].sum(axis=1)

    assert 20 * YUAN < spent[2] < 40 * YUAN
    assert spent.sum() < 180 * YUAN


def test_a_clock_that_was_set_back_moves_nothing():
    town = Town(record("lunch", 0, daily=60 * YUAN))
    town.lived(1, np.random.default_rng(6))
    before = town.pacing.columns()["ads.paces.clock"].tolist()

    town.pacing.step(town.campaigns, START)

    assert town.pacing.columns()["ads.paces.clock"].tolist() == before


@pytest.mark.parametrize("first", [9, 21])
def test_a_budget_of_six_hours_is_spent_in_these_beyond_midnight_too(first):
    begins = Instant(START + first * 3_600_000_000)
    ends = datetime.fromtimestamp(begins / 1e6, UTC) + timedelta(hours=6)
    boost = record("boost", 0, lifetime=60 * YUAN, ends_at=ends)
    town, chance = Town(boost), np.random.default_rng(5)
    town.budgets.follow(limit_fact(0, Limit.LIFETIME, 60 * YUAN, 7, START, 20_000))
    spent = np.zeros(6)
    for minute in range(360):
        now, price = Instant(begins + minute * 60_000_000), int(YUAN * chance.random())
        if price <= YUAN * town.pacing.pace_of(0):
            spent[minute // 60] += town.bought(0, price, now)
        if minute % 5 == 4:
            town.pacing.step(town.campaigns, now)

    assert spent.sum() > 0.93 * 60 * YUAN
    assert 0.35 < spent[:3].sum() / spent.sum() < 0.65
    assert town.pacing.step(town.campaigns, Instant(begins + 7 * 3_600_000_000))[0] < 1.0
