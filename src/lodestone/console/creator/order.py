"""One order of a creator: how it stands and what to do by when, drafts and reviews, both numbers, the money."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, Final

from litestar import Response, get, post
from litestar.params import PathParameter

from lodestone.base.errors import LodestoneError, UnknownError
from lodestone.console.asking import HttpRequest, off_loop
from lodestone.console.assignments.forms import word_of
from lodestone.console.assignments.now import STAGES
from lodestone.console.assignments.refusals import REFUSED, form_refused
from lodestone.console.assignments.view import order_view
from lodestone.console.creator.desk import CREATOR, Desk, desk, onward, sent, show
from lodestone.console.creator.works import own_posts
from lodestone.console.logging_in import refusals_of
from lodestone.console.merchant.desk import Note
from lodestone.console.merchant.forms import FormReader
from lodestone.creators.assignment import TEXT_MAX, ActIn, AssignmentOut, PublishIn, WordsIn
from lodestone.services.access.permissions import ANYONE, FORM

PATH: Final = "/creator/order"
_REFUSALS: Final = refusals_of(CREATOR)
What = Annotated[str, PathParameter(description="`draft`, `publish`, `cancel` or `dispute`.")]


@get(PATH, opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_order(request: HttpRequest) -> Response[Any]:
    """Show an order."""
    here, asked = await desk(request), request.query_params
    return await _page(request, here, asked.get("order", ""), done=asked.get("done", ""))


@post(
    f"{PATH}/{{what:str}}", opt=FORM, include_in_schema=False, status_code=200,
    exception_handlers=_REFUSALS,
)  # fmt: skip
async def move_order(request: HttpRequest, what: What) -> Response[Any]:
    """Hand a draft in, name the post, cancel or object; the same form again changes nothing."""
    here, fields = await sent(request)
    order_id = fields.get("order", "")
    await off_loop(request, here.order, order_id)
    reader = FormReader(here.words, fields, here.speech.currency)
    move = _move(here, what, order_id, reader)
    if reader.errors:
        return await _page(request, here, order_id, reader=reader)
    try:
        await move()
    except REFUSED as error:
        return await _page(request, here, order_id, reader=reader, error=error)
    return onward(PATH, order=order_id, done=what)


def _move(
    here: Desk, what: str, order_id: str, reader: FormReader
) -> Callable[[], Awaitable[AssignmentOut]]:
    """Read a form; return what does as it says. Raises UnknownError."""
    orders, person, word = here.orders, here.person_id, word_of(reader.values)
    if what == "cancel":
        return lambda: orders.cancel(order_id, ActIn(person_id=person), word)
    if what == "publish":
        item = reader.values.get("item", "")
        if not item:
            reader.failed("item", here.words.say("Choose one of these."))
        return lambda: orders.publish(order_id, PublishIn(person_id=person, item_id=item), word)
    if what not in ("draft", "dispute"):
        raise UnknownError("move_unknown", f"nothing here is called {what!r}")
    field = "draft" if what == "draft" else "objection"
    text = reader.text(field, least=1, most=TEXT_MAX)
    act = orders.draft if what == "draft" else orders.dispute
    return lambda: act(order_id, WordsIn(person_id=person, text=text), word)


async def _page(
    request: HttpRequest, here: Desk, order_id: str, *, done: str = "", reader: FormReader | None = None,
    error: LodestoneError | None = None,
) -> Response[Any]:  # fmt: skip
    shown = await off_loop(request, here.order, order_id)
    errors, note = form_refused(here.words, reader, error)
    note = note or _came_of(here, done, shown.order.stage)
    view = order_view(here.speech, "creator", shown, here.name)
    posts: list[tuple[str, str]] = []
    if "publish" in view.moves:
        posts = await off_loop(request, own_posts, here)
    values: Mapping[str, str] = {} if reader is None else reader.values
    context = {
        "order": view, "values": values, "errors": errors, "posts": posts, "text_max": TEXT_MAX,
        "redo": view.stage == "revising",
    }  # fmt: skip
    return show(request, here, "order", context, note=note, query={"order": order_id})


def _came_of(here: Desk, done: str, stage: str) -> Note | None:
    """Say what a form led to, while the order still stands so."""
    say = here.words.say
    sentence = {
        "accepted": say("Accepted. The money is set aside for you."),
        "draft": say("The draft is handed in. The advertiser is asked to look at it."),
        "publish": say("The post is named. It is counted from now on."), "cancel": say("The order is cancelled."),
        "dispute": say("Your objection is written down. An operator decides."),
    }.get(done)  # fmt: skip
    return Note(sentence, good=True) if sentence is not None and stage == STAGES[done] else None


ROUTES: Final = [get_order, move_order]
