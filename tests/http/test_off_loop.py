"""Nothing that serves asks a database on the event loop: the stores refuse it, and no route tries to."""

import asyncio

import pytest

from lodestone.base.serving import begin_serving
from tests.worlds.ad_world import AD, ADVERTISER, CAMPAIGN, GROUP, PATHS
from tests.worlds.boost_world import BOOST
from tests.worlds.creator_world import bodies, every_move, hired, there_for
from tests.worlds.stripe_stand_in import SETTINGS
from tests.worlds.trade_world import SHOP, SOUP, bought, line, market, order, redeem, voucher, yuan
from tests.worlds.world import TOWN, opened, run

SALE = {
    "product_id": "soup", "variant_id": "bowl", "stock": 2, "opens_at": "2026-03-01T00:00:00Z",
    "closes_at": "2026-04-05T00:00:00Z",
}  # fmt: skip
FEEDBACK = {"FeedbackType": "like", "UserId": "p1", "ItemId": "i1"}
DESK = {"shop_id": "soups", "staff_id": "li"}
BODIES = {
    "PUT /v1/items/{item_id}": {"kind": "video", "author_id": "a0"},
    "PUT /v1/domains/{domain_id}": {"kind": "channel"},
    "POST /v1/feeds": {"viewer": "p0"}, "PUT /v1/policy": {"preset": "growth"},
    "POST /v1/policy/dry-run": {"preset": "growth"}, "POST /v1/policy/rollback": {"version": 1},
    "PUT /v1/communities/{community_id}": {"time_zone": "Asia/Shanghai"},
    "POST /v1/communities/{community_id}/keys": {"name": "k"},
    "POST /v1/sessions": {"viewer": "p0"}, "POST /v1/settle": {"day": "2026-03-01"},
    "POST /v1/payouts": {"day": "2026-03-01"}, "PUT /v1/shops/{shop_id}": SHOP,
    "POST /v1/shops/{shop_id}/review": {"decision": "approved"},
    "PUT /v1/shops/{shop_id}/staff/{person_id}": {"role": "clerk"},
    "PUT /v1/products/{product_id}": SOUP, "PUT /v1/sales/{sale_id}": SALE,
    "PUT /v1/stock/{stock_id}": {"shop_id": "soups", "stock": 5},
    "PUT /v1/advertisers/{advertiser_id}": ADVERTISER, "PUT /v1/campaigns/{campaign_id}": CAMPAIGN,
    "POST /v1/advertisers/{advertiser_id}/deposits": {"amount": yuan(1)},
    "POST /v1/ads:local": {"product_id": "soup", "radius_km": 3, "daily_budget": yuan(5)},
    "POST /v1/forecasts": {"daily_budgets": [yuan(5)]},
    "PUT /v1/boosts/{boost_id}": BOOST, "POST /v1/boosts:forecast": BOOST,
    "POST /v1/boosts/{boost_id}/stop": {"person_id": "ann"},
    "PUT /v1/ad-groups/{ad_group_id}": GROUP, "PUT /v1/ads/{ad_id}": AD,
    "POST /v1/ads/{ad_id}/review": {"decision": "approved"},
    "POST /v1/orders": {"buyer": "p1", "lines": [line()], "position": TOWN},
    "POST /v1/orders/{order_id}/pay": {"amount": yuan(18)},
    "POST /v1/orders/{order_id}/refund": {"request_id": "f0"},
    "POST /v1/vouchers/prepare": {"code": "x", **DESK},
    "POST /v1/vouchers/redeem": {"code": "x", "request_id": "r1", **DESK},
    "POST /v1/vouchers/reverse": {"redeemed": "r0", "request_id": "b0", **DESK},
    "POST /api/user": {"UserId": "p1"}, "POST /api/users": [{"UserId": "p9"}],
    "POST /api/item": {"ItemId": "i1"}, "POST /api/items": [{"ItemId": "i9"}],
    "POST /api/feedback": [FEEDBACK], "PUT /api/feedback": [FEEDBACK],
    "PATCH /api/user/{user_id}": {"Labels": ["tea"]}, "PATCH /api/item/{item_id}": {"Comment": "tea"},
    "POST /api/session/recommend": [FEEDBACK],
    "POST /api/session/recommend/{category_name}": [FEEDBACK],
    "PUT /v1/live/{room_id}": {"owner_id": "p0", "title": "Live"},
    "PUT /v1/webhooks/{webhook_id}": {"url": "https://app.example/hook", "state": "paused"},
    "POST /v1/payments/send": {"provider": "manual"},
    "POST /v1/payments/{payment_id}/result": {"state": "paid"},
    "POST /v1/payouts/{payout_id}/result": {"state": "paid"},
    "PUT /v1/payees/{party}": {"provider": "stripe", "account": "acct_1"},
    "POST /v1/provider-funds": {"to": "stripe", "amount": yuan(1)},
    "POST /v1/reviews/{review_id}/decide": {"decision": "warn"},
    "POST /v1/reviews/{review_id}/appeal": {"text": "it is tea"},
}  # fmt: skip
LINES = {
    "POST /v1/people:bulk": '{"id": "p1"}', "POST /v1/items:bulk": '{"id": "i1", "kind": "video"}',
}  # fmt: skip
LAST = ("DELETE", "POST /v1/communities/{community_id}/disable")
"""What is asked after everything else, since less is there afterwards."""


