"""Remember which events were taken, exactly, for as long as they may come again.

A key is 64 bits of keyed BLAKE2b over the app's id: among ten million ids in the window two agree by chance once
in some 370,000 windows, and nobody without the community's secret can make them agree.
"""

import hashlib
import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools, Ints
from lodestone.events import dedupe_kernel as kernel
from lodestone.events.facts import Facts
from lodestone.events.outcomes import Kind

_LOAD: Final = 0.6
_EDGES: Final = (Kind.LIKE, Kind.UNLIKE, Kind.FOLLOW, Kind.UNFOLLOW)


class Dedupe:
    """A set of keys, each kept until its last day has passed. The plain twin is a dict; see its test."""

    def __init__(self, places: int = 1 << 14) -> None:
        self._keys = np.zeros(places, np.uint64)
        self._days = np.zeros(places, np.int32)
        self._used = 0
        self._since = 0

    def claim(self, keys: NDArray[np.uint64], days: Ints) -> Bools:
        """Take keys, to be kept through `days`; return which were new, the first of equals being."""
        self._reserve(keys.size)
        fresh = np.zeros(keys.size, bool)
        self._used += kernel.claim(self._keys, self._days, keys, days.astype(np.int32), fresh)
        return fresh

    def release(self, keys: NDArray[np.uint64]) -> None:
        """Give back keys whose facts could not be stored."""
        gone = np.isin(self._keys, np.where(keys == 0, np.uint64(1), keys)) & (self._keys != 0)
        self._days[gone] = -1
        self._lay(self._keys.size, 0)

    def advance(self, since: int) -> None:
        """Forget keys whose last day lies before `since`."""
        if since > self._since:
            self._since = since
            self._lay(self._keys.size, since)

    def held(self) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
        """Return every key and its last day; shape (keys,) each."""
        used = self._keys != 0
        return self._keys[used], self._days[used]

    @property
    def size(self) -> int:
        """Return how many keys are held."""
        return self._used

    @property
    def bytes(self) -> int:
        """Return the memory taken."""
        return self._keys.nbytes + self._days.nbytes

    def _reserve(self, more: int) -> None:
        wanted = int((self._used + more) / _LOAD) + 1
        if wanted > self._keys.size:
            self._lay(1 << wanted.bit_length(), 0)

    def _lay(self, places: int, since: int) -> None:
        keys, days = np.zeros(places, np.uint64), np.zeros(places, np.int32)
        self._used = kernel.move(self._keys, self._days, since, keys, days)
        self._keys, self._days = keys, days


class EventKeys:
    """Hashes an app's event ids under the community's secret, which is taken in once."""

    def __init__(self, secret: bytes) -> None:
        self._keyed = hashlib.blake2b(key=secret, digest_size=8)

    def digest(self, event_id: str) -> bytes:
        """Return the eight bytes of one id's key, the lowest first."""
        one = self._keyed.copy()
        one.update(event_id.encode())
        return one.digest()


def event_key(secret: bytes, event_id: str) -> int:
    """Hash one event id under the community's secret."""
    return int.from_bytes(EventKeys(secret).digest(event_id), "little")


_NAMED: Final = re.compile(r"ev_[0-9a-f]{16}")


def name_of_key(key: int) -> str:
    """Write an event's key as the id under which it is listed and exported.

    >>> name_of_key(255), key_of_name("ev_00000000000000ff"), key_of_name("e1")
    ('ev_00000000000000ff', 255, None)
    """
    return f"ev_{key:016x}"


def key_of_name(event_id: str) -> int | None:
    """Read the key back from an id that `name_of_key` wrote; None for an app's own id."""
    return int(event_id[3:], 16) if _NAMED.fullmatch(event_id) else None


def once_a_slot(facts: Facts) -> Bools:
    """Say which facts count once for their slot whatever their ids; shape (facts,).

    Not so watches, of which the longest counts, nor what somebody does and takes back: liked, unliked and liked again is
    liked, and whoever counts edges counts one once.
    """
    edge = np.isin(facts["kind"], _EDGES) & (facts["person"] >= 0)
    once: Bools = (facts["receipt"] >= 0) & (facts["slot"] > 0) & (facts["kind"] != Kind.WATCH)
    return once & ~edge


def slot_keys(receipt: Ints, slot: Ints, kind: Ints) -> NDArray[np.uint64]:
    """Make one key of (receipt, slot, kind): an outcome counts once per slot.

    The top bit keeps them apart from nothing: they live in a set of their own.
    """
    packed = receipt.astype(np.uint64) << np.uint64(14)
    packed |= slot.astype(np.uint64) << np.uint64(8)
    return packed | kind.astype(np.uint64)
