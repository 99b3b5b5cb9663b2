"""A creator at their desk in a browser."""

from tests.worlds.at_desk import REQUEST, AtDesk
from tests.worlds.creator_world import passed, studio
from tests.worlds.world import opened, run

FILM = {"kind": "video", "author_id": "ann", "text": "Soup at noon"}
"""A post of Ann's."""


class Creator(AtDesk):
    """Somebody with a key that opens the creator's desk."""

    desk = "/creator"

    async def arrive(self, person="ann"):
        made = await self.world.ask("POST", f"/v1/creators/{person}/keys", status=201)
        self.key = made["key"]
        return await self.enter(self.key)

    async def later(self, **span):
        """Let time go by and the clock do what it makes due, and log in again: a login lasts twelve hours."""
        await passed(self.world, **span)
        await self.enter(self.key)

    async def open(self, path=None):
        """Open a page and keep what its forms carry, the word that tells one form from another too."""
        text = await super().open(path)
        request = REQUEST.search(text)
        self.form |= {} if request is None else {"request": request.group(1)}
        return text


def at_the_desk(tmp_path, act, **terms):
    """Let Ann take orders on some terms and log in; return what an act comes to."""

    async def scenario():
        async with opened(tmp_path) as world:
            await studio(world, **terms)
            creator = Creator(world)
            await creator.arrive()
            return await act(world, creator)

    return run(scenario)
