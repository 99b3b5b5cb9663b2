"""Who may ask for whose feed and send whose events: checked where the work is done, whichever route led there."""

from collections.abc import Sequence

from lodestone.base.errors import ForbiddenError, InvalidError, Problem
from lodestone.events.wire import EVENTS_MAX, EventIn, Refusal
from lodestone.services.access import Principal
from lodestone.services.feed.messages import FeedRequest


def check_feed(who: Principal, community: str, request: FeedRequest) -> None:
    """Pass who may ask for this feed; a page asks for its own viewer's alone. Raises ForbiddenError."""
    _check(who, community, "feeds")
    if who.viewer is not None and request.viewer != who.viewer:
        raise ForbiddenError("viewer_other", "this session may ask for its own viewer only")


def check_events(
    who: Principal, community: str, events: Sequence[EventIn | Refusal], *, history: bool
) -> None:
    """Pass who may send these events; a page sends its own viewer's alone.

    Raises:
        ForbiddenError: A scope is missing (`import` for history), or an event is another viewer's.
        InvalidError: More than 10,000 events.
    """
    _check(who, community, "events")
    if history:
        who.need("import")
    if who.viewer is not None and any(_is_other(event, who.viewer) for event in events):
        raise ForbiddenError("viewer_other", "this session may send its own viewer's events only")
    if len(events) > EVENTS_MAX:
        problem = Problem("events", f"send at most {EVENTS_MAX} in one batch")
        raise InvalidError("too_many_events", f"{len(events)} events in one batch", (problem,))


def _check(who: Principal, community: str, scope: str) -> None:
    who.need(scope)
    if who.community not in (None, community):
        raise ForbiddenError("scope_missing", "this key is another community's")


def _is_other(event: EventIn | Refusal, viewer: str) -> bool:
    return isinstance(event, EventIn) and event.person_id != viewer
