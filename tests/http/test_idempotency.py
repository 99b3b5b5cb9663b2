"""Idempotency keys: of an actor, a method, a path and its query; what is remembered, and when."""

from datetime import datetime, timedelta

import msgspec
import pytest

from lodestone.stores.external.payment_providers import TRIAL, Behaviour, TrialProvider
from tests.worlds.trade_world import SOUP, line, market, order
from tests.worlds.world import TOWN, opened, run


def scene(told):
    def test(tmp_path):
        async def scenario():
            async with opened(tmp_path) as world:
                await market(world)
                await told(world)

        run(scenario())

    test.__name__ = told.__name__
    return test


async def page(world, viewer):
    made = await world.ask("POST", "/v1/sessions", {"viewer": viewer}, status=201)
    return {"Authorization": f"Bearer {made['token']}", "Idempotency-Key": "k"}


def soup(viewer):
    return {"buyer": viewer, "lines": [line()], "position": TOWN}


@scene
async def test_a_viewer_with_a_fresh_session_is_given_the_same_answer(world):
    await world.items(20)
    first = await page(world, "p0")
    world.later(seconds=1)
    fresh = await page(world, "p0")
    assert first != fresh
    for path, body in (("/v1/orders", soup("p0")), ("/v1/feeds", {"viewer": "p0"})):
        before = await world.ask("POST", path, body, headers=first)
        assert await world.ask("POST", path, body, headers=fresh) == before
    assert len((await world.ask("GET", "/v1/orders", status=200))["data"]) == 1


@scene
async def test_two_viewers_with_one_idempotency_key_have_an_answer_each(world):
    await world.items(20)
    receipts, orders = set(), set()
    for viewer in ("p0", "p1"):
        who = await page(world, viewer)
        feed = await world.ask("POST", "/v1/feeds", {"viewer": viewer}, headers=who, status=200)
        made = await world.ask("POST", "/v1/orders", soup(viewer), headers=who, status=201)
        receipts.add(feed["receipt_id"])
        orders.add((made["id"], made["buyer"]))
    assert len(receipts) == len({name for name, _ in orders}) == 2
    assert {buyer for _, buyer in orders} == {"p0", "p1"}


@scene
async def test_another_query_is_another_request(world):
    old = world.event("click", person="p0", item_id="soup", time="2026-01-04T12:00:00Z")
    key = {"Idempotency-Key": "k"}
    body = {"events": [old]}
    late = await world.ask("POST", "/v1/events", body, headers=key, status=200)
    taken = await world.ask("POST", "/v1/events?history=true", body, headers=key, status=200)
    assert (late["accepted"], taken["accepted"]) == (0, 1)

    made = await order(world)
    await world.ask("POST", f"/v1/orders/{made['id']}/pay", {"amount": made["total"]}, status=200)
    path = f"/v1/orders/{made['id']}/fulfil?staff_id="
    await world.ask("POST", f"{path}p5", headers=key, status=409)
    await world.ask("POST", f"{path}li", headers=key, status=200)


@scene
async def test_a_refusal_that_a_later_write_cures_is_not_remembered(world):
    key = {"headers": {"Idempotency-Key": "k"}}
    await world.ask("POST", "/v1/sessions", {"viewer": "new"}, status=404, **key)
    await world.put("/v1/people/new", {}, status=201)
    await world.ask("POST", "/v1/sessions", {"viewer": "new"}, status=201, **key)

    empty = {**SOUP["variants"][0], "stock": 0}
    await world.put("/v1/products/soup", {**SOUP, "variants": [empty]}, status=200)
    await world.ask("POST", "/v1/orders", soup("p0"), status=409, **key)
    await world.put("/v1/products/soup", SOUP, status=200)
    made = await world.ask("POST", "/v1/orders", soup("p0"), status=201, **key)
    assert await world.ask("POST", "/v1/orders", soup("p0"), status=201, **key) == made


@scene
async def test_a_payment_whose_end_nobody_knew_is_asked_about_again(world):
    trial = world.engine.trade.providers[TRIAL] = TrialProvider()
    trial.usual = Behaviour.LATE
    made = await order(world)
    path, body = f"/v1/orders/{made['id']}/pay", {"amount": made["total"], "method": TRIAL}
    key = {"headers": {"Idempotency-Key": "k"}}
    await world.ask("POST", path, body, status=202, **key)
    (payment,) = (await world.ask("GET", "/v1/payments", status=200))["data"]
    paid = {"state": "paid", "reference": "r"}
    await world.ask("POST", f"/v1/payments/{payment['id']}/result", paid, status=200)
    assert (await world.ask("POST", path, body, status=200, **key))["state"] == "paid"


@scene
async def test_a_body_that_no_time_can_cure_is_refused_the_same_again(world):
    key = {"headers": {"Idempotency-Key": "k"}}
    wrong = await world.ask("POST", "/v1/sessions", {"viewer": 7}, status=400, **key)
    assert await world.ask("POST", "/v1/sessions", {"viewer": 7}, status=400, **key) == wrong
    other = await world.ask("POST", "/v1/sessions", {"viewer": "p0"}, status=409, **key)
    assert other["error"]["code"] == "idempotency_conflict"


@pytest.mark.parametrize("path", ["/v1/sessions", "/v1/feeds", "/v1/orders"])
def test_who_has_seen_an_answer_is_given_the_same_after_the_connection_broke(tmp_path, path):
    bodies = {"/v1/sessions": {"viewer": "p0"}, "/v1/feeds": {"viewer": "p0"}}

    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            await world.items(20)
            body = msgspec.json.encode(bodies.get(path, soup("p0")))
            first = await broken_off(world, path, body)
            before = world.engine.log.receipt_next(), await orders(world)
            ends = (world.now + timedelta(hours=1)).timestamp()
            world.later(seconds=5)
            again = await world.http.post(path, content=body, headers={"Idempotency-Key": "k"})
            assert again.status_code == first
            assert (world.engine.log.receipt_next(), await orders(world)) == before
            if path == "/v1/sessions":
                assert datetime.fromisoformat(again.json()["expires_at"]).timestamp() == ends

    run(scenario())


async def broken_off(world, path, body):
    """Ask over a connection that breaks with the first byte of the answer; return its status."""
    seen = []

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        seen.append(message)
        raise ConnectionResetError

    headers = [(b"authorization", f"Bearer {world.key}".encode()), (b"idempotency-key", b"k")]
    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(),
        "query_string": b"", "headers": headers, "client": ("127.0.0.1", 1), "scheme": "http",
        "http_version": "1.1", "server": ("x", 80), "root_path": "", "asgi": {"version": "3.0"},
    }  # fmt: skip
    with pytest.raises(ConnectionResetError):
        await world.app.asgi(scope, receive, send)
    return seen[0]["status"]


async def orders(world):
    return (await world.ask("GET", "/v1/orders", status=200))["data"]
