"""What the routes behind a page share: who asks, in which community, and how a refusal is documented."""

from collections.abc import Callable
from typing import Annotated, Any, Final, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from litestar import Request
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter

from lodestone.base.errors import ForbiddenError, InvalidError, Problem
from lodestone.base.wire import ErrorReply, Position
from lodestone.console.reader import read_in
from lodestone.console.site import console
from lodestone.console.speech import Speech
from lodestone.services.access import Access, Principal
from lodestone.services.community.community import Engine
from lodestone.services.community.registry import Engines

HttpRequest = Request[Any, Any, Any]
Given = ParamSpec("Given")
Made = TypeVar("Made")
Latitude = Annotated[
    float | None, QueryParameter(ge=-90, le=90, description="Where the device is, if it says so.")
]
Longitude = Annotated[float | None, QueryParameter(ge=-180, le=180, description="With `latitude`.")]
_REASONS: Final = {
    400: "The input does not fit; `details` names the field.",
    401: "No session, or one that has ended.",
    403: "The session may not do this.",
    404: "There is no such object in this community.",
    405: "The route does not take this method.",
    409: "It does not fit the present state.",
    410: "It has been erased.",
    429: "Over this session's limit.",
    503: "Something needed does not answer; nothing was done.",
}
REFUSALS: Final = {
    status: ResponseSpec(ErrorReply, generate_examples=False, description=reason)
    for status, reason in _REASONS.items()
}


def engines(request: HttpRequest) -> Engines:
    """Return the engines of this process."""
    found: Engines = request.app.state["engines"]
    return found


def speech_of(request: HttpRequest, engine: Engine) -> Speech:
    """Return how things are said about a community to whoever asks."""
    words, community = console(request.app.state).words(request), engine.community
    return Speech(words, ZoneInfo(community.zone), community.currency)


def access(request: HttpRequest) -> Access:
    """Return the keys of this process."""
    found: Access = request.app.state["access"]
    return found


def caller(request: HttpRequest) -> Principal:
    """Return who asks."""
    who: Principal = request.scope["state"]["principal"]
    return who


def read_by(request: HttpRequest) -> None:
    """Let what a request shows be read in the language that its page is in."""
    read_in(console(request.app.state).words(request).language)


def session(request: HttpRequest) -> tuple[Engine, str]:
    """Return the engine of a page's session and its viewer.

    Raises:
        ForbiddenError: It was a key that asked; these routes are for pages.
    """
    who = caller(request)
    if who.viewer is None:
        raise ForbiddenError(
            "session_needed", "this is for a page's session; POST /v1/sessions makes one"
        )
    read_by(request)
    return engines(request).of(who.community), who.viewer


def position_of(latitude: float | None, longitude: float | None) -> Position | None:
    """Return where the device says it is. Raises InvalidError for half a position."""
    if (latitude is None) != (longitude is None):
        problem = Problem("longitude", "latitude and longitude come together")
        raise InvalidError("position_half", problem.problem, (problem,))
    return None if latitude is None or longitude is None else Position(latitude, longitude)


async def off_loop(
    request: HttpRequest,
    work: Callable[Given, Made],
    *args: Given.args,
    **by_name: Given.kwargs,
) -> Made:
    """Read the records, and what they name, in a thread of theirs. Raises UnavailableError."""
    return await engines(request).threads.read(work, *args, **by_name)
