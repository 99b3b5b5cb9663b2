"""Ask an application of this very process: a transport for httpx without the parts a socket needs."""

from collections.abc import MutableMapping
from typing import Any

import httpx


class Inside(httpx.AsyncBaseTransport):
    """Carries requests straight into an ASGI application; what it answers is what a socket would carry.

    httpx's own transport prepares for answers that stream and applications that fail half-way, for half a
    millisecond a request. A town asks a million times.

    Args:
        application: ASGI 3; answers every request whole.
    """

    def __init__(self, application: Any) -> None:
        self._application = application

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Ask, and return the answer once it is complete."""
        body = await request.aread()
        url = request.url
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.split(b"?")[0],
            "query_string": url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "server": (url.host, url.port or 80),
            "client": ("127.0.0.1", 1),
        }
        taken = False
        status, headers, parts = 500, [], []

        async def receive() -> MutableMapping[str, Any]:
            nonlocal taken
            if taken:
                return {"type": "http.disconnect"}
            taken = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status, headers = message["status"], list(message.get("headers", []))
            else:
                parts.append(message.get("body", b""))

        await self._application(scope, receive, send)
        return httpx.Response(status, headers=headers, content=b"".join(parts), request=request)
