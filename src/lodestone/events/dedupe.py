"""Remember which events were taken, exactly, for as long as they may come again.

A key is 64 bits of keyed BLAKE2b over the app's id: among ten million ids in the window two agree by chance once
in some 370,000 windows, and nobody without the community's secret can make them agree.
"""

import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools, Ints
from lodestone.base.signed import Tagger
from lodestone.events import dedupe_kernel as kernel
from lodestone.events import judge_kernel
from lodestone.events.facts import Facts
from lodestone.events.outcomes import FactKind

_LOAD: Final = 0.6
_EDGES: Final = (FactKind.LIKE, FactKind.UNLIKE, FactKind.FOLLOW, FactKind.UNFOLLOW)
_EDGE_KINDS: Final = np.isin(np.arange(256), _EDGES)
_READY: Final = 0.52
"""Of a table this full the next is made ready: its memory is touched in pieces, for the system zeroes it as it is."""
_TOUCHED: Final = 1 << 14
"""Places made ready by each claim: 192 KiB, under 1 ms where the system is slow at it."""
_AT_ONCE: Final = 1 << 16
"""Up to so many places a table is laid anew in one stroke, under a millisecond."""
_MOVED_A_KEY: Final = 12
"""Places moved over for each key that is claimed; ten would do to be done before the new table is full."""
_MOVED_LEAST: Final = 1_024
_NO_KEYS: Final = np.zeros(0, np.uint64)
_NO_DAYS: Final = np.zeros(0, np.int32)


