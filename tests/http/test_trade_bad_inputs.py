"""Every bad input that issues name has a refusal of its own over HTTP, on both databases, and nothing changes."""

from contextlib import contextmanager

import pytest

from tests.worlds.postgres import cluster
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
    redeem,
    voucher,
    yuan,
)
from tests.worlds.world import TOWN, opened, run

EURO = {"micros": 18_000_000, "currency": "EUR"}


@contextmanager
def database(name):
    if name == "sqlite":
        yield None
        return
    with cluster() as url:
        yield url


async def stage(world):
    """Let there be something to be wrong about; return what the table names."""
    await market(world)
    await world.put("/v1/shops/other", {**SHOP, "owner_id": "p9", "name": "Other"}, status=201)
    await world.ask("POST", "/v1/shops/other/review", {"decision": "approved"}, status=200)
    await world.put("/v1/stock/theirs", {"shop_id": "other", "stock": 3}, status=201)
    await world.put("/v1/products/pie", {**SOUP, "shop_id": "other"}, status=201)
    sale = {
        "product_id": "soup", "variant_id": "bowl", "opens_at": "2026-03-01T00:00:00Z",
        "closes_at": "2026-05-01T00:00:00Z", "stock": 4, "limit_per_person": 1,
    }  # fmt: skip
    await world.put("/v1/sales/flash", sale, status=201)
    lapsed, held = await order(world, buyer="p5"), await bought(world, buyer="p6")
    old = await bought(world, line("meal", "two"), buyer="p7")
    world.later(days=31)
    fresh, sold = await order(world, position=beside(5), buyer="p1"), await bought(world)
    await act(world, sold, "fulfil")
    await bought(world, line("meal", "two"), buyer="p2")
    code = (await voucher(world, "p2"))["code"]
    await redeem(world, code, "r1")
    await bought(world, line("meal", "two"), buyer="p3")
    used = (await voucher(world, "p3"))["code"]
    await redeem(world, used, "r2", count=3)
    await order(world, buyer="p4", sale_id="flash")
    vouchers = await bought(world, line("meal", "two"), buyer="p8")
    # What time has made due is done now, not by a tick between two looks.
    await world.engine.tick()
    return {
        "lapsed": lapsed["id"], "held": held["id"], "fresh": fresh["id"], "sold": sold["id"],
        "vouchers": vouchers["id"], "code": code, "used": used, "old": old["id"],
        "old_code": (await voucher(world, "p7"))["code"],
    }  # fmt: skip


def ordering(*lines, buyer="p0", **more):
    body = {"buyer": buyer, "lines": list(lines) or [line()], "position": TOWN, **more}
    return "POST", "/v1/orders", body


def product(name="soup", base=SOUP, **more):
    return "PUT", f"/v1/products/{name}", {**base, **more}


def priced(price):
    return product(variants=[{"id": "bowl", "price": price, "stock": 10}])


def sale(**more):
    body = {
        "product_id": "soup", "variant_id": "bowl", "opens_at": "2026-03-01T00:00:00Z",
        "closes_at": "2026-05-01T00:00:00Z", "stock": 1, **more,
    }  # fmt: skip
    return "PUT", "/v1/sales/other", body


def desk(code, request="r9", **more):
    body = {"code": code, "request_id": request, "shop_id": "soups", "staff_id": "li", **more}
    return "POST", "/v1/vouchers/redeem", body


def move(what, name, body=None):
    return "POST", f"/v1/orders/{{{name}}}/{what}", body


def refund(name, request="x", **more):
    return move("refund", name, {"request_id": request, **more})


