"""Two shops, and people at their desks in a browser."""

import re
from contextlib import asynccontextmanager

from tests.pages.test_login import TOKEN, Browser
from tests.worlds.trade_world import (
    SOUP,
    TOWN,
    line,
    market,
)  # fmt: skip
from tests.worlds.world import opened

REQUEST = re.compile(r'name="request" value="([^"]+)"')
NOTE = re.compile(r'<div class="note (good|bad)" role="(?:status|alert)"><p>([^<]*)</p>')
MEAL = line("meal", "two")


class Clerk(Browser):
    """Somebody with a key of the desk."""

    def __init__(self, world, person, shop="soups"):
        super().__init__(world)
        self.person, self.shop, self.key = person, shop, None

    async def arrive(self):
        path = f"/v1/shops/{self.shop}/staff/{self.person}/keys"
        self.key = (await self.world.ask("POST", path, status=201))["key"]
        return await self.enter(self.key)

    async def enter(self, key):
        token = TOKEN.search((await self.ask("GET", "/merchant/login")).text).group(1)
        return await self.ask("POST", "/merchant/login", {"key": key, "token": token})

    async def open(self, path="/merchant"):
        """Open a page and keep what its forms carry."""
        page = await self.ask("GET", path)
        assert page.status_code == 200, (path, page.status_code, page.text[-400:])
        self.form = {"token": TOKEN.search(page.text).group(1), "shop": self.shop}
        return page.text

    async def send(self, path, **fields):
        """Send a form and follow where it leads."""
        answer = await self.ask("POST", path, {**self.form, **fields})
        if answer.status_code == 303:
            answer = await self.ask("GET", answer.headers["location"])
        return answer

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
