"""Orders as a file: those of the days asked for, a row for each line, no formula, nothing of the buyer."""

import csv
import io

from tests.worlds.merchant_desk import Clerk, shop_of
from tests.worlds.trade_world import SOUP, act, bought, line
from tests.worlds.world import TOWN, run


def table(answer):
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def test_orders_of_the_days_asked_for_are_rows_by_line_and_sums_stand_once(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            trap = {**SOUP, "name": "=HYPERLINK(1)"}
            await world.put("/v1/products/trap", trap, status=201)
            await bought(world, line("tea"), buyer="p1")
            first = await bought(world)
            world.later(days=1)
            address = {"text": "Mill Lane 3", "position": TOWN, "name": "Ann"}
            second = await bought(
                world, line(quantity=2), line("trap"), buyer="p2", fulfilment="delivery", address=address,
            )  # fmt: skip
            await act(world, second, "fulfil")
            mei, li = Clerk(world, "mei"), Clerk(world, "li")
            await mei.arrive()
            await li.arrive()
            days = [
                (world.now.date().fromordinal(world.now.toordinal() - n)).isoformat()
                for n in (1, 0)
            ]
            path = "/merchant/orders/file?shop=soups&from={}&to={}"
            both, last = [
                await mei.ask("GET", path.format(first_day, days[1])) for first_day in days
            ]
            wrong = await mei.ask("GET", path.format(days[1], days[0]))
            denied = await li.ask("GET", path.format(*days))
            return first, second, both, last, wrong, denied

    first, second, both, last, wrong, denied = run(scenario)
    rows = table(both)
    assert [row["order_id"] for row in rows] == [second["id"], second["id"], first["id"]]
    assert [row["order_id"] for row in table(last)] == [second["id"]] * 2
    assert rows[1] == {
        "order_id": second["id"], "created_at": second["created_at"], "state": "fulfilled",
        "fulfilment": "delivery", "line": "2", "product_id": "trap", "variant_id": "bowl",
        "name": "'=HYPERLINK(1), a bowl", "date": "", "quantity": "1", "unit_price": "18.00",
        "line_total": "18.00", "line_commission": "0.90", "order_total": "", "order_refunded": "",
        "currency": "CNY",
    }  # fmt: skip
    assert [row["order_total"] for row in rows] == ["54.00", "", "18.00"]
    assert "Mill Lane" not in both.content.decode()
    assert "p2" not in both.content.decode()
    assert (wrong.status_code, denied.status_code) == (400, 403)
