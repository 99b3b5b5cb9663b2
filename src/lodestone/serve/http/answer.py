"""What every answer carries, and what an answer to HEAD leaves out."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]

POLICY: Final = b"default-src 'none'; frame-ancestors 'none'"
"""Of an answer that names none of its own: read as a page, it loads nothing and stands in no frame."""
_DEFAULTS: Final = (
    (b"content-security-policy", POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
)
"""Answers are about people and may hold secrets: what may be kept by a cache has to say so."""


class Answer:
    """Stands before `send`: notes the status, adds the headers of every answer, keeps bodies from HEAD.

    Args:
        send: Takes ASGI messages.
        head: The request's method was HEAD: headers are sent as for GET, and no body.
    """

    __slots__ = ("_send", "head", "status")

    def __init__(self, send: Send, *, head: bool) -> None:
        self._send = send
        self.head = head
        self.status = 0
        """Of the answer; 0 until there is one."""

    async def __call__(self, message: Message) -> None:
        """Pass a message on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = with_defaults(message["headers"])
        elif self.head:
            message = {**message, "body": b""}
        await self._send(message)


def with_defaults(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return headers with those that every answer has; what is set already stays as it is.

    >>> with_defaults([(b"Cache-Control", b"no-cache")])[1:]
    [(b'content-security-policy', b"default-src 'none'; frame-ancestors 'none'"), (b'x-content-type-options', b'nosniff')]
    """
    names = {name.lower() for name, _ in headers}
    headers = [(name, _with_head(name, value)) for name, value in headers]
    return [*headers, *(pair for pair in _DEFAULTS if pair[0] not in names)]


def _with_head(name: bytes, value: bytes) -> bytes:
    """Return the methods of a path with HEAD beside GET: the framework does not know that the door answers it."""
    if name.lower() != b"allow" or b"GET" not in value or b"HEAD" in value:
        return value
    return value.replace(b"GET", b"GET, HEAD")
