"""Disputes of creators' orders: what was asked, drafted, counted and objected; an operator divides the money."""

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Final

from litestar import Response, get, post
from litestar.params import PathParameter

from lodestone.base.errors import LodestoneError
from lodestone.base.wire import Money
from lodestone.console.asking import HttpRequest, off_loop, speech_of
from lodestone.console.assignments.forms import word_of
from lodestone.console.assignments.refusals import REFUSED, refusal_said
from lodestone.console.assignments.view import OrderView, order_view
from lodestone.console.logging_in import Entered, entered, gate_of, refusals_of
from lodestone.console.merchant.forms import FormReader
from lodestone.console.names import people_names
from lodestone.console.operator.desk import OPERATOR, Note, answer, need, onward, sent
from lodestone.console.speech import Speech
from lodestone.creators.assignment import TEXT_MAX, SettleDisputeIn
from lodestone.creators.life import Stage
from lodestone.services import creator_cases
from lodestone.services.access.permissions import ANYONE, FORM
from lodestone.services.creators import AssignmentFilter
from lodestone.services.creators.orders import DECIDE_SCOPE
from lodestone.services.creators.profiles import SCOPE

PATH: Final = "/operator/disputes"
_PAGE: Final = 50
_FIELDS_MAX: Final = 8
_DISPUTED: Final = frozenset({Stage.DISPUTED})
AssignmentId = Annotated[str, PathParameter(description="A disputed order.")]


@dataclass(frozen=True, slots=True)
class Refused:
    """A decision that was not taken."""

    order_id: str
    values: dict[str, str]
    errors: dict[str, str]


@cache
def dispute_routes() -> tuple[Any, ...]:
    """Make the routes."""
    common: dict[str, Any] = {
        "include_in_schema": False, "exception_handlers": refusals_of(OPERATOR),
    }  # fmt: skip

    @get(PATH, opt=ANYONE, **common)
    async def disputes(request: HttpRequest) -> Response[Any]:
        who = entered(request, OPERATOR)
        need(request, who, DECIDE_SCOPE)
        done = request.query_params.get("done") == "decided"
        say = speech_of(request, who.engine).words.say
        note = Note(say("Decided. The money is divided."), good=True) if done else None
        return await _page(request, who, note=note)

    @post(f"{PATH}/{{assignment_id:str}}", opt=FORM, **common, status_code=200)
    async def decide(request: HttpRequest, assignment_id: AssignmentId) -> Response[Any]:
        who, typed = await sent(request, _FIELDS_MAX)
        need(request, who, DECIDE_SCOPE)
        return await _decide(request, who, assignment_id, typed)

    return (disputes, decide)


async def _page(
    request: HttpRequest, who: Entered, *, note: Note | None = None, refused: Refused | None = None
) -> Response[Any]:
    """Answer with the disputes that wait, the longest-running order last."""
    speech = speech_of(request, who.engine)
    orders = await off_loop(request, _read, who, speech)
    words = speech.words
    title = words.say("No dispute waits for a decision")
    if orders:
        title = words.count("{n} dispute waits for a decision", "{n} disputes wait for a decision", len(orders))  # fmt: skip
    context = {
        "note": note, "orders": orders, "title": title, "sign": speech.sign, "text_max": TEXT_MAX,
        "refused": refused, "word": gate_of(request).logins.word,
    }  # fmt: skip
    status = 200 if note is None or note.good else 409
    return await answer(request, who, "disputes", "disputes.html", context, here=PATH, status=status)  # fmt: skip


def _read(who: Entered, speech: Speech) -> tuple[OrderView, ...]:
    """Read the disputes; in a thread."""
    shown, _ = creator_cases.order_desk(who.engine).orders(
        _PAGE, None, AssignmentFilter(stages=_DISPUTED)
    )
    names = people_names(
        who.engine, {dispute.order.creator_id for dispute in shown if dispute.order.creator_id}
    )
    return tuple(
        order_view(speech, "advertiser", dispute, names.get(dispute.order.creator_id or "", ""))
        for dispute in shown
    )


async def _decide(
    request: HttpRequest, who: Entered, order_id: str, typed: dict[str, str]
) -> Response[Any]:
    """Decide one dispute and lead back to the others; the same form again changes nothing."""
    speech = speech_of(request, who.engine)
    reader = FormReader(speech.words, typed, speech.currency)
    amount, text = reader.price("amount"), reader.text("text", least=1, most=TEXT_MAX)
    error: LodestoneError | None = None
    if not reader.errors:
        given = SettleDisputeIn(amount=Money(amount, speech.currency), text=text)
        orders = creator_cases.orders(who.engine, who.principal(SCOPE, DECIDE_SCOPE))
        try:
            await orders.decide(order_id, given, word_of(typed))
        except REFUSED as caught:
            error = caught
        else:
            return onward(PATH, done="decided")
    errors, message = dict(reader.errors), speech.words.say("Nothing was saved. See the fields that are marked.")  # fmt: skip
    if error is not None:
        message = refusal_said(speech.words, error)
        errors |= {"amount": message} if error.code == "amount_beyond_escrow" else {}
    return await _page(request, who, note=Note(message), refused=Refused(order_id, typed, errors))
