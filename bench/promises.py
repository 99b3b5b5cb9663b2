"""Four promises at once, in arrays, with no HTTP: are they kept, and what do they cost?

A thousand people, two hundred creators, ten days by default. Every number below comes from the engine's own pricer,
promise arithmetic, price kernels, exploration draw and slate; simulated are only tastes and the delay with which
impressions are reported. The same seed runs twice, with and without promises, for the cost in value.

    python bench/promises.py --days 10 --decisions 12000
"""

import argparse
import heapq
import json
import time
from dataclasses import dataclass, field

import numpy as np

from lodestone.base.clock import Instant
from lodestone.events.outcomes import COUNT_IMPRESSIONS, COUNT_WIDTH, Kind
from lodestone.features.layout import DAYS_KEPT
from lodestone.traffic import promises
from lodestone.traffic.choose import Contest, choose, draw, pool_of, rules_of
from lodestone.traffic.kernels import COMPILED
from lodestone.traffic.net import numbered
from lodestone.traffic.policy import Policy, Promise
from lodestone.traffic.pricer import Measured, Served, alarms, fresh, start, step
from lodestone.traffic.prices import price_arrays

DAY = promises.DAY_MICROS
SLOTS, CANDIDATES, STEP = 8, 160, 256
FIRST, LOCAL = np.uint64(1), np.uint64(2)


def policy_of(*, gini=0.45, local=0.35, first=0.99, explore=0.02, local_cap=2.0):
    """Return a policy with the four promises; a target of None leaves one out."""
    rows = (
        Promise(id="first_impressions", kind="first_impressions", target=first or 0, price_cap=4.0, enabled=first is not None),
        Promise(id="local_share", kind="local_share", target=local or 0, price_cap=local_cap, enabled=local is not None),
        Promise(id="gini", kind="gini", direction="cap", target=gini or 0, price_cap=2.0, enabled=gini is not None),
        Promise(id="exploration", kind="exploration", target=explore, price_cap=0.0),
    )  # fmt: skip
    return Policy(promises=rows, exploration_share=explore)


@dataclass
class Day:
    """What one simulated day delivered."""

    value: float = 0.0
    slots: float = 0.0
    local: float = 0.0
    local_chances: float = 0.0
    explored: float = 0.0
    gini: float = 0.0
    first: list[float] = field(default_factory=list)
    prices: dict[str, float] = field(default_factory=dict)
    alarms: list[str] = field(default_factory=list)


