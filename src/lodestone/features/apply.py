"""Move the state by facts, one at a time: the plain reading of what each fact means.

Everything kept is a whole number, a set, or the latest by time, so the order in which facts arrive
cannot change where they lead. `apply_kernel` holds the compiled twins.
"""

from typing import TYPE_CHECKING

import numpy as np

from lodestone.base.clock import SECOND_MICROS
from lodestone.events.facts import (
    FLAG_DECISION,
    FLAG_HISTORY,
    FLAG_PAID,
    FLAG_READ,
    FLAG_WHOLE,
    Facts,
    refund_age,
)
from lodestone.events.outcomes import (
    COUNT_ATTENTION,
    COUNT_IMPRESSIONS,
    COUNT_WATCHED,
    OUTCOME_COUNT,
    FactKind,
)
from lodestone.features.history import ANSWERED, BOUGHT, COLUMNS, LIKED, READ, VISITED, History
from lodestone.features.layout import DAYS_KEPT
from lodestone.features.table_kernel import pack

if TYPE_CHECKING:
    from lodestone.features.state import State
    from lodestone.features.table import Table

TAG_WATCH, TAG_WATCH_LOOSE, TAG_LIKE, TAG_FOLLOW = 1, 2, 3, 4
TAG_AUTHOR, TAG_TOPIC, TAG_SURFACE, TAG_CHANNEL = 6, 7, 8, 9
POSITIVE_KINDS = (*range(FactKind.CLICK, FactKind.FOLLOW + 1), FactKind.ORDER)
_TAKEN_BACK = (
    FactKind.LIKE, FactKind.UNLIKE, FactKind.FOLLOW, FactKind.UNFOLLOW, FactKind.ORDER, FactKind.REFUND,
)  # fmt: skip
"""Counted wherever they came from: what takes one of them back does not say where it came from."""
FIRST_MINUTE = 600
"""Tenths of a second."""
INSTANT_LEAST = -(2**62)
_NOTED = {
    FactKind.LIKE: LIKED,
    FactKind.COMMENT: ANSWERED,
    FactKind.SHARE: ANSWERED,
    FactKind.ORDER: BOUGHT,
    FactKind.FOLLOW: VISITED,
    FactKind.SHOP_VISIT: VISITED,
    FactKind.VISIT: VISITED,
    FactKind.REDEEM: VISITED,
    FactKind.CONVERSION: VISITED,
}
_LEAN_COLUMN = {
    COUNT_IMPRESSIONS: 0,
    FactKind.CLICK: 1,
    FactKind.LONG_VIEW: 2,
    FactKind.LIKE: 3,
    FactKind.FOLLOW: 4,
    FactKind.COMMENT: 5,
    FactKind.SHARE: 5,
    FactKind.NOT_INTERESTED: 6,
    FactKind.HIDE: 6,
    FactKind.REPORT: 6,
    FactKind.WATCH: 7,
}


def count(state: "State", facts: Facts, person_row: np.ndarray) -> None:
    """Count every outcome and impression into the state's counters; shapes (facts,).

    What an ad brought teaches nothing of the post that stands there without being paid for.
    """
    for fact, person in zip(facts, person_row.tolist(), strict=True):
        if not int(fact["flags"]) & FLAG_PAID or int(fact["kind"]) in _TAKEN_BACK:
            _count_one(state, fact, person)


def _count_one(state: "State", fact: np.void, person: int) -> None:
    kind, row, day = int(fact["kind"]), int(fact["item"]), int(fact["day"])
    where = (int(fact["surface"]), int(fact["slot"]), int(fact["domain"]))
    if kind in (FactKind.FOLLOW, FactKind.PROFILE_VISIT) and row < 0:
        return  # of a person and of no post: nothing that an impression may be expected to bring
    if kind == FactKind.WATCH:
        _watch(state, fact, person, where)
    elif kind in (FactKind.LIKE, FactKind.UNLIKE):
        _like(state, fact, person, where)
    elif kind in (FactKind.FOLLOW, FactKind.UNFOLLOW) and person >= 0 and fact["target"] >= 0:
        _follow(state, fact, person, where)
    elif kind == FactKind.REFUND:
        if int(fact["flags"]) & FLAG_WHOLE:
            add(state, where, person, row, day - refund_age(int(fact["value"])), FactKind.ORDER, -1)
    elif kind < OUTCOME_COUNT:
        add(state, where, person, row, day, kind, 1)
    elif kind == FactKind.IMPRESSION:
        if int(fact["flags"]) & FLAG_READ and not int(fact["flags"]) & FLAG_DECISION:
            return  # read, the app says, of which nobody knows how often it was passed by
        slot = min(where[1], state.attention.size - 1)
        add(state, where, person, row, day, COUNT_IMPRESSIONS, 1)
        add(state, where, person, row, day, COUNT_ATTENTION, int(state.attention[slot]))
        _expose(state, fact, row, day)


