"""A town killed at any moment is taken up by the same command; nothing that was done is done twice."""

import asyncio
import os
from dataclasses import replace

import httpx

from lodestone.client import AsyncClient as Client
from lodestone.client.attempt import Answer, Request
from lodestone.town import Shelf, Wish, run
from lodestone.town.journal import Journal
from tests.worlds.town import installed, lived

SMALL = {"seed": 5, "people": 50, "days": 1}
TRADING = {"seed": 9, "people": 60, "days": 2}
"""So few buy from cards less than once a day, by chance or not at all; on the second day a shop holds a sale that a crowd comes to."""
KILLED = 77
KILLS = [
    ("/v1/policy", 2, "before"), ("/v1/shops/s", 2, "after"), ("/v1/feeds", 2, "after"), ("/v1/feeds", 1, "before"),
    ("/v1/clock", 1, "after"), ("/v1/orders", 2, "after"), ("/v1/orders", 1, "before"),
]  # fmt: skip


class Killing(httpx.AsyncBaseTransport):
    """Carries requests on, and ends the process before or after one of those to a path."""

    def __init__(self, within, path, left, when):
        self.within, self.path, self.left, self.when = within, path, left, when

    async def handle_async_request(self, request):
        meant = request.url.path.startswith(self.path)
        self.left -= meant
        last = (
            meant and not self.left
        )  # of many at once only this one counts, whichever is answered first
        if last and self.when == "before":
            os._exit(KILLED)
        answer = await self.within.handle_async_request(request)
        if last:
            os._exit(KILLED)
        return answer


async def living(home, wish, *kill):
    async with (
        installed(home) as (app, _, heard),
        httpx.AsyncClient(transport=Killing(heard, *kill), base_url="http://x") as http,
    ):
        client = Client(http, app.operator_key, "town")
        await run(client, Shelf(home / "life"), Wish(**wish), lambda *_: None, halted=lambda: False)


def kill(home, wish, *kill):
    """Let a life be killed at a request, in a process of its own; return how that ended."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            asyncio.run(living(home, wish, *kill))
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_life_killed_again_and_again_goes_on_to_its_end(tmp_path):
    ended = [kill(tmp_path, TRADING, *one) for one in KILLS]

    figures, _, receipts, _ = asyncio.run(lived(tmp_path, **TRADING))

    assert ended == [KILLED] * len(KILLS)
    assert figures["refused"] == 0
    assert figures["engine_says"]["impressions"] == figures["impressions"] > 100
    trade = figures["trade"]
    assert (trade["verify_findings"], trade["audit_differences"], trade["statements_off"]) == (
        [],
        [],
        [],
    )
    assert trade["unlike"] == []
    assert trade["orders"]["paid"] > 0
    assert len(receipts) > 50
    assert [path.name for path in (tmp_path / "life").glob("*.half")] == []


def test_what_was_answered_before_a_kill_is_not_asked_again(tmp_path):
    path = "/v1/feeds"
    assert kill(tmp_path, SMALL, path, 5, "before") == KILLED
    before = {entry.name for entry in (tmp_path / "life").glob("journal-*")}

    said = asyncio.run(lived(tmp_path, **SMALL))[3]

    assert len(before) == 1
    assert next(path for _, path, _ in said if path != "/v1/communities") == "/v1/feeds"


def test_a_journal_whose_last_line_was_cut_gives_what_is_whole(tmp_path):
    asking = Request("GET", "/v1/policy", None, {})

    async def exchange(_request):
        return answers.pop()

    answers = [Answer(200, {}, b"third"), Answer(200, {}, b"second"), Answer(200, {}, b"first")]

    async def asked(count):
        journal = Journal(tmp_path, "0-1")
        heard = [(await journal.carry(replace(asking), exchange)).content for _ in range(count)]
        journal.close()
        return heard

    first = asyncio.run(asked(2))
    kept = tmp_path / "journal-0-1.ndjson"
    kept.write_bytes(kept.read_bytes()[:-3])

    assert first == [b"first", b"second"]
    assert asyncio.run(asked(2)) == [b"first", b"third"]


def test_what_is_asked_twice_at_once_in_the_same_words_is_two_requests(tmp_path):
    asking = [Request("POST", "/v1/orders", b"{}", {b"Idempotency-Key": b"x"}) for _ in range(2)]
    keys = []

    async def exchange(request):
        key = request.headers[b"Idempotency-Key"]
        keys.append(key)
        await asyncio.sleep(0)
        return Answer(201, {}, key)

    async def asked():
        journal = Journal(tmp_path, "0-1")
        heard = await asyncio.gather(*(journal.carry(one, exchange) for one in asking))
        journal.close()
        return [one.content for one in heard]

    first = asyncio.run(asked())

    assert len(set(first)) == 2
    assert asyncio.run(asked()) == first
    assert len(keys) == 2
