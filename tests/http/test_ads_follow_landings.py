"""What an ad leads to closes and opens by many routes: the very next decision knows, whichever it was."""

import sqlite3
from contextlib import closing

import pytest

from tests.worlds.advertised import paid
from tests.worlds.merchant_desk import Clerk
from tests.worlds.reported import decide, report, waiting
from tests.worlds.trade_world import SHOP, SOUP, act, beside, bought, line, market, order, pay, yuan
from tests.worlds.world import TOWN, opened, run

SHOP_ROOM = {"owner_id": "mei", "title": "Soup, live"}
LANDINGS = {
    "shop": {"shop_id": "soups"},
    "product": {"product_id": "soup"},
    "room": {"room_id": "kitchen"},
    "bare shop": {"shop_id": "bare"},
}
ADS = {
    name: {"ad_group_id": "all", "item_id": "poster", "headline": "Soup", "landing": landing}
    for name, landing in LANDINGS.items()
}
BARE = {**SHOP, "name": "Nothing yet"}


async def run_ad(world, name, bodies):
    """Make an ad and what is above it, by path, and let it run."""
    for path, body in bodies.items():
        await world.put(path, body, status=201)
    await world.ask("POST", f"/v1/ads/{name}/review", {"decision": "approved"}, status=200)
    for path, body in bodies.items():
        await world.put(path, {**body, "state": "active"}, status=200)


async def advertised(world, landing):
    """Let a post of Mei's, which stays live, be advertised and lead somewhere."""
    await market(world)
    await world.items(40, authors=20)
    await world.put("/v1/items/poster", {"kind": "video", "author_id": "mei"}, status=201)
    await world.put("/v1/shops/bare", BARE, status=201)
    await world.ask("POST", "/v1/shops/bare/review", {"decision": "approved"}, status=200)
    await world.put("/v1/live/kitchen", {**SHOP_ROOM, "state": "live"}, status=201)
    await world.put("/v1/advertisers/mei-ads", {"owner_id": "mei", "name": "Mei"}, status=201)
    bodies = {
        "/v1/campaigns/all-day": {
            "advertiser_id": "mei-ads", "objective": "clicks", "budget": {"daily": yuan(100)},
        },
        "/v1/ad-groups/all": {"campaign_id": "all-day", "strategy": "manual_cpc", "bid": yuan(50)},
        "/v1/ads/poster-ad": ADS[landing],
    }  # fmt: skip
    await run_ad(world, "poster-ad", bodies)
    paid_in = {"amount": yuan(500)}
    await world.ask("POST", "/v1/advertisers/mei-ads/deposits", paid_in, status=201)
    await world.engine.tick()


async def shown(world, viewer, position=TOWN):
    """Return the ads of three pages: on one of them no other post of Mei's stands."""
    pages = [paid(await world.feed(viewer, position=position)) for _ in range(3)]
    return sorted({slot["ad_id"] for page in pages for slot in page})


async def close_shop(world, name="soups"):
    body = {**(SHOP if name == "soups" else BARE), "status": "closed"}
    await world.put(f"/v1/shops/{name}", body, status=200)


async def open_shop(world, name="soups"):
    await world.put(f"/v1/shops/{name}", SHOP if name == "soups" else BARE, status=200)


async def review(world, decision, name="soups"):
    await world.ask("POST", f"/v1/shops/{name}/review", {"decision": decision}, status=200)


async def product(world, state):
    await world.put("/v1/products/soup", {**SOUP, "state": state}, status=200)


async def hide(world, name):
    await world.events(report(world, "p9", name, "spam"))
    (waits,) = await waiting(world)
    await decide(world, waits, "hide", note="not so")


async def unhide(world, name):
    decided = (await world.ask("GET", "/v1/reviews?state=decided", status=200))["data"]
    await decide(world, decided[0], "dismiss", note="it is fine", change=True)


async def end_room(world):
    await world.put("/v1/live/kitchen", {**SHOP_ROOM, "state": "ended"}, status=200)


async def silence(world):
    world.later(hours=2)
    await world.engine.tick()


