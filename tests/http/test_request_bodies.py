"""Bodies: refused before they are read where they are too long, bounded together, whole or not at all."""

import asyncio
import gzip
import itertools

import pytest

from lodestone.base.errors import UnavailableError
from lodestone.serve.http.request_body import OPEN_BODY_MAX, PENDING_MAX, Bodies
from lodestone.services.access import Principal
from tests.worlds.world import opened, run

OPEN = [
    ("POST", "/operator/login"), ("POST", "/merchant/login"), ("POST", "/v1/live/hooks/srs"),
    ("GET", "/health/live"), ("POST", "/docs"), ("PUT", "/metrics"), ("POST", "/static/x"), ("GET", "/media/x.png"),
]  # fmt: skip
KEY, TOKEN = Principal("c", frozenset(), b""), Principal("c", frozenset(), b"", viewer="p0")


async def asked(app, method, path, headers=(), chunks=()):
    """Send a request in chunks; return the status and how many chunks were taken of it."""
    taken, answers = itertools.count(), []
    stream = iter(chunks)

    async def receive():
        part = next(stream, None)
        if part is None:
            return {"type": "http.disconnect"}
        next(taken)
        return {"type": "http.request", "body": part, "more_body": True}

    async def send(message):
        answers.append(message)

    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": list(headers), "client": ("10.0.0.9", 1), "scheme": "http", "server": ("x", 80),
        "http_version": "1.1", "root_path": "", "state": {},
    }  # fmt: skip
    await app(scope, receive, send)
    status = answers[0]["status"] if answers else 0
    return status, next(taken)


@pytest.mark.parametrize(("method", "path"), OPEN)
def test_a_stranger_s_body_ends_at_64_kib_announced_or_not_packed_or_not(tmp_path, method, path):
    bomb = gzip.compress(b"0" * (OPEN_BODY_MAX + 1))

    async def scenario():
        async with opened(tmp_path) as world:
            ask = world.app.asgi
            length = (b"content-length", str(OPEN_BODY_MAX + 1).encode())
            announced = await asked(ask, method, path, [length], itertools.repeat(b"0" * 8192))
            chunked = await asked(ask, method, path, [], itertools.repeat(b"0" * 8192))
            app = world.http
            packed = await app.request(
                method, path, content=bomb, headers={"Content-Encoding": "gzip"}
            )
            return announced, chunked, packed.status_code

    announced, chunked, packed = run(scenario())
    assert announced == (413, 0)
    assert chunked == (413, OPEN_BODY_MAX // 8192 + 1)
    assert packed == 413


@pytest.mark.parametrize("path", ["/v1/feeds", "/v1/events", "/v1/items:bulk", "/v1/orders"])
def test_nothing_is_read_of_a_body_whose_key_is_not_good(tmp_path, path):
    async def scenario():
        async with opened(tmp_path) as world:
            bad = [(b"authorization", b"Bearer nobodys")]
            return [
                await asked(world.app.asgi, "POST", path, headers, itertools.repeat(b"0" * 8192))
                for headers in ([], bad)
            ]

    assert run(scenario()) == [(401, 0), (401, 0)]


def test_a_body_that_is_announced_over_its_limit_is_refused_before_it_comes(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            key = (b"authorization", f"Bearer {world.key}".encode())
            length = (b"content-length", str(16 * 2**20 + 1).encode())
            absurd = (b"content-length", b"9" * 5000)
            body = itertools.repeat(b"0" * 8192)
            return [
                await asked(world.app.asgi, "POST", "/v1/feeds", [key, one], body)
                for one in (length, absurd)
            ]

    assert run(scenario()) == [(413, 0), (413, 0)]


def test_a_body_that_breaks_off_is_not_taken_for_the_whole(tmp_path):
    """Whole lines of a bulk have come, and the connection ends: nothing of them is written."""

    async def scenario():
        async with opened(tmp_path) as world:
            key = (b"authorization", f"Bearer {world.key}".encode())
            line = b'{"id": "half"}\n'
            broken = await asked(world.app.asgi, "POST", "/v1/people:bulk", [key], [line])
            return broken, await world.ask("GET", "/v1/people")

    broken, people = run(scenario())
    assert broken == (0, 1)
    assert people["data"] == []


async def part_by_part(lease, who, size, stop):
    """Let a body of `size` bytes come and then stand still until `stop`."""
    left = [size]

    async def receive():
        if not left:
            await stop.wait()
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": b"0" * left.pop(), "more_body": True}

    with lease:
        return await lease.read(receive, {}, who)


def test_unfinished_bodies_are_bounded_together_and_small_ones_go_on():
    """Forty of 15 MB: two are waited for, the others are told to come later; a feed passes beside them."""

    async def scenario():
        bodies, stop = Bodies(), asyncio.Event()
        large = [
            asyncio.create_task(part_by_part(bodies.lease(), KEY, 15_000_000, stop))
            for _ in range(40)
        ]
        await asyncio.sleep(0)
        pending = bodies.pending

        async def small():
            return {"type": "http.request", "body": b"0" * OPEN_BODY_MAX, "more_body": False}

        with bodies.lease() as lease:
            fed = await lease.read(small, {}, TOKEN)
        stop.set()
        ends = await asyncio.gather(*large, return_exceptions=True)
        refused = sum(isinstance(end, UnavailableError) for end in ends)
        return pending, len(fed), refused, bodies.pending

    pending, fed, refused, after = run(scenario())
    assert pending <= PENDING_MAX
    assert (fed, refused, after) == (OPEN_BODY_MAX, 38, 0)


def test_the_tokens_of_pages_leave_half_of_the_room_to_keys():
    async def scenario():
        bodies, stop = Bodies(), asyncio.Event()
        pages = [
            asyncio.create_task(part_by_part(bodies.lease(), TOKEN, 15_000_000, stop))
            for _ in range(40)
        ]
        await asyncio.sleep(0)
        key = asyncio.create_task(part_by_part(bodies.lease(), KEY, 15_000_000, stop))
        await asyncio.sleep(0)
        pending = bodies.pending
        stop.set()
        await asyncio.gather(*pages, key, return_exceptions=True)
        return pending

    assert run(scenario()) == 2 * (15_000_000 - 64 * 1024)
