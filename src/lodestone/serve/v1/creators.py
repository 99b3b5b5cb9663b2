"""Routes of creators' orders: profiles, briefs, offers, and every move of an order."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post, put
from litestar.params import JSONBody, QueryParameter

from lodestone.base.list_page import ListPage
from lodestone.base.wire import time_text
from lodestone.creators.assignment import (
    ActIn,
    AssignmentOut,
    OfferIn,
    OfferOut,
    PublishIn,
    SettleDisputeIn,
    WordsIn,
)
from lodestone.creators.brief import BriefIn, BriefOut
from lodestone.creators.creator import CreatorIn, CreatorOut
from lodestone.creators.earning import EarningOut
from lodestone.serve.v1.ads import AdvertiserId
from lodestone.serve.v1.common import (
    REFUSALS,
    Cursor,
    First,
    HttpRequest,
    Last,
    Limit,
    PathId,
    engine,
    engines,
    idempotency_key,
    made_after,
    named,
    off_loop,
    optional_name,
    or_made,
    principal,
    read_long,
)
from lodestone.serve.v1.shops import DeskKey
from lodestone.services import creator_cases
from lodestone.services.access.permissions import needs
from lodestone.services.creators import AssignmentFilter
from lodestone.services.creators.orders import DECIDE_SCOPE, CreatorOrders
from lodestone.services.creators.profiles import SCOPE, Profiles
from lodestone.services.ledger.statement_days import days_of_statement
from lodestone.services.support.ids import ASSIGNMENT

BriefId = Annotated[str | None, QueryParameter(description="Only of this brief.")]
CreatorId = Annotated[str | None, QueryParameter(description="Only this creator's.")]
_MOVED: dict[str, Any] = {
    "opt": needs(SCOPE, own_answers=True), "status_code": 200, "responses": REFUSALS,
}  # fmt: skip
"""What every move asks for: its idempotency key is kept with it, for good."""


class EarningPage(msgspec.Struct, frozen=True):
    """A page of a creator's earnings, the first day first."""

    data: list[EarningOut]
    next_cursor: str | None


class BriefPage(msgspec.Struct, frozen=True):
    """A page of briefs."""

    data: list[BriefOut]
    next_cursor: str | None


class OfferPage(msgspec.Struct, frozen=True):
    """A page of offers and bids."""

    data: list[OfferOut]
    next_cursor: str | None


class AssignmentPage(msgspec.Struct, frozen=True):
    """A page of orders, the newest first."""

    data: list[AssignmentOut]
    next_cursor: str | None


def profiles(request: HttpRequest) -> Profiles:
    """Return the profiles and briefs of the community that the key belongs to, for whoever asks."""
    return creator_cases.profiles(engine(request, SCOPE), principal(request))


def orders(request: HttpRequest, scope: str = SCOPE) -> CreatorOrders:
    """Return the offers and orders of the community that the key belongs to, for whoever asks."""
    return creator_cases.orders(engine(request, scope), principal(request))


@put(
    "/v1/creators/{person_id:str}",
    opt=needs(SCOPE),
    status_code=200,
    responses=or_made(CreatorOut),
)
async def put_creator(
    request: HttpRequest, person_id: PathId, data: JSONBody[CreatorIn]
) -> Response[CreatorOut]:
    """Say on which terms somebody takes orders."""
    shown, new = await profiles(request).put_creator(named(person_id), data)
    return Response(shown, status_code=201 if new else 200)


@get("/v1/creators/{person_id:str}", opt=needs(SCOPE), responses=REFUSALS)
async def get_creator(request: HttpRequest, person_id: PathId) -> CreatorOut:
    """Read a creator's profile."""
    return await off_loop(request, profiles(request).creator, named(person_id))


@post(
    "/v1/creators/{person_id:str}/keys",
    opt=needs("sessions", SCOPE, secret=True),
    status_code=201,
    responses=REFUSALS,
)
async def make_creator_key(request: HttpRequest, person_id: PathId) -> DeskKey:
    """Make a key that opens the desks of creators and advertisers, and nothing else, to a creator."""
    principal(request).need("sessions")
    now = engines(request.app.state).wall.now()
    made = await profiles(request).desk_key(named(person_id), now)
    return DeskKey(
        id=made.record.id, person_id=person_id, created_at=time_text(made.record.created),
        key=made.text,
    )  # fmt: skip


