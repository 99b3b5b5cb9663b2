"""Flash sales: now and then a shop sells a little of something, for an hour, to more people than there is for.

Whoever knows the shop has heard of it. All come at once; the engine says who has it, who waits and who is too late,
and what is not paid goes to those who wait. It takes place in the shop's live room, or on the product's own card.
"""

import asyncio
from dataclasses import replace
from typing import Final

import numpy as np

from lodestone.base.arrays import Ints
from lodestone.base.chance import Streams
from lodestone.base.clock import MINUTE_MICROS, Instant
from lodestone.base.wire import time_text
from lodestone.town.commerce import shops
from lodestone.town.commerce.buying import LEAVES_IN_A_RUSH, Buying, TradeClient
from lodestone.town.commerce.market import Market, Order, Sale
from lodestone.town.commerce.wares import TENTH
from lodestone.town.payloads import Json, Payloads
from lodestone.town.people.rhythm import STEPS
from lodestone.town.truth import LIVE, ORDINARY, PRODUCT, Posts, Truth, joined

_LASTS: Final = 2
"""Steps from opening to close."""
_OPENS: Final = (38, 42)
"""Between seven and nine in the evening."""
_EVERY: Final = 4
"""Days from one sure sale to the next; besides, one in a hundred shops holds one on any day."""
_BY_CHANCE: Final = 0.01
_COMES: Final = 0.6
"""Chance that who has heard of a sale wants something in it."""
_STRANGERS: Final = 3.0
_ENOUGH_FOR: Final = 0.4
"""Units for each who comes."""
_PRICE: Final = 0.7
_GREEDY: Final = 0.1
"""Chance to try a second time where one may have one."""
_RESERVED_SECONDS: Final = 600
_HALF_HOUR: Final = 30 * MINUTE_MICROS


def planned(
    truth: Truth, market: Market, streams: Streams, wares: shops.Wares, start: Instant
) -> list[Sale]:
    """Draw a day's sales; a live room is a post of its own, that the town gets here.

    Args:
        truth: The town on the morning of the day.
        market: Which shops may sell.
        streams: The town's chance.
        wares: What shops sell.
        start: The day's first microsecond.
    """
    chance = streams.of("sales", truth.day)
    approved = [maker for maker, stall in sorted(market.stalls.items()) if stall.approved]
    ready = [
        (maker, post) for maker in approved if (post := _newest(truth, wares, maker, start)) >= 0
    ]
    count = int(truth.day % _EVERY == 1) + int(chance.poisson(_BY_CHANCE * len(approved)))
    found = []
    for at in chance.permutation(len(ready))[:count].tolist():
        maker, post = ready[at]
        opens = int(chance.integers(*_OPENS))
        room = -1
        if chance.random() < 0.6:
            room = truth.posts.count
            created = start + opens * _HALF_HOUR
            truth.posts = joined(truth.posts, _room(truth.posts, truth, post, created, chance))
        found.append(
            Sale(
                id=f"f{truth.day}-{maker}",
                maker=maker,
                post=post,
                room=room,
                opens=truth.day * STEPS + opens,
            )
        )
    return found


def _newest(truth: Truth, wares: shops.Wares, maker: int, start: Instant) -> int:
    """Return a shop's newest product whose stock is its variants' own, -1 for none."""
    posts = truth.posts
    rows = np.flatnonzero(
        (posts.maker == maker) & (posts.kind == PRODUCT) & (posts.created < start)
    )
    plain = [row for row in rows.tolist() if wares.of(truth, row).plain]
    return max(plain, default=-1)


def _room(
    posts: Posts, truth: Truth, post: int, created: int, chance: np.random.Generator
) -> Posts:
    """Return one more post: a live room about what is sold there, as good as its host is."""
    columns = {
        name: getattr(posts, name)[post : post + 1].copy() for name in Posts.__dataclass_fields__
    }
    quality = np.clip(truth.makers.talent[posts.maker[post]] + chance.normal(0, 0.15, 1), 0.02, 1.0)
    return replace(
        Posts(**columns),
        kind=np.array([LIVE]),
        quality=quality,
        pull=quality.copy(),
        seconds=np.array([600.0]),
        created=np.array([created]),
        views=np.zeros(1, np.int64),
        heard=np.zeros(1),
    )


