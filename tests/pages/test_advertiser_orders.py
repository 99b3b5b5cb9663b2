"""Creators' orders at the advertiser's desk: briefs, offers, bids, review, money, and whose they are."""

import pytest

from tests.worlds.advertiser_desk import Advertiser
from tests.worlds.at_desk import REQUEST
from tests.worlds.creator_world import (
    CPM,
    CREATOR,
    FIXED,
    accepted,
    brief,
    drafted,
    published,
    read,
    settled,
    studio,
)
from tests.worlds.merchant_desk import note
from tests.worlds.trade_world import yuan
from tests.worlds.world import opened, run

FORM = {
    "text": "Cook our soup.", "kind": "fixed", "price": "100", "share": "", "floor": "", "cap": "150", "action": "order",
    "product": "", "deadline": "2026-03-20", "rounds": "1", "approval": "3", "counted": "7", "people": "",
}  # fmt: skip
BID = {"brief_id": "b1", "creator_id": "ann", **CREATOR, "price": yuan(120)}


def at_the_desk(tmp_path, act, **login):
    async def scenario():
        async with opened(tmp_path) as world:
            await studio(world)
            mei = Advertiser(world)
            await mei.arrive(**(login or {"person": "mei"}))
            await mei.open()
            return await act(world, mei)

    return run(scenario)


async def made(mei, **changed):
    """Fill the form of a brief in."""
    request = REQUEST.search(await mei.open("/advertiser/briefs/new")).group(1)
    return await mei.send("/advertiser/briefs/new", **{**FORM, "advertiser": "mei-ads", "request": request, **changed})  # fmt: skip


def test_a_brief_is_made_by_its_form_once_offered_and_closed(tmp_path):
    async def scene(world, mei):
        empty = await mei.open("/advertiser/briefs")
        page = await made(mei)
        (brief,) = (await world.ask("GET", "/v1/briefs"))["data"]
        form = {
            "brief": brief["id"],
            "creator": "ann",
            "price": "110",
            "text": "Would you?",
            "request": "w",
        }
        offered = await mei.send("/advertiser/brief/offer", **form)
        await mei.send("/advertiser/brief/offer", **form)
        offers = (await world.ask("GET", "/v1/offers"))["data"]
        closed = await mei.send("/advertiser/brief/close", brief=brief["id"])
        return empty, page, brief, offered, offers, closed, await mei.open("/advertiser/briefs")

    empty, page, brief, offered, offers, closed, listed = at_the_desk(tmp_path, scene)
    assert "Nothing is asked of creators yet" in empty
    assert note(page) == (True, "The brief is made. Creators whom it is for can bid, and you can make offers.")  # fmt: skip
    assert brief["deadline"].startswith("2026-03-20T16:00")  # the end of that day in Shanghai
    assert brief["settlement"] == {"kind": "fixed", "price": yuan(100), "cap": yuan(150)}
    assert note(offered) == (True, "The offer is made. The creator answers it.")
    assert [(offer["price"], offer["text"]) for offer in offers] == [(yuan(110), "Would you?")]
    assert note(closed) == (True, "The brief is closed. Orders that came of it go on.")
    assert "0 briefs are open" in listed


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"text": " "}, "text", "Write something here."),
        ({"price": ""}, "price", "Write what is paid; this way of settling needs it."),
        ({"price": "200"}, "price", "That is above the most that the brief pays. Ask for less."),
        ({"kind": "cpm", "price": "5", "cap": ""}, "cap", "Write the most that is paid; so much is set aside."),
        ({"kind": "cpm", "floor": "9", "cap": "5"}, "cap", "The most cannot be below the least. Raise it."),
        ({"kind": "cpa"}, "product", "Choose what is sold; this way of settling counts it."),
        ({"kind": "cps", "share": "0"}, "share", "Write per cent, above 0 and at most 100, such as 12.5."),
        ({"kind": "barter"}, "kind", "Choose one of these."),
        ({"deadline": "2026-01-01"}, "deadline", "The deadline is over. It must lie ahead."),
        ({"deadline": "soon"}, "deadline", "Choose a day."),
        ({"rounds": "4"}, "rounds", "Write a whole number from 0 to 3."),
        ({"people": "nobody"}, "people", "There is nobody of this name here. Check it."),
    ],
)  # fmt: skip
def test_a_brief_that_does_not_fit_is_not_made_and_says_so_at_its_field(
    tmp_path, changed, field, message
):
    async def scene(world, mei):
        return await made(mei, **changed), (await world.ask("GET", "/v1/briefs"))["data"]

    page, briefs = at_the_desk(tmp_path, scene)
    assert page.status_code == 409
    assert f'id="{field}-wrong">{message}<' in page.text
    assert briefs == []


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"creator": ""}, "creator", "Write something here."),
        ({"creator": "who"}, "creator", "There is nobody of this name here. Check it."),
        ({"creator": "mei"}, "creator", "They take no orders here. Choose somebody who does."),
        ({"price": "50"}, "price", "That is below the least that is taken. Offer more."),
        ({"price": "much"}, "price", "That is no amount. Write one such as 12.50."),
    ],
)  # fmt: skip
def test_an_offer_that_does_not_fit_is_not_made_and_says_so_at_its_field(
    tmp_path, fields, field, message
):
    async def scene(world, mei):
        await world.put("/v1/creators/ann", {"prices": {"fixed": yuan(90)}}, status=200)
        await world.put("/v1/briefs/b1", brief(world), status=201)
        form = {"brief": "b1", "creator": "ann", "price": "", "text": "", **fields}
        return await mei.send("/advertiser/brief/offer", **form), (await world.ask("GET", "/v1/offers"))["data"]  # fmt: skip

    page, offers = at_the_desk(tmp_path, scene)
    assert page.status_code == 409
    assert f'id="{field}-wrong">{message}<' in page.text
    assert offers == []