@get("/v1/creators/{person_id:str}/earnings", opt=needs(SCOPE), responses=REFUSALS)
async def list_earnings(
    request: HttpRequest,
    person_id: PathId,
    limit: Limit = 100,
    cursor: Cursor = None,
    first: First = None,
    last: Last = None,
) -> EarningPage:
    """List what a creator earned by day, kind and post, each line with the receipts it comes from."""
    community, page, name = engine(request, SCOPE), ListPage(limit, cursor), named(person_id)
    days = days_of_statement(first, last, community.money.today(), days=7)
    work = creator_cases.earnings(community, principal(request)).of
    return EarningPage(
        *page.cut(await read_long(request, work, name, days, page.fetch, page.after))
    )


@put("/v1/briefs/{brief_id:str}", opt=needs(SCOPE), status_code=200, responses=or_made(BriefOut))
async def put_brief(
    request: HttpRequest, brief_id: PathId, data: JSONBody[BriefIn]
) -> Response[BriefOut]:
    """Make a brief, or close it."""
    shown, new = await profiles(request).put_brief(named(brief_id), data)
    return Response(shown, status_code=201 if new else 200)


@get("/v1/briefs/{brief_id:str}", opt=needs(SCOPE), responses=REFUSALS)
async def get_brief(request: HttpRequest, brief_id: PathId) -> BriefOut:
    """Read a brief."""
    return await off_loop(request, profiles(request).brief, named(brief_id))


@get("/v1/briefs", opt=needs(SCOPE), responses=REFUSALS)
async def list_briefs(
    request: HttpRequest,
    limit: Limit = 100,
    cursor: Cursor = None,
    advertiser_id: AdvertiserId = None,
) -> BriefPage:
    """List briefs, of one advertiser if given."""
    page, above = ListPage(limit, cursor), optional_name(advertiser_id, "advertiser_id")
    work = profiles(request).briefs
    return BriefPage(*page.cut(await off_loop(request, work, page.fetch, page.after, above)))


@put("/v1/offers/{offer_id:str}", opt=needs(SCOPE), status_code=200, responses=or_made(OfferOut))
async def put_offer(
    request: HttpRequest, offer_id: PathId, data: JSONBody[OfferIn]
) -> Response[OfferOut]:
    """Offer a brief to a creator, or bid for it."""
    shown, new = await orders(request).put_offer(named(offer_id), data)
    return Response(shown, status_code=201 if new else 200)


@get("/v1/offers/{offer_id:str}", opt=needs(SCOPE), responses=REFUSALS)
async def get_offer(request: HttpRequest, offer_id: PathId) -> OfferOut:
    """Read an offer or a bid."""
    return await off_loop(request, orders(request).offer, named(offer_id))


@get("/v1/offers", opt=needs(SCOPE), responses=REFUSALS)
async def list_offers(
    request: HttpRequest,
    limit: Limit = 100,
    cursor: Cursor = None,
    brief_id: BriefId = None,
    creator_id: CreatorId = None,
) -> OfferPage:
    """List offers and bids, of one brief or creator if given."""
    page = ListPage(limit, cursor)
    wanted = AssignmentFilter(
        brief=optional_name(brief_id, "brief_id"),
        creator_id=optional_name(creator_id, "creator_id"),
    )
    work = orders(request).offers
    return OfferPage(*page.cut(await off_loop(request, work, page.fetch, page.after, wanted)))


@post("/v1/offers/{offer_id:str}/accept", **_MOVED)
async def accept_offer(
    request: HttpRequest, offer_id: PathId, data: JSONBody[ActIn | None] = None
) -> OfferOut:
    """Accept an offer or a bid: an assignment is made and its escrow set aside."""
    return await orders(request).accept(named(offer_id), data or ActIn(), idempotency_key(request))


@post("/v1/offers/{offer_id:str}/decline", **_MOVED)
async def decline_offer(
    request: HttpRequest, offer_id: PathId, data: JSONBody[ActIn | None] = None
) -> OfferOut:
    """Decline an offer or a bid."""
    return await orders(request).decline(named(offer_id), data or ActIn(), idempotency_key(request))


@post("/v1/offers/{offer_id:str}/cancel", **_MOVED)
async def cancel_offer(
    request: HttpRequest, offer_id: PathId, data: JSONBody[ActIn | None] = None
) -> OfferOut:
    """Withdraw an offer or a bid that has not been answered."""
    return await orders(request).withdraw(
        named(offer_id), data or ActIn(), idempotency_key(request)
    )


