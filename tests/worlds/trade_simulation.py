"""A market day over an unreliable world: buyers and desk ask at once, twice, out of turn, and the store breaks in mid-write.

One seed gives one run. After every burst what is stored must add up by itself: the audit finds no difference, and every
stock item's available, held and sold come to what is offered. Whatever was answered once is answered the same again.
"""

import asyncio
import random
from types import SimpleNamespace

import msgspec

from broken_writes import breaking
from lodestone.base.clock import ManualClock
from lodestone.base.errors import ConflictError, LodestoneError
from lodestone.base.wire import Money, Position
from lodestone.commerce.order import LineIn, OrderIn, PayIn, RedeemIn, RefundIn, ReverseIn
from lodestone.commerce.payment import PaymentResult
from lodestone.commerce.product import ProductIn, SaleIn, SharedStockIn, Variant, VoucherRule
from lodestone.commerce.shop import ReviewIn, ShopIn
from lodestone.people import PersonIn
from lodestone.services.audit.commerce import ALL_CHECKS
from lodestone.services.audit.ledger import audit
from lodestone.services.commerce.context import Idempotency
from lodestone.services.commerce.payments import Payments
from lodestone.services.commerce.transitions import cancel, fulfil
from lodestone.services.community.orders_only import OrdersOnlyCommunity
from lodestone.services.support.idempotency import digest_of
from lodestone.stores.external.payment_providers import (
    MANUAL,
    TRIAL,
    Behaviour,
    ManualProvider,
    PaymentState,
    TrialProvider,
)
from lodestone.stores.records.types import Answer
from records_world import NOW, THEN
from tests.worlds.trade_world import refunding
from trade_amounts import told_amounts_moved

TOWN = Position(26.38, 108.08)
BUYERS = [f"p{n}" for n in range(6)]
MOVES = {"fulfil": fulfil, "cancel": cancel}


def cny(micros):
    return Money(micros, "CNY")


def open_market(records, community, *, hold_share=0.5):
    records.put_people(community, [(name, PersonIn()) for name in [*BUYERS, "mei", "li"]], now=NOW)
    shop = ShopIn(owner_id="mei", name="Mei", position=TOWN, hold_share=hold_share)
    records.put_shop(community, "s", shop, now=NOW)
    records.review_shop(community, "s", ReviewIn(decision="approved"), now=NOW)
    records.put_staff(community, "s", "li", "clerk")
    records.put_shared_stock(community, "duck", SharedStockIn(shop_id="s", stock=9))
    products = {
        "soup": (("pickup",), [Variant(id="v", price=cny(17_000_003), stock=20)]),
        "duck": (("pickup", "redeem"), [Variant(id=one, price=cny(81), stock_item="duck") for one in "vw"]),
        "meal": (("redeem",), [Variant(id="v", price=cny(99_999_999), stock=30)]),
        "taste": (("redeem", "pickup"), [Variant(id="v", price=cny(0), stock=30), Variant(id="w", price=cny(7), stock=30)]),
    }  # fmt: skip
    for name, (ways, variants) in products.items():
        given = ProductIn(
            shop_id="s", name=name, variants=tuple(variants), fulfilment=ways,
            voucher=VoucherRule(count=3, valid_days=2), commission_share=0.0731,
        )  # fmt: skip
        records.put_product(community, name, given, currency="CNY", now=NOW)
    sale = SaleIn(
        product_id="soup", variant_id="v", opens_at=THEN, closes_at=THEN.replace(year=2030),
        stock=12, limit_per_person=4, price=cny(5_000_001), reserve_seconds=600,
    )  # fmt: skip
    records.put_sale(community, "flash", sale, currency="CNY", now=NOW)


