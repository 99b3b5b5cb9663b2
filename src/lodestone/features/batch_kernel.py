"""Compiled looks at a batch of facts: what it holds, what it will move, which items it has moved."""

import numba
import numpy as np

from lodestone.base.arrays import Array, Number
from lodestone.features.table_kernel import mix, pack


@numba.njit(cache=True)
def survey(facts: Array, person_row: Array, seen: Array, bounds: Array) -> None:
    """See what a batch holds before any of it is applied, so that what it does not hold costs nothing.

    Args:
        facts: Shape (facts,), at least one.
        person_row: Shape (facts,).
        seen: Shape (people,). Each person's ring of what they saw, -1 for none yet.
        bounds: Shape (6,), int64. Written: the latest day, the highest domain, how many follows and their ends, edges of any
            kind, refusals, and people who are shown something and have no ring.
    """
    bounds[:] = 0
    bounds[0], bounds[1] = facts[0].day, -1
    for n in range(facts.size):
        kind = facts[n].kind
        bounds[0], bounds[1] = max(bounds[0], facts[n].day), max(bounds[1], facts[n].domain)
        if kind in (6, 18):
            bounds[2] += 1
        if kind in (6, 9, 18) or (kind >= 32 and kind <= 40):
            bounds[3] += 1
        elif kind >= 10 and kind <= 12:
            bounds[4] += 1
        elif kind == 16 and person_row[n] >= 0 and seen[person_row[n]] < 0:
            bounds[5] += 1


@numba.njit(cache=True)
def fetch(
    facts: Array,
    person_row: Array,
    items: Array,
    item_ring: Array,
    author_total: Array,
    person_total: Array,
    keys: Array,
    values: Array,
) -> Number:
    """Read a word of whatever `count` is about to move by some facts, so that the waits for memory overlap.

    In `count` each wait is followed by a decision that hangs on it. Returns a number that says nothing.
    """
    mask, word = np.uint64(keys.size - 1), np.int64(0)
    for n in range(facts.size):
        row, person = facts[n].item, person_row[n]
        if row >= 0:
            word ^= np.int64(items[row].author) ^ np.int64(item_ring[row, facts[n].day % 8, 0])
        if person >= 0:
            word ^= np.int64(person_total[person, 0])
    for n in range(facts.size):
        row, person = facts[n].item, person_row[n]
        if row >= 0:
            word ^= author_total[items[row].author, 0]
        if person < 0 or row < 0:
            continue
        item = items[row]
        codes = (
            np.int64(item.author),
            np.int64(item.topic),
            np.int64(facts[n].surface),
            np.int64(item.channels[0]),
        )
        for k in range(4):  # tags 6 to 9
            at = np.int64(mix(pack(person, codes[k], 6 + k)) & mask)
            word ^= np.int64(keys[at]) ^ np.int64(values[at, 0])
    return word


@numba.njit(cache=True)
def touched(facts: Array, marks: Array, rows: Array) -> Number:
    """Write the rows of the items whose counters some facts moved, each once; return how many.

    Args:
        facts: Shape (facts,).
        marks: Shape (items,), bool. All False, and so again at the end.
        rows: Shape (facts,). Written.
    """
    count = 0
    for n in range(facts.size):
        row, kind = facts[n].item, facts[n].kind
        if row >= 0 and (kind <= 17 or kind == 38) and not marks[row]:
            marks[row] = True
            rows[count] = row
            count += 1
    for n in range(count):
        marks[rows[n]] = False
    return count
