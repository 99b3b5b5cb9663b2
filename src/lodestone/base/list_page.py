"""A page of a list: how many it shows, where it begins, and the cursor that says where the next one does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from lodestone.base.errors import InvalidError, Problem
from lodestone.base.url_text import raw_of, text_of
from lodestone.base.wire import app_id

_CURE: Final = "use the next_cursor of the page before, unchanged"
_DIGITS_MAX: Final = 18
"""Of a row's number in a cursor: every 64-bit number of that many digits can be asked for."""


class _Identified(Protocol):
    @property
    def id(self) -> str: ...


Row = TypeVar("Row")
Identified = TypeVar("Identified", bound=_Identified)


def cursor_refused(field: str = "cursor", *, cure: str = _CURE) -> InvalidError:
    """Return the InvalidError `cursor_invalid`, for a cursor that was not made here."""
    return InvalidError("cursor_invalid", "the cursor is not one of ours", (Problem(field, cure),))


def encode_after(last: str | int | None) -> str | None:
    """Make the cursor of a list that goes on after an id or a number; None where nothing follows."""
    if last is None:
        return None
    return text_of(str(last).encode())


def decode_after(cursor: str | None) -> str | None:
    """Read a list's cursor back, None for its beginning. Raises InvalidError `cursor_invalid`."""
    if cursor is None:
        return None
    try:
        return app_id(raw_of(cursor).decode())
    except (ValueError, InvalidError) as error:
        raise cursor_refused() from error


def number_after(text: str | None, field: str = "cursor", *, cure: str = _CURE) -> int | None:
    """Read the number of the row that a list goes on after, None for its beginning. Raises as `cursor_refused`."""
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > _DIGITS_MAX:
        raise cursor_refused(field, cure=cure)
    return int(text)


def one_more(limit: int) -> int:
    """Return how many rows to read for a page: one more than it shows, to know whether others follow."""
    return limit + 1


def cut_one_more(read: Sequence[Row], limit: int) -> tuple[Sequence[Row], Row | None]:
    """Cut one page out of what was read, one row more than it holds.

    Returns:
        The page, and its last row if others follow it; an empty page has none.

    >>> cut_one_more([1, 2, 3], 2), cut_one_more([1, 2], 2), cut_one_more([1], 0)
    (([1, 2], 2), ([1, 2], None), ([], None))
    """
    return read[:limit], read[limit - 1] if len(read) > limit > 0 else None


@dataclass(frozen=True, slots=True)
class ListPage:
    """What is asked of a list: so many rows, from a cursor on."""

    limit: int
    cursor: str | None

    @property
    def fetch(self) -> int:
        """Return how many rows to read; see `one_more`."""
        return one_more(self.limit)

    @property
    def after(self) -> str | None:
        """Return the id the page goes on after, None for the first. Raises InvalidError `cursor_invalid`."""
        return decode_after(self.cursor)

    @property
    def number(self) -> int | None:
        """Return the number the page goes on after, None for the first. Raises InvalidError `cursor_invalid`."""
        return number_after(self.after)

    def cut(self, read: Sequence[Identified]) -> tuple[list[Identified], str | None]:
        """Return the page out of `fetch` rows that were read, and the next cursor."""
        shown, last = cut_one_more(read, self.limit)
        return list(shown), None if last is None else encode_after(last.id)

    def of(self, ids: Sequence[str]) -> tuple[list[str], str | None]:
        """Return the page out of all ids in order, and the next cursor.

        >>> ListPage(2, None).of(["a", "b", "c"])
        (['a', 'b'], 'Yg')
        """
        after = self.after
        rest = [name for name in ids if after is None or name > after]
        shown, last = cut_one_more(rest, self.limit)
        return list(shown), encode_after(last)
