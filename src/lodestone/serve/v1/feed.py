"""Routes of decisions: feeds and events (documented here, answered at the door), receipts, policy, reports."""

import asyncio
from typing import Annotated

import msgspec
from litestar import get, post, put
from litestar.params import JSONBody, PathParameter, QueryParameter

from lodestone.base.errors import ForbiddenError, InvalidError, Problem
from lodestone.base.wire import TEXT, Name, Version
from lodestone.events.outcomes import OUTCOME_COUNT
from lodestone.events.wire import SLOT_MAX, EventsIn, Verdicts
from lodestone.insight.exposure import ExposureReport
from lodestone.insight.flow import FlowReport
from lodestone.insight.prices import PromiseHistory
from lodestone.insight.promises import PromiseOut
from lodestone.insight.reports import (
    SPAN_DAYS_MAX,
    LiuReport,
    Reports,
    StepOut,
)
from lodestone.models.rates import FEATURES, RatesModel
from lodestone.serve.http.bodies import EVENT_LINES
from lodestone.serve.v1.common import (
    REFUSALS,
    Cursor,
    First,
    HttpRequest,
    Last,
    Limit,
    PathId,
    engine,
    engines,
    named,
    off_loop,
    principal,
    read_long,
)
from lodestone.services import use_cases
from lodestone.services.access.permissions import UNAUDITED, needs
from lodestone.services.browse.event_list import EventPage
from lodestone.services.community.community import Engine
from lodestone.services.feed.messages import Feed, FeedRequest
from lodestone.services.learning.item_lists import ItemListsOut
from lodestone.services.policy.dry_run_out import DryRunOut
from lodestone.services.policy.policies import REASON_MAX, PolicyOut
from lodestone.services.policy.policies import named as preset_named
from lodestone.services.receipts.explain import Reasons
from lodestone.services.receipts.receipts import ReceiptList, ReceiptOut, Receipts, ReplayOut
from lodestone.services.receipts.trace import TraceOut
from lodestone.traffic.policy import Policy
from lodestone.traffic.presets import NAMES

_NUMBER_MAX = 1e6
_NO_PAGE = ("scope_missing", "a page's session reads no receipts; ask the server")
_NO_PAGE_LISTS = ("scope_missing", "a page's session lists no events; ask the server")
Domain = Annotated[
    str | None,
    QueryParameter(max_length=128, description="public, middle, private, or a middle domain's id."),
]

Slot = Annotated[int, PathParameter(ge=1, le=SLOT_MAX, description="From 1.")]
Days = Annotated[int, QueryParameter(ge=1, le=SPAN_DAYS_MAX, description="So many days back.")]


Reason = Annotated[str, msgspec.Meta(max_length=REASON_MAX, pattern=TEXT)]


