"""Every pair of a state and a word about a payment or a payout has one answer, and it is in the table."""

import itertools

import pytest

from lodestone.commerce.payment import OPEN, PaymentStand, PaymentStep, payment_step
from lodestone.commerce.payment import STEPS as PAYMENT_STEPS
from lodestone.ledger.payout_life import FINAL, PayoutStep, payout_step
from lodestone.ledger.payout_life import STEPS as PAYOUT_STEPS
from lodestone.stores.external.payment_providers import PaymentState

WORDS = [word.value for word in PaymentState]


def test_the_tables_answer_every_pair():
    assert set(PAYMENT_STEPS) == set(PaymentStand)
    assert set(PAYOUT_STEPS) == {"ordered", "sent", "unknown", "paid", "declined", "reversed"}
    for table in (PAYMENT_STEPS, PAYOUT_STEPS):
        assert all(set(words) == set(WORDS) for words in table.values())


@pytest.mark.parametrize(("state", "word"), list(itertools.product(PaymentStand, WORDS)))
def test_a_payment_that_ended_is_moved_by_nothing_but_being_done_after_all(state, word):
    same = payment_step(state, word, moved=5, amount=5)
    other = payment_step(state, word, moved=5, amount=6)

    if state in OPEN:
        assert same is other is not PaymentStep.NOTHING
    elif state is PaymentStand.DECLINED:
        assert same is other is (PaymentStep.FOLLOW if word == "done" else PaymentStep.NOTHING)
    elif word in ("waiting", "unknown"):
        assert same is other is PaymentStep.NOTHING
    else:
        assert same is (PaymentStep.NOTHING if word == "done" else PaymentStep.REFUSE)
        assert other is PaymentStep.REFUSE


@pytest.mark.parametrize(("state", "word"), list(itertools.product(PAYOUT_STEPS, WORDS)))
def test_a_payout_that_ended_is_moved_by_nothing_but_being_paid_after_all(state, word):
    same = payout_step(state, word, paid=5, amount=5)
    other = payout_step(state, word, paid=5, amount=6)

    if state not in FINAL:
        assert same is other is not PayoutStep.NOTHING
    elif state == "declined":
        assert same is other is (PayoutStep.PAY_AFTER_ALL if word == "done" else PayoutStep.NOTHING)
    elif word in ("waiting", "unknown"):
        assert same is other is PayoutStep.NOTHING
    else:
        assert same is (PayoutStep.NOTHING if word == "done" else PayoutStep.REFUSE)
        assert other is PayoutStep.REFUSE
