"""A path under which a reverse proxy shows this server, such as `/lodestone` of `https://town.example/lodestone/`.

Nothing behind the door knows of it: requests lose the prefix on their way in, and addresses that answers name in
their headers (`Location`, the path of a cookie) gain it on their way out. A proxy may hand paths on with the prefix or
without, as it likes. Pages write their own addresses, see `console.site.Console`.
"""

import re
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any, Final

from lodestone.serve.http.answer import Message, Send

_COOKIE_PATH: Final = re.compile(rb"(;\s*path=)(/[^;]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class UrlPrefix:
    """The prefix, without a `/` at its end; empty where there is none."""

    path: str = ""

    def inside(self, scope: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Return a request's scope as the application knows it: without the prefix.

        The prefix alone, with or without a `/` behind it, is the application's `/`.
        """
        if not self.path or scope["type"] != "http":
            return scope
        raw: bytes | None = scope.get("raw_path")
        shorter: dict[str, str | bytes] = {"path": self._without(scope["path"])}
        if raw is not None:
            shorter["raw_path"] = self._without(raw.decode("latin-1")).encode("latin-1")
        return {**scope, **shorter}

    def outside(self, send: Send) -> Send:
        """Return what adds the prefix to the addresses in an answer's headers."""
        if not self.path:
            return send
        prefix = self.path.encode()

        async def prefixed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    (name, _moved(name.lower(), value, prefix))
                    for name, value in message["headers"]
                ]
            await send(message)

        return prefixed

    def _without(self, path: str) -> str:
        if path == self.path:
            return "/"
        return path.removeprefix(self.path) if path.startswith(f"{self.path}/") else path


def _moved(name: bytes, value: bytes, prefix: bytes) -> bytes:
    """Return a header's value with the prefix where it names an address of ours.

    >>> _moved(b"location", b"/operator?days=7", b"/town"), _moved(b"location", b"https://a.example/", b"/town")
    (b'/town/operator?days=7', b'https://a.example/')
    >>> _moved(b"set-cookie", b"a=1; Path=/operator; HttpOnly", b"/town")
    b'a=1; Path=/town/operator; HttpOnly'
    """
    if name == b"location" and value.startswith(b"/") and not value.startswith(b"//"):
        return prefix + value
    if name == b"set-cookie":
        return _COOKIE_PATH.sub(lambda path: path[1] + prefix + path[2], value)
    return value
