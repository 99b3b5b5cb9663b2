"""Moving the WAL into the file beside the writer, so that commits do not stall and it stays small."""

import sqlite3
import threading
from pathlib import Path
from typing import Final

from lodestone.stores.log.file import connect

CHECKPOINT_BYTES: Final = 4 << 20
_PASSES_MAX: Final = 4
_FEW_FRAMES: Final = 64


class Checkpointer:
    """A thread with a connection of its own.

    A writer that never rests would keep the WAL from starting over: there is always a frame that the
    checkpoint has not seen. So passes run beside it until few frames are left, and a last short one
    runs while `gate` holds the writer back.
    """

    def __init__(self, path: Path, *, threshold_bytes: int = CHECKPOINT_BYTES) -> None:
        self.gate = threading.Lock()
        self.failures = 0
        """Checkpoints in a row that the disk refused; what was committed is safe in the WAL."""
        self._connection = connect(path)
        self._threshold_bytes = threshold_bytes
        self._written = 0
        self._wake = threading.Event()
        self._ending = False
        self._thread = threading.Thread(target=self._run, name=f"wal {path.name}", daemon=True)
        self._thread.start()

    def wrote(self, size: int) -> None:
        """Count bytes that went into the WAL; called by the writer alone."""
        self._written += size
        if self._written >= self._threshold_bytes:
            self._written = 0
            self._wake.set()

    def close(self) -> None:
        """End the thread and close the connection."""
        self._ending = True
        self._wake.set()
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            if self._ending:
                return
            try:
                self._checkpoint()
                self.failures = 0
            except sqlite3.Error:
                self.failures += 1

    def _checkpoint(self) -> None:
        for _ in range(_PASSES_MAX):
            if self._pass() <= _FEW_FRAMES:
                break
        with self.gate:
            self._pass()

    def _pass(self) -> int:
        """Move what can be moved without waiting; return the frames that came meanwhile."""
        _, before, moved = self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        return int(before - moved)
