"""How far a community's log is known to have come, kept outside the log: in a file beside it and in the records.

The log writes its end here after every commit is durable and before anybody is answered, so the mark is never
ahead of the log: a log that ends before its mark has lost something. The file is written in place, without a
sync: what a killed process wrote is not lost, and a machine that fails may bring back an older mark only, which is
true as well. It has two slots in turn, each with a digest, so that a torn write leaves the one before.
"""

import hashlib
import os
import struct
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from lodestone.base.signed import derived_key
from lodestone.stores.disk import read_file
from lodestone.stores.log.chain import Tip

MARK: Final = "tip"
"""The file's name in a community's folder, and the mark's in the records."""
SLOT_BYTES: Final = 512
ISSUE_MARGIN: Final = 1 << 20
"""By how much numbering skips when a loss is accepted: more receipts than come between two marks in the records."""
START: Final = Tip()
"""The end of a log that holds nothing."""
_MAGIC: Final = b"LODETIP1"
_FORM: Final = struct.Struct(">8sQQQQQQ16s32s32s")
_DIGEST_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Mark:
    """What is known of a log and of the records that belong to it."""

    owner: bytes
    """Digest of the community's secret, 16 bytes: whose log and records these are."""
    tip: Tip = START
    issued: int = 0
    """No receipt's number below this one is given out any more, whatever the log says."""
    changes: int = 0
    """The records' next change is at least this one."""
    pulse: int = 0
    """How often the records have been marked."""
    writes: int = 0
    """Rises with every write of the file, so that the newer slot is known."""

    def pack(self) -> bytes:
        """Write as bytes with a digest at the end."""
        tip = self.tip
        body = _FORM.pack(
            _MAGIC,
            tip.sequence_next,
            tip.offset_next,
            self.issued,
            self.changes,
            self.pulse,
            self.writes,
            self.owner,
            tip.receipts,
            tip.facts,
        )
        return body + _digest(body)


def owner_of(secret: bytes) -> bytes:
    """Name a community's secret without giving it away."""
    return derived_key(secret, size=16, purpose=b"owner of a log")


def unpack(data: bytes) -> Mark | None:
    """Read a mark; None when the bytes are none, or not whole."""
    body, digest = data[: _FORM.size], data[_FORM.size : _FORM.size + _DIGEST_BYTES]
    if len(body) < _FORM.size or _digest(body) != digest:
        return None
    magic, sequence, offset, issued, changes, pulse, writes, owner, receipts, facts = _FORM.unpack(
        body
    )
    if magic != _MAGIC:
        return None
    return Mark(owner, Tip(sequence, receipts, offset, facts), issued, changes, pulse, writes)


def read(folder: Path) -> Mark | None:
    """Return the newest whole mark beside a log, None when there is none. Raises OSError."""
    data = read_file(folder / MARK)
    if data is None:
        return None
    slots = [unpack(data[at : at + SLOT_BYTES]) for at in (0, SLOT_BYTES)]
    return max(
        (slot for slot in slots if slot is not None), key=lambda slot: slot.writes, default=None
    )


def write(folder: Path, mark: Mark) -> None:
    """Put a mark in place of whatever was there, durably. Raises OSError."""
    with MarkFile(folder, mark) as file:
        file.sync()


_CLOSED: Final = -1


class MarkFile:
    """The mark beside a log, written in place by one process.

    `tip` is called by the log's writing thread after each commit, the others by whoever serves; each call writes
    one slot, some microseconds.
    """

    def __init__(self, folder: Path, mark: Mark) -> None:
        """Open or make the file and write what is known now. Raises OSError."""
        flags = os.O_RDWR | os.O_CREAT
        self._descriptor = os.open(folder / MARK, flags, 0o600)
        self._lock = threading.Lock()
        self.mark = mark
        self.failures = 0
        """Writes in a row that the disk refused; the mark is then behind, which is true as well."""
        self._write(mark)

    def __enter__(self) -> "MarkFile":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def tip(self, tip: Tip) -> None:
        """Note where the log durably ends."""
        with self._lock:
            self._write(replace(self.mark, tip=tip))

    def records(self, changes: int, pulse: int = 0) -> None:
        """Note what the records have durably come to; never less than before."""
        with self._lock:
            mark = self.mark
            self._write(
                replace(mark, changes=max(mark.changes, changes), pulse=max(mark.pulse, pulse))
            )

    def sync(self) -> None:
        """Make what was written durable; nothing once it is closed. Raises OSError."""
        with self._lock:
            if self._descriptor != _CLOSED:
                os.fsync(self._descriptor)

    def close(self) -> None:
        """Let go of the file; what is noted after that stays unwritten, and the mark behind, which is true as well."""
        with self._lock:
            if self._descriptor != _CLOSED:
                os.close(self._descriptor)
                # Its number may be another file's by now.
                self._descriptor = _CLOSED

    def _write(self, mark: Mark) -> None:
        if self._descriptor == _CLOSED:
            return
        mark = replace(mark, writes=mark.writes + 1)
        slot = mark.writes % 2 * SLOT_BYTES
        try:
            os.pwrite(self._descriptor, mark.pack().ljust(SLOT_BYTES, b"\0"), slot)
            self.failures = 0
        except OSError:
            self.failures += 1
        self.mark = mark


def _digest(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=_DIGEST_BYTES).digest()
