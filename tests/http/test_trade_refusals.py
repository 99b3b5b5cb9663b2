"""Every bad input of trade has its own refusal, and a refusal changes nothing."""

import pytest

from tests.worlds.records_dump import dump
from tests.worlds.trade_world import (
    MEAL,
    SHOP,
    SOUP,
    act,
    beside,
    bought,
    line,
    market,
    order,
    pay,
    redeem,
    voucher,
    yuan,
)
from tests.worlds.world import TOWN, opened, run

FAR = beside(10.15)
HOME = {"text": "Mill Lane 3", "position": TOWN}


async def refused(world, code, method, path, body=None, status=409):
    """Ask for what must be refused; nothing that is stored may differ after."""
    before = dump(world)
    told = await world.ask(method, path, body, status=status)
    assert told["error"]["code"] == code, told
    assert dump(world) == before
    return told["error"]


async def order_refused(world, code, *lines, status=409, **more):
    body = {"buyer": "p0", "lines": list(lines) or [line()], "position": TOWN, **more}
    body = {key: value for key, value in body.items() if value is not None}
    return await refused(world, code, "POST", "/v1/orders", body, status)


def scene(told):
    def test(tmp_path):
        async def scenario():
            async with opened(tmp_path) as world:
                await market(world)
                await told(world)

        run(scenario())

    test.__name__ = told.__name__
    return test


@scene
async def test_an_order_from_just_outside_the_radius_is_refused_with_the_distance(world):
    error = await order_refused(world, "too_far", position=FAR)

    assert "10.2 km away" in error["message"]
    assert "within 10 km" in error["message"]
    await order(world, position=beside(9.9))


@scene
async def test_a_delivery_goes_by_its_address_wherever_the_buyer_is(world):
    away = {"text": "Far Lane 1", "position": FAR}
    await order_refused(world, "address_missing", fulfilment="delivery")
    error = await order_refused(world, "too_far", fulfilment="delivery", address=away)
    assert error["details"][0]["field"] == "address.position"

    made = await order(world, position=None, fulfilment="delivery", address=HOME)
    assert made["address"]["text"] == "Mill Lane 3"


@scene
async def test_a_position_that_nobody_could_have_reached_is_refused(world):
    await order(world, position=beside(9))
    await order_refused(world, "impossible_travel", position=beside(-9))

    world.later(minutes=2)
    await order(world, position=beside(-9))


@scene
async def test_without_a_position_the_buyer_is_where_they_are_known_to_be(world):
    await order_refused(world, "position_missing", position=None)
    await world.put("/v1/people/p1", {"home": FAR})
    await order_refused(world, "too_far", position=None, buyer="p1")

    present = {"home": FAR, "present": TOWN, "present_at": world.now.isoformat()}
    await world.put("/v1/people/p1", present)
    await order(world, position=None, buyer="p1")


@pytest.mark.parametrize(
    ("code", "lines", "more", "status"),
    [
        ("sold_out", [line(quantity=11)], {}, 409),
        ("sold_out", [line(quantity=6), line(quantity=5)], {}, 409),
        ("variant_unknown", [line(variant="bucket")], {}, 409),
        ("date_unknown", [line(date="2026-03-05")], {}, 409),
        ("fulfilment_unknown", [line()], {"fulfilment": "redeem"}, 409),
        ("price_changed", [line()], {"total": yuan(17)}, 409),
        ("currency_mismatch", [line()], {"total": {"micros": 18_000_000, "currency": "EUR"}}, 409),
        ("product_unknown", [line("tea")], {}, 404),
        ("person_unknown", [line()], {"buyer": "nobody"}, 404),
        ("sale_unknown", [line()], {"sale_id": "none"}, 404),
        ("receipt_unknown", [line()], {"receipt_id": "rcp_" + "0" * 32, "slot": 1}, 404),
        ("malformed", [line()], {"total": {"micros": -1, "currency": "CNY"}}, 400),
        ("malformed", [line()], {"slot": 1}, 400),
        ("malformed", [line(quantity=0)], {}, 400),
        ("malformed", [], {"lines": []}, 400),
    ],
)
def test_an_order_that_does_not_fit_is_refused_by_name(tmp_path, code, lines, more, status):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            await order_refused(world, code, *lines, status=status, **more)

    run(scenario())


