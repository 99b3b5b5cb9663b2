"""Kill an installation between every two writes of creators' orders, open what is left, ask for all of it again, compare.

Runs by itself, as `points.py` does; what it says after each kill is the digest of every order, its moves and its money.
"""

import hashlib
import os

import numpy as np

from lodestone.services.community.community import Engine
from lodestone.stores.commerce.unit_of_work import LedgerPart
from lodestone.stores.creators.work import CreatorWork
from lodestone.stores.log.sqlite import SqliteLog
from lodestone.stores.records.work import Work
from tests.worlds.creator_world import CPM, CREATOR, FIXED, MOVES, OWNER, brief, offer, passed
from tests.worlds.kill_points import run
from tests.worlds.play_facts import play
from tests.worlds.trade_world import balances, market, yuan
from tests.worlds.world import opened

HOUR = 3_600_000_000


def instrument(count):
    """Count at every write of creators' orders, of the ledger with them, at their commit, and at every write of the log."""
    for name in ("put_creator", "put_brief", "add", "put", "note"):
        setattr(CreatorWork, name, count.around(getattr(CreatorWork, name)))
    LedgerPart.post = count.around(LedgerPart.post)
    Work.finish = count.around(Work.finish)
    Engine.apply_facts = count.around(Engine.apply_facts)
    SqliteLog.append = count.around_log(SqliteLog.append)


class Desk:
    """Asks for what was asked before under the same key, whichever life it is."""

    def __init__(self, world):
        self.world = world
        self.operator = {"Authorization": f"Bearer {world.app.operator_key}", "X-Community": "c"}

    async def post(self, path, body):
        headers = {**self.operator, "Idempotency-Key": f"{path} {body}"[:200]}
        return await self.world.ask("POST", path, body, status=200, headers=headers)

    async def accepted(self, name, settlement):
        await self.world.put(f"/v1/briefs/{name}", brief(self.world, settlement))
        await self.world.put(f"/v1/offers/{name}", offer(brief_id=name))
        shown = await self.post(f"/v1/offers/{name}/accept", CREATOR)
        return f"/v1/assignments/{shown['assignment_id']}"

    async def published(self, path, item):
        await self.post(f"{path}/draft", MOVES["draft"])
        await self.post(f"{path}/approve", OWNER)
        await self.world.put(f"/v1/items/{item}", {"kind": "video", "author_id": "ann"})
        await self.post(f"{path}/publish", {**CREATOR, "item_id": item})


async def life(home):
    """Settle, measure, decide, cancel and let expire one order each."""
    async with opened(home) as world:
        await market(world, again=True)
        await world.put("/v1/people/ann", {"name": "Ann"})
        await world.put("/v1/advertisers/mei-ads", {"shop_id": "soups", "name": "Mei"})
        paid_in = {"amount": yuan(900)}
        key = {"Idempotency-Key": "first"}
        await world.ask(
            "POST", "/v1/advertisers/mei-ads/deposits", paid_in, status=201, headers=key
        )
        await world.put("/v1/creators/ann", {})
        desk = Desk(world)
        fixed, plays, decided, left, late = [
            await desk.accepted(name, settlement)
            for name, settlement in (
                ("a", FIXED),
                ("b", CPM),
                ("c", FIXED),
                ("d", FIXED),
                ("e", FIXED),
            )
        ]
        await desk.published(fixed, "film")
        await desk.published(plays, "clip")
        await desk.published(decided, "song")
        await desk.post(f"{left}/draft", MOVES["draft"])
        await desk.post(f"{left}/cancel", OWNER)
        await desk.post(f"{decided}/dispute", MOVES["dispute"])
        await desk.post(f"{decided}/decide", {"amount": yuan(33), "text": "a third"})
        await seen(world)
        for _ in range(3):
            await passed(world, days=9)
        return await digest(world, (fixed, plays, decided, left, late))


async def seen(world):
    """Let nine people have played the clip; what was written before is written again and counts once."""
    people, row = world.engine.directory.people, world.engine.directory.item_row("clip")
    facts = [
        play(
            row,
            world.engine.directory.ordinal(people[f"p{n}"]),
            world.engine.now() + HOUR,
            receipt=500 + n,
        )
        for n in range(9)
    ]
    await world.engine.append_fact(np.concatenate(facts))


async def digest(world, orders):
    """Say what it all came to, whatever the way there."""
    shown = [await world.ask("GET", path, status=200) for path in orders]
    audit = await world.ask("POST", "/v1/audit", status=200)
    assert audit["differences"] == []
    whole = (
        [
            (order["stage"], order["money"], order["counted_late"], [e["move"] for e in order["history"]])
            for order in shown
        ],
        sorted((kind, micros) for (kind, _), micros in balances(world).items()),
    )  # fmt: skip
    if os.environ.get("WHOLE"):
        return repr(whole)
    return hashlib.sha256(repr(whole).encode()).hexdigest()


if __name__ == "__main__":
    run(life, instrument)
