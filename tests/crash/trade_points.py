"""Kill an installation between every two writes of a small market day, open what is left, ask for all of it again, compare.

Runs by itself, as `points.py` does; what it says after each kill is the digest of everything trade has stored, of
the ledger's balances, and of what the log and the counters have heard.
"""

import hashlib
import os

from lodestone.services.community.community import Engine
from lodestone.stores.commerce.order_repository import OrderRepository
from lodestone.stores.commerce.unit_of_work import TradeUnitOfWork
from lodestone.stores.log.sqlite import SqliteLog
from tests.worlds.kill_points import run
from tests.worlds.trade_world import balances, line, market, order, redeem, voucher, yuan
from tests.worlds.world import TOWN, opened


def instrument(count):
    """Count at every write of trade, at its commit, and at every write of the log, the state and the outbox."""
    for part in (OrderRepository, TradeUnitOfWork):
        part.flush = count.around(part.flush)
    Engine.apply_facts = count.around(Engine.apply_facts)
    SqliteLog.append = count.around_log(SqliteLog.append)
    opening = Engine.__init__

    def made(self, parts):
        opening(self, parts)
        for name in ("done", "pending_changes"):
            setattr(parts.records, name, count.around(getattr(parts.records, name)))

    Engine.__init__ = made


async def day(world):
    """Buy, pay, redeem, reverse, refund and cancel, each under a name that says the same when done again."""

    def named(key):
        # The operator's key: another start makes the app another one, and a token is scoped to its key.
        mine = {"Authorization": f"Bearer {world.app.operator_key}", "X-Community": "c"}
        return {**mine, "Idempotency-Key": key}

    soup = await order(world, line(quantity=2), headers=named("a"))
    meal = await order(world, line("meal", "two"), buyer="p1", headers=named("b"))
    gone = await order(world, buyer="p2", headers=named("c"))

    async def once(key, made, what, body=None):
        path = f"/v1/orders/{made['id']}/{what}"
        await world.ask("POST", path, body, headers=named(key), status=200)

    await once("d", soup, "pay", {"amount": soup["total"]})
    await once("e", meal, "pay", {"amount": meal["total"]})
    await once("g", gone, "cancel")
    await once("h", soup, "fulfil")
    code = (await voucher(world, "p1"))["code"]
    await redeem(world, code, "r1")
    await redeem(world, code, "r2")
    back = {"request_id": "b1", "redeemed": "r2", "shop_id": "soups", "staff_id": "li"}
    await world.ask("POST", "/v1/vouchers/reverse", back, status=200)
    await once("i", soup, "refund", {"request_id": "f1", "amount": yuan(7)})
    await once("j", meal, "refund", {"request_id": "f2", "units": 1})
    return [soup["id"], meal["id"], gone["id"]]


async def life(home):
    async with opened(home) as world:
        await market(world, again=True)
        return await told(world, await day(world))


async def told(world, orders):
    """Say what it all came to, whatever the way there."""
    shown = [await world.ask("GET", f"/v1/orders/{name}", status=200) for name in orders]
    audit = await world.ask("POST", "/v1/audit", status=200)
    assert audit["differences"] == []
    assert world.app.records.pending_changes("c") == []
    verified = await world.ask("POST", "/v1/verify", {}, status=200)
    assert verified["findings"] == []
    counters = [
        (await world.ask("GET", f"/v1/items/{name}", status=200))["counters"]
        for name in ("soup", "meal")
    ]
    engine = world.engine
    buyer, mei = (engine.directory.person_row(name) for name in ("p1", "mei"))
    bought = list(engine.state.bought(buyer)) == [mei]
    whole = (
        [(one["state"], one["refunded"], [e["move"] for e in one["history"]]) for one in shown],
        sorted(balances(world).items()), counters, bought,
        (await voucher(world, "p1"))["left"], TOWN,
    )  # fmt: skip
    if os.environ.get("WHOLE"):
        return repr(whole)
    return hashlib.sha256(repr(whole).encode()).hexdigest()


if __name__ == "__main__":
    run(life, instrument)
