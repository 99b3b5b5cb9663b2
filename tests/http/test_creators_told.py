"""Every move of a creator's order is told to webhooks, in order, and the audit names what does not follow from the moves."""

import pytest
from sqlalchemy import create_engine, text

from tests.http.test_ads import scene as plain_scene
from tests.worlds.ad_world import ADVERTISER
from tests.worlds.creator_world import OWNER, accepted, act, hired, published, settled, studio
from tests.worlds.hooked import carry, hook, scene
from tests.worlds.trade_world import audited, yuan


@scene
async def test_a_webhook_is_told_of_every_move_in_order(world, receiver, url):
    await world.put("/v1/advertisers/mei-ads", ADVERTISER, status=201)
    await hired(world)
    await hook(world, url, types=[])
    made = await published(world, await accepted(world))
    await settled(world, made)
    other = await accepted(world, name="o2", brief_id="b2")
    await act(world, other, "cancel", OWNER)
    await carry(world)
    events = [event for _, _, event, _ in receiver.requests]
    mine = [event for event in events if event["type"].startswith("assignment.")]
    objects = [event["data"]["object"] for event in mine]
    first = [
        event["type"].partition(".")[2]
        for event in mine
        if event["data"]["object"]["id"] == made["id"]
    ]

    assert first == [
        "offered",
        "accepted",
        "drafted",
        "approved",
        "published",
        "measured",
        "settled",
    ]
    assert {order["object"] for order in objects} == {"assignment"}
    last = objects[[event["type"] for event in mine].index("assignment.settled")]
    assert last == {
        "object": "assignment", "id": made["id"], "offer_id": "o1", "brief_id": "b1", "advertiser_id": "mei-ads",
        "creator": "ann", "move": "settle", "by": "clock", "stage": "settled", "amount": yuan(100),
    }  # fmt: skip
    assert [order["stage"] for order in objects if order["id"] == other["id"]][-1] == "cancelled"
    assert len({event["id"] for event in events}) == len(events)
    deliveries = await world.ask("GET", "/v1/webhooks/app/deliveries", status=200)
    assert {delivery["subject"] for delivery in deliveries["data"]} >= {made["id"], other["id"]}


@scene
async def test_a_webhook_hears_only_of_what_it_asked_for(world, receiver, url):
    await world.put("/v1/advertisers/mei-ads", ADVERTISER, status=201)
    await hired(world)
    await hook(world, url, types=["assignment.accepted"])
    await accepted(world)
    await carry(world)
    assert [event["type"] for _, _, event, _ in receiver.requests] == ["assignment.accepted"]


@pytest.mark.parametrize(
    ("change", "subject"),
    [
        ("UPDATE assignments SET measured = measured - 1, back = back + 1", "division"),
        ("UPDATE assignments SET back = back + 1", "division"),
        ("UPDATE assignments SET stage = 14", "asg_"),
        ("UPDATE assignment_events SET move = 7 WHERE move = 8", "asg_"),
        ("DELETE FROM assignment_events WHERE move = 10", "asg_"),
        ("DELETE FROM assignments", "asg_"),
        ("UPDATE ledger_transfers SET external = 'x' WHERE code = 14", "creator_payable"),
    ],
)
def test_the_audit_names_what_does_not_follow_from_the_moves(tmp_path, change, subject):
    @plain_scene
    async def story(world):
        await studio(world)
        await settled(world, await published(world, await accepted(world)))
        await audited(world)
        engine = create_engine(f"sqlite:///{tmp_path / 'records.db'}")
        with engine.begin() as connection:
            assert connection.execute(text(change)).rowcount
        engine.dispose()
        differences = (await world.ask("POST", "/v1/audit", status=200))["differences"]
        assert "creators" in {difference["check"] for difference in differences}
        assert any(subject in difference["subject"] for difference in differences), differences

    story(tmp_path)
