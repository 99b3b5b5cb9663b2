"""The webhooks' page: addresses and deliveries, pausing, a new secret, and sending one delivery again."""

import re

import pytest

from lodestone.commerce.webhooks import Attempt, Fate, Standing
from tests.worlds.acts import Operator
from tests.worlds.world import opened, run

ROOM = {"owner_id": "p0", "title": "Tea"}


async def told_of_a_room(world):
    """Let webhook `till` be told that a room started; return the delivery."""
    await world.people(1)
    await world.put("/v1/webhooks/till", {"url": "https://app.example/till"}, status=201)
    await world.put("/v1/live/tea", ROOM, status=201)
    await world.put("/v1/live/tea", {**ROOM, "state": "live"}, status=200)
    world.engine.parts.records.fan_out("c", "till", now=world.engine.now())
    (delivery,) = (await world.ask("GET", "/v1/webhooks/till/deliveries"))["data"]
    return delivery


def test_a_webhook_is_set_on_the_page_and_its_secret_is_shown_once(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            operator = await Operator(world).arrive()
            sent = {"id": "till", "url": "https://app.example/till", "type__order__paid": "on"}
            made = await operator.send("/operator/webhooks", **sent)
            listed = (await operator.look("/operator/webhooks")).text
            stored = await world.ask("GET", "/v1/webhooks/till", status=200)
            renewed = await operator.send("/operator/webhooks/till", do="renew")
            await operator.send("/operator/webhooks/till", do="pause")
            paused = await world.ask("GET", "/v1/webhooks/till", status=200)
            await operator.send("/operator/webhooks/till", do="activate")
            active = await world.ask("GET", "/v1/webhooks/till", status=200)
            return made.text, listed, stored, renewed.text, paused, active

    made, listed, stored, renewed, paused, active = run(scenario)
    first, second = (re.search(r"whsec_[^<]+", page).group() for page in (made, renewed))
    assert first != second
    assert "whsec_" not in listed
    assert (stored["url"], stored["types"]) == ("https://app.example/till", ["order.paid"])
    assert (paused["state"], active["state"]) == ("paused", "active")
    assert paused["types"] == active["types"] == ["order.paid"]


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"id": "", "url": "https://app.example/x"}, "id", "Write 1 to 128 printable characters."),
        ({"id": "a", "url": "https://"}, "url", "Nothing may be sent there"),
        ({"id": "a", "url": "x"}, "url", "Write a whole address"),
        ({"id": "a", "url": "http://127.0.0.1/x"}, "url", "Nothing may be sent there"),
        ({"id": "a", "url": "https://a.example/" + "x" * 2048}, "url", "Write a whole address"),
        ({"id": "kept", "url": "https://app.example/x"}, "id", "There is a webhook of this name"),
    ],
)
def test_what_cannot_be_a_webhook_is_refused_beside_its_field(tmp_path, fields, field, said):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.put("/v1/webhooks/kept", {"url": "https://app.example/kept"}, status=201)
            operator = await Operator(world).arrive()
            answer = await operator.send("/operator/webhooks", **fields)
            return answer, (await world.ask("GET", "/v1/webhooks"))["data"]

    answer, webhooks = run(scenario)
    assert answer.status_code == 400
    assert said in re.search(rf'id="{field}-wrong">([^<]*)<', answer.text).group(1)
    assert [(webhook["id"], webhook["url"]) for webhook in webhooks] == [
        ("kept", "https://app.example/kept")
    ]


def test_a_delivery_that_was_given_up_is_sent_again_from_the_page(tmp_path):
    async def scenario():
        async with opened(tmp_path, environment={"LODESTONE_WEBHOOK_REACH": "loopback"}) as world:
            delivery = await told_of_a_room(world)
            records, now = world.engine.parts.records, world.engine.now()
            lost = (Attempt(now, 500, "answered 500"),)
            records.attempted("c", [(1, lost, Standing(Fate.FAILED, None))])
            operator = await Operator(world).arrive()
            before = (await operator.look("/operator/webhooks/till")).text
            sent = await operator.send(
                "/operator/webhooks/till", do="resend", delivery=delivery["id"]
            )
            after = (await operator.look(sent.headers["location"])).text
            due = records.due_deliveries("c", "till", now=world.engine.now(), limit=9)
            bad = await operator.send("/operator/webhooks/till", do="resend", delivery="whd_none")
            return delivery, before, after, due, bad.status_code

    delivery, before, after, due, bad = run(scenario)
    assert delivery["type"] == "live.started"
    assert "given up" in before
    assert "500 answered 500" in before
    assert "It is tried once more, now." in after
    assert [(row.number, len(row.attempts)) for row in due] == [(1, 1)]
    assert bad == 404


def test_a_key_without_the_scope_sees_no_webhook(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await told_of_a_room(world)
            headers = {"Authorization": f"Bearer {world.app.operator_key}"}
            body = {"name": "reader", "scopes": ["read", "policy"]}
            made = await world.ask("POST", "/v1/communities/c/keys", body, headers=headers)
            operator = await Operator(world, made["key"]).arrive()
            token = await operator.browser.token()
            fields = {"token": token, "do": "pause", "id": "b", "url": "https://app.example/b"}
            answers = [
                await operator.look("/operator/webhooks"),
                await operator.look("/operator/webhooks/till"),
                await operator.browser.ask("POST", "/operator/webhooks", fields),
                await operator.browser.ask("POST", "/operator/webhooks/till", fields),
            ]
            return answers, (await world.ask("GET", "/v1/webhooks"))["data"]

    answers, webhooks = run(scenario)
    assert [answer.status_code for answer in answers] == [403] * 4
    assert all("app.example" not in answer.text for answer in answers)
    assert [(webhook["id"], webhook["state"]) for webhook in webhooks] == [("till", "active")]
