"""The documents about the routes: made once, beside the event loop, and kept packed."""

import asyncio
import gzip
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response

from lodestone.serve.http.compression import takes_gzip
from lodestone.serve.http.ranges import matches


@dataclass(frozen=True, slots=True)
class Document:
    """One document as it is served."""

    body: bytes
    packed: bytes
    tag: str
    headers: Mapping[str, str]


def document_of(body: bytes, headers: Mapping[str, str]) -> Document:
    """Pack a document and name it by its content."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    return Document(body, gzip.compress(body, mtime=0), tag, headers)


class Documents:
    """Documents by name, made together by whoever asks first.

    Args:
        make: Makes them; called once, on another thread.
    """

    def __init__(self, make: Callable[[], Mapping[str, Document]]) -> None:
        self._make = make
        self._made: Mapping[str, Document] | None = None
        self._making = asyncio.Lock()

    async def answer(self, name: str, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Answer with a document, packed for who takes it so, or 304 for who has it."""
        if self._made is None:
            async with self._making:
                if self._made is None:
                    self._made = await asyncio.to_thread(self._make)
        document = self._made[name]
        headers = {**document.headers, "etag": document.tag, "vary": "accept-encoding"}
        if matches(request.headers.get("if-none-match"), document.tag):
            return Response(b"", status_code=304, headers=headers)
        if takes_gzip(request.headers.get("accept-encoding", "").encode()):
            # Other bytes than the unpacked: the same document, though not the same to the byte.
            packed = {**headers, "etag": f"W/{document.tag}", "content-encoding": "gzip"}
            return Response(document.packed, headers=packed, media_type=headers["content-type"])
        return Response(document.body, headers=headers, media_type=headers["content-type"])
