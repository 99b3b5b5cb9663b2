"""Open briefs: what advertisers want made, and the form by which a creator bids for one."""

from dataclasses import dataclass
from typing import Any, Final

from litestar import Response, get, post

from lodestone.base.errors import LodestoneError
from lodestone.base.wire import app_id
from lodestone.console.asking import HttpRequest, off_loop
from lodestone.console.assignments.forms import made_name, pay_of, word_of
from lodestone.console.assignments.refusals import REFUSED, form_refused
from lodestone.console.assignments.said import moment, title_of
from lodestone.console.assignments.view import Fact, brief_facts
from lodestone.console.creator.desk import CREATOR, Desk, desk, onward, sent, show
from lodestone.console.logging_in import refusals_of
from lodestone.console.merchant.forms import FormReader
from lodestone.creators.assignment import TEXT_MAX, OfferIn
from lodestone.services.access.permissions import ANYONE, FORM
from lodestone.services.creators.order_desk import BriefShown

LIST: Final = "/creator/briefs"
PATH: Final = "/creator/brief"
_REFUSALS: Final = refusals_of(CREATOR)


@dataclass(frozen=True, slots=True)
class BriefRow:
    """One brief in the list."""

    id: str
    title: str
    advertiser: str
    facts: tuple[Fact, ...]


@get(LIST, opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_briefs(request: HttpRequest) -> Response[Any]:
    """List the briefs that the creator may bid for."""
    here = await desk(request)
    shown = await off_loop(request, here.reads.open_to, here.person_id)
    words = here.words
    summary = words.count("{n} brief is open to you", "{n} briefs are open to you", len(shown))
    rows = [
        BriefRow(
            brief.brief.id, title_of(brief.brief.text), brief.advertiser, brief_facts(here.speech, brief.brief)[:2],
        )
        for brief in shown
    ]  # fmt: skip
    context = {
        "summary": summary if shown else words.say("No brief is open to you"), "rows": rows,
    }  # fmt: skip
    return show(request, here, "briefs", context)


@get(PATH, opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_brief(request: HttpRequest) -> Response[Any]:
    """Show a brief and the form of a bid."""
    here = await desk(request)
    return await _page(request, here, request.query_params.get("brief", ""))


@post(PATH, opt=FORM, include_in_schema=False, status_code=200, exception_handlers=_REFUSALS)
async def bid(request: HttpRequest) -> Response[Any]:
    """Bid for a brief; the same form again makes no second bid."""
    here, fields = await sent(request)
    brief = await off_loop(request, _open, here, fields.get("brief", ""))
    reader = FormReader(here.words, fields, here.speech.currency)
    given = _given(here, brief, reader)
    if given is None:
        return await _page(request, here, brief.brief.id, reader=reader)
    offer_id = made_name(brief.brief.id, here.person_id, word_of(fields) or "")
    try:
        await here.orders.put_offer(offer_id, given)
    except REFUSED as error:
        return await _page(request, here, brief.brief.id, reader=reader, error=error)
    return onward("/creator/offer", offer=offer_id, done="bid")


def _given(here: Desk, brief: BriefShown, reader: FormReader) -> OfferIn | None:
    """Read a bid; None where a field does not fit."""
    price, share = pay_of(reader, brief.brief.settlement)
    text = reader.text("text", most=TEXT_MAX)
    if reader.errors:
        return None
    return OfferIn(
        brief_id=brief.brief.id, creator_id=here.person_id, person_id=here.person_id, price=price,
        share=share, text=text,
    )  # fmt: skip


def _open(here: Desk, brief_id: str) -> BriefShown:
    """Return a brief that the creator may see; in a thread. Raises UnknownError `brief_unknown`."""
    return here.reads.brief_for(here.person_id, app_id(brief_id, field="brief"))


async def _page(
    request: HttpRequest, here: Desk, brief_id: str, *, reader: FormReader | None = None,
    error: LodestoneError | None = None,
) -> Response[Any]:  # fmt: skip
    shown = await off_loop(request, _open, here, brief_id)
    errors, note = form_refused(here.words, reader, error)
    settlement = shown.brief.settlement
    context = {
        "title": title_of(shown.brief.text), "brief": shown.brief, "advertiser": shown.advertiser,
        "facts": brief_facts(here.speech, shown.brief), "values": {} if reader is None else reader.values, "errors": errors,
        "deadline": moment(here.speech, shown.brief.deadline), "by_share": settlement.kind == "cps", "fixed": settlement.kind == "fixed",
        "sign": here.speech.sign, "text_max": TEXT_MAX, "profile": await off_loop(request, here.profile), "priced": settlement.price is not None,
    }  # fmt: skip
    return show(request, here, "brief", context, note=note, query={"brief": brief_id})


ROUTES: Final = [get_briefs, get_brief, bid]
