"""The ledger at work: commits that are shared, and payouts through a provider that fails in every way it can."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from types import SimpleNamespace

import pytest

from ledger_world import TODAY, move
from lodestone.base.clock import Instant
from lodestone.base.errors import ConflictError, UnavailableError
from lodestone.base.money import Micros
from lodestone.ledger import AccountKind, Code, Outcome, Transfer
from lodestone.ledger.chart import PLATFORM, provider, shop
from lodestone.ledger.transfers import chain, transfer_id
from lodestone.services.audit.ledger import CHECKS, audit
from lodestone.services.ledger.payout_results import PayoutEndedError, payout_name
from lodestone.services.ledger.payouts import Payouts
from lodestone.services.ledger.posting import GROUP_MAX, Money
from lodestone.stores.external.payment_providers import (
    TRIAL,
    Behaviour,
    ManualProvider,
    PaymentState,
    TrialProvider,
)
from records_world import NOW


@pytest.fixture
def at():
    """A clock to set: what it shows, and the day it is."""
    return SimpleNamespace(now=NOW, day=TODAY)


@pytest.fixture
def money(records, at):
    record = records.community("town")
    return Money(records, record, lambda: Instant(at.now), lambda _: at.day)


class Counting:
    """A store that says how many transfers each commit had, and may be told to fail."""

    def __init__(self, store):
        self.store, self.commits, self.failing = store, [], False

    def __getattr__(self, name):
        return getattr(self.store, name)

    def post_transfers(self, community, asked, **more):
        self.commits.append(len(asked))
        if self.failing:
            raise UnavailableError("records_unavailable", "no")
        return self.store.post_transfers(community, asked, **more)


def adjust(money, name, amount=5, **more):
    money_of = money.account(AccountKind.ADJUSTMENT)
    to = money.account(AccountKind.COMMISSION_REVENUE)
    return move(name, money_of, to, amount, **more), [money_of, to]


def test_requests_that_wait_share_a_commit_and_each_gets_its_own_answer(money):
    money.store = store = Counting(money.store)

    async def ask(n):
        asked, opening = adjust(money, f"t{n % 20}", amount=0 if n == 3 else 5)
        return await money.post([asked], opening=opening)

    async def scenario():
        return await asyncio.gather(*(ask(n) for n in range(40)))

    told = asyncio.run(scenario())

    assert store.commits == [40]
    outcomes = [one for (one,) in told]
    assert outcomes[3] is Outcome.AMOUNT_OUT_OF_RANGE
    assert outcomes[:3] + outcomes[4:20] == [Outcome.POSTED] * 19
    # The one refused stands at the second asking, which is another request.
    assert outcomes[20:] == [Outcome.POSTED if n == 3 else Outcome.EXISTS for n in range(20)]


def test_a_chain_left_open_reaches_into_nobody_elses_request(money):
    open_end, opening = adjust(money, "open", linked=True)
    other, _ = adjust(money, "other")

    async def scenario():
        return await asyncio.gather(
            money.post([other], opening=opening), money.post([open_end], opening=opening)
        )

    assert asyncio.run(scenario()) == [[Outcome.POSTED], [Outcome.CHAIN_OPEN]]


def test_a_commit_that_fails_fails_everybody_in_it_and_the_next_one_goes_on(money):
    money.store = store = Counting(money.store)
    asked, opening = adjust(money, "t")

    async def scenario():
        store.failing = True
        failed = await asyncio.gather(
            *(money.post([asked], opening=opening) for _ in range(3)), return_exceptions=True
        )
        store.failing = False
        return failed, await money.post([asked], opening=opening)

    failed, told = asyncio.run(scenario())

    assert [type(one) for one in failed] == [UnavailableError] * 3
    assert told == [Outcome.POSTED]


def test_who_asks_while_a_commit_is_under_way_shares_the_next_one_whoever_gave_up(money):
    money.store = store = Counting(money.store)

    async def ask(name):
        asked, opening = adjust(money, name)
        return await money.post([asked], opening=opening)

    async def scenario():
        first = asyncio.create_task(ask("first"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        later = [asyncio.create_task(ask(f"later {n}")) for n in range(3)]
        await asyncio.sleep(0)
        first.cancel()
        return await asyncio.gather(first, *later, return_exceptions=True)

    told = asyncio.run(scenario())

    assert isinstance(told[0], asyncio.CancelledError)
    assert told[1:] == [[Outcome.POSTED]] * 3
    assert store.commits == [1, 3]


def test_a_commit_takes_no_more_requests_than_fit(money):
    money.store = store = Counting(money.store)
    many = [adjust(money, f"m{n}")[0] for n in range(GROUP_MAX)]
    one, opening = adjust(money, "one")

    async def scenario():
        await asyncio.gather(
            money.post([one], opening=opening),
            money.post([one]),
            money.post(many),
            money.post([one]),
        )

    asyncio.run(scenario())

    assert store.commits == [2, GROUP_MAX, 1]


# Payouts

FEN = 10_000
EARNED = 1_000 * FEN
TOLD = {
    # behaviour: (state, paid, payable after, adjustment after)
    Behaviour.DONE: ("paid", EARNED, 0, 0),
    Behaviour.DECLINED: ("declined", 0, EARNED, 0),
    Behaviour.LOST: ("declined", 0, EARNED, 0),
    Behaviour.UNHEARD: ("paid", EARNED, 0, 0),
    Behaviour.LATE: ("paid", EARNED, 0, 0),
    Behaviour.DOUBLE: ("paid", EARNED, 0, 0),
    Behaviour.SHORT: ("paid", 900 * FEN, 100 * FEN, 0),
    Behaviour.OVER: ("paid", 1_100 * FEN, 0, -100 * FEN),
    Behaviour.REVIVED: ("paid", EARNED, 0, 0),
}


def earn(money, name="earned", amount=EARNED, spare=500 * FEN, party="shop:s"):
    """Let a shop have earned, and the provider hold a little more than that."""
    clearing = money.account(AccountKind.PROVIDER_CLEARING, provider(TRIAL))
    held = money.account(AccountKind.HELD_PAYMENTS, party)
    payable = money.account(AccountKind.MERCHANT_PAYABLE, party)
    commission = money.account(AccountKind.COMMISSION_REVENUE, PLATFORM)
    outcomes = money.store.post_transfers(
        money.community,
        [
            Transfer(transfer_id(name, 1), clearing.id, held.id, Micros(amount + spare), Code.PAYMENT),
            *chain(
                Transfer(transfer_id(name, 2), held.id, payable.id, Micros(amount), Code.EARNED),
                Transfer(transfer_id(name, 3), held.id, commission.id, Micros(spare), Code.COMMISSION),
            ),
        ],
        opening=[clearing, held, payable, commission], now=money.now(), today=money.today(),
    )  # fmt: skip
    assert set(outcomes) == {Outcome.POSTED}


def closed(money, at):
    at.day += 1
    money.store.close_day(money.community, at.day - 1, now=Instant(at.now), today=at.day)
    return at.day - 1


def balance(money, kind, party):
    found = money.store.account(money.community, money.account(kind, party).id)
    return 0 if found is None else found.balance


@pytest.mark.parametrize("how", list(Behaviour))
def test_whatever_a_provider_does_the_book_says_what_truly_moved(money, at, how):
    earn(money)
    period = closed(money, at)
    trial = TrialProvider()
    payouts = Payouts(money, {TRIAL: trial})
    (payout,) = payouts.order(period, TRIAL)
    trial.behaviour[payout_name(payout)] = how

    async def scenario():
        for _ in range(3):
            await payouts.send(period)
        for reply in list(trial.callbacks) * 2:
            with suppress(PayoutEndedError):
                payouts.told(reply)
        return await payouts.send(period)

    (told,) = asyncio.run(scenario())

    state, paid, payable, adjustment = TOLD[how]
    assert (told.state, told.paid) == (state, paid)
    assert balance(money, AccountKind.MERCHANT_PAYABLE, shop("s")) == payable
    assert balance(money, AccountKind.ADJUSTMENT, PLATFORM) == adjustment
    assert balance(money, AccountKind.PAYOUTS_IN_TRANSIT, provider(TRIAL)) == 0
    moved = sum(trial.moved.values())
    assert (
        balance(money, AccountKind.PROVIDER_CLEARING, provider(TRIAL)) == moved - EARNED - 500 * FEN
    )
    assert audit(money, money.store, CHECKS).differences == []


def test_a_period_is_ordered_once_and_the_next_pays_only_what_came_since(money, at):
    earn(money)
    payouts = Payouts(money, {TRIAL: TrialProvider()})
    first = closed(money, at)
    ordered = payouts.order(first, TRIAL)
    earn(money, "again", 300 * FEN)
    second = closed(money, at)

    assert payouts.order(first, TRIAL) == ordered
    assert [one.amount for one in payouts.order(second, TRIAL)] == [300 * FEN]
    assert payouts.file(first) == payouts.file(first)
    assert payouts.file(first).splitlines()[1:] == [f"{payout_name(ordered[0])},shop:s,10.00,CNY,ordered,".encode()]  # fmt: skip


def test_nothing_is_ordered_that_the_provider_does_not_hold(money, at):
    earn(money)
    manual = ManualProvider()
    payouts = Payouts(money, {"manual": manual})
    period = closed(money, at)

    assert payouts.order(period, "manual") == []
    assert balance(money, AccountKind.MERCHANT_PAYABLE, shop("s")) == EARNED


def test_a_word_about_a_payout_that_ended_changes_nothing(money, at):
    earn(money)
    trial = TrialProvider()
    payouts = Payouts(money, {TRIAL: trial})
    period = closed(money, at)
    (payout,) = payouts.order(period, TRIAL)
    (told,) = asyncio.run(payouts.send(period))
    before = money.store.accounts(money.community)

    again = asyncio.run(trial.look_up(payout_name(payout)))
    for word in ("done", "waiting", "unknown"):
        amount = again.amount if word == "done" else Micros(0)
        assert payouts.told(replace(again, state=PaymentState(word), amount=amount)) == told
    for word, amount in (("declined", 0), ("done", 900 * FEN), ("done", 1_001 * FEN)):
        with pytest.raises(ConflictError) as refused:
            payouts.told(replace(again, state=PaymentState(word), amount=Micros(amount)))
        assert refused.value.code == "payout_ended"
        assert "is paid, 10000000 micros" in str(refused.value)

    assert money.store.accounts(money.community) == before
