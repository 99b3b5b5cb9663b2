"""What the client reads and sends goes through FastAPI and Django as it is."""

import asyncio
from datetime import UTC, datetime

import httpx
import msgspec
import pytest
from django import conf
from django.http import JsonResponse
from django.test import RequestFactory
from fastapi import FastAPI, Request, Response

from lodestone.client import AsyncClient, Client, Event
from tests.worlds.serving import serving, warmed


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("home"), fill=warmed) as server:
        server.world.clock.advance(
            seconds=datetime.now(UTC).timestamp() - server.world.now.timestamp()
        )
        with Client.at(server.address, server.world.key) as client:
            client.put_person("bo", {})
            client.put_person("cy", {})
            client.put_items([{"id": f"i{n}", "kind": "text", "author_id": "bo"} for n in range(4)])
        yield server.address, server.world.key


def test_a_fastapi_app_passes_a_feed_out_and_events_in(served):
    app = FastAPI()
    lodestone = AsyncClient.at(*served)

    @app.get("/home/{person_id}")
    async def home(person_id: str) -> Response:
        page = await lodestone.feed(person_id, slots=2)
        return Response(msgspec.json.encode(page), media_type="application/json")

    @app.post("/seen")
    async def seen(request: Request) -> dict[str, object]:
        events = msgspec.json.decode(await request.body(), type=list[Event])
        return msgspec.to_builtins(await lodestone.events(events))

    async def scenario():
        async with lodestone, httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app") as browser:  # fmt: skip
            page = (await browser.get("/home/cy")).json()
            events = [
                {"type": "impression", "time": datetime.now(UTC).isoformat(), "person_id": "cy",
                 "item_id": slot["item_id"], "beacon": slot["beacon"], "visible_seconds": 1.0}
                for slot in page["slots"]
            ]  # fmt: skip
            return page, (await browser.post("/seen", json=events)).json()

    page, verdicts = asyncio.run(scenario())
    assert [slot["slot"] for slot in page["slots"]] == [1, 2]
    assert (verdicts["accepted"], verdicts["refused"]) == (2, [])


def test_a_django_view_passes_a_feed_out_and_events_in(served):
    if not conf.settings.configured:
        conf.settings.configure(ALLOWED_HOSTS=["*"])
    lodestone = Client.at(*served)

    def home(request, person_id):
        return JsonResponse(msgspec.to_builtins(lodestone.feed(person_id, slots=2)))

    def seen(request):
        events = msgspec.json.decode(request.body, type=list[Event])
        return JsonResponse(msgspec.to_builtins(lodestone.events(events)))

    with lodestone:
        asked = RequestFactory()
        page = msgspec.json.decode(home(asked.get("/home/cy"), "cy").content)
        events = [
            {"type": "click", "time": datetime.now(UTC).isoformat(), "person_id": "cy", "item_id": slot["item_id"], "beacon": slot["beacon"]}
            for slot in page["slots"]
        ]  # fmt: skip
        answer = seen(asked.post("/seen", msgspec.json.encode(events), "application/json"))
    verdicts = msgspec.json.decode(answer.content)
    assert len(events) == 2
    assert (verdicts["accepted"], verdicts["refused"]) == (2, [])
