"""The page of all routes at `/docs`: written once for each language and light, and kept packed."""

import asyncio
from functools import cache
from typing import Any, Final, Protocol

from litestar import Response, get
from litestar.datastructures import State as AppState

from lodestone.base.representation import Representation
from lodestone.console.reference.routes import Reference, reference
from lodestone.console.site import HEADERS, Asked, Console, console
from lodestone.console.words import Words
from lodestone.services.access.permissions import ANYONE

_TEMPLATE: Final = "reference.html"
_CONTROL: Final = {
    "cache-control": "private, no-cache",
    "vary": "accept-encoding, accept-language, cookie",
}
"""A browser keeps the page and asks whether it still holds: it is long, and the same until the next start."""


class ApiDocument(Protocol):
    """What the application tells of its routes, as `state["openapi"]`."""

    async def schema(self) -> dict[str, Any]:
        """Return the OpenAPI document as JSON's own types."""
        ...


class ReferencePages:
    """The page in every language and light that somebody has asked for; there are few."""

    def __init__(self) -> None:
        self._written: dict[tuple[str, str], Representation] = {}
        self._references: dict[str, Reference] = {}
        self._writing = asyncio.Lock()

    async def page(
        self, pages: Console, document: ApiDocument, words: Words, theme: str
    ) -> Representation:
        """Return the page, written on another thread the first time: it takes about a second."""
        key = words.language, theme
        if key not in self._written:
            async with self._writing:
                if key not in self._written:
                    schema = await document.schema()
                    write = self._write
                    self._written[key] = await asyncio.to_thread(write, pages, schema, words, theme)
        return self._written[key]

    def _write(
        self, pages: Console, schema: dict[str, Any], words: Words, theme: str
    ) -> Representation:
        if words.language not in self._references:
            self._references[words.language] = reference(schema, words)
        shown = {"reference": self._references[words.language]}
        return Representation.of(pages.write(words, theme, _TEMPLATE, shown).encode())


@cache
def reference_routes() -> tuple[Any, ...]:
    """Return the handler of the page."""

    @get("/docs", opt=ANYONE, include_in_schema=False)
    async def get_docs(request: Asked, state: AppState) -> Response[bytes]:
        """Show every route on one page: what it takes, what it answers, examples, a form to try it."""
        pages, asked = console(state), request.headers
        words, theme = pages.words(request), pages.theme(request)
        text = await state["reference_pages"].page(pages, state["openapi"], words, theme)
        status, body, headers = text.choose(
            asked.get("accept-encoding", ""), asked.get("if-none-match")
        )
        answer = Response(
            body,
            status_code=status,
            media_type="text/html; charset=utf-8",
            headers=HEADERS | _CONTROL | headers,
        )
        return pages.keep_language(request, answer, words)

    return (get_docs,)
