"""Items that nobody took to yet: do tags, text and author bring them to the right people? Asked for over HTTP, in this process.

    python bench/cold_items.py movielens DATA/ml-100k         genres and titles; results/cold-items-movielens.json
    python bench/cold_items.py kuairand DATA/KuaiRand-Pure    tags and authors; results/cold-items-kuairand.json
    python bench/cold_items.py captions DATA/kuairec-captions captions alone; results/cold-items-captions.json

A fifth of the items, drawn by the seed, is taken out of the history: nobody ever took to them. What else people took
to is brought, item lists are made, and each of the people judged asks for the channel in which the new items stand.
Right is what they took to among those. Chance is what an order at random finds; `popular_by_oracle` orders by what the
hidden part itself says was taken to most, which nobody can know of a new item.

MovieLens: 4 and 5 stars. KuaiRand: the long views and likes of its sequences. Captions come without people: each of 300 drawn
people takes to about ten videos of one category, and right are the new videos of that category, which is told to nobody.
"""

import argparse
import asyncio
import csv
import json
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from alike import spread

from lodestone import bootstrap
from lodestone.cli.reach import Reach, here

K = 20
NEW = 0.2
BATCH = 500
KNOWN = 12
"""Videos of a category that a drawn person is known to have taken to, a fifth of them new."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("what", choices=["movielens", "kuairand", "captions"])
    options.add_argument("data", type=Path)
    options.add_argument("--people", type=int, default=400, help="How many are judged.")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--out", type=Path)
    given = options.parse_args()
    reader = {"movielens": movielens, "kuairand": kuairand, "captions": captions}[given.what]
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measure(Path(folder), given, *reader(given.data)))
    results = Path(__file__).parent / "results"
    out = given.out or results / f"cold-items-{given.what}.json"
    out.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))


async def measure(
    folder: Path, given: argparse.Namespace, items: dict[str, dict], deeds: list[tuple]
) -> dict:
    """Bring everything but what was done with new items, and ask for those."""
    chance = np.random.default_rng(given.seed)
    names = sorted(items)
    new = set(chance.choice(names, int(NEW * len(names)), replace=False).tolist())
    truth: dict[str, set[str]] = {}
    for person, item, *_ in deeds:
        if item in new:
            truth.setdefault(person, set()).add(item)
    taught = [deed for deed in deeds if deed[1] not in new and deed[2]]
    known = {person for person, *_ in taught}
    judged = sorted(person for person in truth if person in known)
    judged = sorted(chance.permutation(judged)[: given.people].tolist())
    settings = bootstrap.settings_of(str(folder / "home"), {"LODESTONE_LEARNING_GROWTH": "0"})
    async with bootstrap.open_app(settings) as app, here(app, "cold") as reach:
        await reach.ask("PUT", "/v1/communities/cold", body={"time_zone": "UTC"})
        await reach.ask("PUT", "/v1/domains/new", body={"kind": "channel"})
        people = known | {fields["author_id"] for fields in items.values()}
        await lines(reach, "/v1/people:bulk", [{"id": name} for name in sorted(people)])
        made = [
            {"id": name, "kind": "video", "created_at": "2020-01-01T00:00:00Z", **items[name]}
            | ({"channels": ["new"]} if name in new else {})
            for name in names
        ]
        await lines(reach, "/v1/items:bulk", made)
        await history(reach, taught)
        lists = await reach.ask("POST", "/v1/item-lists")
        orders = [await order(reach, person) for person in judged]
    oracle = Counter(item for liked in truth.values() for item in liked).most_common(K)
    best = [item for item, _ in oracle]
    wanted = [truth[person] for person in judged]
    return {
        "made": datetime.now(UTC).isoformat(timespec="seconds"), "command": f"python bench/cold_items.py {given.what} {given.data.name}",
        "people": len(judged), "new_items": len(new), "k": K, "seed": given.seed, "deeds": len(taught),
        "lists": {name: lists[name] for name in ("method", "items", "people", "deeds")},
        "recall": {
            "this_engine": recall(orders, wanted), "chance": round(K / len(new), 4),
            "popular_by_oracle": recall([best] * len(wanted), wanted),
        },
        "shown": len({item for shown in orders for item in shown}),
    }  # fmt: skip


async def lines(reach: Reach, path: str, rows: list[dict]) -> None:
    """Send rows in bulk."""
    for first in range(0, len(rows), BATCH):
        text = "\n".join(json.dumps(row) for row in rows[first : first + BATCH])
        answer = await reach.ask("POST", path, content=text.encode())
        assert not answer.get("refused"), answer


async def history(reach: Reach, deeds: list[tuple]) -> None:
    """Bring deeds, each (person, item, type, time), as history."""
    events = [
        {"id": str(n), "type": kind, "person_id": person, "item_id": item, "time": when}
        for n, (person, item, kind, when) in enumerate(deeds)
    ]
    for first in range(0, len(events), BATCH):
        body = {"events": events[first : first + BATCH]}
        answer = await reach.ask("POST", "/v1/events?history=true", body=body)
        assert not answer["refused"], answer


async def order(reach: Reach, person: str) -> list[str]:
    """Return the first new items that somebody is shown."""
    asked = {"viewer": person, "surface": "channel", "domain_id": "new", "slots": K}
    page = await reach.ask("POST", "/v1/feeds", body=asked)
    return [slot["item_id"] for slot in page["slots"]]


def recall(orders: list[list[str]], wanted: list[set[str]]) -> dict:
    """Return the mean share of what was wanted that was shown, with a bootstrap interval over people."""
    return spread([len(right & set(shown)) / len(right) for shown, right in zip(orders, wanted, strict=True)])  # fmt: skip


def movielens(data: Path) -> tuple[dict[str, dict], list[tuple]]:
    genres = [row.split("|")[0] for row in (data / "u.genre").read_text().splitlines() if row]
    items = {}
    for row in (data / "u.item").read_text("latin-1").splitlines():
        number, title, *rest = row.split("|")
        marks = rest[-len(genres) :]
        tags = [genre.lower() for genre, mark in zip(genres, marks, strict=True) if mark == "1"]
        items[f"m{number}"] = {"tags": tags, "text": title, "author_id": "studio"}
    deeds = []
    for person, item, stars, at in np.loadtxt(data / "ratings_100k_clean.tsv", dtype=np.int64).tolist():  # fmt: skip
        if stars >= 4:
            when = datetime.fromtimestamp(at, UTC).isoformat()
            deeds.append((f"u{person}", f"m{item}", "like", when))
    return items, deeds


def kuairand(data: Path) -> tuple[dict[str, dict], list[tuple]]:
    from pyarrow import parquet  # noqa: PLC0415  read by this data set alone

    with (data / "data" / "video_features_basic_pure.csv").open() as file:
        items = {
            f"v{row['video_id']}": {
                "tags": [f"t{tag}" for tag in row["tag"].split(",") if tag], "author_id": f"a{row['author_id']}",
            }
            for row in csv.DictReader(file)
        }  # fmt: skip
    return items, list(sequences(data, parquet))


def sequences(data: Path, parquet):
    """Yield long views and likes of a sequence's videos, a minute apart."""
    table = parquet.read_table(data / "train_sequences_4_08_to_4_21.parquet")
    columns = [table[name].to_pylist() for name in ("user_id", "video_id", "seq_pos", "long_view", "is_like")]  # fmt: skip
    begun = datetime(2022, 4, 20, tzinfo=UTC).timestamp()
    for person, video, place, long, like in zip(*columns, strict=True):
        when = datetime.fromtimestamp(begun + 60 * place, UTC).isoformat()
        if long:
            yield f"u{person}", f"v{video}", "long_view", when
        if like:
            yield f"u{person}", f"v{video}", "like", when


def captions(data: Path) -> tuple[dict[str, dict], list[tuple]]:
    chance, items, of = np.random.default_rng(5), {}, {}
    with (data / "kuairec_caption_category.csv").open() as file:
        for row in csv.DictReader(file):
            text = f"{row['caption']} {row['manual_cover_text']}".replace("UNKNOWN", "").strip()
            category = row["second_level_category_name"]
            if text and category and category != "UNKNOWN":
                name = f"v{row['video_id']}"
                items[name] = {"text": text[:500], "author_id": "everybody"}
                of.setdefault(category, []).append(name)
    wide = [category for category in sorted(of) if len(of[category]) >= 50]
    deeds = []
    for person in range(300):
        mine = of[wide[person % len(wide)]]
        known = set(chance.permutation(mine)[:KNOWN].tolist())
        # All of a category are right where they are new; about ten of the others are known.
        kinds = {item: "like" if item in known else "" for item in mine}
        deeds += [(f"u{person}", item, kind, "2022-04-20T00:00:00+00:00") for item, kind in kinds.items()]  # fmt: skip
    return items, deeds


if __name__ == "__main__":
    main()
