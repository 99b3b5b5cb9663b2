"""A living town before a fresh installation, for tests: the same doors an app would use."""

import itertools
from contextlib import asynccontextmanager

import httpx
import msgspec

from lodestone import bootstrap
from lodestone.base.clock import ManualClock
from lodestone.cli.in_process import Inside
from lodestone.client import AsyncClient as Client
from lodestone.town import Shelf, Wish, run
from lodestone.town.runs import START, ZONE
from tests.worlds.world import numbers


class Heard(httpx.AsyncBaseTransport):
    """Carries requests on and keeps what was said."""

    def __init__(self, within):
        self.within = within
        self.requests = []

    async def handle_async_request(self, request):
        self.requests.append((request.method, request.url.path, request.content))
        return await self.within.handle_async_request(request)


@asynccontextmanager
async def installed(home):
    """Open an installation whose secrets are counted, so that two of them agree."""
    fresh = not (home / "records.db").exists()
    draw = numbers() if fresh else None
    settings = bootstrap.settings_of(str(home), {})
    async with bootstrap.open_app(settings, wall=ManualClock(START), draw=draw) as app:
        heard = Heard(Inside(app.asgi))
        async with httpx.AsyncClient(transport=heard, base_url="http://x") as http:
            client = Client(http, app.operator_key, "town")
            known = (await client.ask("GET", "/v1/communities"))["data"]
            if not known:
                body = {"name": "t", "time_zone": ZONE, "currency": "CNY", "clock": "driven"}
                await client.put_community("town", body)
            yield app, client, heard


def sent_fields(said, starts):
    """Return the fields of all bodies that were put or posted to paths with each start."""
    seen = {start: set() for start in starts}
    for method, path, body in said:
        for start, known in seen.items():
            if method in ("PUT", "POST") and path.startswith(start) and body:
                known.update(msgspec.json.decode(body))
    return seen


async def lived(home, *, stop_after=(), **wish):
    """Live a life, closing and opening the installation wherever it is to be stopped.

    Args:
        home: A folder of its own.
        stop_after: After how many steps, each counted from the last stop.
        wish: What to live.

    Returns:
        Figures, facts, receipts and everything that was said.
    """
    said = []
    for stop in (*stop_after, None):
        steps = itertools.count(1)
        async with installed(home) as (app, client, heard):
            figures = await run(
                client, Shelf(home / "life"), Wish(**wish), lambda *_: None,
                halted=lambda steps=steps, stop=stop: next(steps) == stop,
            )  # fmt: skip
            said += heard.requests
            if stop is None:
                log = app.engines.of("town").log
                names = ["time", "kind", "item", "value", "slot", "day"]
                facts = [row for batch in log.read(0) for row in batch.facts[names].tolist()]
                receipts = [log.receipt(n).what for n in range(log.receipt_next())]
                return figures, facts, receipts, said
    return None
