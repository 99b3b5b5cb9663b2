"""Four promises at once, in arrays, with no HTTP: are they kept, and what do they cost?

A thousand people and two hundred creators on a map, ten days, impressions reported minutes to hours late. Prices,
promise arithmetic, exploration draw and slate are the engine's own, and prices step when housekeeping would step
them: every 256 decisions or 60 seconds. Simulated are homes, tastes, posts, looks and reports. The same people, posts
and requests are lived twice, with promises and without, for the cost in value.

    python bench/promises.py --days 10 --decisions 12000
"""

import argparse
import heapq
import json
import time
from dataclasses import dataclass, field

import numpy as np

from lodestone.base.clock import DAY_MICROS, Instant
from lodestone.events.outcomes import COUNT_IMPRESSIONS, COUNT_WIDTH, FactKind
from lodestone.features.layout import DAYS_KEPT
from lodestone.services.pricing.maintenance import STEP_MICROS, STEP_RECEIPTS
from lodestone.traffic import promises
from lodestone.traffic.choose import Contest, choose, draw, pool_of, rules_of
from lodestone.traffic.kernels import COMPILED
from lodestone.traffic.net import numbered
from lodestone.traffic.policy import PROMISE_MAX, Policy, Promise
from lodestone.traffic.pricer import Measured, PacingAccount, alarms, fresh, start, step
from lodestone.traffic.prices import price_arrays

DAY = DAY_MICROS
SLOTS, TOPICS, LIVE_DAYS = 8, 12, 7
TRENDING, NEEDY, OTHERS = 40, 24, 96
FIRST, LOCAL = np.uint64(1), np.uint64(2)
COLD = 0.7
"""How far, in logarithms of value, the predictor is below the truth about a post never shown."""
LOCAL_LOOKS = 0.85
"""Neighbours' posts are looked at less than their slot says: only reports can tell the pricer."""


def policy_of(*, gini=0.45, local=0.35, first=0.99, explore=0.02, local_cap=2.0, gini_cap=2.0):
    """Return a policy with the four promises; a target of None leaves one out."""
    rows = (
        Promise(id="first_impressions", kind="first_impressions", target=first or 0, price_cap=4.0, enabled=first is not None),
        Promise(id="local_share", kind="local_share", target=local or 0, price_cap=local_cap, enabled=local is not None),
        Promise(id="gini", kind="gini", direction="cap", target=gini or 0, price_cap=gini_cap, enabled=gini is not None),
        Promise(id="exploration", kind="exploration", target=explore, price_cap=0.0),
    )  # fmt: skip
    return Policy(promises=rows, exploration_share=explore)


@dataclass
class Day:
    """What one simulated day delivered, by what people truly looked at."""

    value: float = 0.0
    slots: float = 0.0
    looks: int = 0
    local: int = 0
    located: int = 0
    explored: float = 0.0
    gini: float = 0.0
    gini_worst: float = 0.0
    first_planned: float = 0.0
    first_had: float = 0.0
    let_go: float = 0.0
    first_full: float = 0.0
    prices: dict[str, float] = field(default_factory=dict)
    rang: dict[str, int] = field(default_factory=dict)
    told_cost: float = 0.0
    alarms: list[str] = field(default_factory=list)


class Town:
    """People, creators and their posts, all drawn before the first decision."""

    def __init__(self, seed, *, people=1_000, creators=200, days=10, posts_a_day=300):
        chance = np.random.default_rng([seed, 1])
        self.talent = chance.normal(0, 0.6, creators)
        # The famous live far off; the town's own are its small ones.
        away = 15 + 15 * np.exp(self.talent)
        angle = chance.uniform(0, 2 * np.pi, creators)
        place = np.column_stack([np.cos(angle), np.sin(angle)]) * (away * chance.random(creators))[:, None]  # fmt: skip
        home = chance.normal(0, 6, (people, 2))
        self.near = np.linalg.norm(home[:, None, :] - place[None, :, :], axis=2) < 10
        self.located = chance.random(people) < 0.7
        self.taste = chance.normal(0, 0.5, (people, TOPICS))
        activity = chance.lognormal(0, 0.5, people)
        self.activity = activity / activity.sum()
        loud = np.exp(self.talent)
        posts = posts_a_day * (days + LIVE_DAYS)
        self.created = np.sort(chance.uniform(-LIVE_DAYS * DAY, days * DAY, posts).astype(np.int64))
        # Everybody posts, the loud more often.
        others = chance.choice(creators, posts - creators, p=loud / loud.sum())
        self.author = chance.permutation(np.concatenate([np.arange(creators), others]))
        self.quality = self.talent[self.author] + chance.normal(0, 0.6, posts)
        self.topic = chance.integers(0, TOPICS, posts)


