"""The creator's desk: who gets in, whose orders they see, every move by its form, refusals at their field, terms."""

import pytest

from tests.pages.test_login import Browser
from tests.worlds.creator_desk import FILM, Creator, at_the_desk
from tests.worlds.creator_world import (
    CPM,
    FIXED,
    OWNER,
    accepted,
    act,
    approved,
    brief,
    drafted,
    offer,
    published,
    read,
    studio,
)
from tests.worlds.merchant_desk import Clerk, note
from tests.worlds.trade_world import yuan
from tests.worlds.world import opened, run


async def offered(world, name="o1", **more):
    """Let Mei offer Ann a brief."""
    await world.put("/v1/briefs/b1", brief(world, **more), status=201)
    return await world.put(f"/v1/offers/{name}", offer(text="Would you?"), status=201)


def test_a_creators_key_opens_their_desk_and_no_operators_does(tmp_path):
    async def scene(world, ann):
        keys = (world.app.operator_key, (await world.ask("POST", "/v1/shops/soups/staff/mei/keys", status=201))["key"])  # fmt: skip
        inside = [(await ann.ask("GET", "/creator")).status_code]
        for key in keys:
            other = Creator(world)
            await other.enter(key)
            inside.append((await other.ask("GET", "/creator")).status_code)
        return inside

    assert at_the_desk(tmp_path, scene) == [200, 303, 200]


def test_nobody_gets_a_key_who_takes_no_orders(tmp_path):
    async def scene(world, _):
        refused = await world.ask("POST", "/v1/creators/mei/keys", status=404)
        nobody = await world.ask("POST", "/v1/creators/who/keys", status=404)
        return refused["error"]["code"], nobody["error"]["code"]

    assert at_the_desk(tmp_path, scene) == ("creator_unknown", "person_unknown")


def test_an_erased_creators_login_ends(tmp_path):
    async def scene(world, ann):
        await world.ask("DELETE", "/v1/people/ann", status=204)
        return (await ann.ask("GET", "/creator")).headers.get("location")

    assert at_the_desk(tmp_path, scene) == "/creator/login?next=%2Fcreator&why=ended"


def test_the_desk_says_what_waits_by_when_and_what_silence_means(tmp_path):
    async def scene(world, ann):
        await offered(world)
        return await ann.open(), await ann.open("/creator/offer?offer=o1")

    orders, page = at_the_desk(tmp_path, scene)
    assert "1 order waits for you" in orders
    assert "Accept or decline by " in page
    assert "Without an answer the offer ends and nothing is owed." in page
    assert "Cook our soup." in page
    assert "¥100.00 in all" in page
    assert "Would you?" in page


@pytest.mark.parametrize(
    ("answer", "state", "says"),
    [("accept", "accepted", "The money is set aside for you."), ("decline", "declined", "Nothing is owed.")],
)  # fmt: skip
def test_an_offer_is_answered_by_its_button(tmp_path, answer, state, says):
    async def scene(world, ann):
        await offered(world)
        await ann.open("/creator/offer?offer=o1")
        page = await ann.send(f"/creator/offer/{answer}", offer="o1")
        again = await ann.send(f"/creator/offer/{answer}", offer="o1")
        return page, again.status_code, (await world.ask("GET", "/v1/offers/o1"))["state"]

    page, again, becomes = at_the_desk(tmp_path, scene)
    assert note(page)[0]
    assert says in note(page)[1]
    assert (again, becomes) == (200, state)


def test_an_offer_that_the_balance_cannot_carry_is_refused_with_its_cure(tmp_path):
    async def scene(world, ann):
        await offered(world, settlement={"kind": "fixed", "price": yuan(5_000)})
        await ann.open("/creator/offer?offer=o1")
        page = await ann.send("/creator/offer/accept", offer="o1")
        return page, (await world.ask("GET", "/v1/offers/o1"))["state"]

    page, state = at_the_desk(tmp_path, scene)
    assert page.status_code == 409
    assert note(page) == (False, "There is not enough money on the balance to set aside. Money must be paid in first.")  # fmt: skip
    assert state == "open"


