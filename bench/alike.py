"""What people like, served: histories of positives brought over HTTP, item lists made, feeds asked for in this process.

    python bench/alike.py movielens DATA/ml-100k            over Gorse's routes: NDCG@10; results/alike-movielens.json
    python bench/alike.py checkins DATA/ml-1m-lightgcn      likes alone: recall@20; results/alike-checkins.json
    python bench/alike.py zipf                              time and memory alone; results/alike-zipf.json

MovieLens: the first four fifths of each person's ratings by time are brought as feedback (`read` for each, `like` for four stars
and more), ten recommendations are asked for, and judged by what the person liked in the last fifth. Check-ins: the split's training
and validation part as likes without times, tags or places, twenty recommendations, judged by its test part.
Zipf: a drawn community of 41,000 items, 30,000 people and a million likes, for time and memory; what it foresees says nothing.
Intervals are of a bootstrap over people, 2,000 draws.
"""

import argparse
import asyncio
import json
import os
import platform
import resource
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from lodestone import bootstrap
from lodestone.cli.reach import Reach, here

DISCOUNT = 1 / np.log2(np.arange(2, 102))
BATCH = 1_000


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("what", choices=["movielens", "checkins", "zipf"])
    options.add_argument("data", type=Path, nargs="?", default=Path())
    options.add_argument(
        "--people", type=int, default=0, help="Judge so many, evenly; all by default."
    )
    options.add_argument(
        "--without", action="store_true", help="Ask before item lists are made, too."
    )
    options.add_argument("--keep", type=Path, default=None, help="Keep the home here.")
    options.add_argument("--out", type=Path, default=None)
    told = options.parse_args()
    folder = told.keep or Path(tempfile.mkdtemp(dir=Path.cwd()))
    try:
        found = asyncio.run(measure(folder, told))
    finally:
        if told.keep is None:
            shutil.rmtree(folder)
    out = told.out or Path(__file__).parent / "results" / f"alike-{told.what}.json"
    out.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))