@scene
async def test_a_shop_sells_only_once_approved_and_open(world):
    for change, code in (
        ({"status": "paused"}, "shop_closed"),
        ({"hours": [{"day": "wednesday", "opens": "08:00", "closes": "12:00"}]}, "shop_closed"),
    ):
        await world.put("/v1/shops/soups", {**SHOP, **change}, status=200)
        await order_refused(world, code)
    await world.put("/v1/shops/soups", SHOP, status=200)
    await world.ask("POST", "/v1/shops/soups/review", {"decision": "rejected"}, status=200)
    await order_refused(world, "shop_not_approved")
    item = await world.ask("GET", "/v1/items/soup", status=200)
    assert item["state"] == "draft"


@scene
async def test_a_product_that_is_withdrawn_is_not_sold(world):
    await world.put("/v1/products/soup", {**SOUP, "state": "withdrawn"}, status=200)

    await order_refused(world, "product_not_live")


@scene
async def test_the_lines_of_an_order_are_of_one_shop(world):
    await world.put("/v1/shops/other", {**SHOP, "name": "Other"}, status=201)
    await world.put("/v1/products/pie", {**SOUP, "shop_id": "other"}, status=201)

    await order_refused(world, "lines_of_shops", line(), line("pie"), status=400)


@pytest.mark.parametrize(
    ("code", "path", "body", "status"),
    [
        ("malformed", "/v1/products/soup", {**SOUP, "variants": [{**SOUP["variants"][0], "price": yuan(-1)}]}, 400),
        ("malformed", "/v1/products/soup", {**SOUP, "commission_share": 1.5}, 400),
        ("malformed", "/v1/products/soup", {**SOUP, "variants": SOUP["variants"] * 2}, 400),
        ("malformed", "/v1/products/soup", {**SOUP, "variants": [{"id": "x", "price": yuan(1)}]}, 400),
        ("currency_mismatch", "/v1/products/soup", {**SOUP, "variants": [{**SOUP["variants"][0], "price": {"micros": 1, "currency": "EUR"}}]}, 400),
        ("stock_unknown", "/v1/products/soup", {**SOUP, "variants": [{"id": "x", "price": yuan(1), "stock_item": "x"}]}, 404),
        ("shop_unknown", "/v1/products/tea", {**SOUP, "shop_id": "none"}, 404),
        ("shop_fixed", "/v1/products/soup", {**SOUP, "shop_id": "other"}, 400),
        ("item_taken", "/v1/products/post", SOUP, 409),
        ("stock_below_taken", "/v1/products/soup", {**SOUP, "variants": [{**SOUP["variants"][0], "stock": 1}]}, 409),
        ("stock_foreign", "/v1/products/meal", {**MEAL, "variants": [{"id": "x", "price": yuan(1), "stock_item": "theirs"}]}, 400),
        ("owner_fixed", "/v1/shops/soups", {**SHOP, "owner_id": "li"}, 400),
        ("person_unknown", "/v1/shops/soups", {**SHOP, "owner_id": "nobody"}, 404),
        ("malformed", "/v1/shops/soups", {**SHOP, "radius_km": 0}, 400),
        ("product_unknown", "/v1/sales/s", {"product_id": "x", "variant_id": "y", "opens_at": "2026-03-04T12:00:00Z", "closes_at": "2026-03-04T13:00:00Z", "stock": 1}, 404),
        ("variant_unknown", "/v1/sales/s", {"product_id": "soup", "variant_id": "y", "opens_at": "2026-03-04T12:00:00Z", "closes_at": "2026-03-04T13:00:00Z", "stock": 1}, 404),
        ("malformed", "/v1/sales/s", {"product_id": "soup", "variant_id": "bowl", "opens_at": "2026-03-04T12:00:00Z", "closes_at": "2026-03-04T12:00:00Z", "stock": 1}, 400),
    ],
)  # fmt: skip
def test_a_merchants_input_that_does_not_fit_is_refused_by_name(tmp_path, code, path, body, status):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            await world.put("/v1/shops/other", SHOP, status=201)
            await world.put("/v1/stock/theirs", {"shop_id": "other", "stock": 3}, status=201)
            await world.put("/v1/items/post", {"kind": "text", "author_id": "mei"}, status=201)
            await order(world, line(quantity=3))
            await refused(world, code, "PUT", path, body, status)

    run(scenario())


