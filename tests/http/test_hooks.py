"""Webhooks over real sockets: signed, in order, again after a failure and a restart, never twice in effect."""

import asyncio
import time
from base64 import b64encode, urlsafe_b64decode

import pytest
import stripe
from standardwebhooks import Webhook

from lodestone.commerce.webhooks import EVENT_TYPES
from lodestone.stores.external.webhook_post import HttpSender, Parcel
from lodestone.stores.live import webhooks
from tests.worlds.hooks_world import receiving
from tests.worlds.trade_world import act, bought, line, market, order, pay
from tests.worlds.world import opened, run

REST = [one for one in EVENT_TYPES if one != "order.placed"]


async def hook(world, url, name="app", *, status=201, types=REST, **more):
    more["types"] = types
    return await world.put(f"/v1/webhooks/{name}", {"url": url, **more}, status=status)


async def carry(world, name="app"):
    """Send what is due, round after round, until nothing is."""
    courier = world.app.couriers.of("c")
    while await asyncio.to_thread(courier.round, name, world.engine.now()):
        pass


async def log(world, name="app"):
    told = await world.ask("GET", f"/v1/webhooks/{name}/deliveries", status=200)
    return told["data"]


def scene(told):
    def test(tmp_path):
        async def scenario():
            with receiving() as (receiver, url):
                async with opened(tmp_path, reach="loopback") as world:
                    await market(world)
                    await told(world, receiver, url)

        run(scenario())

    test.__name__ = told.__name__
    return test


@scene
async def test_what_becomes_of_an_order_is_told_in_order_and_signed(world, receiver, url):
    made = await hook(world, url)
    paid = await bought(world, line(quantity=2))
    await act(world, paid, "fulfil")
    await act(world, paid, "refund", {"request_id": "r"})

    await carry(world)

    assert receiver.told == [
        ("order.paid", 200), ("order.fulfilled", 200), ("order.refunded", 200),
    ]  # fmt: skip
    for headers, body, told, _ in receiver.requests:
        event = stripe.Webhook.construct_event(
            body, headers["Lodestone-Signature"], made["secret"], tolerance=0
        )
        assert (event.id, event.type) == (told["id"], told["type"])
        assert told["data"]["object"]["id"] == paid["id"]
        assert headers["Host"] == url.split("/")[2]
    first = receiver.requests[0][2]
    assert first["created"] == world.now.timestamp()
    assert first["data"]["object"] == {
        "object": "order", "id": paid["id"], "move": "pay", "state": "paid",
        "amount": {"micros": 36_000_000, "currency": "CNY"}, "buyer": "p0", "shop_id": "soups",
        "sale_id": None, "fulfilment": "pickup", "lines": paid["lines"], "total": paid["total"],
        "commission": paid["commission"],
    }  # fmt: skip


@scene
async def test_the_signature_carries_the_walls_time(world, receiver, url):
    made = await hook(world, url)
    world.clock.advance(seconds=time.time() - world.clock.now() / 1_000_000)
    await bought(world)
    await carry(world)

    headers, body, told, _ = receiver.requests[0]
    assert stripe.WebhookSignature.verify_header(
        body, headers["Lodestone-Signature"], made["secret"], 300
    )
    assert Webhook(made["secret"]).verify(body, headers) == told
    assert headers["webhook-id"] == headers["Lodestone-Delivery"]


