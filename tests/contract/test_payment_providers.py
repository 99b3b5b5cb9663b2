"""What every provider of payments must keep, whatever moves the money behind it."""

import asyncio
from dataclasses import replace

import pytest

from lodestone.base.money import Micros
from lodestone.stores.external.payment_providers import (
    Behaviour,
    Instruction,
    ManualProvider,
    PaymentState,
    TrialProvider,
)

PURPOSES = ("charge", "refund", "release", "payout")
ADAPTERS = {
    "manual": ManualProvider,
    **{f"trial, {how.value}": lambda how=how: TrialProvider(usual=how) for how in Behaviour},
}


def asked(purpose="charge", name="pmt_1"):
    return Instruction(name, purpose, Micros(1_000), "CNY", "person:p0")


@pytest.fixture(params=ADAPTERS, ids=str)
def provider(request):
    return ADAPTERS[request.param]()


@pytest.mark.parametrize("purpose", PURPOSES)
def test_asking_again_asks_for_nothing_new(provider, purpose):
    first, again = [asyncio.run(provider.ask(asked(purpose))) for _ in range(2)]

    assert first == again
    assert first.id == "pmt_1"


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_word_says_an_amount_just_when_money_moved(provider, purpose):
    for word in (asyncio.run(provider.ask(asked(purpose))), asyncio.run(provider.look_up("pmt_1"))):
        assert (word.amount > 0) is (word.state is PaymentState.DONE)


def test_looking_up_moves_nothing_and_says_the_same_again(provider):
    asyncio.run(provider.ask(asked()))
    before = dict(getattr(provider, "moved", {}))

    first, again = [asyncio.run(provider.look_up("pmt_1")) for _ in range(2)]

    assert first == again
    assert dict(getattr(provider, "moved", {})) == before


def test_what_was_never_asked_for_is_never_said_to_be_done(provider):
    word = asyncio.run(provider.look_up("pmt_other"))

    assert word.state in (PaymentState.DECLINED, PaymentState.WAITING)
    assert word == replace(word, id="pmt_other", amount=0)


def test_two_instructions_are_two_payments(provider):
    first, other = [asyncio.run(provider.ask(asked(name=name))) for name in ("pmt_1", "pmt_2")]

    assert other == replace(first, id="pmt_2", reference=first.reference.replace("pmt_1", "pmt_2"))
