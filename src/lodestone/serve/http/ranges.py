"""Parts of a file: what `Range` and `If-Range` ask for (RFC 9110, 14)."""

import re
from typing import Final

_ONE: Final = re.compile(r"bytes=[ \t]*(\d*)-(\d*)[ \t]*", re.ASCII | re.IGNORECASE)
_DIGITS_MAX: Final = 18


class UnsatisfiableError(Exception):
    """No byte of the file is in the range that was asked for."""


def part_of(asked: str | None, if_range: str | None, tag: str, size: int) -> range | None:
    """Return the bytes that are asked for.

    Args:
        asked: The header `Range`.
        if_range: The header `If-Range`: a range of another version is not wanted.
        tag: The file's own, strong tag.
        size: Of the file in bytes.

    Returns:
        None for the whole file: nothing, several parts, another unit, or what is no range was asked for.

    Raises:
        UnsatisfiableError: The range begins behind the end.

    >>> part_of("bytes=2-", None, '"x"', 5), part_of("bytes=-2", None, '"x"', 5), part_of("bytes=0-1,3-", None, '"x"', 5)
    (range(2, 5), range(3, 5), None)
    """
    form = _ONE.fullmatch(asked or "")
    if form is None or (if_range is not None and if_range.strip() != tag):
        return None
    first, last = form.groups()
    if max(len(first), len(last)) > _DIGITS_MAX or not first + last:
        return None
    if not first:
        begin, end = max(size - int(last), 0), size
    else:
        begin, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < begin:
            return None
    if begin >= size:
        raise UnsatisfiableError
    return range(begin, end)