def _watch(state: "State", fact: np.void, person: int, where: tuple[int, int, int]) -> None:
    """Count a watch: the first minute, which rates learn of, and all of it."""
    row = int(fact["item"])
    for tenths, day, sign in watched(state.watch, fact, person):
        add(state, where, person, row, day, FactKind.WATCH, sign * min(FIRST_MINUTE, tenths))
        add(state, where, person, row, day, COUNT_WATCHED, sign * tenths)


def watched(table: "Table", fact: np.void, person: int) -> list[tuple[int, int, int]]:
    """Return what a watch changes as (tenths of a second, day, 1 or -1): of each slot the longest counts, once.

    Of two as long it counts on the earlier day.
    """
    tenths, day = int(fact["value"]) // 100, int(fact["day"])
    receipt = int(fact["receipt"])
    if receipt >= 0:
        rest = int(fact["slot"]) << 20 | receipt >> 28 & 0xFFFFF
        key = pack(receipt & 0xFFFFFFF, rest, TAG_WATCH)
    elif person >= 0 and fact["item"] >= 0:
        folded = int(fact["item"]) * 40503 + day * 64 + int(fact["surface"])
        key = pack(person, folded & 0x7FFFFFFF, TAG_WATCH_LOOSE)
    else:
        return [(tenths, day, 1)]
    known, on = table.get(int(key)) or (0, 0)
    if tenths < known or (tenths == known and (day >= on or not known)):
        return []
    table.put(int(key), tenths, day)
    return [(known, on, -1)] * (known > 0) + [(tenths, day, 1)]


def _like(state: "State", fact: np.void, person: int, where: tuple[int, int, int]) -> None:
    """Let the later of like and unlike hold, and count it on its own day and in its own place."""
    row, day, off = int(fact["item"]), int(fact["day"]), fact["kind"] == FactKind.UNLIKE
    if person < 0 or row < 0:
        add(state, where, person, row, day, FactKind.LIKE, -1 if off else 1)
        return
    key = int(pack(person, row, TAG_LIKE))
    context = where[0] | where[1] << 8 | where[2] + 1 << 16
    stamp = int(fact["time"]) * 2 + off
    old = state.like.get(key)
    if old is not None:
        if (stamp, day, context) <= (old[0], old[1], old[3]):
            return
        if not old[0] & 1:
            there = (old[3] & 0xFF, old[3] >> 8 & 0xFF, (old[3] >> 16) - 1)
            add(state, there, person, row, old[1], FactKind.LIKE, -1)
    state.like.put(key, stamp, day, 0, context)
    if not off:
        add(state, where, person, row, day, FactKind.LIKE, 1)


def _follow(state: "State", fact: np.void, person: int, where: tuple[int, int, int]) -> None:
    """Count of all follows of one author because of a post the latest, as long as no end follows it.

    A follow because of no post counts nothing, and takes nothing from the post that had led to one before.
    """
    # Of an author the lower half of the ordinal, which is random: two of those whom one person follows will not meet.
    key = int(pack(person, int(fact["target"]) & 0xFFFFFFFF, TAG_FOLLOW))
    made, day, row, context, ended = state.follow.get(key) or (0, 0, 0, 0, 0)
    before = (made, row, context)
    if made > ended:
        there = (context & 0xFF, context >> 8 & 0xFF, (context >> 16) - 1)
        add(state, there, person, row, day, FactKind.FOLLOW, -1)
    if fact["kind"] == FactKind.UNFOLLOW:
        ended = max(ended, int(fact["time"]))
    else:
        here = where[0] | where[1] << 8 | where[2] + 1 << 16
        if (int(fact["time"]), int(fact["item"]), here) > before:
            made, day, row = int(fact["time"]), int(fact["day"]), int(fact["item"])
            context = here
    state.follow.put(key, made, day, row, context, ended)
    if made > ended:
        there = (context & 0xFF, context >> 8 & 0xFF, (context >> 16) - 1)
        add(state, there, person, row, day, FactKind.FOLLOW, 1)


