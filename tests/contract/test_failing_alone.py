"""One bad command of a shared commit fails alone: every honest one beside it is served, on both databases."""

import asyncio
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger_world import TODAY, move
from lodestone.base.clock import ManualClock
from lodestone.base.errors import CorruptError, InternalError, InvalidError, UnavailableError
from lodestone.commerce.order import LineIn, OrderIn
from lodestone.commerce.product import ProductIn, Variant, own_key, shared_key
from lodestone.commerce.stock import Stock, hold
from lodestone.ledger import AccountKind, Outcome
from lodestone.services.commerce.context import Reply
from lodestone.services.community.orders_only import OrdersOnlyCommunity
from lodestone.services.ledger.posting import Money
from records_world import NOW
from trade_simulation import TOWN, cny, open_market

TEA = own_key("tea", "v")


class Breaking:
    """Records whose commit of trade breaks off, at its very end, when somebody has asked for that."""

    def __init__(self, records):
        self.records, self.commits, self.broken, self.silent = records, 0, False, False

    def __getattr__(self, name):
        return getattr(self.records, name)

    @contextmanager
    def unit_of_work(self, community, *, now):
        self.commits, self.broken = self.commits + 1, False
        if self.silent:
            raise UnavailableError("records_unavailable", "no")
        with self.records.unit_of_work(community, now=now) as work:
            yield work
            if self.broken:
                raise RuntimeError("the commit breaks off")


def raising(error):
    """Return a command that changes stock everybody shares, and then raises."""

    def work(context):
        context.work.stock.put(TEA, hold(context.work.stock.get(TEA), 7))
        raise error

    return work


def too_deep(_counter):
    def deeper(level):
        return deeper(level + 1)

    deeper(0)


def unwritable_stock(context):
    key = shared_key("duck")
    assert context.work.stock.get(key) is not None
    context.work.stock.put(key, Stock(2**70))
    return Reply(200, None)


def unwritable_transfer(context):
    book = context.book.hold("ord_x\ud800", "s", "manual", 5)
    context.work.ledger.post(book.transfers, book.accounts, context.today)
    return Reply(200, None)


def written_twice(context):
    order = context.work.orders.get(1)
    context.work.orders.add(order, context.work.parties.get("p0"), None)
    return Reply(200, None)


POISONS = {
    "assert": raising(AssertionError("whatever")),
    "overflow": raising(OverflowError("too far")),
    "nothing next": raising(StopIteration()),
    "sealed bytes": raising(CorruptError("records_corrupt", "it does not open")),
    "depth": too_deep,
    "number": unwritable_stock,
    "transfer": unwritable_transfer,
    "twice": written_twice,
    "commit": None,
}


class Stage:
    """A desk whose shop sells tea without end."""

    def __init__(self, records):
        open_market(records, "town")
        tea = ProductIn(
            shop_id="s", name="tea", fulfilment=("pickup",),
            variants=(Variant(id="v", price=cny(3), stock=100_000),),
        )  # fmt: skip
        records.put_product("town", "tea", tea, currency="CNY", now=NOW)
        self.records = Breaking(records)
        desk = OrdersOnlyCommunity(self.records, records.community("town"), ManualClock(NOW), {})
        self.trade = desk.trade

    def honest(self, n):
        given = OrderIn(
            buyer=f"p{n % 6}", lines=(LineIn(product_id="tea", variant_id="v"),), position=TOWN
        )
        return self.trade.order(given, None)

    def poison(self, kind):
        def breaking(context):
            context.work.stock.put(TEA, hold(context.work.stock.get(TEA), 7))
            self.records.broken = True
            return Reply(200, None)

        return self.trade.serve(1, POISONS[kind] or breaking, None)

    def serve(self, count, poisons):
        """Serve so many commands at one moment, of which some are poisoned; return what each was answered."""

        async def all_at_once():
            asked = [
                self.poison(poisons[n]) if n in poisons else self.honest(n) for n in range(count)
            ]
            return await asyncio.gather(*asked, return_exceptions=True)

        return asyncio.run(asyncio.wait_for(all_at_once(), 60))

    def held(self):
        return self.records.product("town", "tea")[1][TEA].held


@pytest.fixture
def stage(records):
    return Stage(records)


