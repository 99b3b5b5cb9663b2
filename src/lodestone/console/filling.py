"""How far the demo is while its town lives, and the page that says so."""

from typing import Final

from litestar import Response, get
from litestar.datastructures import State as AppState

from lodestone.console.site import Asked, console
from lodestone.services.access.permissions import ANYONE

PAGE: Final = "/filling"
_STEPS_A_DAY: Final = 48


@get(PAGE, opt=ANYONE, include_in_schema=False)
async def filling_page(request: Asked, state: AppState) -> Response[str]:
    """Say how far the demo is; the page asks again by itself."""
    site = console(state)
    progress = site.progress
    context = {
        "percent": round(100 * progress.share),
        "day": min(progress.done // _STEPS_A_DAY + 1, max(1, progress.whole // _STEPS_A_DAY)),
        "days": progress.whole // _STEPS_A_DAY,
        "seconds": progress.seconds_left(),
    }
    return site.page(request, "filling.html", context)


ROUTES = [filling_page]
