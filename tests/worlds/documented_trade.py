"""A shop's life in two days, one request of each route of trade and money."""

from tests.worlds.documented_story import EARLIER, NOW
from tests.worlds.trade_world import yuan
from tests.worlds.world import TOWN

PAID = "2026-03-03"
SHOP = {
    "owner_id": "mei", "name": "Mei's soups", "position": TOWN, "radius_km": 10, "categories": ["food"],
}  # fmt: skip
SOUP = {
    "shop_id": "soups", "name": "Sour soup", "tags": ["soup"], "fulfilment": ["pickup", "delivery"],
    "variants": [{"id": "bowl", "name": "a bowl", "price": yuan(18), "stock": 20}],
    "commission_share": 0.05,
}  # fmt: skip
MEAL = {
    "shop_id": "soups", "name": "Meal for two", "fulfilment": ["redeem"],
    "variants": [{"id": "two", "price": yuan(100), "stock": 50}],
    "voucher": {"count": 2, "valid_days": 30}, "commission_share": 0.1,
}  # fmt: skip
SALE = {
    "product_id": "soup", "variant_id": "bowl", "stock": 5, "limit_per_person": 1,
    "opens_at": NOW, "closes_at": "2026-03-05T12:00:00Z",
}  # fmt: skip
BOWL = {"product_id": "soup", "variant_id": "bowl", "quantity": 1}
TWO = {"product_id": "meal", "variant_id": "two", "quantity": 1}
DESK = {"shop_id": "soups", "staff_id": "li"}
ROOM = {"owner_id": "mei", "title": "Fish sauce, straight from the county", "products": ["soup"]}


async def bought(does, line, *, keep=False):
    order = await does.ask(
        "postOrder", {"buyer": "ann", "lines": [line], "position": TOWN}, keep=keep
    )
    await does.ask("payOrder", {"amount": order["total"]}, order_id=order["id"], keep=keep)
    return order


async def opened_shop(does):
    """Open a shop and offer something."""
    ask, shop = does.ask, {"shop_id": "soups"}
    await ask("putClock", {"instant": EARLIER}, keep=False)
    await ask("putShop", SHOP, **shop)
    await ask("reviewShop", {"decision": "approved"}, **shop)
    await ask("getShop", **shop)
    await ask("listShops")
    await ask("putStaff", {"role": "clerk"}, **shop, person_id="li")
    await ask("putStaff", {"role": "clerk"}, **shop, person_id="chen", keep=False)
    await ask("listStaff", **shop)
    await ask("makeDeskKey", **shop, person_id="li")
    await ask("deleteStaff", **shop, person_id="chen")
    await ask("putProduct", SOUP, product_id="soup")
    await ask("putProduct", MEAL, product_id="meal", keep=False)
    await ask("getProduct", product_id="soup")
    await ask("listProducts")
    await ask("putStock", {"shop_id": "soups", "stock": 5}, stock_id="duck")
    await ask("getStock", stock_id="duck")


async def sold(does):
    """Sell soup and meals, redeem a voucher, take an order back."""
    ask = does.ask
    order = await bought(does, BOWL, keep=True)
    await ask("fulfilOrder", order_id=order["id"])
    await ask("getOrder", order_id=order["id"])
    await ask("listOrders", query={"buyer": "ann"})
    await ask("refundOrder", {"request_id": "refund-1", "amount": yuan(5)}, order_id=order["id"])
    other = await bought(does, BOWL)
    await ask("cancelOrder", order_id=other["id"])
    await bought(does, TWO)
    vouchers = await ask("listVouchers", query={"buyer": "ann"})
    code = {"code": vouchers["data"][0]["code"]}
    await ask("prepareVoucher", {**code, **DESK})
    await ask("redeemVoucher", {**code, "request_id": "redeem-1", **DESK})
    await ask("redeemVoucher", {**code, "request_id": "redeem-2", **DESK}, keep=False)
    await ask("listRedemptions", shop_id="soups")
    await ask("reverseVoucher", {"redeemed": "redeem-2", "request_id": "back-1", **DESK})


async def live_room(does):
    """Open a live room, and let a streaming server speak of it."""
    ask = does.ask
    await ask("putRoom", ROOM, room_id="kitchen")
    await ask("getRoom", room_id="kitchen")
    await ask("getRoomSales", room_id="kitchen")
    hook = await ask("getSrsHook")
    token = hook["path"].rpartition("token=")[2]
    says = {"action": "on_play", "client_id": "9308h583", "stream": "kitchen"}
    await ask("postSrsHook", says, by="nobody", query={"token": token})
    await ask("putSale", SALE, sale_id="lunch")
    await ask("getSale", sale_id="lunch")


async def settled(does):
    """Close a day, pay out what was earned, and prove the book."""
    ask = does.ask
    await ask("sendPayments", {"provider": "manual"})
    payments = await ask("listPayments", query={"kind": "refund"})
    payment = {"payment_id": payments["data"][0]["id"]}
    await ask("getPayment", **payment)
    await ask("postPaymentResult", {"state": "paid", "reference": "bank-17"}, **payment)
    await ask("putClock", {"instant": NOW}, keep=False)
    await ask("postSettle", {"day": PAID})
    payouts = await ask("postPayouts", {"day": PAID})
    await ask("postPayoutResult", {"state": "paid"}, payout_id=payouts["data"][0]["id"])
    await ask("putPayee", {"provider": "stripe", "account": "acct_1MeiSoups"}, party="shop:soups")
    await ask("listPayees")
    await ask("deletePayee", party="shop:soups", query={"provider": "stripe"})
    await ask("postProviderFunds", {"to": "stripe", "amount": yuan(1)})
    await ask("listPayouts", query={"day": PAID})
    await ask("getPayoutFile", day=PAID)
    accounts = await ask("listAccounts", query={"party": "shop:soups"})
    await ask("getAccount", account_id=accounts["data"][0]["id"])
    transfers = await ask("listTransfers", query={"limit": 1})
    await ask("getTransfer", transfer_id=transfers["data"][0]["id"])
    days = {"from": PAID, "to": PAID}
    await ask("getStatement", party="shop:soups", query=days)
    await ask("getStatementFile", party="shop:soups", query=days)
    await ask("getTrialBalance")
    await ask("postAudit")