async def at_the_desk(world, status):
    mei = Clerk(world, "mei", "bare")
    await mei.arrive()
    await mei.open("/merchant/shop")
    saved = await mei.send("/merchant/shop", name="Nothing", text="", always="1", status=status)
    assert saved.status_code == 200


async def sell_out(world):
    """Let the ten bowls that there are be bought; what is only held closes nothing."""
    await order(world, line(quantity=9), buyer="p8")
    assert await shown(world, "p4") == ["poster-ad"]
    await bought(world, line(quantity=1), buyer="p7")
    assert await shown(world, "p5") == ["poster-ad"]
    unpaid = (await world.ask("GET", "/v1/orders?buyer=p8", status=200))["data"][0]
    world.sold = await pay(world, unpaid)


async def take_back(world):
    await act(world, world.sold, "cancel")


async def restock(world):
    more = [{**SOUP["variants"][0], "stock": 11}]
    await world.put("/v1/products/soup", {**SOUP, "variants": more}, status=200)


async def restock_at_the_desk(world, **place):
    mei = Clerk(world, "mei")
    await mei.arrive()
    await mei.open("/merchant/stock")
    await mei.send("/merchant/stock", product="soup", variant="bowl", change="+2", **place)


async def share(world, units, **more):
    stock = {"shop_id": "soups", "stock": units}
    await world.put("/v1/stock/bowls", stock, **more)


async def sell_shared_out(world):
    await share(world, 1, status=201)
    variants = [{"id": "bowl", "name": "a bowl", "price": yuan(18), "stock_item": "bowls"}]
    await world.put("/v1/products/soup", {**SOUP, "variants": variants}, status=200)
    assert await shown(world, "p4") == ["poster-ad"]
    await bought(world, buyer="p8")


HOW = {
    "closed by its owner": ("shop", close_shop, open_shop),
    "rejected": ("shop", lambda w: review(w, "rejected"), lambda w: review(w, "approved")),
    "bare, closed": (
        "bare shop", lambda w: close_shop(w, "bare"), lambda w: open_shop(w, "bare"),
    ),
    "bare, rejected": (
        "bare shop", lambda w: review(w, "rejected", "bare"), lambda w: review(w, "approved", "bare"),
    ),
    "at the desk": (
        "bare shop", lambda w: at_the_desk(w, "closed"), lambda w: at_the_desk(w, "open"),
    ),
    "withdrawn": ("product", lambda w: product(w, "withdrawn"), lambda w: product(w, "live")),
    "withdrawn as a post": (
        "product", lambda w: w.ask("DELETE", "/v1/items/soup", status=204), lambda w: product(w, "live"),
    ),
    "its shop closed": ("product", close_shop, open_shop),
    "hidden by a moderator": (
        "product", lambda w: hide(w, "soup"), lambda w: unhide(w, "soup"),
    ),
    "sold out, restocked": ("product", sell_out, restock),
    "sold out, restocked at the desk": ("product", sell_out, restock_at_the_desk),
    "sold out, given back": ("product", sell_out, take_back),
    "sold out of shared stock": (
        "product", sell_shared_out, lambda w: share(w, 2, status=200),
    ),
    "sold out of shared stock, restocked at the desk": (
        "product", sell_shared_out, lambda w: restock_at_the_desk(w, item="bowls"),
    ),
    "ended": ("room", end_room, None),
    "silent": ("room", silence, None),
    "erased": ("shop", lambda w: w.ask("DELETE", "/v1/people/mei", status=204), None),
}  # fmt: skip


@pytest.mark.parametrize("how", HOW)
def test_an_ad_is_gone_once_its_landing_closes_and_back_once_it_opens(tmp_path, how):
    landing, close, open_again = HOW[how]

    async def scenario():
        async with opened(tmp_path) as world:
            await advertised(world, landing)
            before = await shown(world, "p0")
            await close(world)
            closed = await shown(world, "p1")
            if open_again is None:
                return before, closed, ["poster-ad"]
            await open_again(world)
            return before, closed, await shown(world, "p2")

    assert run(scenario) == (["poster-ad"], [], ["poster-ad"])


