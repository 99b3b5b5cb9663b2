"""Compiled loops of `features.names`: rows by name, found by a keyed hash of the bytes.

The hash is SipHash-2-4 (Aumasson and Bernstein, 2012): nobody who does not know the key can make two names meet.
"""

import numba
import numpy as np

from lodestone.base.arrays import Array, Number

_WORD = 8


@numba.njit(cache=True)
def _turned(x: Number, bits: Number) -> Number:
    return (x << np.uint64(bits)) | (x >> np.uint64(64 - bits))


@numba.njit(cache=True)
def _round(v0: Number, v1: Number, v2: Number, v3: Number) -> tuple[Number, Number, Number, Number]:
    v0 = v0 + v1
    v2 = v2 + v3
    v1 = _turned(v1, 13) ^ v0
    v3 = _turned(v3, 16) ^ v2
    v0 = _turned(v0, 32)
    v2 = v2 + v1
    v0 = v0 + v3
    v1 = _turned(v1, 17) ^ v2
    v3 = _turned(v3, 21) ^ v0
    v2 = _turned(v2, 32)
    return v0, v1, v2, v3


@numba.njit(cache=True)
def hashed(key: Array, message: Array, at: Number, end: Number) -> Number:
    """Return SipHash-2-4 of a part of a message, 0 as 1.

    Args:
        key: Shape (2,), uint64.
        message: Shape (bytes,), uint8.
        at: Where the part begins.
        end: Where it ends.
    """
    v0, v1 = key[0] ^ np.uint64(0x736F6D6570736575), key[1] ^ np.uint64(0x646F72616E646F6D)
    v2, v3 = key[0] ^ np.uint64(0x6C7967656E657261), key[1] ^ np.uint64(0x7465646279746573)
    size = end - at
    while at <= end:
        word = np.uint64(0)
        for k in range(min(_WORD, end - at)):
            word |= np.uint64(message[at + k]) << np.uint64(8 * k)
        if end - at < _WORD:
            word |= np.uint64(size & 255) << np.uint64(56)
        v3 ^= word
        v0, v1, v2, v3 = _round(v0, v1, v2, v3)
        v0, v1, v2, v3 = _round(v0, v1, v2, v3)
        v0 ^= word
        at += _WORD
    v2 ^= np.uint64(255)
    for _ in range(4):
        v0, v1, v2, v3 = _round(v0, v1, v2, v3)
    made = v0 ^ v1 ^ v2 ^ v3
    return made if made != np.uint64(0) else np.uint64(1)


@numba.njit(cache=True)
def find(
    key: Array, slots: Array, message: Array, first: Array, end: Array, wanted: Array, rows: Array
) -> Number:
    """Look names up.

    Args:
        key: Shape (2,), uint64. What names are hashed under.
        slots: Shape (slots,), a power of two, of `names.SLOT`.
        message: Shape (bytes,), uint8.
        first: Shape (names,). Where each begins in the message.
        end: Shape (names,). Where each ends.
        wanted: Shape (names,). A name under 0 is not looked up.
        rows: Shape (names,). Written: each name's row, -1 for none.

    Returns:
        How many were looked up and not found.
    """
    mask, missing = np.uint64(slots.size - 1), 0
    for n in range(first.size):
        rows[n] = -1
        if wanted[n] < 0:
            continue
        made = hashed(key, message, first[n], end[n])
        slot = slots[np.int64(made & mask)]
        if slot.name == made:
            rows[n] = slot.row
        else:
            missing += 1
    return missing


@numba.njit(cache=True)
def keep(
    key: Array, slots: Array, message: Array, first: Array, end: Array, places: Array, rows: Array
) -> None:
    """Remember the rows of the names at some places, those of row -1 left out; see `find`."""
    mask = np.uint64(slots.size - 1)
    for n in places:
        if rows[n] >= 0:
            made = hashed(key, message, first[n], end[n])
            at = np.int64(made & mask)
            slots[at].name, slots[at].row = made, rows[n]
