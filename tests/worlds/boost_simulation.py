"""Boosts over an unreliable world: bought, stopped, served and charged at once, twice and late, while the store breaks in mid-write.

One seed gives one run. After every burst the audit finds no difference; at the end every boost has ended, and what was paid
in is what was charged and what went back.
"""

import asyncio
import random
from contextlib import suppress

import broken_writes
from broken_writes import CrashError
from lodestone.ads.objective import ACTIONS
from lodestone.base.clock import MINUTE_MICROS, SECOND_MICROS, ManualClock
from lodestone.base.errors import LodestoneError, UnknownError
from lodestone.base.money import Micros
from lodestone.base.wire import Money, instant_of
from lodestone.content import ItemIn
from lodestone.creators.assignment import ActIn
from lodestone.creators.boost import BUYS, BoostIn, BoostState
from lodestone.events.ad_facts import Limit
from lodestone.events.outcomes import FactKind
from lodestone.features.ads.budgets import Exhausted
from lodestone.ledger.chart import AccountKind, Code, person, provider
from lodestone.ledger.transfers import Transfer, transfer_id
from lodestone.people import PersonIn
from lodestone.services.access import OPERATOR, Principal
from lodestone.services.ads.leases import Payer
from lodestone.services.audit.boosts import BOOSTS
from lodestone.services.audit.ledger import CHECKS, audit
from lodestone.services.community.orders_only import OrdersOnlyCommunity
from lodestone.services.creators.boost_clock import BoostClock
from lodestone.services.creators.boost_presenters import Progress
from lodestone.services.creators.boosts import BoostPorts, Boosts
from lodestone.services.support.failures import Failures
from lodestone.services.support.record_writes import Writes
from lodestone.stores.ledger import post as ledger_post
from lodestone.stores.records.types import TermKind
from lodestone.traffic.presets import preset
from tests.worlds.leased import Advertised, LogOf
from tests.worlds.paid_slots import NOW, charged, limited, paid, released, reserved

AUTHORS = ("ann", "bo")
PRICES = {"impressions": 20_000, "follows": 300_000, "shop_visits": 0}
BOUGHT = {"impression": FactKind.VIEWABLE, "follow": FactKind.FOLLOW}
EARNED = 3_000_000


def breaking(at):
    """Let the store break at its n-th write, the ledger's among them; give whether it did."""
    return broken_writes.breaking(at, (ledger_post, "put"))


