"""The viewer's page: the same at every address of it, with what a preview shows in its head."""

from typing import Annotated, Final

from litestar import Response, get
from litestar.datastructures import State as AppState
from litestar.params import PathParameter

from lodestone.base.errors import UnavailableError, UnknownError
from lodestone.console.addresses import SHEETS, THINGS, VIEWS, canonical, thing, whole
from lodestone.console.asking import engines, off_loop, read_by
from lodestone.console.demo import local
from lodestone.console.site import Asked, console
from lodestone.console.viewer.presence import Presence, presence_of
from lodestone.console.viewer.previews import Preview, preview_of
from lodestone.services.access.permissions import ANYONE

PictureName = Annotated[str, PathParameter(description="A drawing's name with `.png` at its end.")]
_LASTING: Final = {"cache-control": "public, max-age=31536000, immutable"}
_MODULES: Final = (
    "address.js",
    "words.js",
    "api.js",
    "router.js",
    "parts.js",
    "queue.js",
    "looking.js",
    "viewable.js",
    "session.js",
    "feeds.js",
    "caption.js",
    "feed.js",
    "gestures.js",
    "picture.js",
    "deeds.js",
    "reporting.js",
    "comments.js",
    "share.js",
    "why.js",
    "beside.js",
    "tabs.js",
    "strip.js",
    "stage.js",
    "keys.js",
    "settings.js",
    "people.js",
    "nearby.js",
    "money.js",
    "refusals.js",
    "buying.js",
    "orders.js",
    "shops.js",
)
_LATER: Final = (
    "person.js",
    "mine.js",
    "live.js",
    "grid.js",
    "thread.js",
    "comment-item.js",
    "composer.js",
    "mentions.js",
    "around.js",
    "nearby-list.js",
    "nearby-card.js",
    "things.js",
    "map.js",
    "clusters.js",
    "ground.js",
    "own-reviews.js",
    "short_code.js",
    "why-ad.js",
)
"""Modules that are fetched when a thread, the map, a person's page, a voucher, one's own reviews or an ad's "Why?" are first opened, not with the page; what they say stands in it all the same."""


@get([*VIEWS, *THINGS, *SHEETS], opt=ANYONE, include_in_schema=False)
async def viewer_page(request: Asked, state: AppState) -> Response[str]:
    """Open the feed in a phone's shape, and over it what the address names: 404 or 410 where that is not there."""
    pages = console(state)
    demo = pages.demo if local(request) else None
    status, preview = await _named(request, pages.previews)
    icon = pages.files.address("icon-512.png")
    image = icon if preview is None or preview.image is None else preview.image
    context = {
        "demo": demo is not None, "demo_community": demo or "", "modules": _MODULES, "scripts": (*_MODULES, *_LATER),
        "preview": preview, "address": whole(request, canonical(request), pages.root),
        "image": whole(request, image, pages.root), "status": status, "tiles": pages.tiles,
    }  # fmt: skip
    page = pages.page(request, "viewer.html", context, status=status)
    page.headers["content-security-policy"] = pages.map_policy
    return page


async def _named(request: Asked, community: str | None) -> tuple[Presence, Preview | None]:
    """Return whether what the address names is there, and its preview, None where nothing may be told.

    Both of the community whose previews are allowed: of any other, a stranger is not told what there is.
    """
    named = thing(request)
    if community is None or named is None:
        return 200, None
    read_by(request)
    try:
        engine = engines(request).of(community)
        status = await off_loop(request, presence_of, engine, *named)
        preview = await off_loop(request, preview_of, engine, *named) if status == 200 else None
    except (UnknownError, UnavailableError):  # the page comes all the same
        return 200, None
    return status, preview


@get("/preview/{name:str}", opt=ANYONE, include_in_schema=False)
async def preview_picture(state: AppState, name: PictureName) -> Response[bytes]:
    """Fetch a drawing as a raster picture, for what shows links and takes no SVG; the site's icon where it cannot be drawn."""
    stem, _, suffix = name.partition(".")
    if suffix != "png":
        raise UnknownError("media_unknown", "there is nothing under this name")
    png = await state["rasters"].png(f"{stem}.svg")
    if png is None:
        icon = console(state).files.get("icon-512.png")
        return Response(icon.body, media_type="image/png", headers={"cache-control": "no-cache"})
    return Response(png, media_type="image/png", headers=_LASTING)


ROUTES = [viewer_page, preview_picture]
