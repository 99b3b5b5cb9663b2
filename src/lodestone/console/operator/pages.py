"""The pages of the operator's window: the window itself, and one receipt in plain words."""

import asyncio
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.datastructures import State as AppState
from litestar.params import PathParameter

from lodestone.console.asking import HttpRequest, off_loop, speech_of
from lodestone.console.logging_in import Entered, door_of, entered, refusals_of, sent_by
from lodestone.console.operator import audit_log, receipts
from lodestone.console.operator.ads import ad_routes
from lodestone.console.operator.desk import OPERATOR, answer, frame, need
from lodestone.console.operator.disputes import dispute_routes
from lodestone.console.operator.figures import reader_of
from lodestone.console.operator.income import income_routes
from lodestone.console.operator.item_page import item_routes
from lodestone.console.operator.person_page import person_routes
from lodestone.console.operator.posts import cards_of
from lodestone.console.operator.revenue import revenue_routes
from lodestone.console.operator.reviews import review_routes
from lodestone.console.operator.search_page import search_routes
from lodestone.console.operator.sections import sections_of
from lodestone.console.operator.span import DAYS, Picked, picked_of
from lodestone.console.site import HEADERS, console
from lodestone.console.speech import Speech
from lodestone.insight.window import DOMAIN_WORDS
from lodestone.services import use_cases
from lodestone.services.access.permissions import ANYONE

_DOMAINS_MAX: Final = 200
ReceiptId = Annotated[str, PathParameter(description="A receipt's id.")]


@cache
def operator_routes() -> tuple[Any, ...]:
    """Make the routes of the window."""
    refusals = refusals_of(OPERATOR)

    @get("/operator", opt=ANYONE, include_in_schema=False, exception_handlers=refusals)
    async def window(request: HttpRequest, state: AppState) -> Response[Any]:
        who = entered(request, OPERATOR)
        wanted = picked_of(request, who.engine)
        figures = await reader_of(state).read(
            who.engine, state["reports"](who.engine), wanted.filter
        )
        tag = f'"{"-".join(map(str, figures.stamp))}"'
        part = request.headers.get("x-part") == "figures"
        if part and request.headers.get("if-none-match") == tag:
            return Response(b"", status_code=304, headers={**HEADERS, "etag": tag})
        speech = speech_of(request, who.engine)
        shown = await asyncio.to_thread(sections_of, figures, speech)
        around = await off_loop(request, _around, who, wanted, speech)
        context = {"note": None, **await frame(request, who, "figures"), **shown.told(), **around}
        name = "operator/figures.html" if part else "operator/window.html"
        page = console(state).page(request, name, context)
        page.headers["etag"] = tag
        return page

    @get(
        "/operator/receipts/{receipt_id:str}",
        opt=ANYONE,
        include_in_schema=False,
        exception_handlers=refusals,
    )
    async def receipt(request: HttpRequest, receipt_id: ReceiptId) -> Response[Any]:
        return await _receipt(request, entered(request, OPERATOR), receipt_id, None)

    @post(
        "/operator/receipts/{receipt_id:str}/replay", opt=ANYONE, include_in_schema=False, status_code=200,
        exception_handlers=refusals,
    )  # fmt: skip
    async def replay(request: HttpRequest, receipt_id: ReceiptId) -> Response[Any]:
        who = await sent_by(request, OPERATOR)
        found = await off_loop(request, use_cases.receipts(who.engine).replay, receipt_id)
        return await _receipt(request, who, receipt_id, found.identical)

    @get("/operator/audit-log", opt=ANYONE, include_in_schema=False, exception_handlers=refusals)
    async def audit(request: HttpRequest) -> Response[Any]:
        who = entered(request, OPERATOR)
        need(request, who, audit_log.SCOPE)
        return await _audit(request, who)

    words = "The operator's window"
    moderation = [
        *review_routes(),
        *ad_routes(),
        *dispute_routes(),
        *revenue_routes(),
        *income_routes(),
        *search_routes(),
        *item_routes(),
        *person_routes(),
    ]
    return (window, receipt, replay, audit, *moderation, *door_of(OPERATOR, words))


def _around(who: Entered, wanted: Picked, speech: Speech) -> Mapping[str, object]:
    """Return what stays: the filters."""
    say, engine = speech.words.say, who.engine
    domains = use_cases.stored(engine).domains(_DOMAINS_MAX)
    kinds = [(word, speech.domain(word)) for word in DOMAIN_WORDS]
    return {
        "filter": wanted.filter,
        "picked": wanted,
        "csv": lambda name: f"/operator/tables/{name}?{wanted.query(bom='1')}",
        "days": [(str(days), say("{n} days", {"n": days})) for days in DAYS],
        "domains": [("", say("all domains")), *kinds],
        "middle": [(record.id, record.given.name or record.id) for record in domains],
    }


async def _audit(request: HttpRequest, who: Entered) -> Response[Any]:
    speech = speech_of(request, who.engine)
    asked = dict(request.query_params)
    kind = asked.get("kind", "")
    rows, more = await off_loop(request, audit_log.shown, who.engine, speech, asked)
    older = None if more is None else f"?{urlencode({'kind': kind, 'before': more})}"
    context = {"rows": rows, "older": older, "kind": kind, "kinds": audit_log.kinds(speech.words)}
    return await answer(request, who, "log", "audit_log.html", context)


async def _receipt(
    request: HttpRequest,
    who: Entered,
    name: str,
    identical: bool | None,  # noqa: FBT001  what a replay said, None when none was asked for
) -> Response[Any]:
    reader, speech = use_cases.receipts(who.engine), speech_of(request, who.engine)

    def read() -> receipts.ReceiptView:
        shown = reader.show(name)
        posts = cards_of(who.engine, receipts.items_of(shown), speech)
        return receipts.told(shown, reader.line(name), posts, speech)

    context = {"receipt": await off_loop(request, read), "identical": identical}
    here = f"/operator/receipts/{name}"
    return await answer(request, who, "figures", "receipt.html", context, here=here)
