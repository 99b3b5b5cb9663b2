"""A small conversation for tests over the public routes: people, a post, and ways to write below it."""

BELOW = "/v1/items/i0/comments"
PAGE = "/v1/page/posts/i0/comments"


async def talk(world, people=6):
    """Bring in people p0, p1, ..., and the post i0 by a0, who is a person too."""
    await world.people(people)
    await world.items(3)


async def say(world, comment_id, author="p0", text="well said", *, status=201, **more):
    body = {"author_id": author, "text": text, **more}
    return await world.put(f"{BELOW}/{comment_id}", body, status=status)


async def session(world, viewer="p0"):
    made = await world.ask("POST", "/v1/sessions", {"viewer": viewer}, status=201)
    return {"headers": {"Authorization": f"Bearer {made['token']}"}}


async def listed(world, query="", **more):
    return await world.ask("GET", f"{BELOW}{query}", status=200, **more)


def ids(page):
    return [thread["comment"]["id"] for thread in page["data"]]


async def counted(world, item="i0"):
    return (await world.ask("GET", f"/v1/items/{item}", status=200))["counters"]["comment"]