def test_a_price_that_a_bid_follows_is_followed_at_once(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await advertised(world, "product")
            bodies = {
                "/v1/campaigns/orders": {
                    "advertiser_id": "mei-ads", "objective": "orders", "budget": {"daily": yuan(100)},
                },
                "/v1/ad-groups/by-return": {
                    "campaign_id": "orders", "strategy": "target_roas", "target": 3.0,
                },
                "/v1/ads/return": {**ADS["product"], "ad_group_id": "by-return"},
            }  # fmt: skip
            await run_ad(world, "return", bodies)
            live = world.engine.parts.decider.ads
            before = [ad.bid for ad in live.of_campaign("orders")]
            dear = [{"id": "bowl", "name": "a bowl", "price": yuan(36), "stock": 10}]
            await world.put("/v1/products/soup", {**SOUP, "variants": dear}, status=200)
            return before, [ad.bid for ad in live.of_campaign("orders")]

    assert run(scenario) == ([6_000_000], [12_000_000])


@pytest.mark.parametrize("landing", ["product", "bare shop"])
def test_an_ad_is_shown_to_nobody_to_whom_what_it_leads_to_is_not_sold(tmp_path, landing):
    """Soup may also be delivered; of p0 and p1 nobody knows where they live, and the bare shop delivers nothing."""
    shop, name = (SHOP, "soups") if landing == "product" else (BARE, "bare")

    async def scenario():
        async with opened(tmp_path) as world:
            await advertised(world, landing)
            await world.put("/v1/people/p2", {"home": beside(55)}, status=200)
            far = [await shown(world, "p2", beside(55)), await shown(world, "p1", beside(55))]
            near = await shown(world, "p0", beside(5))
            await world.put(f"/v1/shops/{name}", {**shop, "radius_km": 80}, status=200)
            await world.put("/v1/people/p3", {"home": beside(55)}, status=200)
            return far, near, await shown(world, "p3", beside(55))

    far, near, wide = run(scenario)
    assert far == [[], ["poster-ad"] if landing == "product" else []]
    assert near == wide == ["poster-ad"]


def test_an_ad_that_shows_a_product_is_shown_where_that_is_sold_wherever_it_leads(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await advertised(world, "shop")
            ad = {
                "ad_group_id": "all", "item_id": "meal", "landing": {"url": "https://x.example"},
            }  # fmt: skip
            await world.put("/v1/ads/poster-ad", {**ADS["shop"], "state": "ended"}, status=200)
            await run_ad(world, "meal-ad", {"/v1/ads/meal-ad": ad})
            return await shown(world, "p1", beside(55)), await shown(world, "p0", beside(5))

    assert run(scenario) == ([], ["meal-ad"])


def test_a_campaign_that_does_not_open_keeps_no_other_from_following_their_shop(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await advertised(world, "shop")
            bodies = {
                "/v1/campaigns/a-first": {
                    "advertiser_id": "mei-ads", "objective": "clicks", "budget": {"daily": yuan(100)},
                },
                "/v1/ad-groups/first": {
                    "campaign_id": "a-first", "strategy": "manual_cpc", "bid": yuan(50),
                },
                "/v1/ads/first-ad": {**ADS["shop"], "ad_group_id": "first"},
            }  # fmt: skip
            await run_ad(world, "first-ad", bodies)
            await world.engine.tick()
            live = world.engine.parts.decider.ads
            sound = _sealed(tmp_path, b"no such seal")
            await close_shop(world)
            closed = [live.of_campaign(name) for name in ("a-first", "all-day")]
            await open_shop(world)
            torn = [len(live.of_campaign(name)) for name in ("a-first", "all-day")]
            _sealed(tmp_path, sound)
            await open_shop(world)
            return closed, torn, [len(live.of_campaign(name)) for name in ("a-first", "all-day")]

    assert run(scenario) == ([[], []], [0, 1], [1, 1])


def _sealed(home, body):
    """Write what the first campaign's record holds behind the records' back; return what it held."""
    with closing(sqlite3.connect(home / "records.db")) as records, records:
        where = "FROM ad_campaigns WHERE id = 'a-first'"
        ((before,),) = records.execute(f"SELECT doc {where}").fetchall()
        records.execute("UPDATE ad_campaigns SET doc = ? WHERE id = 'a-first'", (body,))
    return before
