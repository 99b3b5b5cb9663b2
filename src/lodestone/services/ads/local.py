"""A shop's campaign from three fields: advertiser, campaign, ad group and ad in one commit."""

from collections.abc import Callable
from typing import Final

from lodestone.ads.advertiser import AdvertiserIn
from lodestone.ads.forecast import ForecastIn, ForecastOut
from lodestone.ads.judge_campaign import judge_money
from lodestone.ads.local import (
    LocalAdIn,
    LocalAdOut,
    local_ad,
    local_campaign,
    local_forecast,
    local_group,
)
from lodestone.ads.refusals import AdRefusal, Fault, raise_first
from lodestone.base.signed import keyed_tag
from lodestone.content import Community
from lodestone.services.ads.advertising import SCOPE, Advertising
from lodestone.services.support.ports import Clock
from lodestone.services.support.record_writes import Writes
from lodestone.stores.ads.types import LocalObjects
from lodestone.stores.ports import Records

_PURPOSE: Final = b"local ad"


class LocalAds:
    """Makes local campaigns of one community, for whoever asks."""

    def __init__(
        self,
        community: Community,
        clock: Clock,
        records: Records,
        writes: Writes,
        objects: Advertising,
        forecast: Callable[[ForecastIn], ForecastOut],
    ) -> None:
        """Take what they work on; `forecast` is called in a thread."""
        self._community, self._clock = community, clock
        self._records, self._writes, self._who = records, writes, objects.who
        self._objects, self._forecast = objects, forecast

    async def start(self, given: LocalAdIn, token: str | None) -> LocalAdOut:
        """Make what three fields come to; again under the same key it is left and shown as it stands.

        The shop's own advertiser pays, the first of them if it has several; one is made where it has none.

        Args:
            given: Product, radius and daily budget.
            token: The idempotency key, from which the ids follow; None: a campaign of its own.

        Raises:
            ForbiddenError: `scope_missing`.
            UnknownError: `product_unknown`.
            InvalidError, ConflictError: See `AdRefusal`, among them `shop_without_position`.
        """
        self._who.need(SCOPE)
        currency, now = self._community.currency, self._clock.now()
        raise_first(judge_money(given.daily_budget, currency, "daily_budget"))
        if token is None:
            token = await self._records.threads.read(self._records.fresh_token)
        made = await self._records.threads.read(self._worked_out, given, token)
        await self._writes.do(
            lambda: self._records.put_local(self._community.id, made, currency=currency, now=now),
            lambda _: [],
        )
        threads = self._records.threads
        answer = await threads.long(
            self._forecast, local_forecast(made.campaign, made.group, given.daily_budget)
        )
        return await threads.read(self._shown, made, answer)

    async def forecast(self, given: LocalAdIn) -> ForecastOut:
        """Say what three fields would bring at half their budget, all of it, and twice as much; write nothing.

        Raises:
            ForbiddenError, UnknownError, InvalidError: As `start`.
        """
        self._who.need(SCOPE)
        raise_first(judge_money(given.daily_budget, self._community.currency, "daily_budget"))
        made = await self._records.threads.read(self._worked_out, given, "")
        return await self._records.threads.long(
            self._forecast, local_forecast(made.campaign, made.group, given.daily_budget)
        )

    def _worked_out(self, given: LocalAdIn, token: str) -> LocalObjects:
        name = self._community.id
        product, _ = self._records.product(name, given.product_id)
        shop = self._records.shop(name, product.shop)
        if shop.given.position is None:
            raise Fault(AdRefusal.SHOP_WITHOUT_POSITION, "product_id").error()
        standing = self._records.advertisers(name, limit=1, shop_id=shop.id)
        ids = {kind: self._id(kind, token) for kind in ("cmp", "grp", "ad")}
        payer = standing[0].id if standing else self._id("adv", shop.id)
        fresh = None if standing else AdvertiserIn(shop_id=shop.id, name=shop.given.name)
        return LocalObjects(
            advertiser_id=payer,
            advertiser=fresh,
            campaign_id=ids["cmp"],
            campaign=local_campaign(payer, product.given.name, given.daily_budget),
            group_id=ids["grp"],
            group=local_group(ids["cmp"], shop.given.position, given.radius_km),
            ad_id=ids["ad"],
            ad=local_ad(ids["grp"], product.id, product.given.name),
        )

    def _id(self, kind: str, about: str) -> str:
        """Return the id of what is made here: it follows from the key, or from the shop."""
        actor = self._who.digest if kind != "adv" else b""
        text = b"\n".join((kind.encode(), actor, about.encode()))
        return f"{kind}_{keyed_tag(self._community.secret, text, size=16, purpose=_PURPOSE).hex()}"

    def _shown(self, made: LocalObjects, forecast: ForecastOut) -> LocalAdOut:
        campaign = self._objects.campaign(made.campaign_id)
        return LocalAdOut(
            advertiser=self._objects.advertiser(campaign.advertiser_id),
            campaign=campaign,
            ad_group=self._objects.ad_group(made.group_id),
            ad=self._objects.ad(made.ad_id),
            forecast=forecast,
        )
