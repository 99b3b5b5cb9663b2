"""Group commit: requests that come while a commit is under way share the next one, and one at fault fails alone."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from typing import Generic, TypeVar

from lodestone.base.errors import LodestoneError, UnavailableError
from lodestone.services.support.failures import Failures
from lodestone.services.support.shared_commit import answer_to, commit_apart
from lodestone.services.support.tasks import start
from lodestone.stores.sql.threads import DatabaseThreads, stalled

Ask = TypeVar("Ask")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class GroupRules(Generic[Ask]):
    """What tells one group commit from another."""

    name: str
    """What it does, as a task; see `tasks.start`."""
    most: int
    """Of a group, weighed; a request that alone weighs more is a group of its own."""
    abandoned: UnavailableError
    """What is answered when a commit was broken off from outside."""
    weigh: Callable[[Ask], int] = lambda _: 1
    turn: Callable[[], AbstractAsyncContextManager[object]] = nullcontext
    """Is entered before a group is taken, and left after it is answered."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting(Generic[Ask, Answer]):
    """One request, and who waits for it."""

    ask: Ask
    done: "asyncio.Future[Answer]"

    def answer(self, answer: Answer | LodestoneError) -> None:
        """Answer whoever still waits."""
        if self.done.done():
            return
        if isinstance(answer, LodestoneError):
            self.done.set_exception(answer)
        else:
            self.done.set_result(answer)


class GroupCommitter(Generic[Ask, Answer]):
    """A queue, and one task that commits what stands in it. Called on the event loop's thread only.

    One task does it: a lock that each asker took would wake every one of them once more for nothing.
    """

    def __init__(
        self,
        rules: GroupRules[Ask],
        commit: Callable[[Sequence[Ask]], Awaitable[Sequence[Answer | LodestoneError]]],
        threads: DatabaseThreads,
        failures: Failures,
    ) -> None:
        """Take what a group commit needs.

        Args:
            rules: See there.
            commit: Does requests in one commit and returns the answer to each, an error where it was refused.
                Raises when nothing was done, or what doing again does no harm to; see `commit_apart`.
            threads: Say how long a request is waited for.
            failures: Where it is noted should the task end by an error.
        """
        self._rules = rules
        self._commit = commit
        self._threads = threads
        self._failures = failures
        self._queue: list[_Waiting[Ask, Answer]] = []
        self._task: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        """Return how many requests stand in the queue, those being committed not among them."""
        return len(self._queue)

    async def ask(self, ask: Ask) -> Answer:
        """Have a request committed; return its answer once that is durable.

        It goes on to its end should the caller leave. What has not begun by the time it is no longer waited for is
        not done at all.

        Raises:
            LodestoneError: It was refused, or not committed; UnavailableError `records_stalled`: not in time.
        """
        done: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        waiting = _Waiting(ask, done)
        self._queue.append(waiting)
        if self._task is None:
            self._task = start(self._rules.name, self._work(), self._failures)
        try:
            return await self._threads.patient(waiting.done)
        except UnavailableError:
            if waiting.done.done() or waiting not in self._queue:
                raise
            self._queue.remove(waiting)
            raise stalled(self._threads.limits.statement_seconds, started=False) from None

    async def _work(self) -> None:
        """Commit group after group until nobody waits; whoever asks meanwhile is in the next."""
        try:
            while self._queue:
                async with self._rules.turn():
                    await self._commit_group(self._group())
        finally:
            self._task = None
            abandoned, self._queue = self._queue, []
            for waiting in abandoned:
                waiting.answer(self._rules.abandoned)

    def _group(self) -> list[_Waiting[Ask, Answer]]:
        """Take the oldest requests that fit into one commit."""
        count, weight = 0, 0
        for waiting in self._queue:
            weight += self._rules.weigh(waiting.ask)
            if count and weight > self._rules.most:
                break
            count += 1
        group, self._queue = self._queue[:count], self._queue[count:]
        return group

    async def _commit_group(self, group: Sequence[_Waiting[Ask, Answer]]) -> None:
        """Commit a group at once, or apart should one of it break the commit off."""
        try:
            if group:
                await commit_apart(group, self._commit_some, _refuse)
        finally:
            for waiting in group:
                waiting.answer(self._rules.abandoned)

    async def _commit_some(self, some: Sequence[_Waiting[Ask, Answer]]) -> None:
        answers = await self._commit([waiting.ask for waiting in some])
        for waiting, answer in zip(some, answers, strict=True):
            waiting.answer(answer)


def _refuse(waiting: _Waiting[Ask, Answer], error: Exception) -> None:
    """Say why a request was not done; of one for which nobody waits nothing is logged."""
    if not waiting.done.done():
        waiting.answer(answer_to(error))
