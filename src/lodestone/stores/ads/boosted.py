"""The objects of a boost in the tables of advertising: made running in one write, and ended together."""

from string import hexdigits
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, func, not_

from lodestone.ads.ad import AdIn
from lodestone.ads.ad_group import AdGroupIn
from lodestone.ads.advertiser import AdvertiserIn
from lodestone.ads.boosted import ID_LENGTH, PREFIX, is_boost
from lodestone.ads.campaign import REVIEWS, STATES, CampaignIn
from lodestone.ads.refusals import AdRefusal, Fault
from lodestone.base.clock import Instant
from lodestone.stores.ads import rows
from lodestone.stores.ads.finds import Owner
from lodestone.stores.ads.schema import AD_GROUPS, ADS, ADVERTISERS, CAMPAIGNS
from lodestone.stores.records.work import Work


class Boosted(NamedTuple):
    """What a boost runs as; all of it is active."""

    advertiser: AdvertiserIn
    campaign: CampaignIn
    group: AdGroupIn
    ad: AdIn
    item: int
    """The row of what the ad shows."""


def insert_boosted(work: Work, name: str, owner: Owner, made: Boosted, now: Instant) -> None:
    """Write the objects of a boost, each under the same id, approved: no word of them is new."""
    row = {"id": name, "owner": owner.ordinal, "created": now}
    active, key = STATES.index("active"), owner.key
    advertiser = {**row, "shop": None, "doc": rows.seal_advertiser(made.advertiser, key)}
    work.insert(ADVERTISERS, [advertiser])
    campaign = {"advertiser": name, "state": active, "doc": rows.seal_campaign(made.campaign, key)}
    work.insert(CAMPAIGNS, [{**row, **campaign}])
    group = {"campaign": name, "state": active, "doc": rows.seal_group(made.group, (), key)}
    work.insert(AD_GROUPS, [{**row, **group}])
    ad = {
        "ad_group": name, "campaign": name, "item": made.item, "state": active,
        "review": REVIEWS.index("approved"), "reason": rows.seal_reason("", key),
        "doc": rows.seal_ad(made.ad, key),
    }  # fmt: skip
    work.insert(ADS, [{**row, **ad}])


def end_boosted(work: Work, name: str) -> None:
    """End the campaign of a boost, its group and its ad."""
    for table in (CAMPAIGNS, AD_GROUPS, ADS):
        ended = work.update(table).where(table.c.id == name)
        work.run(ended.values(state=STATES.index("ended")))


def own_alone(advertisers: Select[Any]) -> Select[Any]:
    """Leave out advertisers of boosts, by their ids as `is_boost` does."""
    name = ADVERTISERS.c.id
    digits = func.ltrim(func.substr(name, len(PREFIX) + 1), hexdigits[:16])
    made = and_(
        func.substr(name, 1, len(PREFIX)) == PREFIX, func.length(name) == ID_LENGTH, digits == ""
    )
    return advertisers.where(not_(made))


def refuse_boosted(*named: tuple[str, str]) -> None:
    """Raise ConflictError `boosted` where one of some (id, field) belongs to a boost."""
    for name, field in named:
        if is_boost(name):
            raise Fault(AdRefusal.BOOSTED, field).error()
