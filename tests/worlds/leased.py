"""One advertiser's campaigns between a ledger and a log in memory: what the services of leases work on."""

import asyncio
from types import SimpleNamespace

from lodestone.base.clock import HOUR_MICROS, Instant
from lodestone.base.money import Micros
from lodestone.events.ad_facts import Limit
from lodestone.features.ads.budgets import Budgets, Exhausted
from lodestone.ledger.chart import AccountKind, Code, advertiser, campaign, provider
from lodestone.ledger.transfers import Transfer, transfer_id
from lodestone.services.ads.leases import Leases, Payer
from lodestone.services.ledger.posting import Money
from lodestone.stores.log.port import Batch, Offset
from tests.worlds.paid_slots import DAY, NOW, charged, limited, paid, reserved, shop_items

LARGEST = 100


class Advertised:
    """Campaigns of one advertiser, numbered from 0; `log` is what survives a process, the rest is made anew of it."""

    def __init__(self, records, campaigns=2, log=None, community="town"):
        self.records, self.log = records, [] if log is None else log
        self.state = SimpleNamespace(budgets=Budgets(), offset=0)
        self.now = NOW
        for facts in self.log:
            self._follow(facts)
        record = records.community(community)
        self.money = Money(records, record, lambda: Instant(self.now), lambda _: DAY)
        self.payers = [
            Payer(number, f"c{number}", "a", Micros(LARGEST)) for number in range(campaigns)
        ]
        self.leases = Leases(self.money, self.state, self, lambda: self.payers)

    def _follow(self, facts):
        self.state.budgets.heard.hear(facts, shop_items())
        self.state.budgets.follow(facts)
        self.state.offset += facts.size

    async def write_budgets(self, facts):
        self.log.append(facts)
        self._follow(facts)

    def write(self, *facts):
        for some in facts:
            asyncio.run(self.write_budgets(some))

    def restarted(self):
        """Return the same after a crash."""
        again = Advertised(self.records, 0, self.log, self.money.community)
        again.payers[:], again.now = self.payers, self.now
        return again

    def deposit(self, amount, name="deposit"):
        clearing = self.money.account(AccountKind.PROVIDER_CLEARING, provider("manual"))
        balance = self.money.account(AccountKind.ADVERTISER_BALANCE, advertiser("a"))
        transfer = Transfer(
            transfer_id(name), clearing.id, balance.id, Micros(amount), Code.AD_DEPOSIT
        )
        asyncio.run(self.money.post([transfer], opening=[clearing, balance]))

    def budget(self, daily, number=0):
        self.write(limited(daily, Limit.DAILY, number))

    def serve(self, receipt, number=0, highest=LARGEST):
        """Serve a slot if there is money for it."""
        slot = paid(receipt, campaign=number, highest=highest)
        try:
            self.state.budgets.reserve(slot)
        except Exhausted:
            return None
        self.write(reserved(slot))
        return slot

    def charge(self, slot):
        self.write(charged(slot))

    def work(self, hours=0):
        self.now += hours * HOUR_MICROS
        asyncio.run(self.leases.work())

    def balance(self, kind, party):
        account = self.money.store.account(self.money.community, self.money.account(kind, party).id)
        return 0 if account is None else account.balance

    @property
    def balances(self):
        """Return what lies where: the advertiser's, each campaign's, revenue."""
        return (
            self.balance(AccountKind.ADVERTISER_BALANCE, advertiser("a")),
            *(self.balance(AccountKind.CAMPAIGN_LEASE, campaign(payer.campaign_id)) for payer in self.payers),
            self.balance(AccountKind.AD_REVENUE, "platform"),
        )  # fmt: skip


class LogOf:
    """The log of such a world as audits read it."""

    def __init__(self, batches):
        self._batches = batches

    def end(self):
        return Offset(sum(facts.size for facts in self._batches))

    def read(self, after, *, limit=2**62):
        first = 0
        for facts in self._batches:
            if first + facts.size > after:
                yield Batch(Offset(first), facts)
            first += facts.size

    def receipt(self, sequence):
        return None