class Town:
    """Creators, their posts, and people who scroll past them."""

    def __init__(self, policy, *, seed=1, creators=200, decisions=12_000, posts_a_day=120):
        self.policy, self.decisions, self.posts_a_day = policy, decisions, posts_a_day
        self.chance = np.random.default_rng(seed)
        self.talent = self.chance.normal(0, 0.5, creators)
        self.author = np.zeros(0, np.int64)
        self.quality = np.zeros(0)
        self.created = np.zeros(0, np.int64)
        self.near_rate = np.zeros(0)
        self.counts = np.zeros((0, COUNT_WIDTH), np.int64)
        self.exposure = np.zeros((creators, DAYS_KEPT), np.int64)
        self.pricer = start(Instant(0))
        self.account = Served()
        self.reports = []
        self.reported = 0
        self.yesterday = self.today = 0
        self.planned = 1
        self.need = np.zeros(0)
        self.rank = np.zeros(creators, np.int16)
        self.gini = 0.0
        self.first = (0.0, 0.0)
        for _ in range(3 * posts_a_day):
            self.post(Instant(int(-DAY * self.chance.uniform(1, 3))))

    def post(self, now):
        """Let somebody post something."""
        # Everybody posts, the loud ones more: the famous are seen often before any price.
        weight = np.exp(self.talent)
        author = int(self.chance.choice(self.talent.size, p=weight / weight.sum()))
        self.author = np.append(self.author, author)
        self.quality = np.append(self.quality, self.talent[author] + self.chance.normal(0, 0.4))
        self.created = np.append(self.created, now)
        self.near_rate = np.append(self.near_rate, self.chance.beta(1.0, 3.0))
        self.counts = np.append(self.counts, np.zeros((1, COUNT_WIDTH), np.int64), axis=0)
        self.need = np.append(self.need, float(self.planned))

    def sweep(self, now, day):
        """Do what housekeeping does at a price step."""
        live = now - self.created < 3 * DAY
        young = int(np.count_nonzero(live & (now - self.created < DAY)))
        shown = self.counts[:, COUNT_IMPRESSIONS]
        self.planned = promises.first_impressions_planned(
            float(max(self.yesterday, self.today)), young, self.policy.first_impressions_max
        )
        rate = float(self.counts[:, Kind.CLICK].sum() + 1) / float(shown.sum() + 4)
        self.rate = rate
        self.need = promises.first_impression_need(
            self.created, live, self.counts, self.planned, rate, int(now)
        )
        self.first = promises.first_impression_progress(
            self.created, live, self.counts, self.planned, rate, int(now)
        )
        has_live = np.zeros(self.talent.size, bool)
        has_live[self.author[now - self.created < 28 * DAY]] = True
        oldest = (day + 1) % DAYS_KEPT
        weighed = (self.exposure.sum(axis=1) - self.exposure[:, oldest]).astype(np.float64)
        percentile = promises.percentiles(weighed, has_live)
        self.rank = promises.rank_of(percentile, has_live).astype(np.int16)
        self.gini = promises.gini(weighed[has_live])
        return live

    def settle(self, now, day):
        """Take in the impressions whose reports have arrived."""
        while self.reports and self.reports[0][0] <= now:
            _, item, clicked = heapq.heappop(self.reports)
            self.counts[item, COUNT_IMPRESSIONS] += 1
            self.counts[item, Kind.CLICK] += clicked
            self.exposure[self.author[item], day % DAYS_KEPT] += 1
            self.today += 1
            self.reported += 1

    def live_a_day(self, day):
        """Live one day and say what it delivered."""
        told = Day()
        self.exposure[:, day % DAYS_KEPT] = 0
        self.yesterday, self.today = self.today, 0
        hours = 1 + 0.8 * np.sin((np.arange(24) - 8) / 24 * 2 * np.pi)
        at = np.sort(self.chance.choice(24, self.decisions, p=hours / hours.sum()) + self.chance.random(self.decisions)) / 24  # fmt: skip
        births = np.sort(self.chance.random(self.posts_a_day)).tolist()
        live = None
        for number, share in enumerate(at.tolist()):
            now = Instant(int((day + share) * DAY))
            while births and births[0] <= share:
                self.post(Instant(int((day + births.pop(0)) * DAY)))
                live = None
            if number % STEP == 0 or live is None:
                self.settle(now, day)
                live = np.flatnonzero(self.sweep(now, day))
            if self.account.decisions >= STEP:
                self.price_step(now)
            self.decide(now, live, told)
        told.gini, told.alarms = self.gini, alarms(self.pricer, self.policy)
        vector = self.pricer.vector
        told.prices = {"first": vector.prices[0], "local": vector.prices[1], "gini": vector.gini, "slot": vector.slot_value}  # fmt: skip
        born = np.flatnonzero((self.created >= (day - 1) * DAY) & (self.created < day * DAY))
        kept = np.minimum(self.counts[born, COUNT_IMPRESSIONS], self.planned) / self.planned
        kept[promises.released(self.counts[born], self.planned, self.rate)] = 1.0
        told.first = kept.tolist()
        return told

    def price_step(self, now):
        measured = Measured(
            reported=float(self.reported), gini=self.gini,
            first_delivered=self.first[0], first_planned=self.first[1],
        )  # fmt: skip
        self.reported = 0
        self.pricer = step(self.pricer, self.account, measured, self.policy, now)
        self.account = fresh(self.account)

    def decide(self, now, live, told):
        chance, vector = self.chance, self.pricer.vector
        items = np.sort(chance.choice(live, min(CANDIDATES, live.size), replace=False))
        value = 8_000 * np.exp(self.quality[items] + chance.normal(0, 0.5, items.size))
        bits = np.zeros(items.size, np.uint64)
        bits[self.need[items] > 0] |= FIRST
        located = chance.random() < 0.8
        near = chance.random(items.size) < self.near_rate[items]
        if located:
            bits[near] |= LOCAL
        rank = self.rank[self.author[items]]
        net = np.empty(items.size, np.int64)
        COMPILED.prices.net_scores(value, bits, rank, *price_arrays(vector), net)
        rules = rules_of(self.policy, SLOTS, vector.slot_value)
        seed = int(chance.integers(2**63))
        drawn = draw(COMPILED, seed, rules.share, SLOTS, items.size)
        index = pool_of(COMPILED, net, drawn)
        place = int(np.flatnonzero(index == drawn.candidate)[0]) if drawn.candidate >= 0 else -1
        contest = Contest(
            net[index], numbered(self.author[items[index]].astype(np.int32)),
            np.full(index.size, -1, np.int16), place, True, items.size,
        )  # fmt: skip
        choice = choose(COMPILED, contest, rules, drawn)
        shown = index[choice.pool_index]
        self.serve(now, items[shown], value, shown, bits, rank, choice, told, located=located)

    def serve(self, now, rows, value, shown, bits, rank, choice, told, *, located):
        """Account for a slate as serving does, and let people look at it."""
        account = self.account
        attention = 1 / (1 + self.policy.attention_decay * np.arange(rows.size))
        total = float(attention.sum())
        account.decisions += 1
        account.slots += total
        got = float(attention @ value[shown])
        account.value += got
        best = np.sort(np.partition(value, value.size - rows.size)[-rows.size :])[::-1]
        account.forgone += max(0.0, float(attention @ best) - got)
        account.used[2] += float(attention @ np.maximum(rank[shown], 0)) / 32767
        for bit in (0, 1):
            held = (bits[shown] >> np.uint64(bit)) & np.uint64(1)
            account.used[bit] += float(attention @ held)
            if bit == 0 or located:
                account.chances[bit] += total
        account.used[3] += choice.explored_slot >= 0
        account.chances[3] += total
        told.value += got
        told.slots += total
        told.explored += choice.explored_slot >= 0
        if located:
            told.local += float(attention @ ((bits[shown] >> np.uint64(1)) & np.uint64(1)))
            told.local_chances += total
        looked = self.chance.random(rows.size) < attention
        delays = self.chance.exponential(25 * 60e6, rows.size)
        clicks = self.chance.random(rows.size) < np.minimum(0.9, 0.2 * np.exp(self.quality[rows]))
        for row, seen, delay, clicked in zip(rows.tolist(), looked, delays, clicks, strict=True):
            if seen:
                heapq.heappush(self.reports, (int(now + delay), row, int(clicked)))


