"""A small client of the public routes: it retries where the engine asks for it and names what was refused."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, Literal, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from lodestone.base.clock import Instant
from lodestone.base.wire import time_text
from lodestone.client.shapes import Feed, Verdicts

Json = Mapping[str, Any]
Surface = Literal["discover", "following", "place", "channel", "profession"]
Shape = TypeVar("Shape")
_TRIES: Final = 5
_LATER: Final = (429, 503)
_LONGEST_SECONDS: Final = 60.0


class ClientError(Exception):
    """The engine refused; `code` is stable, `message` says what to do."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message


class Client:
    """Asks for one community with one key.

    Args:
        http: Knows the base address; a transport into an application of the same process will do.
        key: A community's key, or the operator's.
        community: Which one an operator's key means.
        sleep: Waits between tries, seconds.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        key: str,
        community: str | None = None,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._http = http
        self._headers = {b"Authorization": f"Bearer {key}".encode()}
        if community is not None:
            # As bytes: an id may hold any printable character, and httpx would refuse it as text.
            self._headers[b"X-Community"] = community.encode()
        self._sleep = sleep

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        content: bytes | None = None,
        kind: str = "application/json",
    ) -> Any:
        """Send one request and return its decoded answer, None for an empty one.

        Args:
            method: Such as `GET`.
            path: From the first slash, its parts percent-encoded.
            body: Sent as JSON, unless None.
            content: Sent as it is where there is no body.
            kind: The content's media type.

        Raises:
            ClientError: It was refused, or the engine stayed busy.
        """
        answer = await self._send(method, path, body, content, kind)
        return msgspec.json.decode(answer) if answer else None

    async def _send(
        self,
        method: str,
        path: str,
        body: Any = None,
        content: bytes | None = None,
        kind: str = "application/json",
    ) -> bytes:
        data = content if body is None else msgspec.json.encode(body)
        headers = (
            self._headers if data is None else {**self._headers, b"Content-Type": kind.encode()}
        )
        left = _TRIES
        while True:
            answer = await self._http.request(method, path, content=data, headers=headers)
            left -= 1
            if answer.status_code not in _LATER or not left:
                break
            await self._sleep(_wait(answer))
        if answer.is_error:
            raise _refusal(answer)
        return answer.content

    async def _ask_for(self, shape: type[Shape], method: str, path: str, body: Any) -> Shape:
        return msgspec.json.decode(await self._send(method, path, body), type=shape)

    async def put_community(self, community_id: str, body: Json) -> Any:
        """Make a community (operator's key)."""
        return await self.ask("PUT", _path("communities", community_id), body)

    async def create_key(self, community_id: str, name: str) -> str:
        """Make a key of a community (operator's key)."""
        answer = await self.ask("POST", _path("communities", community_id, "keys"), {"name": name})
        key: str = answer["key"]
        return key

    async def put_domain(self, domain_id: str, body: Json) -> Any:
        """Make or replace a middle domain."""
        return await self.ask("PUT", _path("domains", domain_id), body)

    async def put_person(self, person_id: str, body: Json) -> Any:
        """Make or replace a person."""
        return await self.ask("PUT", _path("people", person_id), body)

    async def put_people(self, people: Sequence[Json]) -> Verdicts:
        """Make or replace people, each with its `id`."""
        return await self._bulk("/v1/people:bulk", people)

    async def put_item(self, item_id: str, body: Json) -> Any:
        """Make or replace an item."""
        return await self.ask("PUT", _path("items", item_id), body)

    async def put_items(self, items: Sequence[Json]) -> Verdicts:
        """Make or replace items, each with its `id`."""
        return await self._bulk("/v1/items:bulk", items)

    async def _bulk(self, path: str, rows: Sequence[Json]) -> Verdicts:
        lines = b"\n".join(msgspec.json.encode(row) for row in rows)
        answer = await self._send("POST", path, content=lines, kind="application/x-ndjson")
        return msgspec.json.decode(answer, type=Verdicts)

    async def join(self, domain_id: str, person_id: str) -> None:
        """Let a person join a domain."""
        await self.ask("PUT", _path("domains", domain_id, "members", person_id))

    async def follow(self, person_id: str, author_id: str) -> None:
        """Let a person follow an author."""
        await self.ask("PUT", _path("people", person_id, "follows", author_id))

    async def put_media(self, key: str, kind: str, data: bytes) -> str:
        """Store a picture or a clip; return the address it is served at."""
        answer = await self.ask("PUT", _path("media", key), content=data, kind=kind)
        url: str = answer["url"]
        return url

    async def events(self, events: Sequence[Json]) -> Verdicts:
        """Send events; the answer says what became of each."""
        return await self._ask_for(Verdicts, "POST", "/v1/events", {"events": events})

    async def feed(
        self,
        viewer: str | None,
        surface: Surface = "discover",
        *,
        domain_id: str | None = None,
        position: Json | None = None,
        slots: int = 10,
        cursor: str | None = None,
    ) -> Feed:
        """Ask for a page of a feed.

        Args:
            viewer: Who looks; None when nobody is signed in.
            surface: Where in the app.
            domain_id: Which place, channel or profession; the viewer's own when None.
            position: Where the viewer is, degrees.
            slots: How many posts, 1 to 50.
            cursor: The last page's `next_cursor`.
        """
        wish = {
            "viewer": viewer, "surface": surface, "domain_id": domain_id, "position": position,
            "slots": slots, "cursor": cursor,
        }  # fmt: skip
        return await self._ask_for(Feed, "POST", "/v1/feeds", wish)

    async def advance(self, instant: Instant, *, release: bool = False) -> Any:
        """Move a driven clock; `release` lets it run with the wall from then on."""
        body = {"instant": time_text(instant), "release": release}
        return await self.ask("PUT", "/v1/clock", body)

    async def receipt(self, receipt_id: str) -> Any:
        """Read a receipt."""
        return await self.ask("GET", _path("receipts", receipt_id))

    async def replay(self, receipt_id: str) -> Any:
        """Decide again from a receipt and compare."""
        return await self.ask("POST", _path("receipts", receipt_id, "replay"))


def _path(*parts: str) -> str:
    return "/v1/" + "/".join(quote(part, safe="") for part in parts)


def _wait(answer: httpx.Response) -> float:
    """Return how many seconds the engine asks to wait; a second where it does not say."""
    told = answer.headers.get("retry-after", "")
    return min(float(told), _LONGEST_SECONDS) if told.isdecimal() else 1.0


def _refusal(answer: httpx.Response) -> ClientError:
    """Read a refusal; what stands between (a proxy) may answer in a form of its own."""
    try:
        told = msgspec.json.decode(answer.content)["error"]
        return ClientError(answer.status_code, told["code"], told["message"])
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError):
        return ClientError(answer.status_code, "no_answer", answer.reason_phrase)
