"""Raster pictures of drawings for what takes no SVG, such as previews of links: made once each, in a child process."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Final

from lodestone.base.errors import BusyError, UnknownError
from lodestone.media.folder import MediaFolder

_CHILD: Final = Path(__file__).with_name("raster_child.py")
_SECONDS: Final = 15
_WAITING_MAX: Final = 16
"""Drawings that may wait for their turn."""


class RasterPictures:
    """Draws one drawing at a time and keeps what came of it beside it in the media folder; an empty file where it cannot be drawn."""

    def __init__(self, media: MediaFolder) -> None:
        self._media = media
        self._turn = asyncio.Semaphore(1)
        self._waiting = 0

    async def png(self, name: str) -> bytes | None:
        """Return a drawing as PNG, 1,200 pixels wide; None where it cannot be drawn within limits.

        Args:
            name: What the drawing is served under, such as `0123abcd.svg`.

        Raises:
            UnknownError: `media_unknown`: there is no such drawing.
            BusyError: `previews_busy`: too many wait.
        """
        file = await asyncio.to_thread(self._media.find, name)
        if file.kind != "image/svg+xml":
            raise UnknownError("media_unknown", "there is no drawing under this name")
        made = await asyncio.to_thread(_read, self._media.preview(name))
        if made is None:
            made = await self._in_turn(name, file.path)
        return made or None

    async def _in_turn(self, name: str, path: Path) -> bytes:
        if self._waiting >= _WAITING_MAX:
            raise BusyError(
                "previews_busy", "too many pictures are being drawn; ask again", retry_seconds=5
            )
        self._waiting += 1
        try:
            async with self._turn:
                made = await asyncio.to_thread(_read, self._media.preview(name))
                if made is not None:
                    return made
                made = await _drawn(await asyncio.to_thread(path.read_bytes))
                await asyncio.to_thread(self._keep, name, made)
                return made
        except FileNotFoundError as error:
            raise UnknownError("media_unknown", "there is nothing under this name") from error
        finally:
            self._waiting -= 1

    def _keep(self, name: str, made: bytes) -> None:
        """Write a picture whole; not where its drawing has been dropped meanwhile."""
        target = self._media.preview(name)
        fresh = target.with_suffix(".new-preview")
        fresh.write_bytes(made)
        fresh.replace(target)
        if self._media.lacks(name):
            target.unlink(missing_ok=True)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


async def _drawn(svg: bytes) -> bytes:
    """Return a drawing as PNG, empty where the child refuses it or takes too long."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-I", str(_CHILD), cwd=os.sep, env={},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(_SECONDS):
            png, _ = await child.communicate(svg)
    except TimeoutError:
        return b""
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return png if child.returncode == 0 else b""