@scene
async def test_a_payment_that_does_not_fit_is_refused_by_name(world):
    made = await order(world)
    path = f"/v1/orders/{made['id']}/pay"

    await refused(world, "amount_mismatch", "POST", path, {"amount": yuan(17)})
    other = {"micros": 18_000_000, "currency": "EUR"}
    await refused(world, "currency_mismatch", "POST", path, {"amount": other})
    body = {"amount": yuan(18), "method": "cowries"}
    await refused(world, "method_unknown", "POST", path, body, 400)
    world.later(minutes=15)
    await refused(world, "reservation_expired", "POST", path, {"amount": yuan(18)})
    await world.engine.tick()
    await refused(world, "reservation_expired", "POST", path, {"amount": yuan(18)})


@scene
async def test_a_hold_whose_time_is_over_cannot_be_fulfilled(world):
    made = await bought(world)
    path = f"/v1/orders/{made['id']}/fulfil"
    world.later(days=7)

    await refused(world, "hold_expired", "POST", path)
    await world.engine.tick()

    whole = await world.ask("GET", f"/v1/orders/{made['id']}", status=200)
    assert whole["state"] == "expired"
    await refused(world, "hold_expired", "POST", path)


@scene
async def test_no_more_is_refunded_than_was_paid(world):
    made = await bought(world)
    await act(world, made, "fulfil")
    path = f"/v1/orders/{made['id']}/refund"

    await refused(
        world, "refund_beyond_paid", "POST", path, {"request_id": "a", "amount": yuan(19)}
    )
    await act(world, made, "refund", {"request_id": "b", "amount": yuan(10)})
    await refused(world, "refund_beyond_paid", "POST", path, {"request_id": "c", "amount": yuan(9)})
    await refused(world, "request_reused", "POST", path, {"request_id": "b", "amount": yuan(1)})
    other = {"micros": 1, "currency": "EUR"}
    body = {"request_id": "d", "amount": other}
    await refused(world, "currency_mismatch", "POST", path, body)
    await refused(world, "malformed", "POST", path, {"request_id": "e", "amount": yuan(-1)}, 400)
    await refused(world, "units_not_redeemed", "POST", path, {"request_id": "f", "units": 1}, 400)
    rest = await act(world, made, "refund", {"request_id": "g"})
    assert (rest["state"], rest["refunded"]) == ("refunded", yuan(18))
    await refused(world, "move_refused", "POST", path, {"request_id": "h"})


