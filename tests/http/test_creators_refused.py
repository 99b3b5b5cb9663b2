"""What does not fit a creator's order, each refused by its own code: a refusal has changed nothing."""

import pytest

from tests.http.test_ads import scene
from tests.worlds.creator_world import (
    CREATOR,
    FIXED,
    OWNER,
    WORDS,
    accepted,
    act,
    approved,
    brief,
    drafted,
    offer,
    published,
    settled,
    studio,
)
from tests.worlds.records_dump import dump
from tests.worlds.trade_world import yuan
from tests.worlds.world import opened, run


async def refused(world, code, status, asked):
    """Ask for what is refused: by its own code, and nothing has changed."""
    method, path, body = asked
    before = dump(world)
    answer = await world.ask(method, path, body, status=status)
    assert answer["error"]["code"] == code
    assert dump(world) == before


def euros(amount):
    return {"micros": amount * 1_000_000, "currency": "EUR"}


def cpm(**more):
    return {"kind": "cpm", "price": yuan(5), "cap": yuan(20), **more}


@pytest.mark.parametrize(
    ("code", "status", "change"),
    [
        ("cap_below_floor", 400, {"settlement": cpm(floor=yuan(21))}),
        ("cap_missing", 400, {"settlement": {"kind": "cpm", "price": yuan(5)}}),
        ("price_missing", 400, {"settlement": {"kind": "fixed"}}),
        ("price_not_taken", 400, {"settlement": {**FIXED, "share": 0.5}}),
        ("price_below_floor", 409, {"settlement": {**FIXED, "floor": yuan(101)}}),
        ("price_over_cap", 409, {"settlement": {**FIXED, "cap": yuan(99)}}),
        ("currency_mismatch", 400, {"settlement": {"kind": "fixed", "price": euros(5)}}),
        ("amount_not_positive", 400, {"settlement": {"kind": "fixed", "price": yuan(0)}}),
        ("deadline_past", 409, {"deadline": "2026-03-01T00:00:00Z"}),
        ("advertiser_unknown", 404, {"advertiser_id": "none"}),
        ("person_unknown", 404, {"creator_ids": ["nobody"]}),
        ("product_missing", 400, {"settlement": cpm(kind="cpa")}),
        ("product_unknown", 404, {"product_ids": ["none"]}),
        ("product_foreign", 409, {"product_ids": ["stew"]}),
    ],
)
def test_a_brief_that_does_not_fit_is_refused_by_name(tmp_path, code, status, change):
    async def scenario():
        async with opened(tmp_path) as world:
            await studio(world)
            await world.put("/v1/shops/stews", {"owner_id": "p1", "name": "S"}, status=201)
            stew = {
                "shop_id": "stews", "name": "Stew", "fulfilment": ["delivery"],
                "variants": [{"id": "x", "price": yuan(1), "stock": 1}],
            }  # fmt: skip
            await world.put("/v1/products/stew", stew, status=201)
            await refused(world, code, status, ("PUT", "/v1/briefs/b1", {**brief(world), **change}))

    run(scenario())


@pytest.mark.parametrize(
    ("code", "status", "change", "profile"),
    [
        ("price_below_floor", 409, {}, {"prices": {"fixed": yuan(101)}}),
        ("price_over_cap", 409, {**CREATOR, "price": yuan(151)}, {}),
        ("currency_mismatch", 400, {"price": euros(50)}, {}),
        ("price_not_taken", 400, {"share": 0.2}, {}),
        ("creator_unknown", 404, {"creator_id": "p1"}, {}),
        ("brief_unknown", 404, {"brief_id": "none"}, {}),
        ("role_lacking", 409, {"person_id": "p1"}, {}),
        ("creator_not_open", 409, {}, {"open": False}),
        ("notice_too_short", 409, {}, {"notice_days": 11}),
        ("self_dealing", 409, {"creator_id": "mei"}, {}),
        ("brief_not_for_creator", 409, {"brief_id": "b2"}, {}),
        ("offer_exists", 409, {"brief_id": "b3"}, {}),
        ("brief_closed", 409, {"brief_id": "b4"}, {}),
    ],
)
def test_an_offer_that_does_not_fit_is_refused_by_name(tmp_path, code, status, change, profile):
    async def scenario():
        async with opened(tmp_path) as world:
            await studio(world)
            await world.put("/v1/creators/mei", {}, status=201)
            wide = {**FIXED, "cap": yuan(150)}
            for name, more in (("b1", {}), ("b2", {"creator_ids": ["p2"]}), ("b3", {}), ("b4", {})):
                await world.put(f"/v1/briefs/{name}", brief(world, wide, **more), status=201)
            closed = brief(world, wide, state="closed")
            await world.put("/v1/briefs/b4", closed, status=200)
            await world.put("/v1/offers/first", offer(brief_id="b3"), status=201)
            await world.put("/v1/creators/ann", profile, status=200)
            await refused(world, code, status, ("PUT", "/v1/offers/o9", offer(**change)))

    run(scenario())


