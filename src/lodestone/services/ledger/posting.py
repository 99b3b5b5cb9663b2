"""A community's money at work: post under group commit, expire by its clock, show accounts and statements."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from lodestone.base.clock import Instant
from lodestone.base.errors import UnavailableError
from lodestone.ledger import chart
from lodestone.ledger.accounts import Account
from lodestone.ledger.chart import AccountKind
from lodestone.ledger.transfers import Outcome, Transfer, TransferId
from lodestone.services.support.failures import Failures
from lodestone.services.support.shared_commit import answer_to, commit_apart
from lodestone.services.support.tasks import asked, start
from lodestone.stores.ledger.port import LedgerStore
from lodestone.stores.records.types import CommunityRecord

GROUP_MAX: Final = 4_000
"""Transfers in one commit, at most, unless one request alone has more."""
EXPIRE_MAX: Final = 10_000
ABANDONED: Final = UnavailableError(
    "ledger_abandoned", "The commit this was part of broke off; ask again with the same ids."
)


@dataclass(slots=True, eq=False)
class _Ask:
    """One request that waits for a commit."""

    transfers: Sequence[Transfer]
    opening: Sequence[Account]
    answer: asyncio.Future[list[Outcome]] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Money:
    """The ledger of one community. Called on the event loop's thread; the store works beside it."""

    def __init__(
        self,
        store: LedgerStore,
        record: CommunityRecord,
        now: Callable[[], Instant],
        day_of: Callable[[Instant], int],
        failures: Failures | None = None,
    ) -> None:
        self.failures = failures or Failures(now, record.id)
        self.store = store
        self.community = record.id
        self.currency = record.given.currency
        self._secret = record.secret
        self.now = now
        self._day_of = day_of
        self._waiting: list[_Ask] = []
        self._committer: asyncio.Task[None] | None = None

    def today(self) -> int:
        """Return the community's day."""
        return self._day_of(self.now())

    def account(self, kind: AccountKind, party: str = chart.PLATFORM) -> Account:
        """Return an account as the chart has it, to name it and to have it opened on demand."""
        return chart.account(self._secret, kind, party, self.currency)

    async def post(
        self, transfers: Sequence[Transfer], *, opening: Sequence[Account] = ()
    ) -> list[Outcome]:
        """Post transfers; complete once they are durable.

        Requests that arrive while a commit is under way share the next one. Each is judged in its
        turn, and what one of them was refused touches no other.

        Args:
            transfers: In the order they take effect; linked ones stand or fall together.
            opening: Accounts that may not be there yet.

        Raises:
            UnavailableError: They could not be stored; asking again with the same ids is safe.
        """
        if transfers and transfers[-1].linked:
            # Beside another request its chain would go on into that one's first transfer.
            alone = asked(self._commit_one(transfers, opening))
            return await self.store.threads.patient(alone)
        ask = _Ask(transfers, opening)
        self._waiting.append(ask)
        if self._committer is None:
            self._committer = start("posting", self._commit_waiting(), self.failures)
        return await self.store.threads.patient(ask.answer)

    async def _commit_waiting(self) -> None:
        """Commit group after group until nobody waits; whoever asks meanwhile is in the next.

        One task does it: a lock that each asker took would wake every one of them once more for nothing.
        """
        try:
            while self._waiting:
                await self._commit(self._group())
        finally:
            self._committer = None
            abandoned, self._waiting = self._waiting, []
            for ask in abandoned:
                if not ask.answer.done():
                    ask.answer.set_exception(ABANDONED)

    def _group(self) -> list[_Ask]:
        """Take the oldest requests that fit into one commit."""
        count, size = 0, 0
        for ask in self._waiting:
            size += len(ask.transfers)
            if count and size > GROUP_MAX:
                break
            count += 1
        group, self._waiting = self._waiting[:count], self._waiting[count:]
        return group

    async def _commit(self, group: list[_Ask]) -> None:
        """Commit a group at once, or apart should one of it break the commit off."""
        try:
            await commit_apart(group, self._commit_group, _refuse)
        finally:
            for ask in group:
                _refuse(ask, ABANDONED)

    async def _commit_group(self, group: Sequence[_Ask]) -> None:
        transfers = [one for ask in group for one in ask.transfers]
        opening = [one for ask in group for one in ask.opening]
        outcomes = await self._commit_one(transfers, opening)
        start = 0
        for ask in group:
            end = start + len(ask.transfers)
            if not ask.answer.done():
                ask.answer.set_result(outcomes[start:end])
            start = end

    async def _commit_one(
        self, transfers: Sequence[Transfer], opening: Sequence[Account]
    ) -> list[Outcome]:
        now = self.now()
        return await self.store.threads.write(
            lambda: self.store.post_transfers(
                self.community, transfers, opening=opening, now=now, today=self._day_of(now)
            )
        )

    async def expire(self) -> list[TransferId]:
        """Release the holds whose time is over by the community's clock; return their ids.

        One that cannot be released is noted in `failures`, and the others are.
        """
        now, released = self.now(), list[TransferId]()
        while True:
            over = await self.store.threads.write(
                self.store.holds_over, self.community, now=now, limit=EXPIRE_MAX
            )
            before = len(released)

            async def expire(names: Sequence[str]) -> None:
                wanted = [TransferId(bytes.fromhex(name)) for name in names]
                released.extend(
                    await self.store.threads.write(
                        self.store.expire_holds, self.community, now=now, today=self._day_of(now),
                        limit=EXPIRE_MAX, only=wanted,
                    )
                )  # fmt: skip

            await self.failures.each("hold", [name.hex() for name in over], expire)
            if len(over) < EXPIRE_MAX or len(released) == before:
                return released


def _refuse(ask: _Ask, error: Exception) -> None:
    """Tell whoever still waits why nothing was posted."""
    if not ask.answer.done():
        ask.answer.set_exception(answer_to(error))
