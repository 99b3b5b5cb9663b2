"""The pages of the operator's window: the window itself, and one receipt in plain words."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.datastructures import State as AppState
from litestar.params import PathParameter

from lodestone.base.errors import InvalidError, Problem
from lodestone.console.asking import HttpRequest, off_loop
from lodestone.console.logging_in import Entered, Role, door_of, entered, refusals_of, sent_by
from lodestone.console.operator import (
    audit_log,
    efficiency,
    exposure,
    flow,
    promises,
    receipts,
    retained,
)
from lodestone.console.operator.figures import FigureReader, Figures, Filter
from lodestone.console.operator.summary import summary
from lodestone.console.site import HEADERS, console
from lodestone.console.speech import Speech
from lodestone.insight.window import DOMAIN_WORDS
from lodestone.services import use_cases
from lodestone.services.access.permissions import ANYONE
from lodestone.services.community.community import Engine

OPERATOR: Final = Role(
    "operator", "/operator",
    lambda words: words.say("Log in with a key of your community that may read and set the policy."),
)  # fmt: skip
DAYS: Final = (7, 28, 90)
_DOMAINS_MAX: Final = 200
ReceiptId = Annotated[str, PathParameter(description="A receipt's id.")]


def operator_routes(reader: FigureReader) -> list[Any]:
    """Make the routes of the window.

    Args:
        reader: Reads the figures of every open window.
    """
    refusals = refusals_of(OPERATOR)

    @get("/operator", opt=ANYONE, include_in_schema=False, exception_handlers=refusals)
    async def window(request: HttpRequest, state: AppState) -> Response[Any]:
        who = entered(request, OPERATOR)
        wanted = _filter(request)
        figures = await reader.read(who.engine, state["reports"](who.engine), wanted)
        tag = f'"{"-".join(map(str, figures.stamp))}"'
        part = request.headers.get("x-part") == "figures"
        if part and request.headers.get("if-none-match") == tag:
            return Response(b"", status_code=304, headers={**HEADERS, "etag": tag})
        speech = _speech(request, who.engine)
        shown = await asyncio.to_thread(_shown, figures, speech)
        told = {**shown, **await off_loop(request, _around, who, wanted, speech)}
        name = "operator/figures.html" if part else "operator/window.html"
        answer = console(state).page(request, name, told)
        answer.headers["etag"] = tag
        return answer

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
        return await _audit(request, entered(request, OPERATOR))

    words = "The operator's window"
    return [window, receipt, replay, audit, *door_of(OPERATOR, words)]


def _filter(request: HttpRequest) -> Filter:
    """Read the filter from the address. Raises InvalidError naming the field."""
    asked = request.query_params
    days, domain = asked.get("days", str(DAYS[0])), asked.get("domain") or None
    if days not in map(str, DAYS):
        problem = Problem("days", f"must be one of {', '.join(map(str, DAYS))}")
        raise InvalidError("span_invalid", f"days {problem.problem}", (problem,))
    return Filter(int(days), domain)


def _speech(request: HttpRequest, engine: Engine) -> Speech:
    words, community = console(request.app.state).words(request), engine.community
    return Speech(words, ZoneInfo(community.zone), community.currency)


def _shown(figures: Figures, speech: Speech) -> Mapping[str, object]:
    """Return everything that changes while the town runs."""
    return {
        "summary": summary(figures, speech),
        "as_of": speech.moment(figures.now),
        "stamp": "-".join(map(str, figures.stamp)),
        "decisions": figures.stamp[1],
        "efficiency": efficiency.efficiency_section(figures, speech),
        "retained": retained.retained_section(figures, speech),
        "flow": flow.flow_section(figures, speech),
        "exposure": exposure.exposure_section(figures, speech),
        "gini": exposure.scale_of(figures.exposure, speech),
        "promises": promises.promises_section(figures, speech),
        "cards": promises.cards(figures, speech),
        "promise_table": promises.promise_table(figures, speech),
        "receipts": receipts.rows(figures.receipts, speech),
    }


def _around(who: Entered, wanted: Filter, speech: Speech) -> Mapping[str, object]:
    """Return what stays: the community's name, the filters, the form's token."""
    say, engine = speech.words.say, who.engine
    found = use_cases.stored(engine).domains(_DOMAINS_MAX)
    kinds = [(word, speech.domain(word)) for word in DOMAIN_WORDS]
    return {
        "community": engine.community.name or engine.community.id,
        "token": who.form_token, "filter": wanted,
        "days": [(days, say("{n} days", {"n": days})) for days in DAYS],
        "domains": [("", say("all domains")), *kinds],
        "middle": [(record.id, record.given.name or record.id) for record in found],
        "other_language": lambda language: "?" + urlencode(
            {"days": wanted.days, "domain": wanted.domain or "", "lang": language}
        ),
    }  # fmt: skip


async def _audit(request: HttpRequest, who: Entered) -> Response[Any]:
    speech = _speech(request, who.engine)
    asked = dict(request.query_params)
    kind = asked.get("kind", "")
    rows, more = await off_loop(request, audit_log.shown, who.engine, speech, asked)
    community = who.engine.community
    older = None if more is None else f"?{urlencode({'kind': kind, 'before': more})}"
    return console(request.app.state).page(
        request, "operator/audit_log.html",
        {
            "rows": rows, "older": older, "kind": kind, "kinds": audit_log.kinds(speech.words),
            "community": community.name or community.id,
            "other_language": lambda language: "?" + urlencode({"kind": kind, "lang": language}),
        },
    )  # fmt: skip


async def _receipt(
    request: HttpRequest,
    who: Entered,
    name: str,
    identical: bool | None,  # noqa: FBT001  what a replay said, None when none was asked for
) -> Response[Any]:
    found, speech = use_cases.receipts(who.engine), _speech(request, who.engine)
    shown, line = await off_loop(request, lambda: (found.show(name), found.line(name)))
    told = receipts.told(shown, line, speech)
    community = who.engine.community
    return console(request.app.state).page(
        request, "operator/receipt.html",
        {
            "receipt": told, "identical": identical, "token": who.form_token,
            "community": community.name or community.id,
        },
    )  # fmt: skip
