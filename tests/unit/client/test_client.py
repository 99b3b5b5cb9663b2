"""The client, waiting and awaited: one set of calls, so one set of tests over both shells."""

import asyncio
import inspect
import json
from random import Random

import httpx
import pytest

from lodestone.base.clock import Instant
from lodestone.base.errors import Problem
from lodestone.client import (
    AsyncClient,
    Client,
    ClientError,
    Event,
    Feed,
    Retries,
    Slot,
    Verdicts,
    calls,
    judgement,
    relations,
)
from lodestone.client.errors import (
    BusyError,
    ConflictError,
    RefusedError,
    StrangeAnswerError,
    UnknownError,
    UnreachableError,
)

REPLAY = {"identical": True, "differences": []}
GONE = httpx.ConnectError("refused")
PATIENT = Retries()
CUT = httpx.ReadTimeout("too slow")


class Middle(Random):
    """Chance without surprise: the middle of every span, and keys that count."""

    def __init__(self):
        super().__init__(0)
        self.drawn = 0

    def random(self):
        return 0.5

    def getrandbits(self, _):
        self.drawn += 1
        return self.drawn


class Engine:
    """Answers from a list and keeps what it was asked; the last answer again when the list is over."""

    def __init__(self, shell, *answers):
        self.shell = shell
        self.answers = list(answers)
        self.asked = []
        self.waits = []

    def __call__(self, request):
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    async def sleep(self, seconds):
        self.waits.append(seconds)

    def run(self, name, *given, community=None, retries=PATIENT, **options):
        """Let a client ask by the method of this name; return what it answers."""
        more = {"retries": retries, "chance": Middle()}
        transport = httpx.MockTransport(self)
        if self.shell == "waits":
            with httpx.Client(transport=transport, base_url="http://x") as http:
                client = Client(http, "lk_1", community, sleep=self.waits.append, **more)
                return getattr(client, name)(*given, **options)

        async def whole():
            async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
                client = AsyncClient(http, "lk_1", community, sleep=self.sleep, **more)
                return await getattr(client, name)(*given, **options)

        return asyncio.run(whole())


@pytest.fixture(params=["waits", "is awaited"])
def engine(request):
    return lambda *answers: Engine(request.param, *answers)


def refusal(status, code="busy", message="come back later", details=(), **headers):
    body = {"error": {"code": code, "message": message, "details": list(details)}}
    return httpx.Response(status, json=body, headers=headers)


def test_both_shells_have_every_call_under_its_own_name_and_with_its_arguments():
    made_of = {"route", "query", "batch"}
    names = {
        name: call
        for room in (calls, judgement, relations)
        for name, call in vars(room).items()
        if inspect.isfunction(call) and call.__module__ == room.__name__
        if not name.startswith("_") and name not in made_of
    }

    assert len(names) == 55
    for shell in (Client, AsyncClient):
        for name, call in names.items():
            assert getattr(shell, name).__wrapped__ is call


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, RefusedError), (401, RefusedError), (403, RefusedError), (404, UnknownError),
     (409, ConflictError), (410, UnknownError), (413, RefusedError), (500, RefusedError)],
)  # fmt: skip
def test_a_refusal_carries_what_the_engine_said_and_is_not_asked_again(engine, status, kind):
    said = refusal(status, "item_unknown", "no such item", [{"field": "id", "problem": "unknown"}])
    held = engine(said)

    with pytest.raises(ClientError) as caught:
        held.run("receipt", "rcp_1")

    error = caught.value
    assert type(error) is kind
    assert (error.status, error.code, error.message) == (status, "item_unknown", "no such item")
    assert error.details == (Problem("id", "unknown"),)
    assert (len(held.asked), held.waits) == (1, [])


@pytest.mark.parametrize(
    "body", [b"<html>Bad gateway</html>", b"\xff\xfe", b"[]", b'{"error": "down"}', b"{}", b""]
)
def test_a_refusal_in_a_strange_form_is_still_a_client_error(engine, body):
    with pytest.raises(StrangeAnswerError) as caught:
        engine(httpx.Response(502, content=body)).run("receipt", "rcp_1")

    assert (caught.value.status, caught.value.code) == (502, "no_answer")


