"""Reports of ads in drawn lives: parts add up to the whole, the whole to the ledger, and a second state says the same."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lodestone.events.ad_facts import reason_value
from lodestone.events.outcomes import FactKind
from lodestone.stores.log.port import Offset
from tests.http.test_ad_reports import report, shown
from tests.http.test_billed_feeds import balances
from tests.worlds.advertised import paid
from tests.worlds.paid_slots import given_back
from tests.worlds.trade_world import bought
from tests.worlds.world import TOWN, opened, run

PARTS = ("day", "place", "domain", "creative")
SPAN = {"from": "2026-03-01", "to": "2026-03-20"}
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["look", "click", "click", "order", "wait", "invalid"]),
        st.integers(0, 3), st.booleans(), st.sampled_from([1, 40, 60 * 25, 60 * 24 * 3]),
    ),
    min_size=4, max_size=14,
)  # fmt: skip


async def live(world, acts):
    """Let people look, click, order and wait; some clicks turn out to be invalid."""
    stock = 0
    for act, who, there, minutes in acts:
        viewer = f"p{who}"
        if act == "wait":
            world.later(minutes=minutes)
        elif act == "order" and stock < 9:
            stock += 1
            await bought(world, buyer=viewer)
        elif act == "invalid":
            await taken_back(world)
        elif act in ("look", "click"):
            where = {"position": TOWN} if there else {}
            pages = [await world.feed(viewer, **where) for _ in range(2)]
            for slot in (slot for page in pages for slot in paid(page)):
                await world.events(world.event("impression", slot, viewer))
                world.later(seconds=who)
                if act == "click":
                    await world.events(world.event("click", slot, viewer))
        await world.engine.tick()
    world.later(hours=2)
    await world.engine.tick()


async def taken_back(world):
    """Give the newest charge back that stands."""
    facts = np.concatenate([batch.facts for batch in world.engine.log.read(Offset(0))])
    gone = set(facts["receipt"][facts["kind"] == FactKind.INVALID].tolist())
    for charge in facts[facts["kind"] == FactKind.CHARGE][::-1]:
        if int(charge["receipt"]) not in gone:
            why, now = reason_value(3, 2), world.engine.now()
            day = world.engine.ingest.day(now)
            await world.engine.billing.write_budgets(
                given_back(charge, why, int(charge["key"]) + 1, now, day)
            )
            return


def added(rows):
    """Add up what adds up."""
    return (
        [sum(row["impressions"][name] for row in rows) for name in ("gross", "invalid", "net")],
        sum(row["viewable"] for row in rows), sum(row["charges"] for row in rows),
        sum(row["spend"]["micros"] for row in rows), sum(row["order_value"]["micros"] for row in rows),
        {name: sum(row["outcomes"][name] for row in rows) for name in ("click", "order", "follow")},
    )  # fmt: skip


BUSY = [
    ("click", 0, True, 1), ("order", 0, True, 1), ("wait", 0, False, 40), ("click", 1, False, 1),
    ("click", 2, False, 1), ("invalid", 0, False, 1), ("wait", 0, False, 60 * 25), ("look", 3, True, 1),
    ("order", 3, False, 1), ("click", 1, False, 1), ("order", 2, False, 1),
]  # fmt: skip


@settings(
    max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=ACTS)
def test_parts_add_up_to_the_whole_the_whole_to_the_ledger_and_a_second_state_says_the_same(
    tmp_path_factory, acts
):
    checked(tmp_path_factory.mktemp("home"), acts)


def test_the_same_of_a_busy_life_in_which_money_is_given_back(tmp_path):
    total, backs = checked(tmp_path, BUSY)
    assert backs > 0
    assert total["spend"]["micros"] > 0
    assert total["outcomes"]["order"] > 0
    assert total["impressions"]["invalid"] + total["impressions"]["net"] == total["impressions"]["gross"] > 2  # fmt: skip


def checked(home, acts):
    """Hold every division of a life's report against its whole and the ledger; return the whole, and what was given back."""

    async def scenario():
        async with opened(home) as world:
            await shown(world)
            await live(world, acts)
            whole = await report(world, **SPAN)
            assert whole["total"]["spend"]["micros"] == (await balances(world))[2]
            for level in ("advertiser", "campaign", "ad_group", "ad"):
                for by in ("", *PARTS, ",".join(PARTS)):
                    asked = {"by": by} if by else {}
                    split = await report(world, level=level, **asked, **SPAN)
                    assert added(split["rows"]) == added([whole["total"]])
                    assert split["total"] == whole["total"]
            for row in (await report(world, by="day", **SPAN))["rows"]:
                alone = await report(world, **{"from": row["day"], "to": row["day"]})
                assert added(alone["rows"]) == added([row])
            assert (await world.ask("POST", "/v1/audit", {}, status=200))["differences"] == []
            budgets, clock = world.engine.state.budgets, world.clock
            backs = sum(budgets.budget(number).refunded for number in budgets.campaigns())
        async with opened(home, clock=clock) as world:
            assert await report(world, **SPAN) == whole
        return whole["total"], backs

    return run(scenario())
