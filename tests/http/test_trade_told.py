"""What is told of orders: facts in the log, outcomes and reports, and an audit that holds them against the books."""

import numpy as np
import pytest
from sqlalchemy import text

from lodestone.events.outcomes import FactKind
from lodestone.services.audit.commerce import ALL_CHECKS
from lodestone.services.audit.ledger import audit
from lodestone.stores.log.port import Batch
from tests.worlds.trade_world import (
    act,
    audited,
    bought,
    line,
    market,
    redeem,
    voucher,
    yuan,
)
from tests.worlds.world import opened, run


def test_what_was_bought_from_a_feed_is_an_outcome_of_its_slot_and_the_shop_is_the_buyers_own(
    tmp_path,
):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            feed = await world.feed(position={"latitude": 26.38, "longitude": 108.08})
            slot = next(one for one in feed["slots"] if one["item_id"] == "soup")
            assert slot["kind"] == "product"
            await world.events(world.event("impression", slot))
            named = {"receipt_id": feed["receipt_id"], "slot": slot["slot"]}
            made = await bought(world, line(), line("soup", "bowl"), **named)

            item = await world.ask("GET", "/v1/items/soup", status=200)
            assert item["counters"]["order"] == 1
            state = world.engine.state
            mei, buyer = (world.engine.directory.person_row(one) for one in ("mei", "p0"))
            assert list(state.bought(buyer)) == [mei]
            assert made["receipt_id"] == feed["receipt_id"]
            await world.items(3)
            world.later(days=8)
            later = await world.feed(surface="following")
            shown = [(one["author_id"], one["domain"]) for one in later["slots"]]
            assert set(shown) == {("mei", "private")}
            liu = await world.ask(
                "GET", "/v1/reports/liu?from=2026-03-04&to=2026-03-04", status=200
            )
            assert [one["count"] for one in liu["liu"]["retained"]["customers"]] == [1]
            export = await world.ask("GET", "/v1/people/p0/export", status=200)
            assert [one["id"] for one in export["orders"]] == [made["id"]]
            assert [one["kind"] for one in export["payments"]] == ["charge"]
            owned = await world.ask("GET", "/v1/people/mei/export", status=200)
            assert (owned["orders"], owned["shops"]) == ([], ["soups"])

    run(scenario())


@pytest.mark.parametrize("days", [0, 9])
def test_an_order_that_comes_back_is_taken_back_where_it_counted_and_in_what_is_reported(
    tmp_path, days
):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            feed = await world.feed(position={"latitude": 26.38, "longitude": 108.08})
            slot = next(one for one in feed["slots"] if one["item_id"] == "soup")
            await world.events(world.event("impression", slot))
            named = {"receipt_id": feed["receipt_id"], "slot": slot["slot"]}
            made = await bought(world, line(quantity=4), **named)
            await act(world, made, "fulfil")
            whole = await reported(world)
            assert whole["customers"] == 1
            assert whole["value"] > 0

            world.later(days=days)
            await act(world, made, "refund", {"request_id": "a", "amount": yuan(18)})
            part = await reported(world)
            assert (part["customers"], part["order"], part["bought"]) == (1, 1, ["mei"])
            assert part["value"] == pytest.approx(whole["value"] - whole["order_worth"] / 4)
            await act(world, made, "refund", {"request_id": "b"})
            gone = await reported(world)

            assert (gone["customers"], gone["order"], gone["bought"]) == (0, 0, [])
            assert gone["value"] == pytest.approx(whole["value"] - whole["order_worth"])
            export = await world.ask("GET", "/v1/people/p0/export", status=200)
            told = [one for one in export["facts"] if one["type"] == "refund"]
            assert [(one["item_id"], one["receipt_id"]) for one in told] == [
                ("soup", feed["receipt_id"])
            ] * 2

    run(scenario())


def test_of_two_orders_from_one_card_both_are_counted_and_one_that_is_cancelled_leaves_the_other(
    tmp_path,
):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            feed = await world.feed(position={"latitude": 26.38, "longitude": 108.08})
            slot = next(one for one in feed["slots"] if one["item_id"] == "soup")
            named = {"receipt_id": feed["receipt_id"], "slot": slot["slot"]}
            first, second = [await bought(world, **named), await bought(world, **named)]
            assert (await reported(world))["order"] == 2

            await act(world, second, "cancel")
            left = await reported(world)
            assert (left["order"], left["bought"]) == (1, ["mei"])
            await act(world, first, "refund", {"request_id": "a"})

            none = await reported(world)
            assert (none["order"], none["bought"], none["customers"]) == (0, [], 0)

    run(scenario())


