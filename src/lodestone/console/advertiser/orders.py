"""What an advertiser has ordered from creators: what waits for them first, then all others, the newest first."""

from functools import partial
from typing import Any, Final

from litestar import Response, get

from lodestone.base.list_page import number_after
from lodestone.console.advertiser.desk import ADVERTISER, Desk, show
from lodestone.console.advertiser.ordering import ordering_desk, reads
from lodestone.console.asking import HttpRequest, off_loop
from lodestone.console.assignments.lists import Lists, lists_of
from lodestone.console.logging_in import refusals_of
from lodestone.console.names import people_names
from lodestone.services.access.permissions import ANYONE
from lodestone.services.creators import AssignmentFilter

PATH: Final = "/advertiser/orders"
_REFUSALS: Final = refusals_of(ADVERTISER)


@get(PATH, opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_orders(request: HttpRequest) -> Response[Any]:
    """List what waits for the advertiser, what is under way and what has ended."""
    here = await ordering_desk(request)
    asked = request.query_params.get("before")
    before = number_after(asked or None, "before", cure="use the address of the page before, unchanged")  # fmt: skip
    lists = Lists((), (), (), None) if here.chosen is None else await off_loop(request, _read, here, before)  # fmt: skip
    words = here.words
    summary = words.say("Nothing waits for you")
    if lists.waiting:
        summary = words.count("{n} order waits for you", "{n} orders wait for you", len(lists.waiting))  # fmt: skip
    context = {"lists": lists, "summary": summary, "first": before is None}
    return show(request, here, "orders", context, query={} if asked is None else {"before": asked})


def _read(here: Desk, before: int | None) -> Lists:
    """Read the lists; in a thread."""
    assert here.chosen is not None
    wanted = AssignmentFilter(advertiser=here.chosen.id)
    return lists_of(
        here.speech, "advertiser", reads(here), wanted, before, partial(people_names, here.engine)
    )


ROUTES: Final = [get_orders]
