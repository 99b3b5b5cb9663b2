"""Walking a chain: which numbers were tampered with, lost, moved or cut off.

Every log hands its rows to one `Walk` for receipts and to one for batches of facts.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from lodestone.stores.log.chain import GENESIS, SEGMENT_BITS, Root, Tip, link, root_of, tag_of
from lodestone.stores.log.port import Finding

TAMPERED: Final = "tampered"
MISSING: Final = "missing"
REORDERED: Final = "reordered"
CUT: Final = "cut"
REWRITTEN: Final = "rewritten"

_MOVED_MAX: Final = 1024
"""Beyond so many broken rows the search for where each belongs (quadratic) is not made."""


@dataclass(frozen=True, slots=True)
class Link:
    """One row as the chain sees it: its number, its leaf computed anew, value and tag as stored."""

    number: int
    leaf: bytes
    value: bytes
    tag: bytes
    width: int = 1
    """Numbers it takes: 1 for a receipt, the count of facts for a batch."""


@dataclass(slots=True)
class Walk:
    """A walk over rows in order.

    A row is whole when its tag fits; it then names its true link, and so whether the row before is
    the one it was linked to. A number that was never recorded (its commit failed) leaves no
    finding, because the next row is linked across it.
    """

    kind: Literal["receipt", "facts"]
    key: bytes
    """What tags are keyed by."""
    segments: Mapping[int, bytes] = field(default_factory=dict)
    """The closed segments' roots by their last number."""
    root: Root | None = None
    """One kept elsewhere, to be met on the way."""
    _next: int = 0
    _last: int = -1
    _before: tuple[bytes, ...] = (GENESIS,)
    _whole: bool = True
    _ends: list[bytes] = field(default_factory=list)
    _broken: list[Link] = field(default_factory=list)
    _findings: list[Finding] = field(default_factory=list)
    _met: bool = False
    _differs: bool = False

    def findings(self, links: Iterable[Link]) -> list[Finding]:
        """Walk over all rows, oldest first, and return what was found, by number."""
        for row in links:
            self._meet_root(row.number)
            self._step(row)
        self._meet_root(self._next)
        self._cut(max([self._kept(), *(last + 1 for last in self.segments)]))
        self._findings.extend(self._named())
        # A root that differs says no more than a row already named before it.
        if self._differs and all(finding.sequence >= self._kept() for finding in self._findings):
            self._find(max(self._kept() - 1, 0), REWRITTEN)
        return sorted(self._findings, key=lambda finding: finding.sequence)

    def _step(self, row: Link) -> None:
        linked = [link(before, row.number, row.leaf) for before in self._before]
        fits, gap = row.value in linked, row.number > self._next
        whole = tag_of(self.key, row.number, row.leaf, row.value) == row.tag
        if gap and (not fits or self.kind == "facts"):
            self._miss(self._next, row.number, MISSING)
        elif whole and not fits and self._whole:
            self._find(row.number, REWRITTEN)
        if not whole:
            self._broken.append(row)
        elif self.segments.get(row.number, row.value) != row.value:
            self._find(row.number >> SEGMENT_BITS << SEGMENT_BITS, REWRITTEN)
        if self._last >= 0 and row.number >> SEGMENT_BITS != self._last >> SEGMENT_BITS:
            self._ends.append(self._before[0])
        # Of a broken row either the contents or the stored value may still be the true ones.
        self._before = (row.value,) if whole else (row.value, *linked)
        self._next, self._last, self._whole = row.number + row.width, row.number, whole

    def _kept(self) -> int:
        if self.root is None:
            return 0
        return self.root.sequence_next if self.kind == "receipt" else self.root.offset_next

    def _meet_root(self, number: int) -> None:
        """Compare with the root kept elsewhere when the walk passes the number it was taken at."""
        if self.root is None or self._met or number < self._kept():
            return
        self._met = True
        if self.kind == "facts":
            # A root is taken between batches: one taken within a batch is not of this log.
            self._differs = self.root.facts != self._before[0] or self._next != self._kept()
        else:
            here = root_of(Tip(self._kept(), self._before[0]), self._ends)
            self._differs = self.root.receipts != here.receipts

    def _cut(self, end: int) -> None:
        if self._next < end:
            self._miss(self._next, end, CUT)

    def _miss(self, first: int, last: int, problem: str) -> None:
        numbers = range(first, last) if self.kind == "receipt" else (first,)
        for number in numbers:
            self._find(number, problem)

    def _find(self, number: int, problem: str) -> None:
        self._findings.append(Finding(number, problem, self.kind))

    def _named(self) -> Iterator[Finding]:
        """Name each broken row: moved here from elsewhere, or tampered with."""
        lost = [finding.sequence for finding in self._findings if finding.problem in {MISSING, CUT}]
        seek = len(self._broken) + len(lost) <= _MOVED_MAX
        for row in self._broken:
            moved = seek and self._moved(row, lost)
            yield Finding(row.number, REORDERED if moved else TAMPERED, self.kind)

    def _moved(self, row: Link, lost: list[int]) -> bool:
        """Tell whether a row is whole under another number, wholly or by its contents alone."""
        others = [other for other in self._broken if other.number != row.number]
        whole = (
            tag_of(self.key, number, row.leaf, row.value) == row.tag
            for number in (*(other.number for other in others), *lost)
        )
        contents = (
            tag_of(self.key, other.number, row.leaf, other.value) == other.tag for other in others
        )
        return any(whole) or any(contents)
