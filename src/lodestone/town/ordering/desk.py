"""What advertisers, creators and the operator ask of the engine about orders, once a day in the morning.

Beside `payloads.py`, `commerce/shops.py` and `advertising/desk.py` this is the one file whose words leave the town.
"""

from typing import Final

import msgspec
import numpy as np

from lodestone.base.chance import Streams
from lodestone.base.clock import DAY_MICROS, Instant
from lodestone.base.wire import time_text
from lodestone.client import AsyncClient as Client
from lodestone.town.commerce.shops import money, shop_id
from lodestone.town.ordering import parties
from lodestone.town.ordering.counting import COUNT_DAYS
from lodestone.town.ordering.state import ENDED, Brief, Order, OrderBoard
from lodestone.town.payloads import Json, Payloads, follows
from lodestone.town.people.creators import made_to_order
from lodestone.town.people.topics import TOPICS
from lodestone.town.truth import PRODUCT, Truth, joined

_PAYS_IN: Final = 3
"""An advertiser pays in so many times what an order may cost, once less than one of them is left."""
_TAKEN: Final = 2
"""Bids that are accepted of one brief."""
_BELIEVED: Final = 2
"""Orders that an advertiser takes everybody to have delivered before their first."""
_APPROVES, _REVISES, _DISPUTES = 0.6, 0.2, 0.05
"""What an advertiser does with a draft; else nothing, which approves it in the end."""
_WITHDRAWN_AFTER: Final = 3
"""Days after which whoever cheats so withdraws what was ordered."""
_NOTICES: Final = 0.5
"""Chance that an advertiser objects to that on the next morning."""


