"""Payments of orders through a provider that fails in every way it can: the book says what truly moved."""

import asyncio
from types import SimpleNamespace

import msgspec
import pytest

from lodestone.base.clock import ManualClock
from lodestone.base.errors import ConflictError, InvalidError
from lodestone.commerce.order import LineIn, OrderIn, PayIn, RefundIn
from lodestone.commerce.payment import PaymentKind, PaymentResult, PaymentStand
from lodestone.ledger.chart import AccountKind
from lodestone.services.audit.commerce import ALL_CHECKS
from lodestone.services.audit.ledger import audit
from lodestone.services.commerce.context import Idempotency
from lodestone.services.commerce.payments import Payments
from lodestone.services.commerce.transitions import cancel, fulfil
from lodestone.services.community.orders_only import OrdersOnlyCommunity
from lodestone.services.support.idempotency import digest_of
from lodestone.services.support.ids import PAYMENT, made_id
from lodestone.stores.commerce.types import PaymentFilter
from lodestone.stores.external.payment_providers import (
    MANUAL,
    TRIAL,
    Behaviour,
    ManualProvider,
    TrialProvider,
)
from records_world import NOW
from tests.worlds.trade_world import refunding
from trade_simulation import TOWN, cny, open_market, quietly

SOUP = 17_000_003


class Till:
    """A desk whose provider does as it is told."""

    def __init__(self, records, how=Behaviour.DONE):
        open_market(records, "town", hold_share=1.0)
        self.records, self.clock = records, ManualClock(NOW)
        self.trial = TrialProvider(usual=how)
        providers = {MANUAL: ManualProvider(), TRIAL: self.trial}
        self.desk = OrdersOnlyCommunity(records, records.community("town"), self.clock, providers)
        self.trade = self.desk.trade
        self.payments = Payments(self.trade)

    async def order(self, product="soup", fulfilment=None):
        line = LineIn(product_id=product, variant_id="v")
        given = OrderIn(buyer="p0", lines=(line,), position=TOWN, fulfilment=fulfilment)
        return (await self.trade.order(given, None)).told

    async def pay(self, made, method=TRIAL, request=None, **more):
        given = PayIn(amount=made.total, method=method, request_id=request, **more)
        reply = await self.payments.pay(made.id, given, None)
        return reply.status, reply.told.state

    async def answer(self, made):
        """Pay, and return the status or the code that came of it."""
        try:
            return (await self.pay(made))[0]
        except ConflictError as error:
            return error.code

    async def move(self, made, act):
        return (await self.trade.move(made.id, act, None)).told

    async def refund(self, made, request="r", **more):
        return await self.move(made, refunding(RefundIn(request_id=request, **more)))

    async def callbacks(self):
        """Hear what the provider says by itself, every word twice."""
        for word in list(self.trial.callbacks) * 2:
            await quietly(self.payments.result(word.id, result_of(word)))

    def state(self, made):
        return self.records.order("town", int(made.id[4:16], 16)).order.state.name.lower()

    def told(self, kind=None):
        found = self.records.payments("town", PaymentFilter(kind=kind), limit=100)
        return [(one.kind.name, one.state.name, one.amount, one.moved) for one in found]

    def balance(self, kind, party=f"provider:{TRIAL}"):
        accounts = self.records.accounts("town", party=party, kind=int(kind))
        return sum(one.balance for one in accounts)

    def proved(self):
        money = SimpleNamespace(store=self.records, community="town")
        assert audit(money, self.records, ALL_CHECKS).differences == []


def result_of(word):
    if word.state.value == "declined":
        return PaymentResult(state="declined")
    return PaymentResult(state="paid", paid_micros=word.amount, reference=word.reference)


CHARGED = {
    # behaviour: (two answers, the order after callbacks and looking up, the charge, what went back)
    Behaviour.DONE: ([200, 200], "paid", "PAID", 0),
    Behaviour.DOUBLE: ([200, 200], "paid", "PAID", 0),
    Behaviour.DECLINED: (["payment_declined"] * 2, "reserved", "DECLINED", 0),
    Behaviour.LOST: ([202, "payment_declined"], "reserved", "DECLINED", 0),
    Behaviour.UNHEARD: ([202, 200], "paid", "PAID", 0),
    Behaviour.LATE: ([202, 202], "paid", "PAID", 0),
    Behaviour.SHORT: (["payment_returned"] * 2, "reserved", "RETURNED", 15_300_003),
    Behaviour.OVER: (["payment_returned"] * 2, "reserved", "RETURNED", 18_700_003),
    Behaviour.REVIVED: (["payment_declined"] * 2, "paid", "PAID", 0),
}


