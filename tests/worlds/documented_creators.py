"""A creator who takes an order, one request of each route of creators' orders and boosts."""

from tests.worlds.trade_world import yuan

PROFILE = {
    "topics": ["soup", "markets"], "languages": ["zh"], "prices": {"fixed": yuan(90), "cpm": yuan(4)}, "notice_days": 2,
}  # fmt: skip
SETTLEMENT = {"kind": "fixed", "price": yuan(100), "cap": yuan(150)}
LET = {
    "creator_id": "ann", "advertiser_id": "mei-ads", "item_id": "noon", "from": "2026-03-04T00:00:00Z",
    "until": "2026-06-01T00:00:00Z", "share": 0.3,
}  # fmt: skip
OWNER, CREATOR = {"person_id": "mei"}, {"person_id": "ann"}


async def ordered(does):
    """Order a film of the soup that is advertised, from Ann; the others decline, withdraw, give up and disagree."""
    ask = does.ask
    await ask("putPerson", {"name": "Ann"}, keep=False, person_id="ann")
    await ask("putCreator", PROFILE, person_id="ann")
    await ask("getCreator", person_id="ann")
    await ask("listEarnings", query={"from": "2026-03-01", "to": "2026-03-07"}, person_id="ann")
    await ask("makeCreatorKey", person_id="ann")
    made = {
        name: await offered(does, name)
        for name in ("lunch-film", "tea-film", "long-film", "late-film")
    }
    await ask("getBrief", brief_id="lunch-film")
    await ask("listBriefs", query={"advertiser_id": "mei-ads"})
    await ask("getOffer", offer_id="lunch-film")
    await ask("listOffers", query={"creator_id": "ann"})
    await ask("declineOffer", CREATOR, offer_id="tea-film")
    await ask("cancelOffer", OWNER, offer_id="long-film")
    order = await accepted(does, "lunch-film")
    await ask("getAssignment", assignment_id=order)
    await ask("listAssignments", query={"advertiser_id": "mei-ads"})
    await ask(
        "submitDraft", {**CREATOR, "text": "Noon at the pot, thirty seconds."}, assignment_id=order
    )
    await ask("reviseDraft", {**OWNER, "text": "Show the price too."}, assignment_id=order)
    await ask("submitDraft", {**CREATOR, "text": "The same, with the price."}, assignment_id=order)
    await ask("approveDraft", OWNER, assignment_id=order)
    film = {"kind": "video", "author_id": "ann", "text": "Noon at the pot"}
    await ask("putItem", film, keep=False, item_id="noon")
    await ask("publishAssignment", {**CREATOR, "item_id": "noon"}, assignment_id=order)
    await ask("disputeAssignment", {**OWNER, "text": "The price is missing."}, assignment_id=order)
    decision = {"amount": yuan(80), "text": "It is in the caption only."}
    await ask("decideAssignment", decision, assignment_id=order)
    await ask("cancelAssignment", CREATOR, assignment_id=await accepted(does, "late-film"))
    await ask("putAuthorisation", LET, authorisation_id="noon-spring")
    await ask("getAuthorisation", authorisation_id="noon-spring")
    await ask("listAuthorisations", query={"creator_id": "ann"})
    await ask("revokeAuthorisation", authorisation_id="noon-spring")
    await boosted(does)
    return made


async def boosted(does):
    """Buy reach for a post of Ann's, look what it would come to before and has come to after, and stop it."""
    ask = does.ask
    boost = {
        "person_id": "ann", "item_id": "noon", "buys": "follows", "amount": yuan(10), "hours": 24,
    }  # fmt: skip
    await ask("forecastBoost", boost)
    await ask("putBoost", boost, boost_id="noon-boost")
    await ask("getBoost", boost_id="noon-boost")
    await ask("listBoosts", query={"person_id": "ann"})
    await ask("stopBoost", CREATOR, boost_id="noon-boost")


async def offered(does, name):
    """Write a brief, and offer it to Ann."""
    brief = {
        "advertiser_id": "mei-ads", "text": "Half a minute of our soup at noon.", "product_ids": ["soup"],
        "settlement": SETTLEMENT, "deadline": "2026-03-20T12:00:00Z",
    }  # fmt: skip
    await does.ask("putBrief", brief, brief_id=name)
    body = {"brief_id": name, "creator_id": "ann", **OWNER, "text": "Would you?"}
    return await does.ask("putOffer", body, offer_id=name)


async def accepted(does, name):
    """Accept an offer; return the id of the assignment."""
    shown = await does.ask("acceptOffer", CREATOR, offer_id=name)
    return shown["assignment_id"]