async def measure(folder: Path, told: argparse.Namespace) -> dict:
    again = (folder / "records.db").exists()  # kept from a run before: what was brought is there
    settings = bootstrap.settings_of(str(folder), {"LODESTONE_LEARNING_GROWTH": "0"})
    train, test, k = {"movielens": movielens, "checkins": checkins, "zipf": zipf}[told.what](
        told.data
    )
    judged = sorted(test)
    if told.people:
        judged = [judged[n] for n in np.linspace(0, len(judged) - 1, told.people).astype(int)]
    found: dict = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"), "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "command": f"python bench/alike.py {told.what} {told.data.name}".strip(), "people": len(judged), "k": k,
        "feedback": len(train),
    }  # fmt: skip
    async with bootstrap.open_app(settings) as app, here(app, "alike") as reach:
        await reach.ask("PUT", "/v1/communities/alike", body={"time_zone": "UTC"})
        begun = time.perf_counter()
        items = sorted(
            {row["ItemId"] for row in train} | {i for liked in test.values() for i in liked}
        )
        names = [{"ItemId": name, "Timestamp": "2000-01-01T00:00:00Z"} for name in items]
        for first in range(0, 0 if again else len(names), BATCH):
            await bring(reach, "POST", "/api/items", names[first : first + BATCH])
        for first in range(0, 0 if again else len(train), BATCH):
            await bring(reach, "PUT", "/api/feedback", train[first : first + BATCH])
        found["import_seconds"] = round(time.perf_counter() - begun, 1)
        known = {}
        for row in train:
            known.setdefault(row["UserId"], set()).add(row["ItemId"])
        if told.without:
            found["without_lists"] = await ask(reach, judged, test, known, k)
        begun = time.perf_counter()
        lists = await reach.ask("POST", "/v1/item-lists")
        found["refresh_seconds"] = round(time.perf_counter() - begun, 1)
        found["lists"] = lists
        found["served"] = await ask(reach, judged, test, known, k)
    here_, children = (
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    found["peak_mb"] = {"server": here_ >> 10, "largest_child": children >> 10}
    return found


async def bring(reach: Reach, method: str, path: str, body: list[dict]) -> None:
    """Send a batch, and again while the engine asks to wait; rows are told apart, so that none counts twice."""
    while True:
        answer = await reach.http.request(method, path, json=body)
        if answer.status_code != 503:
            break
        await asyncio.sleep(float(answer.headers["retry-after"]))
    if answer.status_code >= 400:
        raise RuntimeError(f"{path}: {answer.status_code} {answer.text}")


async def ask(reach: Reach, judged: list[str], test: dict, known: dict, k: int) -> dict:
    """Ask for each person's recommendations and judge them."""
    ndcg, recall, hit, again, shown = [], [], [], 0, set()
    begun = time.perf_counter()
    for person in judged:
        got = await reach.ask("GET", f"/api/recommend/{person}?n={k}")
        good = np.array([name in test[person] for name in got], float)
        again += sum(name in known[person] for name in got)
        shown.update(got)
        ideal = DISCOUNT[: min(k, len(test[person]))].sum()
        ndcg.append(float(good @ DISCOUNT[: good.size]) / ideal)
        recall.append(good.sum() / len(test[person]))
        hit.append(float(good.any()))
    seconds = time.perf_counter() - begun
    return {
        "ndcg": spread(ndcg), "recall": spread(recall), "hit_rate": spread(hit), "repeated": again,
        "items_shown": len(shown), "ms_each": round(1000 * seconds / len(judged), 2),
    }  # fmt: skip


def spread(values: list[float]) -> dict:
    each, chance = np.array(values), np.random.default_rng(7)
    means = chance.choice(each, (2_000, each.size)).mean(axis=1) if each.size < 5_000 else np.array([
        chance.choice(each, each.size).mean() for _ in range(2_000)
    ])  # fmt: skip
    low, high = np.quantile(means, [0.025, 0.975])
    return {"mean": round(float(each.mean()), 4), "low": round(float(low), 4), "high": round(float(high), 4)}  # fmt: skip


def movielens(data: Path) -> tuple[list[dict], dict[str, set[str]], int]:
    rows = np.loadtxt(data / "ratings_100k_clean.tsv", dtype=np.int64)
    train, test = [], {}
    for person in np.unique(rows[:, 0]).tolist():
        own = rows[rows[:, 0] == person]
        own = own[np.argsort(own[:, 3], kind="stable")]
        cut = int(len(own) * 0.8)
        for _, item, stars, at in own[:cut].tolist():
            when = datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
            row = {"UserId": f"u{person}", "ItemId": f"m{item}", "Timestamp": when}
            train.append({**row, "FeedbackType": "read"})
            if stars >= 4:
                train.append({**row, "FeedbackType": "like"})
        liked = {f"m{item}" for _, item, stars, _ in own[cut:].tolist() if stars >= 4}
        if liked:
            test[f"u{person}"] = liked
    return train, test, 10


def checkins(data: Path) -> tuple[list[dict], dict[str, set[str]], int]:
    parts = {name: _lines(data / f"{name}.txt") for name in ("train", "valid", "test")}
    train = [
        {"UserId": f"u{person}", "ItemId": f"p{item}", "FeedbackType": "like", "Timestamp": "2020-01-01T00:00:00Z"}
        for name in ("train", "valid") for person, items in parts[name].items() for item in items
    ]  # fmt: skip
    known = {row["UserId"] for row in train}
    test = {f"u{person}": {f"p{item}" for item in items} for person, items in parts["test"].items()}
    return train, {name: liked for name, liked in test.items() if liked and name in known}, 20


def zipf(_: Path) -> tuple[list[dict], dict[str, set[str]], int]:
    """Draw likes: items by Zipf's law within forty tastes, people with three of them each; a tenth is judged."""
    chance = np.random.default_rng(11)
    people, items, likes, tastes = 30_000, 41_000, 1_000_000, 40
    fans = np.argsort(chance.random((people, tastes)), axis=1)[:, :3]
    person = chance.choice(people, likes, p=(drawn := chance.lognormal(0, 1, people)) / drawn.sum())
    taste = fans[person, chance.integers(0, 3, likes)]
    each = items // tastes
    chances = 1 / np.arange(1, each + 1) ** 0.9
    item = taste + tastes * chance.choice(each, likes, p=chances / chances.sum())
    pairs = chance.permutation(np.unique(person * items + item))
    begun = np.datetime64("2020-01-01T00:00:00") + chance.integers(
        0, 30_000_000, pairs.size
    ).astype("timedelta64[s]")
    train, test = [], {}
    for pair, when, late in zip(
        pairs.tolist(), begun.astype(str), chance.random(pairs.size) < 0.1, strict=True
    ):
        name, liked = f"u{pair // items}", f"p{pair % items}"
        if late:
            test.setdefault(name, set()).add(liked)
        else:
            train.append(
                {"UserId": name, "ItemId": liked, "FeedbackType": "like", "Timestamp": f"{when}Z"}
            )
    known = {row["UserId"] for row in train}
    return train, {name: liked for name, liked in test.items() if name in known}, 20


def _lines(path: Path) -> dict[int, list[int]]:
    rows = [[int(word) for word in line.split()] for line in path.read_text().splitlines()]
    return {row[0]: row[1:] for row in rows if row}


if __name__ == "__main__":
    main()
