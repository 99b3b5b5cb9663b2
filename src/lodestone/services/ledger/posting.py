"""A community's money at work: post under group commit, expire by its clock, show accounts and statements."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from lodestone.base.clock import Instant
from lodestone.base.errors import UnavailableError
from lodestone.ledger import chart
from lodestone.ledger.accounts import Account
from lodestone.ledger.chart import AccountKind
from lodestone.ledger.transfers import Outcome, Transfer, TransferId
from lodestone.services.support.failures import Failures
from lodestone.services.support.group_commit import GroupCommitter, GroupRules
from lodestone.services.support.tasks import asked
from lodestone.stores.ledger.port import LedgerStore
from lodestone.stores.records.types import CommunityRecord

GROUP_MAX: Final = 4_000
"""Transfers in one commit, at most, unless one request alone has more."""
EXPIRE_MAX: Final = 10_000
ABANDONED: Final = UnavailableError(
    "ledger_abandoned", "The commit this was part of broke off; ask again with the same ids."
)


@dataclass(frozen=True, slots=True)
class _Posting:
    """One request that waits for a commit."""

    transfers: Sequence[Transfer]
    opening: Sequence[Account]


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
        rules: GroupRules[_Posting] = GroupRules(
            "posting", GROUP_MAX, ABANDONED, weigh=lambda posting: len(posting.transfers)
        )
        self._committer = GroupCommitter(rules, self._commit_group, store.threads, self.failures)

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
        return await self._committer.ask(_Posting(transfers, opening))

    async def _commit_group(self, group: Sequence[_Posting]) -> list[list[Outcome]]:
        transfers = [transfer for posting in group for transfer in posting.transfers]
        opening = [account for posting in group for account in posting.opening]
        outcomes = iter(await self._commit_one(transfers, opening))
        return [list(islice(outcomes, len(posting.transfers))) for posting in group]

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
                        self.store.expire_holds,
                        self.community,
                        now=now,
                        today=self._day_of(now),
                        limit=EXPIRE_MAX,
                        only=wanted,
                    )
                )

            await self.failures.each("hold", [name.hex() for name in over], expire)
            if len(over) < EXPIRE_MAX or len(released) == before:
                return released
