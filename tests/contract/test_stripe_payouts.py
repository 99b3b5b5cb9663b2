"""Payouts by Stripe in every order of answers, losses, events and crashes: the money is where it truly is, on both databases."""

import asyncio
import json
import random
from contextlib import suppress

import pytest

from ledger_world import TODAY
from lodestone.base.clock import Instant
from lodestone.base.errors import ConflictError
from lodestone.base.money import Micros
from lodestone.base.wire import Money as Amount
from lodestone.ledger import AccountKind, Code, Outcome, Transfer
from lodestone.ledger.chart import person, provider, shop
from lodestone.ledger.transfers import transfer_id
from lodestone.services.audit.ledger import CHECKS, audit
from lodestone.services.ledger.payees import payees_of
from lodestone.services.ledger.posting import Money
from lodestone.services.ledger.statements import Names, Statements
from lodestone.stores.external.payment_providers import ManualProvider
from lodestone.stores.external.stripe_transfers import STRIPE, StripeAccount, StripeProvider
from lodestone.stores.payees.port import Payee
from records_world import ANN, NOW
from seeds import fresh
from stripe_stand_in import KEY, LOST_AFTER, LOST_BEFORE, SECRET, StripeStandIn, signed

FEN = 10_000
SHOPS = {shop("a"): "acct_a", shop("b"): "acct_b", shop("c"): "acct_c"}
FAULTS = (
    LOST_BEFORE, LOST_AFTER, (500, "", "api_error"), (429, "rate_limit"), (400, "transfers_not_allowed"),
    (401, "api_key_expired"),
)  # fmt: skip


class Killed(BaseException):  # nobody handles the end of a process
    """The process ends here."""


class Dying:
    """A store that ends the process before or after a commit of a payout, when told to."""

    def __init__(self, store):
        self.store, self.dies = store, None

    def __getattr__(self, name):
        return getattr(self.store, name)

    def post_payout(self, *asked, **more):
        if self.dies == "before":
            raise Killed
        done = self.store.post_payout(*asked, **more)
        if self.dies == "after":
            raise Killed
        return done


class Till:
    """A community whose shops are paid by Stripe."""

    def __init__(self, records, stand_in):
        self.records, self.stand_in = records, stand_in
        self.day, self.earned, self.count = TODAY, dict.fromkeys(SHOPS, 0), 0
        self.store = Dying(records)
        self.money = Money(self.store, records.community("town"), self.now, lambda _: self.day)
        names = Names(lambda _: None, lambda _: None)
        stripe = StripeProvider(StripeAccount(KEY, (SECRET,), stand_in.api))
        providers = {STRIPE: stripe, "manual": ManualProvider()}
        self.payees = payees_of(self.money, records, Statements(self.money, names), providers)
        self.payouts = self.payees.payouts
        for party, account in SHOPS.items():
            records.put_payee("town", Payee(party, STRIPE, account))

    def now(self):
        return Instant(NOW)

    def earn(self, party, amount):
        self.count += 1
        clearing = self.money.account(AccountKind.PROVIDER_CLEARING, provider(STRIPE))
        payable = self.money.account(AccountKind.MERCHANT_PAYABLE, party)
        asked = Transfer(transfer_id("earn", self.count), clearing.id, payable.id, Micros(amount), Code.EARNED)  # fmt: skip
        outcomes = self.records.post_transfers(
            "town", [asked], opening=[clearing, payable], now=self.now(), today=self.day
        )
        assert outcomes == [Outcome.POSTED]
        self.earned[party] += amount

    def next_day(self):
        self.day += 1
        self.records.close_day("town", self.day - 1, now=self.now(), today=self.day)
        self.payouts.order(self.day - 1, STRIPE, lambda *_: None)

    async def send(self):
        for period in range(TODAY, self.day):
            await self.payouts.send(period)

    async def hear(self, body):
        await self.payees.hear(STRIPE, *signed(body))

    def balance(self, kind, party):
        account = self.records.account("town", self.money.account(kind, party).id)
        return 0 if account is None else account.balance

    def proved(self):
        """Hold the book against what the stand-in truly moved."""
        accounts = self.records.accounts("town")
        assert sum(account.balance for account in accounts) == 0
        assert audit(self.money, self.records, CHECKS).differences == []
        gone = 0
        for party, account in SHOPS.items():
            net = self.stand_in.net(account) * FEN
            assert self.balance(AccountKind.MERCHANT_PAYABLE, party) == self.earned[party] - net
            gone += net
        clearing = self.balance(AccountKind.PROVIDER_CLEARING, provider(STRIPE))
        assert clearing == gone - sum(self.earned.values())
        assert self.balance(AccountKind.PAYOUTS_IN_TRANSIT, provider(STRIPE)) == 0
        assert self.balance(AccountKind.ADJUSTMENT, "platform") == 0
        groups = [transfer["transfer_group"] for transfer in self.stand_in.transfers.values()]
        assert len(groups) == len(set(groups)), "a payout was made twice"
        ended = {payout.state for payout in self.records.payouts("town")}
        assert ended <= {"paid", "declined", "reversed"}