async def town(world):
    """Let there be something behind every route, and name it as paths do."""
    await world.people(4)
    await world.items(12)
    await world.put("/v1/domains/d0", {"kind": "channel"}, status=201)
    await market(world)
    await world.put("/v1/stock/duck", {"shop_id": "soups", "stock": 5}, status=201)
    await world.put("/v1/sales/flash", SALE, status=201)
    for path, body in PATHS.items():
        await world.put(path, body, status=201)
    await hired(world)
    moves = await every_move(world)
    await bought(world, line("meal", "two"), buyer="p2")
    await redeem(world, (await voucher(world, "p2"))["code"], "r0")
    await world.put("/v1/live/room", {"owner_id": "p0", "title": "Live"}, status=201)
    hook = {"url": "https://app.example/hook", "state": "paused"}
    await world.put("/v1/webhooks/app", hook, status=201)
    kind = {"Content-Type": "image/png"}
    stored = await world.ask("PUT", "/v1/media/m", content=b"png", headers=kind)
    feed = await world.feed()
    await world.events(world.event("report", person="p1", item_id="i0"))
    (review,) = (await world.ask("GET", "/v1/reviews", status=200))["data"]
    payments = (await world.ask("GET", "/v1/payments", status=200))["data"]
    accounts = (await world.ask("GET", "/v1/accounts", status=200))["data"]
    transfers = (await world.ask("GET", "/v1/transfers", status=200))["data"]
    return {
        "person_id": "p0", "item_id": "i0", "domain_id": "d0", "author_id": "a1", "slot": 1,
        "receipt_id": feed["receipt_id"], "community_id": "c", "source": "s",
        "key": stored["url"].rpartition("/")[2], "key_id": "key_none", "shop_id": "soups",
        "product_id": "soup", "stock_id": "duck", "sale_id": "flash", "user_id": "p0",
        "category": "tea", "category_name": "tea", "feedback_type": "like", "name": "popular",
        "order_id": (await order(world))["id"], "what": "fulfil", "party": "shop:soups",
        "account_id": accounts[0]["id"], "transfer_id": transfers[0]["id"], "day": "2026-03-01",
        "provider": "stripe", "payout_id": "pay_" + 32 * "0", "room_id": "room", "webhook_id": "app",
        "payment_id": payments[0]["id"] if payments else "pmt_" + 32 * "0", "path": "openapi.json",
        "comment_id": "k1", "voucher_id": "vch_" + 32 * "0", "review_id": review["id"], "trial_id": "trial", "delivery_id": "whd", "version": 1,
        "advertiser_id": "mei-ads", "campaign_id": "lunch", "ad_group_id": "corner", "ad_id": "bowl",
        "brief_id": "b", "offer_id": "o", "assignment_id": "a", "authorisation_id": "let", "boost_id": "x", "moves": moves,
    }  # fmt: skip


def routes(world):
    """Return method and path of every route there is, those that take something away last."""
    found = {
        f"{method} {route.path_format}"
        for route in world.app.asgi._inner.routes
        for method in route.methods - {"OPTIONS", "HEAD"}
    }
    return sorted(found, key=lambda name: (name.startswith(LAST), name))