TABLE = {
    "distance spoofed": [
        ("too_far", 409, ordering(buyer="p7", position=beside(10.2))),
        ("too_far", 409, ordering(fulfilment="delivery", address={"text": "Far", "position": beside(11)})),
        ("impossible_travel", 409, ordering(buyer="p1", position=beside(-9))),
        ("not_at_shop", 409, desk("{code}", position=beside(1.2))),
    ],
    "negative price": [
        ("malformed", 400, priced(yuan(-1))),
        ("malformed", 400, sale(price=yuan(-1))),
        ("malformed", 400, ordering(total=yuan(-18))),
        ("malformed", 400, refund("sold", amount=yuan(-1))),
        ("amount_mismatch", 409, move("pay", "fresh", {"amount": yuan(-18)})),
    ],
    "currency mismatch": [
        ("currency_mismatch", 400, priced(EURO)),
        ("currency_mismatch", 400, sale(price=EURO)),
        ("currency_mismatch", 409, ordering(total=EURO)),
        ("currency_mismatch", 409, move("pay", "fresh", {"amount": EURO})),
        ("currency_mismatch", 409, refund("sold", amount=EURO)),
    ],
    "replayed redemption": [
        ("request_reused", 409, desk("{code}", "r1", count=2)),
        ("request_reused", 409, desk("{used}", "r1")),
        ("voucher_used_up", 409, desk("{used}", "r7")),
        ("voucher_unknown", 404, desk("0" * 26)),
    ],
    "expired hold": [
        ("reservation_expired", 409, move("pay", "lapsed", {"amount": yuan(18)})),
        ("hold_expired", 409, move("fulfil", "held")),
        ("hold_expired", 409, refund("held")),
        ("hold_expired", 409, refund("held", amount=yuan(1))),
        ("voucher_expired", 409, desk("{old_code}")),
    ],
    "foreign merchant's id": [
        ("voucher_foreign", 409, desk("{code}", shop_id="other", staff_id="p9")),
        ("staff_unknown", 409, desk("{code}", staff_id="p9")),
        ("staff_unknown", 409, refund("sold", staff_id="p9")),
        ("lines_of_shops", 400, ordering(line(), line("pie"))),
        ("shop_fixed", 400, product(shop_id="other")),
        ("owner_fixed", 400, ("PUT", "/v1/shops/other", {**SHOP, "owner_id": "mei"})),
        ("stock_foreign", 400, product("meal", MEAL, variants=[{"id": "two", "price": yuan(1), "stock_item": "theirs"}])),
    ],
    "quantity beyond stock": [
        ("sold_out", 409, ordering(line(quantity=11))),
        ("sold_out", 409, ordering(line(quantity=6), line(quantity=5))),
        ("limit_reached", 409, ordering(buyer="p4", sale_id="flash")),
        ("count_beyond_left", 409, desk("{code}", count=3)),
        ("stock_below_taken", 409, product(variants=[{"id": "bowl", "price": yuan(18), "stock": 0}])),
        ("malformed", 400, ordering(line(quantity=0))),
    ],
    "refund beyond paid": [
        ("refund_beyond_paid", 409, refund("sold", amount=yuan(18.000001))),
        ("refund_beyond_paid", 409, refund("vouchers", units=4)),
        ("refund_not_whole_units", 409, refund("vouchers", amount=yuan(1))),
        ("move_refused", 409, refund("fresh", amount=yuan(1))),
    ],
}  # fmt: skip


def filled(given, names):
    """Put what the stage made in the place of its names."""
    if isinstance(given, str):
        return given.format(**names) if given.startswith(("/", "{")) else given
    if isinstance(given, dict):
        return {key: filled(value, names) for key, value in given.items()}
    return given


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_every_bad_input_is_refused_by_its_own_name_and_nothing_changes(tmp_path, kind):
    async def scenario(url):
        async with opened(tmp_path, records_url=url) as world:
            names = await stage(world)
            before = dump(world)
            told = {
                (what, index): await refusal(world, names, row)
                for what, rows in TABLE.items()
                for index, row in enumerate(rows)
            }
            assert told == {
                (what, index): row[:2]
                for what, rows in TABLE.items()
                for index, row in enumerate(rows)
            }
            assert dump(world) == before
            assert (await world.ask("POST", "/v1/audit", status=200))["differences"] == []

    with database(kind) as url:
        run(scenario(url))


async def refusal(world, names, row):
    method, path, body = row[2]
    before = dump(world)
    answer = await world.http.request(method, filled(path, names), json=filled(body, names))
    changed = [table for table, rows in dump(world).items() if rows != before[table]]
    assert changed == [], (row, changed)
    return answer.json()["error"][
        "code"
    ] if answer.status_code >= 400 else "taken", answer.status_code


def test_the_same_redemption_again_is_answered_the_same_and_counts_once(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            names = await stage(world)
            before = dump(world)
            method, path, body = desk(names["code"], "r1")
            told = await world.ask(method, path, body, status=200)
            assert (told["count"], told["voucher"]["left"]) == (1, 2)
            assert dump(world) == before

    run(scenario())
