"""A small client of the public routes: plain shapes in and out, retries where the engine asks for them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

import httpx
import msgspec

from lodestone.base.clock import Instant
from lodestone.base.wire import time_text

Json = Mapping[str, Any]
_TRIES: Final = 5
_LATER: Final = (429, 503)


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
        self._headers = {"Authorization": f"Bearer {key}"}
        if community is not None:
            self._headers["X-Community"] = community
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

        Raises:
            ClientError: It was refused, or the engine stayed busy.
        """
        data = content if body is None else msgspec.json.encode(body)
        headers = self._headers if data is None else {**self._headers, "Content-Type": kind}
        answer = httpx.Response(503)
        for left in range(_TRIES - 1, -1, -1):
            answer = await self._http.request(method, path, content=data, headers=headers)
            if answer.status_code not in _LATER or not left:
                break
            await self._sleep(float(answer.headers.get("retry-after", "1")))
        if answer.status_code >= 400:
            told = answer.json()["error"]
            raise ClientError(answer.status_code, told["code"], told["message"])
        return msgspec.json.decode(answer.content) if answer.content else None

    async def put_community(self, community_id: str, body: Json) -> Any:
        """Make a community (operator's key)."""
        return await self.ask("PUT", f"/v1/communities/{quote(community_id, safe='')}", body)

    async def create_key(self, community_id: str, name: str) -> str:
        """Make a key of a community (operator's key)."""
        path = f"/v1/communities/{quote(community_id, safe='')}/keys"
        key: str = (await self.ask("POST", path, {"name": name}))["key"]
        return key

    async def put_domain(self, domain_id: str, body: Json) -> Any:
        """Make or replace a middle domain."""
        return await self.ask("PUT", f"/v1/domains/{quote(domain_id, safe='')}", body)

    async def put_people(self, people: Sequence[Json]) -> Any:
        """Make or replace people, each with its `id`."""
        return await self._bulk("/v1/people:bulk", people)

    async def put_items(self, items: Sequence[Json]) -> Any:
        """Make or replace items, each with its `id`."""
        return await self._bulk("/v1/items:bulk", items)

    async def _bulk(self, path: str, rows: Sequence[Json]) -> Any:
        lines = b"\n".join(msgspec.json.encode(row) for row in rows)
        return await self.ask("POST", path, content=lines, kind="application/x-ndjson")

    async def join(self, domain_id: str, person_id: str) -> None:
        """Let a person join a domain."""
        path = f"/v1/domains/{quote(domain_id, safe='')}/members/{quote(person_id, safe='')}"
        await self.ask("PUT", path)

    async def put_media(self, key: str, kind: str, data: bytes) -> str:
        """Store a picture; return its address."""
        path = f"/v1/media/{quote(key, safe='')}"
        url: str = (await self.ask("PUT", path, content=data, kind=kind))["url"]
        return url

    async def events(self, events: Sequence[Json]) -> Any:
        """Send events; the answer says what became of each."""
        return await self.ask("POST", "/v1/events", {"events": events})

    async def feed(self, viewer: str | None, surface: str = "discover", **more: Any) -> Any:
        """Ask for a page of a feed."""
        return await self.ask("POST", "/v1/feeds", {"viewer": viewer, "surface": surface, **more})

    async def advance(self, instant: Instant, *, release: bool = False) -> Any:
        """Move a driven clock; `release` lets it run with the wall from then on."""
        body = {"instant": time_text(instant), "release": release}
        return await self.ask("PUT", "/v1/clock", body)

    async def receipt(self, receipt_id: str) -> Any:
        """Read a receipt."""
        return await self.ask("GET", f"/v1/receipts/{quote(receipt_id, safe='')}")

    async def replay(self, receipt_id: str) -> Any:
        """Decide again from a receipt and compare."""
        return await self.ask("POST", f"/v1/receipts/{quote(receipt_id, safe='')}/replay")
