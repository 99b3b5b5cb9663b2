"""Compiled reading of events: from the bytes of a body to one fixed-width row an event, for events of the plain form.

An event of the plain form is a flat object whose names and texts are printable ASCII without escapes, whose numbers are written
in decimals, and which names nothing but what `events.columns` has a column for. It is valid JSON and a valid `EventIn`
(the property test of `events.columns` says so). Of any other only the extent is found; who reads it says what it is.
"""

import numba
import numpy as np

from lodestone.base.arrays import Array, Number
from lodestone.base.clock import SECOND_MICROS
from lodestone.base.wire import ID_MAX
from lodestone.events.beacon import LENGTH as BEACON_LENGTH
from lodestone.events.wire import SECONDS_MAX, SLOT_MAX

KEYS = (
    "id",
    "type",
    "time",
    "person_id",
    "item_id",
    "beacon",
    "slot",
    "visible_seconds",
    "watch_seconds",
    "completed",
    "receipt_id",
    "author_id",
    "surface",
    "query",
    "position",
    "day",
    "reason",
)
"""Fields of an event; those from `receipt_id` on may only be null in the plain form."""
_ID, _TYPE, _TIME, _PERSON, _ITEM, _BEACON, _SLOT, _VISIBLE, _WATCH, _COMPLETED = range(10)
_NEEDED = 1 << _ID | 1 << _TYPE | 1 << _TIME | 1 << _PERSON | 1 << _ITEM
_NO_TIME = -(2**62)


def words(names: tuple[str, ...]) -> Array:
    """Lay words out for `word_at`; shape (words, 1 + longest), the first column their lengths."""
    table = np.zeros((len(names), 1 + max(map(len, names))), np.uint8)
    for row, name in zip(table, names, strict=True):
        row[0] = len(name)
        row[1 : 1 + len(name)] = np.frombuffer(name.encode(), np.uint8)
    return table


_KEYS = words(KEYS)
_LITERALS = words(("null", "true", "false"))
_ENVELOPE = words(("events",))


@numba.njit(cache=True)
def word_at(body: Array, at: Number, size: Number, table: Array) -> Number:
    """Return which word of a table stands at a place, -1 for none of them."""
    for n in range(table.shape[0]):
        if table[n, 0] == size and at + size <= body.size:
            k = 0
            while k < size and body[at + k] == table[n, 1 + k]:
                k += 1
            if k == size:
                return n
    return -1


@numba.njit(cache=True)
def _peek(body: Array, at: Number) -> Number:
    return body[at] if at < body.size else np.uint8(0)


@numba.njit(cache=True)
def _blank(body: Array, at: Number) -> Number:
    """Return the first place from `at` on that holds no white space."""
    while at < body.size and (body[at] == 32 or body[at] == 10 or body[at] == 13 or body[at] == 9):
        at += 1
    return at


@numba.njit(cache=True)
def _text(body: Array, at: Number) -> Number:
    """Return where the text that opens at `at` closes, -1 when it is not printable ASCII without escapes."""
    if _peek(body, at) != 34:
        return -1
    at += 1
    while at < body.size:
        letter = body[at]
        if letter == 34:
            return at
        if letter < 32 or letter > 126 or letter == 92:
            return -1
        at += 1
    return -1


@numba.njit(cache=True)
def _literal(body: Array, at: Number) -> Number:
    """Return which of null, true and false stands at a place, -1 for none of them."""
    for n in range(3):
        if word_at(body, at, np.int64(_LITERALS[n, 0]), _LITERALS) == n:
            return n
    return -1


@numba.njit(cache=True)
def _skip(body: Array, at: Number) -> Number:
    """Return the place behind the object or list that opens at `at`, -1 when it does not close."""
    depth, quoted = np.int64(0), False
    while at < body.size:
        letter = body[at]
        if quoted:
            if letter == 92:
                at += 1
            elif letter == 34:
                quoted = False
        elif letter == 34:
            quoted = True
        elif letter in (123, 91):
            depth += 1
        elif letter in (125, 93):
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    return -1


@numba.njit(cache=True)
def _digits(body: Array, at: Number, count: Number) -> Number:
    """Return the number that so many digits make, a negative one when there are not as many."""
    value = np.int64(0)
    if at + count > body.size:
        return -1_000_000
    for k in range(count):
        digit = np.int64(body[at + k]) - 48
        if digit < 0 or digit > 9:
            return -1_000_000
        value = value * 10 + digit
    return value


