"""Who changed what: every act of those who run a community leaves one record, in the transaction that does it."""

import re

import msgspec
from litestar.routes import HTTPRoute

from lodestone.models.rates import default_model
from lodestone.serve.http.paths import permission_of
from lodestone.stores.external.payment_providers import TRIAL, Behaviour, TrialProvider
from tests.worlds.acts import (
    of_the_advertiser,
    of_the_creators,
    of_the_creators_desk,
    of_the_desk,
    of_the_manager,
    of_the_moderators,
    of_the_window,
)
from tests.worlds.merchant_desk import MEAL, Clerk
from tests.worlds.stripe_stand_in import SETTINGS
from tests.worlds.trade_world import SHOP, SOUP, bought, line, market, order, redeem, voucher, yuan
from tests.worlds.unaudited import NOT_AN_ACT, SPECIAL
from tests.worlds.world import opened, run

SALE = {
    "product_id": "soup", "variant_id": "bowl", "stock": 2, "opens_at": "2026-03-01T00:00:00Z",
    "closes_at": "2026-04-05T00:00:00Z",
}  # fmt: skip
WEIGHTS = msgspec.to_builtins(default_model())
ZONE = {"time_zone": "Asia/Shanghai"}
READING = ("GET", "HEAD", "OPTIONS")


def writing(world):
    """Return every route that a change could come by, with what it declares."""
    found = {}
    for route in world.app.asgi._inner.routes:
        if isinstance(route, HTTPRoute):
            for method, (handler, _) in route.route_handler_map.items():
                if method not in READING:
                    found[f"{method} {route.path_format}"] = permission_of(handler)
    return found


async def log(world, query="", **more):
    answer = await world.ask("GET", f"/v1/audit-log?limit=1000{query}", status=200, **more)
    return answer["data"]


class Acting:
    """Does things, and holds by route the newest record that each left."""

    def __init__(self, world):
        self.world, self.seen, self.known = world, {}, set()
        self.operator = {
            "Authorization": f"Bearer {world.app.operator_key}", "X-Community": "c",
        }  # fmt: skip

    async def start(self):
        self.known = {one["id"] for one in await log(self.world)}

    async def left(self, route, number=1):
        """Take what is new in the log, which must be so many records, all of this route."""
        new = [one for one in await log(self.world) if one["id"] not in self.known]
        assert [one["route"] for one in new] == [route] * number, (route, new)
        self.known |= {one["id"] for one in new}
        self.seen[route] = new[0]

    async def do(self, route, body=None, *, number=1, headers=None, **named):
        method, path = route.split(" ")
        by_operator = "/communities" in path or path == "/v1/backup"
        told = await self.world.ask(
            method, re.sub(r"\{(\w+)\}", lambda part: named[part.group(1)], path), body,
            headers=self.operator if by_operator else headers,
        )  # fmt: skip
        assert told is None or "error" not in told, (route, told)
        await self.left(route, number)
        return told


