"""A restart brings back what was: from a snapshot, from the log alone, after any order of arrival."""

import asyncio
import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lodestone.base.errors import InternalError
from lodestone.bootstrap import opening
from lodestone.events.outcomes import OUTCOMES
from lodestone.features.snapshot import digest, restore
from lodestone.features.state import ATTENTION
from lodestone.services.community import recovery
from lodestone.stores.files import snapshots
from tests.worlds.world import TOWN, opened, run


async def day(world, *, hours=6, seed=1, sent=None):
    """Live some hours: feeds, events about them, records changing in between."""
    chance = np.random.default_rng(seed)
    await world.people(8, home=TOWN)
    await world.items(40, position=TOWN)
    await world.put("/v1/domains/d1", {"kind": "channel"})
    receipts = []
    for hour in range(hours):
        for person in range(8):
            feed = await world.feed(f"p{person}", slots=6)
            receipts.append(feed["receipt_id"])
            events = []
            for slot in feed["slots"]:
                events.append(world.event("impression", slot, f"p{person}"))
                kind = OUTCOMES[int(chance.integers(0, 13))]
                more = {"watch_seconds": float(chance.integers(1, 90))} if kind == "watch" else {}
                if kind == "follow":
                    more = {"author_id": slot["author_id"]}
                if kind not in ("order", "shop_visit"):
                    events.append(world.event(kind, slot, f"p{person}", **more))
            await world.events(*events)
            if sent is not None:
                sent.extend(events)
        await world.put(f"/v1/people/p{hour % 8}/follows/a{hour}")
        await world.put(f"/v1/domains/d1/members/p{hour % 8}")
        await world.put(
            f"/v1/items/i{hour}", {"kind": "text", "author_id": f"a{hour}", "tags": ["rice"]}
        )
        await world.ask("DELETE", f"/v1/items/i{20 + hour}")
        world.later(hours=1)
        await world.engine.tick()
    return receipts


@pytest.mark.parametrize("snapshot", [True, False])
def test_the_rebuilt_state_equals_the_live_one(tmp_path, snapshot):
    sent = []

    async def scenario():
        async with opened(tmp_path) as world:
            receipts = await day(world, sent=sent)
            clock, live, prices = world.clock, digest(world.engine.state), world.engine.prices
        if not snapshot:
            for path in tmp_path.rglob("*.snapshot"):
                path.unlink()
        async with opened(tmp_path, clock=clock) as world:
            assert digest(world.engine.state) == live
            assert world.engine.prices == prices
            again = [await world.ask("POST", f"/v1/receipts/{one}/replay") for one in receipts]
            assert all(one["identical"] for one in again)
            resent = await world.events(*sent)
            assert (resent["accepted"], resent["duplicates"]) == (0, len(sent))
            assert digest(world.engine.state) == live

    run(scenario)


def test_two_runs_of_one_day_are_the_same_to_the_bit(tmp_path):
    async def once(home):
        async with opened(home) as world:
            await day(world)
            log = world.engine.log
            facts = [
                batch.facts[["time", "kind", "item", "value", "slot", "day"]]
                for batch in log.read(0)
            ]
            slates = [world.engine.log.receipt(n).what for n in range(log.receipt_next())]
            return np.concatenate(facts).tolist(), slates, digest(world.engine.state)

    async def both():
        return await once(tmp_path / "a"), await once(tmp_path / "b")

    first, second = run(both)
    assert first[0] == second[0]
    assert first[1] == second[1]
    assert first[2] == second[2]
    assert len(first[1]) == 48


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.randoms(use_true_random=False))
def test_totals_do_not_depend_on_order_or_repetition(tmp_path_factory, chance):
    async def scenario(shuffled):
        async with opened(tmp_path_factory.mktemp("home")) as world:
            await world.people(4, home=TOWN)
            await world.items(10)
            events = [
                world.event(kind, person=f"p{n % 4}", item_id=f"i{n % 10}", surface="tab",
                            **({"watch_seconds": 1.0 + n} if kind == "watch" else {}))
                for n, kind in enumerate(["impression", "watch", "like", "click", "unlike", "hide"] * 6)
            ]  # fmt: skip
            if shuffled:
                events = events + events[::3]
                chance.shuffle(events)
            for first in range(0, len(events), 7):
                await world.events(*events[first : first + 7])
            return digest_without_offset(world.engine.state)

    async def both():
        return await scenario(shuffled=False), await scenario(shuffled=True)

    first, second = run(both)
    assert first == second


def digest_without_offset(state):
    held, state.offset = state.offset, 0
    try:
        return digest(state)
    finally:
        state.offset = held