@scene
async def test_a_voucher_is_redeemed_by_its_own_shops_own_people_at_the_shop(world):
    await world.put("/v1/shops/other", SHOP, status=201)
    await bought(world, line("meal", "two"))
    code = (await voucher(world))["code"]
    path = "/v1/vouchers/redeem"
    good = {"code": code, "request_id": "r", "shop_id": "soups", "staff_id": "li"}

    for change, refusal, status in (
        ({"code": "0" * 26}, "voucher_unknown", 404),
        ({"code": "some nonsense"}, "voucher_unknown", 404),
        ({"shop_id": "other", "staff_id": "mei"}, "voucher_foreign", 409),
        ({"shop_id": "none"}, "shop_unknown", 404),
        ({"staff_id": "p3"}, "staff_unknown", 409),
        ({"staff_id": "nobody"}, "staff_unknown", 409),
        ({"count": 4}, "count_beyond_left", 409),
        ({"count": 0}, "malformed", 400),
        ({"position": beside(1.1)}, "not_at_shop", 409),
    ):
        await refused(world, refusal, "POST", path, {**good, **change}, status)
    missed = await world.ask("POST", path, {**good, "code": "nonsense"}, status=404)
    assert missed["error"]["code"] == "short_code_unknown"  # and counted, against guessing
    await redeem(world, code, "r")
    await refused(world, "request_reused", "POST", path, {**good, "count": 2})
    world.later(days=31)
    await refused(world, "voucher_expired", "POST", path, {**good, "request_id": "s"})


@scene
async def test_nobody_redeems_here_who_was_elsewhere_a_moment_ago(world):
    await world.put("/v1/shops/soups", {**SHOP, "radius_km": 500}, status=200)
    await bought(world, line("meal", "two"))
    code = (await voucher(world))["code"]
    world.later(minutes=30)
    await order(world, position=beside(400))

    body = {"code": code, "request_id": "r", "shop_id": "soups", "staff_id": "mei"}
    await refused(world, "impossible_travel", "POST", "/v1/vouchers/redeem", body)
    world.later(minutes=30)
    await redeem(world, code)


@scene
async def test_a_redemption_is_reversed_once_and_within_the_hour(world):
    made = await bought(world, line("meal", "two"))
    code = (await voucher(world))["code"]
    await redeem(world, code, "r1", count=3)
    body = {"request_id": "b1", "redeemed": "r1", "shop_id": "soups", "staff_id": "li"}
    path = "/v1/vouchers/reverse"

    await refused(world, "redemption_unknown", "POST", path, {**body, "redeemed": "r9"}, 404)
    done = await world.ask("POST", path, body, status=200)
    assert done["voucher"]["left"] == 3
    assert await world.ask("POST", path, body, status=200) == done
    await refused(world, "already_reversed", "POST", path, {**body, "request_id": "b2"})
    await redeem(world, code, "r2")
    await refused(world, "request_reused", "POST", path, {**body, "redeemed": "r2"})
    world.later(hours=1, seconds=1)
    late = {**body, "request_id": "b3", "redeemed": "r2"}
    await refused(world, "reverse_too_late", "POST", path, late)
    whole = await world.ask("GET", f"/v1/orders/{made['id']}", status=200)
    moves = [one["move"] for one in whole["history"]]
    assert moves == ["place", "pay", "redeem", "fulfil", "reverse", "redeem"]


@scene
async def test_what_is_partly_redeemed_is_refunded_by_its_unused_part_only(world):
    made = await bought(world, line("meal", "two"))
    code = (await voucher(world))["code"]
    await redeem(world, code, "r1")
    path = f"/v1/orders/{made['id']}"

    await refused(world, "voucher_redeemed", "POST", f"{path}/cancel")
    body = {"request_id": "a", "amount": yuan(1)}
    await refused(world, "refund_not_whole_units", "POST", f"{path}/refund", body)
    body = {"request_id": "a", "units": 3}
    await refused(world, "refund_beyond_paid", "POST", f"{path}/refund", body)
    await refused(world, "move_refused", "POST", f"{path}/fulfil")
    rest = await act(world, made, "refund", {"request_id": "a", "units": 2})
    assert (rest["state"], rest["refunded"]["micros"]) == ("fulfilled", 66_660_000)


