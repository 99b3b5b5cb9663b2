"""Conversions and sales by attribution: each is paid for once, to whoever touched the buyer last, and returns are taken back."""

import pytest

from tests.http.test_ads import scene
from tests.worlds.creator_world import accepted, passed, published, read, settled, studio
from tests.worlds.trade_world import act as act_on
from tests.worlds.trade_world import audited, bought, line, yuan

CPA = {"kind": "cpa", "price": yuan(4), "cap": yuan(50)}
CPS = {"kind": "cps", "share": 0.25, "floor": yuan(1), "cap": yuan(50)}
SOUP = {"product_ids": ["soup"]}


async def touched(world, viewer, *items, click=True):
    """Let somebody be shown items in slots nobody paid for, and click one after the other, or only see them."""
    slots = {slot["item_id"]: slot for slot in (await world.feed(viewer, slots=10))["slots"]}
    for item in items or ("film",):
        shown = [world.event("impression", slots[item], viewer, visible_seconds=5)]
        shown += [world.event("click", slots[item], viewer)] if click else []
        assert (await world.events(*shown))["accepted"] == len(shown)
        world.later(minutes=1)


async def buy(world, viewer, quantity=1, *, handed_over=True):
    """Let somebody buy soup; what is not handed over within a week goes back by itself."""
    made = await bought(world, line(quantity=quantity), buyer=viewer)
    return await act_on(world, made, "fulfil") if handed_over else made


@pytest.mark.parametrize(
    ("settlement", "earned", "value"),
    [(CPA, yuan(8), None), (CPS, yuan(13.5), yuan(54))],
    ids=["cpa", "cps"],
)
def test_what_was_sold_and_not_returned_is_paid_for(tmp_path, settlement, earned, value):
    @scene
    async def story(world):
        await studio(world)
        made = await published(world, await accepted(world, settlement, **SOUP))
        for viewer in ("p0", "p1", "p2", "mei"):
            await touched(world, viewer)
        await touched(world, "p3", click=False)
        await buy(world, "p0", 2)  # 36 yuan
        await buy(world, "p3")  # 18 yuan, seen and not clicked
        returned = await buy(world, "p1", handed_over=False)
        await buy(world, "mei")  # who ordered the film
        await buy(world, "p4")  # nobody showed them anything
        await bought(world, line("meal", "two"), buyer="p2")  # another product
        await act_on(world, returned, "cancel")
        await buy(world, "p2", handed_over=False)
        await passed(world, days=8)
        shown = (await read(world, made["id"]))["counted"]
        assert shown["excluded"] == {"own": 1, "returned": 2}
        assert (shown["shown"], shown["settled"], shown["value"]) == (5, 2, value)
        await passed(world, days=8)
        shown = await read(world, made["id"])
        assert shown["money"]["measured"] == earned
        await audited(world)

    story(tmp_path)


@scene
async def test_what_is_returned_after_the_count_is_an_adjustment(world):
    await studio(world)
    made = await published(world, await accepted(world, {**CPS, "floor": yuan(2)}, **SOUP))
    await touched(world, "p0")
    await touched(world, "p1")
    await buy(world, "p0")
    back = await buy(world, "p1", 3)
    await passed(world, days=8)
    assert (await read(world, made["id"]))["counted"]["amount"] == yuan(18)
    await act_on(world, back, "refund", {"request_id": "f1", "amount": yuan(27)})
    await passed(world, days=8)
    shown = await read(world, made["id"])
    assert shown["money"] == {"measured": yuan(18), "adjustment": yuan(-6.75), "back": yuan(38.75)}
    assert shown["counted_late"]["value"] == yuan(45)
    await audited(world)


@scene
async def test_an_order_is_put_down_to_the_item_that_touched_the_buyer_last_and_to_no_other(world):
    await studio(world)
    first = await published(world, await accepted(world, CPA, **SOUP))
    second = await published(
        world, await accepted(world, CPA, name="o2", brief_id="b2", **SOUP), "clip"
    )
    await touched(world, "p0", "film", "clip")
    await touched(world, "p1", "clip", "film")
    await touched(world, "p2")
    for viewer in ("p0", "p1", "p2"):
        await buy(world, viewer)
    await settled(world, first)
    counts = [(await read(world, made["id"]))["counted"]["settled"] for made in (first, second)]
    assert counts == [2, 1]
    await audited(world)