@pytest.mark.parametrize(
    ("answer", "state", "says"),
    [("accept", "accepted", "The money is set aside for the creator."), ("decline", "declined", "Nothing is owed.")],
)  # fmt: skip
def test_a_bid_waits_for_the_advertiser_and_is_answered_by_its_button(
    tmp_path, answer, state, says
):
    async def scene(world, mei):
        await world.put("/v1/briefs/b1", brief(world, {**FIXED, "cap": yuan(150)}), status=201)
        await world.put("/v1/offers/o1", BID, status=201)
        listed = await mei.open("/advertiser/orders")
        of_brief = await mei.open("/advertiser/brief?brief=b1")
        page = await mei.send(f"/advertiser/offer/{answer}", offer="o1", request="w")
        return listed, of_brief, page, (await world.ask("GET", "/v1/offers/o1"))["state"]

    listed, of_brief, page, becomes = at_the_desk(tmp_path, scene)
    assert "1 order waits for you" in listed
    assert "Ann" in of_brief
    assert "¥120.00 in all" in of_brief
    assert says in note(page)[1]
    assert becomes == state


@pytest.mark.parametrize(
    ("what", "fields", "stage"),
    [
        ("approve", {}, "approved"), ("revise", {"changes": "More soup."}, "revising"), ("cancel", {}, "cancelled"),
        ("dispute", {"objection": "No soup."}, "disputed"), ("revise", {"changes": " "}, "drafted"),
    ],
)  # fmt: skip
def test_a_draft_is_reviewed_by_buttons(tmp_path, what, fields, stage):
    async def scene(world, mei):
        order = await accepted(world)
        await drafted(world, order, "A pot of soup.")
        shown = await mei.open(f"/advertiser/order?order={order['id']}")
        page = await mei.send(f"/advertiser/order/{what}", order=order["id"], request="w", **fields)
        return shown, page, await read(world, order["id"])

    shown, page, order = at_the_desk(tmp_path, scene)
    assert "A pot of soup." in shown
    assert "Without an answer by then the draft is approved." in shown
    assert order["stage"] == stage
    assert page.status_code == (409 if stage == "drafted" else 200)
    assert ('id="changes-wrong">Write something here.<' in page.text) == (stage == "drafted")


def test_changes_cannot_be_asked_for_more_often_than_the_brief_says(tmp_path):
    async def scene(world, mei):
        order = await accepted(world, review_rounds=0)
        await drafted(world, order)
        shown = await mei.open(f"/advertiser/order?order={order['id']}")
        page = await mei.send("/advertiser/order/revise", order=order["id"], changes="More.", request="w")  # fmt: skip
        return shown, page

    shown, page = at_the_desk(tmp_path, scene)
    assert "Ask for changes" not in shown
    assert note(page) == (False, "Changes were asked for as often as the brief allows. Approve the draft, cancel, or object.")  # fmt: skip


def test_both_numbers_and_the_money_stand_on_the_advertisers_page_too(tmp_path):
    async def scene(world, mei):
        order = await settled(world, await published(world, await accepted(world, CPM)))
        await mei.arrive(person="mei")
        return order, await mei.open(f"/advertiser/order?order={order['id']}")

    order, page = at_the_desk(tmp_path, scene)
    assert order["money"]["measured"] == yuan(1)
    assert all(text in page for text in ("Plays as shown", "Plays as settled", "¥20.00", "¥1.00", "¥19.00"))  # fmt: skip


@pytest.mark.parametrize(("scopes", "status"), [(("ads",), 403), (("ads", "creators"), 200)])
def test_a_key_without_the_scope_of_creators_sees_no_orders(tmp_path, scopes, status):
    async def scene(world, mei):
        order = await accepted(world)
        paths = (
            "/advertiser/briefs",
            "/advertiser/brief?brief=b1",
            "/advertiser/orders",
            f"/advertiser/order?order={order['id']}",
            "/advertiser/briefs/new",
        )
        statuses = {(await mei.ask("GET", path)).status_code for path in paths}
        return statuses, "/advertiser/briefs" in await mei.open("/advertiser")

    assert at_the_desk(tmp_path, scene, scopes=scopes) == ({status}, status == 200)


def test_nobody_reads_or_moves_anothers_briefs_and_orders(tmp_path):
    async def scene(world, _):
        order = await accepted(world)
        await drafted(world, order)
        await world.put("/v1/people/eve", {}, status=201)
        await world.put("/v1/shops/teas", {"owner_id": "eve", "name": "Teas", "position": {"latitude": 26.38, "longitude": 108.08}}, status=201)  # fmt: skip
        await world.put("/v1/advertisers/eve-ads", {"owner_id": "eve", "name": "Eve"}, status=201)
        eve = Advertiser(world)
        await eve.arrive(person="eve", shop="teas")
        await eve.open()
        asked = [
            await eve.ask("GET", f"/advertiser/order?order={order['id']}"),
            await eve.ask("GET", "/advertiser/offer?offer=o1"),
            await eve.ask("GET", "/advertiser/brief?brief=b1"),
            await eve.send("/advertiser/order/approve", order=order["id"]),
            await eve.send("/advertiser/offer/withdraw", offer="o1"),
            await eve.send("/advertiser/brief/close", brief="b1"),
            await eve.send("/advertiser/brief/offer", brief="b1", creator="ann"),
        ]
        return [answer.status_code for answer in asked], await read(world, order["id"])

    statuses, order = at_the_desk(tmp_path, scene)
    assert statuses == [404] * 7
    assert order["stage"] == "drafted"
