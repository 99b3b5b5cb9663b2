"""The town trades: shops sign up and put their posts on sale, people order from cards, come, fetch, complain.

A step's trade takes place five minutes after its visits began, when everything on their pages has been looked at, so
that an order comes after the look that led to it. The engine writes down itself what was bought and redeemed; the
town tells neither.
"""

from typing import Any, Final

import numpy as np

from lodestone.base.arrays import Ints
from lodestone.base.chance import Streams
from lodestone.base.clock import MINUTE_MICROS, Instant
from lodestone.client import AsyncClient as Client
from lodestone.town.commerce import shops
from lodestone.town.commerce.buying import Buying, TradeClient, Wanted
from lodestone.town.commerce.flash_sales import Bargains, planned
from lodestone.town.commerce.fulfilment import Aftermath
from lodestone.town.commerce.market import Market, Stall
from lodestone.town.payloads import Payloads
from lodestone.town.people.behaviour import OUTCOMES
from lodestone.town.people.rhythm import STEPS
from lodestone.town.truth import PRODUCT, Truth

LATER: Final = 5 * MINUTE_MICROS
"""Into a step until its trade: a visit's looks are over by then."""
ORDER: Final = OUTCOMES.index("order")
_MORNING: Final = 16
"""The step in which shops stock up and sign-ups are reviewed: eight o'clock."""
_PAYS_OUT: Final = 7
"""Days from one payout to the next."""
_DECLINED: Final = 0.05


