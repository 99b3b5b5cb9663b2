"""One list of ads: ordinals while it is short, a bitmap besides once it is long."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools

LONG: Final = 512
"""Ads from which on a list has a bitmap: an `or` over words is cheaper than so many bits."""


class Posting:
    """The ads that stand under one key, in no order."""

    def __init__(self, words: int) -> None:
        self._ordinals = np.zeros(4, np.int32)
        self._words = words
        self.count = 0
        self.bits: NDArray[np.uint64] | None = None

    def held(self) -> NDArray[np.int32]:
        """Return the ordinals as they stand, shape (ads,); a view."""
        return self._ordinals[: self.count]

    def add(self, ordinal: int) -> None:
        """Take in an ad that is not here."""
        if self.count == self._ordinals.size:
            self._ordinals = np.concatenate([self._ordinals, np.zeros_like(self._ordinals)])
        self._ordinals[self.count] = ordinal
        self.count += 1
        if self.bits is not None:
            self.bits[ordinal >> 6] |= np.uint64(1 << (ordinal & 63))
        elif self.count > LONG:
            marks = np.zeros(self._words << 6, np.bool_)
            marks[self.held()] = True
            self.bits = bits_of(marks)

    def remove(self, ordinal: int) -> None:
        """Let an ad go that is here."""
        at = int(np.flatnonzero(self.held() == ordinal)[0])
        self.count -= 1
        self._ordinals[at] = self._ordinals[self.count]
        if self.bits is not None:
            self.bits[ordinal >> 6] &= ~np.uint64(1 << (ordinal & 63))
            if self.count < LONG // 2:
                self.bits = None

    def widen(self, words: int) -> None:
        """Make room for more ads."""
        self._words = words
        if self.bits is not None:
            self.bits = np.concatenate([self.bits, np.zeros(words - self.bits.size, np.uint64)])


def bits_of(marks: Bools) -> NDArray[np.uint64]:
    """Return marks as a bitmap, lowest bit first; their number is a multiple of 64.

    >>> bits_of(np.arange(64) == 3).tolist()
    [8]
    """
    bits: NDArray[np.uint64] = np.packbits(marks, bitorder="little").view(np.uint64)
    return bits
