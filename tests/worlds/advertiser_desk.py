"""People at the advertiser's desk in a browser."""

from tests.worlds.ad_world import CAMPAIGN
from tests.worlds.at_desk import REQUEST, AtDesk
from tests.worlds.world import opened, run

THREE = {"shop": "soups", "product": "soup", "radius": "3", "daily": "100"}
"""What a shop fills in."""


class Advertiser(AtDesk):
    """Somebody with a key that opens the advertiser's desk."""

    desk = "/advertiser"

    async def arrive(self, *, person=None, shop="soups", scopes=("ads",)):
        """Log in: as somebody who serves at a shop, or with a key of the community that has some scopes."""
        if person is not None:
            made = await self.world.ask("POST", f"/v1/shops/{shop}/staff/{person}/keys", status=201)
        else:
            operator = {"Authorization": f"Bearer {self.world.app.operator_key}"}
            body = {"scopes": list(scopes)}
            made = await self.world.ask("POST", "/v1/communities/c/keys", body, headers=operator, status=201)  # fmt: skip
        return await self.enter(made["key"])

    async def start(self, **changed):
        """Fill the three fields in."""
        request = REQUEST.search(await self.open("/advertiser/start?shop=soups")).group(1)
        return await self.send("/advertiser/start", **{**THREE, "request": request, **changed})

    async def switch(self, campaign, part, name, state):
        """Press a button that starts or pauses something."""
        return await self.send("/advertiser/campaign/state", campaign=campaign, part=part, name=name, state=state)  # fmt: skip


def scene(tmp_path, fill, act, **login):
    """Fill a community, let somebody log in, and return what an act comes to."""

    async def scenario():
        async with opened(tmp_path) as world:
            await fill(world)
            advertiser = Advertiser(world)
            advertiser.entered = await advertiser.arrive(**login)
            return await act(world, advertiser)

    return run(scenario)


async def campaigns_of_two_shops(world):
    """Let Mei's shop and Eve's advertise, each with a campaign of its own."""
    bodies = (("mei-ads", "soups", "lunch"), ("eve-ads", "teas", "tea-time"))
    for advertiser, shop, campaign in bodies:
        await world.put(f"/v1/advertisers/{advertiser}", {"shop_id": shop, "name": shop}, status=201)  # fmt: skip
        body = {**CAMPAIGN, "advertiser_id": advertiser, "name": campaign}
        await world.put(f"/v1/campaigns/{campaign}", body, status=201)