@pytest.mark.parametrize("body", [b"<html>hello</html>", b"\xff", b"[]", b"{}", b""])
def test_an_answer_in_a_strange_form_is_a_client_error_too(engine, body):
    with pytest.raises(StrangeAnswerError, match="GET /v1/people/p1 was not answered in its form"):
        engine(httpx.Response(200, content=body)).run("person", "p1")


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_engine_is_asked_again_no_sooner_than_it_says(engine, status):
    held = engine(refusal(status, **{"Retry-After": "7"}), {"accepted": 1})

    answer = held.run("events", [{"id": "e1"}])

    assert answer == Verdicts(accepted=1)
    assert held.waits == [7.25]  # seven, and the middle of half a second more
    assert [request.content for request in held.asked] == [b'{"events":[{"id":"e1"}]}'] * 2


@pytest.mark.parametrize(
    ("told", "date", "waited"),
    [
        (None, None, 0.375), ("0", None, 0.0), ("60", None, 60.25), ("-3", None, 0.375), ("soon", None, 0.375),
        ("Wed, 21 Oct 2026 07:28:09 GMT", "Wed, 21 Oct 2026 07:28:00 GMT", 9.25),
        ("Wed, 21 Oct 2026 07:27:00 GMT", "Wed, 21 Oct 2026 07:28:00 GMT", 0.0),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None, 0.375),
    ],
)  # fmt: skip
def test_a_wait_is_as_told_in_seconds_or_by_date_else_of_the_clients_own(
    engine, told, date, waited
):
    headers = {"Retry-After": told, "Date": date}
    busy = refusal(503, **{name: value for name, value in headers.items() if value is not None})
    held = engine(busy, REPLAY)

    held.run("replay", "rcp_1")

    assert held.waits == [waited]


def test_an_engine_that_asks_for_longer_than_the_app_will_wait_is_left_at_once(engine):
    held = engine(refusal(429, **{"Retry-After": "3600"}))

    with pytest.raises(BusyError) as caught:
        held.run("policy")

    assert caught.value.retry_seconds == 3600
    assert (len(held.asked), held.waits) == (1, [])


def test_waits_double_up_to_the_longest_and_the_engine_is_left_after_its_tries(engine):
    held = engine(refusal(503))

    with pytest.raises(BusyError, match="503 busy: come back later"):
        held.run("feed", "p1", retries=Retries(6, first_seconds=1.0, longest_seconds=4.0))

    assert len(held.asked) == 6
    assert held.waits == [0.75, 1.5, 3.0, 3.0, 3.0]


@pytest.mark.parametrize("fault", [GONE, CUT, httpx.RemoteProtocolError("closed")])
@pytest.mark.parametrize(
    ("name", "given"),
    [("put_person", ("p", {})), ("feed", ("p",)), ("events", ([],)), ("unfollow", ("p", "a")),
     ("rollback_policy", (1,)), ("put_items", ([],)), ("exposure", ()),
     ("ask", ("POST", "/v1/orders", {}))],
)  # fmt: skip
def test_silence_is_asked_again_where_twice_does_no_harm(engine, fault, name, given):
    held = engine(fault)

    with pytest.raises(UnreachableError) as caught:
        held.run(name, *given)

    assert (caught.value.status, caught.value.code) == (0, "unreachable")
    assert len(held.asked) == 5
    assert held.waits == [0.375, 0.75, 1.5, 3.0]


@pytest.mark.parametrize(
    ("fault", "tries"), [(GONE, 5), (httpx.ConnectTimeout("slow"), 5), (CUT, 1)]
)
def test_a_key_is_not_made_twice_because_its_answer_was_lost(engine, fault, tries):
    held = engine(fault)

    with pytest.raises(UnreachableError):
        held.run("create_key", "c", "app")

    assert len(held.asked) == tries


def test_every_try_of_what_makes_something_carries_one_idempotency_key(engine):
    version = {"version": 2, "created_at": "2026-03-04T12:00:00.000Z", "policy": {}}
    held = engine(CUT, refusal(503), version)

    assert held.run("rollback_policy", 1).version == 2

    assert [one.headers["idempotency-key"] for one in held.asked] == [f"{1:032x}"] * 3


def test_two_calls_carry_two_idempotency_keys_and_a_put_none():
    desk = Client(httpx.Client(), "k", chance=Middle())._desk

    asked = [desk.attempt(call).request.headers.get(b"Idempotency-Key") for call in (
        calls.create_session("p"), calls.create_session("p"), calls.put_person("p", {}),
        calls.feed("p"), calls.events([]), calls.ask("POST", "/v1/orders", {}),
    )]  # fmt: skip

    numbers = [None if one is None else int(one, 16) for one in asked]
    assert numbers == [1, 2, None, None, None, 3]


