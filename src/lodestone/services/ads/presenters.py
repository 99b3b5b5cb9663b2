"""Show the objects of advertising as they stand now."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from lodestone.ads.ad import AdOut
from lodestone.ads.ad_group import AdGroupOut
from lodestone.ads.advertiser import AdvertiserOut
from lodestone.ads.campaign import CampaignOut, ReviewCounts, ReviewState, week_of
from lodestone.ads.delivery import Hour, Standing, delivery_of
from lodestone.ads.objective import ACTIONS
from lodestone.base.clock import Instant
from lodestone.base.wire import Money, instant_of, time_text
from lodestone.content import Community
from lodestone.services.ads.balances import balance_of
from lodestone.stores.ads.types import (
    AdGroupRecord,
    AdGroupView,
    AdvertiserRecord,
    AdView,
    CampaignRecord,
    CampaignView,
)
from lodestone.stores.ports import Records

SpentOf: TypeAlias = Callable[[str], Money]
"""Returns what a campaign's charges have taken, by its id; called from threads of the records."""


class AdPresenter:
    """Shows objects of one community at one moment; of each campaign it asks once what has been spent."""

    def __init__(
        self, community: Community, records: Records, spent_of: SpentOf, now: Instant
    ) -> None:
        weekday, minute = community.days.clock(now)
        self._community, self._records, self._spent_of = community, records, spent_of
        self._hour = Hour(now, weekday, minute)
        self._spent: dict[str, Money] = {}

    def advertiser(self, record: AdvertiserRecord) -> AdvertiserOut:
        """Show an advertiser; asks the records for the balance."""
        given, balance = record.given, balance_of(self._records, self._community, record.id)
        return AdvertiserOut(
            id=record.id,
            owner_id=given.owner_id,
            shop_id=given.shop_id,
            name=given.name,
            currency=balance.currency,
            balance=balance,
            created_at=time_text(record.created),
        )

    def campaign(self, view: CampaignView) -> CampaignOut:
        """Show a campaign."""
        record, given, spent = view.campaign, view.campaign.given, self._spent_by(view.campaign)
        standing = Standing([("campaign", given.state)], given, spent.micros, view.reviews)
        starts, ends = given.starts_at, given.ends_at
        return CampaignOut(
            id=record.id,
            advertiser_id=given.advertiser_id,
            name=given.name,
            objective=given.objective,
            state=given.state,
            review=view.reviews.state,
            reviews=view.reviews,
            delivery=delivery_of(standing, self._hour),
            budget=given.budget,
            spent=spent,
            starts_at=None if starts is None else time_text(instant_of(starts)),
            ends_at=None if ends is None else time_text(instant_of(ends)),
            schedule=week_of(given.schedule, given.hours),
            frequency=given.frequency,
            created_at=time_text(record.created),
        )

    def ad_group(self, view: AdGroupView) -> AdGroupOut:
        """Show an ad group."""
        record, given = view.group, view.group.given
        standing = self._standing(view.campaign, record, view.reviews)
        return AdGroupOut(
            id=record.id,
            campaign_id=given.campaign_id,
            name=given.name,
            state=given.state,
            review=view.reviews.state,
            reviews=view.reviews,
            delivery=delivery_of(standing, self._hour),
            strategy=given.strategy,
            bid=given.bid,
            target=given.target,
            targeting=given.targeting,
            optimise_for=given.optimise_for or ACTIONS[view.campaign.given.objective][0],
            created_at=time_text(record.created),
        )

    def ad(self, view: AdView) -> AdOut:
        """Show an ad."""
        record, given = view.ad, view.ad.given
        above = self._standing(view.campaign, view.group, record.review)
        standing = replace(
            above,
            states=[*above.states, ("ad", given.state)],
            item_live=view.item_live,
            authorised=not view.foreign
            or (view.term is not None and view.term.covers(self._hour.now)),
            landing_live=view.landing_live,
        )
        return AdOut(
            id=record.id,
            ad_group_id=given.ad_group_id,
            item_id=given.item_id,
            creator_id=view.author_id if view.foreign else None,
            headline=given.headline,
            call_to_action=given.call_to_action,
            landing=given.landing,
            state=given.state,
            review=record.review,
            review_reason=record.reason,
            delivery=delivery_of(standing, self._hour),
            created_at=time_text(record.created),
        )

    def _standing(
        self, campaign: CampaignRecord, group: AdGroupRecord, review: ReviewState | ReviewCounts
    ) -> Standing:
        """Return how an ad group stands; review: of its ads, or of one of them."""
        return Standing(
            [("campaign", campaign.given.state), ("ad group", group.given.state)],
            campaign.given,
            self._spent_by(campaign).micros,
            review,
            audience_gone=group.audience_gone,
        )

    def _spent_by(self, campaign: CampaignRecord) -> Money:
        if campaign.id not in self._spent:
            self._spent[campaign.id] = self._spent_of(campaign.id)
        return self._spent[campaign.id]
