"""A community behind a real socket, on a clock that a test can move on, for a real browser."""

import asyncio
import itertools
import random
import threading
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

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
        """Say what the community's clock shows."""
        return datetime.fromisoformat(self.ask("GET", "/v1/communities/c")["now"])

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


def paint(served, days=14, people=160):
    """Live as `live` does, but as people do: some come once, some stay, some buy; for pictures only."""
    chance = random.Random(4)
    end = datetime.fromtimestamp(served.clock.now() / 1e6, UTC)
    begin = end - timedelta(days=days)
    served.ask("PUT", "/v1/clock", {"instant": begin.isoformat()})
    here = {"latitude": 26.38, "longitude": 108.08}
    served.ask(
        "PUT", "/v1/domains/market", {"kind": "place", "name": "Market square", "centre": here}
    )
    served.ask("PUT", "/v1/domains/tea", {"kind": "channel", "name": "Tea"})
    fame = [1 / (n + 1) ** 0.8 for n in range(40)]
    for n in range(160):
        near = {"position": {"latitude": 26.38 + 0.03 * chance.random(), "longitude": 108.09}}
        body = {
            "kind": "video",
            "author_id": f"a{chance.choices(range(40), fame)[0]}",
            "tags": ["tea"],
        }
        body |= {"text": f"a cup of tea, {n}", **(near if n % 3 == 0 else {})}
        served.ask("PUT", f"/v1/items/i{n}", body | ({"channels": ["tea"]} if n % 4 == 0 else {}))
    born = {n: chance.randrange(days) for n in range(people)}
    for step in range(4 * days):
        at = begin + timedelta(hours=6 * step + 1)
        served.ask("PUT", "/v1/clock", {"instant": at.isoformat()})
        for n, day in born.items():
            age = step // 4 - day
            if age == 0 and step % 4 == 0:
                served.ask("PUT", f"/v1/people/p{n}", {"interests": {"tea": 1.0}, "home": here})
            if (age == 0 and step % 4 == 0) or (
                age > 0 and chance.random() < 0.06 + 0.2 * (n % 3 == 0)
            ):
                served.look(f"p{n}", *_moved(chance), position=here)
    now = datetime.fromtimestamp(served.clock.now() / 1e6, UTC)
    served.ask("PUT", "/v1/clock", {"instant": now.isoformat(), "release": True})


def _moved(chance):
    likely = {
        "like": 0.3,
        "click": 0.4,
        "long_view": 0.3,
        "follow": 0.1,
        "order": 0.015,
        "hide": 0.02,
    }
    return [kind for kind, share in likely.items() if chance.random() < share]


@contextmanager
def served(home, *, days=3, living=live):
    """Serve community `c` that has lived some days; with none it is empty."""
    clock, ready, told = MovedClock(), threading.Event(), {}

    async def serve():
        settings = bootstrap.settings_of(str(home), {})
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
        base = f"http://127.0.0.1:{told['server'].port}"
        with httpx.Client(base_url=base) as http:
            operator = {"Authorization": f"Bearer {told['operator']}"}
            body = {"name": "Tea Town", "time_zone": "Asia/Shanghai", "clock": "driven"}
            body["clock"] = "driven" if days else "wall"
            http.put("/v1/communities/c", json=body, headers=operator).raise_for_status()
            made = http.post("/v1/communities/c/keys", json={"name": "app"}, headers=operator)
        found = Served(base, made.json()["key"], clock, home)
        with closing(found.http):
            if days:
                living(found, days)
            yield found
    finally:
        told["server"].should_exit = True
        thread.join()
