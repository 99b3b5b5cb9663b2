"""Places as they are lived: the nearby feed from where people stood, judged by a place that was new to them.

    python bench/nearby_newyork.py DATA/foursquare-nyc

Check-ins are brought as their owner would: places are items with a position, check-ins are likes without impressions. Each
person's last first visit, if it lies in the last fifth of their check-ins and within 10 km of the check-in before, is held out
with everything after it; what came before is brought. Then item lists are made, and the feed `place` is asked for from the place
of the check-in before. Twice, each in a home of its own: at the hour and weekday of the check-in held out (in the week after the
data, by a driven clock), and at the wall clock's present hour, which says nothing of 2012.

Peers rank the same places (within 10 km, never visited) from the same past. Intervals are of a bootstrap over people, 2,000 draws.
"""

import argparse
import asyncio
import json
import os
import platform
import shutil
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

import numpy as np

from lodestone import bootstrap
from lodestone.cli.reach import Reach, here
from lodestone.learning.weights import Choices, conditional_logit

BEGINS = datetime(2012, 4, 3, 18, tzinfo=UTC)
"""Minute 0 of the data: the published set's first check-in."""
RADIUS_KM, TOP, BATCH = 10.0, 20, 5_000
ZONE = "America/New_York"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("data", type=Path)
    options.add_argument("--people", type=int, default=0, help="Bring so many people alone, evenly; all by default.")  # fmt: skip
    options.add_argument("--clock", choices=["driven", "wall", "both"], default="both")
    options.add_argument("--keep", type=Path, default=None, help="Keep the homes here.")
    options.add_argument(
        "--out", type=Path, default=Path(__file__).parent / "results" / "nearby-newyork.json"
    )
    told = options.parse_args()
    city = City(told.data, told.people)
    found: dict = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"), "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "command": f"python bench/nearby_newyork.py {told.data.name}" + (f" --people {told.people}" if told.people else "") + (f" --clock {told.clock}" if told.clock != "both" else ""),
        "people": int(np.unique(city.rows[:, 0]).size), "judged": len(city.held), "places": city.count, "checkins": int(city.train.shape[0]),
        "peers": peers(city),
    }  # fmt: skip
    print(json.dumps(found, indent=1), flush=True)
    folder = told.keep or Path(tempfile.mkdtemp(dir=Path.cwd()))
    try:
        for clock in ("driven", "wall") if told.clock == "both" else (told.clock,):
            found[f"served_{clock}"] = asyncio.run(measure(folder / clock, city, clock))
            print(json.dumps(found[f"served_{clock}"], indent=1), flush=True)
    finally:
        if told.keep is None:
            shutil.rmtree(folder)
    told.out.write_text(json.dumps(found, indent=1) + "\n")


class City:
    """Check-ins in order, and what of them is held out."""

    def __init__(self, data: Path, people: int) -> None:
        rows = np.load(data / "NYC.npy").astype(np.int64)
        rows[:, :2] -= 1
        self.places = np.load(data / "NYC_POI.npy")[:, 1:3]
        self.count = self.places.shape[0]
        if people:
            every = np.unique(rows[:, 0])
            rows = rows[np.isin(rows[:, 0], every[np.linspace(0, every.size - 1, people).astype(int)])]  # fmt: skip
        self.rows = rows[np.lexsort((rows[:, 1], rows[:, 2], rows[:, 0]))]
        self.held: list[tuple[int, int, int, int]] = []
        """Person, place they stood at, place they took, minute."""
        parts = []
        for person in np.unique(self.rows[:, 0]).tolist():
            own = self.rows[self.rows[:, 0] == person]
            last, cut = self.last_first_visit(own), len(own)
            if last is not None and last >= int(len(own) * 0.8):
                self.held.append((person, *own[[last - 1, last], 1].tolist(), int(own[last, 2])))
                cut = last
            parts.append(own[:cut])
        self.train = np.concatenate(parts)
        self.visited = {person: set() for person, *_ in self.held}
        for person, place, _ in self.train.tolist():
            if person in self.visited:
                self.visited[person].add(place)

    def away(self, at: int) -> np.ndarray:
        """Kilometres from a place to all."""
        north, east = np.radians(self.places).T
        half = np.sin((north - north[at]) / 2) ** 2
        half += np.cos(north) * np.cos(north[at]) * np.sin((east - east[at]) / 2) ** 2
        return 2 * 6371.0088 * np.arcsin(np.sqrt(half))

    def last_first_visit(self, own: np.ndarray) -> int | None:
        known, last = set(), None
        for index, place in enumerate(own[:, 1].tolist()):
            new = index and place not in known
            if new and self.away(int(own[index - 1, 1]))[place] <= RADIUS_KM:
                last = index
            known.add(place)
        return last