@scene
async def test_a_late_or_unpaid_answer_and_a_second_settlement_change_nothing(world):
    await studio(world, deposit=150)
    await world.put("/v1/briefs/b9", brief(world), status=201)
    await world.put("/v1/offers/o9", offer(brief_id="b9"), status=201)
    made = await published(world, await accepted(world))
    await refused(world, "balance_short", 409, ("POST", "/v1/offers/o9/accept", CREATOR))
    world.later(days=7)
    await refused(world, "time_over", 409, ("POST", "/v1/offers/o9/accept", CREATOR))
    await settled(world, made)
    path = f"/v1/assignments/{made['id']}"
    words = {**OWNER, "text": "No."}
    await refused(world, "dispute_after_settlement", 409, ("POST", f"{path}/dispute", words))
    decision = {"amount": yuan(1), "text": "No."}
    await refused(world, "already_settled", 409, ("POST", f"{path}/decide", decision))
    await refused(world, "already_settled", 409, ("POST", f"{path}/cancel", OWNER))
    await refused(world, "offer_fixed", 409, ("PUT", "/v1/offers/o1", offer(price=yuan(3))))
    changed = {**brief(world), "text": "Cook our tea."}
    await refused(world, "brief_fixed", 409, ("PUT", "/v1/briefs/b9", changed))
    nobody = path[:-1] + ("0" if path[-1] != "0" else "1")
    await refused(world, "assignment_unknown", 404, ("POST", f"{nobody}/cancel", OWNER))


@pytest.mark.parametrize(
    ("code", "status", "body"),
    [
        ("item_unknown", 404, {**CREATOR, "item_id": "none"}),
        ("item_foreign", 409, {**CREATOR, "item_id": "other"}),
        ("item_not_live", 409, {**CREATOR, "item_id": "gone"}),
        ("item_taken", 409, {**CREATOR, "item_id": "film"}),
        ("role_lacking", 409, {**OWNER, "item_id": "mine"}),
        ("role_lacking", 409, {"person_id": "p1", "item_id": "mine"}),
    ],
)
def test_a_publication_that_does_not_fit_is_refused_by_name(tmp_path, code, status, body):
    async def scenario():
        async with opened(tmp_path) as world:
            await studio(world)
            await published(world, await accepted(world))
            for name, author in (("other", "p1"), ("gone", "ann"), ("mine", "ann")):
                await world.put(
                    f"/v1/items/{name}", {"kind": "video", "author_id": author}, status=201
                )
            await world.ask("DELETE", "/v1/items/gone", status=204)
            made = await approved(world, await accepted(world, name="o2", brief_id="b2"))
            path = f"/v1/assignments/{made['id']}/publish"
            await refused(world, code, status, ("POST", path, body))

    run(scenario())


@scene
async def test_moves_out_of_turn_are_refused_and_rounds_are_bounded(world):
    await studio(world)
    made = await accepted(world)
    path = f"/v1/assignments/{made['id']}"
    await refused(world, "move_refused", 409, ("POST", f"{path}/approve", OWNER))
    await refused(world, "role_lacking", 409, ("POST", f"{path}/draft", {**OWNER, "text": "x"}))
    await drafted(world, made)
    await act(world, made, "revise", WORDS)
    await drafted(world, made, "Again.")
    await refused(world, "rounds_used_up", 409, ("POST", f"{path}/revise", WORDS))
    await act(world, made, "dispute", {**CREATOR, "text": "It is what was asked for."})
    over = {"amount": yuan(101), "text": "x"}
    await refused(world, "amount_beyond_escrow", 409, ("POST", f"{path}/decide", over))
    assert (await act(world, made, "decide", {"amount": yuan(0), "text": "x"}))["money"][
        "back"
    ] == yuan(100)
