"""Compiled BLAKE2b (RFC 7693) of messages of one block under a key that was taken in before.

The plain twin is `hashlib.blake2b`: for some millions of short ids a second its objects cost more than the hash.
"""

import numba
import numpy as np

from lodestone.base.arrays import Array, Number

BLOCK = 128
"""Bytes of a block; a longer message is not for these kernels."""
_IV = np.array(
    [
        0x6A09E667F3BCC908,
        0xBB67AE8584CAA73B,
        0x3C6EF372FE94F82B,
        0xA54FF53A5F1D36F1,
        0x510E527FADE682D1,
        0x9B05688C2B3E6C1F,
        0x1F83D9ABFB41BD6B,
        0x5BE0CD19137E2179,
    ],
    np.uint64,
)
_SIGMA = np.array(
    [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
        [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
        [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
        [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
        [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
        [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
        [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
        [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
        [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    ],
    np.int64,
)  # fmt: skip
"""Which words of a block each of the twelve rounds takes."""


@numba.njit(cache=True)
def _turned(x: Number, bits: Number) -> Number:
    return (x >> np.uint64(bits)) | (x << np.uint64(64 - bits))


@numba.njit(cache=True)
def _mixed(
    a: Number, b: Number, c: Number, d: Number, x: Number, y: Number
) -> tuple[Number, Number, Number, Number]:
    a = a + b + x
    d = _turned(d ^ a, 32)
    c = c + d
    b = _turned(b ^ c, 24)
    a = a + b + y
    d = _turned(d ^ a, 16)
    c = c + d
    b = _turned(b ^ c, 63)
    return a, b, c, d


@numba.njit(cache=True)
def compress(state: Array, block: Array, count: Number, last: Number, out: Array) -> None:
    """Take one block into a state.

    Args:
        state: Shape (8,), uint64. Left as it is, unless it is `out` too.
        block: Shape (16,), uint64. The block's words, the first byte of each the lowest.
        count: Bytes taken in, this block's among them.
        last: 1 when no block follows, else 0.
        out: Shape (8,), uint64. Written: the state after the block.
    """
    v0, v1, v2, v3 = state[0], state[1], state[2], state[3]
    v4, v5, v6, v7 = state[4], state[5], state[6], state[7]
    v8, v9, v10, v11 = _IV[0], _IV[1], _IV[2], _IV[3]
    v12, v13, v14, v15 = _IV[4] ^ np.uint64(count), _IV[5], _IV[6], _IV[7]
    if last:
        v14 = ~v14
    for r in range(12):
        s = _SIGMA[r]
        v0, v4, v8, v12 = _mixed(v0, v4, v8, v12, block[s[0]], block[s[1]])
        v1, v5, v9, v13 = _mixed(v1, v5, v9, v13, block[s[2]], block[s[3]])
        v2, v6, v10, v14 = _mixed(v2, v6, v10, v14, block[s[4]], block[s[5]])
        v3, v7, v11, v15 = _mixed(v3, v7, v11, v15, block[s[6]], block[s[7]])
        v0, v5, v10, v15 = _mixed(v0, v5, v10, v15, block[s[8]], block[s[9]])
        v1, v6, v11, v12 = _mixed(v1, v6, v11, v12, block[s[10]], block[s[11]])
        v2, v7, v8, v13 = _mixed(v2, v7, v8, v13, block[s[12]], block[s[13]])
        v3, v4, v9, v14 = _mixed(v3, v4, v9, v14, block[s[14]], block[s[15]])
    out[0], out[1], out[2], out[3] = (
        state[0] ^ v0 ^ v8,
        state[1] ^ v1 ^ v9,
        state[2] ^ v2 ^ v10,
        state[3] ^ v3 ^ v11,
    )
    out[4], out[5], out[6], out[7] = (
        state[4] ^ v4 ^ v12,
        state[5] ^ v5 ^ v13,
        state[6] ^ v6 ^ v14,
        state[7] ^ v7 ^ v15,
    )


@numba.njit(cache=True)
def load(message: Array, at: Number, size: Number, block: Array) -> None:
    """Lay up to 128 bytes of `message` from `at` on into a block, the rest of it zeros."""
    for k in range(16):
        block[k] = 0
    for k in range(size):
        block[k >> 3] |= np.uint64(message[at + k]) << np.uint64(8 * (k & 7))


@numba.njit(cache=True)
def digest(
    keyed: Array, message: Array, at: Number, size: Number, block: Array, out: Array
) -> None:
    """Hash 1 to 128 bytes of `message` from `at` on under a key that was taken in.

    Args:
        keyed: What `keyed_state` returned.
        message: Bytes.
        at: Where the part to be hashed begins.
        size: Its bytes.
        block: Shape (16,), uint64. Scratch.
        out: Shape (8,), uint64. Written; the digest is its first bytes, the lowest of each word first.
    """
    load(message, at, size, block)
    compress(keyed, block, BLOCK + size, 1, out)


def keyed_state(key: bytes, digest_size: int) -> Array:
    """Take a key in; return the state after it, shape (8,), uint64.

    Args:
        key: 1 to 64 bytes.
        digest_size: Bytes of the digests to be made, 1 to 64.
    """
    assert 1 <= len(key) <= 64
    state = _IV.copy()
    state[0] ^= np.uint64(0x01010000 | len(key) << 8 | digest_size)
    block, out = np.frombuffer(key.ljust(BLOCK, b"\0"), "<u8"), np.empty(8, np.uint64)
    compress(state, block, BLOCK, 0, out)
    return out