async def of_the_operator(acting, folder):
    """Do what whoever runs a community may, once each."""
    do, world = acting.do, acting.world
    await do("PUT /v1/domains/{domain_id}", {"kind": "channel", "name": "Tea"}, domain_id="tea")
    office = "/v1/domains/{domain_id}/moderators/{person_id}"
    await do(f"PUT {office}", domain_id="tea", person_id="p1")
    hidden, why = "/v1/domains/{domain_id}/hidden/{item_id}", {"reason": "not about tea"}
    await do(f"PUT {hidden}", why, domain_id="tea", item_id="i7")
    await do(f"DELETE {hidden}", domain_id="tea", item_id="i7")
    labels, spoiler = hidden.replace("hidden", "labels"), {"label": "spoiler", **why}
    await do(f"PUT {labels}", spoiler, domain_id="tea", item_id="i7")
    await do(f"DELETE {labels}", domain_id="tea", item_id="i7")
    pins = hidden.replace("hidden", "pins")
    await world.items(1, first=7, channels=["tea"])
    await do(f"PUT {pins}", why, domain_id="tea", item_id="i7")
    await do(f"DELETE {pins}", domain_id="tea", item_id="i7")
    out, gone = (
        "/v1/domains/{domain_id}/removed/{person_id}",
        {"reason": "spam", "may_return": False},
    )
    await do(f"PUT {out}", gone, domain_id="tea", person_id="p2")
    await do(f"DELETE {out}", domain_id="tea", person_id="p2")
    await do(f"DELETE {office}", domain_id="tea", person_id="p1")
    await do("DELETE /v1/domains/{domain_id}", domain_id="tea")
    spam = {"kind": "video", "author_id": "a0", "labels": [{"label": "drop", "rule": "spam"}]}
    await do("PUT /v1/items/{item_id}", spam, item_id="i0")
    hidden = '{"id": "i1", "kind": "video", "author_id": "a1", "state": "draft"}'
    await world.ask("POST", "/v1/items:bulk", content=hidden, status=200)
    await acting.left("POST /v1/items:bulk")
    await do("DELETE /v1/items/{item_id}", item_id="i2")
    await do("POST /api/item", {"ItemId": "i3", "IsHidden": True})
    await do("POST /api/items", [{"ItemId": "i4", "IsHidden": True}])
    await do("PATCH /api/item/{item_id}", {"IsHidden": True}, item_id="i5")
    await do("DELETE /api/item/{item_id}", item_id="i6")
    await of_the_moderators(acting)
    await do("PUT /v1/policy", {"preset": "growth"})
    await do("POST /v1/policy/rollback", {"version": 1})
    await do("PUT /v1/predictor", WEIGHTS)
    await do("POST /v1/item-lists")
    await do("PUT /v1/communities/{community_id}", {**ZONE, "name": "Kaili"}, community_id="c")
    keys = "/v1/communities/{community_id}/keys"
    made = await do(f"POST {keys}", {"name": "app"}, community_id="c")
    await do(f"DELETE {keys}/{{key_id}}", community_id="c", key_id=made["id"])
    await do("POST /v1/backup", {"path": str(folder), "media": False})
    hook = {"url": "https://app.example/hook", "state": "paused"}
    await do("PUT /v1/webhooks/{webhook_id}", hook, webhook_id="app")
    await do("POST /v1/webhooks/{webhook_id}/secret", webhook_id="app")
    await resend(acting)
    await do("PUT /v1/live/{room_id}", {"owner_id": "p0", "title": "Live"}, room_id="room")
    await do("DELETE /v1/people/{person_id}", person_id="p8")
    await do("DELETE /api/user/{user_id}", user_id="p9")


async def resend(acting):
    """Let a webhook be told of a room, and be told again."""
    do, world = acting.do, acting.world
    hook = {"url": "https://app.example/hook"}
    await do("PUT /v1/webhooks/{webhook_id}", {**hook, "state": "active"}, webhook_id="app")
    await do("PUT /v1/live/{room_id}", {"owner_id": "p0", "title": "Tea"}, room_id="tea")
    await do(
        "PUT /v1/live/{room_id}", {"owner_id": "p0", "title": "Tea", "state": "live"}, room_id="tea"
    )
    records = world.engine.parts.records
    records.fan_out("c", "app", now=world.engine.now())
    (told,) = (await world.ask("GET", "/v1/webhooks/app/deliveries"))["data"]
    again = "POST /v1/webhooks/{webhook_id}/deliveries/{delivery_id}/resend"
    await do(again, webhook_id="app", delivery_id=told["id"])


