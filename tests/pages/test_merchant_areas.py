"""The manager of a shop without a position says at the desk where it delivers to."""

import pytest

from tests.http.test_brand_shops import brand
from tests.pages.test_merchant_shop import SHOP, WRONG
from tests.worlds.merchant_desk import Clerk, note, shop_of
from tests.worlds.world import opened, run

OLD_TOWN = {"name": "Old town", "centre": {"latitude": 26.3812345678, "longitude": 108.08}, "radius_km": 12.5}  # fmt: skip
ROW = {"area-0-name": "Old town", "area-0-latitude": "26.3812345678", "area-0-longitude": "108.08", "area-0-radius": "12.5"}  # fmt: skip
SAVED = {**SHOP, "name": "Mei's brand", "always": "1"}


async def manager(world):
    await brand(world, areas=[])
    mei = Clerk(world, "mei", "brand")
    await mei.arrive()
    return mei, await mei.open("/merchant/shop?shop=brand")


def test_areas_are_added_shown_again_kept_exactly_and_taken_away(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            mei, first = await manager(world)
            saved = await mei.send("/merchant/shop", **SAVED, **ROW)
            added = (await world.ask("GET", "/v1/shops/brand"))["areas"]
            page = await mei.open("/merchant/shop?shop=brand")
            emptied = dict.fromkeys(ROW, "")
            await mei.send("/merchant/shop", **SAVED, **emptied)
            return first, saved, added, page, (await world.ask("GET", "/v1/shops/brand"))["areas"]

    first, saved, added, page, left = run(scenario)
    assert 'name="area-1-radius"' in first
    assert note(saved) == (True, "It is saved.")
    assert added == [OLD_TOWN]
    for name, value in ROW.items():
        assert f'name="{name}" value="{value}"' in page
    assert 'name="area-2-name"' in page
    assert left == []


WRONGS = [
    ({"area-0-name": ""}, "Give the area a name"),
    ({"area-0-name": "x" * 257}, "Write at most 256"),
    ({"area-0-latitude": "91"}, "Give its middle in degrees"),
    ({"area-0-longitude": "east"}, "Give its middle in degrees"),
    ({"area-0-radius": "0"}, "Give a radius"),
    ({"area-0-radius": "1e3"}, "Give a radius"),
]


@pytest.mark.parametrize(("fields", "cure"), WRONGS)
def test_a_row_that_does_not_fit_is_named_with_its_cure_and_nothing_is_saved(
    tmp_path, fields, cure
):
    async def scenario():
        async with opened(tmp_path) as world:
            mei, _ = await manager(world)
            page = await mei.send("/merchant/shop", **SAVED, **{**ROW, **fields})
            return page, (await world.ask("GET", "/v1/shops/brand"))["areas"]

    page, areas = run(scenario)
    wrong = dict(WRONG.findall(page.text))
    assert (page.status_code, list(wrong), areas) == (409, ["area-0"], [])
    assert wrong["area-0"].startswith(cure)


def test_a_shop_with_a_position_has_no_such_fields_and_takes_none(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            mei = Clerk(world, "mei")
            await mei.arrive()
            page = await mei.open("/merchant/shop")
            await mei.send("/merchant/shop", **SHOP, always="1", **ROW)
            return page, (await world.ask("GET", "/v1/shops/soups"))["areas"]

    page, areas = run(scenario)
    assert "area-0" not in page
    assert areas == []
