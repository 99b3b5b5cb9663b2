"""Every state of a boost is told to webhooks, and the audit names what does not follow from its money."""

import pytest
from sqlalchemy import create_engine, text

from tests.http.test_ads import scene as plain_scene
from tests.worlds.boost_world import BOOST, boosted, boosting, buy, over, passed, seen, stop
from tests.worlds.hooked import carry, hook, scene
from tests.worlds.trade_world import audited, yuan


@scene
async def test_a_webhook_is_told_when_a_boost_starts_ends_and_what_went_back(world, receiver, url):
    await world.put("/v1/people/ann", {"name": "Ann"}, status=201)
    await world.put("/v1/items/film", {"kind": "video", "author_id": "ann"}, status=201)
    await hook(world, url, types=["boost.started", "boost.ending", "boost.ended"])
    await buy(world)
    await stop(world)
    await over(world, 1)
    await carry(world)
    events = [event for _, _, event, _ in receiver.requests]

    assert [event["type"] for event in events] == ["boost.started", "boost.ending", "boost.ended"]
    first, _, last = (event["data"]["object"] for event in events)
    assert first == {
        "object": "boost", "id": "b1", "person_id": "ann", "item_id": "film", "buys": "impressions",
        "amount": BOOST["amount"], "pay_from": "manual", "state": "running", "refunded": None,
    }  # fmt: skip
    assert (last["state"], last["refunded"]) == ("ended", yuan(1))
    deliveries = await world.ask("GET", "/v1/webhooks/app/deliveries", status=200)
    assert {delivery["subject"] for delivery in deliveries["data"]} == {"b1"}


@pytest.mark.parametrize(
    ("change", "subject"),
    [
        ("UPDATE boosts SET amount = amount + 10000", "bst_"),
        ("UPDATE boosts SET back = back - 1", "charged"),
        ("UPDATE boosts SET price = 1", "charged"),
        ("UPDATE boosts SET source = 1 - source", "provider_clearing"),
        ("UPDATE ledger_transfers SET external = 'x' WHERE code = 26", "provider_clearing"),
        ("DELETE FROM boosts", "bst_"),
    ],
)
def test_the_audit_names_what_does_not_follow_from_a_boosts_money(tmp_path, change, subject):
    @plain_scene
    async def story(world):
        await boosting(world)
        await buy(world)
        await passed(world, minutes=1)
        (slot,) = boosted(await world.feed("p0"))
        await seen(world, slot, "p0")
        await stop(world)
        await over(world, 4)
        await audited(world)
        engine = create_engine(f"sqlite:///{tmp_path / 'records.db'}")
        with engine.begin() as connection:
            assert connection.execute(text(change)).rowcount
        engine.dispose()
        differences = (await world.ask("POST", "/v1/audit", status=200))["differences"]
        assert "boosts" in {difference["check"] for difference in differences}
        assert any(subject in difference["subject"] for difference in differences), differences

    story(tmp_path)