def test_vouchers_that_come_back_take_back_as_much_of_what_was_bought(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            made = await bought(world, line("meal", "two"))
            await act(world, made, "refund", {"request_id": "a", "units": 1})
            assert (await reported(world, "meal"))["order"] == 1
            world.later(days=31)
            await world.engine.tick()

            assert (await reported(world, "meal"))["order"] == 0

    run(scenario())


async def reported(world, item="soup"):
    """Return what is said of the orders of the first day."""
    days = "from=2026-03-04&to=2026-03-04"
    liu = (await world.ask("GET", f"/v1/reports/liu?{days}", status=200))["liu"]
    policy = await world.ask("GET", "/v1/policy", status=200)
    people = world.engine.directory
    row = people.person_row("p0")
    return {
        "customers": sum(one["count"] for one in liu["retained"]["customers"]),
        "value": sum(one["value_micros"] for one in liu["days"]),
        "order_worth": policy["policy"]["worths"]["order"],
        "order": (await world.ask("GET", f"/v1/items/{item}", status=200))["counters"]["order"],
        "bought": [people.person_ids[one] for one in world.engine.state.bought(row)],
    }


TAMPERED = [
    "UPDATE stock SET sold = sold + 1",
    "UPDATE stock SET held = held + 1",
    "UPDATE orders SET refunded = 1 WHERE number = 1",
    "UPDATE orders SET state = 4 WHERE number = 2",
    "UPDATE orders SET commission = commission + 1, merchant = merchant - 1 WHERE number = 1",
    "UPDATE vouchers SET used = used + 1",
    "UPDATE redemptions SET reversed = 1",
    "UPDATE sale_taken SET units = units + 1",
    "DELETE FROM order_events WHERE move = 3",
    "DELETE FROM orders WHERE number = 1",
]


@pytest.mark.parametrize("statement", TAMPERED)
def test_an_audit_names_what_was_tampered_with_in_trade(tmp_path, statement):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            sale = {
                "product_id": "soup", "variant_id": "bowl", "stock": 5,
                "opens_at": "2026-03-04T11:00:00Z", "closes_at": "2026-03-04T23:00:00Z",
            }  # fmt: skip
            await world.put("/v1/sales/flash", sale, status=201)
            done = await bought(world, line(quantity=2))
            await act(world, done, "fulfil")
            await bought(world, buyer="p1", sale_id="flash")
            await bought(world, line("meal", "two"), buyer="p2")
            await redeem(world, (await voucher(world, "p2"))["code"])
            await audited(world)
            with world.app.records._engine.begin() as connection:
                connection.execute(text(statement))

            told = await world.ask("POST", "/v1/audit", status=200)

            assert {one["check"] for one in told["differences"]} == {"trade"}

    run(scenario())


class Said:
    """A log that says what it is given."""

    def __init__(self, facts):
        self.facts = facts

    def end(self):
        return self.facts.size

    def read(self, after, *, limit):
        return iter([Batch(after, self.facts, ())])


def without(facts, kind):
    gone = np.flatnonzero(facts["kind"] == kind)[0]
    return np.delete(facts, gone)


def changed(facts, kind, name, by):
    facts = facts.copy()
    at = np.flatnonzero(facts["kind"] == kind)[0]
    facts[name][at] += by
    return facts


TOLD_WRONG = {
    "an order's fact is missing": (lambda facts: without(facts, FactKind.ORDER), "a fact of the order", "none"),
    "it is somebody else's": (lambda facts: changed(facts, FactKind.ORDER, "person", 1), "person:", "person:"),
    "a refund is missing": (lambda facts: without(facts, FactKind.REFUND), "millionths back", "0"),
    "more came back": (lambda facts: changed(facts, FactKind.REFUND, "value", 1), "millionths back", ""),
    "a refund of nothing": (lambda facts: changed(facts, FactKind.REFUND, "target", 1), "an order", "a refund alone"),
}  # fmt: skip


@pytest.mark.parametrize("what", TOLD_WRONG)
def test_an_audit_names_where_the_log_and_the_orders_differ(tmp_path, what):
    wrong, expected, found = TOLD_WRONG[what]

    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            for buyer in ("p0", "p1"):
                made = await bought(world, line(quantity=2), line("soup", "bowl"), buyer=buyer)
                await act(world, made, "refund", {"request_id": "a", "amount": yuan(5)})
            await bought(world, line("meal", "two"))
            engine, records = world.engine, world.app.records
            facts = np.concatenate([batch.facts for batch in engine.log.read(0)])

            def differences(facts):
                told = audit(engine.money, records, ALL_CHECKS, Said(facts))
                return [one for one in told.differences if one.check == "facts"]

            assert differences(facts) == []
            named = differences(wrong(facts))
            assert any(expected in one.expected and found in one.found for one in named), named

    run(scenario())
