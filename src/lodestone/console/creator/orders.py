"""A creator's orders: what waits for them first, then all others, the newest first."""

from typing import Any, Final

from litestar import Response, get

from lodestone.base.list_page import number_after
from lodestone.console.asking import HttpRequest, off_loop
from lodestone.console.assignments.lists import Lists, lists_of
from lodestone.console.creator.desk import CREATOR, Desk, desk, show
from lodestone.console.logging_in import refusals_of
from lodestone.creators.creator import CreatorOut
from lodestone.services.access.permissions import ANYONE
from lodestone.services.creators import AssignmentFilter

_REFUSALS: Final = refusals_of(CREATOR)


@get("/creator", opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_orders(request: HttpRequest) -> Response[Any]:
    """List what waits for the creator, what is under way and what has ended."""
    here = await desk(request)
    asked = request.query_params.get("before")
    before = number_after(asked or None, "before", cure="use the address of the page before, unchanged")  # fmt: skip
    own = AssignmentFilter(creator_id=here.person_id)
    lists = await off_loop(
        request, lists_of, here.speech, "creator", here.reads, own, before, lambda _: {}
    )
    profile = await off_loop(request, here.profile)
    context = {
        "lists": lists, "summary": _summary(here, lists, profile), "profile": profile, "first": before is None,
    }  # fmt: skip
    return show(request, here, "orders", context, query={} if asked is None else {"before": asked})


def _summary(here: Desk, lists: Lists, profile: CreatorOut | None) -> str:
    """Answer what a creator comes with: is there something to do."""
    words = here.words
    if profile is None:
        return words.say("You take no orders yet")
    if lists.waiting:
        return words.count("{n} order waits for you", "{n} orders wait for you", len(lists.waiting))
    return words.say("Nothing waits for you")


ROUTES: Final = [get_orders]
