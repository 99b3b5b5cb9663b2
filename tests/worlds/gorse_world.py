"""A community filled over Gorse's routes."""

from tests.worlds.world import opened, run

AT = "2026-03-04T11:00:00Z"


def story(tell, *, given=None):
    """Run a story in a fresh community of a user `ann` and items `i0` to `i5` in category `cats`."""

    async def scenario(home):
        async with opened(home, given=given) as world:
            await world.ask("POST", "/api/user", {"UserId": "ann", "Labels": ["tea"]}, status=200)
            rows = [
                {"ItemId": f"i{n}", "Categories": ["cats"], "Labels": ["tea"], "Timestamp": AT}
                for n in range(6)
            ]
            await world.ask("POST", "/api/items", rows, status=200)
            return await tell(world)

    return lambda home: run(scenario(home))


def row(kind="like", item="i0", user="ann", at=AT, **more):
    return {"FeedbackType": kind, "UserId": user, "ItemId": item, "Timestamp": at, **more}


async def facts(world, kind):
    found = [batch.facts for batch in world.engine.log.read(0)]
    return [fact for part in found for fact in part if fact["kind"] == kind]