def test_ids_and_queries_are_percent_encoded(engine):
    held = engine(httpx.Response(204))

    held.run("join", "place/1 ?", "人")
    held.run("follow", "a#b", "c%2F")
    held.answers = [{"data": [], "next_cursor": None}]
    held.run("items", 5, author_id="a&b")

    assert [request.url.raw_path for request in held.asked] == [
        b"/v1/domains/place%2F1%20%3F/members/%E4%BA%BA",
        b"/v1/people/a%23b/follows/c%252F",
        b"/v1/items?limit=5&author_id=a%26b",
    ]


def test_every_request_carries_the_key_and_the_community_it_means(engine):
    held = engine(REPLAY)

    held.run("replay", "rcp_1", community="小镇")

    headers = dict(held.asked[0].headers.raw)
    assert headers[b"Authorization"] == b"Bearer lk_1"
    assert headers[b"X-Community"] == "小镇".encode()


def test_a_bulk_request_is_one_object_a_line(engine):
    told = {"accepted": 1, "refused": [{"line": 2, "code": "item_invalid", "message": "kind"}]}
    held = engine(told)

    answer = held.run("put_items", [{"id": "i1"}, {"id": "i2"}])

    request = held.asked[0]
    assert request.headers["content-type"] == "application/x-ndjson"
    assert request.content == b'{"id":"i1"}\n{"id":"i2"}'
    assert (answer.accepted, answer.refused[0].line) == (1, 2)


SLOT = Slot(1, "i1", "p2", "video", "middle", "b", "food", "channel")


def test_a_feed_is_read_into_slots_and_what_an_older_client_does_not_know_is_passed_over(engine):
    slot = {
        "slot": 1, "item_id": "i1", "author_id": "p2", "kind": "video", "domain": "middle",
        "domain_id": "food", "source": "channel", "paid": False, "beacon": "b", "label": None,
        "hologram": True,
    }  # fmt: skip
    held = engine({"receipt_id": "rcp_1", "slots": [slot], "next_cursor": None, "degraded": []})

    feed = held.run("feed", "p1", "channel", domain_id="food", slots=3, more={"device": "phone"})

    assert feed == Feed("rcp_1", (SLOT,))
    assert json.loads(held.asked[0].content) == {
        "viewer": "p1", "surface": "channel", "domain_id": "food", "position": None, "slots": 3,
        "cursor": None, "device": "phone",
    }  # fmt: skip


def test_an_event_about_a_slot_carries_its_beacon_and_a_follow_its_author():
    at = "2026-03-04T12:00:00Z"

    seen = SLOT.event("impression", "p1", at, visible_seconds=2.5)
    follow = SLOT.event("follow", "p1", at)

    assert seen == Event(
        type="impression", time=at, person_id="p1", item_id="i1", beacon="b", visible_seconds=2.5
    )
    assert follow.author_id == "p2"


def test_an_event_without_an_id_gets_one_from_all_it_says(engine):
    held = engine({"accepted": 3})
    at = "2026-03-04T12:00:00Z"
    like = Event(type="like", time=at, person_id="p1", item_id="i1")

    held.run("events", [like, {"time": at, "item_id": "i1", "person_id": "p1", "type": "like"}])
    held.run("events", [Event(type="like", time=at, person_id="p1", item_id="i2")])

    (first, same), (other,) = (json.loads(one.content)["events"] for one in held.asked)
    assert first == same
    assert len(first["id"]) == 32
    assert other["id"] != first["id"]


def test_media_travel_as_they_are_and_answer_their_address(engine):
    held = engine(httpx.Response(201, json={"url": "/media/k", "bytes": 3}))

    url = held.run("put_media", "a b", "image/webp", b"\x00\x01\x02")

    assert url == "/media/k"
    assert held.asked[0].content == b"\x00\x01\x02"
    assert held.asked[0].headers["content-type"] == "image/webp"
    assert held.asked[0].url.raw_path == b"/v1/media/a%20b"


def test_the_clock_is_advanced_in_rfc_3339(engine):
    told = {"id": "c", "now": "x", "created_at": "x"}
    held = engine(told)

    held.run("advance", Instant(1_650_000_000_123_999), release=True)

    assert json.loads(held.asked[0].content) == {
        "instant": "2022-04-15T05:20:00.123Z",
        "release": True,
    }


def test_an_empty_answer_is_none(engine):
    assert engine(httpx.Response(204)).run("ask", "DELETE", "/v1/items/i1") is None


def test_a_client_is_not_given_the_other_kinds_connections():
    with pytest.raises(AssertionError, match="belongs to AsyncClient"):
        Client(httpx.AsyncClient(), "k")
    with pytest.raises(AssertionError, match="belongs to Client"), httpx.Client() as http:
        AsyncClient(http, "k")
