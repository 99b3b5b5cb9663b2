"""Let the demo's town live from some weeks ago up to now."""

from dataclasses import dataclass
from typing import Final

import msgspec

from lodestone.base.chance import Streams
from lodestone.base.clock import DAY_MICROS, HOUR_MICROS, Instant
from lodestone.client import AsyncClient as Client
from lodestone.town.days import STEP, Life
from lodestone.town.demo.dressing import Dressed
from lodestone.town.demo.talk import Talk
from lodestone.town.journal import Journal
from lodestone.town.people.rhythm import STEPS
from lodestone.town.plan import Plan, Tell, stretch_of
from lodestone.town.runs import worths_of
from lodestone.town.study.diary import Shelf

DEMO_PEOPLE: Final = 200
"""Residents on the first day; makers of the far city come on top."""
DEMO_DAYS: Final = 15
"""Whole days lived before the present one."""
_ZONE_MICROS: Final = 8 * HOUR_MICROS
_PLAN: Final = "demo.json"


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """What the demo's life is to be; `until` is kept, so that a life taken up again ends where it was to end."""

    seed: int
    people: int
    days: int
    until: Instant
    """Now, when the life is begun."""

    @property
    def start(self) -> Instant:
        """Return midnight in the town at the beginning of the first day."""
        today = (self.until + _ZONE_MICROS) // DAY_MICROS * DAY_MICROS - _ZONE_MICROS
        return Instant(today - self.days * DAY_MICROS)

    @property
    def last_step(self) -> int:
        """Return how many steps of the present day have passed."""
        return min(STEPS - 1, (self.until - self.start - self.days * DAY_MICROS) // STEP)


async def live_demo(client: Client, shelf: Shelf, plan: DemoPlan, tell: Tell) -> None:
    """Live the demo's life to its end; a life begun in the folder is taken up again.

    Args:
        client: Holds a key that may do everything in a community with a driven clock.
        shelf: The life's folder.
        plan: What to live, if none was begun.
        tell: Is told (steps done, steps in all, what).
    """
    begun = shelf.read_text(_PLAN)
    if begun is None:
        shelf.write_text(_PLAN, msgspec.json.encode(plan).decode())
    else:
        plan = msgspec.json.decode(begun, type=DemoPlan)
    journal = Journal(shelf.folder, stretch_of(shelf.truth()))
    try:
        carried = client.carried(journal.carry)
        policy = (await carried.ask("GET", "/v1/policy"))["policy"]
        lived = Plan(plan.seed, plan.people, plan.start, ring=False, sampled=0, kept_every=STEPS)
        dressed = Dressed(Streams(plan.seed))
        talk = Talk(carried, Streams(plan.seed), shelf, dressed)

        async def after(day: int) -> None:
            await talk.of_day(life.truth, day, Instant(plan.start + (day + 1) * DAY_MICROS - 1))

        life = Life(carried, lived, worths_of(policy), shelf, journal.turn, after, dressed)
        await life.begin()
        await life.live(plan.days, tell, until_step=plan.last_step)
    finally:
        journal.close()