@pytest.mark.parametrize("largest", [0, 1 << 30], ids=["forked", "copied"])
def test_a_snapshot_written_beside_the_feeds_is_the_state_as_it_stood(
    tmp_path, monkeypatch, largest
):
    monkeypatch.setattr(opening, "FORK_BYTES", largest)

    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(5)
            await world.items(20)
            await world.feed()
            opener, engine = world.app.engines._open.__self__, world.engine
            folder = next(tmp_path.rglob("log.db")).parent
            asked = digest(engine.state)
            saving = asyncio.create_task(opener._save(engine, folder))
            while not opener._snapshots["c"].locked() and not saving.done():
                await asyncio.sleep(0)
            await world.items(20, first=20)
            await saving
            (path,) = folder.glob("state-*.snapshot")
            return asked, digest(restore(snapshots.read(path), ATTENTION))

    asked, written = run(scenario)
    assert asked == written


def test_a_fork_that_cannot_write_is_told_and_leaves_nothing_and_no_lock(
    tmp_path, monkeypatch, capfd
):
    monkeypatch.setattr(opening, "FORK_BYTES", 0)

    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(5)
            opener, folder = world.app.engines._open.__self__, tmp_path / "file"
            folder.write_text("no folder")
            with pytest.raises(InternalError, match="ended with"):
                await opener._save(world.engine, folder)
            return opener._snapshots["c"].locked()

    assert run(scenario) is False
    assert "FileExistsError" in capfd.readouterr().err


def test_without_room_for_a_fork_the_state_is_copied(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "FORK_BYTES", 0)

    def full():
        raise BlockingIOError(11, "no more processes")

    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(5)
            opener, folder = world.app.engines._open.__self__, tmp_path / "there"
            with monkeypatch.context() as patched:
                patched.setattr(os, "fork", full)
                await opener._save(world.engine, folder)
            (path,) = folder.glob("state-*.snapshot")
            return digest(world.engine.state), digest(restore(snapshots.read(path), ATTENTION))

    asked, written = run(scenario)
    assert asked == written


def test_an_erasure_waits_for_a_snapshot_begun_before_it_and_leaves_none(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(5)
            opener, folder = world.app.engines._open.__self__, next(tmp_path.rglob("log.db")).parent
            lock = opener._snapshots["c"]
            lock.acquire()
            erasing = asyncio.create_task(world.ask("DELETE", "/v1/people/p1", status=204))
            while world.engine.directory.person_row("p1") >= 0:
                await asyncio.sleep(0)
            waits = not erasing.done()
            recovery.save(world.engine, folder)
            lock.release()
            await erasing
            return waits, list(folder.glob("state-*"))

    assert run(scenario) == (True, [])


def test_an_event_that_is_refused_anyhow_uses_up_no_surface(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(1)
            await world.items(1)
            token = (await world.ask("POST", "/v1/sessions", {"viewer": "p0"}, status=201))["token"]
            wrong = [
                {"item_id": "nothing"}, {"person_id": "nobody"}, {"time": "2020-01-01T00:00:00Z"},
                {"beacon": "x" * 64}, {"receipt_id": "rcp_0", "slot": 1},
            ]  # fmt: skip
            bad = [
                world.event("impression") | {"item_id": "i0", "surface": f"bad-{place}-{n}", "id": f"b{place}-{n}"} | more
                for place, more in enumerate(wrong)
                for n in range(20)
            ]  # fmt: skip
            refused = await world.events(*bad)
            page = await world.ask(
                "POST", "/v1/events", {"events": [world.event("impression", item_id="i0", surface="page", id="page")]},
                headers={"authorization": f"Bearer {token}"},
            )  # fmt: skip
            good = [
                world.event("impression", item_id="i0", surface=f"own-{n}", id=f"g{n}")
                for n in range(56)
            ]
            return len(bad), refused, page, await world.events(*good)

    count, refused, page, taken = run(scenario())

    assert (refused["accepted"], len(refused["refused"])) == (0, count)
    assert (page["accepted"], len(page["refused"])) == (0, 1)
    assert (taken["accepted"], taken["refused"]) == (56, [])


def test_an_apps_own_surfaces_keep_their_names_over_a_restart_and_the_57th_is_refused(tmp_path):
    async def said(world, *names):
        return await world.events(*(world.event("impression", item_id="i0", surface=name, id=f"{len(names)} {place}") for place, name in enumerate(names)))  # fmt: skip

    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(1)
            await world.items(1)
            first = await said(world, "tab one", "place", "tab two", "tab one")
            clock = world.clock
        async with opened(tmp_path, clock=clock) as world:
            rest = await said(world, "tab two", *(f"own-{n}" for n in range(55)))
            events = await world.ask("GET", "/v1/events", status=200)
        return first, rest, [event["surface"] for event in events["data"][:6]]

    first, rest, names = run(scenario())

    assert (first["accepted"], rest["accepted"]) == (4, 55)
    assert [one["code"] for one in rest["refused"]] == ["surface_full"]
    assert names == ["tab one", "place", "tab two", "tab one", "tab two", "own-0"]