def require_alone(stage, poisons, count, *, held=0):
    answers = stage.serve(count, poisons)
    honest = [one for n, one in enumerate(answers) if n not in poisons]
    assert {type(one) for one in honest} <= {Reply}, honest
    assert {one.status for one in honest} == {201}
    assert len({one.told.id for one in honest}) == len(honest)
    assert {type(answers[n]) for n in poisons} <= {InternalError}
    assert {answers[n].code for n in poisons} <= {"internal"}
    assert stage.held() == held + len(honest)


def test_every_honest_order_among_poisoned_ones_is_served_and_every_poisoned_one_fails_alone(
    stage, logged
):
    stage.serve(1, {})
    places = [0, 1, 17, 18, 60, 77, 98, 118, 119]

    require_alone(stage, dict(zip(places, POISONS, strict=True)), 120, held=1)

    assert [entry["event"] for entry in logged] == ["request failed alone"] * len(places)
    # One at fault among n costs about 2 log2(n) commits, not n.
    assert stage.records.commits < 2 * len(places) * 8


@settings(
    deadline=None, max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.dictionaries(st.integers(0, 15), st.sampled_from(sorted(POISONS)), max_size=6))
def test_wherever_the_poisoned_stand_the_others_are_served(stage, poisons):
    if not stage.held():
        stage.serve(1, {})

    require_alone(stage, poisons, 16, held=stage.held())


def test_an_order_beyond_what_an_amount_holds_is_refused_by_its_line(stage):
    dear = ProductIn(
        shop_id="s", name="dear", fulfilment=("pickup",),
        variants=(Variant(id="v", price=cny(10**15), stock=10**6),),
    )  # fmt: skip
    stage.records.put_product("town", "dear", dear, currency="CNY", now=NOW)

    def order(*quantities):
        lines = tuple(LineIn(product_id="dear", variant_id="v", quantity=n) for n in quantities)
        return stage.trade.order(OrderIn(buyer="p0", lines=lines, position=TOWN), None)

    async def ask():
        asked = [
            order(10_000),
            order(2_000, 2_000, 1_000),
            order(4_611),
            *map(stage.honest, range(20)),
        ]
        return await asyncio.gather(*asked, return_exceptions=True)

    whole, third, most, *honest = asyncio.run(ask())

    for refusal, field in ((whole, "lines[0].quantity"), (third, "lines[2].quantity")):
        assert isinstance(refusal, InvalidError)
        assert (refusal.code, refusal.details[0].field) == ("total_too_large", field)
    assert most.told.total.micros == 4_611 * 10**15
    assert {one.status for one in honest} == {201}
    assert stage.records.commits == 1


# The ledger's own commit


def posting(money, name, amount=5, **more):
    ours = money.account(AccountKind.ADJUSTMENT)
    theirs = money.account(AccountKind.COMMISSION_REVENUE)
    return money.post([move(name, ours, theirs, amount, **more)], opening=[ours, theirs])


def test_every_honest_transfer_among_poisoned_ones_is_posted_and_every_poisoned_one_fails_alone(
    records,
):
    record = records.community("town")
    money = Money(records, record, lambda: NOW, lambda _: TODAY)
    poisons = {0: {"external": "\ud800"}, 41: {"amount": "5"}, 79: {"external": "\udfff"}}

    async def ask():
        asked = [posting(money, f"t{n}", **poisons.get(n, {})) for n in range(80)]
        return await asyncio.gather(*asked, return_exceptions=True)

    answers = asyncio.run(asyncio.wait_for(ask(), 60))

    assert [answers[n] for n in range(80) if n not in poisons] == [[Outcome.POSTED]] * 77
    assert {type(answers[n]) for n in poisons} == {InternalError}
    account = money.account(AccountKind.ADJUSTMENT)
    assert records.account("town", account.id).debits_posted == 77 * 5


def test_a_store_that_does_not_answer_is_asked_once_for_a_whole_batch(records):
    stage = Stage(records)

    async def ask():
        stage.records.silent = True
        return await asyncio.gather(*map(stage.honest, range(40)), return_exceptions=True)

    answers = asyncio.run(ask())

    assert {type(one) for one in answers} == {UnavailableError}
    assert stage.records.commits == 1
