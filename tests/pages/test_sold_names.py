"""What was sold is called as its reader calls it, on the buyer's page and at the desk; a name that the shop has changed since stays as it was sold."""

from tests.pages.test_page_routes import page_of
from tests.worlds.merchant_desk import Clerk, note, shop_of
from tests.worlds.trade_world import MEAL, SHOP, bought, line, voucher
from tests.worlds.world import run

TABLE = line("meal", "two")
ENGLISH = {"Accept-Language": "en"}
CHINESE = {"Accept-Language": "zh-CN"}


async def translated(world):
    """Let the shop, its meal and the meal's form have Chinese names."""
    words = {"translations": {"zh": {"name": "双人套餐"}}}
    (table,) = MEAL["variants"]
    table = {**table, "name": "at noon", "translations": {"zh": {"name": "中午"}}}
    await world.put("/v1/products/meal", {**MEAL, **words, "variants": [table]}, status=200)
    shop = {**SHOP, "translations": {"zh": {"name": "阿梅粉店"}}}
    await world.put("/v1/shops/soups", shop, status=200)


def names(sheet):
    return [one["name"] for one in sheet["order"]["lines"]] + [
        one["voucher"]["name"] for one in sheet["vouchers"]
    ]


def test_a_buyer_reads_their_order_and_voucher_in_their_language_and_as_sold_once_it_is_renamed(
    tmp_path,
):
    async def scenario():
        async with shop_of(tmp_path) as world:
            await translated(world)
            made = await bought(world, TABLE)
            page, path = await page_of(world), f"/v1/page/orders/{made['id']}"

            async def read(language):
                sheet = await world.ask("GET", path, headers={**page, **language}, status=200)
                listed = await world.ask("GET", "/v1/page/orders", headers={**page, **language})
                return names(sheet), listed["data"][0]["order"]["lines"][0]["name"]

            english, chinese = await read(ENGLISH), await read(CHINESE)
            await world.put("/v1/products/meal", {**MEAL, "name": "Dinner", "translations": {"zh": {"name": "晚餐"}}})  # fmt: skip
            return english, chinese, await read(CHINESE)

    english, chinese, renamed = run(scenario)
    sold = "Meal for two, at noon"
    assert english == ([sold, sold], sold)
    assert chinese == (["双人套餐，中午"] * 2, "双人套餐，中午")
    assert renamed == english


def test_the_desk_calls_shop_voucher_and_redemption_as_its_reader_does(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            await translated(world)
            await bought(world, TABLE)
            code = (await voucher(world))["code"]
            clerk = Clerk(world, "li")
            await clerk.arrive()
            desk = await clerk.open("/merchant?lang=zh")
            seen, request = await clerk.look(code)
            done = await clerk.send("/merchant/redeem", code=code, request=request)
            orders = await clerk.open("/merchant/orders?show=all")
            return desk, seen.text, done, orders

    desk, seen, done, orders = run(scenario)
    assert "阿梅粉店" in desk
    assert "双人套餐，中午</h2>" in seen
    assert note(done) == (True, "已核销：双人套餐，中午，1 次。还剩 2 次。")
    assert "<strong>双人套餐，中午</strong>" in done.text
    assert "双人套餐，中午" in orders
