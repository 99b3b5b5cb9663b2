"""Where the viewer's page is served: one address for each thing it opens. `static/router.js` reads them in the browser."""

from typing import Any, Final
from urllib.parse import quote

from litestar import Request

VIEWS: Final = (
    "/",
    "/nearby",
    "/channels",
    "/channels/{domain_id:str}",
    "/trade",
    "/following",
    "/me",
)
THINGS: Final = (
    "/p/{item_id:str}",
    "/p/{item_id:str}/comments",
    "/p/{item_id:str}/more",
    "/p/{item_id:str}/share",
    "/p/{item_id:str}/why",
    "/person/{person_id:str}",
    "/shop/{shop_id:str}",
    "/product/{product_id:str}",
    "/order/{order_id:str}",
    "/live/{room_id:str}",
)
SHEETS: Final = ("/orders", "/reviews", "/settings", "/who")


def origin(request: Request[Any, Any, Any]) -> str:
    """Return this server's own address as the browser wrote it, such as `https://town.example`."""
    return f"{request.scope['scheme']}://{request.headers.get('host', 'localhost')}"


def thing(request: Request[Any, Any, Any]) -> tuple[str, str] | None:
    """Return the first word of a request's path and the id behind it, None where it names a page alone."""
    name = next(iter(request.path_params.values()), None)
    return None if name is None else (request.scope["path"].split("/")[1], str(name))


def canonical(request: Request[Any, Any, Any]) -> str:
    """Return the one address of what a request's names: of a sheet over a post, the post's."""
    named = thing(request)
    return request.scope["path"] if named is None else f"/{named[0]}/{quote(named[1], safe='')}"


def whole(request: Request[Any, Any, Any], address: str, root: str) -> str:
    """Return an address with this server's own before it; one that has a server's is returned as it is.

    Args:
        request: By which the browser wrote the server's name.
        address: A path of ours, or a whole address.
        root: The path under which a proxy shows the pages; empty for none.
    """
    return address if "://" in address else f"{origin(request)}{root}{address}"