@numba.njit(cache=True)
def _day_number(year: Number, month: Number, day: Number) -> Number:
    """Return the days from 1970-01-01 to a date of the Gregorian calendar, year 1 or later."""
    before = year - 1 if month <= 2 else year
    shifted = month + 9 if month <= 2 else month - 3
    return (
        before * 365
        + before // 4
        - before // 100
        + before // 400
        + (153 * shifted + 2) // 5
        + day
        - 719_469
    )


@numba.njit(cache=True)
def _month_days(year: Number, month: Number) -> Number:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


@numba.njit(cache=True)
def _instant(body: Array, at: Number, end: Number) -> Number:
    """Read `2026-03-04T12:00:00.123456+08:00` in microseconds since the epoch; `_NO_TIME` when it is written otherwise."""
    if end - at < 20:
        return _NO_TIME
    year, month, day = _digits(body, at, 4), _digits(body, at + 5, 2), _digits(body, at + 8, 2)
    hour, minute = _digits(body, at + 11, 2), _digits(body, at + 14, 2)
    second = _digits(body, at + 17, 2)
    if body[at + 4] != 45 or body[at + 7] != 45 or body[at + 10] != 84:
        return _NO_TIME
    if body[at + 13] != 58 or body[at + 16] != 58:
        return _NO_TIME
    if year < 1 or month < 1 or month > 12 or day < 1 or day > _month_days(year, month):
        return _NO_TIME
    if hour < 0 or hour > 23 or minute < 0 or minute > 59 or second < 0 or second > 59:
        return _NO_TIME
    at += 19
    micros, unit = np.int64(0), 1_000_000
    if body[at] == 46:
        at += 1
        while at < end and body[at] >= 48 and body[at] <= 57:
            unit //= 10
            micros += unit * (np.int64(body[at]) - 48)
            at += 1
            if unit == 1:
                break
        if unit == 1_000_000:
            return _NO_TIME
    minutes = hour * 60 + minute
    if end - at == 6 and (body[at] == 43 or body[at] == 45) and body[at + 3] == 58:
        hours, rest = _digits(body, at + 1, 2), _digits(body, at + 4, 2)
        if hours < 0 or hours > 23 or rest < 0 or rest > 59:
            return _NO_TIME
        offset = hours * 60 + rest
        minutes -= offset if body[at] == 43 else -offset
    elif not (end - at == 1 and body[at] == 90):
        return _NO_TIME
    return ((_day_number(year, month, day) * 1440 + minutes) * 60 + second) * SECOND_MICROS + micros


@numba.njit(cache=True)
def _number(body: Array, at: Number) -> tuple[Number, Number, Number]:
    """Read a number of at most 15 digits and no exponent: the place behind it, its digits and how many are decimals.

    The quotient of such digits by such a power of ten is the nearest double, as any correct reader's is. The place is -1
    when the number is written otherwise.
    """
    begun, digits, decimals, pointed = at, np.int64(0), 0, False
    while at < body.size:
        letter = body[at]
        if letter == 46 and not pointed and at > begun:
            pointed = True
        elif letter >= 48 and letter <= 57:
            digits = digits * 10 + np.int64(letter) - 48
            decimals += 1 if pointed else 0
        else:
            break
        at += 1
        if at - begun > 15:
            return -1, 0, 0
    whole = at - begun - decimals - (1 if pointed else 0)
    if whole < 1 or (pointed and decimals == 0) or (whole > 1 and body[begun] == 48):
        return -1, 0, 0
    if at < body.size and (body[at] == 101 or body[at] == 69):
        return -1, 0, 0
    return at, digits, decimals


@numba.njit(cache=True)
def _texts(body: Array, at: Number, name: Number, kinds: Array, row: Array) -> Number:
    """Read a text into its columns; return the place behind it, -1 when it is not of the plain form."""
    end = _text(body, at)
    if end < 0:
        return -1
    first, size = at + 1, end - at - 1
    if name == _TYPE:
        row.kind = word_at(body, first, size, kinds)
        return end + 1 if row.kind >= 0 else -1
    if name == _TIME:
        row.time = _instant(body, first, end)
        return end + 1 if row.time != _NO_TIME else -1
    if name == _BEACON:
        row.beacon = first
        return end + 1 if size == BEACON_LENGTH else -1
    if size < 1 or size > ID_MAX:
        return -1
    if name == _ID:
        row.id, row.id_end = first, end
    elif name == _PERSON:
        row.person, row.person_end = first, end
    else:
        row.item, row.item_end = first, end
    return end + 1


