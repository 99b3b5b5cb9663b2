"""`kernels`: compile what serving uses, in a process of its own, while another process does other things.

A kernel is compiled when it is first called and kept in a cache beside its source. On a fresh machine that takes more
than a minute of one processor; a second process that asks for feeds first spares the first one most of it.
"""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import typer

from lodestone import bootstrap
from lodestone.base.clock import HOUR_MICROS, Instant
from lodestone.base.wire import time_text
from lodestone.cli.reach import here, settings_of
from lodestone.client import AsyncClient as Client

_NAME: Final = "kernels"
_AT: Final = {"latitude": 26.38, "longitude": 108.08}
_NOON: Final = Instant(1_772_424_000_000_000)
_KINDS: Final = ("impression", "click", "like", "share", "hide")
_SURFACES: Final = ("discover", "place", "channel", "following", "profession")
_AGAIN: Final = ("discover", "place")


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command("kernels", epilog="Example: lodestone kernels")(kernels)


def kernels() -> None:
    """Compile every kernel that serving uses, into the cache beside its source."""
    asyncio.run(_compile())


async def _compile() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_of(folder)
        async with bootstrap.open_app(settings) as app, here(app, _NAME) as reach:
            await exercise(Client(reach.http, reach.key, _NAME))


async def exercise(client: Client) -> None:
    """Let a handful of people be shown pages before anything else: other processes begin with what is written."""
    await client.put_community(_NAME, {"clock": "driven"})
    await client.advance(_NOON)
    await client.put_domain("food", {"kind": "channel"})
    await client.put_domain("town", {"kind": "place", "centre": _AT})
    people: list[dict[str, Any]] = [
        {"id": f"p{n}", "home": _AT, "interests": {"tea": 1.0}, "profession": "cook"}
        for n in range(4)
    ]
    await client.put_people(people)
    posts: list[dict[str, Any]] = [
        {
            "id": f"i{n}", "kind": "video", "author_id": f"a{n % 6}", "tags": ["tea"], "channels": ["food"],
            "professions": ["cook"], "position": _AT, "text": "tea",
        }
        for n in range(40)
    ]  # fmt: skip
    await client.put_items(posts)
    await client.follow("p0", "a1")
    for viewer in ("p0", "p1"):
        for surface in _SURFACES:
            domain = {"channel": "food", "profession": "cook"}.get(surface)
            await client.feed(viewer, surface, domain_id=domain, position=_AT)
    # Somebody who has not been shown everything yet: of an empty page nothing would be said.
    feed = await client.feed("p2", "discover", position=_AT)
    events = [
        {
            "id": f"{kind}-{slot.slot}", "type": kind, "time": time_text(_NOON), "person_id": "p2",
            "item_id": slot.item_id, "beacon": slot.beacon,
        }
        for slot in feed.slots
        for kind in _KINDS
    ]  # fmt: skip
    await client.events(events)
    await client.advance(Instant(_NOON + HOUR_MICROS))
    for after in _AGAIN:
        await client.feed("p2", after, position=_AT, slots=50)


@asynccontextmanager
async def compiling() -> AsyncIterator[None]:
    """Compile kernels in a child process while something else goes on; at its end the child ends too."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "lodestone", "kernels",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        if child.returncode is None:
            child.terminate()
        await child.wait()
