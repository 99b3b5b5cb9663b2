"""Compiled twin of `features.apply`: move counters by a batch of facts."""

import numba
import numpy as np

from lodestone.base.arrays import Array, Number
from lodestone.base.clock import SECOND_MICROS
from lodestone.features.table_kernel import claim, find, pack


@numba.njit(cache=True)
def count(
    facts: Array,
    person_row: Array,
    items: Array,
    item_ring: Array,
    item_old: Array,
    author_total: Array,
    author_exposure: Array,
    person_total: Array,
    surface_total: Array,
    domain_total: Array,
    slot_total: Array,
    promise_delivered: Array,
    impressions_day: Array,
    attention: Array,
    affinity_keys: Array,
    affinity: Array,
    affinity_used: Array,
    watch_keys: Array,
    watch: Array,
    watch_used: Array,
    like_keys: Array,
    like: Array,
    like_used: Array,
    follow_keys: Array,
    follow: Array,
    follow_used: Array,
    today: Number,
) -> None:
    """See `lodestone.features.apply.count`."""
    for n in range(facts.size):
        fact = facts[n]
        kind = fact.kind
        back = kind == 38 and (fact.flags & 16) != 0
        if not back and (kind > 18 or (kind > 12 and kind < 16)):
            continue
        if (fact.flags & 8) != 0 and kind not in (3, 6, 9, 17, 18, 38):
            continue  # what an ad brought teaches nothing of the post, see `apply`
        row = fact.item
        if row < 0 and kind in (6, 7):
            continue
        if kind == 16 and (fact.flags & 32) and not (fact.flags & 1):
            continue  # read, the app says, of which nobody knows how often it was passed by
        person = person_row[n]
        day = np.int64(fact.day)
        column, amount = np.int64(kind), np.int64(1)
        here = _context(fact)
        if back:
            # A refund takes the order back from the order's own day: its age lies above the 20 bits of its share.
            column, amount, day = np.int64(9), np.int64(-1), day - (np.int64(fact.value) >> 20)
        elif kind == 0:
            amount = np.int64(0)
            known, on, tenths = _watched(fact, person, watch_keys, watch, watch_used)
            for sign, length, when in ((-1, known, on), (1, tenths, day)):
                for into in (0, 15):  # the first minute, which rates learn of, and all of it
                    change = sign * (min(np.int64(600), length) if into == 0 else length)
                    if change != 0:
                        _add(
                            here, person, row, when, np.int64(into), change, items, item_ring, item_old,
                            author_total, person_total, surface_total, domain_total, slot_total,
                            affinity_keys, affinity, affinity_used, today,
                        )  # fmt: skip
        elif kind == 16:
            column = np.int64(13)
        elif kind in (3, 17):
            column = np.int64(3)
            if person >= 0 and row >= 0:
                back, where = _liked(fact, person, like_keys, like, like_used)
                if back != -1:
                    _add(
                        where, person, row, back, np.int64(3), np.int64(-1), items, item_ring, item_old,
                        author_total, person_total, surface_total, domain_total, slot_total,
                        affinity_keys, affinity, affinity_used, today,
                    )  # fmt: skip
                amount = np.int64(1 if _like_holds(fact, person, like_keys, like) else 0)
            elif kind == 17:
                amount = np.int64(-1)
        elif kind == 18 and (person < 0 or fact.target < 0):
            amount = np.int64(0)
        elif kind in (6, 18) and person >= 0 and fact.target >= 0:
            amount, column = np.int64(0), np.int64(6)
            place = claim(follow_keys, follow_used, pack(person, fact.target & 0xFFFFFFFF, 4))
            edge = follow[place]
            stood, was_day, was_row, was = edge[0] > edge[4], edge[1], edge[2], edge[3]
            _followed(fact, here, edge)
            if stood:
                _add(
                    was, person, was_row, was_day, column, np.int64(-1), items, item_ring, item_old,
                    author_total, person_total, surface_total, domain_total, slot_total,
                    affinity_keys, affinity, affinity_used, today,
                )  # fmt: skip
            if edge[0] > edge[4]:
                _add(
                    edge[3], person, edge[2], edge[1], column, np.int64(1), items, item_ring, item_old,
                    author_total, person_total, surface_total, domain_total, slot_total,
                    affinity_keys, affinity, affinity_used, today,
                )  # fmt: skip
        if amount != 0:
            _add(
                here, person, row, day, column, amount, items, item_ring, item_old, author_total,
                person_total, surface_total, domain_total, slot_total, affinity_keys, affinity,
                affinity_used, today,
            )  # fmt: skip
        if kind == 16:
            seen = np.int64(attention[min(np.int64(fact.slot), attention.size - 1)])
            _add(
                here, person, row, day, np.int64(14), seen, items, item_ring, item_old, author_total,
                person_total, surface_total, domain_total, slot_total, affinity_keys, affinity,
                affinity_used, today,
            )  # fmt: skip
            # A decision's organic impressions alone move exposure and promises: flags 1, not 2, not 8.
            if (fact.flags & 1) and not (fact.flags & 10) and day > today - 8:
                bucket = day % 8
                impressions_day[bucket] += 1
                if row >= 0:
                    author_exposure[items[row].author, bucket] += 1
                for j in range(64):
                    if (fact.promises >> np.uint64(j)) & np.uint64(1):
                        promise_delivered[j, bucket] += 1


