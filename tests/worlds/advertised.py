"""A small community in which ads run: live ads put in by hand, as whoever follows their records would."""

import zlib

from lodestone.base.money import Micros
from lodestone.events.outcomes import OUTCOMES
from lodestone.features.ads import LiveAd
from tests.worlds.paid_slots import limited

CLICK = OUTCOMES.index("click")


def live(world):
    return world.engine.parts.decider.ads


def row(world, item):
    return world.engine.directory.item_row(item)


def advertise(world, name, item, *, campaign=None, bid=50_000_000, paid_for=True, **more):
    """Run an ad for a post that pays well for clicks, where nothing else is said."""
    ad = LiveAd(
        name, campaign or f"campaign of {name}", "firm", row(world, item), Micros(bid),
        **{"bought": CLICK, "contextual": True, **more},
    )  # fmt: skip
    live(world).put(ad)
    if paid_for:
        pay_for(world, ad.campaign_id)
    return ad


def pay_for(world, campaign, most=10**15):
    """Let a campaign spend, as its record and its lease would."""
    numbers = world.engine.billing.numbers
    number = numbers.number(campaign)
    if number is None:
        number = zlib.crc32(campaign.encode()) % 997
        numbers.take({number: campaign})
    world.engine.state.budgets.follow(limited(most, campaign=number))


async def town(world, *, ads=2, items=60, authors=20, **fields):
    """Set up people and posts, and ads for posts of authors who have nothing else."""
    await world.people(4, **fields)
    await world.items(items, authors=authors)
    firms = "\n".join(
        f'{{"id": "ware{n}", "author_id": "firm{n}", "kind": "video", "tags": ["tea"], "text": "tea for sale"}}'
        for n in range(ads)
    )
    await world.ask("POST", "/v1/items:bulk", content=firms, status=200)
    return [advertise(world, f"ad{n}", f"ware{n}") for n in range(ads)]


def paid(feed):
    return [slot for slot in feed["slots"] if slot["paid"]]


def posts(feed):
    return [slot["item_id"] for slot in feed["slots"] if not slot["paid"]]