def named(there, path):
    """Return what stands for the names of a path."""
    moves = there.get("moves", "none")
    return there if moves == "none" else {**there, **there_for(moves, path)}


async def answers(world, headers, there, *, valid):
    """Ask every route once; return what each answered."""
    statuses, creating = {}, bodies(world)
    for name in routes(world):
        method, path = name.split(" ")
        body = BODIES.get(name, creating.get(path, {})) if valid else {"nothing": [-1]}
        sent = {"content": LINES[name]} if name in LINES else {"json": body}
        if method in ("GET", "DELETE"):
            sent = {}
        if path.startswith(("/merchant", "/advertiser", "/creator")) and method == "POST":
            sent = {"data": {"token": "t", "code": "x"}}
        who = headers["page"] if "/page/" in path else headers["key"]
        if any(part in path for part in ("/v1/communities", "/v1/backup")):
            who = headers["operator"]
        answer = await world.http.request(
            method, path.format(**named(there, path)), headers=who, **sent
        )
        statuses[name] = answer.status_code
    return statuses


@pytest.mark.parametrize("valid", [True, False])
def test_no_route_makes_a_statement_on_the_event_loop(valid, tmp_path):
    async def scenario():
        async with opened(tmp_path, demo="c", environment=SETTINGS) as world:
            there = await town(world)
            token = (await world.ask("POST", "/v1/sessions", {"viewer": "p0"}))["token"]
            headers = {
                "key": dict(world.http.headers), "page": {"Authorization": f"Bearer {token}"},
                "operator": {"Authorization": f"Bearer {world.app.operator_key}"},
            }  # fmt: skip
            names = there if valid else dict.fromkeys(there, "none") | {"slot": 9, "version": 9}
            return await answers(world, headers, names, valid=valid)

    told = run(scenario)
    assert {name: status for name, status in told.items() if status >= 500 and status != 501} == {}
    assert len(told) > 150
    if valid:
        assert sum(status < 300 for status in told.values()) > 100


def test_records_and_log_refuse_a_statement_on_the_event_loop_of_a_task_that_serves(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(1)
            await world.items(3)
            feed = await world.feed()
            records, log = world.app.records, world.engine.log
            sequence = world.engine.sequence_of(feed["receipt_id"])

            async def serves(ask, *args):
                begin_serving()
                return ask(*args)

            async def serves_well(ask, *args):
                begin_serving()
                return await asyncio.to_thread(ask, *args)

            for ask, *args in (
                (records.person, "c", "p0"), (records.communities,), (records.compact,),
                (log.receipt, sequence), (log.prices, 0), (log.root,), (log.verify,),
            ):  # fmt: skip
                with pytest.raises(RuntimeError, match="on the event loop"):
                    await asyncio.create_task(serves(ask, *args))
            assert await asyncio.create_task(serves_well(records.person, "c", "p0"))
            assert await asyncio.create_task(serves_well(log.receipt, sequence))

    run(scenario)


def test_what_the_clock_makes_due_makes_no_statement_on_the_event_loop(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            await world.items(20)
            await order(world)
            await world.put("/v1/live/room", {"owner_id": "p0", "title": "Live"}, status=201)
            await world.feed()
            world.later(days=2)

            async def serves():
                begin_serving()
                await world.engine.tick()

            await asyncio.create_task(serves())
            states = [one["state"] for one in (await world.ask("GET", "/v1/orders"))["data"]]
            assert states == ["expired"]

    run(scenario)


def test_an_event_that_names_a_receipt_without_a_beacon_is_taken_off_the_event_loop(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(2)
            await world.items(5)
            feed = await world.feed()

            def event(item, slot):
                about = {"item_id": item, "receipt_id": feed["receipt_id"]}
                return {**world.event("like", **about), "slot": slot}

            named = [event(slot["item_id"], slot["slot"]) for slot in feed["slots"]]
            wrong = event("i0", 50)
            told = await world.events(*named, wrong)
            assert told["accepted"] == len(named) > 0
            assert [one["code"] for one in told["refused"]] == ["receipt_unknown"]

    run(scenario)