class PolicyPut(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A policy to put into force: whole, or a preset by name."""

    policy: Policy | None = None
    preset: Name | None = None
    based_on: Version | None = None
    """The version it was made from: refused where another is in force by now. A dry run passes it over."""
    reason: Reason = ""
    """Why, for the audit log. A dry run passes it over."""


class PolicyVersions(msgspec.Struct, frozen=True):
    """Every version of the policy, newest first, and the presets there are."""

    data: list[PolicyOut]
    presets: list[str]


class Rollback(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The version to return to."""

    version: Version
    based_on: Version | None = None
    """The version in force as far as is known: refused where it is another."""
    reason: Reason = ""
    """Why, for the audit log."""


class PredictorOut(msgspec.Struct, frozen=True):
    """The version that receipts name from now on."""

    version: str


class PromiseTable(msgspec.Struct, frozen=True):
    """The constraint table, and the step of the prices that it shows."""

    data: list[PromiseOut]
    step: StepOut


class PromiseHistories(msgspec.Struct, frozen=True):
    """Each promise over time."""

    data: list[PromiseHistory]


@post("/v1/feeds", opt=needs("feeds", **UNAUDITED), status_code=200, responses=REFUSALS)
async def post_feed(request: HttpRequest, data: JSONBody[FeedRequest]) -> Feed:
    """Ask for a feed."""
    raise _answered_at_the_door(request, data)


@post(
    "/v1/events",
    opt=needs("events", **UNAUDITED) | EVENT_LINES,
    status_code=200,
    responses=REFUSALS,
)
async def post_events(request: HttpRequest, data: JSONBody[EventsIn]) -> Verdicts:
    """Send events: `{"events": [...]}` or NDJSON, at most 10,000; each gets its own verdict."""
    raise _answered_at_the_door(request, data)


@get("/v1/events", opt=needs("read", who="server", refusal=_NO_PAGE_LISTS), responses=REFUSALS)
async def list_events(request: HttpRequest, limit: Limit = 100, cursor: Cursor = None) -> EventPage:
    """List what people did, in the order of the log; searches and positions are opened."""
    listed = use_cases.events(engine(request, "read"))
    threads = engines(request.app.state).threads
    return await threads.long(listed.page, limit, cursor)


def _answered_at_the_door(_request: HttpRequest, _data: object) -> RuntimeError:
    """Return what is raised by a route that stands here for the document alone, and does nothing."""
    return RuntimeError("this route is answered at the door")


@get("/v1/receipts", opt=needs("read", who="server", refusal=_NO_PAGE), responses=REFUSALS)
async def list_receipts(
    request: HttpRequest, limit: Limit = 50, cursor: Cursor = None
) -> ReceiptList:
    """List receipts, newest first; whom each was for appears only as a pseudonym."""
    return await asyncio.to_thread(_receipts(request).latest, limit, cursor)


@get(
    "/v1/receipts/{receipt_id:str}",
    opt=needs("read", who="server", refusal=_NO_PAGE),
    responses=REFUSALS,
)
async def get_receipt(request: HttpRequest, receipt_id: PathId) -> ReceiptOut:
    """Read a receipt."""
    return await off_loop(request, _receipts(request).show, receipt_id)


@post(
    "/v1/receipts/{receipt_id:str}/replay",
    opt=needs("read", who="server", refusal=_NO_PAGE, **UNAUDITED),
    status_code=200,
    responses=REFUSALS,
)
async def replay_receipt(request: HttpRequest, receipt_id: PathId) -> ReplayOut:
    """Decide again from a receipt and compare."""
    return await off_loop(request, _receipts(request).replay, receipt_id)


@get(
    "/v1/receipts/{receipt_id:str}/why/{slot:int}",
    opt=needs("read", who="server", refusal=_NO_PAGE),
    responses=REFUSALS,
)
async def get_receipt_why(request: HttpRequest, receipt_id: PathId, slot: Slot) -> Reasons:
    """Say why a slot holds what it holds: what its value is made of, term by term, and which deeds speak for it."""
    return await off_loop(
        request, use_cases.explainer(_asked(request)).reasons, None, receipt_id, slot
    )


def _receipts(request: HttpRequest) -> Receipts:
    return use_cases.receipts(_asked(request))


def _asked(request: HttpRequest) -> Engine:
    """Return the community whose receipts a server's key reads. Raises ForbiddenError."""
    who = principal(request)
    if who.viewer is not None:
        raise ForbiddenError(*_NO_PAGE)
    return engine(request, "read")


@get("/v1/items/{item_id:str}/trace", opt=needs("read", own=True), responses=REFUSALS)
async def get_trace(request: HttpRequest, item_id: PathId) -> TraceOut:
    """Say where a post was served and seen and why it was dropped; its author's own session may ask too."""
    viewer = principal(request).viewer
    community = engine(request, "read" if viewer is None else "feeds")
    trace = use_cases.trace(community, named(item_id), viewer)
    return await asyncio.to_thread(trace.read)


@get("/v1/policy", opt=needs("read"), responses=REFUSALS)
async def get_policy(request: HttpRequest) -> PolicyOut:
    """Read the policy in force."""
    return await off_loop(request, use_cases.policies(engine(request, "read")).current)


@put("/v1/policy", opt=needs("policy"), status_code=200, responses=REFUSALS)
async def put_policy(request: HttpRequest, data: JSONBody[PolicyPut]) -> PolicyOut:
    """Put a policy into force, whole or by a preset's name."""
    policies = use_cases.policies(engine(request, "policy"))
    return await policies.put(_proposed(data), based_on=data.based_on, reason=data.reason)


def _proposed(data: JSONBody[PolicyPut]) -> Policy:
    if data.policy is not None and data.preset is not None:
        problem = Problem("preset", "send a whole policy or a preset's name, not both")
        raise InvalidError("policy_invalid", f"preset: {problem.problem}", (problem,))
    if data.policy is not None:
        return data.policy
    return preset_named(data.preset or "")


@get("/v1/policies", opt=needs("read"), responses=REFUSALS)
async def list_policies(request: HttpRequest) -> PolicyVersions:
    """List every version of the policy, newest first."""
    versions = await off_loop(request, use_cases.policies(engine(request, "read")).versions)
    return PolicyVersions(versions, list(NAMES))


@post(
    "/v1/policy/dry-run",
    opt=needs("read", **UNAUDITED),
    operation_id="dryRunPolicy",
    status_code=200,
    responses=REFUSALS,
)
async def dry_run(request: HttpRequest, data: JSONBody[PolicyPut]) -> DryRunOut:
    """Say what a policy would have changed in the last day's decisions."""
    trial = use_cases.dry_run(engine(request, "read"), _proposed(data))
    return await read_long(request, trial.run)


@post(
    "/v1/policy/rollback",
    opt=needs("policy"),
    operation_id="rollbackPolicy",
    status_code=200,
    responses=REFUSALS,
)
async def rollback(request: HttpRequest, data: JSONBody[Rollback]) -> PolicyOut:
    """Put an older version into force again."""
    policies = use_cases.policies(engine(request, "policy"))
    return await policies.rollback(data.version, based_on=data.based_on, reason=data.reason)


def _reports(request: HttpRequest) -> Reports:
    reports: Reports = request.app.state["reports"](engine(request, "read"))
    return reports


@put("/v1/predictor", opt=needs("import"), status_code=200, responses=REFUSALS)
async def put_predictor(request: HttpRequest, data: JSONBody[RatesModel]) -> PredictorOut:
    """Predict by these weights from now on; `import` and `evaluate` learn such."""
    held = engine(request, "import")
    shape = (OUTCOME_COUNT, len(FEATURES))
    if any(len(row) != shape[1] for row in data.weights) or len(data.weights) != shape[0]:
        problem = Problem("weights", f"must be {shape[0]} rows of {shape[1]} numbers")
        raise InvalidError("predictor_invalid", f"weights {problem.problem}", (problem,))
    if len(data.scale) != shape[0] or len(data.shift) != shape[0]:
        problem = Problem("scale", f"scale and shift must be {shape[0]} numbers")
        raise InvalidError("predictor_invalid", problem.problem, (problem,))
    priors = (
        data.item_prior,
        data.author_prior,
        data.viewer_prior,
        data.surface_prior,
        data.lean_prior,
    )
    numbers = [*priors, *data.scale, *data.shift, *(w for row in data.weights for w in row)]
    if min(priors) <= 0 or not all(abs(number) < _NUMBER_MAX for number in numbers):
        problem = Problem(
            "item_prior", "priors must be above 0, every number finite and under 1,000,000"
        )
        raise InvalidError("predictor_invalid", problem.problem, (problem,))
    await use_cases.put_predictor(held, data)
    return PredictorOut(data.version)


@get("/v1/item-lists", opt=needs("read"), responses=REFUSALS)
async def get_item_lists(request: HttpRequest) -> ItemListsOut:
    """Read which item lists are in force, how they were chosen and what they weigh."""
    return engine(request, "read").item_lists.shown()


@post("/v1/item-lists", opt=needs("import"), status_code=200, responses=REFUSALS)
async def refresh_item_lists(request: HttpRequest) -> ItemListsOut:
    """Make item lists of the log as it stands, in a process of their own, and decide by them; answers when it is done."""
    return await use_cases.refresh_item_lists(engine(request, "import"))


@get("/v1/promises", opt=needs("read"), responses=REFUSALS)
async def get_promises(request: HttpRequest) -> PromiseTable:
    """Read the constraint table: target, delivered, dual price, cost, alarm."""
    reports = _reports(request)
    return PromiseTable(await off_loop(request, reports.promises), reports.step())


@get("/v1/promises/history", opt=needs("read"), responses=REFUSALS)
async def get_promise_history(request: HttpRequest, days: Days = 7) -> PromiseHistories:
    """Read how each promise's dual price and delivery moved, step by step, thinned to 96 points."""
    return PromiseHistories(await read_long(request, _reports(request).history, days))


@get("/v1/reports/liu", opt=needs("read"), responses=REFUSALS)
async def get_liu(
    request: HttpRequest, first: First = None, last: Last = None, domain: Domain = None
) -> LiuReport:
    """Report the dual LIU: value per thousand impressions of what stands, and people who stayed of those who could have."""
    reports = _reports(request)
    return await read_long(request, reports.liu, reports.span(first, last), domain)


@get("/v1/reports/flow", opt=needs("read"), responses=REFUSALS)
async def get_flow(
    request: HttpRequest, first: First = None, last: Last = None, domain: Domain = None
) -> FlowReport:
    """Report who crossed which border of domains (came in, returned, left, shared back), whole paths, and what crossings were worth."""
    reports = _reports(request)
    return await read_long(request, reports.flow, reports.span(first, last), domain)


@get("/v1/reports/exposure", opt=needs("read"), responses=REFUSALS)
async def get_exposure(
    request: HttpRequest, first: First = None, last: Last = None, domain: Domain = None
) -> ExposureReport:
    """Report how evenly creators were shown, with the Lorenz curve."""
    reports = _reports(request)
    return await read_long(request, reports.exposure, reports.span(first, last), domain)


ROUTES = [
    post_feed, post_events, list_events, list_receipts, get_receipt, replay_receipt, get_receipt_why, get_trace, get_policy, put_policy,
    list_policies, dry_run, rollback, put_predictor, get_item_lists, refresh_item_lists, get_promises, get_promise_history, get_liu, get_flow, get_exposure,
]  # fmt: skip
