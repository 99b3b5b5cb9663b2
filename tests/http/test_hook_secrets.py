"""A webhook's deliveries are signed; a new secret stands beside the old one for a day."""

import time
from base64 import b64encode, urlsafe_b64decode

import pytest
import stripe
from standardwebhooks import Webhook

from lodestone.stores.live import webhooks
from tests.worlds.hooked import carry, hook, scene
from tests.worlds.trade_world import act, bought, line


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
