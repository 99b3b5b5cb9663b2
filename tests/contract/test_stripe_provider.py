"""Stripe's own library, unchanged, against a stand-in that answers as Stripe's reference says: one transfer each, whatever breaks."""

import asyncio
import json
import time

import pytest

from lodestone.base.errors import InvalidError, UnauthorisedError
from lodestone.base.money import Micros
from lodestone.ledger.payout_reasons import OPEN_REASONS, REASONS, explanation
from lodestone.stores.external.payment_providers import (
    Instruction,
    PayeeNews,
    PaymentState,
    Reply,
    SignedProvider,
)
from lodestone.stores.external.stripe_transfers import StripeAccount, StripeProvider
from stripe_stand_in import KEY, LOST_AFTER, LOST_BEFORE, SECRET, StripeStandIn, signed

NAME = "pay_" + 32 * "a"
YUAN = 1_000_000


@pytest.fixture
def stand_in():
    with StripeStandIn() as made:
        yield made


def provider_at(api, key=KEY, secrets=(SECRET,)):
    return StripeProvider(StripeAccount(key, secrets, api))


@pytest.fixture
def provider(stand_in):
    return provider_at(stand_in.api)


def ask(provider, amount=12 * YUAN, currency="CNY", account="acct_a", name=NAME):
    asked = Instruction(name, "payout", Micros(amount), currency, "shop:s", account)
    return asyncio.run(provider.ask(asked))


def test_a_payout_is_one_transfer_however_often_it_is_asked_for(stand_in, provider, capfd):
    first, again = ask(provider), ask(provider)

    assert first == again == Reply(NAME, PaymentState.DONE, Micros(12 * YUAN), "tr_0")
    assert asyncio.run(provider.look_up(NAME)) == first
    assert stand_in.net("acct_a") == 1_200
    assert isinstance(provider, SignedProvider)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("fault", [LOST_BEFORE, LOST_AFTER, (500, "", "api_error"), (429, "rate_limit"), (409, "lock_timeout")])  # fmt: skip
@pytest.mark.parametrize("a_day_later", [False, True])
def test_whatever_was_lost_is_asked_again_and_done_once(stand_in, provider, fault, a_day_later):
    stand_in.faults.append(fault)

    lost = ask(provider)
    if a_day_later:
        stand_in.forget_keys()
    again = ask(provider)

    assert (lost.state, lost.amount) == (PaymentState.UNKNOWN, 0)
    assert lost.reason in OPEN_REASONS
    assert again.state is PaymentState.DONE
    assert len(stand_in.transfers) == 1


DECLINES = sorted(set(REASONS) - OPEN_REASONS - {"amount_not_whole"})


@pytest.mark.parametrize("code", [*DECLINES, "a_code_of_tomorrow"])
def test_every_decline_says_why_and_is_the_same_again(stand_in, provider, code):
    stand_in.faults.extend([(400, code), (402, code, "card_error")])

    first, again = ask(provider), ask(provider)

    assert first == again == Reply(NAME, PaymentState.DECLINED, Micros(0), reason=code)
    assert len(explanation(code)) > 20
    assert stand_in.transfers == {}


@pytest.mark.parametrize("code", sorted(OPEN_REASONS - {"no_answer"}))
@pytest.mark.parametrize("status", [401, 403, 409, 429, 500])
def test_what_says_nothing_of_the_transfer_leaves_it_open(stand_in, provider, code, status):
    stand_in.faults.append((status, code))

    assert ask(provider).state is PaymentState.UNKNOWN
    assert ask(provider).state is PaymentState.DONE


def test_a_wrong_key_declines_nothing(stand_in):
    word = ask(provider_at(stand_in.api, "sk_test_another0"))

    assert (word.state, word.reason) == (PaymentState.UNKNOWN, "authentication_error")


def test_nobody_at_the_address_declines_nothing():
    word = ask(provider_at("http://127.0.0.1:9"))

    assert (word.state, word.reason) == (PaymentState.UNKNOWN, "no_answer")


def test_a_payee_changed_meanwhile_is_never_paid_twice(stand_in, provider):
    stand_in.faults.append(LOST_AFTER)
    ask(provider)
    reply = ask(provider, account="acct_b")
    stand_in.transfers.clear()  # as if the list lagged behind
    refused = ask(provider, account="acct_b")

    assert (reply.state, reply.reference) == (PaymentState.DONE, "tr_0")
    assert (refused.state, refused.reason) == (PaymentState.UNKNOWN, "idempotency_error")


