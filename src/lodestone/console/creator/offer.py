"""An offer to a creator or a bid of theirs: what is asked, for how much, and the buttons that answer it."""

from typing import Annotated, Any, Final

from litestar import Response, get, post
from litestar.params import PathParameter

from lodestone.base.errors import LodestoneError, UnknownError
from lodestone.base.wire import app_id
from lodestone.console.asking import HttpRequest, off_loop
from lodestone.console.assignments.forms import word_of
from lodestone.console.assignments.refusals import REFUSED, refusal_said
from lodestone.console.assignments.view import offer_view
from lodestone.console.creator.desk import CREATOR, Desk, desk, onward, sent, show
from lodestone.console.logging_in import refusals_of
from lodestone.console.merchant.desk import Note
from lodestone.creators.assignment import ActIn
from lodestone.services.access.permissions import ANYONE, FORM

PATH: Final = "/creator/offer"
_REFUSALS: Final = refusals_of(CREATOR)
What = Annotated[str, PathParameter(description="`accept`, `decline` or `withdraw`.")]


@get(PATH, opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_offer(request: HttpRequest) -> Response[Any]:
    """Show an offer or a bid."""
    here = await desk(request)
    offer_id = app_id(request.query_params.get("offer", ""), field="offer")
    return await _page(request, here, offer_id, done=request.query_params.get("done", ""))


@post(
    f"{PATH}/{{what:str}}", opt=FORM, include_in_schema=False, status_code=200,
    exception_handlers=_REFUSALS,
)  # fmt: skip
async def answer_offer(request: HttpRequest, what: What) -> Response[Any]:
    """Accept or decline an offer, or take a bid back; the same form again changes nothing."""
    here, fields = await sent(request)
    offer_id = app_id(fields.get("offer", ""), field="offer")
    await off_loop(request, here.offer, offer_id)
    orders = here.orders
    moves = {"accept": orders.accept, "decline": orders.decline, "withdraw": orders.withdraw}
    if what not in moves:
        raise UnknownError("move_unknown", f"nothing here is called {what!r}")
    try:
        made = await moves[what](offer_id, ActIn(person_id=here.person_id), word_of(fields))
    except REFUSED as error:
        return await _page(request, here, offer_id, error=error)
    if made.assignment_id is not None:
        return onward("/creator/order", order=made.assignment_id, done="accepted")
    return onward(PATH, offer=offer_id, done=what)


async def _page(
    request: HttpRequest, here: Desk, offer_id: str, *, done: str = "", error: LodestoneError | None = None
) -> Response[Any]:  # fmt: skip
    shown = await off_loop(request, here.offer, offer_id)
    if shown.offer.assignment_id is not None and error is None:
        return onward("/creator/order", order=shown.offer.assignment_id)
    say = here.words.say
    came = {
        "decline": say("Declined. Nothing is owed."), "withdraw": say("The bid is taken back."),
        "bid": say("The bid is made. The advertiser answers it."),
    }.get(done)  # fmt: skip
    note = None if came is None else Note(came, good=True)
    if error is not None:
        note = Note(refusal_said(here.words, error), good=False)
    context = {
        "order": offer_view(here.speech, "creator", shown, here.name),
        "offer_id": offer_id,
    }  # fmt: skip
    return show(request, here, "offer", context, note=note, query={"offer": offer_id})


ROUTES: Final = [get_offer, answer_offer]
