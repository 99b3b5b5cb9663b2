"""A small installation behind its own front door, for tests: an app would see no more."""

import asyncio
import itertools
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx

from lodestone import bootstrap
from lodestone.base.clock import Instant, ManualClock

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
TOWN = {"latitude": 26.38, "longitude": 108.08}


def instant(time):
    return Instant(int(time.timestamp() * 1_000_000))


def content_of(answer):
    """Return what an answer holds; a refusal written for Gorse's clients in the form of the others."""
    if "x-error-code" in answer.headers:
        return {"error": {"code": answer.headers["x-error-code"], "message": answer.text}}
    return answer.json() if answer.content else None


class World:
    """An installation whose wall clock moves only when told, asked over its public routes."""

    def __init__(self, app, http, clock, key):
        self.app, self.http, self.clock, self.key = app, http, clock, key
        self.numbers = itertools.count()

    @property
    def engine(self):
        return self.app.engines.of("c")

    @property
    def now(self):
        return datetime.fromtimestamp(self.clock.now() / 1_000_000, UTC)

    async def ask(self, method, path, body=None, *, status=None, **more):
        answer = await self.http.request(method, path, json=body, **more)
        if status is not None:
            assert answer.status_code == status, (method, path, answer.status_code, answer.text)
        return content_of(answer)

    async def put(self, path, body=None, **more):
        return await self.ask("PUT", path, body, **more)

    async def people(self, count, **fields):
        lines = "\n".join(
            httpx.Request("POST", "/", json={"id": f"p{n}", **fields}).content.decode()
            for n in range(count)
        )
        return await self.ask("POST", "/v1/people:bulk", content=lines, status=200)

    async def items(self, count, *, authors=10, first=0, **fields):
        base = {"kind": "video", "tags": ["tea"], "text": "a cup of tea", **fields}
        lines = "\n".join(
            httpx.Request(
                "POST", "/", json={"id": f"i{n}", "author_id": f"a{n % authors}", **base}
            ).content.decode()
            for n in range(first, first + count)
        )
        return await self.ask("POST", "/v1/items:bulk", content=lines, status=200)

    async def feed(self, viewer="p0", **fields):
        return await self.ask("POST", "/v1/feeds", {"viewer": viewer, **fields}, status=200)

    async def events(self, *events):
        return await self.ask("POST", "/v1/events", {"events": list(events)}, status=200)

    def event(self, kind, slot=None, person="p0", **fields):
        named = {} if slot is None else {"item_id": slot["item_id"], "beacon": slot["beacon"]}
        return {
            "id": f"e{next(self.numbers)}", "type": kind, "time": self.now.isoformat(),
            "person_id": person, **named, **fields,
        }  # fmt: skip

    def later(self, **span):
        self.clock.advance(seconds=timedelta(**span).total_seconds())


def numbers(first=1):
    """Give ordinals by counting, spread out, so that two runs agree."""
    counter = itertools.count(first)
    return lambda: (next(counter) * 0x9E3779B97F4A7C15) % 2**63


@asynccontextmanager
async def opened(
    home, *, clock=None, community=True, given=None, draw=None, demo=None, records_url=None,
    reach=None, environment=None,
):  # fmt: skip
    """Open an installation; the same home again is a restart. Records lie in the home unless an address is given.

    `environment` holds settings as the process would find them.
    """
    clock = clock or ManualClock(instant(NOON))
    told = {"LODESTONE_RECORDS_URL": records_url, "LODESTONE_WEBHOOK_REACH": reach}
    named = {name: value for name, value in told.items() if value is not None}
    settings = bootstrap.settings_of(str(home), {**named, **(environment or {})})
    if draw is None and not (home / "records.db").exists():
        draw = (
            numbers()
        )  # a fresh home counts, so that two of them agree; a restart must not count again
    async with bootstrap.open_app(settings, wall=clock, draw=draw, demo=demo) as app:
        transport = httpx.ASGITransport(app.asgi)
        operator = {"Authorization": f"Bearer {app.operator_key}", "X-Community": "c"}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://x", headers=operator
        ) as http:
            world = World(app, http, clock, None)
            if community and not app.engines.all():
                await world.put(
                    "/v1/communities/c", {"time_zone": "Asia/Shanghai", **(given or {})}
                )
            if community:
                made = await world.ask("POST", "/v1/communities/c/keys", {"name": "app"})
                world.key = made["key"]
                http.headers = {"Authorization": f"Bearer {made['key']}"}
            yield world


def run(scenario):
    """Run one scenario to its end."""
    return asyncio.run(scenario if asyncio.iscoroutine(scenario) else scenario())
