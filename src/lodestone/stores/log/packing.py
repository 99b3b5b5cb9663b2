"""How a batch of facts and a part of a receipt lie on disk.

Facts are stored as byte planes (all first bytes, then all second bytes, and so on) under zstd at
level 1: on a feed's facts 12 % smaller than rows, in the same time. Both are checked on reading.
"""

import threading
from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
import zstandard

from lodestone.base.errors import CorruptError
from lodestone.events.facts import FACT, Facts
from lodestone.stores.log.port import Offset

_PLANES: Final = b"\x01"
"""The payload's first byte: planes of the `FACT` of 72 bytes."""
_LEVEL: Final = 1
_ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"
_PACK_LEAST: Final = 512
"""A part smaller than this gains too little by compression."""
_PART_MAX: Final = 1 << 26

SealedPairs = tuple[tuple[int, bytes], ...]
_SEALED: Final = msgspec.msgpack.Decoder(SealedPairs)


class Packer:
    """Compresses and opens; holds contexts that are not shared, so one to a thread."""

    def __init__(self) -> None:
        self._shrink = zstandard.ZstdCompressor(level=_LEVEL)
        self._open = zstandard.ZstdDecompressor()

    def pack_facts(self, data: bytes, count: int) -> bytes:
        """Pack the bytes of `count` facts."""
        rows = np.frombuffer(data, np.uint8).reshape(count, FACT.itemsize)
        return _PLANES + self._shrink.compress(np.ascontiguousarray(rows.T).data)

    def open_facts(self, payload: bytes, first: int, count: int) -> Facts:
        """Return the facts of a payload.

        Raises:
            CorruptError: They are not `count` facts; names the offset.
        """
        body = payload[1:]
        size = count * FACT.itemsize
        try:
            if payload[:1] != _PLANES or zstandard.frame_content_size(body) != size:
                raise facts_corrupt(first)
            planes = np.frombuffer(self._open.decompress(body), np.uint8)
        except zstandard.ZstdError as error:
            raise facts_corrupt(first) from error
        rows = np.ascontiguousarray(planes.reshape(FACT.itemsize, count).T)
        return rows.view(FACT).ravel()

    def pack_part(self, part: bytes) -> tuple[bytes, int]:
        """Compress a part unless it is small or compressed already; say by 1 that it was."""
        if len(part) < _PACK_LEAST or part.startswith(_ZSTD_MAGIC):
            return part, 0
        packed = self._shrink.compress(part)
        return (packed, 1) if len(packed) < len(part) else (part, 0)

    def open_part(self, stored: bytes, packed: int, sequence: int) -> bytes:
        """Return a part as it was given.

        Raises:
            CorruptError: It does not open; names the receipt.
        """
        if not packed:
            return stored
        try:
            if zstandard.frame_content_size(stored) > _PART_MAX:
                raise receipt_corrupt(sequence)
            return bytes(self._open.decompress(stored))
        except zstandard.ZstdError as error:
            raise receipt_corrupt(sequence) from error


class Packers(threading.local):
    """A `Packer` for each thread that reads."""

    def __init__(self) -> None:
        self.own = Packer()


def pack_sealed(sealed: Sequence[tuple[int, bytes]]) -> bytes:
    """Pack what is private; nothing takes no bytes."""
    return msgspec.msgpack.encode(sealed) if sealed else b""


def open_sealed(data: bytes, first: int) -> SealedPairs:
    """Return what `pack_sealed` was given.

    Raises:
        CorruptError: It does not open; names the offset.
    """
    if not data:
        return ()
    try:
        return _SEALED.decode(data)
    except msgspec.DecodeError as error:
        raise facts_corrupt(first) from error


def facts_corrupt(first: int | Offset) -> CorruptError:
    """Make the error for a batch of facts that is not as it was written."""
    message = f"The facts from offset {first} are not what was written; restore a back-up."
    return CorruptError("facts_corrupt", message)


def receipt_corrupt(sequence: int) -> CorruptError:
    """Make the error for a receipt that is not as it was written."""
    message = f"Receipt {sequence} is not what was written; restore a back-up."
    return CorruptError("receipt_corrupt", message)