async def of_the_merchant(acting):
    """Do what a shop's people may over the app's own doors, and the operator for them."""
    do, world = acting.do, acting.world
    await do("PUT /v1/shops/{shop_id}", {**SHOP, "name": "Soups"}, shop_id="soups")
    rejected = {"decision": "rejected", "note": "no licence"}
    await do("POST /v1/shops/{shop_id}/review", rejected, shop_id="soups")
    await do("POST /v1/shops/{shop_id}/review", {"decision": "approved"}, shop_id="soups")
    desk = "/v1/shops/{shop_id}/staff/{person_id}"
    await do(f"PUT {desk}", {"role": "manager"}, shop_id="soups", person_id="li")
    await do(f"PUT {desk}", {"role": "clerk"}, shop_id="soups", person_id="p1")
    await do(f"DELETE {desk}", shop_id="soups", person_id="p1")
    await do(f"POST {desk}/keys", shop_id="soups", person_id="li")
    await do("PUT /v1/products/{product_id}", {**SOUP, "name": "Hot soup"}, product_id="soup")
    await do("PUT /v1/stock/{stock_id}", {"shop_id": "soups", "stock": 5}, stock_id="duck")
    await do("PUT /v1/sales/{sale_id}", SALE, sale_id="flash")
    for what, body in (("fulfil", None), ("cancel", None), ("refund", {"request_id": "f0"})):
        made = await bought(world, line(), buyer="p2")
        await do(f"POST /v1/orders/{{order_id}}/{what}", body, order_id=made["id"])
    await bought(world, MEAL, buyer="p3")
    code = (await voucher(world, "p3"))["code"]
    await redeem(world, code, "r0")
    await acting.left("POST /v1/vouchers/redeem")
    desk = {"shop_id": "soups", "staff_id": "li", "redeemed": "r0", "request_id": "b0"}
    await do("POST /v1/vouchers/reverse", desk)
    world.engine.trade.providers[TRIAL] = TrialProvider(usual=Behaviour.LATE)
    made = await order(world, line(), buyer="p4")
    late = {"amount": made["total"], "method": TRIAL}
    await world.ask("POST", f"/v1/orders/{made['id']}/pay", late, status=202)
    (one,) = (await world.ask("GET", "/v1/payments?state=unknown", status=200))["data"]
    await do("POST /v1/payments/{payment_id}/result", {"state": "paid"}, payment_id=one["id"])


async def of_the_books(acting):
    """Close a day and pay out what it earned; then close the doors."""
    do, world = acting.do, acting.world
    world.later(days=1)
    await do("POST /v1/settle", {"day": "2026-03-04"})
    (payout,) = (await do("POST /v1/payouts", {"day": "2026-03-04"}, number=2))["data"]
    result = {"state": "paid", "reference": "b-7"}
    await do("POST /v1/payouts/{payout_id}/result", result, payout_id=payout["id"])
    theirs = {"party": "shop:soups"}
    await do("PUT /v1/payees/{party}", {"provider": "stripe", "account": "acct_1"}, **theirs)
    await world.ask("DELETE", "/v1/payees/shop:soups?provider=stripe", status=204)
    await acting.left("DELETE /v1/payees/{party}")
    await do("POST /v1/provider-funds", {"to": "stripe", "amount": yuan(1)})
    records = await log(world)
    await world.ask("POST", "/v1/communities/c/disable", status=200, headers=acting.operator)
    await world.put("/v1/communities/c", {**ZONE, "name": "Kaili"}, headers=acting.operator)
    (opened_again, closed) = (await log(world))[:2]
    assert len(records) == len(await log(world)) - 2
    acting.seen[closed["route"]] = closed
    assert opened_again["after"] == closed["before"] == {"state": "active"}


def test_every_route_by_which_somebody_runs_a_community_leaves_one_record_of_it(tmp_path):
    async def scenario():
        async with opened(tmp_path / "home", demo="c", environment=SETTINGS) as world:
            await market(world)
            await world.items(8)
            acting = Acting(world)
            await acting.start()
            await of_the_operator(acting, tmp_path / "copy")
            await of_the_merchant(acting)
            await of_the_advertiser(acting)
            await of_the_creators(acting)
            await of_the_creators_desk(acting)
            await of_the_desk(acting)
            await of_the_manager(acting)
            await of_the_window(acting)
            await of_the_books(acting)
            return acting.seen, writing(world), await log(world)

    seen, routes, records = run(scenario)
    quiet = set().union(*NOT_AN_ACT.values())
    assert set(routes) - quiet - SPECIAL == set(seen)
    assert quiet <= set(routes)
    assert {name for name in quiet if routes[name].audited != "never"} == set()
    silent = {one["route"] for one in records if (one["before"], one["after"]) == (None, None)}
    assert silent <= {"DELETE /v1/people/{person_id}"}


