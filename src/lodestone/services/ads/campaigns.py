"""Campaigns' records on their way to budgets: numbers for facts, limits as facts, and who pays."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from lodestone.base.clock import MINUTE_MICROS, Instant
from lodestone.base.money import Micros
from lodestone.base.wire import Money as Amount
from lodestone.base.wire import instant_of
from lodestone.events.ad_facts import NO_LIMIT, Limit, limit_fact
from lodestone.features.ads import LiveAds
from lodestone.features.view import StateView
from lodestone.services.ads.charges import BudgetWriter
from lodestone.services.ads.leases import Payer
from lodestone.services.ads.paid_slots import CampaignNumbers
from lodestone.services.ingest.system_facts import fact_key
from lodestone.services.ledger.posting import Money
from lodestone.stores.ads.types import CampaignRecord
from lodestone.stores.ports import Records
from lodestone.stores.records.types import TermKind

EVERY: Final = MINUTE_MICROS
"""How often records are read when nobody says that they changed."""
_PAGE: Final = 1_000


class CampaignBudgets:
    """The campaigns of one community. Called on the event loop's thread only."""

    def __init__(
        self,
        community: str,
        records: Records,
        state: StateView,
        writer: BudgetWriter,
        numbers: CampaignNumbers,
        money: Money,
        live: LiveAds,
    ) -> None:
        self._community, self._records, self._state = community, records, state
        self._writer, self._numbers, self._money, self._live = writer, numbers, money, live
        self._campaigns: list[CampaignRecord] | None = None
        """None until the records were read."""
        self._erased: dict[str, str] = {}
        """Whose owners are erased, with their advertisers: no more than these two ids is left of them."""
        self._read: Instant | None = None

    def changed(self) -> None:
        """Read the records at the next `refresh`."""
        self._read = None

    async def refresh(self, known: Callable[[Mapping[int, CampaignRecord]], None]) -> None:
        """Bring the budgets to what the records say, once a minute or after `changed`.

        Args:
            known: Called with every campaign that was read, by its number, before any of them can be afforded.

        Raises:
            UnavailableError: Records or log do not answer; the next call makes it good.
        """
        now = self._money.now()
        if self._read is not None and now - self._read < EVERY:
            return
        threads = self._records.threads
        campaigns, self._erased, numbers = await threads.long(self._all)
        self._campaigns = campaigns
        self._numbers.take(numbers)
        known(self._numbered(campaigns))
        for campaign in self._numbers.unknown([record.id for record in campaigns]):
            number = await threads.commit(
                self._records.term, self._community, TermKind.CAMPAIGN, campaign
            )
            self._numbers.take({number: campaign})
        for record in campaigns:
            budget = record.given.budget
            await self._limit(record.id, Limit.LIFETIME, budget.lifetime)
            await self._limit(record.id, Limit.DAILY, budget.daily)
        self._read = now

    def by_number(self) -> dict[int, CampaignRecord] | None:
        """Return every campaign that was read, by its number; None before they have been."""
        return None if self._campaigns is None else self._numbered(self._campaigns)

    def _numbered(self, campaigns: Sequence[CampaignRecord]) -> dict[int, CampaignRecord]:
        numbered = ((self._numbers.number(record.id), record) for record in campaigns)
        return {number: record for number, record in numbered if number is not None}

    def payers(self) -> Sequence[Payer]:
        """Return every campaign that was read, and who pays for it; those of erased owners have ended.

        What an erased owner's campaigns were charged is still to be posted, and what is left of their leases given back.
        """
        now = self._money.now()
        payers = [
            Payer(
                number, record.id, record.given.advertiser_id,
                max((ad.bid for ad in self._live.of_campaign(record.id)), default=Micros(0)),
                _is_over(record, now),
            )
            for record in self._campaigns or ()
            if (number := self._numbers.number(record.id)) is not None
        ]  # fmt: skip
        return payers + [
            Payer(number, campaign_id, advertiser_id, Micros(0), ended=True)
            for campaign_id, advertiser_id in self._erased.items()
            if (number := self._numbers.number(campaign_id)) is not None
        ]

    def _all(self) -> tuple[list[CampaignRecord], dict[str, str], dict[int, str]]:
        campaigns: list[CampaignRecord] = []
        after: str | None = None
        while True:
            page = self._records.campaigns(self._community, limit=_PAGE, after=after)
            campaigns += [view.campaign for view in page]
            if len(page) < _PAGE:
                erased = self._records.campaigns_of_erased(self._community)
                return campaigns, erased, self._records.terms(self._community, TermKind.CAMPAIGN)
            after = page[-1].campaign.id

    async def _limit(self, campaign: str, limit: Limit, given: Amount | None) -> None:
        number = self._numbers.number(campaign)
        assert number is not None
        most = NO_LIMIT if given is None else given.micros
        budgets = self._state.budgets
        if budgets.budget(number).limits[limit] == most:
            return
        budgets.lower(number, limit, most)
        key = fact_key("limit", number, int(limit), most, self._state.offset)
        now, today = self._money.now(), self._money.today()
        await self._writer.write_budgets(limit_fact(number, limit, most, key, now, today))


def _is_over(record: CampaignRecord, now: Instant) -> bool:
    """Say whether a campaign has ended, by a write or by its dates."""
    ends = record.given.ends_at
    return record.given.state == "ended" or (ends is not None and instant_of(ends) <= now)