class OrderDesk:
    """The orders of one town, as the engine meets them.

    Args:
        client: May do everything in the town's community.
        streams: The town's chance.
        told: Writes what is posted.
        board: Where the orders stand.
    """

    def __init__(self, client: Client, streams: Streams, told: Payloads, board: OrderBoard) -> None:
        self._client, self._streams, self._told, self._board = client, streams, told, board

    async def morning(self, truth: Truth, now: int, shops: frozenset[int]) -> None:
        """Let everybody look at their orders and move them on, then order and bid.

        Args:
            truth: The town.
            now: The engine's present.
            shops: Makers whose shop is approved.
        """
        for order in self._board.orders:
            if order.stage not in ENDED:
                await self._look(truth, order, now)
        for maker in parties.creators(self._streams, truth):
            if maker not in self._board.creators:
                await self._open_to_orders(truth, maker)
        await self._choose(truth, now)
        for maker in parties.ordering(self._streams, truth, shops):
            await self._order(truth, maker, now)
        await self._bid(truth)

    async def _post(self, path: str, body: Json) -> Json:
        answer: Json = await self._client.ask("POST", path, body)
        return answer

    def _person(self, truth: Truth, maker: int) -> str:
        return f"p{truth.makers.person[maker]}"

    async def _open_to_orders(self, truth: Truth, maker: int) -> None:
        given = parties.creator(self._streams, maker)
        likes = TOPICS[int(truth.people.taste[truth.makers.person[maker]].argmax())].tag
        body = {
            "topics": [likes],
            "languages": ["zh"],
            "prices": {"fixed": money(given.least_fixed), "cpm": money(given.least_cpm)},
        }
        await self._client.ask("PUT", f"/v1/creators/{self._person(truth, maker)}", body)
        self._board.creators[maker] = given
        self._board.count("creators")

    async def _order(self, truth: Truth, maker: int, now: int) -> None:
        """Let a shop write its next brief, when it is time."""
        mine = [brief for brief in self._board.briefs.values() if brief.advertiser == maker]
        if mine and truth.day < mine[-1].made + parties.EVERY_DAYS:
            return
        posts = truth.posts
        sold = (posts.maker == maker) & (posts.kind == PRODUCT) & (posts.created < now)
        rows = np.flatnonzero(sold)
        if not rows.size:
            return
        if not mine:
            body = {"name": f"订作品{maker}", "shop_id": shop_id(maker)}
            await self._client.ask("PUT", f"/v1/advertisers/o{maker}", body)
        brief = parties.brief(self._streams, maker, len(mine), truth.day, int(rows[-1]))
        wanted = _wanted(brief, now)
        brief.body = msgspec.json.encode(wanted).decode()
        await self._client.ask("PUT", f"/v1/briefs/{brief.name}", wanted)
        self._board.briefs[brief.name] = brief
        self._board.count(f"briefs_{brief.kind}")

    async def _bid(self, truth: Truth) -> None:
        """Let creators bid for briefs of today who make nothing to order at present."""
        busy = {order.maker for order in self._board.orders if order.stage not in ENDED}
        gone = truth.people.gone[truth.makers.person] | (truth.makers.ended >= 0)
        for brief in self._board.briefs.values():
            if not brief.open or brief.made != truth.day:
                continue
            for maker, given in self._board.creators.items():
                price = parties.bid(given, brief)
                if price is None or maker in busy or gone[maker]:
                    continue
                body: Json = {
                    "brief_id": brief.name,
                    "creator_id": self._person(truth, maker),
                    "person_id": self._person(truth, maker),
                }
                if price:
                    body["price"] = money(price)
                await self._client.ask("PUT", f"/v1/offers/{brief.name}-{maker}", body)
                brief.bids[maker] = price
                self._board.count("bids")

    async def _choose(self, truth: Truth, now: int) -> None:
        """Let advertisers accept those bids of yesterday that may reach most followers for the money."""
        for brief in self._board.briefs.values():
            if not brief.open or brief.made >= truth.day:
                continue
            reach = {maker: await self._reach(truth, maker) for maker in brief.bids}
            busy = {order.maker for order in self._board.orders if order.stage not in ENDED}
            price = {maker: max(1, bid) for maker, bid in brief.bids.items()}
            ranked = sorted(brief.bids, key=lambda maker: (-reach[maker] / price[maker], maker))
            chosen = [maker for maker in ranked if maker not in busy][:_TAKEN]
            owner = {"person_id": self._person(truth, brief.advertiser)}
            for maker in brief.bids:
                if maker in chosen:
                    order = await self._accept(truth, brief, maker, owner)
                    if order.cheat == "friends":
                        await self._befriend(truth, order, now)
                else:
                    await self._post(f"/v1/offers/{brief.name}-{maker}/decline", owner)
            body = {**msgspec.json.decode(brief.body), "state": "closed"}
            await self._client.ask("PUT", f"/v1/briefs/{brief.name}", body)
            brief.open = False

    async def _reach(self, truth: Truth, maker: int) -> float:
        """Return how many followers an order may reach: all of them, times how often its creator has delivered."""
        path = f"/v1/creators/{self._person(truth, maker)}"
        orders = (await self._client.ask("GET", path))["reliability"]
        delivers = (int(orders["published"]) + _BELIEVED) / (int(orders["taken"]) + _BELIEVED)
        return float(truth.ties.follows[:, maker].sum() * delivers)

    async def _accept(self, truth: Truth, brief: Brief, maker: int, owner: Json) -> Order:
        escrow = brief.bids[maker] or brief.cap
        await self._pay_in(brief.advertiser, escrow)
        answer = await self._post(f"/v1/offers/{brief.name}-{maker}/accept", owner)
        given, chance = (
            self._board.creators[maker],
            self._streams.of("order", brief.advertiser, brief.number, maker),
        )
        late = chance.random() < given.late
        after = parties.DEADLINE_DAYS + 1 if late else 1 + int(chance.integers(0, 3))
        order = Order(
            number=len(self._board.orders),
            brief=brief.name,
            advertiser=brief.advertiser,
            maker=maker,
            assignment=answer["assignment_id"],
            cheat=given.cheat,
            escrow=escrow,
            draft_day=(brief.made if late else truth.day) + after,
        )
        self._board.orders.append(order)
        self._board.count("orders")
        return order

    async def _befriend(self, truth: Truth, order: Order, now: int) -> None:
        """Let a creator's friends follow them, so that what was ordered comes to their pages."""
        maker = order.maker
        order.friends = parties.friends(self._streams, truth, maker)
        truth.ties.follows[order.friends, maker] = True
        pairs = [(friend, maker) for friend in order.friends]
        await self._client.events(follows(truth, pairs, Instant(now), f"befriend-{order.number}"))

    async def _pay_in(self, maker: int, escrow: int) -> None:
        balance = (await self._client.ask("GET", f"/v1/advertisers/o{maker}"))["balance"]
        if int(balance["micros"]) < escrow:
            amount = _PAYS_IN * escrow
            await self._post(f"/v1/advertisers/o{maker}/deposits", {"amount": money(amount)})
            self._board.deposited[maker] = self._board.deposited.get(maker, 0) + amount

    async def _look(self, truth: Truth, order: Order, now: int) -> None:
        """Let both parties of an order see how it stands, and do what is theirs to do."""
        path = f"/v1/assignments/{order.assignment}"
        order.stage = (await self._client.ask("GET", path))["stage"]
        chance = self._streams.of("moves", order.number, truth.day)
        creator = {"person_id": self._person(truth, order.maker)}
        owner = {"person_id": self._person(truth, order.advertiser)}
        gone = truth.people.gone[truth.makers.person[order.maker]]
        if order.stage == "accepted" and truth.day >= order.draft_day and not gone:
            await self._post(f"{path}/draft", {**creator, "text": "开头三秒先上热气。"})
        elif order.stage == "revising" and not gone:
            await self._post(f"{path}/draft", {**creator, "text": "价格也放进去了。"})
        elif order.stage == "drafted":
            await self._answer(order, path, owner, float(chance.random()))
        elif order.stage == "approved":
            if not gone:
                await self._publish(truth, order, path, creator, now)
        elif order.stage in ("published", "measured"):
            days = (now - order.published) // DAY_MICROS
            await self._after_publication(order, path, owner, days, float(chance.random()))
        elif order.stage == "disputed":
            await self._decide(order, path)

    async def _answer(self, order: Order, path: str, owner: Json, luck: float) -> None:
        if luck < _APPROVES:
            await self._post(f"{path}/approve", owner)
        elif luck < _APPROVES + _REVISES and order.rounds:
            order.rounds -= 1
            await self._post(f"{path}/revise", {**owner, "text": "请把价格放进去。"})
        elif luck > 1 - _DISPUTES:
            await self._post(f"{path}/dispute", {**owner, "text": "和说好的不一样。"})

    async def _publish(
        self, truth: Truth, order: Order, path: str, creator: Json, now: int
    ) -> None:
        """Post what was made to order, and name it."""
        chance = self._streams.of("made to order", order.number)
        order.post, order.published = truth.posts.count, now
        truth.posts = joined(truth.posts, made_to_order(truth, order.maker, now, chance))
        await self._client.put_items([self._told.post(truth, order.post)])
        await self._post(f"{path}/publish", {**creator, "item_id": f"i{order.post}"})
        self._board.plays[order.post] = []
        self._board.count("published")

    async def _after_publication(
        self, order: Order, path: str, owner: Json, days: int, luck: float
    ) -> None:
        if order.withdrawn and luck < _NOTICES:
            await self._post(f"{path}/dispute", {**owner, "text": "作品已经不在了。"})
        elif order.cheat == "withdraws" and not order.withdrawn and days >= _WITHDRAWN_AFTER:
            await self._client.ask("DELETE", f"/v1/items/i{order.post}")
            order.withdrawn = True
            self._board.count("withdrawn")

    async def _decide(self, order: Order, path: str) -> None:
        """Let the operator decide: nothing for what is gone, else half of the least that was sure."""
        brief = self._board.briefs[order.brief]
        sure = order.escrow if brief.kind == "fixed" else brief.floor
        amount = 0 if order.withdrawn else sure // 2 // parties.FEN * parties.FEN
        await self._post(f"{path}/decide", {"amount": money(amount), "text": "各退一步。"})
        self._board.count("decided")


def _wanted(brief: Brief, now: int) -> Json:
    settlement: Json = {"kind": brief.kind, "floor": money(brief.floor), "cap": money(brief.cap)}
    if brief.kind == "cps":
        settlement["share"] = brief.share
    else:
        settlement["price"] = money(brief.price)
    return {
        "advertiser_id": f"o{brief.advertiser}",
        "text": "拍一拍我们店里的东西。",
        "product_ids": [f"i{brief.product}"],
        "settlement": settlement,
        "deadline": time_text(Instant(now + parties.DEADLINE_DAYS * DAY_MICROS)),
        "approval_days": 2,
        "count_days": COUNT_DAYS,
    }
