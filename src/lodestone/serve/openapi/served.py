"""The OpenAPI document as it is served: made once, beside the event loop, and kept packed."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import msgspec
from litestar import Request, Response

from lodestone.base.representation import Representation

_HEADERS: Final = {
    "content-type": "application/vnd.oai.openapi+json",
    "cache-control": "no-cache",
    "vary": "accept-encoding",
}


class OpenApiDocument:
    """The document of this process; whoever asks first has it made.

    Args:
        make: Writes the document as JSON's own types; called once, on another thread.
    """

    def __init__(self, make: Callable[[], dict[str, Any]]) -> None:
        self._make = make
        self._made: tuple[dict[str, Any], Representation] | None = None
        self._making = asyncio.Lock()

    async def schema(self) -> dict[str, Any]:
        """Return the document as JSON's own types, for pages that show it. It must not be changed."""
        return (await self._document())[0]

    async def answer(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Answer with the document, packed for who takes it so, or 304 for who has it."""
        asked = request.headers
        _, text = await self._document()
        status, body, headers = text.choose(
            asked.get("accept-encoding", ""), asked.get("if-none-match")
        )
        return Response(
            body,
            status_code=status,
            headers={**_HEADERS, **headers},
            media_type=_HEADERS["content-type"],
        )

    async def _document(self) -> tuple[dict[str, Any], Representation]:
        if self._made is None:
            async with self._making:
                if self._made is None:
                    self._made = await asyncio.to_thread(self._write)
        return self._made

    def _write(self) -> tuple[dict[str, Any], Representation]:
        schema = self._make()
        return schema, Representation.of(msgspec.json.encode(schema))
