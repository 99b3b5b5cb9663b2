"""Kill an installation between every two writes of paid slots' lives, open what is left, finish, and compare.

Runs by itself, as `points`: each line of its output is one kill, and the digest after a second process did it all again.
"""

from datetime import timedelta

from lodestone.features.snapshot import digest
from lodestone.services.community.ad_billing import AdBilling
from tests.crash.points import instrument
from tests.worlds.kill_points import run
from tests.worlds.paid_world import advertised, did, follower, serve, slot_of, used
from tests.worlds.world import NOON, instant, opened

LEASE, SLOTS, PAID = 450, 6, 4


async def life(home):
    """Serve more slots than there is money for; some are clicked, one too fast, one never; under ids that say the same again."""
    async with opened(home) as world:
        await advertised(world, lease=LEASE)
        budgets = world.engine.state.budgets
        # The last two cost more than there is, before anything is settled and after.
        slots = [
            slot_of(world, receipt, highest=100 if receipt <= PAID else LEASE + 1)
            for receipt in range(1, SLOTS + 1)
        ]
        for slot in slots:
            await serve(world, slot)
            bounded(world)
        for at, slot in enumerate(slots[:PAID]):
            shown, clicked = NOON + timedelta(seconds=1 + 60 * at), 0.1 if at == 1 else 5
            seen = did(world, slot, "impression", f"shown {at}", time=shown)
            click = did(
                world, slot, "click", f"click {at}", time=shown + timedelta(seconds=clicked)
            )
            for event in (click, seen) if at % 2 else (seen, click):
                await world.events(event)
                await world.engine.billing.charges.settle()
                bounded(world)
        world.clock.instant = instant(NOON + timedelta(hours=26))
        await world.engine.tick()
        bounded(world)
        assert list(budgets.open_slots()) == []
        assert (
            follower(world).columns()["budgets"].tolist() == budgets.columns()["budgets"].tolist()
        )
        state = world.engine.state
        state.offset = 0
        return digest(state)


def bounded(world):
    """Nothing is overspent, at any moment of any life."""
    _, reserved, spent = used(world)
    assert reserved + spent <= LEASE, (reserved, spent)


def instrument_charges(count):
    """Count at every write of `points`, and at those of budgets."""
    instrument(count)
    AdBilling.write_budgets = count.around_later(AdBilling.write_budgets)


if __name__ == "__main__":
    run(life, instrument_charges)
