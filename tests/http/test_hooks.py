"""Webhooks over real sockets: in order, again after a failure and a restart, never twice in effect."""

import asyncio

from tests.worlds.hooked import carry, hook, log, scene
from tests.worlds.hooks_world import receiving
from tests.worlds.trade_world import act, bought, line, market, order, pay
from tests.worlds.world import opened, run


@scene
async def test_a_delivery_is_tried_again_under_the_same_id_and_those_after_it_wait(
    world, receiver, url
):
    await hook(world, url)
    receiver.answers = [500, 503, 200]
    paid = await bought(world)
    await act(world, paid, "fulfil")
    other = await bought(world, buyer="p1")

    await carry(world)
    assert receiver.told == [("order.paid", 500), ("order.paid", 503)]
    world.later(seconds=1)
    await carry(world)
    assert len(receiver.requests) == 2
    world.later(seconds=5)
    await carry(world)

    assert sorted(receiver.told[2:]) == [
        ("order.fulfilled", 200), ("order.paid", 200), ("order.paid", 200),
    ]  # fmt: skip
    subjects = [told["data"]["object"]["id"] for _, _, told, _ in receiver.requests]
    mine = [kind for (kind, _), subject in zip(receiver.told, subjects, strict=True) if subject == paid["id"]]  # fmt: skip
    assert mine == ["order.paid", "order.paid", "order.fulfilled"]
    assert other["id"] in subjects
    ids = [headers["Lodestone-Delivery"] for headers, _, _, _ in receiver.requests]
    assert len(set(ids)) == 3
    assert sorted(receiver.effects.values()) == ["order.fulfilled", "order.paid", "order.paid"]


@scene
async def test_the_log_says_what_was_tried_and_when_it_is_tried_next(world, receiver, url):
    await hook(world, url)
    receiver.answers = [500]
    paid = await bought(world)
    await carry(world)

    (one,) = await log(world)
    assert (one["type"], one["subject"], one["state"]) == ("order.paid", paid["id"], "pending")
    assert [(a["status"], a["problem"]) for a in one["attempts"]] == [(500, "answered 500")]
    assert "2026-03-04T12:00:02" <= one["next_at"] <= "2026-03-04T12:00:05.001Z"
    world.later(seconds=6)
    await carry(world)
    (done,) = await log(world)

    assert (done["id"], done["event_id"]) == (one["id"], one["event_id"])
    assert (done["state"], done["next_at"]) == ("delivered", None)
    assert [a["status"] for a in done["attempts"]] == [500, 200]


@scene
async def test_a_receiver_that_never_answers_well_is_given_up_and_shown(world, receiver, url):
    await hook(world, url)
    paid = await bought(world)
    await act(world, paid, "fulfil")
    receiver.answers = [500] * 1000
    while (told := await log(world)) == [] or told[-1]["state"] == "pending":
        await carry(world)
        world.later(hours=6)
    assert receiver.told[0] == ("order.paid", 500)
    receiver.answers = []
    world.later(hours=6)
    await carry(world)

    newest, first = await log(world)
    assert (first["type"], first["state"], first["next_at"]) == ("order.paid", "failed", None)
    assert (newest["type"], newest["state"]) == ("order.fulfilled", "delivered")
    shown = await world.ask("GET", "/v1/webhooks/app", status=200)
    assert (shown["failed"], shown["pending"], shown["secret"]) == (1, 0, None)


def test_what_was_not_told_before_a_restart_is_told_after_it(tmp_path):
    async def scenario():
        with receiving() as (receiver, url):
            async with opened(tmp_path, reach="loopback") as world:
                await market(world)
                await hook(world, url)
                receiver.answers = [500]
                first = await bought(world)
                await carry(world)
                second = await bought(world, buyer="p1")
                before, clock = await log(world), world.clock
            clock.advance(seconds=10)
            async with opened(tmp_path, clock=clock, reach="loopback") as world:
                await carry(world)
                after = await log(world)

            told = [body["data"]["object"]["id"] for _, _, body, _ in receiver.requests]
            assert told[0] == first["id"]
            assert sorted(told[1:]) == sorted([first["id"], second["id"]])
            assert after[-1]["id"] == before[-1]["id"]
            assert [one["state"] for one in after] == ["delivered", "delivered"]
            assert len(receiver.effects) == 2

    run(scenario())


def test_an_answer_that_was_lost_is_told_again_and_has_no_second_effect(tmp_path):
    async def scenario():
        with receiving() as (receiver, url):
            async with opened(tmp_path, reach="loopback") as world:
                await market(world)
                await hook(world, url)
                await bought(world)
                records, lost = world.app.records, []

                class Forgetful:
                    def __getattr__(self, name):
                        return getattr(records, name)

                    def attempted(self, *told):
                        lost.append(told)

                courier = world.app.couriers.of("c")
                courier._records = Forgetful()  # the machine dies between the answer and its note
                await asyncio.to_thread(courier.round, "app", world.engine.now())
                courier._records = records
                await carry(world)

            assert len(lost) == 1
            ids = [headers["Lodestone-Delivery"] for headers, _, _, _ in receiver.requests]
            assert ids == [ids[0], ids[0]]
            assert receiver.requests[0][1] == receiver.requests[1][1]
            assert receiver.effects == {ids[0]: "order.paid"}

    run(scenario())


@scene
async def test_only_the_types_asked_for_are_told_and_only_from_then_on(world, receiver, url):
    await bought(world)
    await hook(world, url, types=["order.fulfilled"])
    paid = await bought(world, buyer="p1")
    await act(world, paid, "fulfil")
    await carry(world)

    assert receiver.told == [("order.fulfilled", 200)]


@scene
async def test_what_happens_while_a_webhook_is_paused_is_told_later(world, receiver, url):
    await hook(world, url)
    await hook(world, url, status=200, state="paused")
    await bought(world)
    await carry(world)
    assert receiver.requests == []
    await hook(world, url, status=200)
    await carry(world)

    assert receiver.told == [("order.paid", 200)]


@scene
async def test_an_erased_buyer_is_named_to_nobody(world, receiver, url):
    await hook(world, url)
    await bought(world, buyer="p3")
    await world.ask("DELETE", "/v1/people/p3", status=204)
    await carry(world)

    assert receiver.requests[0][2]["data"]["object"]["buyer"] is None
    assert b"p3" not in receiver.requests[0][1]


@scene
async def test_the_background_tells_by_itself(world, receiver, url):
    await hook(world, url)
    await pay(world, await order(world))
    while not receiver.requests:
        await asyncio.sleep(0)

    assert receiver.told == [("order.paid", 200)]


@scene
async def test_that_an_order_was_taken_is_told_before_anything_else_of_it(world, receiver, url):
    await hook(world, url, types=[])
    made = await order(world, line(quantity=2))
    await pay(world, made)

    await carry(world)

    assert receiver.told == [("order.placed", 200), ("order.paid", 200)]
    told = receiver.requests[0][2]["data"]["object"]
    assert (told["id"], told["move"], told["state"], told["amount"]) == (
        made["id"], "place", "reserved", None,
    )  # fmt: skip
