"""Creators' orders over an unreliable world: both sides ask at once, twice, out of turn and late, and the store breaks in mid-write.

One seed gives one run. After every burst the books add up by themselves: the audit finds no difference, the money that was
paid in lies with advertisers, in escrows and with creators, and what was asked under one key was done once.
"""

import asyncio
import random
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from types import SimpleNamespace

import numpy as np

import broken_writes
from broken_writes import CrashError
from lodestone.ads.advertiser import AdvertiserIn, DepositIn
from lodestone.base.clock import DAY_MICROS, SECOND_MICROS, ManualClock
from lodestone.base.errors import LodestoneError, UnknownError
from lodestone.base.wire import Money
from lodestone.content import ItemIn
from lodestone.creators.assignment import ActIn, OfferIn, PublishIn, SettleDisputeIn, WordsIn
from lodestone.creators.brief import BriefIn, Settlement
from lodestone.creators.creator import CreatorIn
from lodestone.creators.life import ENDED, RULES, Actor, Move
from lodestone.creators.plays import PLAY, Parties, count_plays
from lodestone.ledger.chart import AccountKind
from lodestone.people import PersonIn
from lodestone.services.access import OPERATOR, Principal
from lodestone.services.ads.deposits import Deposits
from lodestone.services.audit.commerce import ALL_CHECKS
from lodestone.services.audit.ledger import audit
from lodestone.services.community.orders_only import OrdersOnlyCommunity
from lodestone.services.creators.clock import OrderClock
from lodestone.services.creators.orders import CreatorOrders
from lodestone.services.creators.profiles import Profiles
from lodestone.services.support.failures import Failures
from lodestone.services.support.record_writes import Writes
from lodestone.stores.ledger import post as ledger_post
from records_world import NOW

OWNERS, CREATORS = ("mei", "wu"), ("ann", "bo", "cai")
DEPOSIT = 700_000_000
KINDS = (AccountKind.ADVERTISER_BALANCE, AccountKind.CREATOR_ESCROW, AccountKind.CREATOR_PAYABLE)


WORDS = {
    Move.SUBMIT: "draft", Move.APPROVE: "approve", Move.REVISE: "revise", Move.PUBLISH: "publish", Move.DISPUTE: "dispute",
    Move.DECIDE: "decide", Move.CANCEL: "cancel",
}  # fmt: skip
"""What each move is asked by."""


def cny(micros):
    return Money(micros, "CNY")


SETTLEMENTS = (
    Settlement(kind="fixed", price=cny(100_000_001)),
    Settlement(kind="cpm", price=cny(50_000_003), floor=cny(7), cap=cny(99_999_999)),
    Settlement(kind="cpm", price=cny(10**9), cap=cny(120_000_000)),
)