@numba.njit(cache=True)
def _watched(
    fact: Array, person: Number, keys: Array, values: Array, used: Array
) -> tuple[Number, Number, Number]:
    """Return what a slot's longest watch was, its day, and what it is on this fact's day; tenths of a second, 0 for no change."""
    tenths, day = np.int64(fact.value) // 100, np.int64(fact.day)
    if fact.receipt >= 0:
        rest = (np.int64(fact.slot) << 20) | ((fact.receipt >> 28) & 0xFFFFF)
        key = pack(fact.receipt & 0xFFFFFFF, rest, 1)
    elif person >= 0 and fact.item >= 0:
        where = np.int64(fact.item) * 40503 + day * 64 + np.int64(fact.surface)
        key = pack(person, where & 0x7FFFFFFF, 2)
    else:
        return np.int64(0), day, tenths
    place = claim(keys, used, key)
    known, on = np.int64(values[place, 0]), np.int64(values[place, 1])
    if tenths < known or (tenths == known and (day >= on or known == 0)):
        return np.int64(0), day, np.int64(0)
    values[place, 0], values[place, 1] = tenths, day
    return known, on, tenths


@numba.njit(cache=True)
def _context(fact: Array) -> Number:
    """Fold surface, slot and domain into one number."""
    return np.int64(fact.surface) | (np.int64(fact.slot) << 8) | (np.int64(fact.domain + 1) << 16)


@numba.njit(cache=True)
def _liked(
    fact: Array, person: Number, keys: Array, values: Array, used: Array
) -> tuple[Number, Number]:
    """Let the later like or unlike hold; return day and context of a like taken back, else -1."""
    place = claim(keys, used, pack(person, fact.item, 3))
    # Of two at one instant the unlike holds, then the later day and place: any order ends the same.
    stamp = fact.time * 2 + (1 if fact.kind == 17 else 0)
    old = values[place, 0]
    here = _context(fact)
    later = stamp > old or (
        stamp == old
        and np.int64(fact.day) * (1 << 40) + here > values[place, 1] * (1 << 40) + values[place, 3]
    )
    if not later:
        values[place, 2] = 0
        return -1, 0
    back, where = np.int64(-1), values[place, 3]
    if old != 0 and (old & 1) == 0:
        back = values[place, 1]
    values[place, 0], values[place, 1], values[place, 2], values[place, 3] = (
        stamp,
        fact.day,
        1,
        here,
    )
    return back, where


@numba.njit(cache=True)
def _like_holds(fact: Array, person: Number, keys: Array, values: Array) -> Number:
    """Say whether the fact just judged is a like that now holds."""
    place = find(keys, pack(person, fact.item, 3))
    fresh = values[place, 2] == 1 and fact.kind == 3
    values[place, 2] = 0
    return fresh


