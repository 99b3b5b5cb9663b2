"""Reads of advertising in SQL. See `port.AdRecords`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, Table, func

from lodestone.ads.authorisation import Term
from lodestone.ads.campaign import REVIEWS, STATES, ReviewCounts, ReviewState
from lodestone.stores.ads import rows
from lodestone.stores.ads.authorisations import terms_of
from lodestone.stores.ads.boosted import own_alone
from lodestone.stores.ads.finds import (
    Landings,
    Owner,
    item_is_live,
    owners_of,
    require_owned,
    rows_by_id,
)
from lodestone.stores.ads.schema import AD_GROUPS, ADS, ADVERTISERS, CAMPAIGNS
from lodestone.stores.ads.types import (
    AdGroupRecord,
    AdGroupView,
    AdvertiserRecord,
    AdView,
    CampaignRecord,
    CampaignView,
)
from lodestone.stores.records.base import RecordsBase
from lodestone.stores.records.items import find_items
from lodestone.stores.records.people import find_people, names_of
from lodestone.stores.sql.scope import Scope, chunks

_ACTIVE = STATES.index("active")
_ENDED = STATES.index("ended")
_APPROVED = REVIEWS.index("approved")


class AdReads(RecordsBase):
    """See `AdRecords`, the parts that read."""

    def advertiser(self, community: str, advertiser_id: str) -> AdvertiserRecord:
        """See `AdRecords.advertiser`."""
        with self._reading(community) as scope:
            return rows.advertiser_record(*require_owned(scope, ADVERTISERS, advertiser_id))

    def advertisers(
        self,
        community: str,
        *,
        limit: int,
        after: str | None = None,
        owner_id: str | None = None,
        shop_id: str | None = None,
        boosts: bool = True,
    ) -> list[AdvertiserRecord]:
        """See `AdRecords.advertisers`."""
        with self._reading(community) as scope:
            query = _page(scope, ADVERTISERS, limit, after)
            if not boosts:
                query = own_alone(query)
            if owner_id is not None:
                owner = find_people(scope, [owner_id]).get(owner_id)
                ordinal = -1 if owner is None else owner.ordinal
                query = query.where(ADVERTISERS.c.owner == ordinal)
            if shop_id is not None:
                query = query.where(ADVERTISERS.c.shop == shop_id)
            advertisers = scope.fetch(query)
            owners = owners_of(scope, advertisers)
            return [
                rows.advertiser_record(row, owners[row.owner])
                for row in advertisers
                if row.owner in owners
            ]

    def campaign(self, community: str, campaign_id: str) -> CampaignView:
        """See `AdRecords.campaign`."""
        with self._reading(community) as scope:
            return _campaigns(scope, [require_owned(scope, CAMPAIGNS, campaign_id).row])[0]

    def campaigns(
        self,
        community: str,
        *,
        limit: int,
        after: str | None = None,
        advertiser_id: str | None = None,
    ) -> list[CampaignView]:
        """See `AdRecords.campaigns`."""
        with self._reading(community) as scope:
            query = _page(scope, CAMPAIGNS, limit, after)
            if advertiser_id is not None:
                query = query.where(CAMPAIGNS.c.advertiser == advertiser_id)
            return _campaigns(scope, scope.fetch(query))

    def campaigns_of_erased(self, community: str) -> dict[str, str]:
        """See `AdRecords.campaigns_of_erased`."""
        with self._reading(community) as scope:
            query = scope.select(CAMPAIGNS, CAMPAIGNS.c.id, CAMPAIGNS.c.advertiser)
            return dict(scope.fetch(query.where(CAMPAIGNS.c.doc == rows.GONE)))

    def ad_group(self, community: str, group_id: str) -> AdGroupView:
        """See `AdRecords.ad_group`."""
        with self._reading(community) as scope:
            return _groups(scope, [require_owned(scope, AD_GROUPS, group_id).row])[0]

    def ad_groups(
        self,
        community: str,
        *,
        limit: int,
        after: str | None = None,
        campaign_id: str | None = None,
    ) -> list[AdGroupView]:
        """See `AdRecords.ad_groups`."""
        with self._reading(community) as scope:
            query = _page(scope, AD_GROUPS, limit, after)
            if campaign_id is not None:
                query = query.where(AD_GROUPS.c.campaign == campaign_id)
            return _groups(scope, scope.fetch(query))

    def ad(self, community: str, ad_id: str) -> AdView:
        """See `AdRecords.ad`."""
        with self._reading(community) as scope:
            return _ads(scope, [require_owned(scope, ADS, ad_id).row])[0]

    def ads(
        self,
        community: str,
        *,
        limit: int,
        after: str | None = None,
        ad_group_id: str | None = None,
        campaign_id: str | None = None,
        review: ReviewState | None = None,
    ) -> list[AdView]:
        """See `AdRecords.ads`."""
        with self._reading(community) as scope:
            query = _page(scope, ADS, limit, after)
            if ad_group_id is not None:
                query = query.where(ADS.c.ad_group == ad_group_id)
            if campaign_id is not None:
                query = query.where(ADS.c.campaign == campaign_id)
            if review is not None:
                query = query.where(ADS.c.review == REVIEWS.index(review), ADS.c.state != _ENDED)
            return _ads(scope, scope.fetch(query))

    def ads_called_up(self, community: str, *, campaign_id: str | None = None) -> list[AdView]:
        """See `AdRecords.ads_called_up`."""
        with self._at_once(community) as scope:
            groups = scope.select(AD_GROUPS, AD_GROUPS.c.id).where(AD_GROUPS.c.state == _ACTIVE)
            campaigns = scope.select(CAMPAIGNS, CAMPAIGNS.c.id).where(CAMPAIGNS.c.state == _ACTIVE)
            query = scope.select(ADS).where(
                ADS.c.state == _ACTIVE,
                ADS.c.review == _APPROVED,
                ADS.c.ad_group.in_(groups),
                ADS.c.campaign.in_(campaigns),
            )
            if campaign_id is not None:
                query = query.where(ADS.c.campaign == campaign_id)
            return _ads(scope, scope.fetch(query.order_by(ADS.c.id)))


def _page(scope: Scope, table: Table, limit: int, after: str | None) -> Select[Any]:
    """Select a page by id, of owners who are not erased: what an erased one had is empty and stays out."""
    query = scope.select(table).where(table.c.doc != rows.GONE)
    query = query.order_by(table.c.id).limit(limit)
    return query if after is None else query.where(table.c.id > after)


def _counts(scope: Scope, column: Any, names: Iterable[str]) -> dict[str, ReviewCounts]:
    """Count the reviews of ads that have not ended, by campaign or group."""
    counts: dict[str, dict[str, int]] = {}
    for some in chunks(sorted(set(names))):
        query = scope.select(ADS, column, ADS.c.review, func.count())
        query = query.where(column.in_(some), ADS.c.state != _ENDED)
        for name, review, count in scope.fetch(query.group_by(column, ADS.c.review)):
            counts.setdefault(name, {})[REVIEWS[review]] = count
    return {name: ReviewCounts(**by_review) for name, by_review in counts.items()}


def _campaigns(scope: Scope, campaigns: Sequence[Any]) -> list[CampaignView]:
    owners = owners_of(scope, campaigns)
    counts = _counts(scope, ADS.c.campaign, [row.id for row in campaigns])
    return [
        CampaignView(
            rows.campaign_record(row, owners[row.owner].key), counts.get(row.id, ReviewCounts())
        )
        for row in campaigns
    ]


def _groups(scope: Scope, groups: Sequence[Any]) -> list[AdGroupView]:
    owners = owners_of(scope, groups)
    counts = _counts(scope, ADS.c.ad_group, [row.id for row in groups])
    campaigns = _campaigns_above(scope, groups, owners)
    return [
        AdGroupView(group, campaigns[row.campaign], counts.get(row.id, ReviewCounts()))
        for row, group in zip(groups, _group_records(scope, groups, owners), strict=True)
    ]


def _campaigns_above(
    scope: Scope, below: Sequence[Any], owners: Mapping[int, Owner]
) -> dict[str, CampaignRecord]:
    """Return the campaigns of some rows by id; owners: of these, who are those of their campaigns too."""
    campaigns = rows_by_id(scope, CAMPAIGNS, [row.campaign for row in below])
    return {
        name: rows.campaign_record(row, owners[row.owner].key) for name, row in campaigns.items()
    }


def _group_records(
    scope: Scope, groups: Sequence[Any], owners: Mapping[int, Owner]
) -> list[AdGroupRecord]:
    docs = [rows.group_doc(row, owners[row.owner].key) for row in groups]
    names = names_of(scope, [ordinal for doc in docs for ordinal in doc.followers])
    return [rows.group_record(row, doc, names) for row, doc in zip(groups, docs, strict=True)]


def _ads(scope: Scope, ads: Sequence[Any]) -> list[AdView]:
    owners = owners_of(scope, ads)
    group_rows = rows_by_id(scope, AD_GROUPS, [row.ad_group for row in ads])
    groups = {group.id: group for group in _group_records(scope, [*group_rows.values()], owners)}
    campaigns = _campaigns_above(scope, ads, owners)
    records = [rows.ad_record(row, owners[row.owner].key) for row in ads]
    items = find_items(scope, sorted({record.given.item_id for record in records}))
    by_row = {item.row: item.owner for item in items.values()}
    foreign = {row.item for row in ads if by_row.get(row.item) != row.owner}
    landings, terms = Landings(scope), terms_of(scope, foreign)
    return [
        AdView(
            ad=record,
            group=groups[row.ad_group],
            campaign=campaigns[row.campaign],
            item_live=item_is_live(items[record.given.item_id]),
            landing_live=landings.is_live(record.given),
            price=landings.price(record.given),
            shop=landings.shop(record.given),
            sold=landings.sold(record.given, items[record.given.item_id]),
            owner=row.owner,
            author=items[record.given.item_id].owner,
            author_id=items[record.given.item_id].author_id,
            term=_last(terms.get((row.item, campaigns[row.campaign].given.advertiser_id))),
        )
        for row, record in zip(ads, records, strict=True)
    ]


def _last(terms: Sequence[Term] | None) -> Term | None:
    return terms[-1] if terms else None
