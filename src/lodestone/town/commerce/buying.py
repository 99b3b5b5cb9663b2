"""Buying: an order from a card or in a sale, paid at the town's till, with what its buyer has in mind for it.

A refusal that an honest buyer must expect (too far, sold out, closed) is counted, and nothing else comes of it.
"""

from dataclasses import dataclass
from typing import Any, Final

from lodestone.base.chance import Streams
from lodestone.base.clock import Instant
from lodestone.client import AsyncClient as Client
from lodestone.client.errors import ConflictError
from lodestone.town.commerce import shops
from lodestone.town.commerce.market import Market, Order, Sale
from lodestone.town.commerce.shops import Basket, Wares
from lodestone.town.commerce.wares import DELIVERY
from lodestone.town.payloads import Json, whereabouts
from lodestone.town.people.rhythm import STEPS
from lodestone.town.study.diary import Looks
from lodestone.town.truth import Truth

LEAVES: Final = 0.08
"""Chance that somebody who has ordered does not pay."""
LEAVES_IN_A_RUSH: Final = 0.25
_ARRIVES: Final = 28
"""Who has a room for a night comes at two in the afternoon."""


@dataclass(frozen=True, slots=True)
class Card:
    """The place on a page that an order came from."""

    receipt_id: str
    slot: int
    step: int
    """In which step the page was shown, counted from the first day on."""
    visited: bool
    """The way to the shop was told already."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Somebody wants what they look at."""

    person: int
    post: int
    card: Card
    looks: Looks
    """Where the look stands in the day's diary, and in which row; it learns of the order once that is paid."""
    row: int


class TradeClient:
    """What trade is asked of the engine, and how it is counted."""

    def __init__(self, client: Client, market: Market) -> None:
        self._client = client
        self.market = market
        self.bought: list[tuple[int, int]] = []
        """Person and maker of orders that were paid since somebody last looked."""

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask; an honest buyer's every refusal is a `ConflictError`."""
        return await self._client.ask(method, path, body)

    async def tried(self, what: str, path: str, body: Any = None) -> Any | None:
        """Ask for a move; None where it was refused, which is counted under what was tried."""
        try:
            return await self.ask("POST", path, body)
        except ConflictError as error:
            self.market.count(f"{what}_refused_{error.code}")
            return None


class Buying:
    """Takes orders in a town's name.

    Args:
        till: Asks the engine.
        streams: The town's chance.
        wares: What shops sell.
    """

    def __init__(self, till: TradeClient, streams: Streams, wares: Wares) -> None:
        self._till = till
        self._streams = streams
        self._wares = wares

    async def order(
        self,
        truth: Truth,
        person: int,
        post: int,
        now: Instant,
        card: Card | None = None,
        sale: Sale | None = None,
    ) -> tuple[Order, Json] | None:
        """Order; return it with the engine's answer, None where it was refused.

        Args:
            truth: The town.
            person: Who buys.
            post: The product's post.
            now: The engine's present.
            card: Where it was seen, if on a page.
            sale: The flash sale it is of.
        """
        market = self._till.market
        number, market.orders = market.orders, market.orders + 1
        given = self._wares.of(truth, post)
        if sale is None:
            taken = shops.basket(self._streams.of("basket", number), given, now)
        else:
            taken = Basket(({"variant_id": "v0", "quantity": 1},), given.ways[0], sale.micros, -1)
        body = self._body(truth, person, post, taken)
        if card is not None:
            body |= {"receipt_id": card.receipt_id, "slot": card.slot}
        if sale is not None:
            body["sale_id"] = sale.id
        what = "order" if sale is None else "sale"
        answer = await self._till.tried(what, "/v1/orders", body)
        if answer is None:
            return None
        market.count(f"{what}_{answer['state']}")
        order = Order(
            number=number,
            id=answer["id"],
            person=person,
            maker=int(truth.posts.maker[post]),
            post=post,
            way=taken.way,
            micros=taken.micros,
            days=taken.days,
        )
        if card is not None:
            order.served, order.visited = card.step, card.visited
        return order, answer

    def _body(self, truth: Truth, person: int, post: int, taken: Basket) -> Json:
        body: Json = {
            "buyer": f"p{person}",
            "fulfilment": taken.way,
            "total": shops.money(taken.micros),
            "lines": [{"product_id": f"i{post}", **line} for line in taken.lines],
            "position": whereabouts(truth.people, person),
        }
        if taken.way == DELIVERY:
            body["address"] = shops.address(self._streams, truth, person)
        return body

    async def settle(
        self, truth: Truth, order: Order, step: int, *, leaves: float = LEAVES
    ) -> bool:
        """Pay a reserved order, give it up, or let it lapse; return whether it was paid.

        Args:
            truth: The town.
            order: As it was taken.
            step: The present one, counted from the first day on.
            leaves: Chance that it is not.
        """
        market = self._till.market
        chance = self._streams.of("fate", order.number)
        fate = shops.fate(chance, truth.makers, order.maker, leaves=leaves)
        if not fate.pays:
            if fate.gives_up:
                await self._till.ask("POST", f"/v1/orders/{order.id}/cancel")
            market.count("given_up" if fate.gives_up else "lapsed")
            return False
        body = {
            "amount": shops.money(order.micros),
            "method": "manual",
            "reference": f"till {order.number}",
        }
        for _ in range(2 if fate.twice else 1):
            if await self._till.tried("pay", f"/v1/orders/{order.id}/pay", body) is None:
                return False
        market.count("paid")
        self._till.bought.append((order.person, order.maker))
        market.count("paid_micros", order.micros)
        market.sold[order.post] = step
        self._plan(order, fate, step)
        return True

    def _plan(self, order: Order, fate: shops.Fate, step: int) -> None:
        """Set when the buyer comes for it, or cancels, if they do."""
        if order.days >= 0 and not fate.cancels:
            due = (step // STEPS + order.days) * STEPS + _ARRIVES
        else:
            due = shops.served_from(step + fate.wait)
        if not fate.cancels and not fate.comes:
            self._till.market.count("forgotten")
            return
        order.act, order.due = "cancel" if fate.cancels else "have", due
        self._till.market.open.append(order)
