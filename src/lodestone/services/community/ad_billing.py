"""Billing of ads in one community: budgets of its campaigns, reservations of its pages, charges, leases."""

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Final

from lodestone.base.money import Micros
from lodestone.base.wire import Money as Amount
from lodestone.events.ad_facts import Limit
from lodestone.events.facts import Facts
from lodestone.services.ads.campaigns import CampaignBudgets
from lodestone.services.ads.charges import Charges
from lodestone.services.ads.diagnosis import CampaignNow
from lodestone.services.ads.leases import Leases
from lodestone.services.ads.live import AdPublisher
from lodestone.services.ads.pacing import AdPacing
from lodestone.services.ads.paid_slots import CampaignNumbers, Spending, paid_slots
from lodestone.services.ads.rings import RingSearch
from lodestone.services.ads.share_facts import ShareReader
from lodestone.services.ads.shares import ShareBook
from lodestone.services.creators.earnings import AdLines
from lodestone.services.support.tasks import asked
from lodestone.traffic.decision import Decision

if TYPE_CHECKING:
    from lodestone.services.community.community import Engine

CHARGES: Final = "charges"
"""The job of charging and releasing paid slots."""
RINGS: Final = "rings"
"""The job of searching for authors who click each other's ads, once a day."""
LEASES: Final = "leases"
"""The job of setting money aside for campaigns and posting their charges."""
SHARES: Final = "shares"
"""The job of giving creators their part of what ads were charged, once a day."""


class AdBilling:
    """What bills the ads of a community, wired; it writes facts about budgets, see `services.ads.charges.BudgetWriter`."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        state, parts = engine.state, engine.parts
        self.numbers = CampaignNumbers()
        self.charges = Charges(state, self, engine.now, engine.ingest.day)
        self.rings = RingSearch(
            engine.log, (state, engine.directory), self.charges, self, parts.records,
            (engine.now, engine.ingest.day),
        )  # fmt: skip
        self.campaigns = CampaignBudgets(
            engine.community.id, parts.records, state, self, self.numbers, engine.money,
            parts.decider.ads,
        )  # fmt: skip
        self.publisher = AdPublisher(
            engine.community, parts.records, parts.decider.ads, self.campaigns.changed
        )
        self.pacing = AdPacing(
            lambda: state.budgets,
            parts.decider.ads,
            lambda time: (engine.ingest.day(time), engine.ingest.clock(time)[1]),
        )
        self.leases = Leases(engine.money, state, self, self.campaigns.payers)
        reader = ShareReader(engine.community.id, parts.records, engine.log)
        self.creator_lines = AdLines(reader)
        self.shares = ShareBook(
            engine.money, reader,
            lambda: state.offset, self.post_charges, lambda: engine.housekeeper.policy.creator_minimum,
        )  # fmt: skip
        placer = parts.decider.placer
        placer.spending = Spending(state, self.numbers, placer.live, engine.money.today)

    async def write_budgets(self, facts: Facts) -> None:
        """Store facts about budgets and apply them. Raises UnavailableError: nothing was stored."""
        await self._stored(facts, self._engine.log.append(facts))

    async def _stored(self, facts: Facts, stored: Awaitable[object]) -> None:
        await stored
        self._engine.state.budgets.follow(facts)
        self._engine.state.skip(facts.size)

    def recorded(self, decision: Decision, receipt: Awaitable[None]) -> Awaitable[None]:
        """Reserve what a page's ads can cost at most, now; complete once that and the page's receipt are durable.

        Args:
            decision: Just taken: since then nothing else was.
            receipt: Completes once it is durable.

        Raises:
            UnavailableError: On completion, where one of them could not be stored: then the page may not be shown.
        """
        if decision.paid is None:
            return receipt
        kinds = self._engine.state.items["kind"]
        slots = paid_slots(decision, self.numbers, self._engine.ingest.day(decision.time), kinds)
        reserved = self.charges.reserve(slots)
        assert len(reserved) == len(slots)  # the decision asked just before
        self.pacing.served(slots)
        facts = self.charges.reservation(slots)
        written = self._engine.log.append(facts)

        async def both() -> None:
            try:
                await receipt
            finally:
                # What the log holds is followed, whatever became of the receipt: its time runs out.
                await self.charges.confirm(slots, self._stored(facts, written))

        return asked(both())

    def campaign_now(self, campaign_id: str) -> CampaignNow:
        """Return how a campaign stands in memory; on the event loop's thread."""
        day = self._engine.money.today()
        number = self.numbers.number(campaign_id)
        number = -1 if number is None else number
        budget = self._engine.state.budgets.budget(number)
        return CampaignNow(
            number,
            tuple(self._engine.parts.decider.ads.of_campaign(campaign_id)),
            self.pacing.pace_of(number),
            Micros(budget.used_of(Limit.DAILY, day).total),
            Micros(budget.used.total),
            budget.left_of(Limit.LEASE, day),
        )

    def spent(self, campaign_id: str) -> Amount:
        """Return what a campaign's charges have taken."""
        number = self.numbers.number(campaign_id)
        spent = 0 if number is None else self._engine.state.budgets.budget(number).used.spent
        return Amount(spent, self._engine.community.currency)

    async def post_charges(self) -> None:
        """Follow the campaigns' records and post what ads were charged so far. Raises as `Leases.work`."""
        await self.campaigns.refresh(self.pacing.resume)
        await self.leases.post()

    async def lease(self) -> None:
        """Follow the campaigns' records, set money aside, post what is due. Raises as `Leases.work`."""
        await self.campaigns.refresh(self.pacing.resume)
        await self.leases.work()


async def settle_heard(engine: "Engine") -> None:
    """Charge what a batch of events has just made billable; what fails is noted, and made good by the clock."""
    if engine.state.budgets.heard.touched:
        await engine.failures.attempt(CHARGES, engine.billing.charges.settle)
