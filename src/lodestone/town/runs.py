"""One life from its plan to its figures: begin or go on, live, and say what came of it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final

import msgspec
import numpy as np

from lodestone.base.arrays import Floats
from lodestone.base.clock import DAY_MICROS, Instant
from lodestone.client import AsyncClient as Client
from lodestone.town.advertising import reconciliation as advertised
from lodestone.town.advertising import state as billboards
from lodestone.town.commerce.market import unpacked
from lodestone.town.commerce.reconciliation import reckon
from lodestone.town.commerce.shops import town_date
from lodestone.town.days import Life
from lodestone.town.journal import Journal
from lodestone.town.ordering import reconciliation as ordered
from lodestone.town.ordering import state as boards
from lodestone.town.people.behaviour import OUTCOMES
from lodestone.town.plan import After, Plan, Tell, nothing, stretch_of
from lodestone.town.study.diary import Shelf
from lodestone.town.study.figures import LAST_DAYS, Judge, of_engine
from lodestone.town.study.policies import Json, personal, policy

START: Final = Instant(1_772_380_800_000_000)
"""Monday, 2 March 2026, midnight in the town: the day every living town begins on."""
ZONE: Final = "Asia/Shanghai"
_PLAN: Final = "plan.json"
_BEFORE: Final[Json] = {"trade": False, "ads": False, "orders": False, "ad_price": 0}
"""What a life was that was begun when nobody could wish for these yet."""
FIGURES: Final = "figures.json"


@dataclass(frozen=True, slots=True)
class Wish:
    """What life somebody wants to see."""

    seed: int
    people: int
    days: int
    arm: str = "engine"
    ring: bool = True
    targets: tuple[float, float] | None = None
    """Gini and local share aimed at, where not the town's usual ones."""
    trade: bool = True
    """Whether shops sell and people buy; else an order is no more than an event."""
    ads: bool = False
    """Whether shops and creators advertise."""
    orders: bool = False
    """Whether shops order films from creators."""
    ad_price: int = 0
    """What an ad's appearance costs a viewer's time by the policy, micros."""


class OtherLifeError(Exception):
    """The folder holds another life than the one asked for."""


async def run(
    client: Client,
    shelf: Shelf,
    wish: Wish,
    tell: Tell,
    *,
    halted: Callable[[], bool],
    after: After = nothing,
    kept_every: int = 1,
) -> Json | None:
    """Live a life to its end and judge it; None when it was halted before.

    Args:
        client: Holds a key that may do everything in a community with a driven clock.
        shelf: The life's folder; a life begun there is taken up again.
        wish: What to live; more days than were lived before go on from there.
        tell: Is told (done, in all, what).
        halted: Asked after every step.
        after: What the operator does at the end of a day, told which, before the next begins.
        kept_every: Steps after which the life is kept, besides every midnight.

    Raises:
        OtherLifeError: The folder holds another life.
        ClientError: The engine refused; among others when its clock is further than the folder's last page.
    """
    journal = Journal(shelf.folder, stretch_of(shelf.truth()))
    try:
        carried = client.carried(journal.carry)
        worths = await _prepare(carried, shelf, wish)
        plan = Plan(
            wish.seed,
            wish.people,
            START,
            ring=wish.ring,
            personal=personal(wish.arm),
            trade=wish.trade,
            ads=wish.ads,
            orders=wish.orders,
            kept_every=kept_every,
        )
        life = Life(carried, plan, worths, shelf, journal.turn, after)
        await life.begin()
        if not await life.live(wish.days, tell, halted):
            return None
    finally:
        journal.close()
    figures = await judged(client, shelf, wish)
    shelf.write_text(FIGURES, msgspec.json.format(msgspec.json.encode(figures)).decode())
    return figures