class Market:
    """One run."""

    def __init__(self, records, community, seed):
        self.records, self.community = records, community
        self.chance = random.Random(seed)
        self.clock = ManualClock(NOW)
        self.trial = TrialProvider()
        providers = {MANUAL: ManualProvider(), TRIAL: self.trial}
        self.desk = OrdersOnlyCommunity(
            records, records.community(community), self.clock, providers
        )
        self.payments = Payments(self.desk.trade)
        self.orders, self.redeemed, self.asked = [], [], []
        self.answers, self.crashes, self.drawn, self.tried = {}, 0, 0, []

    # What may be asked: each a name and a call that always asks the same

    def draw(self):
        kinds = (
            ["order"] * 9
            + ["pay"] * 5
            + ["fulfil", "cancel"]
            + ["refund"] * 2
            + ["redeem"] * 4
            + ["reverse"]
        )
        kind = self.chance.choice([*kinds, *["redeem"] * 7, *["reverse"] * 3])
        self.drawn += 1
        return getattr(self, f"draw_{kind}")(f"{kind}-{self.drawn}")

    def draw_order(self, name):
        name = "order-" + name.split("-")[1]
        flash = self.chance.random() < 0.4
        product = "soup" if flash else self.chance.choice(["soup", "duck", "duck", "meal", "taste"])
        two = product in ("duck", "taste") and self.chance.random() < 0.5
        variants = ["v", "w"] if two else ["v"]
        lines = tuple(
            LineIn(product_id=product, variant_id=one, quantity=self.chance.choice([1, 1, 2, 5]))
            for one in variants
        )
        given = OrderIn(
            buyer=self.chance.choice(BUYERS), lines=lines, position=TOWN,
            sale_id="flash" if flash else None,
        )  # fmt: skip
        once = Idempotency(name.encode().ljust(32), digest_of(msgspec.json.encode(given)))
        return name, lambda: self.desk.trade.order(given, once)

    def known(self):
        return self.chance.choice(self.orders[-12:])

    def move(self, name, order, act):
        once = Idempotency(name.encode().ljust(32), digest_of(b""))
        return name, lambda: self.desk.trade.move(order, act, once)

    def draw_pay(self, name):
        if not self.orders:
            return self.draw_order(name)
        name = "pay-" + name.split("-")[1]
        fresh = [one for one in self.orders if one not in self.tried] or self.orders
        order, total = one = self.chance.choice(fresh[-4:])
        wrong = self.chance.random() < 0.1
        self.tried += [] if wrong else [one]
        given = PayIn(amount=cny(total + wrong))
        if self.chance.random() < 0.5:
            # Its answers follow what the provider says meanwhile, so they are not held to the first.
            given = PayIn(amount=cny(total + wrong), method=TRIAL, request_id=name)
            return "charge-" + name, lambda: self.payments.pay(order, given, None)
        once = Idempotency(name.encode().ljust(32), digest_of(b""))
        return name, lambda: self.payments.pay(order, given, once)

    def draw_fulfil(self, name):
        if not self.tried:
            return self.draw_pay(name)
        return self.move(name, self.chance.choice(self.tried[-5:])[0], fulfil)

    def draw_cancel(self, name):
        return self.move(name, self.known()[0], cancel) if self.orders else self.draw_order(name)

    def draw_refund(self, name):
        if not self.orders:
            return self.draw_order(name)
        order, total = self.chance.choice((self.tried or self.orders)[-8:])
        amount = cny(self.chance.randrange(1, total + 2)) if self.chance.random() < 0.5 else None
        units = (
            self.chance.randrange(1, 4) if amount is None and self.chance.random() < 0.7 else None
        )
        return self.move(
            name, order, refunding(RefundIn(request_id=name, amount=amount, units=units))
        )

    def draw_redeem(self, name):
        name = "redeem-" + name.split("-")[1]
        held = self.records.vouchers(self.community, limit=4)
        if not held:
            return self.draw_pay(name)
        view = self.chance.choice(held)
        given = RedeemIn(
            code=view.code, request_id=name, shop_id="s",
            staff_id=self.chance.choice(["li", "li", "li", "mei", "p0"]), count=self.chance.choice([1, 1, 2, 3]),
        )  # fmt: skip
        once = Idempotency(name.encode().ljust(32), digest_of(b""))
        return name, lambda: self.desk.trade.redeem(given, once)

    def draw_reverse(self, name):
        if not self.redeemed:
            return self.draw_redeem(name)
        given = ReverseIn(
            request_id=name, redeemed=self.chance.choice(self.redeemed), shop_id="s", staff_id="li"
        )
        once = Idempotency(name.encode().ljust(32), digest_of(b""))
        return name, lambda: self.desk.trade.reverse(given, once)

    # What the provider does

    async def provider_works(self):
        """Let it behave as it likes, tell what it has to tell, late and twice, and be asked for what is owed."""
        self.trial.usual = self.chance.choice(list(Behaviour))
        words = list(self.trial.callbacks)
        self.chance.shuffle(words)
        for word in words:
            told = PaymentResult(state="declined")
            if word.state is PaymentState.DONE:
                told = PaymentResult(state="paid", paid_micros=word.amount)
            await quietly(self.payments.result(word.id, told))
        if self.chance.random() < 0.5:
            await quietly(self.payments.send(self.chance.choice([TRIAL, TRIAL, MANUAL])))

    # The day

    async def burst(self):
        """Ask several things at once, some of them for the second time, in any order."""
        fresh = [self.draw() for _ in range(self.chance.randrange(1, 7))]
        self.asked.extend(fresh)
        again = self.chance.sample(self.asked, min(len(self.asked), 3))
        both = [*fresh, *again]
        self.chance.shuffle(both)
        broken = self.chance.random() < 0.25
        with breaking(self.chance.randrange(1, 25) if broken else None) as crashed:
            told = await asyncio.gather(*(call() for _, call in both), return_exceptions=True)
        self.crashes += crashed()
        for (name, _), one in zip(both, told, strict=True):
            self.heard(name, one, crashed=crashed())

    def heard(self, name, told, *, crashed):
        """Hold an answer against the first one; a crash leaves none."""
        if isinstance(told, LodestoneError) and told.code in ("trade_failed", "internal"):
            assert crashed
            return
        if isinstance(told, Exception):
            assert isinstance(told, LodestoneError), told
            answer = encode(told)
        elif isinstance(told, Answer):
            answer = (told.status, told.body)
        else:
            answer = (told.status, msgspec.json.encode(told.told))
        if name.startswith("charge"):
            return
        if isinstance(told, LodestoneError) and name not in self.answers:
            # A refusal is not kept: time or a later write may cure it.
            return
        first = self.answers.setdefault(name, answer)
        assert answer == first, name
        if name.startswith("order") and answer[0] in (201, 202) and first is answer:
            made = msgspec.json.decode(answer[1])
            self.orders.append((made["id"], made["total"]["micros"]))
        if name.startswith("redeem") and answer[0] == 200 and first is answer:
            self.redeemed.append(name)

    async def run(self, steps):
        for _ in range(steps):
            await self.burst()
            await self.provider_works()
            if self.chance.random() < 0.3:
                self.clock.advance(seconds=self.chance.choice([1, 1, 10, 60, 400, 4_000, 90_000]))
                await self.desk.trade.tick()
            self.check()
        self.clock.advance(seconds=8 * 86_400)
        await self.desk.trade.tick()
        self.check()

    def check(self):
        told = audit(
            SimpleNamespace(store=self.records, community=self.community), self.records, ALL_CHECKS
        )
        assert told.differences == []
        told_amounts_moved(self.records, self.community)
        with self.records.whole_snapshot(self.community) as snapshot:
            for key, stock in snapshot.commerce().stock.items():
                assert min(stock.available, stock.held, stock.sold) >= 0, key


async def quietly(asked):
    """Ask, and let the book refuse what it cannot follow."""
    try:
        await asked
    except ConflictError as error:
        if error.code not in ("payment_refused", "payment_ended"):
            raise


def encode(error):
    """Write a refusal down as the door would: what matters is that it comes again the same."""
    return 409, error.code.encode()


def simulate(records, community, seed, *, steps=25):
    """Run one day; return the market."""
    open_market(records, community)
    market = Market(records, community, seed)
    loop = asyncio.new_event_loop()
    # A broken store ends its writer; whoever asked has been told.
    loop.set_exception_handler(lambda *_: None)
    try:
        loop.run_until_complete(market.run(steps))
    finally:
        loop.close()
    return market
