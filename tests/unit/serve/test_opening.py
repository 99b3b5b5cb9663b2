"""Until what is behind the doors is ready a browser is shown how far it is, and everything else is asked to wait."""

import asyncio
import json

import pytest

from lodestone.console import Progress
from lodestone.serve.http.opening import Opening


async def echo(scope, _receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


def asked(opening, path, accept=b"*/*", method="GET", kind="http"):
    sent = []

    async def send(message):
        sent.append(message)

    scope = {
        "type": kind, "method": method, "path": path, "raw_path": path.encode(), "query_string": b"a=1",
        "headers": [(b"accept", accept)],
    }  # fmt: skip
    asyncio.run(opening(scope, None, send))
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


@pytest.fixture
def opening():
    return Opening(echo, page="/filling", code="demo_filling", message="ask again")


@pytest.mark.parametrize("path", ["/", "/operator", "/p/i1"])
def test_a_browser_is_shown_how_far_it_is_in_place_of_every_page(opening, path):
    page = asked(opening, path, b"text/html,application/xhtml+xml")

    assert page[2] == b"/filling"


@pytest.mark.parametrize(("path", "method"), [("/v1/feeds", "POST"), ("/v1/people", "GET"), ("/health/ready", "GET")])  # fmt: skip
def test_everything_else_is_asked_to_come_again(opening, path, method):
    status, headers, body = asked(opening, path, method=method)

    assert (status, headers[b"retry-after"]) == (503, b"2")
    assert json.loads(body)["error"]["code"] == "demo_filling"


@pytest.mark.parametrize("path", ["/static/base.css", "/health/live", "/metrics"])
def test_what_needs_nothing_behind_it_is_answered_all_the_while(opening, path):
    assert asked(opening, path)[2] == path.encode()


def test_once_ready_everything_goes_through(opening):
    opening.ready = True

    assert asked(opening, "/", b"text/html")[2] == b"/"
    assert asked(opening, "/v1/people")[2] == b"/v1/people"


def test_what_is_left_is_told_once_it_can_be_and_never_as_nothing():
    now = [60.0]
    progress = Progress(lambda: now[0])

    assert (progress.share, progress.seconds_left()) == (0.0, None)
    now[0] = 100.0
    progress.tell(8, 768, "living")
    assert progress.seconds_left() is None
    now[0] = 131.0
    progress.tell(384, 768, "living")
    assert (progress.share, progress.seconds_left()) == (0.5, 30)
    progress.tell(768, 768, "living")
    assert progress.seconds_left() == 5