class BoostTown:
    """One run of one seed."""

    def __init__(self, records, community, seed):
        self.records, self.community, self.chance = records, community, random.Random(seed)
        self.clock, self.log, self.asked = ManualClock(NOW), [], []
        self.drawn = self.crashes = self.served = 0
        self.open_slots = []
        self.start()

    def start(self):
        """Begin a process: all that it knows comes from records, ledger and log."""
        self.ads = Advertised(self.records, 0, self.log, self.community)
        self.ads.now, self.ads.payers = self.clock.now(), []
        self.ads.leases._payers = lambda: self.ads.payers
        desk = OrdersOnlyCommunity(
            self.records, self.records.community(self.community), self.clock, {}
        )
        who = Principal(self.community, frozenset({OPERATOR}), b"")
        parts = desk.community, desk, self.records, Writes(desk, self.records)
        policy = preset("balanced")
        policy.boost_prices.clear()
        policy.boost_prices.update(PRICES)
        ports = BoostPorts(lambda: policy, self.publish, self.progress, None)
        self.boosts = Boosts(*parts, who, ports)
        self.ticks = BoostClock(*parts, Failures(desk.now, self.community), self.publish)

    # What serving has: campaigns as their records say, read now and then

    async def publish(self, _name):
        self.look()

    def look(self):
        """Read every campaign, and let its budget be known."""
        now, payers = self.clock.now(), []
        self.live = {view.ad.id: view for view in self.records.ads_called_up(self.community)}
        for view in self.records.campaigns(self.community, limit=999):
            given, name = view.campaign.given, view.campaign.id
            number = self.records.term(self.community, TermKind.CAMPAIGN, name)
            over = given.state == "ended" or instant_of(given.ends_at) <= now
            payers.append(Payer(number, name, name, Micros(PRICES["follows"]), over))
        for name in self.records.campaigns_of_erased(self.community):
            number = self.records.term(self.community, TermKind.CAMPAIGN, name)
            payers.append(Payer(number, name, name, Micros(0), ended=True))
        self.ads.payers = payers

    def progress(self, name):
        number = self.records.find_term(self.community, TermKind.CAMPAIGN, name)
        budget = self.ads.state.budgets.budget(-1 if number is None else number)
        return Progress(budget.charges, Micros(budget.used.spent))

    async def serve(self):
        running = [name for name, view in self.live.items() if self.runs(view)]
        if not running:
            return
        name = self.chance.choice(sorted(running))
        number = self.records.term(self.community, TermKind.CAMPAIGN, name)
        view = self.live[name]
        action = ACTIONS[view.campaign.given.objective][0]
        most = view.campaign.given.budget.lifetime.micros
        await self.ads.write_budgets(limited(most, Limit.LIFETIME, number))
        self.served += 1
        price = PRICES["follows" if action == "follow" else "impressions"]
        slot = paid(
            self.served, campaign=number, bought=BOUGHT[action], highest=self.chance.randint(1, price)
        )  # fmt: skip
        with suppress(Exhausted):
            self.ads.state.budgets.reserve(slot)
            await self.ads.write_budgets(reserved(slot))
            self.open_slots.append(slot)

    def runs(self, view):
        return self.clock.now() < instant_of(view.campaign.given.ends_at)

    async def hear(self):
        """Let a slot come to its end: charged or aged out."""
        if self.open_slots:
            slot = self.open_slots.pop(self.chance.randrange(len(self.open_slots)))
            ends = charged(slot) if self.chance.random() < 0.6 else released(slot)
            await self.ads.write_budgets(ends)

    # What people ask

    def draw_buy(self):
        self.drawn += 1
        author = self.chance.choice(AUTHORS)
        given = BoostIn(
            person_id=author, item_id=self.chance.choice([f"{author}-0", f"{author}-1"]),
            buys=self.chance.choice(BUYS), hours=self.chance.choice([1, 6, 48]),
            amount=Money(self.chance.randrange(1, 200) * 10_000, "CNY"),
            pay_from=self.chance.choice(["manual", "manual", "earnings"]),
        )  # fmt: skip
        name = f"b{self.chance.randrange(1, self.drawn + 2)}"
        return lambda: self.boosts.put(name, given)

    def draw_stop(self):
        name = f"b{self.chance.randrange(1, self.drawn + 2)}"
        who = ActIn(person_id=self.chance.choice(AUTHORS))
        return lambda: self.boosts.stop(name, who)

    async def open(self):
        people = [(name, PersonIn()) for name in AUTHORS]
        self.records.put_people(self.community, people, now=NOW)
        for author in AUTHORS:
            for n in range(2):
                post = ItemIn(kind="video", author_id=author)
                self.records.put_item(self.community, f"{author}-{n}", post, now=NOW)
        money = self.ads.money
        clearing = money.account(AccountKind.PROVIDER_CLEARING, provider("manual"))
        with self.records.boost_finds(self.community) as finds:
            parties = [finds.party(author, "x") for author in AUTHORS]
        for party in parties:
            earned = money.account(AccountKind.CREATOR_PAYABLE, person(party.ordinal))
            gift = Transfer(
                transfer_id("gift", party.id), clearing.id, earned.id, Micros(EARNED),
                Code.CREATOR_EARNED,
            )  # fmt: skip
            await money.post([gift], opening=[clearing, earned])
        self.look()

    async def burst(self):
        chance = self.chance
        fresh = [self.draw_buy() if chance.random() < 0.8 else self.draw_stop() for _ in range(3)]
        self.asked += fresh
        calls = [*fresh, *chance.sample(self.asked, min(2, len(self.asked)))]
        work = [self.serve] * 6 + [self.hear] * 4 + [self.lease, self.ticks.tick]
        calls += [chance.choice(work) for _ in range(12)]
        chance.shuffle(calls)
        with breaking(chance.randrange(1, 30) if chance.random() < 0.4 else None) as crashed:
            for call in calls:
                (answer,) = await asyncio.gather(call(), return_exceptions=True)
                if isinstance(answer, Exception) and not isinstance(answer, CrashError):
                    assert isinstance(answer, LodestoneError), answer
                    assert answer.code != "internal" or crashed(), answer
        self.crashes += crashed()
        if crashed():
            self.start()  # and nothing is known but what was stored
            self.look()

    async def lease(self):
        self.look()
        await self.ads.leases.work()

    async def time_passes(self, minutes):
        self.clock.advance(seconds=minutes * MINUTE_MICROS / SECOND_MICROS)
        self.ads.now = self.clock.now()
        await self.lease()
        await self.ticks.tick()

    def something_is_gone(self):
        chance, now = self.chance, self.clock.now()
        author = chance.choice(AUTHORS)
        with suppress(LodestoneError, UnknownError):
            if chance.random() < 0.7:
                self.records.withdraw_item(self.community, f"{author}-1", now=now)
            else:
                self.records.erase_person(self.community, author, now=now)

    async def run(self, steps):
        await self.open()
        for step in range(steps):
            await self.burst()
            await self.time_passes(self.chance.choice([1, 7, 61, 200]))
            if self.chance.random() < 0.05:
                self.something_is_gone()
            if step % 4 == 3:
                self.check()
        while self.open_slots:
            await self.hear()
        for _ in range(6):
            await self.time_passes(30 * 60)
        self.check()

    def check(self):
        proof = audit(self.ads.money, self.records, (*CHECKS, BOOSTS), LogOf(self.log))
        assert proof.differences == []

    def standing(self):
        """Return every boost, and what lies where by kind of account."""
        with self.records.whole_snapshot(self.community) as snapshot:
            boosts, sums = snapshot.boosts(), {}
            for account in snapshot.accounts():
                name = AccountKind(account.kind).name
                sums[name] = sums.get(name, 0) + account.balance
        return boosts, {name: total for name, total in sums.items() if total}


def simulate(records, community, seed, steps=12):
    """Live one run; return it."""
    town = BoostTown(records, community, seed)
    asyncio.run(town.run(steps))
    boosts, sums = town.standing()
    assert all(boost.state is BoostState.ENDED for boost in boosts)
    paid_in, back = sum(boost.amount for boost in boosts), sum(boost.back for boost in boosts)
    assert sums.get("AD_REVENUE", 0) == paid_in - back
    assert sums.keys() <= {"PROVIDER_CLEARING", "CREATOR_PAYABLE", "AD_REVENUE"}
    assert sum(sums.values()) == 0
    return town