@pytest.mark.parametrize("how", list(Behaviour))
def test_whatever_a_provider_does_with_a_charge_an_order_is_paid_once_or_not_at_all(records, how):
    till = Till(records, how)
    answers, state, charge, owed = CHARGED[how]

    async def scenario():
        made = await till.order()
        first = [await till.answer(made), await till.answer(made)]
        await till.callbacks()
        till.trial.usual = Behaviour.DONE
        await till.payments.send(TRIAL)
        assert first == answers
        assert till.state(made) == state

    asyncio.run(scenario())

    assert [one[:2] for one in till.told(PaymentKind.CHARGE)] == [("CHARGE", charge)]
    refunds = [one[2] for one in till.told(PaymentKind.REFUND)]
    assert refunds == ([owed] if owed else [])
    till.proved()
    assert till.balance(AccountKind.REFUNDS) == 0
    assert till.balance(AccountKind.HELD_PAYMENTS, "shop:s") == 0


def test_a_charge_that_is_declined_is_tried_again_under_another_name(records):
    till = Till(records, Behaviour.DECLINED)

    async def scenario():
        made = await till.order()
        for request in (None, None, "again"):
            with pytest.raises(ConflictError, match="new request_id"):
                await till.pay(made, request=request)
        till.trial.usual = Behaviour.DONE
        assert await till.pay(made, request="third") == (200, "paid")

    asyncio.run(scenario())

    assert [one[1] for one in till.told()] == ["DECLINED", "DECLINED", "PAID"]
    till.proved()


def test_nothing_else_is_paid_while_nobody_knows_what_became_of_a_charge(records):
    till = Till(records, Behaviour.LATE)

    async def scenario():
        made = await till.order()
        assert await till.pay(made, request="one") == (202, "reserved")
        for method, request in ((TRIAL, "two"), (MANUAL, None)):
            with pytest.raises(ConflictError) as refused:
                await till.pay(made, method, request)
            assert refused.value.code == "payment_pending"
        other = PayIn(amount=made.total, method=MANUAL, request_id="one")
        with pytest.raises(ConflictError) as refused:
            await till.payments.pay(made.id, other, None)
        assert refused.value.code == "request_reused"
        assert await till.pay(made, request="one") == (202, "reserved")
        await till.callbacks()
        assert await till.pay(made, request="one") == (200, "paid")

    asyncio.run(scenario())

    assert len(till.told()) == 1
    assert len(till.trial.moved) == 1
    till.proved()


@pytest.mark.parametrize("how", ["expired", "cancelled"])
def test_money_that_comes_when_its_order_is_over_is_owed_back_and_paid_back(records, how):
    till = Till(records, Behaviour.LATE)

    async def scenario():
        made = await till.order()
        assert (await till.pay(made))[0] == 202
        if how == "expired":
            till.clock.advance(seconds=900)
            await till.trade.tick()
        else:
            await till.move(made, cancel)
        till.trial.usual = Behaviour.DONE
        await till.callbacks()
        assert till.state(made) == how
        with pytest.raises(ConflictError) as refused:
            await till.pay(made)
        assert refused.value.code == "payment_returned"
        assert till.balance(AccountKind.REFUNDS) == SOUP
        till.proved()
        await till.payments.send(TRIAL)

    asyncio.run(scenario())

    assert till.told() == [("CHARGE", "RETURNED", SOUP, SOUP), ("REFUND", "PAID", SOUP, SOUP)]
    assert till.balance(AccountKind.REFUNDS) == till.balance(AccountKind.PROVIDER_CLEARING) == 0
    till.proved()


BACK = {
    # behaviour: (refunds by state after everything was heard, still owed, adjustment)
    Behaviour.DONE: (["PAID"], 0, 0),
    Behaviour.DOUBLE: (["PAID"], 0, 0),
    Behaviour.DECLINED: (["DECLINED"], 5_000, 0),
    Behaviour.LOST: (["DECLINED"], 5_000, 0),
    Behaviour.UNHEARD: (["PAID"], 0, 0),
    Behaviour.LATE: (["PAID"], 0, 0),
    Behaviour.SHORT: (["PAID", "PAID"], 0, 0),
    Behaviour.OVER: (["PAID"], 0, -500),
    Behaviour.REVIVED: (["PAID"], 0, 0),
}


