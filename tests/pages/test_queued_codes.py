"""Codes that a page kept while there was no connection: redeemed once each, by whose they are, and how they end."""

from tests.pages.test_login import Browser
from tests.worlds.merchant_desk import MEAL, Clerk, shop_of
from tests.worlds.trade_world import bought, line, redeem, voucher
from tests.worlds.world import run

UNKNOWN = "00000-00000-00000-00000-000000"


async def send(browser, code, request, *, token=None, body=None, shop="soups"):
    headers = {"X-Form-Token": token or browser.form["token"]}
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    headers |= {"Cookie": cookie} if cookie else {}
    body = body or {"code": code, "request": request}
    return await browser.world.http.post(
        f"/merchant/queued?shop={shop}", json=body, headers=headers
    )


async def clerk_of(world, person="li", shop="soups"):
    clerk = Clerk(world, person, shop)
    await clerk.arrive()
    await clerk.open()
    return clerk


def test_a_kept_code_is_redeemed_once_however_often_it_is_sent_and_a_used_one_says_so(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            await bought(world, MEAL)
            code = (await voucher(world))["code"]
            clerk = await clerk_of(world)
            sent = [await send(clerk, code, "q1") for _ in range(3)]
            after = await voucher(world)
            await redeem(world, code, "r", count=2)
            used = await send(clerk, code, "q2")
            unknown = await send(clerk, UNKNOWN, "q3")
            return sent, after, used, unknown

    sent, after, used, unknown = run(scenario)
    assert [answer.json() for answer in sent] == [
        {"redeemed": True, "text": "Redeemed: Meal for two, 1 time. 2 left."}
    ] * 3
    assert after["used"] == 1
    assert used.json() == {
        "redeemed": False, "text": "This voucher has been redeemed already. Nothing was redeemed again.",
    }  # fmt: skip
    assert unknown.json()["text"].startswith("There is no such voucher.")


def test_a_kept_code_of_another_shop_of_theirs_is_redeemed_there(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            await world.put("/v1/shops/teas/staff/li", {"role": "clerk"}, status=204)
            await bought(world, MEAL)
            code = (await voucher(world))["code"]
            clerk = await clerk_of(world, shop="teas")
            return await send(clerk, code, "q1", shop="teas"), await voucher(world)

    answer, after = run(scenario)
    assert (answer.json()["redeemed"], after["used"]) == (True, 1)


def test_what_is_no_code_or_comes_from_nobody_is_refused_and_redeems_nothing(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            await bought(world, MEAL)
            code = (await voucher(world))["code"]
            clerk = await clerk_of(world)
            answers = [
                await send(Browser(world), code, "q", token="x"), await send(clerk, code, "q", token="x"),
                await send(clerk, code, "q", body={"code": code}), await send(clerk, "", ""),
                await send(clerk, code, "q", shop="teas"),
            ]  # fmt: skip
            return [answer.status_code for answer in answers], await voucher(world)

    statuses, after = run(scenario)
    assert statuses == [401, 403, 400, 400, 404]
    assert after["used"] == 0


def test_the_news_are_the_shops_own_orders_that_wait_to_be_handed_over(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            clerk = await clerk_of(world)
            none = (await clerk.ask("GET", "/merchant/news?shop=soups")).json()
            await bought(world, MEAL)
            await bought(world, line("tea"), buyer="p1")
            first = await bought(world, buyer="p2")
            last = await bought(world, buyer="p3")
            both = (await clerk.ask("GET", "/merchant/news?shop=soups")).json()
            await world.ask("POST", f"/v1/orders/{last['id']}/fulfil")
            left = (await clerk.ask("GET", "/merchant/news?shop=soups")).json()
            foreign = await clerk.ask("GET", "/merchant/news?shop=teas")
            return none, both, left, first["id"], last["id"], foreign.status_code

    none, both, left, first, last, foreign = run(scenario)
    assert none == {"waiting": 0, "newest": None}
    assert both == {"waiting": 2, "newest": last}
    assert left == {"waiting": 1, "newest": first}
    assert foreign == 404
