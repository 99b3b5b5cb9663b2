"""A small trade over an unreliable world: requests come twice, late, out of order, and the store breaks in mid-write.

One seed gives one run. `Trade` draws requests, `deliver` brings each to the store at least once, and after every
delivery the store is compared with the plain book of `ledger_oracle`.
"""

import random
from dataclasses import dataclass, field, replace

from ledger_oracle import Oracle
from ledger_world import ADJUSTMENT, CLEARING, COMMISSION, REFUNDS, TODAY, held, payable
from lodestone.base.clock import Instant
from lodestone.ledger.chart import Code
from lodestone.ledger.transfers import (
    MOVING,
    Outcome,
    Transfer,
    TransferKind,
    chain,
    reverse,
    transfer_id,
)
from lodestone.stores.ledger import post
from lodestone.stores.ledger.port import TransferFilter
from records_world import NOW

SHOPS = ("a", "b", "c")
ACCOUNTS = [
    CLEARING, COMMISSION, REFUNDS, ADJUSTMENT, *map(held, SHOPS), *map(payable, SHOPS),
]  # fmt: skip
SECOND = 1_000_000


class CrashError(Exception):
    """The process dies here, as far as the transaction can tell."""


@dataclass(frozen=True)
class Request:
    """What somebody asks, once made always the same, however often it is sent."""

    transfers: tuple


class Trade:
    """Draws requests: sales, holds and what becomes of them, refunds, corrections, and plain nonsense."""

    def __init__(self, chance):
        self.chance, self.count = chance, 0
        self.paid, self.holds = [], []

    def id(self):
        self.count += 1
        return transfer_id("simulated", self.count)

    def transfer(self, debit, credit, amount, code=Code.PAYMENT, **more):
        return Transfer(self.id(), debit.id, credit.id, amount, int(code), **more)

    def request(self):
        draw = self.chance.choice(
            ["sale", "sale", "hold", "hold", "resolve", "resolve", "refund", "spend", "late", "odd"]
        )
        return Request(tuple(getattr(self, draw)()))

    def sale(self):
        shop, amount = self.chance.choice(SHOPS), self.chance.randrange(10, 1_000)
        pay = self.transfer(CLEARING, held(shop), amount, external=f"o{self.count}")
        share = amount // 10
        earned = self.transfer(held(shop), payable(shop), amount - share, Code.EARNED)
        commission = self.transfer(held(shop), COMMISSION, share, Code.COMMISSION)
        self.paid.append(pay)
        return chain(pay, earned, commission) if self.chance.random() < 0.7 else [pay]

    def hold(self):
        shop, seconds = self.chance.choice(SHOPS), self.chance.choice([0, 2, 5])
        made = self.transfer(
            CLEARING, held(shop), self.chance.randrange(10, 500), kind=TransferKind.HOLD,
            timeout_seconds=seconds,
        )  # fmt: skip
        self.holds.append(made)
        return [made]

    def resolve(self):
        if not self.holds:
            return self.hold()
        of = self.chance.choice(self.holds)
        kind = self.chance.choice([TransferKind.POST, TransferKind.POST, TransferKind.VOID])
        amount = self.chance.randrange(1, of.amount + 20) if kind is TransferKind.POST else 0
        return [Transfer(self.id(), b"", b"", amount, int(Code.PAYMENT), kind, hold=of.id)]

    def refund(self):
        if not self.paid:
            return self.sale()
        wrong = self.chance.choice(self.paid)
        return [
            reverse(wrong, self.id(), code=Code.REFUND, amount=self.chance.randrange(1, wrong.amount + 5))
        ]  # fmt: skip

    def spend(self):
        shop = self.chance.choice(SHOPS)
        return [self.transfer(payable(shop), REFUNDS, self.chance.randrange(1, 900), Code.REFUND)]

    def late(self):
        (made,) = self.hold()[:1]
        return [replace(made, kind=TransferKind.MOVE, timeout_seconds=0, day=TODAY - self.chance.randrange(3))]  # fmt: skip

    def odd(self):
        return self.chance.choice([
            [self.transfer(CLEARING, held("nobody"), 5)],
            [self.transfer(CLEARING, CLEARING, 5)],
            [self.transfer(ADJUSTMENT, COMMISSION, 0)],
            [replace(self.transfer(CLEARING, held("a"), 5), linked=True)],
            chain(self.transfer(CLEARING, held("a"), 50), self.transfer(payable("b"), REFUNDS, 10**9)),
        ])  # fmt: skip


