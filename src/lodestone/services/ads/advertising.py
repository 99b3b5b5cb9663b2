"""Advertisers, campaigns, ad groups and ads of one community. Who may do what is looked at here."""

from typing import Final

from lodestone.ads.ad import AdIn, AdOut, AdReviewIn
from lodestone.ads.ad_group import AdGroupIn, AdGroupOut
from lodestone.ads.advertiser import AdvertiserIn, AdvertiserOut
from lodestone.ads.campaign import CampaignIn, CampaignOut, ReviewState
from lodestone.ads.refusals import AdRefusal, Fault
from lodestone.content import Community
from lodestone.services.access import Principal
from lodestone.services.ads.live import AdPublisher, write_and_publish
from lodestone.services.ads.presenters import AdPresenter, SpentOf
from lodestone.services.support.ports import Clock
from lodestone.services.support.record_writes import Writes
from lodestone.stores.ports import Records

SCOPE: Final = "ads"
REVIEW_SCOPE: Final = "review"
"""Of a moderator: a key that writes ads does not approve them."""


class Advertising:
    """Use cases of advertising, for whoever asks.

    Whatever is plainly `def` asks the records: it is called by `Records.threads`. All raise ForbiddenError
    `scope_missing`, and otherwise as `AdRecords`.
    """

    def __init__(
        self,
        community: Community,
        clock: Clock,
        records: Records,
        writes: Writes,
        publisher: AdPublisher,
        spent_of: SpentOf,
        who: Principal,
    ) -> None:
        self._community, self._id, self._clock = community, community.id, clock
        self._records, self._writes, self.who = records, writes, who
        self._publisher, self._spent = publisher, spent_of

    async def put_advertiser(
        self, advertiser_id: str, given: AdvertiserIn
    ) -> tuple[AdvertiserOut, bool]:
        """Make or replace an advertiser; return it and whether it is new."""
        self.who.need(SCOPE)
        if given.currency not in (None, self._community.currency):
            fault = Fault(AdRefusal.CURRENCY_MISMATCH, "currency", self._community.currency)
            raise fault.error()
        now = self._clock.now()
        new = await self._writes.do(
            lambda: self._records.put_advertiser(self._id, advertiser_id, given, now=now),
            lambda _: [],
        )
        return await self._records.threads.read(self.advertiser, advertiser_id), new

    def advertiser(self, advertiser_id: str) -> AdvertiserOut:
        """Return one advertiser."""
        self.who.need(SCOPE)
        return self._presenter().advertiser(self._records.advertiser(self._id, advertiser_id))

    def advertisers(
        self, limit: int, after: str | None, owner_id: str | None, shop_id: str | None
    ) -> list[AdvertiserOut]:
        """Return a page of advertisers, of one person or shop if given."""
        self.who.need(SCOPE)
        records = self._records.advertisers(
            self._id, limit=limit, after=after, owner_id=owner_id, shop_id=shop_id
        )
        return [*map(self._presenter().advertiser, records)]

    async def put_campaign(self, campaign_id: str, given: CampaignIn) -> tuple[CampaignOut, bool]:
        """Make or replace a campaign; return it and whether it is new."""
        self.who.need(SCOPE)
        now, currency = self._clock.now(), self._community.currency
        new = await write_and_publish(
            self._writes,
            lambda: self._records.put_campaign(
                self._id,
                campaign_id,
                given,
                currency=currency,
                now=now,
                spent=self._spent(campaign_id).micros,
            ),
            lambda: self._publisher.campaign(campaign_id),
        )
        return await self._records.threads.read(self.campaign, campaign_id), new

    def campaign(self, campaign_id: str) -> CampaignOut:
        """Return one campaign."""
        self.who.need(SCOPE)
        view = self._records.campaign(self._id, campaign_id)
        return self._presenter().campaign(view)

    def campaigns(
        self, limit: int, after: str | None, advertiser_id: str | None
    ) -> list[CampaignOut]:
        """Return a page of campaigns, of one advertiser if given."""
        self.who.need(SCOPE)
        views = self._records.campaigns(
            self._id, limit=limit, after=after, advertiser_id=advertiser_id
        )
        return [*map(self._presenter().campaign, views)]

    async def put_ad_group(self, group_id: str, given: AdGroupIn) -> tuple[AdGroupOut, bool]:
        """Make or replace an ad group; return it and whether it is new."""
        self.who.need(SCOPE)
        now, currency = self._clock.now(), self._community.currency
        new = await write_and_publish(
            self._writes,
            lambda: self._records.put_ad_group(
                self._id, group_id, given, currency=currency, now=now
            ),
            lambda: self._publisher.campaign(given.campaign_id),
        )
        return await self._records.threads.read(self.ad_group, group_id), new

    def ad_group(self, group_id: str) -> AdGroupOut:
        """Return one ad group."""
        self.who.need(SCOPE)
        view = self._records.ad_group(self._id, group_id)
        return self._presenter().ad_group(view)

    def ad_groups(self, limit: int, after: str | None, campaign_id: str | None) -> list[AdGroupOut]:
        """Return a page of ad groups, of one campaign if given."""
        self.who.need(SCOPE)
        views = self._records.ad_groups(self._id, limit=limit, after=after, campaign_id=campaign_id)
        return [*map(self._presenter().ad_group, views)]

    async def put_ad(self, ad_id: str, given: AdIn) -> tuple[AdOut, bool]:
        """Make or replace an ad; return it and whether it is new."""
        self.who.need(SCOPE)
        now = self._clock.now()
        new = await write_and_publish(
            self._writes,
            lambda: self._records.put_ad(self._id, ad_id, given, now=now),
            lambda: self._publisher.ad(ad_id),
        )
        return await self._records.threads.read(self._shown, ad_id), new

    async def review(self, ad_id: str, verdict: AdReviewIn) -> AdOut:
        """Approve or reject an ad, as a moderator."""
        self.who.need(REVIEW_SCOPE)
        await write_and_publish(
            self._writes,
            lambda: self._records.review_ad(self._id, ad_id, verdict),
            lambda: self._publisher.ad(ad_id),
        )
        return await self._records.threads.read(self._shown, ad_id)

    def ad(self, ad_id: str) -> AdOut:
        """Return one ad."""
        self.who.need(SCOPE)
        return self._shown(ad_id)

    def ads(
        self, limit: int, after: str | None, ad_group_id: str | None, review: ReviewState | None
    ) -> list[AdOut]:
        """Return a page of ads, of one ad group and at one point of their review if given."""
        self.who.need(SCOPE)
        views = self._records.ads(
            self._id, limit=limit, after=after, ad_group_id=ad_group_id, review=review
        )
        return [*map(self._presenter().ad, views)]

    def _shown(self, ad_id: str) -> AdOut:
        view = self._records.ad(self._id, ad_id)
        return self._presenter().ad(view)

    def _presenter(self) -> AdPresenter:
        return AdPresenter(self._community, self._records, self._spent, self._clock.now())
