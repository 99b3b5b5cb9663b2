"""What the moderators of middle domains say of items: moved by facts alone, read by decisions and answers.

A fact of kind `MODERATED` says all of it at once and replaces what was said before:

    target    code of the domain
    item      row of the item
    value     bit 0: hidden from the domain; bits 1 to 8: its label; above: its pin, see `MarkRow`
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Ints
from lodestone.features.layout import NOTICES, MarkRow

_HIDDEN: Final = 1
_LABEL_AT: Final = 1
_LABEL_BITS: Final = 255
_PIN_AT: Final = 9
_NO_ROWS: Final = np.zeros(0, np.int32)
_ROW_BITS: Final = 32


def mark_key(domain: int, item: int) -> int:
    """Return one number for a domain and an item; in its order those of one domain lie together.

    >>> mark_key(3, 7) == 3 * 2**32 + 7
    True
    """
    return domain << _ROW_BITS | item


def value_of(mark: MarkRow) -> int:
    """Return what a fact's `value` holds of a mark; 0 says nothing of the item.

    >>> value_of(MarkRow(domain=3, item=7, hidden=True, label=2, pin=1))
    517
    """
    return _HIDDEN * mark.hidden | mark.label << _LABEL_AT | mark.pin << _PIN_AT


class DomainMarks:
    """The marks in force of one community."""

    def __init__(self) -> None:
        self._values: dict[int, int] = {}
        self._hidden: Ints | None = None
        self._pins: dict[int, dict[int, int]] = {}
        """By domain: what is pinned there, and its pin."""

    def put(self, domain: int, item: int, value: int) -> None:
        """Let a mark replace the one before.

        Args:
            domain: Code of the domain.
            item: Row of the item.
            value: See `value_of`; 0 takes every mark back.
        """
        if value:
            self._values[mark_key(domain, item)] = value
        else:
            self._values.pop(mark_key(domain, item), None)
        self._hidden = None
        pinned = self._pins.setdefault(domain, {})
        if value >> _PIN_AT:
            pinned[item] = value >> _PIN_AT
        else:
            pinned.pop(item, None)

    @property
    def hidden(self) -> Ints:
        """Return the keys of what is hidden, ascending; shape (hidden,), see `mark_key`."""
        if self._hidden is None:
            keys = sorted(key for key, value in self._values.items() if value & _HIDDEN)
            self._hidden = np.array(keys, np.int64)
        return self._hidden

    def hidden_in(self, domain: int) -> Ints:
        """Return the rows of the items hidden from a domain, ascending; shape (hidden there,)."""
        ends = np.searchsorted(self.hidden, [mark_key(domain, 0), mark_key(domain + 1, 0)])
        rows: Ints = self.hidden[ends[0] : ends[1]] & (1 << _ROW_BITS) - 1
        return rows

    def pins(self, domain: int) -> NDArray[np.int32]:
        """Return the rows of what is pinned in a domain, what stands first first; none without one (-1)."""
        pinned = self._pins.get(domain)
        if not pinned:
            return _NO_ROWS
        return np.array(sorted(pinned, key=lambda item: -pinned[item]), np.int32)

    def label(self, domain: int, item: int) -> str | None:
        """Return what moderators wrote on an item in a domain, one of `NOTICES`; None for nothing."""
        code = self._values.get(mark_key(domain, item), 0) >> _LABEL_AT & _LABEL_BITS
        return NOTICES[code - 1] if code else None

    def columns(self) -> Ints:
        """Return every mark as (key, value), by key; shape (marks, 2)."""
        return np.array(sorted(self._values.items()), np.int64).reshape(-1, 2)

    def fill(self, columns: Ints) -> None:
        """Take in marks given as columns."""
        for key, value in columns.tolist():
            self.put(key >> _ROW_BITS, key & (1 << _ROW_BITS) - 1, value)