class Trial:
    """One policy lived by a town."""

    def __init__(self, policy, town, *, seed, decisions, pause=STEP_MICROS):
        self.policy, self.town, self.decisions, self.pause = policy, town, decisions, pause
        self.requests, self.looks, self.sampling = (
            np.random.default_rng([seed, k]) for k in (2, 3, 4)
        )
        posts, creators = town.created.size, town.talent.size
        self.counts = np.zeros((posts, COUNT_WIDTH), np.int64)
        self.exposure = np.zeros((creators, DAYS_KEPT), np.int64)
        self.by_day = np.zeros(DAYS_KEPT, np.int64)
        self.seen = np.zeros((town.taste.shape[0], posts), bool)
        self.first_had = np.zeros(posts)
        self.plan_of = np.zeros(posts)
        self.let_go = np.zeros(posts, bool)
        self.pricer, self.account = start(Instant(0)), PacingAccount()
        self.reports: list = []
        self.reported, self.reported_by = 0, np.zeros(PROMISE_MAX)
        self.swept = None

    def sweep(self, now, day):
        """Do what housekeeping does before a price step."""
        town, policy = self.town, self.policy
        self.settle(now)
        live = (town.created <= now) & (now - town.created < LIVE_DAYS * DAY)
        young = live & (now - town.created < DAY)
        yesterday, today = self.by_day[(day - 1) % DAYS_KEPT], self.by_day[day % DAYS_KEPT]
        self.planned = promises.first_impressions_planned(
            float(max(yesterday, today)),
            int(young.sum()),
            policy.first_impressions_min,
            policy.first_impressions_max,
        )
        shown = self.counts[:, COUNT_IMPRESSIONS]
        rate = float(self.counts[:, FactKind.CLICK].sum() + 1) / float(shown.sum() + 4)
        asked = (town.created, live, self.counts, self.planned, rate, int(now))
        self.need = promises.first_impression_need(*asked)
        self.first = promises.first_impression_progress(*asked)
        self.plan_of[young] = self.planned
        self.let_go[young] = promises.released(self.counts[young], self.planned, rate)
        has_live = np.zeros(town.talent.size, bool)
        has_live[town.author[live]] = True
        exposure = self.exposure.sum(axis=1) - self.exposure[:, (day + 1) % DAYS_KEPT]
        percentile = promises.percentiles(exposure.astype(np.float64), has_live)
        self.rank = promises.rank_of(percentile, has_live).astype(np.int16)
        self.gini = promises.gini(exposure[has_live].astype(np.float64))
        self.live = np.flatnonzero(live)
        recent = self.counts[self.live, FactKind.CLICK] / np.sqrt(shown[self.live] + 20.0)
        self.hot = self.live[np.argsort(-recent)[: 4 * TRENDING]]
        self.needy = self.live[self.need[self.live] > 0]
        self.swept = now

    def settle(self, now):
        """Take in the impressions whose reports have arrived, each on its own day."""
        while self.reports and self.reports[0][0] <= now:
            _, bucket, item, clicked, bits = heapq.heappop(self.reports)
            self.counts[item, COUNT_IMPRESSIONS] += 1
            self.counts[item, FactKind.CLICK] += clicked
            self.exposure[self.town.author[item], bucket] += 1
            self.by_day[bucket] += 1
            self.reported += 1
            for bit in (0, 1):
                self.reported_by[bit] += bits >> bit & 1

    def live_a_day(self, day):
        """Live one day and say what it delivered."""
        told, town = Day(), self.town
        self.exposure[:, day % DAYS_KEPT] = 0
        self.by_day[day % DAYS_KEPT] = 0
        hours = 1 + 0.8 * np.sin((np.arange(24) - 8) / 24 * 2 * np.pi)
        hour = self.requests.choice(24, self.decisions, p=hours / hours.sum())
        at = day * DAY + np.sort((hour + self.requests.random(self.decisions)) / 24 * DAY)
        viewers = self.requests.choice(town.activity.size, self.decisions, p=town.activity)
        seeds = self.requests.integers(2**63, size=self.decisions)
        cost = sum(self.pricer.cost)
        for moment, viewer, seed in zip(at.tolist(), viewers.tolist(), seeds.tolist(), strict=True):
            now = Instant(int(moment))
            if self.swept is None:
                self.sweep(now, day)
            waited = now - self.pricer.vector.time
            if self.account.decisions >= STEP_RECEIPTS or (
                self.account.decisions and waited >= self.pause
            ):
                self.price_step(now, day)
                for name in alarms(self.pricer, self.policy):
                    told.rang[name] = told.rang.get(name, 0) + 1
                told.gini_worst = max(told.gini_worst, abs(self.gini - self.target("gini")))
            self.decide(now, viewer, seed, told)
        born = (town.created >= (day - 1) * DAY) & (town.created < day * DAY)
        plan = np.where(self.let_go, np.minimum(self.first_had, self.plan_of), self.plan_of)[born]
        told.first_planned = float(plan.sum())
        told.first_had = float(np.minimum(self.first_had[born], plan).sum())
        full = np.minimum(self.first_had[born], self.plan_of[born]).sum()
        told.first_full = float(full / self.plan_of[born].sum())
        told.let_go = float(self.let_go[born].mean())
        told.gini, told.alarms = self.gini, alarms(self.pricer, self.policy)
        vector = self.pricer.vector
        told.prices = {"first": vector.prices[0], "local": vector.prices[1], "gini": vector.gini, "slot": vector.slot_value}  # fmt: skip
        told.told_cost = sum(self.pricer.cost) - cost
        return told

    def target(self, name):
        return next(row.target for row in self.policy.promises if row.id == name)

    def price_step(self, now, day):
        if now - self.swept >= 50e6:
            self.sweep(now, day)
        measured = Measured(
            reported=float(self.reported), gini=self.gini, first_delivered=self.first[0],
            first_planned=self.first[1], reported_by=tuple(self.reported_by.tolist()),
        )  # fmt: skip
        self.reported, self.reported_by = 0, np.zeros(PROMISE_MAX)
        self.pricer = step(self.pricer, self.account, measured, self.policy, now)
        self.account = fresh(self.account)

    def gather(self, viewer):
        """Return what the sources bring and this viewer has not seen."""
        few = self.sampling.choice(self.needy, min(NEEDY, self.needy.size), replace=False)
        hot = self.sampling.choice(self.hot, TRENDING, replace=False)
        others = self.live[self.sampling.integers(0, self.live.size, OTHERS)]
        found = np.unique(np.concatenate([few, hot, others]))
        return found[~self.seen[viewer, found]]

    def decide(self, now, viewer, seed, told):
        town, vector = self.town, self.pricer.vector
        items = self.gather(viewer)
        author = town.author[items]
        # What a look is worth to this viewer; the noise belongs to the pair, not to the policy.
        pair = ((viewer * 7919 + items * 104_729) % 10_007) / 10_007 - 0.5
        liking = town.quality[items] + town.taste[viewer, town.topic[items]] + pair
        # A predictor knows a post by its impressions; until it has some, it thinks little of it.
        known = self.counts[items, COUNT_IMPRESSIONS]
        doubt = COLD * 10 / (known + 10)
        value = 8_000 * np.exp(liking - doubt)
        bits = np.where(self.need[items] > 0, FIRST, np.uint64(0))
        if town.located[viewer]:
            bits[town.near[viewer, author]] |= LOCAL
        rank = self.rank[author]
        net = np.empty(items.size, np.int64)
        COMPILED.prices.net_scores(value, bits, rank, *price_arrays(vector), net)
        rules = rules_of(self.policy, SLOTS, vector.slot_value)
        drawn = draw(COMPILED, seed, rules.share, SLOTS, items.size)
        index = pool_of(COMPILED, net, drawn)
        place = int(np.flatnonzero(index == drawn.candidate)[0]) if drawn.candidate >= 0 else -1
        contest = Contest(
            net[index], numbered(author[index].astype(np.int32)),
            town.topic[items[index]].astype(np.int16), place, True, items.size,
        )  # fmt: skip
        choice = choose(COMPILED, contest, rules, drawn)
        shown = index[choice.pool_index]
        self.tally(value, shown, bits, rank, choice, told, located=bool(town.located[viewer]))
        self.look(now, viewer, items[shown], bits[shown], liking[shown], told)

    def tally(self, value, shown, bits, rank, choice, told, *, located):
        """Account for a slate as serving does."""
        account = self.account
        attention = 1 / (1 + self.policy.attention_decay * np.arange(shown.size))
        total, got = float(attention.sum()), float(attention @ value[shown])
        account.decisions += 1
        account.slots += total
        account.value += got
        best = np.sort(np.partition(value, value.size - shown.size)[-shown.size :])[::-1]
        account.forgone += max(0.0, float(attention @ best) - got)
        account.used[2] += float(attention @ np.maximum(rank[shown], 0)) / 32767
        for bit in (0, 1):
            account.used[bit] += float(attention @ ((bits[shown] >> np.uint64(bit)) & np.uint64(1)))
            if bit == 0 or located:
                account.chances[bit] += total
        explored = (
            float(attention[min(choice.explored_slot, shown.size - 1)])
            if choice.explored_slot >= 0
            else 0.0
        )
        account.used[3] += explored
        account.chances[3] += total
        told.slots += total
        told.explored += explored

    def look(self, now, viewer, rows, bits, liking, told):
        """Let a person look, click, and the reports set out: most in minutes, a fifth in hours."""
        chance, count = self.looks, rows.size
        attention = 1 / (1 + self.policy.attention_decay * np.arange(count))
        near = (bits & LOCAL) > 0
        # As many draws whatever is shown, so that both lives see the same people.
        rolls, clicks, late, delay = chance.random(SLOTS), chance.random(SLOTS), chance.random(SLOTS), chance.exponential(size=SLOTS)  # fmt: skip
        told.value += 8_000 * float(attention @ np.exp(liking))
        looked = rolls[:count] < attention * np.where(near, LOCAL_LOOKS, 1.0)
        clicked = clicks[:count] < np.minimum(0.9, 0.1 * np.exp(liking))
        arrives = now + delay[:count] * np.where(late[:count] < 0.2, 3 * 3600e6, 300e6)
        bucket = int(now // DAY) % DAYS_KEPT
        self.seen[viewer, rows[looked]] = True
        young = now - self.town.created[rows] < DAY
        self.first_had[rows[looked & young]] += 1
        told.looks += int(looked.sum())
        if self.town.located[viewer]:
            told.located += int(looked.sum())
            told.local += int((looked & near).sum())
        for k in np.flatnonzero(looked).tolist():
            report = (int(arrives[k]), bucket, int(rows[k]), int(clicked[k]), int(bits[k]))
            heapq.heappush(self.reports, report)


def run(policy, days, *, seed=1, decisions=12_000, pause=STEP_MICROS, posts_a_day=300):
    """Live some days and return what each delivered."""
    town = Town(seed, days=days, posts_a_day=posts_a_day)
    trial = Trial(policy, town, seed=seed, decisions=decisions, pause=pause)
    return [trial.live_a_day(day) for day in range(days)]


def figures(days, policy, last=7):
    """Sum up the last days."""
    tail = days[-last:]
    target = {promise.id: promise.target for promise in policy.promises}
    local = sum(day.local for day in tail) / sum(day.located for day in tail)
    return {
        "gini": round(float(np.mean([day.gini for day in tail])), 4),
        "gini_target": target["gini"],
        "gini_worst_moment": round(max(day.gini_worst for day in tail), 4),
        "first_impressions_of_plan": round(sum(d.first_had for d in tail) / sum(d.first_planned for d in tail), 4),
        "none_let_go_it_would_be": round(float(np.mean([day.first_full for day in tail])), 4),
        "posts_let_go": round(float(np.mean([day.let_go for day in tail])), 3),
        "local_share": round(local, 4),
        "local_share_of_target": round(local / target["local_share"], 4) if target["local_share"] else None,
        "explored_share": round(sum(day.explored for day in tail) / sum(day.slots for day in tail), 4),
        "value_per_slot": round(sum(day.value for day in tail) / sum(day.slots for day in tail), 1),
        "cost_by_the_pricer": round(sum(d.told_cost for d in tail) / sum(d.value for d in tail), 4),
        "prices": {name: round(price, 1) for name, price in tail[-1].prices.items()},
        "alarms": tail[-1].alarms,
    }  # fmt: skip


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--decisions", type=int, default=12_000)
    parser.add_argument("--gini", type=float, default=0.45)
    parser.add_argument("--gini-cap", type=float, default=2.0)
    parser.add_argument("--local", type=float, default=0.35)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--pause", type=float, default=STEP_MICROS / 1e6, help="seconds between steps"
    )
    parser.add_argument(
        "--alone", action="store_true", help="without the run that knows no promises"
    )
    told = parser.parse_args()
    begun = time.perf_counter()
    more = {"seed": told.seed, "decisions": told.decisions, "pause": told.pause * 1e6}
    kept = policy_of(gini=told.gini, gini_cap=told.gini_cap, local=told.local)
    with_all = run(kept, told.days, **more)
    found = {"with": figures(with_all, kept)}
    if not told.alone:
        free = policy_of(gini=None, local=None, first=None)
        found["without"] = figures(run(free, told.days, **more), free)
        values = [found[name]["value_per_slot"] for name in ("with", "without")]
        found["cost_in_value"] = round(1 - values[0] / values[1], 4)
    found["by_day"] = {
        "gini": [round(day.gini, 3) for day in with_all],
        "gini_price": [round(day.prices["gini"]) for day in with_all],
        "first": [round(day.first_had / day.first_planned, 3) for day in with_all],
        "first_price": [round(day.prices["first"]) for day in with_all],
        "local": [round(day.local / day.located, 3) for day in with_all],
        "steps_with_alarm": [day.rang for day in with_all],
        "local_price": [round(day.prices["local"]) for day in with_all],
    }
    found["seconds"] = round(time.perf_counter() - begun, 1)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
