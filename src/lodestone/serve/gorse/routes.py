"""Gorse's interface under `/api`, so that its client libraries work unchanged. See docs/gorse.md.

What is not offered is answered 501, naming what to use instead, rather than 404: a client can tell a
route that is not here from an object that is not.
"""

from typing import Final

from litestar import Router, get
from litestar.handlers import HTTPRouteHandler

from lodestone.base.errors import NotOfferedError
from lodestone.serve.gorse import feedback, lists, records
from lodestone.serve.gorse.common import ANSWERS, PLAIN, held
from lodestone.serve.gorse.names import GorseRequest
from lodestone.serve.v1.common import HttpRequest, camel
from lodestone.services.access.permissions import needs

_FEED: Final = "use GET /api/recommend/{user-id}: every decision here uses all signals at once"
_PEOPLE: Final = "people are not compared with each other here; ask for recommendations instead"
_CURES: Final = {
    "/api/collaborative-filtering/{user_id:str}": _FEED,
    "/api/collaborative-filtering/{user_id:str}/{category:str}": _FEED,
    "/api/user/{user_id:str}/neighbors": _PEOPLE,
    "/api/user-to-user/{name:str}/{user_id:str}": _PEOPLE,
    "/api/measurements/{name:str}": "use GET /v1/reports/liu, /flow and /exposure",
}


def _not_offered(path: str, cure: str) -> HTTPRouteHandler:
    async def refuse(request: HttpRequest) -> str:
        held(request, "read")
        raise NotOfferedError("not_offered", f"not offered here; {cure}")

    refuse.__doc__ = f"Not offered (Gorse): {cure}."
    # Gorse's own document writes this one with a `/` at its end.
    opt = needs("read", who="server", empty_tail=path.endswith("/neighbors"))
    words = [word for word in path.split("/")[2:] if not word.startswith("{")]
    tail = "Category" if path.endswith("{category:str}") else ""
    name = camel("gorse_" + "_".join(words).replace("-", "_")) + tail
    return get(
        path, opt=opt, operation_id=name, status_code=501, media_type=PLAIN, responses=ANSWERS
    )(refuse)


HANDLERS: Final = [
    *records.ROUTES,
    *feedback.ROUTES,
    *lists.ROUTES,
    *(_not_offered(path, cure) for path, cure in _CURES.items()),
]
ROUTES: Final = [Router("/", route_handlers=HANDLERS, request_class=GorseRequest)]
