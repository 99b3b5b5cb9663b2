"""Two shops, and people at their desks in a browser."""

import re
from contextlib import asynccontextmanager

from tests.worlds.at_desk import REQUEST, AtDesk
from tests.worlds.trade_world import (
    SOUP,
    TOWN,
    line,
    market,
)  # fmt: skip
from tests.worlds.world import opened

NOTE = re.compile(r'<div class="note (good|bad)" role="(?:status|alert)"><p>([^<]*)</p>')
MEAL = line("meal", "two")


class Clerk(AtDesk):
    """Somebody with a key of the desk."""

    desk = "/merchant"

    def __init__(self, world, person, shop="soups"):
        super().__init__(world)
        self.person, self.shop, self.key = person, shop, None

    async def arrive(self):
        path = f"/v1/shops/{self.shop}/staff/{self.person}/keys"
        self.key = (await self.world.ask("POST", path, status=201))["key"]
        return await self.enter(self.key)

    async def open(self, path=None):
        """Open a page and keep what its forms carry, and the shop."""
        text = await super().open(path)
        self.form["shop"] = self.shop
        return text

    async def look(self, code):
        page = await self.send("/merchant/look", code=code)
        return page, REQUEST.search(page.text).group(1)


def note(page):
    """Return what a page says came of a form: whether it is good, and the words."""
    found = NOTE.search(page.text)
    return None if found is None else (found.group(1) == "good", found.group(2))


@asynccontextmanager
async def shop_of(home):
    async with opened(home) as world:
        await market(world)
        await world.put("/v1/people/eve", {}, status=201)
        await world.put("/v1/shops/teas", {"owner_id": "eve", "name": "Eve's teas", "position": TOWN}, status=201)  # fmt: skip
        await world.ask("POST", "/v1/shops/teas/review", {"decision": "approved"}, status=200)
        await world.put("/v1/products/tea", {**SOUP, "shop_id": "teas"}, status=201)
        yield world