def test_an_order_goes_from_draft_to_its_post_by_forms_alone(tmp_path):
    async def scene(world, ann):
        made = await accepted(world, CPM)
        path = f"/creator/order?order={made['id']}"
        await ann.open(path)
        draft = await ann.send("/creator/order/draft", order=made["id"], draft="A pot of soup.")
        await act(world, made, "revise", {**OWNER, "text": "More soup."})
        revising = await ann.open(path)
        await ann.send("/creator/order/draft", order=made["id"], draft="Two pots.")
        await act(world, made, "approve", OWNER)
        nothing = await ann.open(path)
        await world.put("/v1/items/film", FILM, status=201)
        listed = await ann.open(path)
        page = await ann.send("/creator/order/publish", order=made["id"], item="film")
        return draft, revising, nothing, listed, page, await read(world, made["id"])

    draft, revising, nothing, listed, page, order = at_the_desk(tmp_path, scene)
    assert note(draft) == (True, "The draft is handed in. The advertiser is asked to look at it.")
    assert "More soup." in revising
    assert "None of your posts can be named yet." in nothing
    assert '<option value="film"' in listed
    assert note(page) == (True, "The post is named. It is counted from now on.")
    assert (order["stage"], order["item_id"]) == ("published", "film")
    assert [step["text"] for step in order["history"] if step["move"] == "submit"] == ["A pot of soup.", "Two pots."]  # fmt: skip


def test_the_same_form_sent_again_hands_no_second_draft_in(tmp_path):
    async def scene(world, ann):
        made = await accepted(world)
        await ann.open(f"/creator/order?order={made['id']}")
        form = {"order": made["id"], "draft": "Soup."}
        await ann.send("/creator/order/draft", **form)
        await act(world, made, "revise", {**OWNER, "text": "More."})
        again = await ann.send("/creator/order/draft", **form)
        return again.status_code, await read(world, made["id"])

    status, order = at_the_desk(tmp_path, scene)
    assert (status, order["stage"]) == (200, "revising")
    assert [step["move"] for step in order["history"]].count("submit") == 1


@pytest.mark.parametrize(
    ("what", "fields", "stage", "message"),
    [
        ("draft", {"draft": " "}, "accepted", 'id="draft-wrong">Write something here.<'),
        ("publish", {"item": ""}, "approved", 'id="item-wrong">Choose one of these.<'),
        ("publish", {"item": "soup"}, "approved", 'id="item-wrong">The post is somebody else&#39;s. Choose one of yours.<'),
        ("publish", {"item": "none"}, "approved", 'id="item-wrong">There is no such post. Choose one of yours.<'),
        ("dispute", {"objection": ""}, "drafted", 'id="objection-wrong">Write something here.<'),
    ],
)  # fmt: skip
def test_a_form_that_does_not_fit_changes_nothing_and_says_so_at_its_field(
    tmp_path, what, fields, stage, message
):
    async def scene(world, ann):
        made = await accepted(world)
        await world.put("/v1/items/film", FILM, status=201)
        if stage != "accepted":
            await (approved if stage == "approved" else drafted)(world, made)
        await ann.open(f"/creator/order?order={made['id']}")
        page = await ann.send(f"/creator/order/{what}", order=made["id"], **fields)
        return page, (await read(world, made["id"]))["stage"]

    page, stands = at_the_desk(tmp_path, scene)
    assert page.status_code == 409
    assert message in page.text
    assert note(page) == (False, "Nothing was saved. See the fields that are marked.")
    assert stands == stage


@pytest.mark.parametrize(("what", "stage"), [("cancel", "cancelled"), ("dispute", "disputed")])
def test_an_order_is_cancelled_or_objected_to_by_its_button(tmp_path, what, stage):
    async def scene(world, ann):
        made = await accepted(world)
        await drafted(world, made)
        await ann.open(f"/creator/order?order={made['id']}")
        page = await ann.send(f"/creator/order/{what}", order=made["id"], objection="Too slow.")
        return page, await read(world, made["id"])

    page, order = at_the_desk(tmp_path, scene)
    assert note(page)[0]
    assert order["stage"] == stage