@pytest.fixture
def till(records):
    with StripeStandIn() as stand_in:
        yield Till(records, stand_in)


async def step(till, chance):
    stand_in = till.stand_in
    what = chance.randrange(7)
    if what == 0:
        till.earn(chance.choice(list(SHOPS)), chance.randrange(1, 900) * FEN)
    elif what == 1:
        till.next_day()
    elif what == 2:
        stand_in.faults.extend(chance.choices(FAULTS, k=chance.randrange(3)))
        await till.send()
    elif what == 3 and stand_in.events:
        with_repeats = chance.choices(stand_in.events, k=3)
        for body in with_repeats:
            await till.hear(body)
    elif what == 4 and stand_in.transfers:
        stand_in.take_back(chance.choice(list(stand_in.transfers)), chance.randrange(1, 500))
    elif what == 5:
        till.store.dies = chance.choice(("before", "after"))
        await till.send()
    elif what == 6 and chance.random() < 0.3:
        stand_in.forget_keys()


async def life(till, seed):
    chance = random.Random(seed)
    for party in SHOPS:
        till.earn(party, 500 * FEN)
    till.next_day()
    for _ in range(25):
        with suppress(Killed):
            await step(till, chance)
        till.store.dies = None
    till.stand_in.faults.clear()
    await till.send()
    for body in till.stand_in.events:
        await till.hear(body)
    till.proved()


@pytest.mark.parametrize("seed", [*range(8), fresh()])
def test_whatever_breaks_the_book_ends_with_what_stripe_truly_moved(till, seed):
    asyncio.run(life(till, seed))


def paid(till):
    till.earn(shop("a"), 900 * FEN)
    till.next_day()
    asyncio.run(till.send())
    (payout,) = till.records.payouts("town")
    return payout


def state(till):
    (payout,) = till.records.payouts("town")
    return payout.state, payout.paid, payout.returned, payout.reason


def test_a_payout_is_read_by_its_id_in_its_own_community_alone(till):
    payout = paid(till)

    assert till.records.payout("town", payout.id) == payout
    assert till.records.payout("other", payout.id) is None
    assert till.records.payout("town", transfer_id("another")) is None


def test_what_comes_back_in_parts_is_owed_again_and_the_next_payout_pays_it(till):
    assert (paid(till).state, till.balance(AccountKind.MERCHANT_PAYABLE, shop("a"))) == ("paid", 0)
    till.stand_in.take_back("tr_0", 300)
    till.stand_in.take_back("tr_0", 600)
    created, first, second = till.stand_in.events

    asyncio.run(till.hear(second))
    assert state(till) == ("reversed", 900 * FEN, 900 * FEN, None)
    for late in (first, created, second):
        asyncio.run(till.hear(late))

    assert state(till) == ("reversed", 900 * FEN, 900 * FEN, None)
    assert till.balance(AccountKind.MERCHANT_PAYABLE, shop("a")) == 900 * FEN
    till.proved()
    till.next_day()
    asyncio.run(till.send())
    assert till.stand_in.net("acct_a") == 900
    till.proved()


def test_a_part_that_comes_back_leaves_the_payout_paid(till):
    paid(till)
    till.stand_in.take_back("tr_0", 300)
    asyncio.run(till.hear(till.stand_in.events[-1]))

    assert state(till) == ("paid", 900 * FEN, 300 * FEN, None)
    till.proved()


def test_news_of_a_reversal_that_comes_before_any_answer_says_that_it_was_paid_too(till):
    till.earn(shop("a"), 900 * FEN)
    till.next_day()
    till.stand_in.faults.append(LOST_AFTER)
    asyncio.run(till.send())
    assert state(till) == ("unknown", 0, 0, "no_answer")
    till.stand_in.take_back("tr_0", 900)

    asyncio.run(till.hear(till.stand_in.events[-1]))

    assert state(till) == ("reversed", 900 * FEN, 900 * FEN, None)
    till.proved()


