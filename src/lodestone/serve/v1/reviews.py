"""Routes of reviews: what people report, what is decided of it, and an author's appeal."""

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import JSONBody, PathParameter, QueryParameter

from lodestone.base.list_page import ListPage, encode_after
from lodestone.content.review import AppealIn, DecideIn, OwnReviewOut, ReviewOut, Wanted
from lodestone.serve.v1.common import (
    REFUSALS,
    Cursor,
    HttpRequest,
    Limit,
    engine,
    made_ids,
    principal,
)
from lodestone.services import use_cases
from lodestone.services.access.permissions import needs
from lodestone.services.catalogue.reviews import ReviewFilter, states_of
from lodestone.services.support.ids import REVIEW

SCOPE = "review"
Review = Annotated[
    str,
    PathParameter(description="`rev_` and 32 hexadecimal digits.", schema_extra=made_ids(REVIEW)),
]
State = Annotated[
    Wanted,
    QueryParameter(
        name="state", description="`waiting`: open, or appealed against and not answered."
    ),
]
OfItem = Annotated[str | None, QueryParameter(max_length=128, description="Only of this post.")]
OfAuthor = Annotated[
    str | None, QueryParameter(max_length=128, description="Only of this person's posts.")
]


class ReviewPage(msgspec.Struct, frozen=True):
    """A page of reviews, the one that began first foremost."""

    data: list[ReviewOut]
    next_cursor: str | None


@get("/v1/reviews", opt=needs(SCOPE), responses=REFUSALS)
async def list_reviews(
    request: HttpRequest,
    wanted_state: State = "waiting",
    item_id: OfItem = None,
    author_id: OfAuthor = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> ReviewPage:
    """List what people reported: what waits for a moderator, unless another state is asked for."""
    page = ListPage(limit, cursor)
    wanted = ReviewFilter(states=states_of(wanted_state), item_id=item_id, author_id=author_id)
    reviews = use_cases.reviews(engine(request, SCOPE))
    shown, last = await reviews.page(wanted, page.limit, page.number)
    return ReviewPage(shown, encode_after(last))


@get("/v1/reviews/{review_id:str}", opt=needs(SCOPE), responses=REFUSALS)
async def get_review(request: HttpRequest, review_id: Review) -> ReviewOut:
    """Read a review."""
    return await use_cases.reviews(engine(request, SCOPE)).review(review_id)


@post("/v1/reviews/{review_id:str}/decide", opt=needs(SCOPE), status_code=200, responses=REFUSALS)
async def decide_review(
    request: HttpRequest, review_id: Review, data: JSONBody[DecideIn]
) -> ReviewOut:
    """Hide a reported post, show it with a warning, or dismiss the reports; the answer to an appeal too."""
    return await use_cases.reviews(engine(request, SCOPE)).decide(review_id, data)


@post(
    "/v1/reviews/{review_id:str}/appeal",
    opt=needs(SCOPE, own=True),
    status_code=200,
    responses=REFUSALS,
)
async def appeal_review(
    request: HttpRequest, review_id: Review, data: JSONBody[AppealIn]
) -> OwnReviewOut:
    """Put what was decided before the moderators again, once: by the author's own session, or by the app for them."""
    who = principal(request)
    community = engine(request, SCOPE if who.viewer is None else "feeds")
    return await use_cases.reviews(community).appeal(review_id, data.text, who)


ROUTES = [list_reviews, get_review, decide_review, appeal_review]
