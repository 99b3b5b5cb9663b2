"""What this process knows of access: the good keys, the communities, and what has ended before its time."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from lodestone.base.clock import DAY_MICROS, Instant
from lodestone.services.access.principal import Principal
from lodestone.stores.records.access_port import OPENED, AccessChange, AccessKind, AccessState
from lodestone.stores.records.types import KeyRecord

KEPT_MICROS = DAY_MICROS
"""How long what has ended is remembered: longer than anything that is signed is good for."""
_LOGINS_MANY = 1024


class Standing(Enum):
    """How something signed stands."""

    GOOD = auto()
    ENDED = auto()
    UNHEARD = auto()
    """Its key or community is not known here: the records must be asked whether there is one by now."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What a token or cookie rests on."""

    key_id: str
    """The key it was minted under."""
    community: str
    number: int
    """Of the newest change of access that was known when it was minted."""


class AccessTable:
    """See the module. Written by any thread; readers take no lock, since each reads one table once.

    A key that was revoked stays so, in whatever order changes are heard.
    """

    def __init__(self) -> None:
        self.number = 0
        """Of the last change read from the records."""
        self.stamp = 0
        """Of the newest change known, which this process may have made itself; what is minted bears it."""
        self.active: frozenset[str] = frozenset()
        """The communities that are open."""
        self._lock = threading.Lock()
        self._principals: dict[bytes, Principal] = {}
        self._digests: dict[str, bytes] = {}
        self._revoked: set[str] = set()
        self._refused: set[bytes] = set()
        self._secrets: dict[str, bytes] = {}
        self._closed: dict[str, int] = {}
        self._logins: dict[str, Instant] = {}
        self._erased: set[tuple[str, int]] = set()

    def begin(self, state: AccessState) -> None:
        """Take up what holds at a start."""
        for key in state.keys:
            self._key(key.id, key)
        self.apply(state.changes)
        self.number = state.number
        self.stamp = max(self.stamp, state.number)

    def apply(self, changes: Sequence[AccessChange]) -> None:
        """Take up changes; any of them again does nothing."""
        with self._lock:
            for change in changes:
                self._apply(change)
                self.stamp = max(self.stamp, change.number)

    def principal(self, digest: bytes) -> Principal | None:
        """Return whom a good key stands for."""
        return self._principals.get(digest)

    def scopes(self, key_id: str) -> frozenset[str]:
        """Return what a good key may do, by its id; nothing for one that is not known."""
        principal = self._principals.get(self._digests.get(key_id, b""))
        return frozenset() if principal is None else principal.scopes

    def refused(self, digest: bytes) -> bool:
        """Say whether a key is known to have been revoked since this process began."""
        return digest in self._refused

    def secret(self, community: str) -> bytes | None:
        """Return what signs a community's tokens."""
        return self._secrets.get(community)

    def standing(self, signed: Signed) -> Standing:
        """Say how something signed stands."""
        if signed.key_id not in self._digests:
            return Standing.ENDED if signed.key_id in self._revoked else Standing.UNHEARD
        return self.community_standing(signed)

    def community_standing(self, signed: Signed) -> Standing:
        """Say the same of what rests on no key."""
        if signed.community not in self._secrets:
            return Standing.UNHEARD
        closed = signed.number < self._closed.get(signed.community, 0)
        ended = closed or signed.community not in self.active
        return Standing.ENDED if ended else Standing.GOOD

    def erased(self, community: str, ordinal: int) -> bool:
        """Say whether a person has been erased since the last day."""
        return (community, ordinal) in self._erased

    def logged_out(self, nonce: str) -> bool:
        """Say whether a login has been ended."""
        return nonce in self._logins

    def _apply(self, change: AccessChange) -> None:
        if change.kind is AccessKind.KEY:
            self._key(change.subject, change.key)
        elif change.kind is AccessKind.LOGIN:
            self._logins[change.subject] = change.time
            if len(self._logins) > _LOGINS_MANY:
                self._logins = _since(self._logins, change.time - KEPT_MICROS)
        elif change.community is None:
            return
        elif change.kind is AccessKind.PERSON:
            self._erased.add((change.community, int(change.subject)))
        else:
            self._community(change, change.community)

    def _key(self, key_id: str, key: KeyRecord | None) -> None:
        if key is None or key.revoked is not None:
            self._revoked.add(key_id)
            digest = self._digests.pop(key_id, None if key is None else key.digest)
            if digest is not None:
                self._refused.add(digest)
                self._principals.pop(digest, None)
        elif key_id not in self._revoked:
            self._digests[key_id] = key.digest
            self._principals[key.digest] = Principal(
                key.community, frozenset(key.scopes), key.digest, key_id=key_id
            )

    def _community(self, change: AccessChange, community: str) -> None:
        if change.secret:
            self._secrets[community] = change.secret
        if change.subject == OPENED:
            self.active |= {community}
        else:
            self.active -= {community}
            self._closed[community] = max(change.number, self._closed.get(community, 0))


def _since(times: Mapping[str, Instant], first: int) -> dict[str, Instant]:
    return {name: time for name, time in times.items() if time >= first}
