"""Mixed load as clients and strangers make it, and what it leaves in memory."""

import gc
import tracemalloc

ROUND = 40
"""Requests of one round."""
FAR = {"latitude": 26.0, "longitude": 108.0}


async def round_of(world, number):
    """Send one round of feeds, events, pages, figures and what is refused; the clock goes on by eleven minutes."""
    bare = {"Authorization": ""}
    for n in range(8):
        feed = await world.feed(f"p{n}", position=_somewhere(number * 8 + n))
        await world.events(world.event("impression", feed["slots"][0], person=f"p{n}"))
    for path in ("/", "/operator/login", "/static/viewer.js", "/docs", "/metrics", "/health/ready"):
        assert (await world.http.get(path, headers=bare)).status_code == 200
    for n in range(6):
        who = {"Authorization": f"Bearer unknown-{number}-{n}"}
        assert (await world.http.get("/v1/people", headers=who)).status_code == 401
        at = f"/v1/people/nobody-{number}-{n}"
        assert (await world.http.get(at)).status_code == 404
        strange = f"/nowhere-{number}-{n}"
        assert (await world.http.get(strange, headers=bare)).status_code in (401, 404)
    world.later(minutes=11)


def _somewhere(number):
    """Return a position that no other number has."""
    return {
        "latitude": 26.0 + (number % 997) * 0.05 % 40,
        "longitude": (108.0 + number * 0.07) % 180,
    }


async def growth(world, *, warm, rounds):
    """Return by how many bytes what is kept grows over 1,000 requests, once `warm` rounds have gone by.

    Traced from the first round on: what was made before would be freed unseen, and whatever takes its place, a price step
    or a page of the chain, would be counted as if it came on top.
    """
    tracemalloc.start()
    try:
        for number in range(warm):
            await round_of(world, number)
        before = _kept()
        for number in range(warm, warm + rounds):
            await round_of(world, number)
        return (_kept() - before) * 1000 / (rounds * ROUND)
    finally:
        tracemalloc.stop()


def _kept():
    gc.collect()
    return tracemalloc.get_traced_memory()[0]
