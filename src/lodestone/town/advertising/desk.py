"""What advertisers and the operator ask of the engine: objects, deposits, reviews, and every morning a look at what it cost.

Beside `payloads.py` and `commerce/shops.py` this is the one file whose words leave the town.
"""

from typing import Final

import numpy as np

from lodestone.base.chance import Streams
from lodestone.base.clock import DAY_MICROS, Instant
from lodestone.client import AsyncClient as Client
from lodestone.town.advertising import advertisers
from lodestone.town.advertising.state import NEVER, Billboard, Campaign
from lodestone.town.commerce.shops import RADIUS_KM, money, shop_id, town_date
from lodestone.town.payloads import Json, place
from lodestone.town.people.topics import CHANNELS, TOPICS
from lodestone.town.truth import LIVE, PRODUCT, Truth

_NEW_AD_DAYS: Final = 5
"""So many days an ad runs before a newer post is shown in its stead."""
_DEPOSIT_DAYS: Final = 5
_LOW_DAYS: Final = 2
"""An advertiser pays in for five days once less than two are left."""
_REJECTED: Final = 0.05
"""Of ads, at their first review; a rejected one comes again with other words."""
_CAP: Final = {"impressions": 3, "days": 1}
_CALLS: Final = {
    "order": "order", "click": "learn_more", "follow": "follow", "long_view": "watch", "impression": "learn_more",
}  # fmt: skip
_HEADLINES: Final = ("欢迎来看看", "街坊都说好", "今天新到")