@get("/v1/assignments/{assignment_id:str}", opt=needs(SCOPE), responses=REFUSALS)
async def get_assignment(request: HttpRequest, assignment_id: PathId) -> AssignmentOut:
    """Read an assignment: where it stands, what silence means, what was counted, where its money is."""
    return await off_loop(request, orders(request).assignment, assignment_id)


@get("/v1/assignments", opt=needs(SCOPE), responses=REFUSALS)
async def list_assignments(
    request: HttpRequest,
    limit: Limit = 100,
    cursor: Cursor = None,
    advertiser_id: AdvertiserId = None,
    creator_id: CreatorId = None,
) -> AssignmentPage:
    """List assignments, the newest first, of one advertiser or creator if given."""
    page = ListPage(limit, cursor)
    wanted = AssignmentFilter(
        advertiser=optional_name(advertiser_id, "advertiser_id"),
        creator_id=optional_name(creator_id, "creator_id"),
    )
    before = made_after(engine(request, SCOPE).secret, ASSIGNMENT, page)
    work = orders(request).assignments
    return AssignmentPage(*page.cut(await off_loop(request, work, page.fetch, before, wanted)))


@post("/v1/assignments/{assignment_id:str}/draft", **_MOVED)
async def submit_draft(
    request: HttpRequest, assignment_id: PathId, data: JSONBody[WordsIn]
) -> AssignmentOut:
    """Hand in a draft, as the creator."""
    return await orders(request).draft(assignment_id, data, idempotency_key(request))


@post("/v1/assignments/{assignment_id:str}/approve", **_MOVED)
async def approve_draft(
    request: HttpRequest, assignment_id: PathId, data: JSONBody[ActIn | None] = None
) -> AssignmentOut:
    """Approve a draft, as the advertiser's owner; silence does too."""
    return await orders(request).approve(assignment_id, data or ActIn(), idempotency_key(request))


@post("/v1/assignments/{assignment_id:str}/revise", **_MOVED)
async def revise_draft(
    request: HttpRequest, assignment_id: PathId, data: JSONBody[WordsIn]
) -> AssignmentOut:
    """Ask for changes of a draft, as the advertiser's owner, as often as the brief has rounds."""
    return await orders(request).revise(assignment_id, data, idempotency_key(request))


@post("/v1/assignments/{assignment_id:str}/publish", **_MOVED)
async def publish_assignment(
    request: HttpRequest, assignment_id: PathId, data: JSONBody[PublishIn]
) -> AssignmentOut:
    """Name the item that was published, as the creator: it is counted from now on."""
    return await orders(request).publish(assignment_id, data, idempotency_key(request))


@post("/v1/assignments/{assignment_id:str}/dispute", **_MOVED)
async def dispute_assignment(
    request: HttpRequest, assignment_id: PathId, data: JSONBody[WordsIn]
) -> AssignmentOut:
    """Object, as either party: a moderator decides."""
    return await orders(request).dispute(assignment_id, data, idempotency_key(request))


@post(
    "/v1/assignments/{assignment_id:str}/decide",
    opt=needs(DECIDE_SCOPE, own_answers=True),
    status_code=200,
    responses=REFUSALS,
)
async def decide_assignment(
    request: HttpRequest, assignment_id: PathId, data: JSONBody[SettleDisputeIn]
) -> AssignmentOut:
    """Decide a dispute, as a moderator: how much of the escrow is the creator's."""
    deciding = orders(request, DECIDE_SCOPE)
    return await deciding.decide(assignment_id, data, idempotency_key(request))


@post("/v1/assignments/{assignment_id:str}/cancel", **_MOVED)
async def cancel_assignment(
    request: HttpRequest, assignment_id: PathId, data: JSONBody[ActIn]
) -> AssignmentOut:
    """Give an assignment up, as either party; what becomes of the escrow depends on how far it has come."""
    return await orders(request).cancel(assignment_id, data, idempotency_key(request))


ROUTES = [
    put_creator, get_creator, list_earnings, make_creator_key, put_brief, get_brief, list_briefs, put_offer, get_offer, list_offers, accept_offer, decline_offer,
    cancel_offer, get_assignment, list_assignments, submit_draft, approve_draft, revise_draft, publish_assignment, dispute_assignment,
    decide_assignment, cancel_assignment,
]  # fmt: skip