class Dedupe:
    """A set of keys, each kept until its last day has passed. The plain twin is a dict; see its test.

    No call takes longer the more keys there are: a table that is full is moved into another some places a claim,
    and what a day or a release lets go stays in its place until then, and is passed over.

    Args:
        places: Of the first table; a power of two.
        at_once: Up to so many places a table is moved in one stroke.
        least: Places moved over by each claim at least.
    """

    def __init__(
        self, places: int = 1 << 14, *, at_once: int = _AT_ONCE, least: int = _MOVED_LEAST
    ) -> None:
        self._keys = np.zeros(places, np.uint64)
        self._days = np.zeros(places, np.int32)
        self._used = 0
        """Places taken, by keys that are gone too."""
        self._old_keys, self._old_days, self._moved = _NO_KEYS, _NO_DAYS, 0
        """The table that is moved over, and how many of its places have been."""
        self._next_keys, self._next_days, self._touched = _NO_KEYS, _NO_DAYS, 0
        """The table that will follow, and how many of its places have been touched."""
        self._since = 0
        self._at_once, self._least = at_once, least

    def claim(self, keys: NDArray[np.uint64], days: Ints) -> Bools:
        """Take keys, to be kept through `days`; return which were new, the first of equals being."""
        self._reserve(keys.size)
        self._move(max(self._least, _MOVED_A_KEY * keys.size))
        fresh = np.zeros(keys.size, bool)
        # A column of records is no array by itself: the kernel would be compiled a second time for it.
        wanted = np.ascontiguousarray(keys)
        self._used += kernel.claim(
            self._keys,
            self._days,
            self._old_keys,
            self._old_days,
            self._since,
            wanted,
            days.astype(np.int32),
            fresh,
        )
        return fresh

    def release(self, keys: NDArray[np.uint64]) -> None:
        """Give back keys whose facts could not be stored."""
        kernel.release(self._keys, self._days, keys)
        if self._old_keys.size:
            kernel.release(self._old_keys, self._old_days, keys)

    def advance(self, since: int) -> None:
        """Forget keys whose last day lies before `since`."""
        self._since = max(self._since, since)

    def held(self) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
        """Return every key and its last day; shape (keys,) each."""
        used = (self._keys != 0) & (self._days >= self._since)
        keys, days = self._keys[used], self._days[used]
        if self._old_keys.size:
            rest = slice(self._moved, None)
            left = (self._old_keys[rest] != 0) & (self._old_days[rest] >= self._since)
            keys = np.concatenate([keys, self._old_keys[rest][left]])
            days = np.concatenate([days, self._old_days[rest][left]])
        return keys, days

    @property
    def size(self) -> int:
        """Return how many keys are held, by looking at every place."""
        return int(self.held()[0].size)

    @property
    def bytes(self) -> int:
        """Return the memory taken."""
        tables = (self._keys, self._old_keys, self._next_keys)
        return sum(keys.size * 12 for keys in tables)

    def _reserve(self, more: int) -> None:
        """Begin a new table where this one would become too full for `more` keys; make it ready before."""
        full = self._used + more
        if full <= _READY * self._keys.size:
            return
        if full <= _LOAD * self._keys.size:
            if not self._old_keys.size:
                self._make_ready(more)
            return
        self._move(self._old_keys.size)
        places = self._places(self._kept() + more)
        self._old_keys, self._old_days, self._moved = self._keys, self._days, 0
        self._keys, self._days = self._next_keys, self._next_days
        if self._keys.size < places:
            self._keys, self._days = np.zeros(places, np.uint64), np.zeros(places, np.int32)
        self._next_keys, self._next_days, self._touched = _NO_KEYS, _NO_DAYS, 0
        self._used = 0
        if self._old_keys.size <= self._at_once:
            self._move(self._old_keys.size)

    def _make_ready(self, more: int) -> None:
        """Touch some more of the next table's memory."""
        if not self._next_keys.size:
            to_come = int(_LOAD * self._keys.size) - self._used
            places = self._places(self._kept() + max(to_come, more))
            self._next_keys, self._next_days = (
                np.zeros(places, np.uint64),
                np.zeros(places, np.int32),
            )
        if self._touched < self._next_keys.size:
            some = slice(self._touched, self._touched + _TOUCHED)
            self._next_keys[some], self._next_days[some] = 0, 0
            self._touched = some.stop

    def _places(self, keys: int) -> int:
        """Return how many places a table for so many keys has: it takes half as many again before the next.

        It has half as many as this one at least: the more places there are to move, the more keys must come before
        the new table is full.
        """
        wanted = int(1.5 * keys / _LOAD) + 1
        places = max(1 << (wanted.bit_length() - 1), self._keys.size // 2)
        return places if places >= wanted else 2 * places

    def _kept(self) -> int:
        """Return how many keys of the table are not gone; of a large one by a sample, for keys are scattered evenly."""
        sample = slice(0, min(_AT_ONCE, self._keys.size))
        alive = np.count_nonzero((self._keys[sample] != 0) & (self._days[sample] >= self._since))
        return int(alive) * (self._keys.size // sample.stop)

    def _move(self, places: int) -> None:
        """Move so many places of the old table over."""
        size = self._old_keys.size
        if not size:
            return
        last = min(self._moved + places, size)
        self._used += kernel.move(
            self._old_keys, self._old_days, self._moved, last, self._since, self._keys, self._days
        )
        self._moved = last
        if last == size:
            self._old_keys, self._old_days, self._moved = _NO_KEYS, _NO_DAYS, 0


class EventKeys:
    """Hashes an app's event ids under the community's secret, which is taken in once."""

    def __init__(self, secret: bytes) -> None:
        self._tagger = Tagger(secret, size=8)

    def digest(self, event_id: str) -> bytes:
        """Return the eight bytes of one id's key, the lowest first."""
        return self._tagger.tag(event_id.encode())


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
    once: Bools = (facts["receipt"] >= 0) & (facts["slot"] > 0) & (facts["kind"] != FactKind.WATCH)
    return once & ~edge


def slots_once(facts: Facts, fresh: Bools) -> tuple[Ints, NDArray[np.uint64]]:
    """Return where facts stand that count once for their slot, and the keys of these; only `fresh` ones, shape (facts,)."""
    places, keys = np.empty(facts.size, np.int64), np.empty(facts.size, np.uint64)
    count = judge_kernel.slots_once(facts, fresh, _EDGE_KINDS, places, keys)
    return places[:count], keys[:count]


def slot_keys(receipt: Ints, slot: Ints, kind: Ints) -> NDArray[np.uint64]:
    """Make one key of (receipt, slot, kind): an outcome counts once per slot.

    The top bit keeps them apart from nothing: they live in a set of their own.
    """
    packed = receipt.astype(np.uint64) << np.uint64(14)
    packed |= slot.astype(np.uint64) << np.uint64(8)
    return packed | kind.astype(np.uint64)
