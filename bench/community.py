"""The community that is measured: who and what is in it, and what is asked of it."""

import argparse
import time
from datetime import UTC, datetime, timedelta

import httpx
import msgspec
import numpy as np
from load import request_bytes

TOPICS, CHANNELS, CREATORS = 60, 12, 4_000
BATCH = 1_000
MIDDLE = (26.58, 107.98)


async def fill(server, told: argparse.Namespace) -> dict:
    """Bring items and people in over the bulk routes."""
    chance = np.random.default_rng(11)
    headers = {"Authorization": f"Bearer {server.key}", "X-Community": "bench"}
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{server.port}", headers=headers, timeout=120
    ) as http:
        (await http.put("/v1/communities/bench", json={"name": "bench"})).raise_for_status()
        for n in range(CHANNELS):
            (await http.put(f"/v1/domains/c{n}", json={"kind": "channel"})).raise_for_status()
        begun = time.perf_counter()
        for first in range(0, told.people, BATCH):
            lines = [person(chance, n) for n in range(first, min(first + BATCH, told.people))]
            await bulk(http, "people", lines)
        people_seconds = time.perf_counter() - begun
        begun = time.perf_counter()
        for first in range(0, told.items, BATCH):
            lines = [item(chance, n) for n in range(first, min(first + BATCH, told.items))]
            await bulk(http, "items", lines)
        return {
            "people_a_second": round(told.people / people_seconds),
            "items_a_second": round(told.items / (time.perf_counter() - begun)),
        }


async def bulk(http: httpx.AsyncClient, kind: str, lines: list[bytes]) -> None:
    answer = (
        (await http.post(f"/v1/{kind}:bulk", content=b"\n".join(lines))).raise_for_status().json()
    )
    assert answer["accepted"] == len(lines), answer["refused"][:2]


def place(chance: np.random.Generator) -> dict:
    spread_km = chance.normal(0, 6, 2) / 111
    return {
        "latitude": MIDDLE[0] + float(spread_km[0]),
        "longitude": MIDDLE[1] + float(spread_km[1]),
    }


def person(chance: np.random.Generator, n: int) -> bytes:
    tags = chance.choice(TOPICS, 3, replace=False)
    return msgspec.json.encode(
        {"id": f"p{n}", "home": place(chance), "interests": {f"t{t}": 1.0 for t in tags}}
    )


def item(chance: np.random.Generator, n: int) -> bytes:
    age = timedelta(seconds=float(chance.exponential(10 * 86_400)))
    return msgspec.json.encode(
        {
            "id": f"i{n}", "kind": "video", "author_id": f"p{int(CREATORS * chance.random() ** 2)}",
            "tags": [f"t{t}" for t in chance.choice(TOPICS, 2, replace=False)],
            "channels": [f"c{int(chance.integers(CHANNELS))}"], "position": place(chance),
            "duration_seconds": 30.0, "created_at": (datetime.now(UTC) - age).isoformat(),
        }
    )  # fmt: skip


def feed_of(server, told: argparse.Namespace, seed: int):
    """Return how to make feed requests of people drawn at random."""
    chance = np.random.default_rng(seed)
    viewers = chance.integers(0, told.people, 1 << 16)

    def make(index: int) -> bytes:
        body = f'{{"viewer":"p{viewers[index % viewers.size]}","slots":10}}'.encode()
        return request_bytes("/v1/feeds", body, server.key)

    return make


async def warm(server, told: argparse.Namespace) -> None:
    """Let people look at some feeds, so that there are tastes, rates and seen posts."""
    chance = np.random.default_rng(5)
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{server.port}", headers={"Authorization": f"Bearer {server.key}"}, timeout=120,
    ) as http:  # fmt: skip
        for n in range(min(4_000, 4 * told.people)):
            viewer = f"p{int(chance.integers(told.people))}"
            feed = (await http.post("/v1/feeds", json={"viewer": viewer, "slots": 10})).json()
            now = datetime.now(UTC).isoformat()
            sent = [
                {"id": f"w{n}-{s['slot']}-{kind}", "type": kind, "time": now, "person_id": viewer,
                 "item_id": s["item_id"], "beacon": s["beacon"]}
                for s in feed["slots"]
                for kind in ("impression", "click", "like")
                if kind == "impression" or chance.random() < 0.3
            ]  # fmt: skip
            (await http.post("/v1/events", json={"events": sent})).raise_for_status()


def batches(told: argparse.Namespace, count: int, seed: int):
    """Return how to make batches of events without beacons, each with ids and pairs of its own.

    Who does something is anybody; what it is done with is drawn by popularity (a share u of the items has the share
    sqrt(u) of the events). So pairs of people with authors, topics and channels grow as they do in real traffic.
    """
    now = datetime.now(UTC).isoformat()
    kinds = ("impression", "click", "watch", "like")

    def make(index: int) -> bytes:
        chance = np.random.default_rng((seed, index))
        people = chance.integers(0, told.people, BATCH).tolist()
        items = (told.items * chance.random(BATCH) ** 2).astype(np.int64).tolist()
        rows = []
        for n, (who, what) in enumerate(zip(people, items, strict=True)):
            kind = kinds[n & 3]
            more = ',"watch_seconds":12.5' if kind == "watch" else ""
            rows.append(
                f'{{"id":"{seed}-{index}-{n}","type":"{kind}","time":"{now}","person_id":"p{who}",'
                f'"item_id":"i{what}"{more}}}'
            )
        return b'{"events":[' + ",".join(rows).encode() + b"]}"

    assert count
    return make