def peers(city: City) -> dict:
    """Rank by what is near, by what is popular, and by people alike and distance together."""
    visits = np.zeros((int(city.rows[:, 0].max()) + 1, city.count), np.float32)
    visits[city.train[:, 0], city.train[:, 1]] = 1
    checkins = np.bincount(city.train[:, 1], minlength=city.count)
    lists, weights = alike(visits), alike_weights(city)
    ranks: dict[str, list[int]] = {"nearest": [], "popularity": [], "popularity_by_checkins": [], "alike_x_distance": []}  # fmt: skip
    for person, at, taken, _ in city.held:
        away = city.away(at)
        open_ = (away <= RADIUS_KM) & (visits[person] == 0)
        own = visits[person] > 0
        score = {
            "nearest": -away, "popularity": visits.sum(axis=0), "popularity_by_checkins": checkins,
            "alike_x_distance": alike_terms(lists, own, away) @ weights,
        }  # fmt: skip
        for name, one in score.items():
            ranks[name].append(int((one[open_] > one[taken]).sum()))
    return {name: judged(np.array(rank)) for name, rank in ranks.items()}


def alike(visits: np.ndarray) -> np.ndarray:
    """Co-occurrence of places, exponents .6 and .2, scaled so that a person's best place scores about 1."""
    took, each = np.maximum(visits.sum(axis=0), 1), np.maximum(visits.sum(axis=1), 1)
    lists = (visits / each[:, None]).T @ visits * took[:, None] ** -0.6 * took[None, :] ** -0.2
    np.fill_diagonal(lists, 0)
    some = visits[visits.sum(axis=1) > 0]
    best = [np.where(own > 0, 0, lists[own > 0].sum(axis=0)).max() / own.sum() for own in some[:: max(1, len(some) // 500)]]  # fmt: skip
    return lists / np.median(best)


def alike_terms(lists: np.ndarray, own: np.ndarray, away: np.ndarray) -> np.ndarray:
    likeness = np.log1p(lists[own].sum(axis=0) / max(1, own.sum()) / 0.05)
    return np.stack([likeness, np.log(away + 0.1)], axis=1)


def alike_weights(city: City) -> np.ndarray:
    """Fit what both weigh on first visits in the last fifth of the past."""
    chance = np.random.default_rng(5)
    late = np.concatenate([
        np.arange(count) >= int(count * 0.8) for count in np.bincount(city.train[:, 0]).tolist() if count
    ])  # fmt: skip
    visits = np.zeros((int(city.rows[:, 0].max()) + 1, city.count), np.float32)
    visits[city.train[~late][:, 0], city.train[~late][:, 1]] = 1
    lists = alike(visits)
    features, group, taken = [], [], []
    places = city.train[:, 1]
    at = np.flatnonzero(late & np.append(False, city.train[1:, 0] == city.train[:-1, 0]))
    for number, index in enumerate(chance.permutation(at)[:2_000].tolist()):
        person, place = city.train[index, :2].tolist()
        away = city.away(int(places[index - 1]))
        known = np.zeros(city.count, bool)
        begins = np.searchsorted(city.train[:, 0], person)
        known[places[begins:index]] = True
        if known[place] or away[place] > RADIUS_KM:
            continue
        others = np.flatnonzero((away <= RADIUS_KM) & ~known)
        others = chance.choice(others[others != place], min(100, others.size - 1), replace=False)
        rows = np.append(place, others)
        features.append(alike_terms(lists, known, away)[rows])
        group.append(np.full(rows.size, number))
        taken.append(np.arange(rows.size) == 0)
    found, _ = conditional_logit(Choices(*(np.concatenate(part) for part in (features, group, taken))))  # fmt: skip
    return found


def judged(rank: np.ndarray) -> dict:
    return {f"hr{k}": spread((rank < k).astype(float)) for k in (10, TOP)}


def spread(each: np.ndarray) -> dict:
    means = np.random.default_rng(7).choice(each, (2_000, each.size)).mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return {"mean": round(float(each.mean()), 4), "low": round(float(low), 4), "high": round(float(high), 4)}  # fmt: skip


async def measure(folder: Path, city: City, clock: str) -> dict:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings = bootstrap.settings_of(str(folder), {"LODESTONE_LEARNING_GROWTH": "0"})
    found: dict = {}
    async with bootstrap.open_app(settings) as app, here(app, "newyork") as reach:
        await reach.ask("PUT", "/v1/communities/newyork", body={"time_zone": ZONE, "clock": clock})
        asks = [(person, at, taken, BEGINS + timedelta(minutes=minute)) for person, at, taken, minute in city.held]  # fmt: skip
        if clock == "driven":
            ends = BEGINS + timedelta(minutes=int(city.rows[:, 2].max()) + 1)
            await reach.ask("PUT", "/v1/clock", body={"instant": text(ends)})
            asks = sorted(((*ask[:3], same_hour(ask[3], ends)) for ask in asks), key=lambda ask: ask[3])  # fmt: skip
        begun = time.perf_counter()
        await bring(reach, city)
        found["import_seconds"] = round(time.perf_counter() - begun, 1)
        begun = time.perf_counter()
        found["lists"] = await reach.ask("POST", "/v1/item-lists")
        found["refresh_seconds"] = round(time.perf_counter() - begun, 1)
        ranks, again, spent, short, receipts = [], 0, 0.0, 0, []
        for person, at, taken, when in asks:
            if clock == "driven":
                await reach.ask("PUT", "/v1/clock", body={"instant": text(when)})
            begun = time.perf_counter()
            feed = await reach.ask("POST", "/v1/feeds", body={
                "viewer": f"u{person}", "surface": "place", "slots": TOP, "position": position(city, at),
            })  # fmt: skip
            spent += time.perf_counter() - begun
            shown = [int(slot["item_id"][1:]) for slot in feed["slots"]]
            again += sum(place in city.visited[person] for place in shown)
            short += TOP - len(shown)
            ranks.append(shown.index(taken) if taken in shown else TOP)
            receipts.append(feed["receipt_id"])
        found.update(judged(np.array(ranks)), visited_before=again, slots_empty=short, ms_each=round(1000 * spent / len(asks), 2))  # fmt: skip
        some = receipts[:: max(1, len(receipts) // 50)]
        replays = [await reach.ask("POST", f"/v1/receipts/{quote(one)}/replay") for one in some]
        found["replayed_alike"] = f"{sum(one['identical'] for one in replays)} of {len(replays)}"
    return found


def same_hour(when: datetime, ends: datetime) -> datetime:
    """The first instant after the data of the same weekday and minute there."""
    local, begins = when.astimezone(ZoneInfo(ZONE)), ends.astimezone(ZoneInfo(ZONE))
    days = (local.weekday() - begins.weekday()) % 7
    there = (begins + timedelta(days=days)).replace(hour=local.hour, minute=local.minute, second=0)
    return (there if there >= begins else there + timedelta(days=7)).astimezone(UTC)


async def bring(reach: Reach, city: City) -> None:
    people = [{"id": f"u{person}"} for person in np.unique(city.train[:, 0]).tolist()]
    await bulk(reach, "/v1/people:bulk", people)
    items = [
        {"id": f"p{row}", "kind": "picture", "author_id": f"owner{row}", "position": position(city, row), "created_at": text(BEGINS)}
        for row in range(city.count)
    ]  # fmt: skip
    await bulk(reach, "/v1/items:bulk", items)
    events = [
        {"id": f"c{n}", "type": "like", "person_id": f"u{person}", "item_id": f"p{place}",
         "time": text(BEGINS + timedelta(minutes=minute))}
        for n, (person, place, minute) in enumerate(city.train.tolist())
    ]  # fmt: skip
    for first in range(0, len(events), BATCH):
        verdicts = await reach.ask("POST", "/v1/events?history=true", body={"events": events[first : first + BATCH]})  # fmt: skip
        assert not verdicts["refused"], verdicts["refused"][:3]


async def bulk(reach: Reach, path: str, rows: list[dict]) -> None:
    for first in range(0, len(rows), 500):
        body = "\n".join(json.dumps(row) for row in rows[first : first + 500]).encode()
        await reach.ask("POST", path, content=body, headers={"Content-Type": "application/x-ndjson"})  # fmt: skip


def position(city: City, row: int) -> dict:
    return {"latitude": float(city.places[row, 0]), "longitude": float(city.places[row, 1])}


def text(when: datetime) -> str:
    return when.astimezone(UTC).isoformat().replace("+00:00", "Z")


if __name__ == "__main__":
    main()
