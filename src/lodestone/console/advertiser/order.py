"""One order from a creator, or the offer or bid that it begins with: review, both numbers, money, objections."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, Final

from litestar import Response, get, post
from litestar.params import PathParameter

from lodestone.base.errors import LodestoneError, UnknownError
from lodestone.base.wire import app_id
from lodestone.console.advertiser.desk import ADVERTISER, Desk, onward, show
from lodestone.console.advertiser.ordering import (
    ordering_desk,
    ordering_sent,
    orders_of,
    own_offer,
    own_order,
    reads,
)
from lodestone.console.asking import HttpRequest, off_loop
from lodestone.console.assignments.forms import word_of
from lodestone.console.assignments.now import STAGES
from lodestone.console.assignments.refusals import REFUSED, form_refused, refusal_said
from lodestone.console.assignments.view import offer_view, order_view
from lodestone.console.logging_in import refusals_of
from lodestone.console.merchant.desk import Note
from lodestone.console.merchant.forms import FormReader
from lodestone.console.names import people_names
from lodestone.creators.assignment import TEXT_MAX, ActIn, AssignmentOut, WordsIn
from lodestone.services.access.permissions import ANYONE, FORM

ORDER: Final = "/advertiser/order"
OFFER: Final = "/advertiser/offer"
_REFUSALS: Final = refusals_of(ADVERTISER)
What = Annotated[str, PathParameter(description="`approve`, `revise`, `cancel` or `dispute`.")]
Answer = Annotated[str, PathParameter(description="`accept`, `decline` or `withdraw`.")]


@get(OFFER, opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_offer(request: HttpRequest) -> Response[Any]:
    """Show an offer or a bid."""
    here, asked = await ordering_desk(request), request.query_params
    offer_id = app_id(asked.get("offer", ""), field="offer")
    return await _offer_page(request, here, offer_id, done=asked.get("done", ""))


@post(
    f"{OFFER}/{{what:str}}", opt=FORM, include_in_schema=False, status_code=200,
    exception_handlers=_REFUSALS,
)  # fmt: skip
async def answer_offer(request: HttpRequest, what: Answer) -> Response[Any]:
    """Accept or decline a bid, or take an offer back; the same form again changes nothing."""
    here, fields = await ordering_sent(request)
    offer_id = app_id(fields.get("offer", ""), field="offer")
    shown = await off_loop(request, own_offer, here, offer_id)
    orders = orders_of(here)
    moves = {"accept": orders.accept, "decline": orders.decline, "withdraw": orders.withdraw}
    if what not in moves:
        raise UnknownError("move_unknown", f"nothing here is called {what!r}")
    owner = await off_loop(request, reads(here).owner_of, shown.made.advertiser_id)
    try:
        made = await moves[what](offer_id, ActIn(person_id=owner), word_of(fields))
    except REFUSED as error:
        return await _offer_page(request, here, offer_id, error=error)
    if made.assignment_id is not None:
        return onward(ORDER, here, order=made.assignment_id, done="accepted")
    return onward(OFFER, here, offer=offer_id, done=what)


async def _offer_page(
    request: HttpRequest, here: Desk, offer_id: str, *, done: str = "", error: LodestoneError | None = None
) -> Response[Any]:  # fmt: skip
    shown = await off_loop(request, own_offer, here, offer_id)
    if shown.offer.assignment_id is not None and error is None:
        return onward(ORDER, here, order=shown.offer.assignment_id)
    say = here.words.say
    came = {
        "decline": say("Declined. Nothing is owed."), "withdraw": say("The offer is taken back."),
        "offer": say("The offer is made. The creator answers it."),
    }.get(done)  # fmt: skip
    note = None if came is None else Note(came, good=True)
    if error is not None:
        note = Note(refusal_said(here.words, error), good=False)
    view = offer_view(here.speech, "advertiser", shown, await _creator(request, here, shown.made))
    context = {"order": view, "offer_id": offer_id}
    return show(request, here, "offer", context, note=note, query={"offer": offer_id})


@get(ORDER, opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_order(request: HttpRequest) -> Response[Any]:
    """Show an order."""
    here, asked = await ordering_desk(request), request.query_params
    return await _page(request, here, asked.get("order", ""), done=asked.get("done", ""))


@post(
    f"{ORDER}/{{what:str}}", opt=FORM, include_in_schema=False, status_code=200,
    exception_handlers=_REFUSALS,
)  # fmt: skip
async def move_order(request: HttpRequest, what: What) -> Response[Any]:
    """Approve a draft, ask for changes, cancel or object; the same form again changes nothing."""
    here, fields = await ordering_sent(request)
    order_id = fields.get("order", "")
    shown = await off_loop(request, own_order, here, order_id)
    reader = FormReader(here.words, fields, here.speech.currency)
    owner = await off_loop(request, reads(here).owner_of, shown.order.advertiser_id)
    move = _move(here, what, shown.order, owner, reader)
    if reader.errors:
        return await _page(request, here, order_id, reader=reader)
    try:
        await move()
    except REFUSED as error:
        return await _page(request, here, order_id, reader=reader, error=error)
    return onward(ORDER, here, order=order_id, done=what)


def _move(
    here: Desk, what: str, order: AssignmentOut, owner: str, reader: FormReader
) -> Callable[[], Awaitable[AssignmentOut]]:
    """Read a form; return what does as it says. Raises UnknownError."""
    orders, word, name = orders_of(here), word_of(reader.values), order.id
    if what in ("approve", "cancel"):
        plain = orders.approve if what == "approve" else orders.cancel
        return lambda: plain(name, ActIn(person_id=owner), word)
    if what not in ("revise", "dispute"):
        raise UnknownError("move_unknown", f"nothing here is called {what!r}")
    text = reader.text("changes" if what == "revise" else "objection", least=1, most=TEXT_MAX)
    act = orders.revise if what == "revise" else orders.dispute
    return lambda: act(name, WordsIn(person_id=owner, text=text), word)


async def _page(
    request: HttpRequest, here: Desk, order_id: str, *, done: str = "", reader: FormReader | None = None,
    error: LodestoneError | None = None,
) -> Response[Any]:  # fmt: skip
    shown = await off_loop(request, own_order, here, order_id)
    errors, note = form_refused(here.words, reader, error)
    note = note or _came_of(here, done, shown.order.stage)
    view = order_view(here.speech, "advertiser", shown, await _creator(request, here, shown.order))
    values: Mapping[str, str] = {} if reader is None else reader.values
    context = {
        "order": view, "values": values, "errors": errors, "text_max": TEXT_MAX, "drafted": view.stage in ("drafted", "revising"),
    }  # fmt: skip
    return show(request, here, "order", context, note=note, query={"order": order_id})


async def _creator(request: HttpRequest, here: Desk, order: AssignmentOut) -> str:
    """Return what an order's creator is called; empty once they are erased."""
    if order.creator_id is None:
        return ""
    return (await off_loop(request, people_names, here.engine, {order.creator_id})).get(
        order.creator_id, ""
    )


def _came_of(here: Desk, done: str, stage: str) -> Note | None:
    """Say what a form led to, while the order still stands so."""
    say = here.words.say
    sentence = {
        "accepted": say("Accepted. The money is set aside for the creator."),
        "approve": say("The draft is approved. The creator may publish."), "revise": say("The creator is asked for changes."),
        "cancel": say("The order is cancelled."),
        "dispute": say("Your objection is written down. An operator decides."),
    }.get(done)  # fmt: skip
    return Note(sentence, good=True) if sentence is not None and stage == STAGES[done] else None


ROUTES: Final = [get_offer, answer_offer, get_order, move_order]
