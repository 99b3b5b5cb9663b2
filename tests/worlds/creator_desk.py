"""A creator at their desk in a browser."""

from tests.pages.test_login import TOKEN, Browser
from tests.worlds.advertiser_desk import REQUEST
from tests.worlds.creator_world import passed, studio
from tests.worlds.world import opened, run

FILM = {"kind": "video", "author_id": "ann", "text": "Soup at noon"}
"""A post of Ann's."""


class Creator(Browser):
    """Somebody with a key that opens the creator's desk."""

    async def arrive(self, person="ann"):
        made = await self.world.ask("POST", f"/v1/creators/{person}/keys", status=201)
        self.key = made["key"]
        return await self.enter(self.key)

    async def later(self, **span):
        """Let time go by and the clock do what it makes due, and log in again: a login lasts twelve hours."""
        await passed(self.world, **span)
        await self.enter(self.key)

    async def enter(self, key):
        """Fill the login form in."""
        token = TOKEN.search((await self.ask("GET", "/creator/login")).text).group(1)
        return await self.ask("POST", "/creator/login", {"key": key, "token": token})

    async def open(self, path="/creator"):
        """Open a page and keep what its forms carry."""
        page = await self.ask("GET", path)
        assert page.status_code == 200, (path, page.status_code, page.text[-400:])
        request = REQUEST.search(page.text)
        self.form = {"token": TOKEN.search(page.text).group(1)}
        self.form |= {} if request is None else {"request": request.group(1)}
        return page.text

    async def send(self, path, **fields):
        """Send a form and follow where it leads."""
        answer = await self.ask("POST", path, {**self.form, **fields})
        if answer.status_code == 303:
            self.led_to = answer.headers["location"]
            answer = await self.ask("GET", self.led_to)
        return answer


def at_the_desk(tmp_path, act, **terms):
    """Let Ann take orders on some terms and log in; return what an act comes to."""

    async def scenario():
        async with opened(tmp_path) as world:
            await studio(world, **terms)
            creator = Creator(world)
            await creator.arrive()
            return await act(world, creator)

    return run(scenario)
