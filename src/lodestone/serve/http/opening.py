"""The doors are open before what is behind them is ready: until then a browser is shown a page that says how far it is."""

from typing import Final

from lodestone.serve.http.answer import Send
from lodestone.serve.http.asgi import Asgi, Receive, Scope
from lodestone.serve.http.errors import error_body

_AS_EVER: Final = ("/static/", "/health/live", "/metrics", "/favicon.ico", "/manifest.webmanifest")
"""What is answered all the while."""
_AGAIN_SECONDS: Final = b"2"


class Opening:
    """Answers for an application until it is ready.

    Args:
        inner: The application.
        page: The path of its page that says how far it is, shown in place of every page.
        code: Of the refusal of everything else.
        message: What that refusal says.
    """

    def __init__(self, inner: Asgi, *, page: str, code: str, message: str) -> None:
        self._inner = inner
        self._page = page
        self._refusal = error_body(code, message)
        self.ready = False
        """From when on everything is the application's to answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if self.ready or scope["type"] != "http" or scope["path"].startswith(_AS_EVER):
            await self._inner(scope, receive, send)
        elif _reads_pages(scope):
            there = {"path": self._page, "raw_path": self._page.encode(), "query_string": b""}
            await self._inner({**scope, **there}, receive, send)
        else:
            headers = [(b"content-type", b"application/json"), (b"retry-after", _AGAIN_SECONDS)]
            await send({"type": "http.response.start", "status": 503, "headers": headers})
            await send({"type": "http.response.body", "body": self._refusal})


def _reads_pages(scope: Scope) -> bool:
    accepted = b",".join(value for name, value in scope["headers"] if name == b"accept")
    return scope["method"] in ("GET", "HEAD") and b"text/html" in accepted
