"""A creator's order from the brief to the settlement, over HTTP: who may do what, what silence means, where the money is."""

from tests.http.test_ads import scene
from tests.http.test_permissions import key as make_key
from tests.worlds.creator_world import (
    CREATOR,
    OWNER,
    WORDS,
    accepted,
    act,
    brief,
    drafted,
    offer,
    passed,
    post,
    published,
    read,
    settled,
    studio,
)
from tests.worlds.trade_world import audited, balances, yuan


def where(world):
    """Return what lies with the advertiser, in escrows and with creators, in yuan."""
    kinds = ("ADVERTISER_BALANCE", "CREATOR_ESCROW", "CREATOR_PAYABLE")
    standing = balances(world)
    return tuple(
        sum(micros for (kind, _), micros in standing.items() if kind == wanted) / 1_000_000
        for wanted in kinds
    )


@scene
async def test_a_fixed_order_goes_from_the_brief_to_the_settlement(world):
    await studio(world)
    made = await accepted(world)
    assert (made["stage"], made["silence"], made["escrow"]) == ("accepted", "expire", yuan(100))
    assert where(world) == (900, 100, 0)
    await drafted(world, made)
    revising = await act(world, made, "revise", WORDS)
    assert (revising["stage"], revising["rounds_left"]) == ("revising", 0)
    await drafted(world, made, "Two pots of soup.")
    shown = await act(world, made, "approve", OWNER)
    assert shown["stage"] == "approved"
    await world.put("/v1/items/film", {"kind": "video", "author_id": "ann"}, status=201)
    shown = await act(world, made, "publish", {**CREATOR, "item_id": "film"})
    assert (shown["item_id"], shown["counted_through"]) == ("film", "2026-03-11")
    await passed(world, days=8)
    shown = await read(world, made["id"])
    assert (shown["stage"], shown["counted"]["amount"]) == ("measured", yuan(100))
    assert where(world) == (900, 100, 0)
    await passed(world, days=8)
    shown = await read(world, made["id"])

    assert shown["stage"] == "settled"
    assert shown["money"] == {"measured": yuan(100), "adjustment": yuan(0), "back": yuan(0)}
    assert (shown["due"], shown["silence"]) == (None, None)
    assert where(world) == (900, 0, 100)
    moves = [(move["move"], move["by"], move["stage"]) for move in shown["history"]]
    assert moves == [
        ("offer", "advertiser", "offered"), ("accept", "creator", "accepted"),
        ("submit", "creator", "drafted"), ("revise", "advertiser", "revising"),
        ("submit", "creator", "drafted"), ("approve", "advertiser", "approved"),
        ("publish", "creator", "published"), ("measure", "clock", "measured"),
        ("settle", "clock", "settled"),
    ]  # fmt: skip
    assert shown["history"][3]["text"] == "More soup."
    await audited(world)
    profile = await world.ask("GET", "/v1/creators/ann", status=200)
    assert profile["reliability"] == {"taken": 1, "published": 1}


@scene
async def test_a_bid_is_answered_by_the_advertiser(world):
    await studio(world)
    await world.put("/v1/briefs/b1", brief(world), status=201)
    bid = await world.put("/v1/offers/o1", offer(**CREATOR, price=yuan(130)), status=201)
    assert (bid["made_by"], bid["price"], bid["state"]) == ("creator", yuan(130), "open")
    refused = await post(world, "/v1/offers/o1/accept", CREATOR, status=409)
    assert refused["error"]["code"] == "role_lacking"
    shown = await post(world, "/v1/offers/o1/accept", OWNER)
    assert shown["state"] == "accepted"
    assert where(world) == (870, 130, 0)
    assert (await read(world, shown["assignment_id"]))["settlement"]["price"] == yuan(130)
    listed = await world.ask("GET", "/v1/offers?brief_id=b1", status=200)
    assert [bid["id"] for bid in listed["data"]] == ["o1"]
    listed = await world.ask("GET", "/v1/assignments?creator_id=ann", status=200)
    assert [order["offer_id"] for order in listed["data"]] == ["o1"]


