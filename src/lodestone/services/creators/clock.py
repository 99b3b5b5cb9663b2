"""What time brings about in creators' orders: silence, counts, settlements, and parties that were erased.

Counting reads the log and takes long, so it is done before the commit that uses it; that commit looks again whether the
order still stands as it was counted for.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final, Protocol, TypeAlias

import msgspec

from lodestone.base.clock import Instant
from lodestone.content import Community
from lodestone.creators.life import HOLDS, SILENCE, Actor, Move, Stage
from lodestone.creators.plays import Count
from lodestone.creators.settlement import Kind
from lodestone.services.creators.context import OrderContext
from lodestone.services.support.failures import Failures
from lodestone.services.support.ports import Clock
from lodestone.services.support.record_writes import Writes
from lodestone.stores.creators.types import Assignment
from lodestone.stores.ports import Records
from lodestone.stores.records.types import Change

JOB: Final = "creators' orders"
"""The job of moving creators' orders on; its rows are their numbers."""
BATCH: Final = 200
_GOES_ON: Final = HOLDS - {Stage.ACCEPTED}
"""Stages that go on by silence when the advertiser's owner was erased: there is work to be paid for."""
_NOTHING: Final = Count(0, 0, {})
Counted: TypeAlias = tuple[Assignment, Count]
"""An order as it stood when it was counted, and the count."""


class Counter(Protocol):
    """Counts what came of published items."""

    def count(self, orders: Sequence[Assignment]) -> dict[int, Count]:
        """Return what the log says of orders' items within their counted days, by number; in a thread for long work."""
        ...


class OrderClock:
    """Moves the orders of one community on. Called on the event loop's thread only."""

    def __init__(
        self,
        community: Community,
        clock: Clock,
        records: Records,
        writes: Writes,
        failures: Failures,
        counter: Counter,
    ) -> None:
        self._community, self._clock, self._records = community, clock, records
        self._writes, self._failures, self._counter = writes, failures, counter

    async def tick(self) -> None:
        """Move on whatever is due; what fails is noted and tried again, and the others go on.

        Raises:
            UnavailableError: The records do not answer.
        """
        while rows := await self._records.threads.read(self._due):
            if not await self._failures.each(JOB, rows, self._some):
                return
        self._failures.settle(JOB)

    def _due(self) -> list[str]:
        waiting = [int(row) for row in self._failures.waiting(JOB)]
        with self._records.creator_finds(self._community.id) as finds:
            return [str(number) for number in finds.due(self._clock.now(), BATCH, waiting)]

    async def _some(self, rows: Sequence[str]) -> None:
        counted = await self._records.threads.long(self._count, [int(row) for row in rows])
        now = self._clock.now()
        for row in rows:
            write = partial(self._write, int(row), counted.get(int(row)), now)
            await self._writes.publish(write)

    def _count(self, numbers: Sequence[int]) -> dict[int, Counted]:
        """Count what orders need for their next move: those of them that were published."""
        with self._records.creator_finds(self._community.id) as finds:
            orders = [order for number in numbers if (order := finds.order(number)) is not None]
        published = [order for order in orders if order.published is not None]
        by_log = [order for order in published if order.terms.kind is not Kind.FIXED]
        counts = self._counter.count(by_log) if by_log else {}
        return {order.number: (order, counts.get(order.number, _NOTHING)) for order in published}

    def _write(self, number: int, counted: Counted | None, now: Instant) -> list[Change]:
        with self._records.creator_work(self._community.id, now=now) as work:
            order, count = work.order(number), None
            if order is None:
                return []
            if counted is not None and counted[0] == order:
                assert order.item is not None
                count = msgspec.structs.replace(counted[1], stays=work.item_stays(order.item))
            move_on(OrderContext(work, self._community), order, count)
        return []


def move_on(context: OrderContext, order: Assignment, count: Count | None) -> None:
    """Do what the clock does to an order now, if anything.

    Args:
        context: The commit.
        order: As it stands.
        count: Of its item, made for the order as it stands; None where there is none.
    """
    if order.orphaned and _leaves(context, order):
        context.move(order, Move.LEAVE, Actor.CLOCK)
    elif order.due is not None and order.due <= context.now:
        _silence(context, order, count)
    elif order.orphaned:
        context.work.put(replace(order, orphaned=False))


def _leaves(context: OrderContext, order: Assignment) -> bool:
    """Say whether an order ends because a party was erased."""
    if context.work.party_at(order.creator) is None:
        return True
    return context.work.party_at(order.owner) is None and order.stage not in _GOES_ON


def _silence(context: OrderContext, order: Assignment, count: Count | None) -> None:
    move = SILENCE[order.stage]
    if order.published is None:
        context.move(order, move, Actor.CLOCK)
    elif count is None:
        return  # it has moved since it was counted: the next round looks again
    elif move is Move.MEASURE:
        context.move(order, move, Actor.CLOCK, counted=count)
    else:
        first = order.counted or count
        context.move(order, move, Actor.CLOCK, counted=first, counted_late=count)
