"""Bring MovieLens 100k through PyGorse, as somebody would who moves an app from Gorse.

A rating of 4 or 5 is a `like`, any lower one a `read`; genres are labels, titles comments, release dates timestamps.

    lodestone community create movielens
    lodestone serve
    python examples/movielens.py ml-100k http://127.0.0.1:8000 KEY
    lodestone evaluate topn --community movielens --outcomes like --split-by deeds

The data is GroupLens's: https://grouplens.org/datasets/movielens/100k/ (research use, no redistribution).
"""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from gorse import Gorse

LIKED = 4
BATCH = 5_000
OLDEST = datetime(1970, 1, 2, tzinfo=UTC)


def ratings(folder):
    """Read (user, item, rating, time) in order of time."""
    path = next(
        folder / name for name in ("u.data", "ratings_100k_clean.tsv") if (folder / name).exists()
    )
    rows = [tuple(map(int, line.split("\t"))) for line in path.read_text().splitlines()]
    return sorted(rows, key=lambda row: (row[3], row[0], row[1]))


def movies(folder):
    """Read films as Gorse takes items."""
    genres = [line.split("|")[0] for line in (folder / "u.genre").read_text().splitlines() if line]
    for line in (folder / "u.item").read_text("latin-1").splitlines():
        number, title, released, _, _, *marks = line.split("|")
        labels = [genre for genre, mark in zip(genres, marks, strict=True) if mark == "1"]
        item = {"ItemId": number, "Labels": labels, "Comment": title, "Categories": []}
        if released:
            day = datetime.strptime(released, "%d-%b-%Y").replace(tzinfo=UTC)
            item["Timestamp"] = max(day, OLDEST).isoformat()
        yield item


def feedback(rows):
    """Turn ratings into Gorse's feedback."""
    return [
        {
            "FeedbackType": "like" if rating >= LIKED else "read", "UserId": str(user), "ItemId": str(item),
            "Timestamp": datetime.fromtimestamp(at, UTC).isoformat(), "Value": 0,
        }
        for user, item, rating, at in rows
    ]  # fmt: skip


def bring(gorse, folder, *, items=True):
    """Send items, then feedback by time; users are made as they come. Return how many rows were taken.

    Without `items` they are made as they come too, of which nothing is known but their ids.
    """
    for item in movies(folder) if items else ():
        gorse.insert_item(item)
    rows, taken = feedback(ratings(folder)), 0
    for first in range(0, len(rows), BATCH):
        taken += gorse.insert_feedbacks(rows[first : first + BATCH])["RowAffected"]
    return taken


def main():
    """Read the arguments and bring everything."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", type=Path, help="MovieLens 100k, unpacked")
    parser.add_argument("base", help="where Lodestone answers")
    parser.add_argument("key", help="a community's key, scopes events, import, write, read")
    parser.add_argument(
        "--feedback-only", action="store_true", help="send no items: only who rated what"
    )
    told = parser.parse_args()
    taken = bring(Gorse(told.base, told.key), told.folder, items=not told.feedback_only)
    print(f"{taken:,} ratings taken")


if __name__ == "__main__":
    main()
