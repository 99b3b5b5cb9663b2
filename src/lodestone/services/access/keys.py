"""The keys of communities, made and revoked by the operator."""

from collections.abc import Sequence
from typing import TypeAlias

from lodestone.base.clock import Clock
from lodestone.stores.ports import Records
from lodestone.stores.records.types import KeyRecord, NewKey

KeyOfCommunity: TypeAlias = KeyRecord
"""A key as it is shown: everything but the key."""


class CommunityKeys:
    """Use cases of keys, of every community of an installation."""

    def __init__(self, records: Records, wall: Clock) -> None:
        self._records, self._threads, self._wall = records, records.threads, wall

    async def of(self, community: str) -> list[KeyRecord]:
        """Return a community's keys. Raises UnknownError."""
        return await self._threads.read(self._records.keys, community)

    async def create(self, community: str, name: str, scopes: Sequence[str]) -> NewKey:
        """Make a key. Raises UnknownError."""
        return await self._threads.commit(
            self._records.create_key, community, name=name, scopes=scopes, now=self._wall.now()
        )

    async def revoke(self, community: str, key_id: str) -> None:
        """Make a key worthless, with every token and login made under it. Raises UnknownError."""
        await self._threads.commit(
            self._records.revoke_key, community, key_id, now=self._wall.now()
        )
