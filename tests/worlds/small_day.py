"""One of everything that trade can do, in order, with a break at any of its writes."""

import asyncio
from contextlib import suppress

import msgspec

from broken_writes import CrashError, breaking
from lodestone.base.errors import InternalError, UnavailableError
from lodestone.commerce.order import LineIn, OrderIn, PayIn, RedeemIn, RefundIn, ReverseIn
from lodestone.commerce.payment import PaymentResult
from lodestone.services.commerce.context import Idempotency
from lodestone.services.commerce.transitions import cancel, fulfil
from lodestone.services.support.idempotency import digest_of
from lodestone.stores.commerce.types import PaymentFilter
from lodestone.stores.external.payment_providers import (
    MANUAL,
    TRIAL,
    Behaviour,
)
from lodestone.stores.records.types import Answer
from tests.worlds.trade_world import refunding
from trade_simulation import TOWN, Market, cny, open_market


class SmallDay(Market):
    """One of everything, in order; what breaks is asked again under the same name until it is answered."""

    def __init__(self, records, community):
        super().__init__(records, community, 0)
        self.made = {}

    async def step(self, name, ask):
        """Ask, again after a break, and return the answer."""
        once = Idempotency(name.encode().ljust(32), digest_of(name.encode()))
        for _ in range(2):
            try:
                return answered(await ask(once))
            except (InternalError, UnavailableError) as error:
                if error.code not in ("internal", "trade_failed"):
                    raise
        raise AssertionError(f"{name} broke twice")

    async def order(self, name, product, buyer, **more):
        line = LineIn(product_id=product, variant_id="v", quantity=2)
        given = OrderIn(buyer=buyer, lines=(line,), position=TOWN, **more)
        told = await self.step(name, lambda once: self.desk.trade.order(given, once))
        self.made[name] = told["id"]
        return told

    async def pay(self, name, told, method):
        amount = cny(told["total"]["micros"])
        given = PayIn(amount=amount, method=method, request_id=f"pay {name}")
        return await self.step(
            f"pay {name}", lambda once: self.payments.pay(told["id"], given, once)
        )

    async def act(self, what, told, act):
        move = self.desk.trade.move
        return await self.step(what, lambda once: move(told["id"], act, once))

    async def day(self):
        soup = await self.order("soup", "soup", "p0")
        meal = await self.order("meal", "meal", "p1")
        gone = await self.order("gone", "soup", "p2", sale_id="flash")
        late = await self.order("late", "duck", "p3")
        await self.pay("soup", soup, TRIAL)
        await self.pay("meal", meal, TRIAL)
        await self.pay("gone", gone, MANUAL)
        self.trial.usual = Behaviour.LATE
        await self.pay("late", late, TRIAL)
        self.trial.usual = Behaviour.DONE
        await self.act("hand over", soup, fulfil)
        await self.act("give up", gone, cancel)
        (voucher,) = self.records.vouchers(self.community, limit=2)
        for name in ("r1", "r2"):
            given = RedeemIn(code=voucher.code, request_id=name, shop_id="s", staff_id="li")
            await self.step(name, lambda once, given=given: self.desk.trade.redeem(given, once))
        back = ReverseIn(request_id="b", redeemed="r2", shop_id="s", staff_id="li")
        await self.step("b", lambda once: self.desk.trade.reverse(back, once))
        part = RefundIn(request_id="f1", amount=cny(7_000_001))
        await self.act("part", soup, refunding(part))
        await self.act("units", meal, refunding(RefundIn(request_id="f2", units=2)))
        for word in list(self.trial.callbacks):
            await self.twice(lambda word=word: self.payments.result(word.id, PAID))
        await self.twice(lambda: self.payments.send(TRIAL))
        self.clock.advance(seconds=8 * 86_400)
        await self.twice(self.desk.trade.tick)
        await self.twice(lambda: self.payments.send(TRIAL))

    async def twice(self, ask):
        """Ask, again after a break; what is asked without a name does no harm when it is asked again."""
        with suppress(CrashError, InternalError, UnavailableError):
            await ask()
        await ask()

    def standing(self):
        """Return all that the day came to, whatever the way there."""
        records, community = self.records, self.community
        orders = [
            (view.order.state.name, view.order.refunded, [one.move.name for one in view.events])
            for view in records.orders(community, limit=9)
        ]
        payments = [
            (one.kind.name, one.state.name, one.amount, one.moved)
            for one in records.payments(community, PaymentFilter(), limit=99)
        ]
        accounts = sorted(
            (one.kind, one.party, one.balance, one.credits_pending)
            for one in records.accounts(community)
        )
        with records.whole_snapshot(community) as snapshot:
            books = snapshot.commerce()
            count = sum(1 for _ in snapshot.transfers())
        told = [change.row for change in records.pending_changes(community, deeds_only=True)]
        deeds = sorted((one.kind.name, one.item, one.share, one.whole) for one in told)
        return orders, payments, accounts, sorted(books.stock.items()), count, deeds


PAID = PaymentResult(state="paid")


def answered(told):
    """Read an answer, the first or one that is given again."""
    body = told.body if isinstance(told, Answer) else msgspec.json.encode(told.told)
    assert told.status < 300, body
    return msgspec.json.decode(body)


def small_day(records, community, at):
    """Live the small day with a break at its n-th write; return it and whether it broke."""
    open_market(records, community)
    day = SmallDay(records, community)
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda *_: None)
    try:
        with breaking(at) as broke:
            loop.run_until_complete(day.day())
    finally:
        loop.close()
    day.check()
    return day, broke()
