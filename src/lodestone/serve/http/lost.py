"""A page for people who ask for what is not here: a browser that opens an address is shown words and a way on, not JSON."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lodestone.serve.http.answer import Message, Send

API: Final = ("v1", "api")
"""Rooms whose refusals are for programs, whoever asks."""
_LOST: Final = (400, 401, 404)
"""An address that is none of ours: misspelt, or unknown to somebody without a key."""


@dataclass(frozen=True, slots=True)
class LostPage:
    """A whole answer."""

    body: bytes
    headers: Mapping[str, str]


LostPages = Callable[[Mapping[str, Any]], LostPage]
"""Makes the page for a request's scope."""


def for_people(scope: Mapping[str, Any], headers: Mapping[bytes, bytes]) -> bool:
    """Say whether a browser opens an address that is no route of the API."""
    room = scope["path"].lstrip("/").split("/", 1)[0]
    asks = scope["method"] in ("GET", "HEAD") and b"text/html" in headers.get(b"accept", b"")
    return asks and room not in API


class LostErrors:
    """Stands before `send` and shows a page in place of a refusal; any other answer passes as it is.

    A refusal comes whole, as one start and one body.
    """

    __slots__ = ("_page", "_pages", "_scope", "_send")

    def __init__(self, send: Send, pages: LostPages, scope: Mapping[str, Any]) -> None:
        self._send, self._pages, self._scope = send, pages, scope
        self._page: LostPage | None = None

    async def __call__(self, message: Message) -> None:
        """Pass a message on."""
        if message["type"] == "http.response.start" and message["status"] in _LOST:
            kinds = dict(message["headers"])
            if kinds.get(b"content-type", b"").startswith(b"application/json"):
                self._page = self._pages(self._scope)
                message = {**message, "status": 404, "headers": self._headed(message["headers"])}
        elif self._page is not None:
            message = {**message, "body": self._page.body}
        await self._send(message)

    def _headed(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        assert self._page is not None
        page = [(name.encode(), text.encode()) for name, text in self._page.headers.items()]
        own = [*page, (b"content-length", str(len(self._page.body)).encode())]
        changed = {name for name, _ in own} | {b"content-type", b"www-authenticate"}
        return [*(pair for pair in headers if pair[0].lower() not in changed), *own]
