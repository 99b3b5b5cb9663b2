"""Small batches that come at once are stored and applied together, and each is answered as if it had come alone."""

import asyncio

import pytest

from lodestone.events.outcomes import FactKind
from lodestone.stores.log.sqlite import SqliteLog
from tests.worlds.world import opened, run

PLACES = [{"latitude": 20.0 + n, "longitude": 100.0 + n} for n in range(8)]


async def stage(world):
    await world.people(8)
    await world.items(8, authors=2)


def shares(world):
    """Return a batch for each of eight people: a share of each of three items, the third one sent twice."""
    return [
        [
            world.event("share", item_id=f"i{n % 8}", person=f"p{person}", id=f"{person}-{n}")
            for n in (person, person + 1, person + 2, person + 2)
        ]
        for person in range(8)
    ]


def shared(world):
    state = world.engine.state
    ring = state.item_ring[:8, :, int(FactKind.SHARE)].sum(axis=1)
    return (ring + state.item_old[:8, int(FactKind.SHARE)]).tolist()


async def sent_at_once(world, batches):
    return await asyncio.gather(*(world.events(*batch) for batch in batches))


def appended(monkeypatch, broken=()):
    """Have the log refuse what is about certain items, and say how many facts each append brings."""
    sizes, append = [], SqliteLog.append

    def noted(log, facts, sealed=()):
        if any((facts["item"] == row).any() for row in broken):
            raise AssertionError("this must not be")
        sizes.append(int(facts.size))
        return append(log, facts, sealed)

    monkeypatch.setattr(SqliteLog, "append", noted)
    return sizes


def test_batches_that_come_at_once_are_one_append_and_each_has_its_own_verdict(
    tmp_path, monkeypatch
):
    async def scenario():
        async with opened(tmp_path) as world:
            await stage(world)
            batches = shares(world)
            batches[3][1]["item_id"] = "nothing"
            sizes = appended(monkeypatch)

            told = await sent_at_once(world, batches)

            assert max(sizes) > 3, "none was stored with another"
            assert sum(sizes) == 23
            for number, verdicts in enumerate(told):
                bad = number == 3
                assert (verdicts["accepted"], verdicts["duplicates"]) == (3 - bad, 1)
                assert [one["index"] for one in verdicts["refused"]] == [1] * bad
            assert sum(shared(world)) == 23
            assert world.engine.log.end() == world.engine.state.offset

    run(scenario())


def test_more_than_a_chunk_at_once_is_stored_in_pieces_that_leave_feeds_their_turn(
    tmp_path, monkeypatch
):
    async def scenario():
        async with opened(tmp_path) as world:
            await stage(world)
            batches = [
                [
                    world.event("share", item_id=f"i{n % 8}", person=f"p{person}", id=f"{person}-{n}")
                    for n in range(150)
                ]
                for person in range(8)
            ]  # fmt: skip
            sizes = appended(monkeypatch)

            told = await sent_at_once(world, batches)

            assert [verdicts["accepted"] for verdicts in told] == [150] * 8
            assert sum(sizes) == 1200
            assert max(sizes) <= 400

    run(scenario())


@pytest.mark.parametrize("broken", [0, 5])
def test_what_the_log_does_not_take_of_one_batch_is_refused_of_that_batch_alone(
    tmp_path, logged, monkeypatch, broken
):
    async def scenario():
        async with opened(tmp_path) as world:
            await stage(world)
            batches = shares(world)
            row = world.engine.directory.items[f"i{broken}"]
            appended(monkeypatch, [row])

            told = await sent_at_once(world, batches)
            monkeypatch.undo()

            for person, verdicts in enumerate(told):
                at = [n for n in range(3) if (person + n) % 8 == broken]
                # The third one's second copy is no duplicate where nothing was stored of the first.
                bad = [*at, 3] if at == [2] else at
                assert [one["index"] for one in verdicts["refused"]] == bad
                assert {one["code"] for one in verdicts["refused"]} <= {"internal"}
                assert verdicts["accepted"] == 3 - len(at)
            assert shared(world)[broken] == 0
            assert sum(shared(world)) == 21
            assert world.engine.log.end() == world.engine.state.offset
            again = await sent_at_once(world, batches)
            assert sum(verdicts["accepted"] for verdicts in again) == 3
            assert shared(world) == [3] * 8

    run(scenario())


def test_what_the_state_cannot_follow_of_one_batch_is_told_to_that_batch_alone(tmp_path, logged):
    async def scenario():
        async with opened(tmp_path) as world:
            await stage(world)
            row, sound = world.engine.directory.items["i3"], world.engine.state.apply

            def torn(facts, person_row, target_row):
                if (facts["item"] == row).any():
                    raise IndexError("no such row")
                sound(facts, person_row, target_row)

            world.engine.state.apply = torn
            told = await sent_at_once(world, shares(world))

            for person, verdicts in enumerate(told):
                bad = [n for n in range(3) if (person + n) % 8 == 3]
                assert [one["index"] for one in verdicts["refused"]] == bad
                assert verdicts["accepted"] == 3 - len(bad)
            assert world.engine.log.end() == world.engine.state.offset

    run(scenario())


def test_visits_that_come_at_once_leave_everybody_where_they_said(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await stage(world)
            batches = [
                [
                    world.event("share", item_id="i1", person=f"p{n}", id=f"s{n}"),
                    world.event("visit", person=f"p{n}", id=f"v{n}", position=PLACES[n]),
                ]
                for n in range(8)
            ]

            told = await sent_at_once(world, batches)

            assert [verdicts["accepted"] for verdicts in told] == [2] * 8
            people, directory = world.engine.state.people, world.engine.directory
            for n, place in enumerate(PLACES):
                row = directory.people[f"p{n}"]
                assert people["present_latitude"][row] == pytest.approx(place["latitude"])
                assert people["present_longitude"][row] == pytest.approx(place["longitude"])

    run(scenario())