class Heard:
    """Plays that were heard of items, each when; counts them as the log's counter does."""

    def __init__(self, clock):
        self.clock, self.plays = clock, []

    def add(self, item, person, late=0):
        """Hear of a play, some seconds after it happened."""
        time, key = self.clock.now() - late * SECOND_MICROS, len(self.plays)
        self.plays.append((key, time, time // DAY_MICROS, person, item, 9_000, True, False, False))

    def count(self, orders):
        plays = np.array(self.plays, PLAY)
        return {
            order.number: count_plays(
                plays[
                    (plays["item"] == order.item)
                    & (plays["time"] >= order.published)
                    & (plays["time"] < order.counted_until)
                ],
                Parties(frozenset({order.creator, order.owner})),
                video=True,
            )
            for order in orders
        }


class Studio:
    """One community of advertisers and creators over records that may break."""

    def __init__(self, records, community):
        self.records, self.community = records, community
        self.clock = ManualClock(NOW)
        self.desk = OrdersOnlyCommunity(records, records.community(community), self.clock, {})
        who = Principal(community, frozenset({OPERATOR}), b"")
        parts = self.desk.community, self.desk, records, Writes(self.desk, records)
        self.orders, self.profiles = CreatorOrders(*parts, who), Profiles(*parts, who)
        self.deposits, self.heard = Deposits(*parts, who, lambda _: None), Heard(self.clock)
        self.failures = Failures(self.desk.now, community)
        self.ticks = OrderClock(*parts, self.failures, self.heard)
        self.paid_in = 0

    async def time_works(self):
        """Do what the clock does, and count."""
        await self.ticks.tick()
        await self.ticks.count()

    async def open(self):
        records, community = self.records, self.community
        people = [(name, PersonIn()) for name in (*OWNERS, *CREATORS, *(f"p{n}" for n in range(5)))]
        records.put_people(community, people, now=NOW)
        for owner in OWNERS:
            given = AdvertiserIn(owner_id=owner, name=owner)
            records.put_advertiser(community, f"{owner}-ads", given, now=NOW)
            await self.deposits.pay_in(f"{owner}-ads", DepositIn(amount=cny(DEPOSIT)), "first")
            self.paid_in += DEPOSIT
        for name in CREATORS:
            await self.profiles.put_creator(name, CreatorIn())

    def brief(self, owner, settlement, *, rounds=1):
        deadline = datetime.fromtimestamp(self.clock.now() / 1e6 + 5 * 86_400, UTC)
        return BriefIn(
            advertiser_id=f"{owner}-ads", text="Soup.", settlement=settlement, deadline=deadline,
            review_rounds=rounds, count_days=2,
        )  # fmt: skip

    def put_item(self, name, author):
        given = ItemIn(kind="video", author_id=author)
        return self.records.put_item(self.community, name, given, now=self.clock.now())

    def standing(self):
        """Return all that it came to, whatever the way there."""
        with self.records.whole_snapshot(self.community) as snapshot:
            orders = [
                (order.offer, order.stage.name, order.division, order.rounds_left, order.published)
                for order in snapshot.assignments()
            ]
            moves = [
                (e.number, e.move.name, e.actor.name, e.amount)
                for e in snapshot.assignment_events()
            ]
            count = sum(1 for _ in snapshot.transfers())
        accounts = sorted(
            (account.kind, account.balance) for account in self.records.accounts(self.community)
        )
        return orders, moves, accounts, count

    def check(self):
        """Hold the books against the moves, the money against what was paid in, and each key against its moves."""
        namespace = SimpleNamespace(store=self.records, community=self.community)
        assert audit(namespace, self.records, ALL_CHECKS).differences == []
        with self.records.whole_snapshot(self.community) as snapshot:
            orders, events = snapshot.assignments(), snapshot.assignment_events()
            accounts = [account for account in snapshot.accounts() if account.kind in KINDS]
        assert sum(account.balance for account in accounts) == self.paid_in
        escrowed = sum(
            account.balance for account in accounts if account.kind == AccountKind.CREATOR_ESCROW
        )
        assert escrowed == sum(
            order.terms.cap
            for order in orders
            if order.accepted is not None and order.stage not in ENDED
        )
        keys = Counter((event.number, event.request) for event in events if event.request)
        assert set(keys.values()) <= {1}
        assert all(failure.row for failure in self.failures.standing())


class Chaos(Studio):
    """One run of one seed."""

    def __init__(self, records, community, seed):
        super().__init__(records, community)
        self.chance = random.Random(seed)
        self.asked, self.offers, self.made, self.items = [], [], [], []
        self.drawn = self.crashes = 0
        self.stages = Counter()

    def name(self):
        self.drawn += 1
        return f"n{self.drawn}"

    def draw(self):
        """Return a call that always asks the same."""
        kinds = ["offer"] * 2 + ["answer"] * 3 + ["move"] * 15
        return getattr(self, f"draw_{self.chance.choice(kinds)}")()

    def draw_offer(self):
        chance, name = self.chance, self.name()
        owner, creator = chance.choice(OWNERS), chance.choice(CREATORS)
        maker = chance.choice([owner, creator, creator, "p0"])
        brief = self.brief(owner, chance.choice(SETTLEMENTS), rounds=chance.randrange(3))
        given = OfferIn(brief_id=name, creator_id=creator, person_id=maker)
        self.offers.append((name, owner, creator))

        async def ask():
            await self.profiles.put_brief(name, brief)
            await self.orders.put_offer(name, given)

        return ask

    def draw_answer(self):
        if not self.offers:
            return self.draw_offer()
        name, owner, creator = self.chance.choice(self.offers[-6:])
        what = self.chance.choice(["accept"] * 6 + ["decline", "withdraw"])
        given = ActIn(person_id=self.chance.choice([owner, creator]))
        key = self.name()
        return lambda: getattr(self.orders, what)(name, given, key)

    def draw_move(self):
        if not self.made:
            return self.draw_answer()
        order_id, stage, owner, creator = self.chance.choice(self.made[-8:])
        sides = {Actor.ADVERTISER: owner, Actor.CREATOR: creator, Actor.OPERATOR: owner}
        fitting = [
            (WORDS[move], who)
            for (at, move, who) in RULES
            if at is stage and who in sides and move in WORDS
        ]
        ends = [(what, who) for what, who in fitting if what not in ("cancel", "dispute")]
        if not ends and self.chance.random() < 0.9:
            return self.draw_answer()  # it is the clock's turn
        choices = ends * 20 + fitting
        if not choices or self.chance.random() < 0.1:
            choices = [(what, who) for what in WORDS.values() for who in sides]
        what, actor = self.chance.choice(choices)
        given = self.body(what, sides[actor])
        key = self.chance.choice([self.name(), None])
        return lambda: getattr(self.orders, what)(order_id, given, key)

    def body(self, what, who):
        if what in ("draft", "revise", "dispute"):
            return WordsIn(person_id=who, text=self.chance.choice("abc"))
        if what == "publish":
            return PublishIn(person_id=who, item_id=self.item(who))
        if what == "decide":
            return SettleDisputeIn(amount=cny(self.chance.randrange(0, 130_000_000)), text="so")
        return ActIn(person_id=who)

    def item(self, author):
        """Return a post, now and then one that was named before."""
        mine = [name for name, whose in self.items if whose == author]
        if mine and self.chance.random() < 0.3:
            return self.chance.choice(mine)
        name = self.name()
        self.items.append((name, author))
        self.put_item(name, author)
        return name

    async def burst(self):
        fresh = [self.draw() for _ in range(self.chance.randrange(2, 9))]
        self.asked += fresh
        again = self.chance.sample(self.asked, min(len(self.asked), 3))
        calls = [*fresh, *again]
        self.chance.shuffle(calls)
        broken = self.chance.random() < 0.3
        with breaking(self.chance.randrange(1, 16) if broken else None) as crashed:
            answers = await asyncio.gather(*(call() for call in calls), return_exceptions=True)
        self.crashes += crashed()
        for answer in answers:
            if isinstance(answer, Exception) and not isinstance(answer, CrashError):
                assert isinstance(answer, LodestoneError), answer
                assert answer.code != "internal" or crashed(), answer
        self.made = [
            (
                self.order_id(order),
                order.stage,
                order.advertiser.removesuffix("-ads"),
                self.creator(order),
            )
            for order in self.snapshot()
            if order.accepted is not None and order.stage not in ENDED
        ] or self.made

    def snapshot(self):
        with self.records.whole_snapshot(self.community) as snapshot:
            return snapshot.assignments()

    def order_id(self, order):
        with self.records.creator_finds(self.community) as finds:
            (view,) = finds.views([order])
        return self.orders._shown.assignment(view).id

    def creator(self, order):
        with self.records.creator_finds(self.community) as finds:
            party = finds.party_at(order.creator)
        return "nobody" if party is None else party.id

    async def time_passes(self):
        """Let plays happen, posts be withdrawn, people be erased, and the clock work, which may break too."""
        chance = self.chance
        published = [order.item for order in self.snapshot() if order.item is not None]
        for _ in range(chance.randrange(12) if published else 0):
            self.heard.add(chance.choice(published), chance.randrange(5), chance.randrange(300_000))
        if self.items and chance.random() < 0.05:
            self.records.withdraw_item(
                self.community, chance.choice(self.items)[0], now=self.clock.now()
            )
        if chance.random() < 0.02:
            self.erase(chance.choice([*OWNERS, *CREATORS]))
        self.clock.advance(seconds=chance.choice([60, 3_600, 9_000, 40_000, 100_000]))
        with breaking(chance.randrange(1, 20) if chance.random() < 0.3 else None) as crashed:
            try:
                await self.time_works()
            except CrashError:
                assert crashed()
        self.crashes += crashed()
        await self.time_works()

    def erase(self, name):
        with suppress(UnknownError):  # who was erased before
            self.records.erase_person(self.community, name, now=self.clock.now())

    async def run(self, steps):
        await self.open()
        for _ in range(steps):
            await self.burst()
            if self.chance.random() < 0.5:
                await self.time_passes()
            if self.chance.random() < 0.4:
                self.check()
        for _ in range(8):
            self.clock.advance(seconds=20 * 86_400)
            await self.time_works()
        self.check()
        self.stages = Counter(order.stage for order in self.snapshot())
        assert set(self.stages) <= set(ENDED)


def breaking(at):
    """Let the store break at its n-th write, the ledger's among them; give whether it did."""
    return broken_writes.breaking(at, (ledger_post, "put"))


def simulate(records, community, seed, *, steps=20):
    """Live one run; return it."""
    chaos = Chaos(records, community, seed)
    asyncio.run(chaos.run(steps))
    return chaos
