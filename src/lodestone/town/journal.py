"""What the engine has answered since a life was last kept, so that a life killed anywhere goes on.

A life asks the same things in the same order whenever a step is lived again: its chance comes from streams named by
what they are for and when. So a step that was cut short is lived again from its beginning, and what had been answered
is answered from here. Only what was on its way at the moment of the kill is asked a second time, under the same
idempotency key; a page that had been on its way is decided anew, and the first decision is looked at by nobody.
"""

import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec

from lodestone.client.attempt import Answer, Heard, Request

_LATER: Final = (429, 503)
_KEY: Final = b"Idempotency-Key"
_BYTES: Final = 16
Exchange = Callable[[Request], Awaitable[Heard]]


class _Entry(msgspec.Struct, frozen=True, array_like=True):
    key: str
    status: int
    headers: dict[str, str]
    content: bytes
    reason: str


class Journal:
    """The answers of one stretch of a life; `turn` begins the next.

    Args:
        folder: The life's own.
        stretch: Names the stretch: where the life was last kept.
    """

    def __init__(self, folder: Path, stretch: str) -> None:
        self._folder = folder
        self._open(stretch)

    def _open(self, stretch: str) -> None:
        self._stretch = stretch
        self._asked: Counter[str] = Counter()
        self._open_calls: dict[int, tuple[Request, str]] = {}
        self._answers: dict[str, Answer] = {}
        path = self._folder / f"journal-{stretch}.ndjson"
        whole = path.read_bytes() if path.is_file() else b""
        sound = whole[: whole.rfind(b"\n") + 1]  # a kill may have cut the last line
        for line in sound.splitlines():
            entry = msgspec.json.decode(line, type=_Entry)
            self._answers[entry.key] = Answer(
                entry.status, entry.headers, entry.content, entry.reason
            )
        self._file = path.open("ab", buffering=0)
        self._file.truncate(len(sound))

    def turn(self, stretch: str) -> None:
        """Begin another stretch: what was answered before is kept with the life by now."""
        self.close()
        for path in self._folder.glob("journal-*.ndjson"):
            path.unlink()
        self._open(stretch)

    def close(self) -> None:
        """Write no more."""
        self._file.close()

    async def carry(self, request: Request, exchange: Exchange) -> Heard:
        """Answer from the journal, or ask and write the answer down."""
        # All tries of a call are one request; what is asked twice in the same words is counted.
        _, key = self._open_calls.get(id(request)) or (request, self._counted(request))
        self._open_calls[id(request)] = request, key
        heard = self._answers.get(key) or await self._ask(key, request, exchange)
        if isinstance(heard, Answer) and heard.status not in _LATER:
            del self._open_calls[id(request)]
        return heard

    def _counted(self, request: Request) -> str:
        digest = hashlib.blake2b(digest_size=_BYTES)
        for part in (request.method.encode(), request.path.encode(), request.content or b""):
            digest.update(len(part).to_bytes(8, "big") + part)
        name = digest.hexdigest()
        self._asked[name] += 1
        return f"{name}-{self._asked[name]}"

    async def _ask(self, key: str, request: Request, exchange: Exchange) -> Heard:
        if _KEY in request.headers:
            token = f"{self._stretch}-{key}".encode()
            request = replace(request, headers={**request.headers, _KEY: token})
        heard = await exchange(request)
        if isinstance(heard, Answer) and heard.status not in _LATER:
            entry = _Entry(key, heard.status, {}, heard.content, heard.reason)
            self._file.write(msgspec.json.encode(entry) + b"\n")
        return heard
