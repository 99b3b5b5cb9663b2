"""What tests of creators' orders share: an advertiser with money, a creator who takes orders, and every step of one order."""

from datetime import timedelta

from lodestone.services.community.creators_clock import count_orders
from tests.worlds.ad_world import ADVERTISER
from tests.worlds.trade_world import market, yuan

FIXED = {"kind": "fixed", "price": yuan(100)}
CPM = {"kind": "cpm", "price": yuan(500), "floor": yuan(1), "cap": yuan(20)}
OWNER, CREATOR = {"person_id": "mei"}, {"person_id": "ann"}
WORDS = {**OWNER, "text": "More soup."}
DEPOSIT = 1_000


async def studio(world, *, deposit=DEPOSIT, **profile):
    """Open a market whose shop advertises and has paid in, and let Ann take orders."""
    await market(world)
    await world.put("/v1/advertisers/mei-ads", ADVERTISER, status=201)
    await hired(world, deposit=deposit, **profile)


async def hired(world, *, deposit=DEPOSIT, **profile):
    """Let an advertiser have paid in, and Ann take orders."""
    await world.put("/v1/people/ann", {"name": "Ann"}, status=201)
    if deposit:
        body = {"amount": yuan(deposit)}
        await world.ask("POST", "/v1/advertisers/mei-ads/deposits", body, status=201)
    await world.put("/v1/creators/ann", profile, status=201)


def brief(world, settlement=FIXED, **more):
    """Return a brief that is due in ten days."""
    deadline = (world.now + timedelta(days=10)).isoformat()
    return {
        "advertiser_id": "mei-ads", "text": "Cook our soup.", "settlement": settlement, "deadline": deadline,
        **more,
    }  # fmt: skip


def offer(**more):
    return {"brief_id": "b1", "creator_id": "ann", **OWNER, **more}


async def post(world, path, body, *, status=200, key=None):
    headers = None if key is None else {"Idempotency-Key": key}
    return await world.ask("POST", path, body, status=status, headers=headers)


async def accepted(world, settlement=FIXED, *, name="o1", brief_id="b1", **more):
    """Make a brief and an offer, and let Ann accept it; return the assignment."""
    await world.put(f"/v1/briefs/{brief_id}", brief(world, settlement, **more), status=201)
    await world.put(f"/v1/offers/{name}", offer(brief_id=brief_id), status=201)
    shown = await post(world, f"/v1/offers/{name}/accept", CREATOR)
    return await read(world, shown["assignment_id"])


async def read(world, name):
    return await world.ask("GET", f"/v1/assignments/{name}", status=200)


async def act(world, made, what, body, *, status=200, key=None):
    return await post(world, f"/v1/assignments/{made['id']}/{what}", body, status=status, key=key)


async def drafted(world, made, text="A pot of soup."):
    return await act(world, made, "draft", {**CREATOR, "text": text})


async def approved(world, made):
    await drafted(world, made)
    return await act(world, made, "approve", OWNER)


async def published(world, made, item="film", **fields):
    """Let Ann hand in a draft, have it approved, and publish a post."""
    await approved(world, made)
    post_of = {"kind": "video", "author_id": "ann", "text": "soup", **fields}
    await world.put(f"/v1/items/{item}", post_of, status=201)
    return await act(world, made, "publish", {**CREATOR, "item_id": item})


async def passed(world, **span):
    """Let time go by, and the clock do what it makes due."""
    world.later(**span)
    await world.engine.tick()
    await count_orders(world.engine)


async def settled(world, made):
    """Let the counted days and those of late facts go by."""
    await passed(world, days=9)
    await passed(world, days=8)
    return await read(world, made["id"])


MOVES = {
    "accept": CREATOR, "decline": CREATOR, "draft": {**CREATOR, "text": "Soup."}, "approve": OWNER,
    "revise": WORDS, "publish": {**CREATOR, "item_id": "film"},
    "dispute": {**OWNER, "text": "No soup."}, "decide": {"amount": yuan(0), "text": "No soup."}, "cancel": OWNER,
}  # fmt: skip
"""A body of every move."""


async def every_move(world):
    """Let there be an offer or an assignment for each move, by its name; `offer/cancel` is of an offer."""
    there = {}
    for move in ("accept", "decline", "offer/cancel"):
        name = move.replace("/", "-")
        await world.put(f"/v1/briefs/b-{name}", brief(world), status=201)
        await world.put(f"/v1/offers/{name}", offer(brief_id=f"b-{name}"), status=201)
        there[move] = name
    for move in MOVES.keys() - {"accept", "decline"}:
        made = await accepted(world, name=move, brief_id=f"b-{move}")
        if move in ("approve", "revise", "dispute", "decide"):
            await drafted(world, made)
        if move == "publish":
            await approved(world, made)
        if move == "decide":
            await act(world, made, "dispute", MOVES["dispute"])
        there[move] = made["id"]
    for name in ("film", "song", "reel"):
        await world.put(f"/v1/items/{name}", {"kind": "video", "author_id": "ann"}, status=201)
    await world.put("/v1/authorisations/let", let(world), status=201)
    await world.put("/v1/authorisations/to-revoke", let(world, "reel"), status=201)
    return there


def let(world, item="film"):
    """Return that an advertiser may run a post of Ann's for ten days."""
    until = (world.now + timedelta(days=10)).isoformat()
    return {
        "creator_id": "ann", "advertiser_id": "mei-ads", "item_id": item, "share": 0.3,
        "from": "2026-03-01T00:00:00Z", "until": until,
    }  # fmt: skip


def bodies(world):
    """Return a body that is taken by each route that takes one, by its path."""
    taken = {
        "/v1/creators/{person_id}": {"topics": ["soup"]}, "/v1/briefs/{brief_id}": brief(world),
        "/v1/offers/{offer_id}": offer(brief_id="b-accept"),
        "/v1/authorisations/{authorisation_id}": let(world),
    }  # fmt: skip
    for move, body in MOVES.items():
        whose = (
            "offers/{offer_id}" if move in ("accept", "decline") else "assignments/{assignment_id}"
        )
        taken[f"/v1/{whose}/{move}"] = body
    return {**taken, "/v1/offers/{offer_id}/cancel": OWNER}


def there_for(there, path):
    """Return what a path of creators' orders names."""
    move = path.rpartition("/")[2]
    whose = "offer/cancel" if path.endswith("{offer_id}/cancel") else move
    names = {
        "brief_id": "b-accept", "offer_id": "accept", "assignment_id": there["draft"], "authorisation_id": "let",
    }  # fmt: skip
    if whose in there:
        names |= {"offer_id": there[whose], "assignment_id": there[whose]}
    return names
