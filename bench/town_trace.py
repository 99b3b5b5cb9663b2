"""A town's day as requests: who asked for which page when, and what they did with each place of it.

A day is recorded while it is lived, over HTTP. Replayed, every page is decided anew; what was done at a place of the recorded
page is done at the same place of the new one, under the new page's beacon.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec

Json = dict[str, Any]
_LOOSE = re.compile(r"/v1/(clock|people:bulk|items:bulk|domains/[^/]+/members/[^/]+)$")
"""What is sent again as it was: the clock's steps, what is posted, who arrives and joins."""


@dataclass
class Page:
    """One page somebody asked for."""

    wish: Json
    """As it was asked, without the cursor."""
    deeds: list[tuple[int, Json]] = field(default_factory=list)
    """(slot, event without item and beacon, its time as so many seconds after the clock's)."""


@dataclass
class Step:
    """Half an hour of the town."""

    loose: list[tuple[str, str, bytes]] = field(default_factory=list)
    """(method, path, body), before anybody looks."""
    visits: list[list[Page]] = field(default_factory=list)


@dataclass
class Trace:
    """What a day consists of."""

    start: datetime
    """What the clock shows when the day begins."""
    steps: list[Step] = field(default_factory=lambda: [Step()])
    left_out: int = 0
    """Requests of a kind that is not sent again: reports, receipts, trade."""
    _visits: dict[str, list[Page]] = field(default_factory=dict)
    _slots: dict[str, tuple[Page, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._now = self.start

    @property
    def pages(self) -> int:
        return sum(len(visit) for step in self.steps for visit in step.visits)

    def note(self, method: str, path: str, body: bytes, answer: bytes) -> None:
        """Take one request with its answer."""
        if path == "/v1/feeds":
            self._page(msgspec.json.decode(body), msgspec.json.decode(answer))
        elif path == "/v1/events":
            self._events(msgspec.json.decode(body)["events"])
        elif _LOOSE.match(path):
            if path == "/v1/clock":
                self.steps.append(Step())
                self._now = moved_to(body)
            self.steps[-1].loose.append((method, path, body))
        else:
            self.left_out += 1

    def _page(self, wish: Json, told: Json) -> None:
        page = Page({name: value for name, value in wish.items() if name != "cursor"})
        visit = self._visits.get(wish["cursor"] or "")
        if visit is None:
            visit = []
            self.steps[-1].visits.append(visit)
        visit.append(page)
        if told["next_cursor"]:
            self._visits[told["next_cursor"]] = visit
        for slot in told["slots"]:
            self._slots[slot["beacon"]] = (page, slot["slot"])

    def _events(self, events: list[Json]) -> None:
        loose = []
        for event in events:
            page, slot = self._slots.get(event.get("beacon", ""), (None, 0))
            if page is None:
                loose.append(event)
            else:
                kept = {name: one for name, one in event.items() if name not in ("item_id", "beacon")}  # fmt: skip
                kept["time"] = (datetime.fromisoformat(event["time"]) - self._now).total_seconds()
                page.deeds.append((slot, kept))
        if loose:
            self.steps[-1].loose.append(
                ("POST", "/v1/events", msgspec.json.encode({"events": loose}))
            )


def moved_to(body: bytes) -> datetime:
    """Return the instant that a request drives the clock to."""
    return datetime.fromisoformat(msgspec.json.decode(body)["instant"])


def done(page: Page, answer: Json, now: datetime) -> list[Json]:
    """Return a page's deeds as events about the places of a new answer, as of what the clock shows now."""
    slots = {slot["slot"]: slot for slot in answer["slots"]}
    events = []
    for at, deed in page.deeds:
        slot = slots.get(at)
        if slot is None:
            continue
        when = (now + timedelta(seconds=deed["time"])).isoformat()
        event = {**deed, "time": when, "item_id": slot["item_id"], "beacon": slot["beacon"]}
        if "author_id" in event:
            event["author_id"] = slot["author_id"]
        events.append(event)
    return events


class Recording(httpx.AsyncBaseTransport):
    """A transport that tells a trace what goes over it."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        answer = await self._inner.handle_async_request(request)
        await answer.aread()
        path = request.url.raw_path.decode()
        self._trace.note(request.method, path, body, answer.content)
        return answer

    async def aclose(self) -> None:
        await self._inner.aclose()
