"""Compiled judgement of events that were read into columns: those that nothing speaks against become facts.

The plain twin is `services.ingest.validate`: whatever these loops leave is judged there, and named.
"""

import numba
import numpy as np

from lodestone.base.arrays import Array, Number
from lodestone.base.clock import DAY_MICROS, SECOND_MICROS
from lodestone.events.blake_kernel import digest

NEVER, ALWAYS, WITH_BEACON = 0, 1, 2
"""What is taken of a kind: nothing, every event, those with a beacon."""
PAYLOAD, TAG = 35, 13
"""Bytes of a beacon's two parts, see `events.beacon`."""
_QUARTER = 900_000_000
"""Microseconds in which no zone's offset changes."""


def _letters() -> Array:
    """Return the value of each letter of URL-safe base64, -1 of every other byte; shape (256,)."""
    table = np.full(256, -1, np.int16)
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    table[np.frombuffer(alphabet, np.uint8)] = np.arange(64)
    return table


_LETTERS = _letters()


@numba.njit(cache=True)
def _little(raw: Array, at: Number, size: Number) -> Number:
    """Return the whole number in `size` bytes, the lowest first."""
    value = np.uint64(0)
    for k in range(size):
        value |= np.uint64(raw[at + k]) << np.uint64(8 * k)
    return value


@numba.njit(cache=True)
def _opened(body: Array, at: Number, keyed: Array, raw: Array, block: Array, out: Array) -> Number:
    """Decode the beacon at a place into `raw`; say whether it was signed under the key."""
    for k in range(16):
        bits, wrong = np.uint32(0), np.int16(0)
        for j in range(4):
            value = _LETTERS[body[at + 4 * k + j]]
            wrong |= value
            bits = (bits << np.uint32(6)) | np.uint32(value & 63)
        if wrong < 0:
            return False
        raw[3 * k] = (bits >> np.uint32(16)) & np.uint32(255)
        raw[3 * k + 1] = (bits >> np.uint32(8)) & np.uint32(255)
        raw[3 * k + 2] = bits & np.uint32(255)
    digest(keyed, raw, 0, PAYLOAD, block, out)
    # Every byte is looked at, so that how long it takes says nothing of where a forged tag begins to differ.
    wrong_bits = np.uint64(0)
    for k in range(TAG):
        byte = (out[k >> 3] >> np.uint64(8 * (k & 7))) & np.uint64(255)
        wrong_bits |= byte ^ np.uint64(raw[PAYLOAD + k])
    return wrong_bits == 0


@numba.njit(cache=True)
def _fits(raw: Array, item: Number, ordinal: Number, age_most: Number, seconds: Number) -> Number:
    """Say whether an opened beacon is about this item and person, and not too old."""
    served = np.int64(np.int32(np.uint32(_little(raw, 20, 4))))
    return (
        np.int64(np.int32(np.uint32(_little(raw, 16, 4)))) == item
        and np.int64(_little(raw, 24, 4)) == ordinal & 0xFFFFFFFF
        and -2 <= seconds - served <= age_most
        and raw[7] < 128
    )


@numba.njit(cache=True)
def _decide(raw: Array, fact: Array) -> None:
    """Write what a beacon says into its fact."""
    fact.receipt, fact.promises = np.int64(_little(raw, 0, 8)), _little(raw, 8, 8)
    fact.served = np.int32(np.uint32(_little(raw, 20, 4)))
    fact.domain = np.int16(np.uint16(_little(raw, 28, 2)))
    fact.domain_kind, fact.source, fact.surface = raw[30], raw[31], raw[32]
    fact.slot, fact.flags = raw[33], raw[34] | 1


@numba.njit(cache=True)
def slots_once(facts: Array, fresh: Array, edges: Array, places: Array, keys: Array) -> Number:
    """Find the facts that count once for their slot; twin of `dedupe.once_a_slot` and `dedupe.slot_keys`.

    Args:
        facts: Shape (facts,).
        fresh: Shape (facts,), bool. The others are passed over.
        edges: Shape (256,), bool. Kinds that somebody does and takes back, which count each time.
        places: Shape (facts,). Written: where they stand.
        keys: Shape (facts,), uint64. Written: each one's key.

    Returns:
        How many there are.
    """
    count = 0
    for n in range(facts.size):
        fact = facts[n]
        if not fresh[n] or fact.receipt < 0 or fact.slot == 0 or fact.kind == 0:
            continue
        if edges[fact.kind] and fact.person >= 0:
            continue
        places[count] = n
        keys[count] = (
            np.uint64(fact.receipt) << np.uint64(14)
            | np.uint64(fact.slot) << np.uint64(8)
            | np.uint64(fact.kind)
        )
        count += 1
    return count


@numba.njit(cache=True)
def judge(
    body: Array,
    rows: Array,
    kinds: Array,
    people: Array,
    items: Array,
    ordinals: Array,
    early: Number,
    late: Number,
    allowed: Array,
    ages: Array,
    watch: Number,
    first_quarter: Number,
    offsets: Array,
    event_key: Array,
    beacon_key: Array,
    facts: Array,
    good: Array,
) -> None:
    """Turn events into facts where nothing speaks against them.

    Args:
        body: Shape (bytes,), uint8.
        rows: Shape (events,), of `columns.SCANNED`.
        kinds: Shape (types,). The kind of each type.
        people: Shape (events,). Rows, -1 for nobody.
        items: Shape (events,). Rows, -1 for nothing.
        ordinals: Shape (at least people,). Each person's.
        early: The latest instant that is taken, microseconds.
        late: The earliest.
        allowed: Shape (kinds,). `NEVER`, `ALWAYS` or `WITH_BEACON`.
        ages: Shape (kinds,). For how many seconds after it was served a slot counts.
        watch: The kind whose value is what was watched; of the others it is for how long it was visible.
        first_quarter: The quarter hour since the epoch that `offsets` begins with.
        offsets: Shape (quarter hours,). The zone's, microseconds.
        event_key: Shape (8,). See `blake_kernel.keyed_state`; digests of 8 bytes.
        beacon_key: The same, digests of 13 bytes.
        facts: Shape (events,). Those of good events are written; receipt, target and domain must be -1 before.
        good: Shape (events,), bool. Written.
    """
    block, out, raw = np.empty(16, np.uint64), np.empty(8, np.uint64), np.empty(48, np.uint8)
    for n in range(rows.size):
        row = rows[n]
        good[n] = False
        if row.kind < 0 or people[n] < 0 or items[n] < 0:
            continue
        kind, time, beacon = kinds[row.kind], row.time, row.beacon
        quarter = time // _QUARTER - first_quarter
        if time < late or time > early or quarter < 0 or quarter >= offsets.size:
            continue
        if allowed[kind] == NEVER or (allowed[kind] == WITH_BEACON and beacon < 0):
            continue
        seconds = row.watch if kind == watch else row.visible
        if kind == watch and seconds < 0:
            continue
        if beacon >= 0 and not (
            _opened(body, beacon, beacon_key, raw, block, out)
            and _fits(raw, items[n], ordinals[people[n]], ages[kind], time // SECOND_MICROS)
        ):
            continue
        fact = facts[n]
        digest(event_key, body, row.id, row.id_end - row.id, block, out)
        fact.key, fact.time, fact.person, fact.item = out[0], time, ordinals[people[n]], items[n]
        fact.day = (time + offsets[quarter]) // DAY_MICROS
        fact.kind, fact.slot = kind, row.slot
        fact.value = np.int32(np.rint(seconds * 1000.0)) if seconds > 0 else 0
        if beacon >= 0:
            _decide(raw, fact)
        good[n] = True