@pytest.mark.parametrize("kind", [PaymentKind.REFUND, PaymentKind.RELEASE])
@pytest.mark.parametrize("how", list(Behaviour))
def test_whatever_a_provider_does_with_money_that_goes_back_what_is_owed_is_what_was_not_paid(
    records, kind, how
):
    till = Till(records)

    async def scenario():
        # Another order, handed over, so that the provider holds more than goes back.
        sold, kept = await till.order(), await till.order()
        for made in (sold, kept):
            await till.pay(made)
        for made in (sold, kept) if kind is PaymentKind.REFUND else (sold,):
            await till.move(made, fulfil)
        await till.refund(kept, amount=cny(5_000))
        till.trial.usual = how
        await till.payments.send(TRIAL)
        till.trial.usual = Behaviour.DONE
        for _ in range(2):
            await till.payments.send(TRIAL)
            await till.callbacks()

    asyncio.run(scenario())

    states, owed, adjustment = BACK[how]
    assert [one[1] for one in till.told(kind)] == states
    if kind is PaymentKind.REFUND:
        assert till.balance(AccountKind.REFUNDS) == owed
    assert till.balance(AccountKind.ADJUSTMENT, "platform") == adjustment
    till.proved()


def test_whatever_goes_back_to_a_buyer_is_asked_of_the_provider_that_took_it(records):
    till = Till(records)

    async def scenario():
        cancelled, lapsed, vouchers = [
            await till.order(), await till.order(), await till.order("meal"),
        ]  # fmt: skip
        for made in (cancelled, lapsed, vouchers):
            await till.pay(made)
        await till.move(cancelled, cancel)
        await till.refund(lapsed, amount=cny(3))
        till.clock.advance(seconds=8 * 86_400)
        await till.trade.tick()
        assert [till.state(one) for one in (cancelled, lapsed, vouchers)] == [
            "cancelled", "expired", "refunded",
        ]  # fmt: skip
        await till.payments.send(TRIAL)

    asyncio.run(scenario())

    back = [one for one in till.told() if one[0] != "CHARGE"]
    assert back == [
        ("RELEASE", "PAID", SOUP, SOUP), ("RELEASE", "PAID", 3, 3),
        ("RELEASE", "PAID", SOUP - 3, SOUP - 3), ("REFUND", "PAID", 99_999_999, 99_999_999),
    ]  # fmt: skip
    assert [one.balance for one in records.accounts("town") if one.balance] == []
    till.proved()


def test_a_word_by_hand_is_written_down_with_its_reference(records):
    till = Till(records)

    async def scenario():
        made = await till.order()
        assert await till.pay(made, MANUAL, reference="receipt 7") == (200, "paid")
        assert await till.pay(made, MANUAL) == (200, "paid")
        with pytest.raises(InvalidError) as refused:
            await till.pay(made, "cowries")
        assert refused.value.code == "method_unknown"

    asyncio.run(scenario())

    (charge,) = records.payments("town", PaymentFilter(), limit=9)
    assert (charge.state, charge.reference) == (PaymentStand.PAID, "receipt 7")
    till.proved()


def test_a_declined_charge_asked_again_under_its_key_is_no_second_charge(records):
    till = Till(records, Behaviour.DECLINED)

    async def scenario():
        made = await till.order()
        once = Idempotency(b"k" * 32, digest_of(b"body"))
        given = PayIn(amount=made.total, method=TRIAL)
        for _ in range(2):
            with pytest.raises(ConflictError) as refused:
                await till.payments.pay(made.id, given, once)
            assert refused.value.code == "payment_declined"
        assert len(till.told()) == 1

    asyncio.run(scenario())


def test_the_book_refuses_what_it_cannot_follow_and_keeps_the_payment_open(records):
    till = Till(records)

    async def scenario():
        made = await till.order()
        await till.pay(made)
        await till.move(made, fulfil)
        await till.refund(made)
        (_, refund) = records.payments("town", PaymentFilter(), limit=9)
        name = made_id(PAYMENT, till.trade.community.secret, refund.number)
        with pytest.raises(ConflictError) as refused:
            await till.payments.result(name, PaymentResult(state="paid", paid_micros=SOUP + 1))
        assert refused.value.code == "payment_refused"
        assert till.told()[1] == ("REFUND", "ORDERED", SOUP, 0)
        done = await till.payments.result(name, PaymentResult(state="paid"))
        assert done.state is PaymentStand.PAID
        assert await till.payments.result(name, PaymentResult(state="paid")) == done
        with pytest.raises(ConflictError) as refused:
            await till.payments.result(name, PaymentResult(state="declined"))
        assert refused.value.code == "payment_ended"

    asyncio.run(scenario())
    till.proved()


def test_payments_are_one_communitys_own(records):
    till = Till(records)
    asyncio.run(till.order())

    assert records.payments("other", PaymentFilter(), limit=9) == []
    assert msgspec.json.encode(till.told()) == b"[]"
