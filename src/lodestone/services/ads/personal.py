"""What a person, or a shop of theirs, advertises: gathered for whoever asks what is held about them."""

import msgspec

from lodestone.ads.ad import AdOut
from lodestone.ads.ad_group import AdGroupOut
from lodestone.ads.advertiser import AdvertiserOut
from lodestone.ads.authorisation import AuthorisationOut
from lodestone.ads.campaign import CampaignOut
from lodestone.base.clock import Instant
from lodestone.content import Community
from lodestone.services.ads.authorisations import authorisation_out
from lodestone.services.ads.presenters import AdPresenter, SpentOf
from lodestone.stores.ports import Records

_ALL = 1_000_000


class HeldAdvertising(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that somebody advertises."""

    advertisers: list[AdvertiserOut]
    """Theirs and their shops'."""
    campaigns: list[CampaignOut]
    ad_groups: list[AdGroupOut]
    ads: list[AdOut]
    authorisations: list[AuthorisationOut]
    """Which posts they let others run, and others let them."""


def held_advertising(
    records: Records, community: Community, person_id: str, now: Instant, spent_of: SpentOf
) -> HeldAdvertising:
    """Gather what somebody advertises; asks the records."""
    presenter, name = AdPresenter(community, records, spent_of, now), community.id
    advertisers = records.advertisers(name, limit=_ALL, owner_id=person_id)
    campaigns = [
        view
        for record in advertisers
        for view in records.campaigns(name, limit=_ALL, advertiser_id=record.id)
    ]
    groups = [
        view
        for above in campaigns
        for view in records.ad_groups(name, limit=_ALL, campaign_id=above.campaign.id)
    ]
    let = records.authorisations(name, limit=_ALL, creator_id=person_id)
    for record in advertisers:
        let += records.authorisations(name, limit=_ALL, advertiser_id=record.id)
    return HeldAdvertising(
        advertisers=[*map(presenter.advertiser, advertisers)],
        campaigns=[*map(presenter.campaign, campaigns)],
        ad_groups=[*map(presenter.ad_group, groups)],
        ads=[
            presenter.ad(view)
            for above in groups
            for view in records.ads(name, limit=_ALL, ad_group_id=above.group.id)
        ],
        authorisations=[authorisation_out(record, now) for record in let],
    )