@numba.njit(cache=True)
def _value(body: Array, at: Number, name: Number, kinds: Array, row: Array) -> Number:
    """Read a field's value into its columns; return the place behind it, -1 when it is not of the plain form."""
    if name <= _BEACON:
        if name == _BEACON and _literal(body, at) == 0:
            return at + 4
        return _texts(body, at, name, kinds, row)
    literal = _literal(body, at)
    if literal == 0 or (name == _COMPLETED and literal > 0):
        return at + (5 if literal == 2 else 4)
    if name > _WATCH:
        return -1
    end, digits, decimals = _number(body, at)
    if end < 0:
        return -1
    if name == _SLOT:
        row.slot = digits
        return end if end - at <= 2 and digits >= 1 and digits <= SLOT_MAX else -1
    seconds = np.float64(digits) / 10.0**decimals
    if seconds > SECONDS_MAX:
        return -1
    if name == _VISIBLE:
        row.visible = seconds
    else:
        row.watch = seconds
    return end


@numba.njit(cache=True)
def _event(body: Array, at: Number, kinds: Array, row: Array) -> Number:
    """Read the object that opens at `at` into a row; return the place behind it, -1 when it is not of the plain form."""
    row.beacon, row.slot, row.visible, row.watch = -1, 0, -1.0, -1.0
    seen = 0
    at = _blank(body, at + 1)
    while True:
        end = _text(body, at)
        if end < 0:
            return -1
        name = word_at(body, at + 1, end - at - 1, _KEYS)
        if name < 0 or (seen >> name) & 1:
            return -1
        seen |= 1 << name
        at = _blank(body, end + 1)
        if _peek(body, at) != 58:
            return -1
        at = _value(body, _blank(body, at + 1), name, kinds, row)
        if at < 0:
            return -1
        at = _blank(body, at)
        letter = _peek(body, at)
        at += 1
        if letter == 125:
            return at if seen & _NEEDED == _NEEDED else -1
        if letter != 44:
            return -1
        at = _blank(body, at)


@numba.njit(cache=True)
def scan(body: Array, kinds: Array, rows: Array) -> Number:
    """Read `{"events": [...]}` into rows.

    Args:
        body: Shape (bytes,), uint8.
        kinds: Names of types, see `words`; a row's kind is a place in it.
        rows: Shape (most events,), of `columns.SCANNED`. Written; kind -1 of what is not of the plain form.

    Returns:
        How many events there are; -1 when the envelope is none, holds something beside events, or more of them than rows.
    """
    at = _blank(body, 0)
    if _peek(body, at) != 123:
        return -1
    at = _blank(body, at + 1)
    end = _text(body, at)
    if end < 0 or word_at(body, at + 1, end - at - 1, _ENVELOPE) != 0:
        return -1
    at = _blank(body, end + 1)
    if _peek(body, at) != 58:
        return -1
    at = _blank(body, at + 1)
    if _peek(body, at) != 91:
        return -1
    count = 0
    at = _blank(body, at + 1)
    while True:
        if _peek(body, at) != 123 or count == rows.size:
            return -1
        end = _event(body, at, kinds, rows[count])
        if end < 0:
            rows[count].kind = -1
            end = _skip(body, at)
            if end < 0:
                return -1
        rows[count].start, rows[count].end = at, end
        count += 1
        at = _blank(body, end)
        letter = _peek(body, at)
        at = _blank(body, at + 1)
        if letter == 93:
            break
        if letter != 44:
            return -1
    if _peek(body, at) != 125 or _blank(body, at + 1) != body.size:
        return -1
    return count


@numba.njit(cache=True)
def scan_lines(body: Array, kinds: Array, rows: Array) -> Number:
    """Read an event a line into rows; see `scan`. Blank lines are none; -1 for more lines than rows."""
    at, count = 0, 0
    while at < body.size:
        end, blank = at, True
        while end < body.size and body[end] != 10 and body[end] != 13:
            if body[end] != 32 and (body[end] < 9 or body[end] > 12):
                blank = False
            end += 1
        if not blank:
            if count == rows.size:
                return -1
            first = _blank(body, at)
            behind = -1
            if body[first] == 123:
                behind = _event(body, first, kinds, rows[count])
            if behind < 0 or behind > end or _blank(body, behind) < end:
                rows[count].kind = -1
            rows[count].start, rows[count].end = at, end
            count += 1
        at = end + 1
    return count