def test_a_decline_gives_the_earnings_back_with_its_reason(till):
    till.stand_in.balance = 0

    assert paid(till).reason == "balance_insufficient"
    assert till.balance(AccountKind.MERCHANT_PAYABLE, shop("a")) == 900 * FEN
    till.proved()


def test_what_nobody_answered_is_a_failure_that_the_clock_tries_again(till):
    till.stand_in.faults.append(LOST_AFTER)
    payout = paid(till)
    name = f"pay_{payout.id.hex()}"

    assert (payout.state, till.money.failures.of("payout")) == ("unknown", [name])
    till.now = lambda: Instant(NOW + 3_600_000_000)
    till.money.failures._now = till.now
    asyncio.run(till.payouts.retry())

    assert state(till)[0] == "paid"
    assert till.money.failures.of("payout") == []
    till.proved()


def test_who_has_no_account_with_it_waits_for_another_provider(till):
    till.records.drop_payee("town", shop("b"), STRIPE)
    till.earn(shop("a"), 100 * FEN)
    till.earn(shop("b"), 100 * FEN)
    till.next_day()

    assert [payout.party for payout in till.records.payouts("town")] == [shop("a")]


def test_money_is_brought_to_a_provider_once_and_never_more_than_there_is(till):
    money = till.money
    clearing = money.account(AccountKind.PROVIDER_CLEARING, provider("manual"))
    payable = money.account(AccountKind.MERCHANT_PAYABLE, shop("a"))
    asked = Transfer(transfer_id("x"), clearing.id, payable.id, Micros(900 * FEN), Code.EARNED)
    till.records.post_transfers("town", [asked], opening=[clearing, payable], now=till.now(), today=till.day)  # fmt: skip

    def fund(amount, token):
        return till.payees.fund("manual", STRIPE, Amount(amount * FEN, "CNY"), token)

    async def scenario():
        first, again = await fund(400, "k1"), await fund(400, "k1")
        assert first == again
        for amount, token, code in ((401, "k1", "funds_replayed"), (501, "k2", "funds_refused")):
            with pytest.raises(ConflictError) as refused:
                await fund(amount, token)
            assert refused.value.code == code

    asyncio.run(scenario())

    assert till.balance(AccountKind.PROVIDER_CLEARING, provider(STRIPE)) == -400 * FEN
    assert till.balance(AccountKind.PROVIDER_CLEARING, provider("manual")) == -500 * FEN


def test_a_payees_trouble_is_kept_until_the_bank_takes_money_again(till):
    for account, trouble, expected in (("acct_a", "account_closed", "account_closed"), ("acct_a", "", "")):  # fmt: skip
        kind = "payout.failed" if trouble else "payout.paid"
        till.stand_in.happened(kind, {"failure_code": trouble}, account=account)
        asyncio.run(till.hear(till.stand_in.events[-1]))
        troubles = {payee.party: payee.trouble for payee in till.records.payees("town")}
        assert troubles == {shop("a"): expected, shop("b"): "", shop("c"): ""}


def test_an_events_payout_of_another_community_changes_nothing(till):
    body = json.dumps({"type": "transfer.created", "object": "event", "data": {"object": {
        "id": "tr_9", "transfer_group": "pay_" + 32 * "f", "currency": "cny", "amount": 5, "amount_reversed": 0,
    }}})  # fmt: skip
    before = till.records.accounts("town")

    asyncio.run(till.hear(body))

    assert till.records.accounts("town") == before


def test_payees_are_written_in_place_forgotten_and_gone_with_the_person(records):
    records.put_person("town", "ann", ANN, now=NOW)
    ann = person(records.person("town", "ann").ordinal)
    assert records.put_payee("town", Payee(ann, STRIPE, "acct_1"))
    assert not records.put_payee("town", Payee(ann, STRIPE, "acct_2"))
    assert records.put_payee("town", Payee(shop("s"), STRIPE, "acct_3"))
    assert records.payees("town", ann) == [Payee(ann, STRIPE, "acct_2")]
    assert records.payees("other") == []

    records.erase_person("town", "ann", now=NOW)

    assert records.payees("town") == [Payee(shop("s"), STRIPE, "acct_3")]
    assert records.drop_payee("town", shop("s"), STRIPE)
    assert not records.drop_payee("town", shop("s"), STRIPE)
