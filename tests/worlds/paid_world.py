"""A world with campaigns that have money, slots that they pay for, and what people do with those."""

from lodestone.base.clock import SECOND_MICROS
from lodestone.events.ad_facts import BUDGET_KINDS, Limit
from lodestone.events.beacon import Beacon, mint
from lodestone.events.facts import FLAG_PAID
from lodestone.events.outcomes import FactKind
from lodestone.features.ads.budgets import Budgets
from lodestone.stores.log.port import Offset
from tests.worlds.paid_slots import limited, paid
from tests.worlds.world import TOWN

FIRST = 1_000
"""Receipts of paid slots in tests begin here, beyond those of the feeds that are asked for."""


async def advertised(world, lease=1_000, campaign=0, **limits):
    """Put people and items, and give a campaign money."""
    await world.people(4, home=TOWN)
    await world.items(6, authors=3)
    await fund(world, lease, campaign, **limits)


async def fund(world, lease, campaign=0, **limits):
    writer = world.engine.billing
    await writer.write_budgets(limited(lease, campaign=campaign))
    for name, most in limits.items():
        await writer.write_budgets(limited(most, Limit[name.upper()], campaign))


def slot_of(world, receipt, slot=1, *, person="p0", **more):
    """Return a paid slot that is served now."""
    engine = world.engine
    row = engine.directory.people[person]
    return paid(
        FIRST + receipt, slot, person=engine.directory.ordinal(row),
        served=engine.now() // SECOND_MICROS, day=engine.ingest.day(engine.now()), **more,
    )  # fmt: skip


async def serve(world, *slots):
    """Serve slots; return those for which there was money."""
    return await world.engine.billing.charges.serve(list(slots))


def did(world, slot, kind, name=None, *, person="p0", time=None, **more):
    """Return an event of a slot with its beacon."""
    beacon = Beacon(
        slot.receipt, 0, slot.item, slot.served, slot.person & 0xFFFFFFFF, -1, 0, 0, 0, slot.slot, FLAG_PAID
    )  # fmt: skip
    seen = {"item_id": f"i{slot.item}", "beacon": mint(world.engine.secret, beacon)}
    event = world.event(kind, seen, person, **more)
    if name is not None:
        event["id"] = name
    return event if time is None else {**event, "time": time.isoformat()}


def budget_facts(world):
    """Return the log's facts about budgets as (kind, receipt, amount), in order."""
    return [
        (FactKind(int(fact["kind"])), int(fact["receipt"]) - FIRST, int(fact["target"]))
        for batch in world.engine.log.read(Offset(0))
        for fact in batch.facts
        if int(fact["kind"]) in BUDGET_KINDS - {FactKind.LIMIT}
    ]


def used(world, campaign=0):
    """Return (left today, reserved, spent) of a campaign."""
    engine = world.engine
    budget = engine.state.budgets.budget(campaign)
    day = engine.ingest.day(engine.now())
    return budget.left(day), budget.used.reserved, budget.used.spent


def follower(world):
    """Return the budgets of a second state that follows the log."""
    budgets = Budgets()
    for batch in world.engine.log.read(Offset(0)):
        for fact in batch.facts:
            budgets.heard.hear(fact.reshape(1), world.engine.state.items)
            budgets.follow_one(fact)
    return budgets
