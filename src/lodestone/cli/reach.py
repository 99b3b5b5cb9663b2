"""Reach an installation: through the server that owns its home when one runs, else in this process."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar
from urllib.parse import quote

import httpx

from lodestone import bootstrap
from lodestone.base.errors import LodestoneError, Problem, UnavailableError
from lodestone.cli.in_process import Inside
from lodestone.services.access.settings import Settings
from lodestone.stores.files.home import Home

_SLOW: Final = httpx.Timeout(600.0, connect=2.0)
_HERE: Final = "http://lodestone"
Result = TypeVar("Result")


class ToldError(LodestoneError):
    """What the engine refused, in its own words."""


class Reach:
    """Asks the engine by its public routes, with the operator's key."""

    def __init__(self, http: httpx.AsyncClient, home: Home, key: str) -> None:
        self.http = http
        self.home = home
        self.key = key

    async def ask(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        content: bytes | None = None,
        headers: dict[str, str] | dict[bytes, bytes] | None = None,
    ) -> Any:
        """Send a request and return the decoded answer. Raises ToldError for any refusal."""
        try:
            answer = await self.http.request(
                method, path, json=body, content=content, headers=headers
            )
        except httpx.TransportError as error:
            raise UnavailableError("server_gone", f"the server does not answer: {error}") from error
        if answer.status_code >= 400:
            told = answer.json()["error"]
            problems = tuple(Problem(one["field"], one["problem"]) for one in told["details"])
            raise ToldError(told["code"], told["message"], problems)
        return answer.json() if answer.content else None


@asynccontextmanager
async def reach(settings: Settings, community: str | None) -> AsyncIterator[Reach]:
    """Open the way to an installation."""
    home = Home(bootstrap.path_of(settings))
    address = bootstrap.serving_at(home.path)
    if address is not None and await answers(address.url):
        key = home.key("operator") or ""
        async with httpx.AsyncClient(
            base_url=address.url, headers=_headers(key, community), timeout=_SLOW
        ) as http:
            yield Reach(http, home, key)
        return
    async with bootstrap.open_app(settings) as app, here(app, community) as found:
        yield found


@asynccontextmanager
async def here(app: "bootstrap.App", community: str | None) -> AsyncIterator[Reach]:
    """Reach an application of this very process."""
    async with httpx.AsyncClient(
        transport=Inside(app.asgi),
        base_url=_HERE,
        timeout=_SLOW,
        headers=_headers(app.operator_key, community),
    ) as http:
        yield Reach(http, app.home, app.operator_key)


def word(text: str) -> str:
    """Write an id as one word of an address."""
    return quote(text, safe="")


def naming(community: str) -> dict[bytes, bytes]:
    """Return the header that names a community: an id may be of any script, so its bytes go as they are."""
    return {b"X-Community": community.encode()}


def _headers(key: str, community: str | None) -> dict[bytes, bytes]:
    named = {} if community is None else naming(community)
    return {b"Authorization": f"Bearer {key}".encode(), **named}


async def answers(url: str) -> bool:
    """Say whether a server answers at an address."""
    try:
        async with httpx.AsyncClient(timeout=2.0) as http:
            return (await http.get(f"{url}/health/live")).status_code == 200
    except httpx.TransportError:
        return False


def settings_of(home: str | None) -> Settings:
    """Read the settings that hold for a command."""
    return bootstrap.settings_of(home, os.environ)


def run(
    home: str | None, community: str | None, ask: Callable[[Reach], Awaitable[Result]]
) -> Result:
    """Reach the installation and do one thing there."""

    async def whole() -> Result:
        async with reach(settings_of(home), community) as found:
            return await ask(found)

    return asyncio.run(whole())
