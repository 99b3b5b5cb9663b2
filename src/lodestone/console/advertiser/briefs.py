"""An advertiser's briefs: the list, one brief with its bids and orders, offers to creators, and closing it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from litestar import Response, get, post

from lodestone.base.errors import LodestoneError
from lodestone.base.wire import app_id
from lodestone.console.advertiser.desk import ADVERTISER, Desk, onward, show
from lodestone.console.advertiser.ordering import (
    ordering_desk,
    ordering_sent,
    orders_of,
    own_brief,
    profiles_of,
    reads,
)
from lodestone.console.asking import HttpRequest, off_loop
from lodestone.console.assignments.forms import made_name, pay_of, word_of
from lodestone.console.assignments.lists import Lists, lists_of
from lodestone.console.assignments.refusals import REFUSED, form_refused
from lodestone.console.assignments.said import title_of
from lodestone.console.assignments.view import Fact, brief_facts
from lodestone.console.logging_in import refusals_of
from lodestone.console.merchant.desk import Note
from lodestone.console.merchant.forms import FormReader
from lodestone.console.names import people_names
from lodestone.creators.assignment import TEXT_MAX, OfferIn
from lodestone.creators.brief import BriefIn, BriefOut
from lodestone.services.access.permissions import ANYONE, FORM
from lodestone.services.creators import AssignmentFilter
from lodestone.services.creators.order_desk import BriefShown

LIST: Final = "/advertiser/briefs"
PATH: Final = "/advertiser/brief"
PAGE: Final = 50
_REFUSALS: Final = refusals_of(ADVERTISER)


@dataclass(frozen=True, slots=True)
class BriefRow:
    """One brief in the list."""

    id: str
    title: str
    state: str
    state_name: str
    facts: tuple[Fact, ...]


@get(LIST, opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_briefs(request: HttpRequest) -> Response[Any]:
    """List the briefs of an advertiser."""
    here = await ordering_desk(request)
    after = request.query_params.get("after") or None
    briefs: list[BriefOut] = []
    if here.chosen is not None:
        briefs = await off_loop(request, reads(here).briefs, PAGE + 1, after, here.chosen.id)
    shown, words = briefs[:PAGE], here.words
    running = sum(brief.state == "open" for brief in shown)
    summary = words.say("Nothing is asked of creators yet")
    if briefs:
        summary = words.count("{n} brief is open", "{n} briefs are open", running)
    rows = [
        BriefRow(
            brief.id, title_of(brief.text), brief.state, _state_name(here, brief.state), brief_facts(here.speech, brief)[:2],
        )
        for brief in shown
    ]  # fmt: skip
    context = {
        "summary": summary, "rows": rows, "after": shown[-1].id if len(briefs) > PAGE else None,
    }  # fmt: skip
    return show(request, here, "briefs", context, query={} if after is None else {"after": after})


def _state_name(here: Desk, state: str) -> str:
    return here.words.say("open") if state == "open" else here.words.say("closed")


@get(PATH, opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_brief(request: HttpRequest) -> Response[Any]:
    """Show a brief with what came of it."""
    here, asked = await ordering_desk(request), request.query_params
    brief = await off_loop(request, own_brief, here, app_id(asked.get("brief", ""), field="brief"))
    return await _page(request, here, brief, done=asked.get("done", ""))


@post(f"{PATH}/close", opt=FORM, include_in_schema=False, status_code=200, exception_handlers=_REFUSALS)  # fmt: skip
async def close_brief(request: HttpRequest) -> Response[Any]:
    """Close a brief; again changes nothing."""
    here, fields = await ordering_sent(request)
    brief = await off_loop(request, own_brief, here, app_id(fields.get("brief", ""), field="brief"))
    try:
        await profiles_of(here).put_brief(brief.brief.id, _closed(brief.brief))
    except REFUSED as error:
        return await _page(request, here, brief, error=error)
    return onward(PATH, here, brief=brief.brief.id, done="closed")


def _closed(brief: BriefOut) -> BriefIn:
    """Return a brief as it was sent, closed."""
    return BriefIn(
        advertiser_id=brief.advertiser_id, text=brief.text, product_ids=brief.product_ids, creator_ids=brief.creator_ids,
        settlement=brief.settlement, deadline=datetime.fromisoformat(brief.deadline), review_rounds=brief.review_rounds,
        approval_days=brief.approval_days, count_days=brief.count_days, usage_days=brief.usage_days, state="closed",
    )  # fmt: skip


@post(f"{PATH}/offer", opt=FORM, include_in_schema=False, status_code=200, exception_handlers=_REFUSALS)  # fmt: skip
async def make_offer(request: HttpRequest) -> Response[Any]:
    """Offer a brief to a creator; the same form again makes no second offer."""
    here, fields = await ordering_sent(request)
    brief = await off_loop(request, own_brief, here, app_id(fields.get("brief", ""), field="brief"))
    owner = await off_loop(request, reads(here).owner_of, brief.brief.advertiser_id)
    reader = FormReader(here.words, fields, here.speech.currency)
    try:
        given = _offer(brief.brief, owner, reader)
        if given is None:
            return await _page(request, here, brief, reader=reader)
        offer_id = made_name(brief.brief.id, given.creator_id, word_of(fields) or "")
        await orders_of(here).put_offer(offer_id, given)
    except REFUSED as error:
        return await _page(request, here, brief, reader=reader, error=error)
    return onward("/advertiser/offer", here, offer=offer_id, done="offer")


def _offer(brief: BriefOut, owner: str, reader: FormReader) -> OfferIn | None:
    """Read an offer; None where a field does not fit. Raises InvalidError for a name that is none."""
    creator = reader.values.get("creator", "").strip()
    if not creator:
        reader.failed("creator", reader.words.say("Write something here."))
    price, share = pay_of(reader, brief.settlement)
    text = reader.text("text", most=TEXT_MAX)
    if reader.errors:
        return None
    return OfferIn(
        brief_id=brief.id, creator_id=app_id(creator, field="creator_id"), person_id=owner, price=price,
        share=share, text=text,
    )  # fmt: skip


async def _page(
    request: HttpRequest, here: Desk, shown: BriefShown, *, done: str = "", reader: FormReader | None = None,
    error: LodestoneError | None = None,
) -> Response[Any]:  # fmt: skip
    brief = shown.brief
    errors, note = form_refused(here.words, reader, error)
    values: Mapping[str, str] = {} if reader is None else reader.values
    context = {
        "brief": brief, "title": title_of(brief.text), "state_name": _state_name(here, brief.state),
        "facts": brief_facts(here.speech, brief), "values": values, "errors": errors, "lists": await off_loop(request, _lists, here, brief),
        "by_share": brief.settlement.kind == "cps", "priced": brief.settlement.price is not None, "sign": here.speech.sign,
        "text_max": TEXT_MAX, "people": await off_loop(request, _named, here, brief),
    }  # fmt: skip
    return show(
        request,
        here,
        "brief",
        context,
        note=note or _came_of(here, done),
        query={"brief": brief.id},
    )


def _lists(here: Desk, brief: BriefOut) -> Lists:
    """Read what came of a brief; in a thread."""
    wanted = AssignmentFilter(brief=brief.id)
    return lists_of(
        here.speech, "advertiser", reads(here), wanted, None, partial(people_names, here.engine)
    )


def _named(here: Desk, brief: BriefOut) -> tuple[str, ...]:
    """Return whom a brief is for, by name; in a thread."""
    names = people_names(here.engine, brief.creator_ids)
    return tuple(names.get(person, person) for person in brief.creator_ids)


def _came_of(here: Desk, done: str) -> Note | None:
    say = here.words.say
    sentence = {
        "made": say("The brief is made. Creators whom it is for can bid, and you can make offers."),
        "closed": say("The brief is closed. Orders that came of it go on."),
    }.get(done)  # fmt: skip
    return None if sentence is None else Note(sentence, good=True)


ROUTES: Final = [get_briefs, get_brief, close_brief, make_offer]
