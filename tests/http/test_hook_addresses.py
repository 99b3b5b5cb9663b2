"""Where a webhook may lead: the address that was judged is the one that is spoken to."""

import pytest

from lodestone.stores.external.webhook_post import HttpSender, Parcel
from tests.worlds.hooked import carry, hook, log, scene
from tests.worlds.hooks_world import receiving
from tests.worlds.trade_world import bought


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
