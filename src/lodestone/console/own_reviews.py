"""What an author's page asks: what moderators decided of the viewer's own posts."""

import msgspec
from litestar import get

from lodestone.console.asking import REFUSALS, session
from lodestone.console.site import Asked
from lodestone.content.review import OwnReviewOut
from lodestone.services import use_cases
from lodestone.services.access.permissions import BY_PAGE


class OwnReviews(msgspec.Struct, frozen=True):
    """What was decided of somebody's own posts, the newest first, at most 100."""

    data: list[OwnReviewOut]


@get("/v1/page/reviews", opt=BY_PAGE, responses=REFUSALS)
async def list_own_reviews(request: Asked) -> OwnReviews:
    """Say what moderators decided of the viewer's own posts, and what may be appealed against (a page's session)."""
    engine, viewer = session(request)
    return OwnReviews(await use_cases.reviews(engine).own(viewer))


ROUTES = [list_own_reviews]
