"""What every route shares: who asks, documented refusals, pages of a list."""

from collections.abc import Callable
from typing import Annotated, Any, Final, ParamSpec, TypeVar

import msgspec
from litestar import Request
from litestar.datastructures import State as AppState
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import PathParameter, QueryParameter

from lodestone.base.errors import ForbiddenError
from lodestone.base.list_page import ListPage, cursor_refused
from lodestone.base.wire import DAY, ErrorReply, app_id
from lodestone.serve.http.communities import Traders
from lodestone.serve.http.idempotency import token_text
from lodestone.services import use_cases
from lodestone.services.access import OPERATOR, Access, Principal
from lodestone.services.catalogue.catalogue import Catalogue
from lodestone.services.community.community import Engine
from lodestone.services.community.registry import Engines
from lodestone.services.support.ids import number_of

HttpRequest = Request[Any, Any, Any]
Limit = Annotated[int, QueryParameter(ge=1, le=1000, description="How many to return.")]
First = Annotated[
    str | None, QueryParameter(name="from", pattern=DAY, description="The first day, a date.")
]
Last = Annotated[str | None, QueryParameter(name="to", pattern=DAY, description="The last day.")]
Cursor = Annotated[
    str | None, QueryParameter(max_length=2048, description="`next_cursor` of the page before.")
]
PathId = Annotated[
    str, PathParameter(description="The app's own id: 1 to 128 printable characters.")
]


def camel(name: str) -> str:
    """Write a handler's name as operation ids are written.

    >>> camel("put_person"), camel("list_my_orders")
    ('putPerson', 'listMyOrders')
    """
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def made_ids(prefix: str) -> dict[str, str]:
    """Return what bounds an id that is made here, where it stands in a path."""
    return {"pattern": f"^{prefix}[0-9a-f]{{32}}$"}


Given = ParamSpec("Given")
Made = TypeVar("Made")
_REASONS: Final = {
    400: "The input does not fit; `details` names the field.",
    401: "No key, or one that is not known.",
    403: "The key lacks the scope.",
    404: "There is no such object in this community.",
    405: "The route does not take this method.",
    409: "It does not fit the present state.",
    410: "It has been erased.",
    413: "The body is too large.",
    429: "Over this key's limit.",
    503: "Something needed does not answer; nothing was done.",
}
REFUSALS: Final = {
    status: ResponseSpec(ErrorReply, generate_examples=False, description=reason)
    for status, reason in _REASONS.items()
}


def or_made(kind: type[msgspec.Struct]) -> dict[int, ResponseSpec]:
    """Return the refusals of a route that answers 201 with a kind of object when it has made one."""
    return {**REFUSALS, 201: ResponseSpec(kind, generate_examples=False, description="Made.")}


def principal(request: HttpRequest) -> Principal:
    """Return who asks."""
    found: Principal = request.scope["state"]["principal"]
    return found


def require_operator(request: HttpRequest) -> None:
    """Pass an operator's key. Raises ForbiddenError."""
    if OPERATOR not in principal(request).scopes:
        raise ForbiddenError("scope_missing", "this needs the operator's key")


def communities(state: AppState) -> Traders:
    """Return the communities of this process, whatever else it may do with them than take orders."""
    found: Traders = state["engines"]
    return found


def engines(state: AppState) -> Engines:
    """Return the engines of this process, where it decides feeds and takes events."""
    found: Engines = state["engines"]
    return found


def access(state: AppState) -> Access:
    """Return the keys of this process."""
    found: Access = state["access"]
    return found


def engine(request: HttpRequest, scope: str) -> Engine:
    """Return the engine of the community that the key belongs to, if it has the scope.

    Raises:
        ForbiddenError: The scope is missing.
        UnknownError: An operator's key does not say which community.
    """
    who = principal(request)
    who.need(scope)
    found = engines(request.app.state)
    return found.of(who.community or found.only())


def catalogue(request: HttpRequest, scope: str) -> Catalogue:
    """Return the catalogue of the community that the key belongs to."""
    return use_cases.catalogue(engine(request, scope))


async def off_loop(
    request: HttpRequest,
    work: Callable[Given, Made],
    *args: Given.args,
    **by_name: Given.kwargs,
) -> Made:
    """Read the records, and what they name, in a thread of theirs.

    Serving state may be looked up there too, by single rows and names, as reports do; what walks whole sets
    of it belongs to the event loop.

    Raises:
        UnavailableError: The records do not answer in time.
    """
    threads = communities(request.app.state).threads
    return await threads.read(work, *args, **by_name)


async def read_long(
    request: HttpRequest,
    work: Callable[Given, Made],
    *args: Given.args,
    **by_name: Given.kwargs,
) -> Made:
    """Read what grows with the span that is asked about, in a thread for long work.

    A report over a month of a large log takes longer than any one statement may: no deadline ends it.
    """
    threads = communities(request.app.state).threads
    return await threads.long(work, *args, **by_name)


def named(text: str, field: str = "id") -> str:
    """Check an id that came in the address."""
    return app_id(text, field=field)


def optional_name(text: str | None, field: str) -> str | None:
    """Check an id that may be left out. Raises InvalidError."""
    return None if text is None else named(text, field)


def idempotency_key(request: HttpRequest) -> str | None:
    """Return the idempotency key, None without one. Raises InvalidError `idempotency_invalid`."""
    token = request.headers.get("idempotency-key")
    return None if token is None else token_text(token.encode("utf-8", "replace"))


def made_after(secret: bytes, prefix: str, page: ListPage) -> int | None:
    """Return the number that the cursor of a list of made ids names, None for its beginning. Raises InvalidError."""
    after = page.after
    if after is None:
        return None
    number = number_of(prefix, secret, after)
    if number is None:
        raise cursor_refused()
    return number


class Names(msgspec.Struct, frozen=True):
    """A page of ids."""

    data: list[str]
    next_cursor: str | None