def operator(world):
    return {"Authorization": f"Bearer {world.app.operator_key}", "X-Community": "c"}


def test_a_record_says_who_when_what_and_how_it_was_before(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            clerk = Clerk(world, "li")
            await clerk.arrive()
            await clerk.open()
            await world.put("/v1/shops/soups/staff/li", {"role": "manager"}, status=204)
            world.later(minutes=5)
            await clerk.send("/merchant/stock", product="soup", variant="bowl", change="3")
            before = await world.ask("GET", "/v1/policy")
            await world.put("/v1/policy", {"preset": "growth"}, status=200)
            after = await world.ask("GET", "/v1/policy")
            keys = await world.ask("GET", "/v1/communities/c/keys", headers=operator(world))
            by_name = {one["name"]: one["id"] for one in keys["data"]}
            return (await log(world))[:3], by_name, before["policy"], after["policy"]

    (policy, stock, role), keys, before, after = run(scenario)
    app = next(name for name in keys if name != "soups")
    assert role == {
        "id": role["id"], "at": "2026-03-04T12:00:00.000Z",
        "actor": {"key_id": keys[app], "person_id": None},
        "route": "PUT /v1/shops/{shop_id}/staff/{person_id}",
        "object": {"kind": "shop", "id": "soups", "person_id": "li"},
        "before": {"role": "clerk"}, "after": {"role": "manager"}, "erased": False,
    }  # fmt: skip
    assert stock["actor"] == {"key_id": keys["soups"], "person_id": "li"}
    assert (stock["route"], stock["at"]) == ("POST /merchant/stock", "2026-03-04T12:05:00.000Z")
    assert stock["object"] == {"kind": "product", "id": "soup", "person_id": "mei"}
    units = [one["variants"][0]["stock"] for one in (stock["before"], stock["after"])]
    assert units == [10, 13]
    assert policy["object"] == {"kind": "policy", "id": "2", "person_id": None}
    changed = {name for name in after if before.get(name) != after[name]}
    assert {"version", "worths"} <= set(policy["after"]) <= changed
    assert all(after[name] == value for name, value in policy["after"].items())
    assert all(before[name] == value for name, value in policy["before"].items())


def test_the_log_is_read_by_key_person_object_and_day_a_page_at_a_time(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            everything = await log(world)
            paged, cursor = [], ""
            while cursor is not None:
                page = await world.ask("GET", f"/v1/audit-log?limit=2{cursor}", status=200)
                paged += page["data"]
                cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
            world.later(days=1)
            await world.put("/v1/shops/soups/staff/p1", {"role": "clerk"}, status=204)
            filters = [
                "&kind=product", "&kind=shop&object_id=soups", "&about_id=li", "&about_id=nobody",
                "&key_id=key_none", "&from=2026-03-05", "&to=2026-03-04", "&from=9999-12-31",
                "&to=9999-12-31", "&actor_id=li",
            ]  # fmt: skip
            return everything, paged, {one: len(await log(world, one)) for one in filters}

    everything, paged, told = run(scenario)
    assert paged == everything
    assert told == {
        "&kind=product": 2, "&kind=shop&object_id=soups": 4, "&about_id=li": 1, "&about_id=nobody": 0,
        "&key_id=key_none": 0, "&from=2026-03-05": 1, "&to=2026-03-04": len(everything),
        "&from=9999-12-31": 0, "&to=9999-12-31": len(everything) + 1, "&actor_id=li": 0,
    }  # fmt: skip


def test_the_log_is_for_keys_with_its_scope_and_of_their_own_community(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            await world.put(
                "/v1/communities/other", ZONE, headers=operator(world) | {"X-Community": "other"}
            )
            keys = {}
            for name, scopes in (("other", ["audit"]), ("c", ["read", "policy"])):
                made = await world.ask(
                    "POST", f"/v1/communities/{name}/keys", {"scopes": scopes}, headers=operator(world)
                )  # fmt: skip
                keys[name] = {"Authorization": f"Bearer {made['key']}"}
            token = (await world.ask("POST", "/v1/sessions", {"viewer": "p0"}))["token"]
            page = {"Authorization": f"Bearer {token}"}
            return (
                await log(world, headers=keys["other"]),
                [(await world.http.get("/v1/audit-log", headers=one)).status_code for one in (keys["c"], page)],
                (await world.http.get("/v1/audit-log?cursor=eA")).json(),
            )  # fmt: skip

    others, refused, bad = run(scenario)
    assert [(one["route"], one["object"]["kind"]) for one in others] == [
        ("POST /v1/communities/{community_id}/keys", "key"),
        ("PUT /v1/communities/{community_id}", "community"),
    ]
    assert refused == [403, 403]
    assert bad["error"]["code"] == "cursor_invalid"


def test_what_people_do_themselves_and_what_time_brings_about_is_no_act(tmp_path):
    async def scenario():
        given = {"clock": "driven", **ZONE}
        async with opened(tmp_path, given=given) as world:
            await world.put("/v1/clock", {"instant": "2026-03-04T12:00:00Z"}, status=200)
            await market(world)
            made = await order(world, line())
            before = await log(world)
            token = (await world.ask("POST", "/v1/sessions", {"viewer": "p0"}))["token"]
            page = {"Authorization": f"Bearer {token}"}
            await world.ask("POST", f"/v1/orders/{made['id']}/cancel", headers=page, status=200)
            await order(world, line())
            await world.put("/v1/clock", {"instant": "2026-03-04T14:00:00Z"}, status=200)
            await world.put("/v1/people/p0", {"name": "Ann"}, status=200)
            quiet = await log(world)
            states = [one["state"] for one in (await world.ask("GET", "/v1/orders"))["data"]]
            world.later(hours=2)
            await world.put("/v1/clock", {"release": True}, status=200)
            return before, quiet, states, (await log(world))[0]

    before, quiet, states, released = run(scenario)
    assert quiet == before
    assert sorted(states) == ["cancelled", "expired"]
    assert (released["before"], released["after"]) == ({"clock": "driven"}, {"clock": "wall"})


def test_erasing_somebody_takes_what_was_about_them_out_of_the_log_and_leaves_that_it_was_done(
    tmp_path,
):
    secret = "gone-with-the-wind-7731"

    async def scenario():
        async with opened(tmp_path) as world:
            await world.put("/v1/people/mei", {"name": "Mei"}, status=201)
            await world.put("/v1/people/li", {"name": "Li"}, status=201)
            shop = {**SHOP, "name": secret}
            await world.put("/v1/shops/soups", shop, status=201)
            note = {"decision": "rejected", "note": f"not {secret}"}
            await world.ask("POST", "/v1/shops/soups/review", note, status=200)
            await world.put("/v1/shops/soups/staff/li", {"role": "manager"}, status=204)
            clear = await log(world)
            await world.ask("DELETE", "/v1/people/mei")
            return clear, await log(world)

    clear, after = run(scenario)
    assert [one["object"]["person_id"] for one in clear[:3]] == ["li", "mei", "mei"]
    assert secret in str(clear)
    erasing, staff, review, made = after[:4]
    assert [one["erased"] for one in after[:4]] == [False, False, True, True]
    assert (review["before"], review["after"], made["after"]) == (None, None, None)
    assert (erasing["object"], erasing["after"]) == (
        {"kind": "person", "id": "", "person_id": None}, {"erased": True}
    )  # fmt: skip
    assert staff["after"] == {"role": "manager"}
    for path in tmp_path.rglob("records.db*"):
        assert secret.encode() not in path.read_bytes(), path
