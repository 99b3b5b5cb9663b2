"""Dry runs as jobs of the policy's form: followed, left, found again; and what they say per outcome and promise."""

import asyncio
import re

import pytest

from lodestone.base.clock import Instant
from lodestone.base.errors import BusyError, UnavailableError, UnknownError
from lodestone.services.policy.trials import KEPT, WAITING_MAX, Trial, Trials
from lodestone.traffic.presets import preset
from tests.worlds.acts import Operator
from tests.worlds.world import opened, run


async def a_day_of(world, feeds=60):
    await world.people(20)
    await world.items(40, authors=12, kind="video")
    for n in range(feeds):
        feed = await world.feed(f"p{n % 20}", slots=5)
        seen = [world.event("impression", slot, f"p{n % 20}") for slot in feed["slots"]]
        liked = [slot for slot in feed["slots"] if slot["item_id"].endswith(("0", "3", "7"))]
        await world.events(*seen, *(world.event("like", slot, f"p{n % 20}") for slot in liked))
        world.later(minutes=5)
        if n % 10 == 0:
            await world.engine.tick()


async def ended(operator, address):
    """Follow a dry run as the page does, until it has ended."""
    name = address.partition("trial=")[2]
    while True:
        answer = await operator.browser.ask("GET", f"/operator/policy/trials/{name}", **{"X-Part": "trial"})  # fmt: skip
        assert answer.status_code == 200
        if "data-ended" in answer.text:
            return answer.text
        await asyncio.sleep(0)


def row(page, name):
    body = re.search(rf'<tr><th scope="row">{name}</th>(.*?)</tr>', page).group(1)
    return [re.sub(r"<[^>]*>", "", cell) for cell in body.split("</td>")[:-1]]


def test_a_dry_run_is_begun_by_the_form_left_and_found_again_with_what_was_typed(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await a_day_of(world)
            operator = await Operator(world).arrive()
            before = await world.ask("GET", "/v1/policy", status=200)
            sent = await operator.send("/operator/policy", do="try", worth__like="4")
            result = await ended(operator, sent.headers["location"])
            other = await Operator(world).arrive()
            link = re.search(r'href="(/operator/policy\?trial=[^"]+)"', (await other.look("/operator/policy")).text)  # fmt: skip
            again = (await other.look(link.group(1))).text
            bare = sent.headers["location"].partition("trial=")[2]
            direct = await other.look(f"/operator/policy/trials/{bare}")
            gone = await other.look("/operator/policy?trial=none")
            return sent, result, again, direct, gone, before, await world.ask("GET", "/v1/policy")

    sent, result, again, direct, gone, before, after = run(scenario)
    assert sent.status_code == 303
    assert "of the last day" in result
    assert re.search(r'name="worth.like"[^>]* value="4"', again)
    assert result.strip().splitlines()[1] in again
    assert direct.headers["location"] == sent.headers["location"]
    assert gone.status_code == 404
    assert after == before


def test_outcomes_and_promises_come_with_intervals_that_are_the_apis(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await a_day_of(world)
            policy = (await world.ask("GET", "/v1/policy", status=200))["policy"]
            dear = {**policy, "worths": {**policy["worths"], "like": 4_000_000}}
            first, second = [
                await world.ask("POST", "/v1/policy/dry-run", {"policy": changed}, status=200)
                for changed in (dear, dear)
            ]
            same = await world.ask("POST", "/v1/policy/dry-run", {"policy": policy}, status=200)
            operator = await Operator(world).arrive()
            sent = await operator.send("/operator/policy", do="try", worth__like="4")
            return first, second, same, await ended(operator, sent.headers["location"])

    first, second, same, page = run(scenario)
    assert first == second
    for effect in (*same["outcomes"], *same["promises"]):
        assert (effect["change_low"], effect["change_high"]) == (0.0, 0.0)
    likes = next(outcome for outcome in first["outcomes"] if outcome["outcome"] == "like")
    change = likes["after"] - likes["before"]
    assert 0 < likes["change_low"] <= change <= likes["change_high"]
    assert first["value_change_low_micros"] <= (
        first["value_after_micros"] - first["value_before_micros"]
    ) <= first["value_change_high_micros"]  # fmt: skip
    assert [outcome["outcome"] for outcome in first["outcomes"]][:3] == [
        "watch",
        "click",
        "long_view",
    ]
    shown = row(page, "A like")
    assert shown[2] == "more"
    assert row(page, "An even spread")[2] in ("more", "less", "not clear", "no change")


def trial(name):
    policy = preset("balanced")
    return Trial(id=name, begun=Instant(0), based_on=1, proposed=policy, typed={})


def test_a_dry_run_says_how_far_it_is_and_how_long_it_will_take():
    async def scenario():
        seconds, go = [0.0], asyncio.Event()
        trials, dry_run = Trials(lambda: seconds[0]), trial("a")

        async def work(progress):
            seconds[0] = 3.0
            progress(30, 120)
            await go.wait()
            raise UnavailableError("records_stalled", "the records do not answer")

        trials.begin("c", dry_run, work)
        waiting = dry_run.seconds_left()
        while not dry_run.done:
            await asyncio.sleep(0)
        halfway = (dry_run.done, dry_run.total, dry_run.seconds_left(), dry_run.ended)
        go.set()
        await dry_run.task
        return waiting, halfway, (dry_run.ended, dry_run.failed, dry_run.seconds_left())

    waiting, halfway, over = asyncio.run(scenario())
    assert waiting is None
    assert halfway == (30, 120, 9.0, False)
    assert over == (True, "the records do not answer", None)


def test_dry_runs_of_one_community_run_in_turn_few_wait_and_the_oldest_go():
    async def scenario():
        trials, order, go = Trials(lambda: 0.0), [], asyncio.Event()

        def work_of(name):
            async def work(_progress):
                order.append(name)
                await go.wait()
                raise UnavailableError("records_stalled", "no")

            return work

        first = [trial(f"t{n}") for n in range(WAITING_MAX)]
        for dry_run in first:
            trials.begin("c", dry_run, work_of(dry_run.id))
        with pytest.raises(BusyError):
            trials.begin("c", trial("late"), work_of("late"))
        trials.begin("other", trial("theirs"), work_of("theirs"))
        await asyncio.sleep(0.0)
        begun = list(order)
        go.set()
        for dry_run in first:
            await dry_run.task
        for n in range(KEPT):
            more = trial(f"m{n}")
            trials.begin("c", more, work_of(more.id))
            await more.task
        with pytest.raises(UnknownError):
            trials.find("c", "t0")
        with pytest.raises(UnknownError):
            trials.find("other", "m0")
        return begun, [dry_run.id for dry_run in trials.latest("c")]

    begun, listed = asyncio.run(scenario())
    assert begun == ["t0", "theirs"]
    assert listed == [f"m{n}" for n in reversed(range(KEPT))]
