"""Reads vouchers' codes off a camera's frames for a browser that cannot, at a bounded rate and cost."""

import asyncio
from typing import Final

from lodestone.base.clock import SECOND_MICROS, Instant
from lodestone.base.errors import BusyError
from lodestone.media import read_qr

FRAMES_MAX: Final = 240
"""Frames that one session may send in a minute: four a second."""
WAITING_MAX: Final = 8
"""Frames of everybody that may wait for the thread that reads; a later one comes as well."""
_MINUTE: Final = 60


class Scanner:
    """Reads one frame at a time, in a thread beside the event loop. Nothing of a frame is kept."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(1)
        self._waiting = 0
        self._minute = 0
        self._frames: dict[bytes, int] = {}

    async def scan(self, session: bytes, body: bytes, kind: str, now: Instant) -> str | None:
        """Return the text of the QR in a picture, None where it shows none.

        Args:
            session: Tells one session from another.
            body: The picture; see `read_qr`.
            kind: Its media type.
            now: The wall clock.

        Raises:
            InvalidError: As `read_qr`.
            BusyError: `scan_limit` for this session, `scan_busy` for everybody.
        """
        self._count(session, now)
        if self._waiting >= WAITING_MAX:
            raise BusyError(
                "scan_busy", "too many pictures wait; send the next later", retry_seconds=1
            )
        self._waiting += 1
        try:
            async with self._turn:
                return await asyncio.to_thread(read_qr, body, kind)
        finally:
            self._waiting -= 1

    def _count(self, session: bytes, now: Instant) -> None:
        """Count a frame of a session within the minute of the clock."""
        minute, into = divmod(now // SECOND_MICROS, _MINUTE)
        if minute != self._minute:
            self._frames, self._minute = {}, minute
        frames = self._frames.get(session, 0) + 1
        if frames > FRAMES_MAX:
            raise BusyError(
                "scan_limit", "too many pictures in this minute; wait", retry_seconds=_MINUTE - into
            )
        self._frames[session] = frames
