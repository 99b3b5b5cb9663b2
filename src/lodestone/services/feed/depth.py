"""Depth: what the lists of a request hold beyond the newest, for a page that the newest cannot fill."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from lodestone.base.arrays import Ints
from lodestone.features.postings import Postings
from lodestone.traffic.decision import Codes, Rows
from lodestone.traffic.filters import Marks

PORTION: Final = 512
"""The most rows judged at once."""
_READ: Final = 4096
SCAN_MAX: Final = 65_536
"""The most rows looked at for one page, some two milliseconds; the page is then not taken to be the last."""


class Depth:
    """The whole lists of one request, nearest source first, in each the newest first.

    Rows that were gathered already, that are marked, or that an earlier list brought are passed over.
    """

    def __init__(
        self,
        postings: Postings,
        lists: Sequence[tuple[int, Sequence[int]]],
        marks: Marks,
        stamp: Ints,
        epoch: int,
    ) -> None:
        """Take the lists by `Source`, as numbers of `Postings`, and the scratch of the gathering."""
        self._postings = postings
        self._lists = lists
        self._marks = marks
        self._stamp, self._epoch = stamp, epoch
        self._scanned = 0
        self.ended = False
        """Every list has been read to its end."""

    def portions(self) -> Iterator[tuple[Rows, Codes]]:
        """Yield rows, each once, and their sources, until the lists end or enough has been looked at."""
        for source, lists in self._lists:
            for fresh in self._fresh(lists):
                for first in range(0, fresh.size, PORTION):
                    rows = fresh[first : first + PORTION]
                    yield rows, np.full(rows.size, source, np.uint8)
        self.ended = self._scanned < SCAN_MAX

    def _fresh(self, lists: Sequence[int]) -> Iterator[Rows]:
        """Yield what lists hold that is still to be shown, all of them one step deeper each time."""
        first, step = 0, max(8, _READ // max(1, len(lists)))
        while self._scanned < SCAN_MAX:
            rows = self._postings.newest(lists, first, first + step)
            if not rows.size:
                return
            self._scanned += rows.size
            new = (self._stamp[rows] != self._epoch) & ~self._marks.marked(rows)
            fresh: Rows = np.unique(rows[new])
            self._stamp[fresh] = self._epoch
            yield np.ascontiguousarray(fresh[::-1])  # kernels are compiled for such rows alone
            first += step
