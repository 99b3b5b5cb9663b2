"""What an app does in a day with `lodestone.client`, where nothing of the server is installed."""

import asyncio
import importlib.util
import sys
from datetime import UTC, datetime
from pathlib import Path

from lodestone.client import AsyncClient, Client, ClientError, Event, Outbox

for package in ("numpy", "litestar", "sqlalchemy", "typer", "faiss"):
    assert importlib.util.find_spec(package) is None, f"{package} is here"

base, key, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
with Client.at(base, key) as client:
    client.put_person("bo", {"name": "Bo", "interests": {"茶山": 1}})
    client.put_person("cy", {})
    items = [
        {"id": f"bo-{n}", "kind": "text", "author_id": "bo", "text": "Fresh tea", "tags": ["茶山"]}
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


async def later() -> int:
    async with AsyncClient.at(base, key) as awaited:
        return len((await awaited.people()).data)


assert asyncio.run(later()) == 2
sys.stdout.write("story told\n")
