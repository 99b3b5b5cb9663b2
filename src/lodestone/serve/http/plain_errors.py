"""Refusals as plain text, for interfaces whose clients show the body of an error to people."""

from typing import Final

import msgspec

from lodestone.base.wire import ErrorReply
from lodestone.serve.http.answer import Message, Send

ROOM: Final = "/api"
"""Gorse's routes, and whatever is asked for beside them."""
CODE: Final = b"x-error-code"
_TEXT: Final = (b"content-type", b"text/plain; charset=utf-8")
_ERROR: Final = 400
_DECODER: Final = msgspec.json.Decoder(ErrorReply)


def is_plain(path: str) -> bool:
    """Say whether refusals of a path are plain text.

    >>> is_plain("/api/user/ann"), is_plain("/apis"), is_plain("/v1/api/x")
    (True, False, False)
    """
    return path == ROOM or path.startswith(ROOM + "/")


class PlainErrors:
    """Stands before `send` and writes a refusal's message in place of its JSON; its code becomes a header.

    A refusal comes whole, as one start and one body. Anything else passes as it is.
    """

    __slots__ = ("_send", "_start")

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        """Pass a message on."""
        if message["type"] == "http.response.start":
            if message["status"] >= _ERROR:
                self._start = message
                return
        elif self._start is not None:
            start, self._start = self._start, None
            start, message = _plain(start, message)
            await self._send(start)
        await self._send(message)


def text_of(reply: ErrorReply) -> str:
    """Write a refusal for people: its message, and each field's problem that the message does not say."""
    error = reply.error
    rest = [
        f"{detail.field}: {detail.problem}"
        for detail in error.details
        if detail.problem not in error.message
    ]
    return "; ".join([error.message, *rest])


def _plain(start: Message, body: Message) -> tuple[Message, Message]:
    try:
        reply = _DECODER.decode(body.get("body", b""))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return start, body
    text = text_of(reply).encode()
    changed = (_TEXT[0], b"content-length", CODE)
    headers = [pair for pair in start["headers"] if pair[0].lower() not in changed]
    own = [_TEXT, (b"content-length", str(len(text)).encode()), (CODE, reply.error.code.encode())]
    return {**start, "headers": [*headers, *own]}, {**body, "body": text}
