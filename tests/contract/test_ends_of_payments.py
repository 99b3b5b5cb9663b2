"""After any sequence of words about payouts and payments the book balances and says what truly moved."""

import asyncio
import itertools

import pytest
from test_money_services import EARNED, FEN, at, balance, closed, earn, money
from test_order_payments import SOUP, Till

from lodestone.base.errors import ConflictError
from lodestone.base.money import Micros
from lodestone.commerce.payment import PaymentResult
from lodestone.ledger import AccountKind
from lodestone.ledger.chart import PLATFORM, provider, shop
from lodestone.services.audit.ledger import CHECKS, audit
from lodestone.services.commerce.transitions import cancel, fulfil
from lodestone.services.ledger.payout_results import PayoutEndedError, payout_name
from lodestone.services.ledger.payouts import Payouts
from lodestone.services.support.ids import PAYMENT, made_id
from lodestone.stores.commerce.types import PaymentFilter
from lodestone.stores.external.payment_providers import (
    TRIAL,
    Behaviour,
    PaymentState,
    Reply,
    TrialProvider,
)

__all__ = ("at", "money")
DONE, DECLINED = PaymentState.DONE, PaymentState.DECLINED
WORDS = (
    (DONE, EARNED), (DONE, 900 * FEN), (DONE, 1_100 * FEN), (DECLINED, 0), (PaymentState.UNKNOWN, 0),
)  # fmt: skip


def zero(money):
    accounts = money.store.accounts(money.community)
    assert sum(one.balance for one in accounts) == 0
    assert audit(money, money.store, CHECKS).differences == []


def expected(words):
    """Say how a payout ends, what was paid, and which words are refused: worked out apart from the code."""
    state, paid, refused = "sent", 0, []
    for number, (word, amount) in enumerate(words):
        if state == "paid":
            if word is DECLINED or (word is DONE and amount != paid):
                refused.append(number)
        elif word is DONE:
            state, paid = "paid", amount
        elif word is DECLINED:
            state = "declined"
        elif state != "declined":
            state = "unknown"
    return state, paid, refused


def test_a_payout_ends_as_the_first_word_that_stands_says_whatever_comes_after(money, at):
    lives = list(itertools.product(WORDS, repeat=3))
    for number in range(len(lives)):
        earn(money, f"earned {number}", party=shop(f"s{number}"))
    period = closed(money, at)
    payouts = Payouts(money, {TRIAL: TrialProvider()})
    ordered = {one.party: one for one in payouts.order(period, TRIAL)}
    difference = moved = 0
    for number, words in enumerate(lives):
        payout = ordered[shop(f"s{number}")]
        state, paid, refused = expected(words)
        contradicted = []
        for at_word, (word, amount) in enumerate(words):
            try:
                payouts.told(Reply(payout_name(payout), word, Micros(amount)))
            except PayoutEndedError:
                contradicted.append(at_word)
        told = payouts.find(payout_name(payout))
        assert (told.state, told.paid, contradicted) == (
            state if state != "sent" else "unknown",
            paid,
            refused,
        )
        left = EARNED - min(paid, EARNED) if state in ("paid", "declined") else 0
        assert balance(money, AccountKind.MERCHANT_PAYABLE, payout.party) == left, words
        difference += max(0, paid - EARNED)
        moved += paid

    assert balance(money, AccountKind.ADJUSTMENT, PLATFORM) == -difference
    clearing = balance(money, AccountKind.PROVIDER_CLEARING, provider(TRIAL))
    assert clearing == moved - len(lives) * (EARNED + 500 * FEN)
    zero(money)


def test_what_was_paid_after_all_is_not_paid_by_the_next_period(money, at):
    earn(money)
    payouts = Payouts(money, {TRIAL: TrialProvider()})
    first = closed(money, at)
    (payout,) = payouts.order(first, TRIAL)
    name = payout_name(payout)
    payouts.told(Reply(name, DECLINED, Micros(0)))
    payouts.told(Reply(name, DONE, Micros(EARNED)))
    earn(money, "later", 300 * FEN)

    assert [one.amount for one in payouts.order(closed(money, at), TRIAL)] == [300 * FEN]
    assert balance(money, AccountKind.ADJUSTMENT, PLATFORM) == 0
    zero(money)


