"""The viewer's page at `/`."""

from litestar import Response, get
from litestar.datastructures import State as AppState

from lodestone.console.site import Asked, console


@get("/", include_in_schema=False)
async def viewer_page(request: Asked, state: AppState) -> Response[str]:
    """Open the feed in a phone's shape."""
    return console(state).page(request, "viewer.html", {})


ROUTES = [viewer_page]
