"""What an app does in a day with `lodestone.client`, where nothing of the server is installed."""

import asyncio
import importlib.util
import sys
from datetime import UTC, datetime
from pathlib import Path

from lodestone.client import AsyncClient, Client, ClientError, Event, Outbox

SERVER_ONLY = ("numpy", "litestar", "sqlalchemy", "typer", "faiss")


def day(base: str, key: str, folder: Path) -> None:
    """Put a person and items, read a feed, report what was seen, replay the receipt."""
    with Client.at(base, key) as client:
        client.put_person("bo", {"name": "Bo", "interests": {"茶山": 1}})
        client.put_person("cy", {})
        items = [
            {
                "id": f"bo-{n}",
                "kind": "text",
                "author_id": "bo",
                "text": "Fresh tea",
                "tags": ["茶山"],
            }
            for n in range(3)
        ]
        assert client.put_items(items).accepted == 3
        page = client.feed("cy", slots=2)
        assert [slot.slot for slot in page.slots] == [1, 2]
        now = datetime.now(UTC)
        outbox = Outbox(folder / "events.outbox")
        for slot in page.slots:
            outbox.add(slot.event("impression", "cy", now, visible_seconds=1.5))
        outbox.add(Event(type="like", time=now, person_id="cy", item_id=page.slots[0].item_id))
        assert (client.flush(outbox).accepted, len(outbox)) == (3, 0)
        outbox.close()
        assert client.replay(page.receipt_id).identical
        code = ""
        try:
            client.person("nobody")
        except ClientError as error:
            code = error.code
        assert code == "person_unknown"


async def people(base: str, key: str) -> int:
    async with AsyncClient.at(base, key) as client:
        return len((await client.people()).data)


if __name__ == "__main__":
    for package in SERVER_ONLY:
        assert importlib.util.find_spec(package) is None, f"{package} is here"
    day(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
    assert asyncio.run(people(sys.argv[1], sys.argv[2])) == 2
    sys.stdout.write("the day is done\n")