@scene
async def test_a_secret_of_an_earlier_version_goes_on_until_a_new_one_takes_its_place(
    world, receiver, url
):
    world.clock.advance(seconds=time.time() - world.clock.now() / 1_000_000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(webhooks, "SALT_BYTES", 32)  # as earlier versions drew them
        old = (await hook(world, url))["secret"]
    assert len(old) == len("whsec_") + 43
    await bought(world)
    await carry(world)
    new = (await world.ask("POST", "/v1/webhooks/app/secret", status=200))["secret"]
    await bought(world, buyer="p1")
    await carry(world)

    standard = b64encode(urlsafe_b64decode(old.removeprefix("whsec_") + "=")).decode()
    for headers, body, told, _ in receiver.requests:
        assert stripe.WebhookSignature.verify_header(body, headers["Lodestone-Signature"], old)
        assert Webhook(standard).verify(body, headers) == told
    headers, body, told, _ = receiver.requests[1]
    assert stripe.WebhookSignature.verify_header(body, headers["Lodestone-Signature"], new)
    assert Webhook(new).verify(body, headers) == told


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
async def test_a_secret_is_given_once_and_a_new_one_stands_beside_the_old_for_a_day(
    world, receiver, url
):
    old = (await hook(world, url))["secret"]
    assert old.startswith("whsec_")
    assert (await hook(world, url, status=200))["secret"] is None
    new = (await world.ask("POST", "/v1/webhooks/app/secret", status=200))["secret"]
    assert new != old
    await bought(world)
    await carry(world)
    world.later(days=1)
    await bought(world, buyer="p1")
    await carry(world)

    (first, body, _, _), (second, later, _, _) = receiver.requests
    for secret in (old, new):
        stripe.WebhookSignature.verify_header(body, first["Lodestone-Signature"], secret)
    stripe.WebhookSignature.verify_header(later, second["Lodestone-Signature"], new)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.WebhookSignature.verify_header(later, second["Lodestone-Signature"], old)


@scene
async def test_a_redirect_is_no_answer_and_is_not_followed(world, receiver, url):
    await hook(world, url)
    receiver.answers = [302]
    await bought(world)
    await carry(world)

    assert len(receiver.requests) == 1
    (one,) = await log(world)
    assert one["attempts"][0]["problem"] == "answered 302"


@scene
async def test_bad_webhooks_are_refused(world, receiver, url):
    for body, code, field in (
        ({"url": "https://10.1.2.3/hook"}, "webhook_address", "url"),
        ({"url": "http://app.example/hook"}, "webhook_address", "url"),
        ({"url": "https://[::ffff:169.254.169.254]/"}, "webhook_address", "url"),
        ({"url": url, "types": ["order.paid", "order.paid"]}, "malformed", "types"),
        ({"url": url, "types": ["order.eaten"]}, "malformed", "types[0]"),
        ({"url": url, "state": "asleep"}, "malformed", "state"),
    ):
        told = await world.put("/v1/webhooks/app", body, status=400)
        assert (told["error"]["code"], told["error"]["details"][0]["field"]) == (code, field)
    told = await world.ask("GET", "/v1/webhooks/app", status=404)
    assert told["error"]["code"] == "webhook_unknown"
    for method, path in (("GET", "deliveries"), ("POST", "secret")):
        told = await world.ask(method, f"/v1/webhooks/app/{path}", status=404)
        assert told["error"]["code"] == "webhook_unknown"


@scene
async def test_the_background_tells_by_itself(world, receiver, url):
    await hook(world, url)
    await pay(world, await order(world))
    while not receiver.requests:
        await asyncio.sleep(0)

    assert receiver.told == [("order.paid", 200)]


NAMES = {
    "inside.example": ["10.0.0.7"], "both.example": ["1.1.1.1", "192.168.0.9"],
    "mapped.example": ["::ffff:10.0.0.7"], "metadata.example": ["169.254.169.254"],
    "nothing.example": [],
}  # fmt: skip


async def resolving(host, port):
    return NAMES[host]


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_name_that_leads_inside_is_not_spoken_to(name):
    sender = HttpSender("loopback", resolving)

    (told,) = sender.send([Parcel(f"https://{name}/hook", b"{}", {})])

    assert told.status is None
    assert told.problem == "address leads where this server sends no webhooks"


def test_the_connection_goes_to_the_address_that_was_judged():
    asked = []

    async def once(host, port):
        asked.append((host, port))
        return ["127.0.0.1"]

    with receiving() as (receiver, url):
        port = int(url.split(":")[2].split("/")[0])
        sender = HttpSender("private", once)
        (told,) = sender.send([Parcel(f"http://app.example:{port}/hook", b'{"type":"x"}', {"Lodestone-Delivery": "d"})])  # fmt: skip

    assert (told.status, told.problem) == (200, None)
    assert asked == [("app.example", port)]
    assert receiver.requests[0][0]["Host"] == f"app.example:{port}"


def test_nobody_listening_is_told_as_not_reached():
    with receiving() as (_, url):
        pass

    (told,) = HttpSender("loopback").send([Parcel(url, b"{}", {})])

    assert (told.status, told.problem) == (None, "not reached: ConnectError")


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
