"""What the tests of trade share: a shop that sells soup by the bowl, tables by the date and vouchers."""

from lodestone.ledger.chart import AccountKind
from lodestone.services.commerce.transitions import refund
from tests.worlds.world import TOWN

CNY = "CNY"


def yuan(amount):
    return {"micros": round(amount * 1_000_000), "currency": CNY}


def refunding(given):
    """Say what is refunded, as `Trade.move` is told."""
    return lambda context, order: refund(context, order, given)


def beside(km_north):
    """Return a position so many kilometres north of the town's middle."""
    return {
        "latitude": TOWN["latitude"] + km_north / 111.195,
        "longitude": TOWN["longitude"],
    }


SHOP = {
    "owner_id": "mei",
    "name": "Mei's soups",
    "position": TOWN,
    "categories": ["food"],
    "hold_share": 1.0,
}
SOUP = {
    "shop_id": "soups", "name": "Sour soup", "tags": ["soup"], "fulfilment": ["pickup", "delivery"],
    "variants": [{"id": "bowl", "name": "a bowl", "price": yuan(18), "stock": 10}],
    "commission_share": 0.05,
}  # fmt: skip
MEAL = {
    "shop_id": "soups", "name": "Meal for two", "fulfilment": ["redeem"],
    "variants": [{"id": "two", "price": yuan(100), "stock": 50}],
    "voucher": {"count": 3, "valid_days": 30}, "commission_share": 0.1,
}  # fmt: skip


async def market(world, *, again=False, **shop):
    """Open Mei's shop with soup and meals, Li at its desk, and buyers p0 to p9."""
    made = None if again else 201
    await world.people(10)
    for name in ("mei", "li"):
        await world.put(f"/v1/people/{name}", {"name": name}, status=made)
    await world.put("/v1/shops/soups", {**SHOP, **shop}, status=made)
    await world.ask("POST", "/v1/shops/soups/review", {"decision": "approved"}, status=200)
    await world.put("/v1/shops/soups/staff/li", {"role": "clerk"}, status=204)
    await world.put("/v1/products/soup", SOUP, status=made)
    await world.put("/v1/products/meal", MEAL, status=made)


def line(product="soup", variant="bowl", quantity=1, **more):
    return {"product_id": product, "variant_id": variant, "quantity": quantity, **more}


async def order(world, *lines, buyer="p0", position=TOWN, status=201, headers=None, **more):
    body = {"buyer": buyer, "lines": list(lines) or [line()], **more}
    if position is not None:
        body["position"] = position
    return await world.ask("POST", "/v1/orders", body, status=status, headers=headers)


async def pay(world, made, *, status=200, amount=None):
    body = {"amount": amount or made["total"]}
    return await world.ask("POST", f"/v1/orders/{made['id']}/pay", body, status=status)


async def bought(world, *lines, **more):
    return await pay(world, await order(world, *lines, **more))


async def act(world, made, what, body=None, *, status=200):
    return await world.ask("POST", f"/v1/orders/{made['id']}/{what}", body, status=status)


async def voucher(world, buyer="p0"):
    return (await world.ask("GET", f"/v1/vouchers?buyer={buyer}", status=200))["data"][0]


async def redeem(world, code, request="r1", *, status=200, **more):
    body = {"code": code, "request_id": request, "shop_id": "soups", "staff_id": "li", **more}
    return await world.ask("POST", "/v1/vouchers/redeem", body, status=status)


async def stock(world, product="soup"):
    return (await world.ask("GET", f"/v1/products/{product}", status=200))["variants"][0]["stock"]


def balances(world):
    """Return posted credits less debits by kind of account and party, those that are not nothing."""
    records = world.app.records
    return {
        (AccountKind(account.kind).name, account.party): account.balance
        for account in records.accounts("c")
        if account.balance
    }


async def audited(world):
    """Hold the books against everything that was told: no difference."""
    told = await world.ask("POST", "/v1/audit", status=200)
    assert told["differences"] == []
