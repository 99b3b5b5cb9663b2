"""Pages of other origins that may call this server from a browser (CORS, as the Fetch standard has it).

A browser asks first whether a page of another origin may send a request with a key (a preflight, without the key), and
hands an answer to that page only if the answer names its origin. Which origins may is a setting; none may by default.
Keys travel in headers that the page sets itself, so that no cookie of ours ever serves a page of another origin.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lodestone.serve.http.answer import Message, Send

Headers = list[tuple[bytes, bytes]]

ANY: Final = "*"
_METHODS: Final = b"GET, HEAD, POST, PUT, PATCH, DELETE"
_TAKEN: Final = (
    b"authorization, content-type, content-encoding, idempotency-key, if-match, if-none-match, range, "
    b"x-api-key, x-community, x-request-id"
)
_SHOWN: Final = b"content-range, etag, ratelimit-limit, ratelimit-remaining, ratelimit-reset, retry-after, x-request-id"
_ASKED_AGAIN: Final = b"600"
"""Seconds for which a browser need not ask again."""


@dataclass(frozen=True, slots=True)
class WebOrigins:
    """The origins whose pages may call, as browsers write them; `*` for any."""

    allowed: tuple[str, ...] = ()

    def named(self, headers: Mapping[bytes, bytes]) -> bytes | None:
        """Return the origin of the page that asks, None where there is none or it may not.

        Args:
            headers: Of the request, names in lower case.
        """
        origin = headers.get(b"origin")
        if origin is None or not self.allowed:
            return None
        return origin if ANY in self.allowed or origin.decode("latin-1") in self.allowed else None

    def preflight(self, method: str, headers: Mapping[bytes, bytes]) -> Headers | None:
        """Return the headers that answer a browser which asks first, None for any other request."""
        origin = self.named(headers) if method == "OPTIONS" else None
        if origin is None or b"access-control-request-method" not in headers:
            return None
        return [
            (b"access-control-allow-methods", _METHODS),
            (b"access-control-allow-headers", _TAKEN),
            (b"access-control-max-age", _ASKED_AGAIN),
            (b"content-length", b"0"),
        ]

    def naming(self, send: Send, headers: Mapping[bytes, bytes]) -> Send:
        """Return what adds to an answer that the page which asked may read it."""
        if not self.allowed:
            return send
        origin = self.named(headers)

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                more = [(b"vary", b"origin")]
                if origin is not None:
                    more.append((b"access-control-allow-origin", origin))
                    more.append((b"access-control-expose-headers", _SHOWN))
                message["headers"] = [*message["headers"], *more]
            await send(message)

        return named
