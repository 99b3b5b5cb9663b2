"""What becomes of what was paid: people come and redeem, fetch or receive it, cancel, or want their money back."""

from lodestone.base.chance import Streams
from lodestone.town.commerce import shops
from lodestone.town.commerce.buying import TradeClient
from lodestone.town.commerce.market import Order
from lodestone.town.commerce.shops import Fate, Wares
from lodestone.town.commerce.wares import PICKUP, REDEEM, TENTH
from lodestone.town.payloads import Json
from lodestone.town.people.rhythm import STEPS
from lodestone.town.truth import Truth


class Aftermath:
    """Does in each step what is due of the orders that were paid.

    Args:
        till: Asks the engine.
        streams: The town's chance.
        wares: What shops sell.
    """

    def __init__(self, till: TradeClient, streams: Streams, wares: Wares) -> None:
        self._till = till
        self._streams = streams
        self._wares = wares
        self._market = till.market

    def due(self, step: int) -> bool:
        """Say whether anything is."""
        return any(order.due <= step for order in self._market.open)

    async def run(self, truth: Truth, step: int, elsewhere: set[int]) -> None:
        """Do what is due.

        Args:
            truth: The town; ties remember who bought where.
            step: The present one, counted from the first day on.
            elsewhere: Who is somewhere else in this step; whoever comes to a shop joins them.
        """
        due = sorted(
            (order for order in self._market.open if order.due <= step),
            key=lambda order: (order.due, order.number),
        )
        for order in due:
            if order.act == "have" and order.way == REDEEM and order.person in elsewhere:
                order.due = step + 1  # nobody is at a shop and at home within one step
                continue
            chance = self._streams.of("fate", order.number)
            fate = shops.fate(chance, truth.makers, order.maker, leaves=0.0)
            if order.act == "cancel":
                await self._cancel(order)
            elif order.act == "back":
                await self._give_back(order, fate)
            elif order.way == REDEEM:
                elsewhere.add(order.person)
                await self._redeem(truth, order, fate, step)
            else:
                await self._hand_over(truth, order, fate, step)
        self._market.open = [order for order in self._market.open if order.act]

    async def _cancel(self, order: Order) -> None:
        order.act = ""
        if await self._till.tried("cancel", f"/v1/orders/{order.id}/cancel") is not None:
            self._market.count("cancelled")

    async def _hand_over(self, truth: Truth, order: Order, fate: Fate, step: int) -> None:
        order.act = ""
        path = f"/v1/orders/{order.id}/fulfil"
        for _ in range(2 if fate.twice else 1):
            if await self._till.tried("fulfil", path) is None:
                return
        self._market.count("fulfilled")
        self._has(truth, order)
        if order.way == PICKUP:
            self._credit(order, step)
        if fate.back:
            order.act, order.due = "back", shops.served_from(step + fate.wait)

    async def _give_back(self, order: Order, fate: Fate) -> None:
        order.act = ""
        body: Json = {"request_id": f"back {order.number}", "reason": "not as it was shown"}
        if fate.back < 1:
            body["amount"] = shops.money(TENTH * max(1, round(fate.back * order.micros / TENTH)))
        await self._refunded(order, body, twice=fate.twice)

    async def _refunded(self, order: Order, body: Json, *, twice: bool) -> None:
        path = f"/v1/orders/{order.id}/refund"
        told = None
        for _ in range(2 if twice else 1):
            told = await self._till.tried("refund", path, body)
            if told is None:
                return
        assert told is not None
        self._market.count("refunded" if told["state"] == "refunded" else "refunded_in_part")
        self._market.count("refunded_micros", told["refunded"]["micros"])

    async def _redeem(self, truth: Truth, order: Order, fate: Fate, step: int) -> None:
        """Let the buyer show their codes; what is good for several times is redeemed one at a time."""
        order.act = ""
        path = f"/v1/vouchers?buyer=p{order.person}&order_id={order.id}"
        held = sorted((await self._till.ask("GET", path))["data"], key=lambda one: str(one["id"]))
        first, left, done = not order.had, 0, []
        for voucher in (one for one in held if one["state"] == "open"):
            name = f"{order.number} {voucher['id']} {voucher['used']}"
            told = await self._shown(truth, order, fate, voucher, name)
            if told is None:
                return
            left += told["left"]
            done.append(name)
        if not done:
            return
        self._market.count("redeemed", int(first))
        if first:
            self._has(truth, order)
            self._credit(order, step)
        if first and fate.back:
            await self._sorry(truth, order, fate, done)
        elif left:
            order.act, order.due = "have", shops.served_from(step + STEPS + fate.wait % STEPS)

    async def _shown(
        self, truth: Truth, order: Order, fate: Fate, voucher: Json, name: str
    ) -> Json | None:
        """Redeem at the desk; return the voucher as it is then, None where it was refused."""
        ware = self._wares.of(truth, order.post)
        count = 1 if ware.times > 1 else voucher["left"]
        desk = self._desk(truth, order)
        look = {"code": voucher["code"], **desk}
        if await self._till.tried("prepare", "/v1/vouchers/prepare", look) is None:
            return None
        names = [f"{name} slip", name] if fate.slips and not order.had else [name]
        told = None
        for one in names:
            body = {**look, "request_id": one, "count": count}
            told = await self._redeemed(body, twice=fate.twice)
            if told is None:
                return None
            if one != name:
                await self._reverse(desk, one)
        order.had += count
        self._market.count("times_redeemed", count)
        return told

    async def _redeemed(self, body: Json, *, twice: bool) -> Json | None:
        path = "/v1/vouchers/redeem"
        told = await self._till.tried("redeem", path, body)
        if told is None:
            return None
        if twice:
            again = await self._till.tried("redeem", path, body)
            self._market.count("redeemed_again" if again == told else "redeemed_otherwise")
        voucher: Json = told["voucher"]
        return voucher

    async def _reverse(self, desk: Json, name: str) -> None:
        body = {**desk, "request_id": f"{name} back", "redeemed": name}
        if await self._till.tried("reverse", "/v1/vouchers/reverse", body) is not None:
            self._market.count("reversed")

    async def _sorry(self, truth: Truth, order: Order, fate: Fate, done: list[str]) -> None:
        """Take back what was redeemed of bad goods, and the money with it: a voucher is refunded by what is unused."""
        for name in done:
            await self._reverse(self._desk(truth, order), name)
        body = {"request_id": f"back {order.number}", "reason": "not as it was shown"}
        await self._refunded(order, body, twice=fate.twice)

    def _desk(self, truth: Truth, order: Order) -> Json:
        """Say who serves: of every three the clerk serves one, the owner two."""
        stall = self._market.stalls[order.maker]
        owner = int(truth.makers.person[order.maker])
        staff = stall.clerk if order.number % 3 == 0 else owner
        return {"shop_id": shops.shop_id(order.maker), "staff_id": f"p{staff}"}

    def _has(self, truth: Truth, order: Order) -> None:
        """Let the buyer remember the shop: only who has had its goods knows whether to come back."""
        truth.ties.bought[order.person, order.maker] += 1

    def _credit(self, order: Order, step: int) -> None:
        """Count what the engine credits to a card of the last day: that it brought somebody to the shop."""
        if order.served >= 0 and step - order.served < STEPS and not order.visited:
            self._market.count("visits_credited")
