"""Paid slots over the public routes: charged once for what was bought, released when their time is over, never overspent."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lodestone.ads.invalid_traffic import RULES, Invalid
from lodestone.base.errors import UnavailableError
from lodestone.events.ad_facts import reason_of, version_of
from lodestone.events.outcomes import FactKind
from lodestone.features.snapshot import digest
from lodestone.stores.log.port import Offset
from tests.worlds.paid_world import (
    advertised,
    budget_facts,
    did,
    follower,
    fund,
    serve,
    slot_of,
    used,
)
from tests.worlds.world import opened, run

RESERVE, CHARGE, RELEASE = FactKind.RESERVE, FactKind.CHARGE, FactKind.RELEASE


def test_a_click_is_charged_once_and_gives_the_budget_to_nobody_else(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await advertised(world, lease=150)
            slot = slot_of(world, 1)
            assert await serve(world, slot, slot_of(world, 2)) == [slot]
            assert used(world) == (50, 100, 0)

            await world.events(did(world, slot, "impression"))
            assert used(world) == (50, 100, 0)
            world.later(seconds=5)
            click = did(world, slot, "click", "once")
            await world.events(click)
            assert used(world) == (50, 0, 100)
            await world.events(click, did(world, slot, "click"), did(world, slot, "click", "other"))

            assert budget_facts(world) == [(RESERVE, 1, 100), (CHARGE, 1, 100)]
        async with opened(tmp_path) as world:
            assert used(world) == (50, 0, 100)

    run(scenario())


def test_a_click_that_comes_before_its_impression_is_charged_when_that_comes(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await advertised(world)
            slot = slot_of(world, 1)
            await serve(world, slot)
            shown = world.now
            world.later(seconds=5)
            await world.events(did(world, slot, "click"))
            assert used(world)[1:] == (100, 0)
            await world.events(did(world, slot, "impression", time=shown + timedelta(seconds=1)))
            assert used(world)[1:] == (0, 100)

    run(scenario())


def test_an_impression_is_charged_when_it_was_viewable(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await advertised(world)
            slot = slot_of(world, 1, bought=FactKind.VIEWABLE, highest=7)
            await serve(world, slot)
            await world.events(did(world, slot, "impression", visible_seconds=0.4))
            await world.events(did(world, slot, "click"))
            assert used(world)[1:] == (7, 0)
            await world.events(did(world, slot, "viewable", visible_seconds=1.0))
            assert used(world)[1:] == (0, 7)

    run(scenario())


def test_a_slot_whose_time_is_over_is_released_by_the_clock_and_charged_for_nothing_after(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await advertised(world, lease=100)
            slot = slot_of(world, 1)
            await serve(world, slot)
            world.later(hours=24, minutes=59)
            await world.engine.tick()
            assert used(world) == (0, 100, 0)
            world.later(minutes=2)
            await world.engine.tick()
            assert used(world) == (100, 0, 0)
            late = [world.now - timedelta(hours=24), world.now - timedelta(hours=23)]
            await world.events(
                did(world, slot, "impression", time=late[0] - timedelta(minutes=30)),
                did(world, slot, "click", time=late[1]),
            )

            assert budget_facts(world) == [(RESERVE, 1, 100), (RELEASE, 1, 0)]

    run(scenario())


def test_an_order_is_the_last_clicks_of_the_same_seller(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await advertised(world)
            first, last = (
                slot_of(world, receipt, bought=FactKind.ORDER, item=0) for receipt in (1, 2)
            )
            await serve(world, first, last)
            for slot in (first, last):
                world.later(seconds=60)
                await world.events(did(world, slot, "impression"), did(world, slot, "click"))
            world.later(days=6)
            await world.engine.tick()
            await world.events(world.event("order", item_id="i1"))
            assert used(world)[1:] == (200, 0)
            # i3 is of the same author as i0
            await world.events(world.event("order", item_id="i3"))
            assert budget_facts(world)[2:] == [(CHARGE, 2, 100)]
            world.later(days=2)
            await world.engine.tick()
            assert budget_facts(world)[3:] == [(RELEASE, 1, 0)]

    run(scenario())


@pytest.mark.parametrize(
    ("seconds", "again", "reason"),
    [(0.1, None, Invalid.TOO_FAST), (5, 10, Invalid.DUPLICATE), (5, 40, None)],
)
def test_invalid_clicks_are_released_with_their_reason_and_version(
    tmp_path, seconds, again, reason
):
    async def scenario():
        async with opened(tmp_path) as world:
            await advertised(world)
            slots = [slot_of(world, receipt) for receipt in (1, 2)]
            await serve(world, *slots)
            await world.events(*(did(world, slot, "impression") for slot in slots))
            world.later(seconds=seconds)
            await world.events(did(world, slots[0], "click"))
            if again is not None:
                world.later(seconds=again)
                await world.events(did(world, slots[1], "click"))
            facts = np.concatenate([batch.facts for batch in world.engine.log.read(Offset(0))])
            why = facts[facts["kind"] == RELEASE]["value"].tolist()

            assert [reason_of(value) for value in why] == ([] if reason is None else [reason])
            assert {version_of(value) for value in why} <= {RULES.version}

    run(scenario())


def test_what_the_log_does_not_take_is_reserved_for_nobody_and_settled_later(tmp_path, monkeypatch):
    async def scenario():
        async with opened(tmp_path) as world:
            await advertised(world, lease=200)
            reserved, lost = slot_of(world, 1), slot_of(world, 2)
            await serve(world, reserved)
            log = world.engine.log
            append = log.append

            async def full(facts, sealed=()):
                if facts["kind"][0] >= RESERVE:
                    raise UnavailableError("log_unavailable", "the disk is full")
                return await append(facts, sealed)

            monkeypatch.setattr(log, "append", full)
            with pytest.raises(UnavailableError):
                await serve(world, lost)
            assert used(world) == (100, 100, 0)
            await world.events(did(world, reserved, "impression"))
            world.later(seconds=5)
            answer = await world.events(did(world, reserved, "click"))
            assert answer["accepted"] == 1
            assert used(world) == (100, 100, 0)

            monkeypatch.setattr(log, "append", append)
            world.later(seconds=30)
            await world.engine.tick()
            assert used(world) == (100, 0, 100)
            assert budget_facts(world) == [(RESERVE, 1, 100), (CHARGE, 1, 100)]

    run(scenario())


def test_what_a_crash_left_unsettled_the_next_start_settles(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await advertised(world)
            slot = slot_of(world, 1)
            await serve(world, slot)
            world.engine.billing.charges.settle = settle_nothing
            await world.events(did(world, slot, "impression"))
            world.later(seconds=5)
            clock = world.clock
            await world.events(did(world, slot, "click"))
            assert used(world)[1:] == (100, 0)
        async with opened(tmp_path, clock=clock) as world:
            await world.engine.tick()
            assert used(world)[1:] == (0, 100)

    run(scenario())


@pytest.mark.parametrize(
    ("agent", "reason"),
    [("Mozilla/5.0 Googlebot/2.1", [Invalid.BOT]), ("Mozilla/5.0 Firefox/131", [])],
)
def test_what_a_pages_known_bot_says_is_taken_and_not_charged(tmp_path, agent, reason):
    async def scenario():
        async with opened(tmp_path) as world:
            await advertised(world)
            slot = slot_of(world, 1)
            await serve(world, slot)
            made = await world.ask("POST", "/v1/sessions", {"viewer": "p0"}, status=201)
            headers = {"Authorization": f"Bearer {made['token']}", "User-Agent": agent}
            for kind in ("impression", "click"):
                body = {"events": [did(world, slot, kind)]}
                answer = await world.ask("POST", "/v1/events", body, headers=headers, status=200)
                assert answer["accepted"] == 1
                world.later(seconds=5)
            facts = np.concatenate([batch.facts for batch in world.engine.log.read(Offset(0))])
            why = facts[facts["kind"] == RELEASE]["value"].tolist()
            assert [reason_of(value) for value in why] == reason
            assert used(world)[2] == (0 if reason else 100)

    run(scenario())


async def settle_nothing():
    return 0


def test_an_erased_viewers_open_slots_are_nobodys_after_a_restart_too(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await advertised(world)
            slot = slot_of(world, 1, person="p1", bought=FactKind.ORDER)
            await serve(world, slot)
            await world.events(did(world, slot, "impression", person="p1"))
            await world.ask("DELETE", "/v1/people/p1", status=204)
            (left,) = world.engine.state.budgets.open_slots()
            assert left.person == -1
        async with opened(tmp_path) as world:
            (left,) = world.engine.state.budgets.open_slots()
            assert left.person == -1

    run(scenario())


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("serve"), st.integers(0, 2), st.integers(1, 60)),
        st.tuples(st.just("do"), st.integers(0, 30), st.sampled_from(["impression", "click", "viewable", "order"])),
        st.tuples(st.just("wait"), st.sampled_from([1, 40, 3_000, 90_000]), st.just(0)),
        st.tuples(st.just("send"), st.randoms(use_true_random=False), st.booleans()),
        st.tuples(st.just("fund"), st.integers(0, 2), st.integers(0, 150)),
    ),
    min_size=10, max_size=50,
)  # fmt: skip
BOUGHT = (FactKind.CLICK, FactKind.VIEWABLE, FactKind.ORDER)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_delay_duplicates_and_reordering_overspend_by_nothing_and_each_slot_comes_to_one_end(
    tmp_path_factory, data
):
    home = tmp_path_factory.mktemp("paid")
    run(_random_life(home, data.draw(STEPS)))


async def _random_life(home, steps):
    async with opened(home) as world:
        await advertised(world, lease=300, daily=200)
        for campaign in (1, 2):
            await fund(world, 200, campaign, lifetime=150)
        leases, served, waiting = {0: 300, 1: 200, 2: 200}, [], []
        for step in steps:
            await _take(world, step, leases, served, waiting)
            for campaign, lease in leases.items():
                left, reserved, spent = used(world, campaign)
                assert min(left, reserved, spent) >= 0
                assert reserved + spent <= lease
        await world.events(*waiting)
        world.later(days=9)
        await world.engine.tick()

        facts = budget_facts(world)
        ends = [receipt for kind, receipt, _ in facts if kind in (CHARGE, RELEASE)]
        assert sorted(ends) == sorted(slot.receipt - 1_000 for slot in served)
        spent = sum(amount for kind, _, amount in facts if kind == CHARGE)
        assert spent == sum(used(world, campaign)[2] for campaign in leases)
        mine, theirs = world.engine.state.budgets.columns(), follower(world).columns()
        assert all(np.array_equal(mine[name], theirs[name]) for name in mine)
        state, clock = digest(world.engine.state), world.clock
    async with opened(home, clock=clock) as world:
        assert digest(world.engine.state) == state


async def _take(world, step, leases, served, waiting):
    kind, what, how = step
    if kind == "serve":
        slot = slot_of(
            world, len(served) + 1, campaign=what, highest=how,
            bought=BOUGHT[how % 3], person=f"p{how % 4}", item=how % 6,
        )  # fmt: skip
        served += await serve(world, slot)
    elif kind == "do" and served:
        slot = served[what % len(served)]
        row = world.engine.directory.row_of_ordinal(slot.person)
        person = world.engine.directory.person_ids[row]
        more = {"visible_seconds": what % 4} if how == "viewable" else {}
        event = did(world, slot, how, person=person, **more)
        waiting += [event] * (1 + what % 2)
    elif kind == "wait":
        world.later(seconds=what)
        await world.engine.tick()
    elif kind == "send":
        what.shuffle(waiting)
        sent = waiting[: len(waiting) // 2] if how else list(waiting)
        del waiting[: len(sent)]
        await world.events(*sent)
    elif kind == "fund":
        leases[what] += how
        await fund(world, leases[what], what)
