"""The viewer's page at `/`."""

from typing import Final

from litestar import Response, get
from litestar.datastructures import State as AppState

from lodestone.console.demo import local
from lodestone.console.site import Asked, console
from lodestone.services.access.permissions import ANYONE

_MODULES: Final = (
    "words.js",
    "api.js",
    "parts.js",
    "queue.js",
    "looking.js",
    "feed.js",
    "picture.js",
    "deeds.js",
    "share.js",
    "why.js",
    "people.js",
    "map.js",
    "ground.js",
    "money.js",
    "refusals.js",
    "buying.js",
    "orders.js",
    "shops.js",
    "shopping.js",
)


@get("/", opt=ANYONE, include_in_schema=False)
async def viewer_page(request: Asked, state: AppState) -> Response[str]:
    """Open the feed in a phone's shape."""
    pages = console(state)
    demo = pages.demo if local(request) else None
    told = {"demo": demo is not None, "demo_community": demo or "", "modules": _MODULES}
    return pages.page(request, "viewer.html", told)


ROUTES = [viewer_page]