class Trading:
    """The trade of one town's life.

    Args:
        client: May do everything in the town's community.
        streams: The town's chance.
        payloads: Writes posts.
        worth: What the town judges an order by, micros.
    """

    def __init__(self, client: Client, streams: Streams, payloads: Payloads, worth: float) -> None:
        self._client = client
        self._streams = streams
        self._payloads = payloads
        self._wares = shops.Wares(streams, payloads.shown)
        self._worth = worth
        self._wanted: list[Wanted] = []
        self.take_up(Market())

    def take_up(self, market: Market) -> None:
        """Go on from where trade stood."""
        self.market = market
        self._till = TradeClient(self._client, market)
        self._buying = Buying(self._till, self._streams, self._wares)
        self._aftermath = Aftermath(self._till, self._streams, self._wares)
        self._bargains = Bargains(
            self._till, self._buying, self._streams, self._payloads, self._wares
        )

    # Shops and what they sell

    def morning(self, truth: Truth, start: Instant) -> None:
        """Draw the day's sales."""
        self.market.sales += planned(truth, self.market, self._streams, self._wares, start)

    async def sign_up(self, truth: Truth, *, approved: bool) -> None:
        """Let makers with a shop sign it up who have not yet.

        Args:
            truth: The town.
            approved: Whether the operator looks at it at once; else it waits for the morning.
        """
        for maker in np.flatnonzero(truth.makers.shop).tolist():
            if maker in self.market.stalls:
                continue
            name = shops.shop_id(maker)
            body = self._payloads.shown.shop(shops.shop(self._streams, truth, maker), truth, maker)
            await self._till.ask("PUT", f"/v1/shops/{name}", body)
            stall = Stall(shops.clerk(self._streams, truth, maker))
            self.market.stalls[maker] = stall
            staff = f"/v1/shops/{name}/staff/p{stall.clerk}"
            await self._till.ask("PUT", staff, {"role": "clerk"})
            if approved:
                await self._approve(maker)

    async def _approve(self, maker: int) -> None:
        path = f"/v1/shops/{shops.shop_id(maker)}/review"
        await self._till.ask("POST", path, {"decision": "approved"})
        self.market.stalls[maker].approved = True

    async def put_on_sale(self, truth: Truth, rows: Ints) -> None:
        """Let shops sell what they have posted as products."""
        for post in rows[truth.posts.kind[rows] == PRODUCT].tolist():
            ware = self._wares.of(truth, post)
            if ware.shared:
                await self._share(truth, post, ware.level[0])
            await self._put(truth, post, list(ware.level))
            self.market.count("products")

    async def _put(self, truth: Truth, post: int, offered: list[int]) -> None:
        ware = self._wares.of(truth, post)
        at = Instant(int(truth.posts.created[post]))
        body = self._payloads.post(truth, post)
        product = shops.product(ware, body, int(truth.posts.maker[post]), offered, at)
        product = self._payloads.shown.product(product, truth, post)
        await self._till.ask("PUT", f"/v1/products/i{post}", product)

    async def _share(self, truth: Truth, post: int, units: int) -> None:
        body = {"shop_id": shops.shop_id(int(truth.posts.maker[post])), "stock": units}
        await self._till.ask("PUT", f"/v1/stock/{shops.stock_item(f'i{post}')}", body)

    async def _stock_up(self, truth: Truth, step: int) -> None:
        """Fill up what sold before today to its level; rooms are as many as they are."""
        for post in sorted(post for post, sold in self.market.sold.items() if sold < step):
            del self.market.sold[post]
            ware = self._wares.of(truth, post)
            if ware.dated:
                continue
            if ware.shared:
                path = f"/v1/stock/{shops.stock_item(f'i{post}')}"
                stock = (await self._till.ask("GET", path))["stock"]
                await self._share(truth, post, _filled(stock, ware.level[0]))
            else:
                held = (await self._till.ask("GET", f"/v1/products/i{post}"))["variants"]
                pairs = zip(held, ware.level, strict=True)
                await self._put(truth, post, [_filled(one["stock"], units) for one, units in pairs])
            self.market.count("stocked_up")

    def rooms(self) -> set[int]:
        """Return the posts that open as live rooms, not as posts."""
        return self._bargains.rooms()

    # A step

    async def begin(self, truth: Truth, now: Instant) -> None:
        """Open and close the sales of this moment; when a step begins."""
        await self._bargains.begin(truth, _step(truth), now)

    def want(self, wanted: list[Wanted]) -> None:
        """Remember who wants what, until the step's trade."""
        self._wanted += wanted

    async def run(self, truth: Truth, now: Instant, visiting: Ints) -> None:
        """Let the step's trade take place.

        Args:
            truth: The town.
            now: When the step began.
            visiting: Who has looked at pages in it.
        """
        step = _step(truth)
        review = truth.step == _MORNING
        if not (review or self._wanted or self._aftermath.due(step) or self._bargains.due(step)):
            return
        now = Instant(now + LATER)
        await self._client.advance(now)
        if review:
            for maker in [one for one, stall in self.market.stalls.items() if not stall.approved]:
                await self._approve(maker)
            await self._stock_up(truth, step)
        at_home = set(visiting.tolist())
        elsewhere = set(at_home)
        await self._aftermath.run(truth, step, elsewhere)
        for wanted in self._wanted:
            await self._buy(truth, wanted, now, step)
        self._wanted = []
        await self._bargains.run(truth, step, now, elsewhere - at_home)

    async def _buy(self, truth: Truth, wanted: Wanted, now: Instant, step: int) -> None:
        """Order from a card; the diary counts it once it is paid, as the engine does."""
        self.market.count("wishes")
        order = await self._buying.order(truth, wanted.person, wanted.post, now, wanted.card)
        if order is None or not await self._buying.settle(truth, order[0], step):
            return
        wanted.looks.done[wanted.row, ORDER] = True
        wanted.looks.value[wanted.row] += self._worth

    def bought(self) -> list[tuple[int, int]]:
        """Return person and maker of orders that were paid since the last call, the first first."""
        found, self._till.bought = self._till.bought, []
        return found

    def approved(self) -> frozenset[int]:
        """Return the makers whose shop is approved."""
        stalls = self.market.stalls.items()
        return frozenset(maker for maker, stall in stalls if stall.approved)

    # A night

    async def night(self, truth: Truth, start: Instant) -> None:
        """Close the day's books, and once a week pay out what shops have earned.

        Args:
            truth: The town at the end of the day.
            start: The day's first microsecond.
        """
        day = shops.town_date(start)
        told = await self._till.ask("POST", "/v1/settle", {"day": day})
        self.market.count("settled", len(told["closed_now"]))
        if truth.day % _PAYS_OUT != _PAYS_OUT - 1:
            return
        chance = self._streams.of("payouts", truth.day)
        paid = (await self._till.ask("POST", "/v1/payouts", {"day": day}))["data"]
        for one in sorted(paid, key=_party):
            state = "declined" if chance.random() < _DECLINED else "paid"
            await self._till.ask("POST", f"/v1/payouts/{one['id']}/result", {"state": state})
            self.market.count(f"payouts_{state}")


def _step(truth: Truth) -> int:
    return truth.day * STEPS + truth.step


def _filled(stock: Any, units: int) -> int:
    """Return how many a stock item offers in all once so many are left to be had again."""
    return max(int(stock["offered"]), int(stock["held"]) + int(stock["sold"]) + units)


def _party(payout: Any) -> str:
    return str(payout["party"])