def test_what_was_paid_after_all_and_by_the_next_period_too_is_a_difference_to_explain(money, at):
    earn(money, spare=1_500 * FEN)
    payouts = Payouts(money, {TRIAL: TrialProvider()})
    (payout,) = payouts.order(closed(money, at), TRIAL)
    name = payout_name(payout)
    payouts.told(Reply(name, DECLINED, Micros(0)))
    (again,) = payouts.order(closed(money, at), TRIAL)
    payouts.told(Reply(name, DONE, Micros(EARNED)))
    payouts.told(Reply(payout_name(again), DECLINED, Micros(0)))

    assert balance(money, AccountKind.MERCHANT_PAYABLE, shop("s")) == EARNED
    assert balance(money, AccountKind.ADJUSTMENT, PLATFORM) == -EARNED
    zero(money)


def test_news_that_nobody_knows_never_undoes_an_end_that_was_said_meanwhile(money, at):
    earn(money)
    payouts = Payouts(money, {TRIAL: TrialProvider()})
    (payout,) = payouts.order(closed(money, at), TRIAL)
    payouts.told(Reply(payout_name(payout), DONE, Micros(EARNED)))

    payouts._results.post(payout, [], [])  # as it stood when the provider was asked

    assert payouts.find(payout_name(payout)).state == "paid"


RESULTS = {
    "paid": PaymentResult(state="paid"),
    "less": PaymentResult(state="paid", paid_micros=900),
    "more": PaymentResult(state="paid", paid_micros=SOUP + 1),
    "declined": PaymentResult(state="declined"),
}


@pytest.mark.parametrize("kind", ["charge", "refund"])
def test_a_payment_ends_as_the_first_word_that_stands_says_whatever_comes_after(records, kind):
    till = Till(records, Behaviour.LATE if kind == "charge" else Behaviour.DONE)
    secret = records.community("town").secret

    def newest(order):
        name = int(order.id[4:16], 16)
        return records.payments("town", PaymentFilter(order=name), limit=9)[-1].number

    async def life(words):
        made = await till.order()
        await till.pay(made)
        if kind == "refund":
            await till.move(made, fulfil)
            await till.refund(made)
        number = newest(made)
        ended = None
        for word in words:
            refused = None
            try:
                await till.payments.result(made_id(PAYMENT, secret, number), RESULTS[word])
            except ConflictError as error:
                refused = error.code
            contradicts = ended not in (None, "declined") and word != ended
            # Said again without an amount, it is the amount that was said before.
            contradicts = contradicts and not (word == "paid" and ended in ("less", "more"))
            assert refused == ("payment_ended" if contradicts else None), words
            ended = word if ended in (None, "declined") else ended
        told = records.payment("town", number)
        moved = {"paid": SOUP, "less": 900, "more": SOUP + 1, "declined": 0}[ended]
        assert told.moved == moved
        return moved

    async def scenario():
        return [await life(words) for words in itertools.product(RESULTS, repeat=2)]

    moved = asyncio.run(scenario())

    assert len(moved) == 16
    till.proved()
    assert sum(one.balance for one in records.accounts("town")) == 0


def test_money_taken_for_an_order_that_was_cancelled_meanwhile_is_owed_back_whole(records):
    till = Till(records, Behaviour.LATE)
    secret = records.community("town").secret

    async def scenario():
        made = await till.order()
        await till.pay(made)
        await till.move(made, cancel)
        name = made_id(PAYMENT, secret, 1)
        await till.payments.result(name, RESULTS["paid"])
        await till.payments.result(name, RESULTS["paid"])
        with pytest.raises(ConflictError, match="returned"):
            await till.payments.result(name, RESULTS["declined"])

    asyncio.run(scenario())

    assert till.told() == [("CHARGE", "RETURNED", SOUP, SOUP), ("REFUND", "ORDERED", SOUP, 0)]
    assert till.balance(AccountKind.REFUNDS) == SOUP
    till.proved()
