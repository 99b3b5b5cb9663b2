"""A community whose people report posts, and what its moderators see of it."""

from tests.worlds.moderated import session


async def reported(world, *reports, people=6, items=4):
    """Let people report posts; each report is (person, item, reason or None)."""
    await world.people(people)
    await world.items(items)
    await world.events(*[report(world, *fields) for fields in reports])


def report(world, person, item, reason=None, **more):
    stated = {} if reason is None else {"reason": reason}
    return world.event("report", person=person, item_id=item, **stated, **more)


async def waiting(world, query=""):
    return (await world.ask("GET", f"/v1/reviews{query}", status=200))["data"]


def summary(reviews):
    return [(review["subject"]["id"], review["reporters"], review["reasons"]) for review in reviews]


async def decide(world, review, decision, *, status=200, **more):
    body = {"decision": decision, **more}
    return await world.ask("POST", f"/v1/reviews/{review['id']}/decide", body, status=status)


async def appeal(world, review, author, text="it sells nothing", *, status=200):
    mine = await session(world, author)
    path = f"/v1/reviews/{review['id']}/appeal"
    return await world.ask("POST", path, {"text": text}, status=status, **mine)
