"""What time brings about in creators' orders: silence, counts, settlements, and parties that were erased.

Counting reads the log and takes long, so it has a turn of its own and is done before the commit that uses it; that commit
looks again whether the order still stands as it was counted for.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final, Protocol, TypeAlias

import msgspec

from lodestone.base.clock import Instant
from lodestone.content import Community
from lodestone.creators.life import HOLDS, SILENCE, Actor, Move, Stage
from lodestone.creators.plays import Count
from lodestone.services.creators.context import OrderContext
from lodestone.services.support.failures import Failures
from lodestone.services.support.ports import Clock
from lodestone.services.support.record_writes import Writes
from lodestone.stores.creators.types import Assignment
from lodestone.stores.ports import Records
from lodestone.stores.records.types import Change

JOB: Final = "creators' orders"
"""The job of moving creators' orders on; its rows are their numbers."""
COUNTS: Final = "counts of creators' orders"
"""The job of counting by the log what creators' orders came to, and moving these on; its rows are their numbers."""
BATCH: Final = 200
_GOES_ON: Final = HOLDS - {Stage.ACCEPTED}
"""Stages that go on by silence when the advertiser's owner was erased: there is work to be paid for."""
_NOTHING: Final = Count(0, 0, {})
Counted: TypeAlias = tuple[Assignment, Count]
"""An order as it stood when it was counted, and the count."""
Commit: TypeAlias = Callable[[Sequence[int]], Awaitable[None]]
"""Moves some orders on."""
Due: TypeAlias = Callable[[Instant, Sequence[int]], list[int]]
"""Gives the orders that are due at an instant, but for some."""


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
        """Move on whatever is due and needs no count; what fails is noted and tried again later, and the others go on.

        Raises:
            UnavailableError: The records do not answer.
        """
        await self._rounds(JOB, self._due, lambda: self._move)

    async def count(self) -> None:
        """Count what came of items whose orders are due, and move these on: as `tick`, and takes as long as the log is.

        Raises:
            UnavailableError: The records do not answer.
        """

        def fresh() -> Commit:
            counted: dict[int, Counted] = {}  # rows that are done apart are not counted again
            return partial(self._count_some, counted)

        await self._rounds(COUNTS, self._due_by_log, fresh)

    async def _rounds(self, job: str, due: Due, fresh: Callable[[], Commit]) -> None:
        """Do what is due of a job until nothing is, or nothing comes of it."""
        while True:
            waiting = [int(row) for row in self._failures.waiting(job)]
            rows = await self._records.threads.read(due, self._clock.now(), waiting)
            if not await self._failures.each(job, rows, fresh(), only=len(rows) >= BATCH):
                return

    def _due(self, now: Instant, waiting: Sequence[int]) -> list[int]:
        with self._records.creator_finds(self._community.id) as finds:
            rows = finds.orphaned(BATCH, waiting)
            rows += finds.due(now, BATCH, [*waiting, *rows], by_log=False)
        return rows[:BATCH]

    def _due_by_log(self, now: Instant, waiting: Sequence[int]) -> list[int]:
        with self._records.creator_finds(self._community.id) as finds:
            return finds.due(now, BATCH, waiting, by_log=True)

    async def _move(self, rows: Sequence[int]) -> None:
        now = self._clock.now()
        for row in rows:
            await self._writes.publish(partial(self._write, row, None, now))

    async def _count_some(self, counted: dict[int, Counted], rows: Sequence[int]) -> None:
        fresh = [row for row in rows if row not in counted]
        if fresh:
            counted |= await self._records.threads.long(self._count, fresh)
        now = self._clock.now()
        for row in rows:
            await self._writes.publish(partial(self._write, row, counted.get(row), now))

    def _count(self, numbers: Sequence[int]) -> dict[int, Counted]:
        """Count what orders need for their next move."""
        with self._records.creator_finds(self._community.id) as finds:
            orders_read = [finds.order(number) for number in numbers]
        orders = [order for order in orders_read if order is not None and order.by_log]
        counts = self._counter.count(orders) if orders else {}
        return {order.number: (order, counts[order.number]) for order in orders}

    def _write(self, number: int, counted: Counted | None, now: Instant) -> list[Change]:
        with self._records.creator_work(self._community.id, now=now) as work:
            order = work.order(number)
            if order is None:
                return []
            count = None if order.by_log else _NOTHING
            if counted is not None and counted[0] == order:
                count = counted[1]
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
        return
    if order.orphaned:
        order = replace(order, orphaned=False)
        context.work.put(order)
    if order.due is not None and order.due <= context.now:
        _silence(context, order, count)


def _leaves(context: OrderContext, order: Assignment) -> bool:
    """Say whether an order ends because a party was erased."""
    if context.work.party_at(order.creator) is None:
        return True
    return context.work.party_at(order.owner) is None and order.stage not in _GOES_ON


def _silence(context: OrderContext, order: Assignment, count: Count | None) -> None:
    move = SILENCE[order.stage]
    if order.published is None:
        context.move(order, move, Actor.CLOCK)
        return
    if count is None:
        return  # it has moved since it was counted, or is still to be
    count = msgspec.structs.replace(count, stays=_stays(context, order))
    if move is Move.MEASURE:
        context.move(order, move, Actor.CLOCK, counted=count)
    else:
        first = order.counted or count
        context.move(order, move, Actor.CLOCK, counted=first, counted_late=count)


def _stays(context: OrderContext, order: Assignment) -> bool:
    """Say whether an order's item was up when its days were over: looked at once, when it is measured."""
    if order.counted is not None:
        return order.counted.stays
    assert order.item is not None
    return context.work.item_stays(order.item)