@scene
async def test_a_page_speaks_for_its_own_viewer_and_pays_for_nobody(world):
    mine, theirs = await order(world), await order(world, buyer="p1")
    made = await world.ask("POST", "/v1/sessions", {"viewer": "p0"}, status=201)
    page = {"Authorization": f"Bearer {made['token']}"}

    async def ask(method, path, body=None, *, status, code=None):
        told = await world.ask(method, path, body, status=status, headers=page)
        assert code is None or told["error"]["code"] == code
        return told

    body = {"buyer": "p1", "lines": [line()], "position": TOWN}
    await ask("POST", "/v1/orders", body, status=403, code="viewer_other")
    for order_, status in ((mine, 200), (theirs, 404)):
        await ask("GET", f"/v1/orders/{order_['id']}", status=status)
    listed = await ask("GET", "/v1/orders?buyer=p1", status=200)
    assert [one["id"] for one in listed["data"]] == [mine["id"]]
    pay_body = {"amount": yuan(18)}
    path = f"/v1/orders/{mine['id']}"
    await ask("POST", f"{path}/pay", pay_body, status=403, code="payment_from_page")
    await ask("POST", f"{path}/fulfil", status=403, code="scope_missing")
    await ask("POST", f"/v1/orders/{theirs['id']}/cancel", status=404, code="order_unknown")
    await pay(world, mine)
    await ask("POST", f"{path}/cancel", status=403, code="cancel_from_page")
    again = await ask("POST", "/v1/orders", {**body, "buyer": "p0"}, status=201)
    await ask("POST", f"/v1/orders/{again['id']}/cancel", status=200)


@scene
async def test_another_community_sees_nothing_of_it(world):
    made = await bought(world, line("meal", "two"))
    code = (await voucher(world))["code"]
    operator = {"Authorization": f"Bearer {world.app.operator_key}"}
    await world.put("/v1/communities/d", {}, headers=operator, status=201)
    other = {**operator, "X-Community": "d"}
    await world.put("/v1/people/li", {}, headers=other, status=201)

    for path in (f"/v1/orders/{made['id']}", "/v1/shops/soups", "/v1/products/meal"):
        await world.ask("GET", path, headers=other, status=404)
    body = {"code": code, "request_id": "r", "shop_id": "soups", "staff_id": "li"}
    told = await world.ask("POST", "/v1/vouchers/redeem", body, headers=other, status=404)
    assert told["error"]["code"] == "voucher_unknown"
    for path in ("/v1/orders", "/v1/vouchers", "/v1/shops", "/v1/products"):
        assert (await world.ask("GET", path, headers=other, status=200))["data"] == []


@scene
async def test_the_same_idempotency_key_orders_once(world):
    key = {**world.http.headers, "Idempotency-Key": "k1"}
    first = await order(world, headers=key)
    assert await order(world, headers=key) == first

    body = {"buyer": "p1", "lines": [line()], "position": TOWN}
    told = await world.ask("POST", "/v1/orders", body, headers=key, status=409)
    assert told["error"]["code"] == "idempotency_conflict"
    far = {**world.http.headers, "Idempotency-Key": "k2"}
    body["position"] = FAR
    once = await world.ask("POST", "/v1/orders", body, headers=far, status=409)
    assert await world.ask("POST", "/v1/orders", body, headers=far, status=409) == once
    assert len((await world.ask("GET", "/v1/orders", status=200))["data"]) == 1


@scene
async def test_a_clerk_hands_over_and_a_manager_refunds_and_strangers_do_neither(world):
    made = await bought(world)
    path = f"/v1/orders/{made['id']}"
    for name in ("p3", "nobody"):
        await refused(world, "staff_unknown", "POST", f"{path}/fulfil?staff_id={name}")
    body = {"request_id": "a", "amount": yuan(1)}
    for name, code in (("p3", "staff_unknown"), ("li", "role_lacking")):
        await refused(world, code, "POST", f"{path}/refund", {**body, "staff_id": name})

    done = await world.ask("POST", f"{path}/fulfil?staff_id=li", status=200)
    assert done["state"] == "fulfilled"
    told = await act(world, made, "refund", {**body, "staff_id": "mei"})
    assert told["refunded"] == yuan(1)
