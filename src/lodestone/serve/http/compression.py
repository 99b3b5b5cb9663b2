"""What comes and goes packed: bodies unpacked whole or refused, answers packed for who takes gzip."""

import gzip
import re
import zlib
from typing import Final

from lodestone.base.errors import InvalidError, Problem
from lodestone.serve.http.answer import Message, Send

GZIP_LEAST: Final = 8_192
"""Bytes under which packing saves less than it costs."""
_TEXTS: Final = re.compile(rb"^(text/|image/svg|application/(.*\+)?json|application/javascript)")


def unpacked(body: bytes, packing: bytes, *, most: int) -> bytes | None:
    """Unpack a request's body; None when it is longer than `most` bytes.

    Raises:
        InvalidError: The packing is not understood, or the body is not one whole gzip member: what
            was cut off on its way must not be taken for the whole.
    """
    packing = packing.lower()
    if packing in (b"", b"identity"):
        return body if len(body) <= most else None
    if packing != b"gzip":
        problem = Problem("Content-Encoding", "gzip is understood, nothing else")
        raise InvalidError("encoding_unknown", "the body's encoding is not understood", (problem,))
    stream = zlib.decompressobj(wbits=31)
    try:
        plain = stream.decompress(body, most + 1)
    except zlib.error as error:
        raise InvalidError("encoding_broken", f"the body is not gzip: {error}") from error
    if len(plain) > most:
        return None
    if not stream.eof or stream.unused_data:
        raise InvalidError("encoding_broken", "the body is not one whole gzip member; send it anew")
    return plain


class Packing:
    """Stands before `send` and packs an answer that comes in one piece and is text."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        """Pass a message on; the start waits for the body, which decides."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        start, self._start = self._start, None
        if start is not None:
            if not message.get("more_body") and _worth_it(start, message.get("body", b"")):
                message = {**message, "body": gzip.compress(message["body"], compresslevel=1)}
                start = {**start, "headers": _packed(start["headers"], len(message["body"]))}
            await self._send(start)
        await self._send(message)


def _worth_it(start: Message, body: bytes) -> bool:
    if len(body) < GZIP_LEAST:
        return False
    headers = {name.lower(): value for name, value in start["headers"]}
    kind = headers.get(b"content-type", b"")
    whole = b"content-encoding" not in headers and b"content-range" not in headers
    return whole and _TEXTS.match(kind) is not None


def _packed(headers: list[tuple[bytes, bytes]], length: int) -> list[tuple[bytes, bytes]]:
    kept = [_weak(name, value) for name, value in headers if name.lower() != b"content-length"]
    told = [(b"content-encoding", b"gzip"), (b"vary", b"accept-encoding")]
    return [*kept, *told, (b"content-length", str(length).encode())]


def _weak(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """Let a tag say that the bytes are not those it was given for."""
    strong = name.lower() == b"etag" and not value.startswith(b"W/")
    return (name, b"W/" + value) if strong else (name, value)
