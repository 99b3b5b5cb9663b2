"""Compiled twin of `features.history`: deeds in blocks, each person's chained from the newest block back."""

import numba
import numpy as np

from lodestone.base.arrays import Array, Number
from lodestone.features.table_kernel import find, pack

BLOCK = 16
STRONG = 30
"""Marks of a deed that counts as a like does; what was only read counts half."""
LOOK_BACK = 64
"""Blocks searched for an earlier deed with the same item; beyond it the item stands twice, which changes no answer."""


@numba.njit(cache=True)
def what_of(kind: Number, flags: Number) -> Number:
    """Return the marks a fact leaves, see `features.history`."""
    what = 1 if flags & 32 else 0
    if kind == 3:
        what |= 2
    elif kind in (4, 5):
        what |= 16
    elif kind == 9:
        what |= 4
    elif kind in (6, 8, 19, 21, 22):
        what |= 8
    return what


@numba.njit(cache=True)
def note(
    facts: Array,
    person_row: Array,
    like_keys: Array,
    like: Array,
    first: Array,
    items: Array,
    times: Array,
    whats: Array,
    after: Array,
    used: Array,
) -> None:
    """See `lodestone.features.history.History.note`."""
    for n in range(facts.size):
        person, row = person_row[n], facts[n].item
        if person < 0 or row < 0:
            continue
        kind = facts[n].kind
        what = what_of(kind, facts[n].flags)
        if kind in (3, 17):
            place = find(like_keys, pack(person, row, 3))
            if (
                place < 0 or like[place, 0] & 1
            ):  # the later of like and unlike holds, whichever came first
                what &= ~2
                _unlike(first[person], row, items, whats, after)
        if what or kind == 3:
            put(person, row, facts[n].time, what, first, items, times, whats, after, used)


@numba.njit(cache=True)
def room(facts: Array, person_row: Array) -> tuple[Number, Number]:
    """Return how many people `note` needs room for, and how many blocks at most."""
    people, blocks = np.int64(0), np.int64(0)
    for n in range(facts.size):
        person = person_row[n]
        if person < 0 or facts[n].item < 0:
            continue
        kind = facts[n].kind
        if kind in (3, 17) or what_of(kind, facts[n].flags):
            people = max(people, person + 1)
            blocks += 1
    return people, blocks


@numba.njit(cache=True)
def put(
    person: Number,
    row: Number,
    time: Number,
    what: Number,
    first: Array,
    items: Array,
    times: Array,
    whats: Array,
    after: Array,
    used: Array,
) -> None:
    """Note one deed: marks are joined, the latest time stays."""
    block, looked = first[person], 0
    while block >= 0 and looked < LOOK_BACK:
        for k in range(BLOCK):
            if items[block, k] == row:
                whats[block, k] |= what
                times[block, k] = max(times[block, k], time)
                return
        block = after[block]
        looked += 1
    block = first[person]
    if block >= 0:
        for k in range(BLOCK):
            if items[block, k] < 0:
                items[block, k], times[block, k], whats[block, k] = row, time, what
                return
    fresh = used[0]
    used[0] += 1
    items[fresh, :] = -1
    whats[fresh, :] = 0
    after[fresh] = block
    first[person] = fresh
    items[fresh, 0], times[fresh, 0], whats[fresh, 0] = row, time, what


@numba.njit(cache=True)
def _unlike(block: Number, row: Number, items: Array, whats: Array, after: Array) -> None:
    while block >= 0:
        for k in range(BLOCK):
            if items[block, k] == row:
                whats[block, k] &= ~np.uint8(2)
        block = after[block]


@numba.njit(cache=True)
def mark(
    block: Number,
    since: Array,
    items: Array,
    times: Array,
    whats: Array,
    after: Array,
    marks: Array,
    value: Number,
) -> None:
    """See `lodestone.features.history.History.mark`."""
    while block >= 0:
        for k in range(BLOCK):
            row = items[block, k]
            if row < 0:
                break
            what, time = whats[block, k], times[block, k]
            if (
                (what & 1 and time >= since[0])
                or (what & 18 and time >= since[1])
                or (what & 4 and time >= since[2])
            ):
                marks[row] = value
        block = after[block]


@numba.njit(cache=True)
def place_of(row: Number, time: Number, rows: Array, when: Array, count: Number) -> Number:
    """Return where an item goes among the newest, -1 where none of them gives way; equal ones stand by row."""
    if count < rows.size:
        return count
    at = 0
    for j in range(1, count):
        if when[j] < when[at] or (when[j] == when[at] and rows[j] < rows[at]):
            at = j
    if time < when[at] or (time == when[at] and row < rows[at]):
        return -1
    return at


@numba.njit(cache=True)
def since(
    block: Number,
    after_time: Number,
    items: Array,
    times: Array,
    whats: Array,
    after: Array,
    rows: Array,
    strength: Array,
    when: Array,
) -> Number:
    """See `lodestone.features.history.History.since`."""
    count = 0
    while block >= 0:
        for k in range(BLOCK):
            row = items[block, k]
            if row < 0:
                break
            what = whats[block, k]
            if times[block, k] <= after_time or what == 0:
                continue
            at = place_of(row, times[block, k], rows, when, count)
            if at < 0:
                continue
            count = max(count, at + 1)
            rows[at], when[at] = row, times[block, k]
            strength[at] = 1.0 if what & STRONG else 0.5
        block = after[block]
    return count


@numba.njit(cache=True)
def latest(
    block: Number,
    items: Array,
    times: Array,
    whats: Array,
    after: Array,
    rows: Array,
    when: Array,
    what: Array,
) -> Number:
    """See `lodestone.features.history.History.latest`."""
    count = 0
    while block >= 0:
        for k in range(BLOCK):
            row = items[block, k]
            if row < 0:
                break
            if whats[block, k] == 0:
                continue
            at = place_of(row, times[block, k], rows, when, count)
            if at < 0:
                continue
            count = max(count, at + 1)
            rows[at], when[at], what[at] = row, times[block, k], whats[block, k]
        block = after[block]
    return count
