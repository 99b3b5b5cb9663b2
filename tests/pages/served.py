"""A community behind a real socket, on a clock that a test can move on, for a real browser."""

import asyncio
import itertools
import threading
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import uvicorn

from lodestone import bootstrap
from lodestone.base.clock import Instant


class MovedClock:
    """The system's clock and what a test has moved it on by."""

    def __init__(self):
        self.ahead = 0

    def now(self):
        return Instant(time.time_ns() // 1000 + self.ahead)

    def move(self, **span):
        self.ahead += int(timedelta(**span).total_seconds() * 1_000_000)


class Told(uvicorn.Server):
    """A server that says when it answers, and at which port."""

    def __init__(self, config, ready):
        super().__init__(config)
        self.ready, self.port = ready, None

    async def startup(self, sockets=None):
        await super().startup(sockets)
        self.port = self.servers[0].sockets[0].getsockname()[1]
        self.ready.set()


class Served:
    """A served community, asked as its app would ask."""

    def __init__(self, base, key, clock, home):
        self.base, self.key, self.clock, self.home = base, key, clock, home
        self.http = httpx.Client(base_url=base, headers={"Authorization": f"Bearer {key}"})
        self.numbers = itertools.count()
        self.shown = None

    def ask(self, method, path, body=None, **more):
        answer = self.http.request(method, path, json=body, **more)
        assert answer.is_success, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def now(self):
        """Say what the community's clock shows, in its zone: whoever asks for days means its own."""
        community = self.ask("GET", "/v1/communities/c")
        return datetime.fromisoformat(community["now"]).astimezone(ZoneInfo(community["time_zone"]))

    def feed(self, viewer, **fields):
        return self.ask("POST", "/v1/feeds", {"viewer": viewer, "slots": 6, **fields})

    def look(self, viewer, *kinds, **fields):
        """Let a viewer see a feed whole and do some things with its first post."""
        feed, now = self.feed(viewer, **fields), self.now().isoformat()
        todo = [("impression", slot) for slot in feed["slots"]]
        todo += [(kind, feed["slots"][0]) for kind in kinds if feed["slots"]]
        events = [
            {
                "id": f"e{next(self.numbers)}", "type": kind, "time": now, "person_id": viewer,
                "item_id": slot["item_id"], "beacon": slot["beacon"],
                **({"author_id": slot["author_id"]} if kind == "follow" else {}),
            }
            for kind, slot in todo
        ]  # fmt: skip
        self.ask("POST", "/v1/events", {"events": events})
        return feed


def live(served, days, people=24):
    """Let people look, like, follow and buy for some days up to now, then let the clock run."""
    end = datetime.fromtimestamp(served.clock.now() / 1e6, UTC)
    begin = end - timedelta(days=days)
    served.ask("PUT", "/v1/clock", {"instant": begin.isoformat()})
    for n in range(people):
        served.ask("PUT", f"/v1/people/p{n}", {"interests": {"tea": 1.0}})
    for n in range(48):
        body = {
            "kind": "video",
            "author_id": f"a{n % 12}",
            "tags": ["tea"],
            "text": f"a cup of tea, {n}",
        }
        served.ask("PUT", f"/v1/items/i{n}", body)
    place = {"kind": "channel", "name": "Tea"}
    served.ask("PUT", "/v1/domains/tea", place)
    served.ask(
        "PUT",
        "/v1/items/i0",
        {"kind": "video", "author_id": "a0", "tags": ["tea"], "channels": ["tea"]},
    )
    for step in range(4 * days):
        at = begin + timedelta(hours=6 * step + 1)
        served.ask("PUT", "/v1/clock", {"instant": at.isoformat()})
        for n in range(step % 3, people, 3):
            kinds = ["like"] * (n % 2) + ["follow"] * (n % 4 == 1) + ["order"] * (n % 6 == 1)
            served.look(f"p{n}", *kinds)
    now = datetime.fromtimestamp(served.clock.now() / 1e6, UTC)
    served.ask("PUT", "/v1/clock", {"instant": now.isoformat(), "release": True})


@contextmanager
def served(home, *, days=3, living=live, environment=None):
    """Serve community `c` that has lived some days; with none it is empty."""
    with _opened(home, environment) as (base, operator, clock):
        body = {"name": "Tea Town", "time_zone": "Asia/Shanghai", "clock": "driven"}
        body["clock"] = "driven" if days else "wall"
        with httpx.Client(base_url=base, headers=operator) as http:
            http.put("/v1/communities/c", json=body).raise_for_status()
        found = Served(base, _key(base, operator, "c"), clock, home)
        with closing(found.http):
            if days:
                living(found, days)
            yield found


@contextmanager
def lived(home):
    """Serve a home in which one town has lived, by `lodestone town --days N` or as a demo; for pictures only."""
    with _opened(home) as (base, operator, clock):
        with httpx.Client(base_url=base, headers=operator) as http:
            (community,) = [one["id"] for one in http.get("/v1/communities").json()["data"]]
        found = Served(base, _key(base, operator, community), clock, home)
        with closing(found.http):
            yield found


def _key(base, operator, community):
    with httpx.Client(base_url=base, headers=operator) as http:
        return http.post(f"/v1/communities/{community}/keys", json={"name": "app"}).json()["key"]


@contextmanager
def _opened(home, environment=None):
    clock, ready, told = MovedClock(), threading.Event(), {}

    async def serve():
        settings = bootstrap.settings_of(str(home), environment or {})
        async with bootstrap.open_app(settings, wall=clock) as app:
            config = uvicorn.Config(app.asgi, port=0, lifespan="off", log_level="error")
            told.update(server=Told(config, ready), operator=app.operator_key)
            await told["server"].serve()

    def main():
        try:
            asyncio.run(serve())
        finally:
            ready.set()

    thread = threading.Thread(target=main)
    thread.start()
    try:
        ready.wait()
        operator = {"Authorization": f"Bearer {told['operator']}"}
        yield f"http://127.0.0.1:{told['server'].port}", operator, clock
    finally:
        told["server"].should_exit = True
        thread.join()
