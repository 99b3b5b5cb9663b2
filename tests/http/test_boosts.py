"""Boosts over HTTP: bought, shown as what they are, charged, and what was not charged gone back once."""

from tests.http.test_ads import scene
from tests.worlds.boost_world import (
    boosted,
    boosting,
    buy,
    lies,
    over,
    passed,
    read,
    seen,
)
from tests.worlds.trade_world import audited, yuan


@scene
async def test_a_boost_is_shown_as_boosted_charged_at_most_its_price_and_the_rest_goes_back(world):
    await boosting(world)
    bought = await buy(world)
    assert (bought["promised"], bought["price"], bought["state"]) == (50, yuan(0.02), "running")
    assert lies(world) == {"PROVIDER_CLEARING": -1_000_000, "ADVERTISER_BALANCE": 1_000_000}
    await passed(world, minutes=1)
    for person in ("p0", "p1", "p2"):
        feed = await world.feed(person)
        (slot,) = boosted(feed)
        assert (slot["item_id"], slot["paid"]) == ("film", True)
        await seen(world, slot, person)
    shown = await read(world)
    assert shown["delivered"] == 3
    spent = shown["spent"]["micros"]
    assert 0 < spent <= 3 * 20_000
    await over(world, 9)
    ended = await read(world)
    assert (ended["state"], ended["ended_by"]) == ("ended", "hours")
    assert ended["refunded"] == yuan(1) | {"micros": 1_000_000 - spent}
    assert (ended["delivered"], ended["spent"]["micros"]) == (3, spent)
    rest = (1_000_000 - spent) % 10_000
    assert lies(world) == {
        "PROVIDER_CLEARING": -spent - rest, "AD_REVENUE": spent, "CREATOR_PAYABLE": rest,
    }  # fmt: skip
    await audited(world)
    assert await buy(world, status=200) == ended