def test_too_little_balance_and_a_payee_who_is_not_there_are_declined(stand_in, provider):
    stand_in.balance = 1_199

    assert ask(provider).reason == "balance_insufficient"
    assert ask(provider, name=NAME + "1", account="acct_x").reason == "resource_missing"


@pytest.mark.parametrize(
    ("currency", "micros", "units"),
    [("CNY", 12_340_000, 1_234), ("JPY", 500 * YUAN, 500), ("KWD", 1_230_000, 1_230), ("ISK", 5 * YUAN, 500), ("MGA", 7 * YUAN, 7)],
)  # fmt: skip
def test_an_amount_is_told_in_the_units_that_stripe_counts_in(stand_in, provider, currency, micros, units):  # fmt: skip
    word = ask(provider, micros, currency)

    assert word.amount == micros
    assert [transfer["amount"] for transfer in stand_in.transfers.values()] == [units]


@pytest.mark.parametrize(("currency", "micros"), [("KWD", 1_231_000), ("ISK", 5_500_000), ("MGA", 7_500_000), ("CNY", 5_000)])  # fmt: skip
def test_an_amount_that_stripe_cannot_count_is_declined_and_not_asked_for(stand_in, provider, currency, micros):  # fmt: skip
    assert ask(provider, micros, currency).reason == "amount_not_whole"
    assert stand_in.requests == []


def test_what_is_signed_is_heard_with_what_came_back_so_far(stand_in, provider):
    ask(provider)
    stand_in.take_back("tr_0", 500)
    stand_in.take_back("tr_0", 700)

    heard = [provider.hear(*signed(body)) for body in stand_in.events]

    assert [word.returned for word in heard] == [0, 5 * YUAN, 12 * YUAN]
    assert {(word.id, word.state, word.amount) for word in heard} == {(NAME, PaymentState.DONE, 12 * YUAN)}  # fmt: skip


def test_a_payees_bank_is_heard_and_other_events_are_not(stand_in, provider):
    stand_in.happened("payout.failed", {"failure_code": "account_closed"}, account="acct_a")
    stand_in.happened("payout.failed", {"failure_code": None}, account="acct_a")
    stand_in.happened("payout.paid", {}, account="acct_a")
    stand_in.happened("charge.succeeded", {})
    stand_in.happened("transfer.created", {"transfer_group": "another's", "currency": "cny"})

    heard = [provider.hear(*signed(body)) for body in stand_in.events]

    news = [PayeeNews("acct_a", code) for code in ("account_closed", "could_not_process", "")]
    assert heard == [*news, None, None]


BODY = json.dumps({"id": "evt_1", "object": "event", "type": "x", "data": {"object": {}}})


@pytest.mark.parametrize("headers", [{}, {"stripe-signature": ""}, {"stripe-signature": "t=x,v1=y"}, {"stripe-signature": "t=1"},
    signed(BODY, "whsec_another0")[1], signed(BODY, at=int(time.time()) - 301)[1], signed(BODY + " ")[1]])  # fmt: skip
def test_what_nobody_signed_or_long_ago_is_refused(provider, headers):
    with pytest.raises(UnauthorisedError) as refused:
        provider.hear(BODY.encode(), headers)
    assert refused.value.code == "signature_wrong"


@pytest.mark.parametrize("body", ["", "[]", "{}", "null", '{"type": "transfer.created"}', '{"type": "payout.failed", "data": {"object": {}}}',
    '{"type": "transfer.created", "data": {"object": {"transfer_group": "pay_1"}}}', '{"object": "v2.core.event"}'])  # fmt: skip
def test_what_is_signed_and_no_event_is_refused(provider, body):
    with pytest.raises(InvalidError) as refused:
        provider.hear(*signed(body))
    assert refused.value.code == "event_invalid"


def test_a_body_that_is_no_text_is_refused(provider):
    with pytest.raises((InvalidError, UnauthorisedError)):
        provider.hear(b"\xff\xfe", signed("x")[1])


def test_old_and_new_secret_hold_while_they_change(stand_in):
    provider = provider_at(stand_in.api, secrets=("whsec_thenewone", SECRET))

    assert provider.hear(*signed(BODY)) is None
    assert provider.hear(*signed(BODY, "whsec_thenewone")) is None


def test_no_secret_is_shown():
    shown = repr(StripeAccount(KEY, (SECRET,), "https://api.stripe.com"))

    assert KEY not in shown
    assert SECRET not in shown