@scene
async def test_silence_moves_an_order_on_and_money_back(world):
    await studio(world)
    await world.put("/v1/briefs/b0", brief(world), status=201)
    await world.put("/v1/offers/o0", offer(brief_id="b0"), status=201)
    late, quiet = await accepted(world), await accepted(world, name="o2", brief_id="b2")
    await drafted(world, quiet)
    assert where(world) == (800, 200, 0)
    await passed(world, days=7, hours=1)
    assert (await world.ask("GET", "/v1/offers/o0", status=200))["state"] == "expired"
    shown = await read(world, quiet["id"])
    assert (shown["stage"], shown["history"][-1]["by"]) == ("approved", "clock")
    await passed(world, days=8)
    assert (await read(world, late["id"]))["stage"] == "expired"
    assert (await read(world, quiet["id"]))["stage"] == "expired"
    assert where(world) == (1_000, 0, 0)
    await audited(world)


@scene
async def test_who_gives_up_decides_where_the_money_goes(world):
    await studio(world)
    before, after_draft, creator_left = [
        await accepted(world, name=f"o{n}", brief_id=f"b{n}") for n in range(3)
    ]
    await act(world, before, "cancel", OWNER)
    assert where(world) == (800, 200, 0)
    await drafted(world, after_draft)
    shown = await act(world, after_draft, "cancel", OWNER)
    assert shown["money"] == {"measured": yuan(50), "adjustment": yuan(0), "back": yuan(50)}
    assert where(world) == (850, 100, 50)
    await drafted(world, creator_left)
    await act(world, creator_left, "cancel", CREATOR)
    assert where(world) == (950, 0, 50)
    await audited(world)


@scene
async def test_a_dispute_is_decided_by_a_moderator_or_by_time(world):
    await studio(world)
    decided = await published(world, await accepted(world))
    waiting = await published(world, await accepted(world, name="o2", brief_id="b2"), "clip")
    for made in (decided, waiting):
        shown = await act(world, made, "dispute", {**OWNER, "text": "No soup in it."})
        assert shown["stage"] == "disputed"
    ordering, moderator = await make_key(world, "creators"), await make_key(world, "review")
    body, path = {"amount": yuan(30), "text": "Half a soup."}, f"/v1/assignments/{decided['id']}"
    await world.ask("POST", f"{path}/decide", body, status=403, headers=ordering)
    shown = await world.ask("POST", f"{path}/decide", body, status=200, headers=moderator)
    assert shown["money"] == {"measured": yuan(30), "adjustment": yuan(0), "back": yuan(70)}
    assert where(world) == (870, 100, 30)
    await passed(world, days=20)
    shown = await read(world, waiting["id"])
    assert (shown["stage"], shown["history"][-1]["by"]) == ("decided", "clock")
    assert where(world) == (870, 0, 130)
    await audited(world)


@scene
async def test_an_item_that_is_withdrawn_before_its_days_are_over_earns_no_fixed_price(world):
    await studio(world)
    made = await published(world, await accepted(world))
    await world.ask("DELETE", "/v1/items/film", status=204)
    shown = await settled(world, made)
    assert shown["money"] == {"measured": yuan(0), "adjustment": yuan(0), "back": yuan(100)}
    assert where(world) == (1_000, 0, 0)
    await audited(world)