class Desk:
    """The advertisers of one town, as the engine meets them.

    Args:
        client: May do everything in the town's community.
        streams: The town's chance.
        trades: Whether the town's shops sell.
    """

    def __init__(self, client: Client, streams: Streams, *, trades: bool) -> None:
        self._client, self._streams, self._trades = client, streams, trades
        self._channels = list(CHANNELS)
        self.take_up(Billboard())

    def take_up(self, board: Billboard) -> None:
        """Go on from where advertising stood."""
        self._board = board

    async def morning(self, truth: Truth, now: int, shops: frozenset[int]) -> None:
        """Let the operator review what waits, and every advertiser look at what the last day cost.

        Args:
            truth: The town.
            now: The engine's present.
            shops: Makers whose shop is approved.
        """
        rows = await self._report(now)
        for given in list(self._board.campaigns.values()):
            if given.waiting != NEVER:
                await self._review(truth, given)
            await self._look(truth, given, rows.get(f"c{given.maker}"))
            if truth.day - given.made >= _NEW_AD_DAYS and given.waiting == NEVER:
                await self._another_ad(truth, given, now)
        for maker in advertisers.advertising(self._streams, truth):
            if maker in self._board.campaigns:
                continue
            if self._trades and truth.makers.shop[maker] and maker not in shops:
                continue
            await self._sign_up(truth, maker, now)

    async def _report(self, now: int) -> dict[str, Json]:
        """Read the report of the day before; return its rows by campaign."""
        if not self._board.campaigns:
            return {}
        day = town_date(Instant(now - DAY_MICROS))
        report = await self._client.ask("GET", f"/v1/reports/ads?from={day}&to={day}")
        return {row["id"]: row for row in report["rows"]}

    async def _sign_up(self, truth: Truth, maker: int, now: int) -> None:
        given = advertisers.campaign(self._streams, truth, maker, trades=self._trades)
        post = self._to_show(truth, given, now)
        if post == NEVER:
            return
        self._board.campaigns[maker] = given
        person = f"p{truth.makers.person[maker]}"
        shop = self._trades and bool(truth.makers.shop[maker])
        payer = {"shop_id": shop_id(maker)} if shop else {"owner_id": person}
        name = f"广告主{maker}"
        await self._put(f"/v1/advertisers/a{maker}", {"name": name, **payer})
        await self._put(f"/v1/campaigns/c{maker}", _campaign(given, "paused"))
        await self._put(f"/v1/ad-groups/g{maker}", self._group(truth, given, "paused"))
        await self._ad(truth, given, post)
        await self._pay_in(given)
        if truth.day == 0:
            await self._review(truth, given)
        self._board.count("advertisers")

    def _to_show(self, truth: Truth, given: Campaign, now: int) -> int:
        """Return the newest post that suits the campaign, `NEVER` for none."""
        posts = truth.posts
        mine = (posts.maker == given.maker) & (posts.created < now) & (posts.kind != LIVE)
        if given.action == "order":
            mine &= posts.kind == PRODUCT
        rows = np.flatnonzero(mine)
        return int(rows[-1]) if rows.size else NEVER

    async def _another_ad(self, truth: Truth, given: Campaign, now: int) -> None:
        post = self._to_show(truth, given, now)
        if post not in (NEVER, given.post):
            await self._ad(truth, given, post)

    async def _ad(self, truth: Truth, given: Campaign, post: int) -> None:
        """Make an ad, which waits for a moderator."""
        given.waiting, given.made, given.ads = post, truth.day, given.ads + 1
        await self._put(self._path(given), self._body(truth, given, post, "paused"))
        self._board.count("ads")

    def _path(self, given: Campaign) -> str:
        return f"/v1/ads/d{given.maker}-{given.ads}"

    def _body(self, truth: Truth, given: Campaign, post: int, state: str) -> Json:
        chance = self._streams.of("headline", given.maker, given.ads)
        body: Json = {
            "ad_group_id": f"g{given.maker}",
            "item_id": f"i{post}",
            "headline": _HEADLINES[int(chance.integers(len(_HEADLINES)))],
            "call_to_action": _CALLS[given.action],
            "state": state,
        }
        if self._trades and truth.posts.kind[post] == PRODUCT:
            body["landing"] = {"product_id": f"i{post}"}
        return body

    async def _review(self, truth: Truth, given: Campaign) -> None:
        """Let the operator judge the ad that waits; an approved one runs at once, and takes the place of the one before."""
        path, post = self._path(given), given.waiting
        rejected = self._streams.of("review", given.maker, given.ads).random() < _REJECTED
        if rejected:
            verdict = {"decision": "rejected", "reason": "words"}
            await self._client.ask("POST", f"{path}/review", verdict)
            self._board.count("ads_rejected")
            given.waiting = NEVER
            if given.post == NEVER or truth.day == 0:
                await self._ad(truth, given, post)
            return
        await self._client.ask("POST", f"{path}/review", {"decision": "approved", "reason": "fine"})
        if given.post == NEVER:
            await self._put(f"/v1/campaigns/c{given.maker}", _campaign(given, "active"))
            await self._put(f"/v1/ad-groups/g{given.maker}", self._group(truth, given, "active"))
        await self._put(path, self._body(truth, given, post, "active"))
        if given.post != NEVER:
            await self._end_before(given)
        given.post, given.waiting = post, NEVER

    async def _end_before(self, given: Campaign) -> None:
        """End whatever ads of the campaign came before the newest."""
        for number in range(1, given.ads):
            path = f"/v1/ads/d{given.maker}-{number}"
            before = await self._client.ask("GET", path)
            if before["state"] == "ended":
                continue
            fields = ("ad_group_id", "item_id", "headline", "call_to_action", "landing")
            body = {name: before[name] for name in fields if before[name] is not None}
            await self._put(path, {**body, "state": "ended"})

    async def _look(self, truth: Truth, given: Campaign, row: Json | None) -> None:
        """Let an advertiser look at what was spent and what came of it, change its bid, and pay in where little is left."""
        given.spent_day = 0 if row is None else int(row["spend"]["micros"])
        outcomes = 0 if row is None else brought(given.action, row)
        if given.post == NEVER or given.paused:
            return
        makers, people = truth.makers, truth.people
        if makers.ended[given.maker] >= 0 or people.gone[makers.person[given.maker]]:
            given.paused = True
            await self._put(f"/v1/campaigns/c{given.maker}", _campaign(given, "paused"))
            self._board.count("advertisers_gone")
            return
        if advertisers.adjust(given, outcomes):
            given.bids += 1
            await self._put(f"/v1/campaigns/c{given.maker}", _campaign(given, "active"))
            await self._put(f"/v1/ad-groups/g{given.maker}", self._group(truth, given, "active"))
        balance = (await self._client.ask("GET", f"/v1/advertisers/a{given.maker}"))["balance"]
        if int(balance["micros"]) < _LOW_DAYS * given.budget:
            await self._pay_in(given)

    async def _pay_in(self, given: Campaign) -> None:
        amount = _DEPOSIT_DAYS * given.budget // advertisers.FEN * advertisers.FEN
        path = f"/v1/advertisers/a{given.maker}/deposits"
        await self._client.ask("POST", path, {"amount": money(amount)})
        given.deposited += amount
        self._board.count("deposits")

    def _group(self, truth: Truth, given: Campaign, state: str) -> Json:
        way = advertisers.strategy(given)
        body: Json = {
            "campaign_id": f"c{given.maker}",
            "state": state,
            "strategy": way,
            "targeting": self._targeting(truth, given),
        }
        if way not in ("manual_cpc", "manual_cpm"):
            body["optimise_for"] = given.action
        if way in ("cost_cap", "target_cpa"):
            body["target"] = money(advertisers.bid(given))
        elif way != "max_delivery":
            body["bid"] = money(advertisers.bid(given))
        return body

    def _targeting(self, truth: Truth, given: Campaign) -> Json:
        makers, people = truth.makers, truth.people
        person = int(makers.person[given.maker])
        if given.targeting == "near":
            here = place(people.latitude[person], people.longitude[person])
            return {"places": [{"position": here, "radius_km": RADIUS_KM, "who": "any"}]}
        if given.targeting == "channel":
            best = int(people.taste[person].argmax())
            return {"tags": [TOPICS[best].tag, CHANNELS[TOPICS[best].channel]]}
        return {}

    async def _put(self, path: str, body: Json) -> None:
        await self._client.ask("PUT", path, body)


def brought(action: str, row: Json) -> int:
    """Return how often what is bought came, by a row of the report."""
    return int(row["viewable"] if action == "impression" else row["outcomes"][action])


def _campaign(given: Campaign, state: str) -> Json:
    body: Json = {
        "advertiser_id": f"a{given.maker}",
        "objective": given.objective,
        "budget": {"daily": money(given.budget)},
        "state": state,
    }
    if given.capped:
        body["frequency"] = dict(_CAP)
    return body
