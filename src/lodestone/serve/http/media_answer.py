"""Answers with media: whole, in part or not at all; read piece by piece, beside the event loop."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final

from litestar import Request, Response
from litestar.response import Stream

from lodestone.base.representation import matches
from lodestone.media.folder import MediaFile
from lodestone.serve.http.ranges import UnsatisfiableError, part_of

PIECE: Final = 64 * 1024
"""Bytes read at once; a client that takes them slowly holds no more of ours, and no file descriptor."""
HEADERS: Final = {
    "cache-control": "public, max-age=31536000, immutable",
    "accept-ranges": "bytes",
    # A drawing may move by its own style; opened by itself it still runs no script and asks nobody.
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
}


async def media_answer(request: Request[Any, Any, Any], file: MediaFile) -> Response[Any]:
    """Answer a request for a file: 200, 206, 304 or 416.

    Args:
        request: Its headers say which part is wanted; of HEAD nothing is read.
        file: What is asked for.
    """
    asked = request.headers.get
    tag = f'"{file.path.stem}"'
    headers = {**HEADERS, "etag": tag}
    if matches(asked("if-none-match"), tag):
        return Response(b"", status_code=304, headers=headers)
    try:
        part = part_of(asked("range"), asked("if-range"), tag, file.size)
    except UnsatisfiableError:
        headers["content-range"] = f"bytes */{file.size}"
        return Response(b"", status_code=416, headers=headers, media_type=file.kind)
    status, whole = (200, range(file.size)) if part is None else (206, part)
    if part is not None:
        headers["content-range"] = f"bytes {part.start}-{part.stop - 1}/{file.size}"
    headers["content-length"] = str(len(whole))
    if request.scope["state"].get("head"):
        return Response(b"", status_code=status, headers=headers, media_type=file.kind)
    if len(whole) <= PIECE:
        body = await asyncio.to_thread(file.read, whole.start, whole.stop)
        return Response(body, status_code=status, headers=headers, media_type=file.kind)
    return Stream(_pieces(file, whole), status_code=status, headers=headers, media_type=file.kind)


async def _pieces(file: MediaFile, whole: range) -> AsyncIterator[bytes]:
    for begin in range(whole.start, whole.stop, PIECE):
        end = min(begin + PIECE, whole.stop)
        yield await asyncio.to_thread(file.read, begin, end)
