import asyncio
import json

import httpx
import pytest

from lodestone.base.clock import Instant
from lodestone.client import Client, ClientError, Feed, Slot, Verdicts


class Engine:
    """Answers from a list and keeps what it was asked."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []
        self.waits = []

    def __call__(self, request):
        self.asked.append(request)
        answer = self.answers.pop(0) if self.answers else {}
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    async def sleep(self, seconds):
        self.waits.append(seconds)

    def run(self, ask, *, community=None):
        async def whole():
            transport = httpx.MockTransport(self)
            async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
                return await ask(Client(http, "lk_1", community, sleep=self.sleep))

        return asyncio.run(whole())


def refusal(status, code="busy", message="come back later", **headers):
    body = {"error": {"code": code, "message": message, "details": []}}
    return httpx.Response(status, json=body, headers=headers)


def test_a_refusal_carries_status_code_and_message():
    engine = Engine(refusal(404, "item_unknown", "there is no such item"))

    with pytest.raises(ClientError) as caught:
        engine.run(lambda client: client.receipt("rcp_1"))

    error = caught.value
    assert (error.status, error.code, error.message) == (
        404, "item_unknown", "there is no such item",
    )  # fmt: skip
    assert engine.waits == []


@pytest.mark.parametrize(
    "body", [b"<html>Bad gateway</html>", b"\xff\xfe", b"[]", b'{"error": "down"}', b"{}", b""]
)
def test_a_refusal_in_a_strange_form_is_still_a_client_error(body):
    engine = Engine(httpx.Response(502, content=body))

    with pytest.raises(ClientError) as caught:
        engine.run(lambda client: client.receipt("rcp_1"))

    assert (caught.value.status, caught.value.code) == (502, "no_answer")


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_engine_is_asked_again_after_as_long_as_it_says(status):
    engine = Engine(refusal(status, **{"Retry-After": "7"}), {"accepted": 1})

    answer = engine.run(lambda client: client.events([{"id": "e1"}]))

    assert answer == Verdicts(accepted=1)
    assert engine.waits == [7.0]
    assert [request.content for request in engine.asked] == [b'{"events":[{"id":"e1"}]}'] * 2


@pytest.mark.parametrize(
    ("told", "waited"),
    [(None, 1.0), ("0", 0.0), ("86400", 60.0), ("-3", 1.0), ("Wed, 21 Oct 2026 07:28:00 GMT", 1.0)],
)
def test_a_wait_is_a_second_where_none_is_told_and_a_minute_at_most(told, waited):
    engine = Engine(refusal(503, **({} if told is None else {"Retry-After": told})), {})

    engine.run(lambda client: client.replay("rcp_1"))

    assert engine.waits == [waited]


def test_an_engine_that_stays_busy_is_left_after_five_tries():
    engine = Engine(*(refusal(503) for _ in range(9)))

    with pytest.raises(ClientError, match="503 busy: come back later"):
        engine.run(lambda client: client.feed("p1"))

    assert len(engine.asked) == 5
    assert engine.waits == [1.0] * 4


def test_ids_and_the_community_are_percent_encoded():
    engine = Engine()

    async def ask(client):
        await client.join("place/1 ?", "人")
        await client.follow("a#b", "c%2F")

    engine.run(ask)

    assert [request.url.raw_path for request in engine.asked] == [
        b"/v1/domains/place%2F1%20%3F/members/%E4%BA%BA",
        b"/v1/people/a%23b/follows/c%252F",
    ]


def test_every_request_carries_the_key_and_the_community_it_means():
    engine = Engine()

    engine.run(lambda client: client.replay("rcp_1"), community="小镇")

    headers = dict(engine.asked[0].headers.raw)
    assert headers[b"Authorization"] == b"Bearer lk_1"
    assert headers[b"X-Community"] == "小镇".encode()


def test_a_bulk_request_is_one_object_a_line():
    told = {"accepted": 1, "refused": [{"line": 2, "code": "item_invalid", "message": "kind"}]}
    engine = Engine(told)

    answer = engine.run(lambda client: client.put_items([{"id": "i1"}, {"id": "i2"}]))

    request = engine.asked[0]
    assert request.headers["content-type"] == "application/x-ndjson"
    assert request.content == b'{"id":"i1"}\n{"id":"i2"}'
    assert (answer.accepted, answer.refused[0].line) == (1, 2)


def test_a_feed_is_read_into_slots():
    slot = {
        "slot": 1, "item_id": "i1", "author_id": "p2", "kind": "video", "domain": "middle",
        "domain_id": "food", "source": "channel", "paid": False, "beacon": "b", "label": None,
    }  # fmt: skip
    engine = Engine({"receipt_id": "rcp_1", "slots": [slot], "next_cursor": None, "degraded": []})

    feed = engine.run(lambda client: client.feed("p1", "channel", domain_id="food", slots=3))

    assert feed == Feed("rcp_1", (Slot(1, "i1", "p2", "video", "middle", "b", "food", "channel"),))
    assert json.loads(engine.asked[0].content) == {
        "viewer": "p1", "surface": "channel", "domain_id": "food", "position": None, "slots": 3,
        "cursor": None,
    }  # fmt: skip


def test_media_travel_as_they_are_and_answer_their_address():
    engine = Engine(httpx.Response(201, json={"url": "/media/k", "bytes": 3}))

    url = engine.run(lambda client: client.put_media("a b", "image/webp", b"\x00\x01\x02"))

    assert url == "/media/k"
    assert engine.asked[0].content == b"\x00\x01\x02"
    assert engine.asked[0].headers["content-type"] == "image/webp"
    assert engine.asked[0].url.raw_path == b"/v1/media/a%20b"


def test_the_clock_is_advanced_in_rfc_3339():
    engine = Engine()

    engine.run(lambda client: client.advance(Instant(1_650_000_000_123_999), release=True))

    assert json.loads(engine.asked[0].content) == {
        "instant": "2022-04-15T05:20:00.123Z",
        "release": True,
    }


def test_an_empty_answer_is_none():
    engine = Engine(httpx.Response(204))

    assert engine.run(lambda client: client.ask("DELETE", "/v1/items/i1")) is None


def test_records_are_put_one_by_one_too():
    engine = Engine()

    async def ask(client):
        await client.put_community("c", {"name": "n"})
        await client.put_domain("d", {"kind": "channel"})
        await client.put_person("p", {"name": "n"})
        await client.put_item("i", {"kind": "text"})

    engine.run(ask)

    assert [(one.method, one.url.path) for one in engine.asked] == [
        ("PUT", "/v1/communities/c"), ("PUT", "/v1/domains/d"), ("PUT", "/v1/people/p"),
        ("PUT", "/v1/items/i"),
    ]  # fmt: skip
