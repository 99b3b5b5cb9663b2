"""Kill an installation between every two of its writes, open what is left, finish, and compare.

Runs by itself: it imports everything once and forks a process for each kill. Each line of its
output is one kill: how many writes had happened, and the digest after a second process did it all again.
"""

from lodestone.bootstrap import installation
from lodestone.features.snapshot import digest
from lodestone.services.community.community import Engine
from lodestone.stores.log.sqlite import SqliteLog
from tests.worlds.kill_points import run
from tests.worlds.world import TOWN, opened

RECORDS = ("put_person", "put_people", "put_items", "put_item", "put_domain", "put_policy", "done",
           "erase_person", "withdraw_item", "create_community")  # fmt: skip


def instrument(count):
    """Count at every write of records, outbox, log and state."""
    real = installation.open_records

    def opening(*given, **more):
        records = real(*given, **more)
        for name in RECORDS:
            setattr(records, name, count.around(getattr(records, name)))
        return records

    installation.open_records = opening
    Engine.apply_changes = count.around(Engine.apply_changes)
    Engine.apply_facts = count.around(Engine.apply_facts)
    SqliteLog.append = count.around_log(SqliteLog.append)
    SqliteLog.record = count.around_log(SqliteLog.record)


async def life(home):
    """Do a little of everything, under ids that say the same when it is done again."""
    async with opened(home) as world:
        await world.people(3, home=TOWN)
        await world.items(6, authors=3)
        await world.put("/v1/domains/d1", {"kind": "channel"})
        await world.put("/v1/people/p0/follows/a1")
        erased = bool(world.app.records.erased("c"))
        if not erased:
            await world.put("/v1/people/p9", {"name": "gone soon"})
            await world.put("/v1/items/own", {"kind": "text", "author_id": "p9", "text": "x"})
        await world.put("/v1/domains/d1/members/p0")
        events = [world.event(kind, item_id=f"i{n % 6}", surface="tab")
                  for n, kind in enumerate(["impression", "like", "impression", "click", "unlike", "hide"])]  # fmt: skip
        await world.events(*events)
        await world.feed("p1", slots=3)
        await world.ask("DELETE", "/v1/items/i5")
        if not erased:
            await world.ask("DELETE", "/v1/people/p9")
        state = world.engine.state
        state.offset = 0
        return digest(state)


if __name__ == "__main__":
    run(life, instrument)
