"""Whether a boost is taken as sent, and the objects of advertising that it runs as."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from lodestone.ads.ad import AdIn, Landing
from lodestone.ads.ad_group import AdGroupIn, Targeting
from lodestone.ads.advertiser import DEPOSIT_MAX, AdvertiserIn
from lodestone.ads.bids import MILLE
from lodestone.ads.campaign import Budget, CampaignIn
from lodestone.ads.judge_ad import Target
from lodestone.base.money import Micros, minor_unit
from lodestone.base.wire import Money
from lodestone.creators.boost import FREQUENCY, OBJECTIVE_OF, BoostIn, least_amount, promised
from lodestone.creators.boost_refusals import BoostFault, BoostRefusal

_R = BoostRefusal


@dataclass(frozen=True, slots=True)
class BoostContext:
    """What judging a boost needs of how things stand."""

    currency: str
    price: Micros | None
    """Of one unit; None where it is not sold."""
    owner: int
    """The ordinal of who pays."""
    item: Target | None
    """None where there is no such post."""
    landing: Landing | None
    """Where a boost for visits leads; None where the person has nothing open."""


def judge_boost(boost: BoostIn, context: BoostContext) -> Iterator[BoostFault]:
    """Yield every reason to refuse a boost, in no order."""
    yield from _judge_amount(boost.amount, context)
    if context.price is None:
        yield BoostFault(_R.NOT_SOLD, "buys")
    elif not promised(boost.amount.micros, context.price):
        least = least_amount(context.price, context.currency)
        yield BoostFault(_R.AMOUNT_TOO_SMALL, "amount", f"at least {least} micros")
    if context.item is None:
        yield BoostFault(_R.ITEM_UNKNOWN, "item_id")
    else:
        if context.item.owner != context.owner:
            yield BoostFault(_R.ITEM_FOREIGN, "item_id")
        if not context.item.live:
            yield BoostFault(_R.ITEM_NOT_LIVE, "item_id")
    if boost.buys == "shop_visits" and context.landing is None:
        yield BoostFault(_R.SHOP_MISSING, "buys")


def _judge_amount(amount: Money, context: BoostContext) -> Iterator[BoostFault]:
    if amount.currency != context.currency:
        yield BoostFault(_R.CURRENCY_MISMATCH, "amount", context.currency)
    if not 0 < amount.micros <= DEPOSIT_MAX:
        yield BoostFault(_R.AMOUNT_NOT_POSITIVE, "amount")
    unit = minor_unit(context.currency)
    if amount.micros % unit:
        yield BoostFault(_R.AMOUNT_NOT_WHOLE, "amount", f"of {unit} micros")


class BoostObjects(NamedTuple):
    """What a boost runs as, all of it active from its first write on: the post was seen by moderators, and no word is new."""

    advertiser: AdvertiserIn
    campaign: CampaignIn
    group: AdGroupIn
    ad: AdIn


class Terms(NamedTuple):
    """What the objects of a boost are made of besides what was sent."""

    name: str
    """Their id."""
    payer: str
    """Who pays, as viewers are told."""
    price: Micros
    ends: datetime
    landing: Landing | None


def boost_objects(boost: BoostIn, terms: Terms) -> BoostObjects:
    """Return the advertiser, campaign, ad group and ad of a boost; it bids its price and its budget is the amount."""
    currency, name = boost.amount.currency, terms.name
    of_seen = boost.buys == "impressions"
    bid = Money(terms.price * MILLE if of_seen else terms.price, currency)
    # Who follows already would be shown it in vain, and be counted when they do so again.
    out = ("followers",) if boost.buys == "follows" else ()
    return BoostObjects(
        advertiser=AdvertiserIn(owner_id=boost.person_id, name=terms.payer),
        campaign=CampaignIn(
            advertiser_id=name, objective=OBJECTIVE_OF[boost.buys], state="active",
            budget=Budget(lifetime=boost.amount), ends_at=terms.ends, frequency=FREQUENCY,
        ),
        group=AdGroupIn(
            campaign_id=name, state="active", strategy="manual_cpm" if of_seen else "bid_cap", bid=bid,
            targeting=Targeting(segments_out=out),
        ),
        ad=AdIn(ad_group_id=name, item_id=boost.item_id, landing=terms.landing, state="active"),
    )  # fmt: skip
