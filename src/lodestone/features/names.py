"""The rows of names that events name, for compiled code that reads names as bytes; `Directory` knows all of them, in dicts.

A slot remembers the last name whose hash led to it, under 64 bits of a hash with a random key: among two million names, one
that nobody has is taken for one of them once in nine million million times. There are more slots as more names are looked
up, to a bound: of a community that is larger, what is named seldom is looked up in the dicts each time.
"""

import secrets
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Ints
from lodestone.features import names_kernel as kernel

SLOT: Final = np.dtype([("name", np.uint64), ("row", np.int64)])
"""A name's hash, 0 for none, and its row."""
_SLOTS: Final = 1 << 10
_SLOTS_MAX: Final = 1 << 20
_MORE: Final = 4


class NameCache:
    """Rows by name, of names looked up lately; filled by `find` out of the dict that knows all of them."""

    def __init__(self, known: dict[str, int], slots: int = _SLOTS) -> None:
        """Start empty.

        Args:
            known: Rows of all names. A name whose row changes in it must be dropped here.
            slots: A power of two.
        """
        self._known = known
        self._key = np.frombuffer(secrets.token_bytes(16), np.uint64)
        self._slots = np.zeros(slots, SLOT)
        self._kept = 0

    def find(
        self,
        text: str,
        message: NDArray[np.uint8],
        first: NDArray[np.int32],
        end: NDArray[np.int32],
        wanted: NDArray[np.int16],
    ) -> Ints:
        """Return the rows of names, shape (names,), -1 for none.

        Args:
            text: The message with a letter a byte.
            message: Shape (bytes,). What holds the names, in ASCII.
            first: Shape (names,). Where each begins in the message.
            end: Shape (names,). Where each ends.
            wanted: Shape (names,). A name under 0 is not looked up.
        """
        rows = np.empty(first.size, np.int64)
        if kernel.find(self._key, self._slots, message, first, end, wanted, rows):
            places = np.flatnonzero((rows < 0) & (wanted >= 0))
            get = self._known.get
            names = zip(first[places].tolist(), end[places].tolist(), strict=True)
            rows[places] = [get(text[a:b], -1) for a, b in names]
            self._kept += places.size
            if self._kept > self._slots.size and self._slots.size < _SLOTS_MAX:
                # It begins anew, empty: whoever is named again is remembered again, and nothing is moved.
                self._slots, self._kept = np.zeros(_MORE * self._slots.size, SLOT), 0
            kernel.keep(self._key, self._slots, message, first, end, places, rows)
        return rows

    def drop(self, name: str) -> None:
        """Forget a name's row."""
        letters = np.frombuffer(name.encode(), np.uint8)
        made = kernel.hashed(self._key, letters, 0, letters.size)
        at = int(made) & (self._slots.size - 1)
        if self._slots["name"][at] == made:
            self._slots[at] = 0