def _expose(state: "State", fact: np.void, row: int, day: int) -> None:
    """Move exposure and promises by an organic impression of a decision."""
    flags = int(fact["flags"])
    if (
        not flags & FLAG_DECISION
        or flags & (FLAG_HISTORY | FLAG_PAID)
        or day <= state.today - DAYS_KEPT
    ):
        return
    bucket = day % DAYS_KEPT
    state.impressions_day[bucket] += 1
    if row >= 0:
        state.author_exposure[state.items["author"][row], bucket] += 1
    for bit in range(64):
        if int(fact["promises"]) >> bit & 1:
            state.promise_delivered[bit, bucket] += 1


def add(
    state: "State",
    where: tuple[int, int, int],
    person: int,
    row: int,
    day: int,
    column: int,
    amount: int,
) -> None:
    """Add a whole number to one column of every counter the fact belongs to."""
    surface, slot, domain = where
    state.surface_total[surface, column] += amount
    state.slot_total[min(slot, state.slot_total.shape[0] - 1), column] += amount
    if 0 <= domain < state.domain_total.shape[0]:
        state.domain_total[domain, column] += amount
    if person >= 0:
        state.person_total[person, column] += amount
    if row >= 0:
        state.author_total[state.items["author"][row], column] += amount
        if day > state.today - DAYS_KEPT:
            state.item_ring[row, day % DAYS_KEPT, column] += amount
        else:
            state.item_old[row, column] += amount
    into = _LEAN_COLUMN.get(column)
    if person < 0 or into is None or amount == 0:
        return
    keys = [pack(person, surface, TAG_SURFACE)]
    if row >= 0:
        keys.append(pack(person, int(state.items["author"][row]), TAG_AUTHOR))
        if state.items["topic"][row] >= 0:
            keys.append(pack(person, int(state.items["topic"][row]), TAG_TOPIC))
        if state.items["channels"][row, 0] >= 0:
            keys.append(pack(person, int(state.items["channels"][row, 0]), TAG_CHANNEL))
    for key in keys:
        counts = list(state.affinity.get(int(key)) or (0,) * state.affinity.values.shape[1])
        counts[into] += amount
        state.affinity.put(int(key), *counts)


def note(state: "State", facts: Facts, person_row: np.ndarray) -> None:
    """Note what people did for good, see `features.history`; shapes (facts,). Those facts have been counted."""
    known = {
        (int(deed["person"]), int(deed["item"])): (int(deed["time"]), int(deed["what"]))
        for deed in state.history.columns()
    }
    for fact, person in zip(facts, person_row.tolist(), strict=True):
        row, kind = int(fact["item"]), int(fact["kind"])
        if person < 0 or row < 0:
            continue
        what = _NOTED.get(FactKind(kind), 0) | (READ if int(fact["flags"]) & FLAG_READ else 0)
        time, before = known.get((person, row), (INSTANT_LEAST, 0))
        if kind in (FactKind.LIKE, FactKind.UNLIKE):
            stamps = state.like.get(pack(person, row, TAG_LIKE))
            if stamps is None or stamps[0] & 1:
                what, before = what & ~LIKED, before & ~LIKED
        if what or kind == FactKind.LIKE:
            known[person, row] = max(time, int(fact["time"])), before | what
        elif (person, row) in known:
            known[person, row] = time, before
    deeds = [(person, row, time, what) for (person, row), (time, what) in known.items()]
    state.history = History()
    state.history.fill(np.array(deeds, COLUMNS))


def remember(state: "State", facts: Facts, person_row: np.ndarray) -> None:
    """Keep each viewer's latest positives and latest seen items; shapes (facts,)."""
    for fact, person in zip(facts, person_row.tolist(), strict=True):
        row, time = int(fact["item"]), int(fact["time"])
        if person < 0 or row < 0:
            continue
        if fact["kind"] == FactKind.IMPRESSION and state.people["seen"][person] >= 0:
            ring = state.people["seen"][person]
            _keep_latest(state.seen_item[ring], state.seen_time[ring], row, time // SECOND_MICROS)
        elif fact["kind"] in POSITIVE_KINDS:
            _keep_latest(state.positives[person], state.positive_time[person], row, time)


def _keep_latest(rows: np.ndarray, times: np.ndarray, row: int, time: int) -> None:
    newest = {int(r): int(t) for r, t in zip(rows, times, strict=True) if r >= 0}
    newest[row] = max(newest.get(row, time), time)
    best = sorted(newest.items(), key=lambda pair: (pair[1], pair[0]), reverse=True)[: rows.size]
    rows[:], times[:] = -1, 0
    for index, (row_seen, when) in enumerate(best):
        rows[index], times[index] = row_seen, when