async def judged(client: Client, shelf: Shelf, wish: Wish) -> Json:
    """Return a lived life's figures: the truth's, and the engine's own over HTTP."""
    judge = Judge(shelf, wish.days, START)
    figures = judge.figures()
    last = Instant(START + (wish.days - 1) * DAY_MICROS)
    span = f"from={town_date(START)}&to={town_date(last)}"
    week = f"from={town_date(Instant(START + max(0, wish.days - LAST_DAYS) * DAY_MICROS))}&to={town_date(last)}"
    told = of_engine(
        await client.ask("GET", f"/v1/reports/liu?{span}"),
        await client.ask("GET", f"/v1/reports/flow?{span}"),
        await client.ask("GET", f"/v1/reports/exposure?{week}"),
    )
    found = {"wish": asdict(wish), **figures, "engine_says": told}
    if wish.trade:
        found["trade"] = await reckon(client, unpacked(shelf.trade()), START, wish.days)
    if wish.ads:
        ads = await advertised.account_for(
            client, billboards.unpacked(shelf.part("ads")), town_date(START), town_date(last)
        )
        found["ads"] = {**judge.ads(), **ads}
    if wish.orders:
        state = shelf.state()
        assert state is not None
        board = boards.unpacked(shelf.part("orders"))
        found["creator_orders"] = await ordered.account_for(client, board, state[0], START)
    return found


async def _prepare(client: Client, shelf: Shelf, wish: Wish) -> Floats:
    """Put the arm's policy into force before the first day; return the balanced worths the town judges by."""
    same: Json = {**asdict(wish), "days": None}
    kept = shelf.read_text(_PLAN)
    if kept is not None:
        before = msgspec.json.decode(kept)
        if {**_BEFORE, **before["wish"]} != msgspec.json.decode(msgspec.json.encode(same)):
            raise OtherLifeError(
                f"here lives {before['wish']}; take another folder, or ask for that life"
            )
        return np.array(before["worths"])
    balanced: Json = (await client.ask("GET", "/v1/policy"))["policy"]
    worths = worths_of(balanced)
    gini, local = wish.targets or (None, None)
    targets = {name: one for name, one in (("gini", gini), ("local", local)) if one is not None}
    chosen = policy(wish.arm, balanced, **targets)
    if wish.ads:
        chosen["ad_price"] = wish.ad_price
    await client.ask("PUT", "/v1/policy", {"policy": chosen})
    text = msgspec.json.encode({"wish": same, "worths": worths.tolist()}).decode()
    shelf.write_text(_PLAN, text)
    return worths


def worths_of(policy: Json) -> Floats:
    """Return what a policy holds outcomes to be worth, micros, shape (13,); watching by the minute."""
    worths = np.array([float(policy["worths"].get(name, 0)) for name in OUTCOMES])
    worths[0] *= 60
    return worths


def summary(figures: Json) -> list[tuple[str, Any]]:
    """Return a few figures worth a line each."""
    return [
        ("came on the last day", figures["came"][-1]),
        ("came again a day after their first", figures["kept_1"]),
        ("seven days after", figures["kept_7"]),
        ("thirty days after", figures["kept_30"]),
        ("small creators who still post", figures["small_survive"]),
        ("value of a thousand impressions, micros", figures["value_per_thousand"]),
        ("exposure Gini, last seven days", figures["gini"]),
        ("regret under the same promises", figures["regret"]),
        *_trade(figures.get("trade")),
        *(advertised.summary(figures["ads"]) if "ads" in figures else ()),
        *(ordered.summary(figures["creator_orders"]) if "creator_orders" in figures else ()),
    ]


def _trade(trade: Json | None) -> list[tuple[str, Any]]:
    if trade is None:
        return []
    off = (
        trade["unlike"],
        trade["statements_off"],
        trade["audit_differences"],
        trade["verify_findings"],
    )
    return [
        ("orders paid", trade["orders"].get("paid", 0)),
        ("turnover, micros", trade["orders"].get("gross_micros", 0)),
        ("commission, micros", trade["commission_micros"]),
        ("differences in the books", sum(len(one) for one in off) + int(trade["trial_difference"] != 0)),
    ]  # fmt: skip