def test_a_move_that_comes_too_late_is_refused_in_words(tmp_path):
    async def scene(world, ann):
        made = await accepted(world)
        world.later(days=11)
        await ann.enter(ann.key)
        await ann.open(f"/creator/order?order={made['id']}")
        return await ann.send("/creator/order/draft", order=made["id"], draft="Soup.")

    page = at_the_desk(tmp_path, scene)
    assert page.status_code == 409
    assert note(page) == (False, "That comes too late: the time for it is over.")


def test_both_numbers_stand_beside_why_they_differ_and_where_the_money_went(tmp_path):
    async def scene(world, ann):
        made = await published(world, await accepted(world, CPM))
        for person in ("ann", "mei"):
            watch = {"type": "watch", "person_id": person, "item_id": "film", "watch_seconds": 9, "id": f"w-{person}", "time": world.now.isoformat()}  # fmt: skip
            await world.events(watch)
        await ann.later(days=9)
        counted = await ann.open(f"/creator/order?order={made['id']}")
        await ann.later(days=8)
        return counted, await ann.open(f"/creator/order?order={made['id']}"), await ann.open()

    counted, settled, orders = at_the_desk(tmp_path, scene)
    assert "Plays as shown" in counted
    assert "came of no feed of ours" in counted
    assert "Plays as settled" in counted
    assert "With what was heard late" not in counted
    assert "With what was heard late" in settled
    assert "To the creator, as counted" in settled
    assert "¥1.00" in settled
    assert "Nothing waits for you" in orders
    assert "It is settled, and nothing opens it again." in settled


def test_a_creator_bids_for_an_open_brief_once_and_takes_the_bid_back(tmp_path):
    async def scene(world, ann):
        await world.put("/v1/briefs/b1", brief(world, {**FIXED, "cap": yuan(150)}), status=201)
        listed = await ann.open("/creator/briefs")
        await ann.open("/creator/brief?brief=b1")
        dear = await ann.send("/creator/brief", brief="b1", price="200", text="")
        made = await ann.send("/creator/brief", brief="b1", price="140", text="Mine.")
        again = await ann.send("/creator/brief", brief="b1", price="140", text="Mine.")
        offers = (await world.ask("GET", "/v1/offers"))["data"]
        back = await ann.send("/creator/offer/withdraw", offer=offers[0]["id"])
        return listed, dear, made, again.status_code, offers, back

    listed, dear, made, again, offers, back = at_the_desk(tmp_path, scene)
    assert "1 brief is open to you" in listed
    assert 'id="price-wrong">That is above the most that the brief pays. Ask for less.<' in dear.text  # fmt: skip
    assert note(made) == (True, "The bid is made. The advertiser answers it.")
    assert (again, len(offers), offers[0]["price"], offers[0]["made_by"]) == (200, 1, yuan(140), "creator")  # fmt: skip
    assert note(back) == (True, "The bid is taken back.")


def test_a_brief_for_others_or_past_is_not_shown_to_a_creator(tmp_path):
    async def scene(world, ann):
        await world.put("/v1/people/bob", {}, status=201)
        await world.put("/v1/briefs/others", brief(world, creator_ids=["bob"]), status=201)
        await world.put("/v1/briefs/late", brief(world), status=201)
        await ann.later(days=11)
        return await ann.open("/creator/briefs"), (await ann.ask("GET", "/creator/brief?brief=others")).status_code  # fmt: skip

    listed, others = at_the_desk(tmp_path, scene)
    assert "No brief is open to you" in listed
    assert others == 404