@scene
async def test_whether_an_item_stays_up_is_looked_at_once_when_its_days_are_over(world):
    await studio(world)
    made = await published(world, await accepted(world))
    other = await published(world, await accepted(world, name="o2", brief_id="b2"), "clip")
    await world.ask("DELETE", "/v1/items/clip", status=204)
    await passed(world, days=8)
    await world.ask("DELETE", "/v1/items/film", status=204)
    clip = {"kind": "video", "author_id": "ann", "text": "soup", "state": "live"}
    await world.put("/v1/items/clip", clip, status=200)
    await passed(world, days=8)
    stayed, returned = [await read(world, order["id"]) for order in (made, other)]
    assert stayed["money"] == {"measured": yuan(100), "adjustment": yuan(0), "back": yuan(0)}
    assert returned["money"] == {"measured": yuan(0), "adjustment": yuan(0), "back": yuan(100)}
    await audited(world)


@scene
async def test_an_erased_creators_orders_end_and_their_escrows_go_back(world):
    await studio(world)
    await drafted(world, await accepted(world))
    made = await published(world, await accepted(world, name="o2", brief_id="b2"))
    await world.ask("DELETE", "/v1/people/ann", status=204)
    refused = await act(world, made, "dispute", WORDS, status=410)
    assert refused["error"]["code"] == "creator_erased"
    await world.engine.tick()
    shown = await read(world, made["id"])
    assert (shown["stage"], shown["creator_id"]) == ("cancelled", None)
    assert {move["text"] for move in shown["history"]} == {None}
    assert where(world) == (1_000, 0, 0)
    await world.ask("GET", "/v1/creators/ann", status=404)
    await audited(world)


@scene
async def test_an_erased_advertisers_orders_end_unless_there_is_work_to_be_paid_for(world):
    await studio(world)
    begun = await accepted(world)
    working = await accepted(world, name="o2", brief_id="b2")
    await drafted(world, working)
    await world.ask("DELETE", "/v1/people/mei", status=204)
    await world.engine.tick()
    assert (await read(world, begun["id"]))["stage"] == "cancelled"
    assert (await read(world, working["id"]))["stage"] == "drafted"
    await passed(world, days=4)
    await world.put("/v1/items/film", {"kind": "video", "author_id": "ann"}, status=201)
    await act(world, working, "publish", {**CREATOR, "item_id": "film"})
    assert (await settled(world, working))["stage"] == "settled"
    assert where(world) == (900, 0, 100)
    await audited(world)


@scene
async def test_a_key_does_a_move_once_for_good(world):
    await studio(world)
    made = await accepted(world, review_rounds=2)
    await drafted(world, made)
    first = await act(world, made, "revise", WORDS, key="k")
    await drafted(world, made, "Again.")
    again = await act(world, made, "revise", WORDS, key="k")
    assert (first["rounds_left"], again["rounds_left"], again["stage"]) == (1, 1, "drafted")
    world.later(days=30)
    other = await act(world, made, "revise", {**WORDS, "text": "Less."}, key="k", status=409)
    assert other["error"]["code"] == "idempotency_conflict"


@scene
async def test_the_same_asked_again_changes_nothing(world):
    await studio(world)
    made = await accepted(world)
    again = await world.put("/v1/offers/o1", offer(), status=200)
    assert again["state"] == "accepted"
    await post(world, "/v1/offers/o1/accept", CREATOR)
    await drafted(world, made)
    await drafted(world, made)
    await act(world, made, "approve", OWNER)
    await act(world, made, "approve", OWNER)
    await world.put("/v1/items/film", {"kind": "video", "author_id": "ann"}, status=201)
    for _ in range(2):
        shown = await act(world, made, "publish", {**CREATOR, "item_id": "film"})
    assert len(shown["history"]) == 5
    assert where(world) == (900, 100, 0)


@scene
async def test_what_is_held_about_a_person_has_their_orders(world):
    await studio(world)
    made = await accepted(world)
    for person in ("ann", "mei"):
        shown = (await world.ask("GET", f"/v1/people/{person}/export", status=200))["creating"]
        assert [order["id"] for order in shown["assignments"]] == [made["id"]]
        assert (shown["profile"] is None) == (person == "mei")
        assert [wanted["id"] for wanted in shown["briefs"]] == (["b1"] if person == "mei" else [])