class Bargains:
    """Holds the sales of one town.

    Args:
        till: Asks the engine.
        buying: Takes orders.
        streams: The town's chance.
        payloads: Writes posts.
        wares: What shops sell.
    """

    def __init__(
        self,
        till: TradeClient,
        buying: Buying,
        streams: Streams,
        payloads: Payloads,
        wares: shops.Wares,
    ) -> None:
        self._till = till
        self._buying = buying
        self._streams = streams
        self._payloads = payloads
        self._wares = wares
        self._market = till.market

    def rooms(self) -> set[int]:
        """Return the posts that are live rooms of sales to come or going on."""
        return {sale.room for sale in self._market.sales if sale.room >= 0}

    def due(self, step: int) -> bool:
        """Say whether a sale goes on in a step."""
        return any(sale.opens <= step for sale in self._market.sales)

    async def begin(self, truth: Truth, step: int, now: Instant) -> None:
        """Open the sales whose hour has come, and close those whose hour is over; when a step begins."""
        for sale in self._market.sales:
            if sale.opens == step:
                await self._open(truth, sale, now)
            elif sale.opens + _LASTS == step:
                await self._close(truth, sale)
        self._market.sales = [one for one in self._market.sales if one.opens + _LASTS > step]

    async def run(self, truth: Truth, step: int, now: Instant, elsewhere: set[int]) -> None:
        """Let people come, and those who waited look again whether it is their turn.

        Args:
            truth: The town.
            step: The present one, counted from the first day on.
            now: The engine's present.
            elsewhere: Who is at another shop in this step.
        """
        for sale in self._market.sales:
            if sale.opens == step:
                await self._crowd(truth, sale, now, elsewhere)
            if sale.opens <= step:
                await self._turns(truth, sale, step)

    async def _open(self, truth: Truth, sale: Sale, now: Instant) -> None:
        given = self._wares.of(truth, sale.post)
        sale.units = max(1, round(_ENOUGH_FOR * self._wishing(truth, sale).size))
        sale.micros = TENTH * max(1, round(_PRICE * given.micros[0] / TENTH))
        product = f"i{sale.post}"
        held = (await self._till.ask("GET", f"/v1/products/{product}"))["variants"]
        offered = [one["stock"]["offered"] for one in held]
        offered[0] += sale.units
        post = self._payloads.post(truth, sale.post)
        body = shops.product(given, post, sale.maker, offered, now)
        body = self._payloads.shown.product(body, truth, sale.post)
        await self._till.ask("PUT", f"/v1/products/{product}", body)
        if sale.room >= 0:
            room = self._room(truth, sale, product)
            await self._till.ask("PUT", f"/v1/live/i{sale.room}", {**room, "state": "live"})
        closes = Instant(now + _LASTS * _HALF_HOUR)
        await self._till.ask(
            "PUT",
            f"/v1/sales/{sale.id}",
            {
                "product_id": product,
                "variant_id": "v0",
                "opens_at": time_text(now),
                "closes_at": time_text(closes),
                "stock": sale.units,
                "limit_per_person": 1,
                "price": shops.money(sale.micros),
                "reserve_seconds": _RESERVED_SECONDS,
                "where": product if sale.room < 0 else f"i{sale.room}",
            },
        )
        self._market.count("sales")
        self._market.count("sale_units", sale.units)

    def _room(self, truth: Truth, sale: Sale, product: str) -> Json:
        """Write the live room in which a sale takes place."""
        post = self._payloads.post(truth, sale.room)
        return self._payloads.shown.room(shops.room(post, product), truth, sale.post)

    def _wishing(self, truth: Truth, sale: Sale) -> Ints:
        """Draw who comes to a sale: of those who know the shop more than half, and a few who have only heard."""
        chance = self._streams.of("wishing", sale.opens, sale.maker)
        people, ties = truth.people, truth.ties
        able = people.resident & (people.kind == ORDINARY) & ~people.gone & ~people.minor
        able[truth.makers.person[sale.maker]] = False
        heard = (
            ties.knows[:, sale.maker]
            | ties.follows[:, sale.maker]
            | (ties.bought[:, sale.maker] > 0)
        )
        comes = able & heard & (chance.random(people.count) < _COMES)
        others = np.flatnonzero(able & ~heard)
        some = min(others.size, 1 + int(chance.poisson(_STRANGERS)))
        comes[chance.choice(others, some, replace=False)] = True
        return chance.permutation(np.flatnonzero(comes))

    async def _crowd(self, truth: Truth, sale: Sale, now: Instant, elsewhere: set[int]) -> None:
        """Let all who want something order at once, then pay or not."""
        step = sale.opens
        chance = self._streams.of("crowd", sale.opens, sale.maker)
        who = [person for person in self._wishing(truth, sale).tolist() if person not in elsewhere]
        greedy = chance.random(len(who)) < _GREEDY
        who += [person for person, more in zip(who, greedy.tolist(), strict=True) if more]
        self._market.count("sale_wishes", len(who))
        # All at once, so that they meet in one commit; they stand in line in this order all the same.
        taken = await asyncio.gather(
            *(self._buying.order(truth, person, sale.post, now, sale=sale) for person in who)
        )
        reserved: list[Order] = []
        for found in taken:
            if found is not None:
                order, answer = found
                (sale.waiting if answer["state"] == "waiting" else reserved).append(order)
        for order in reserved:
            await self._paid(truth, order, step)

    async def _turns(self, truth: Truth, sale: Sale, step: int) -> None:
        """Let those who wait look whether it is their turn, and pay if it is."""
        still = []
        for order in sale.waiting:
            state = (await self._till.ask("GET", f"/v1/orders/{order.id}"))["state"]
            if state == "waiting":
                still.append(order)
            elif state == "reserved":
                self._market.count("sale_turns")
                await self._paid(truth, order, step)
        sale.waiting = still

    async def _paid(self, truth: Truth, order: Order, step: int) -> None:
        if await self._buying.settle(truth, order, step, leaves=LEAVES_IN_A_RUSH):
            self._market.count("sale_sold")

    async def _close(self, truth: Truth, sale: Sale) -> None:
        """Close the room, and count whom the sale left with nothing."""
        if sale.room >= 0:
            room = self._room(truth, sale, f"i{sale.post}")
            await self._till.ask("PUT", f"/v1/live/i{sale.room}", {**room, "state": "ended"})
        told = await self._till.ask("GET", f"/v1/sales/{sale.id}")
        self._market.count("sale_waited_in_vain", len(sale.waiting))
        stock = told["stock"]
        if (
            stock["sold"] > sale.units
            or stock["sold"] + stock["available"] + stock["held"] != sale.units
        ):
            self._market.count("sale_oversold")