@dataclass
class World:
    """The store, the plain book beside it, and the clock they share."""

    records: object
    community: str
    chance: random.Random
    oracle: Oracle = field(
        default_factory=lambda: Oracle({one.id: (one.currency, one.limit) for one in ACCOUNTS})
    )
    now: int = NOW
    today: int = TODAY
    log: list = field(default_factory=list)
    """What reached the store and was committed, in order, so that it can be replayed."""
    crashes: int = 0

    def post(self, request):
        """Bring a request to the store until it is committed; each crash leaves nothing behind."""
        while True:
            at = self.chance.randrange(12)
            try:
                with breaking(at):
                    told = self.records.post_transfers(
                        self.community, request.transfers, now=Instant(self.now), today=self.today
                    )
            except CrashError:
                self.crashes += 1
                continue
            break
        assert told == self.oracle.post(request.transfers, self.now, self.today)
        self.log.append(("post", request, self.now, self.today))
        return told

    def pass_time(self):
        self.now += self.chance.randrange(3) * SECOND
        released = self.records.expire_holds(
            self.community, now=Instant(self.now), today=self.today
        )
        for name in released:
            expiry = Transfer(
                transfer_id("expire", name.hex()), b"", b"", 0,
                self.oracle.find(name).transfer.code, TransferKind.EXPIRE, hold=name,
            )  # fmt: skip
            assert self.oracle.post([expiry], self.now, self.today) == [Outcome.POSTED]
        self.log.append(("expire", None, self.now, self.today))

    def next_day(self):
        self.today += 1
        self.now += 86_400 * SECOND
        self.records.close_day(
            self.community, self.today - 1, now=Instant(self.now), today=self.today
        )
        self.oracle.closed_through = self.today - 1
        self.log.append(("close", None, self.now, self.today))

    def check(self):
        """The book balances, stands as the plain book does, and no account is past its limit."""
        stands = {one.id: one for one in self.records.accounts(self.community)}
        for account in ACCOUNTS:
            one = stands[account.id]
            sums = (one.debits_pending, one.debits_posted, one.credits_pending, one.credits_posted)
            assert sums == self.oracle.sums(account.id), account
            if account.limit == 1:
                assert one.debits_pending + one.debits_posted <= one.credits_posted
            if account.limit == 2:
                assert one.credits_pending + one.credits_posted <= one.debits_posted
        assert sum(one.balance for one in stands.values()) == 0

    def booked(self):
        return self.records.transfers(self.community, TransferFilter(), limit=100_000)


class breaking:  # noqa: N801  reads as a word: with breaking(3): ...
    """Let the store die before or after one of its next writes."""

    def __init__(self, at):
        self.at = at

    def __enter__(self):
        self.real, self.count = post.put, 0
        post.put = self.put

    def __exit__(self, *_):
        post.put = self.real

    def put(self, *given):
        self.tick()
        self.real(*given)
        self.tick()

    def tick(self):
        if self.count == self.at:
            raise CrashError
        self.count += 1


def simulate(records, community, seed, steps=45):
    """Run one seed to its end and return the world, everything in it checked."""
    chance = random.Random(seed)
    records.open_accounts(community, ACCOUNTS)
    world, trade = World(records, community, chance), Trade(chance)
    # The clearing account may only give back what it was given.
    unsent, sent = [], []
    for _ in range(steps):
        unsent.append(trade.request())
        draw = chance.random()
        if draw < 0.15 and sent:
            world.post(chance.choice(sent))  # somebody did not hear the answer, and asks again
        elif draw < 0.2:
            world.next_day()
        elif draw < 0.35:
            world.pass_time()
        elif draw < 0.9:
            request = unsent.pop(chance.randrange(len(unsent)))  # in no order
            world.post(request)
            sent.append(request)
    chance.shuffle(unsent)
    for request in unsent:
        world.post(request)
    for request in chance.sample(sent, min(5, len(sent))):
        world.post(request)
    world.check()
    once(world)
    return world


def once(world):
    """Every fact is in the book at most once, and no hold is resolved twice."""
    booked = world.booked()
    ids = [one.transfer.id for one in booked]
    assert len(set(ids)) == len(ids)
    assert ids == [entry.transfer.id for entry in world.oracle.entries]
    resolved = [one.transfer.hold for one in booked if one.transfer.hold != bytes(16)]
    assert len(set(resolved)) == len(resolved)
    for one in booked:
        if one.transfer.kind in MOVING:
            back = sum(o.transfer.amount for o in booked if o.transfer.corrects == one.transfer.id and o.transfer.kind in MOVING)  # fmt: skip
            assert back <= one.transfer.amount


def replay(world, community):
    """Send the log of requests to a fresh book; return its accounts' sums."""
    records = world.records
    records.open_accounts(community, ACCOUNTS)
    for what, request, now, today in world.log:
        if what == "post":
            records.post_transfers(community, request.transfers, now=Instant(now), today=today)
        elif what == "expire":
            records.expire_holds(community, now=Instant(now), today=today)
        else:
            records.close_day(community, today - 1, now=Instant(now), today=today)
    return standing(records, community)


def standing(records, community):
    return {
        one.id: (one.debits_pending, one.debits_posted, one.credits_pending, one.credits_posted)
        for one in records.accounts(community)
    }