@numba.njit(cache=True)
def _followed(fact: Array, here: Number, edge: Array) -> None:
    """Take a follow because of a post, or an end, into an edge: when the latest was made, its day, item and place; the end."""
    if fact.kind == 18:
        edge[4] = max(edge[4], fact.time)
        return
    later = fact.time > edge[0] or (
        fact.time == edge[0] and (fact.item > edge[2] or (fact.item == edge[2] and here > edge[3]))
    )
    if later:
        edge[0], edge[1], edge[2], edge[3] = fact.time, fact.day, fact.item, here


@numba.njit(cache=True)
def _add(
    context: Number,
    person: Number,
    row: Number,
    day: Number,
    column: Number,
    amount: Number,
    items: Array,
    item_ring: Array,
    item_old: Array,
    author_total: Array,
    person_total: Array,
    surface_total: Array,
    domain_total: Array,
    slot_total: Array,
    affinity_keys: Array,
    affinity: Array,
    affinity_used: Array,
    today: Number,
) -> None:
    surface, slot, domain = context & 0xFF, (context >> 8) & 0xFF, (context >> 16) - 1
    surface_total[surface, column] += amount
    slot_total[min(slot, slot_total.shape[0] - 1), column] += amount
    if domain >= 0 and domain < domain_total.shape[0]:
        domain_total[domain, column] += amount
    if person >= 0:
        person_total[person, column] += amount
    if row >= 0:
        author = items[row].author
        author_total[author, column] += amount
        if day > today - 8:
            item_ring[row, day % 8, column] += amount
        else:
            item_old[row, column] += amount
    if person >= 0:
        _lean(person, row, surface, column, amount, items, affinity_keys, affinity, affinity_used)


@numba.njit(cache=True)
def _lean(
    person: Number,
    row: Number,
    surface: Number,
    column: Number,
    amount: Number,
    items: Array,
    keys: Array,
    values: Array,
    used: Array,
) -> None:
    """Count for (person, author), (person, topic), (person, channel) and (person, surface)."""
    into = -1
    if column == 13:
        into = 0
    elif column >= 1 and column <= 3:
        into = column
    elif column == 6:
        into = 4
    elif column in (4, 5):
        into = 5
    elif column >= 10 and column <= 12:
        into = 6
    elif column == 0:
        into = 7
    if into < 0:
        return
    values[claim(keys, used, pack(person, surface, 8)), into] += amount
    if row >= 0:
        values[claim(keys, used, pack(person, items[row].author, 6)), into] += amount
        if items[row].topic >= 0:
            values[claim(keys, used, pack(person, items[row].topic, 7)), into] += amount
        if items[row].channels[0] >= 0:
            values[claim(keys, used, pack(person, items[row].channels[0], 9)), into] += amount


@numba.njit(cache=True)
def keep_latest(rows: Array, times: Array, row: Number, time: Number) -> None:
    """Keep in one ring the items with the latest times, each once; -1 marks an empty place."""
    least = 0
    for k in range(rows.size):
        if rows[k] == row:
            times[k] = max(times[k], time)
            return
        if rows[k] < 0:
            rows[k], times[k] = row, time
            return
        if times[k] < times[least] or (times[k] == times[least] and rows[k] < rows[least]):
            least = k
    if time > times[least] or (time == times[least] and row > rows[least]):
        rows[least], times[least] = row, time


@numba.njit(cache=True)
def remember(
    facts: Array,
    person_row: Array,
    people: Array,
    positives: Array,
    positive_time: Array,
    seen_item: Array,
    seen_time: Array,
) -> None:
    """See `lodestone.features.apply.remember`."""
    for n in range(facts.size):
        person, row, kind = person_row[n], facts[n].item, facts[n].kind
        if person < 0 or row < 0:
            continue
        if kind == 16 and people[person].seen >= 0:
            ring = people[person].seen
            keep_latest(
                seen_item[ring], seen_time[ring], row, np.int32(facts[n].time // SECOND_MICROS)
            )
        elif (kind >= 1 and kind <= 6) or kind == 9:
            keep_latest(positives[person], positive_time[person], row, facts[n].time)