def run(policy, days, **more):
    """Live some days and return what each delivered."""
    town = Town(policy, **more)
    return [town.live_a_day(day) for day in range(days)]


def figures(days, policy, last=7):
    """Sum up the last days."""
    tail = days[-last:]
    slots = sum(day.slots for day in tail)
    target = {promise.id: promise.target for promise in policy.promises}
    return {
        "gini": round(float(np.mean([day.gini for day in tail])), 4),
        "gini_target": target["gini"],
        "first_impressions_of_plan": round(float(np.mean([x for day in tail for x in day.first])), 4),
        "local_share_of_target": round(
            sum(d.local for d in tail) / max(1e-9, sum(d.local_chances for d in tail)) / max(target["local_share"], 1e-9), 4
        ),
        "explored_share": round(sum(day.explored for day in tail) / (sum(1 for _ in tail) * 1.0) / (slots / len(tail)), 4),
        "value_per_slot": round(sum(day.value for day in tail) / slots, 2),
        "prices": {name: round(price, 1) for name, price in tail[-1].prices.items()},
        "alarms": tail[-1].alarms,
    }  # fmt: skip


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--decisions", type=int, default=12_000)
    parser.add_argument("--gini", type=float, default=0.45)
    parser.add_argument("--local", type=float, default=0.35)
    told = parser.parse_args()
    free = policy_of(gini=None, local=None, first=None)
    kept = policy_of(gini=told.gini, local=told.local)
    begun = time.perf_counter()
    with_none = run(free, told.days, decisions=told.decisions)
    with_all = run(kept, told.days, decisions=told.decisions)
    none, every = figures(with_none, free), figures(with_all, kept)
    print(json.dumps({"without": none, "with": every}, indent=1))
    print([round(day.gini, 3) for day in with_all], [round(d.prices["gini"]) for d in with_all])
    print(
        [round(float(np.mean(day.first)), 3) for day in with_all[1:]],
        [round(d.prices["first"]) for d in with_all],
    )
    print("cost in value", round(1 - every["value_per_slot"] / none["value_per_slot"], 4))
    print("seconds", round(time.perf_counter() - begun, 1))


if __name__ == "__main__":
    main()
