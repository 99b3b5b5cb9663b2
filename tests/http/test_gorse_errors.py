"""Refusals on Gorse's routes are plain text, as its clients show them; everywhere else they are JSON."""

import asyncio

import gorse
import pytest

from lodestone.base.clock import ManualClock
from tests.worlds.serving import serving
from tests.worlds.world import NOON, instant, opened, run


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    with serving(home, clock=ManualClock(instant(NOON))) as up:
        yield up


def refused(call):
    with pytest.raises(gorse.GorseException) as raised:
        call()
    return raised.value.status_code, raised.value.message


def test_pygorse_raises_with_a_sentence_and_no_json(server):
    waits = gorse.Gorse(server.address, server.world.key)
    awaited = gorse.AsyncGorse(server.address, server.world.key)
    stranger = gorse.Gorse(server.address, "no such key")

    status, message = refused(lambda: waits.get_item("nothing"))
    assert (status, refused(lambda: asyncio.run(awaited.get_item("nothing")))) == (
        404,
        (status, message),
    )
    assert "nothing" in message
    assert not message.startswith("{")
    status, message = refused(lambda: waits.insert_feedback("applause", "ann", "i1", "2026-03-04"))
    assert (status, "'applause' is not in the policy's feedback_types" in message) == (400, True)
    assert refused(lambda: stranger.get_user("ann"))[0] == 401
    assert "{" not in refused(lambda: stranger.get_user("ann"))[1]


ASKED = [
    ("GET", "/api/item/nothing", None, 404),
    ("POST", "/api/feedback", b"{", 400),
    ("POST", "/api/feedback", b'[{"FeedbackType":"like"}]', 400),
    ("GET", "/api/recommend/ann?n=0", None, 400),
    ("GET", "/api/latest?n=1&%00=1", None, 400),
    ("GET", "/api/measurements/x", None, 501),
    ("GET", "/api/nowhere", None, 404),
    ("DELETE", "/api/latest", None, 405),
    ("GET", "/api/users?cursor=nonsense", None, 400),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), ASKED)
@pytest.mark.parametrize("packed", [True, False])
def test_every_refusal_there_is_text_of_its_length_with_its_code_in_a_header(
    tmp_path, method, path, body, status, packed
):
    async def tell():
        async with opened(tmp_path) as world:
            headers = {"accept-encoding": "gzip" if packed else "identity"}
            told = await world.http.request(method, path, content=body, headers=headers)
            there = await world.http.request(method, path.replace("/api", "/v1"), content=body)
            return told, there

    told, there = run(tell())

    assert told.status_code == status
    assert told.headers["content-type"] == "text/plain; charset=utf-8"
    assert told.headers["x-error-code"].replace("_", "a").isalpha()
    assert told.text
    assert not told.text.startswith("{")
    if there.status_code >= 400:
        assert there.headers["content-type"] == "application/json"
        assert "x-error-code" not in there.headers


def test_a_refusal_under_an_idempotency_key_is_text_both_times(tmp_path):
    async def tell():
        async with opened(tmp_path) as world:
            row = [{"FeedbackType": "like", "UserId": "ann", "ItemId": ""}]
            return [
                await world.http.post("/api/feedback", json=row, headers={"idempotency-key": "k1"})
                for _ in range(2)
            ]

    first, again = run(tell())

    assert first.status_code == again.status_code == 400
    assert first.text == again.text
    assert (
        first.headers["content-type"]
        == again.headers["content-type"]
        == "text/plain; charset=utf-8"
    )
    assert len(first.content) == int(first.headers["content-length"])


def test_what_is_answered_well_stays_json_and_a_head_has_no_body(tmp_path):
    async def tell():
        async with opened(tmp_path) as world:
            return (
                await world.http.get("/api/users"), await world.http.get("/api/health/ready"),
                await world.http.head("/api/item/nothing"),
            )  # fmt: skip

    users, ready, head = run(tell())

    assert users.json() == {"Cursor": "", "Users": []}
    assert ready.json()["Ready"] is True
    assert (head.status_code, head.content) == (404, b"")
    assert head.headers["content-type"] == "text/plain; charset=utf-8"
