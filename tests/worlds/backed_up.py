"""Homes with something in them, and back-ups of them."""

from lodestone import bootstrap

PICTURE = b"\x89PNG a cup of tea"
PNG = {"Content-Type": "image/png"}
REPLACE = bootstrap.Leave(replace=True)


def settings(home):
    return bootstrap.settings_of(str(home), {})


def operator(world):
    return {"Authorization": f"Bearer {world.app.operator_key}"}


async def back_up(world, folder, **more):
    return await world.ask(
        "POST", "/v1/backup", {"path": str(folder), **more}, headers=operator(world), status=201
    )


async def lived(world):
    """Let two people look and one post a picture."""
    await world.people(2)
    await world.items(5)
    stored = await world.ask("PUT", "/v1/media/own", content=PICTURE, headers=PNG, status=201)
    shown = {
        "kind": "picture",
        "author_id": "p0",
        "media": [{"url": stored["url"], "type": "image/png"}],
    }
    await world.put("/v1/items/hers", shown, status=201)
    feed = await world.feed("p0")
    await world.events(world.event("impression", feed["slots"][0]))
    return stored["url"]


def contents(folder):
    return {
        path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