def test_a_brief_for_somebody_who_was_erased_is_shown_to_no_other_creator(tmp_path):
    async def scene(world, ann):
        await world.put("/v1/people/bob", {}, status=201)
        await world.put("/v1/briefs/others", brief(world, creator_ids=["bob"]), status=201)
        await world.ask("DELETE", "/v1/people/bob", status=204)
        return await ann.open("/creator/briefs"), (await ann.ask("GET", "/creator/brief?brief=others")).status_code  # fmt: skip

    listed, others = at_the_desk(tmp_path, scene)
    assert "No brief is open to you" in listed
    assert others == 404


def test_nobody_reads_or_moves_anothers_order_or_offer(tmp_path):
    async def scene(world, ann):
        await world.put("/v1/people/bob", {}, status=201)
        await world.put("/v1/creators/bob", {}, status=201)
        made = await accepted(world)
        bob = Creator(world)
        await bob.arrive("bob")
        await bob.open()
        asked = [
            await bob.ask("GET", f"/creator/order?order={made['id']}"),
            await bob.ask("GET", "/creator/offer?offer=o1"),
            await bob.send("/creator/order/draft", order=made["id"], draft="Mine."),
            await bob.send("/creator/order/cancel", order=made["id"]),
            await bob.send("/creator/offer/withdraw", offer="o1"),
        ]
        return [answer.status_code for answer in asked], await read(world, made["id"])

    statuses, order = at_the_desk(tmp_path, scene)
    assert statuses == [404] * 5
    assert order["stage"] == "accepted"


def test_terms_are_saved_and_shown_again_and_what_the_form_hides_stays(tmp_path):
    async def scene(world, ann):
        await ann.open("/creator/profile")
        fields = {
            "open": "1",
            "fixed": "90",
            "cpm": "4.5",
            "cps": "12.5",
            "notice": "2",
            "topics": "soup, markets，汤",
        }
        page = await ann.send("/creator/profile", **fields)
        wrong = await ann.send(
            "/creator/profile", **{**fields, "fixed": "much", "notice": "91", "cps": "0"}
        )
        return page, wrong, await world.ask("GET", "/v1/creators/ann")

    page, wrong, profile = at_the_desk(tmp_path, scene, languages=["zh"])
    assert note(page) == (True, "It is saved.")
    assert 'value="12.5"' in page.text
    assert profile["prices"] == {"fixed": yuan(90), "cpm": yuan(4.5), "cps": 0.125}
    assert (profile["topics"], profile["languages"], profile["notice_days"], profile["open"]) == (["soup", "markets", "汤"], ["zh"], 2, True)  # fmt: skip
    assert wrong.status_code == 409
    assert all(f'id="{field}-wrong"' in wrong.text for field in ("fixed", "notice", "cps"))


def test_somebody_without_terms_is_asked_for_them_first(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await studio(world)
            mei = Clerk(world, "mei")
            await mei.arrive()
            there = Creator(world)
            await there.enter(mei.key)
            orders = await there.open()
            await there.open("/creator/profile")
            await there.send("/creator/profile", open="1", notice="0", topics="")
            return orders, await world.ask("GET", "/v1/creators/mei", status=200)

    orders, profile = run(scenario)
    assert "You take no orders yet" in orders
    assert profile["open"]


@pytest.mark.parametrize("path", ["/creator/order/draft", "/creator/offer/accept", "/creator/brief", "/creator/profile"])  # fmt: skip
def test_a_form_without_the_logins_token_is_refused(tmp_path, path):
    async def scene(world, ann):
        stranger = Browser(world)
        await offered(world)
        without = await ann.ask("POST", path, {"offer": "o1", "token": "x"})
        return without.status_code, (await stranger.ask("POST", path, {})).status_code

    assert at_the_desk(tmp_path, scene) == (403, 303)


def test_the_desk_is_read_in_chinese_too(tmp_path):
    async def scene(world, ann):
        await offered(world)
        return await ann.open("/creator/offer?offer=o1&lang=zh")

    page = at_the_desk(tmp_path, scene)
    assert "没有答复，邀约就作罢，谁也不欠谁。" in page
