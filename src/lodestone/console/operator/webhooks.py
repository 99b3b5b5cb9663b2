"""The webhooks of a community: where they lead, how their deliveries stand, and sending one of them again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Final
from urllib.parse import quote

import msgspec
from litestar import Response, get, post
from litestar.params import PathParameter

from lodestone.base.errors import InvalidError, UnknownError
from lodestone.base.list_page import ListPage
from lodestone.base.wire import app_id
from lodestone.commerce.webhooks import (
    EVENT_TYPES,
    URL_MAX,
    AttemptOut,
    DeliveryOut,
    WebhookIn,
    WebhookOut,
)
from lodestone.console.asking import HttpRequest, off_loop, speech_of
from lodestone.console.charts import Table
from lodestone.console.logging_in import Entered, entered, refusals_of
from lodestone.console.operator.desk import OPERATOR, Note, answer, may, onward, sent
from lodestone.console.speech import Speech
from lodestone.console.words import Words
from lodestone.services import use_cases
from lodestone.services.access.permissions import ANYONE, FORM

PAGE: Final = "/operator/webhooks"
SCOPE: Final = "webhooks"
_LIST_MAX: Final = 200
_DELIVERIES: Final = 50
FILE_ROWS: Final = 1000
"""Deliveries of a file, the newest."""
_FIELDS_MAX: Final = 8 + len(EVENT_TYPES)
_ID_MAX: Final = 128
HookId = Annotated[str, PathParameter(description="A webhook's id.")]


@dataclass(frozen=True, slots=True)
class HookRow:
    """One webhook as the list shows it."""

    id: str
    at: str
    """The address of its own page."""
    url: str
    types: str
    active: bool
    pending: int
    failed: int


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One delivery as the table shows it."""

    id: str
    made: str
    type: str
    subject: str
    state: str
    """`pending`, `delivered` or `failed`."""
    said: str
    attempts: tuple[str, ...]
    """The newest first."""
    next: str


@cache
def webhook_routes() -> tuple[Any, ...]:
    """Make the routes."""
    common: dict[str, Any] = {
        "include_in_schema": False, "exception_handlers": refusals_of(OPERATOR),
    }  # fmt: skip

    @get(PAGE, opt=ANYONE, **common)
    async def hooks(request: HttpRequest) -> Response[Any]:
        who = entered(request, OPERATOR)
        return (
            await _list(request, who) if may(request, who, SCOPE) else await _closed(request, who)
        )

    @post(PAGE, opt=FORM, **common, status_code=200)
    async def make(request: HttpRequest) -> Response[Any]:
        who, typed = await sent(request, _FIELDS_MAX)
        return (
            await _make(request, who, typed)
            if may(request, who, SCOPE)
            else await _closed(request, who)
        )

    @get(f"{PAGE}/{{webhook_id:str}}", opt=ANYONE, **common)
    async def hook(request: HttpRequest, webhook_id: HookId) -> Response[Any]:
        who = entered(request, OPERATOR)
        if not may(request, who, SCOPE):
            return await _closed(request, who)
        return await _deliveries(request, who, webhook_id)

    @post(f"{PAGE}/{{webhook_id:str}}", opt=FORM, **common, status_code=200)
    async def change(request: HttpRequest, webhook_id: HookId) -> Response[Any]:
        who, typed = await sent(request, _FIELDS_MAX)
        if not may(request, who, SCOPE):
            return await _closed(request, who)
        return await _change(request, who, webhook_id, typed)

    return (hooks, make, hook, change)


async def _closed(request: HttpRequest, who: Entered) -> Response[Any]:
    """Answer whoever's key may not set webhooks: what they would need."""
    return await answer(request, who, "webhooks", "webhooks_closed.html", {}, here=PAGE, status=403)


def kinds(words: Words) -> tuple[tuple[str, str], ...]:
    """Return every type of event with when it is sent."""
    say = words.say
    meanings = {
        "order.placed": say("an order was taken"), "order.admitted": say("an order that waited has its units"),
        "order.paid": say("an order was paid"), "order.fulfilled": say("an order was handed over"),
        "order.refunded": say("money was given back"), "order.cancelled": say("an order was given up"),
        "order.expired": say("an order's time ran out"), "order.redeemed": say("a voucher was redeemed"),
        "order.reversed": say("a redemption was taken back"), "live.started": say("a live room started"),
        "live.ended": say("a live room ended"),
    }  # fmt: skip
    return tuple((name, meanings.get(name, name)) for name in EVENT_TYPES)


async def _list(
    request: HttpRequest, who: Entered, *, typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None, made: WebhookOut | None = None, status: int = 200,
) -> Response[Any]:  # fmt: skip
    """Answer with every webhook and the form for another."""
    speech, typed = speech_of(request, who.engine), typed or {}
    hooks = await off_loop(request, use_cases.hooks(who.engine).webhooks, _LIST_MAX, None)
    rows = [_row(hook, speech) for hook in hooks]
    context = {
        "rows": rows, "failed": sum(row.failed for row in rows), "pending": sum(row.pending for row in rows),
        "made": made, "wrong": wrong or {}, "kinds": kinds(speech.words), "url_max": URL_MAX,
        "id": typed.get("id", ""), "url": typed.get("url", ""), "id_max": _ID_MAX,
        "chosen": {name for name in EVENT_TYPES if typed.get(f"type.{name}") == "on"},
    }  # fmt: skip
    return await answer(request, who, "webhooks", "webhooks.html", context, status=status)


def at(name: str) -> str:
    """Return the address of a webhook's page."""
    return f"{PAGE}/{quote(name, safe='')}"


def _row(hook: WebhookOut, speech: Speech) -> HookRow:
    types = speech.listed(hook.types) or speech.words.say("everything")
    return HookRow(
        hook.id, at(hook.id), hook.url, types, hook.state == "active", hook.pending, hook.failed
    )


async def table(request: HttpRequest, who: Entered) -> Table:
    """Write the webhooks as they go into a file."""
    speech = speech_of(request, who.engine)
    hooks = await off_loop(request, use_cases.hooks(who.engine).webhooks, _LIST_MAX, None)
    say = speech.words.say
    head = (
        say("Name"),
        say("Address"),
        say("What is sent"),
        say("State"),
        say("On their way"),
        say("Given up"),
    )
    rows = tuple(
        (hook.id, hook.url, " ".join(hook.types), hook.state, str(hook.pending), str(hook.failed))
        for hook in hooks
    )
    return Table(head, rows)


async def deliveries_table(request: HttpRequest, who: Entered, name: str) -> Table:
    """Write the newest deliveries of a webhook as they go into a file. Raises UnknownError."""
    speech = speech_of(request, who.engine)
    deliveries = await off_loop(
        request, use_cases.hooks(who.engine).deliveries, name, FILE_ROWS, None
    )
    say = speech.words.say
    head = (
        say("Time"),
        say("Event"),
        say("Subject"),
        say("State"),
        say("Attempts"),
        say("Next attempt"),
    )
    rows = tuple(
        (
            delivery.created_at, delivery.type, delivery.subject, delivery.state,
            "; ".join(_attempt(attempt, speech) for attempt in delivery.attempts), delivery.next_at or "",
        )
        for delivery in deliveries
    )  # fmt: skip
    return Table(head, rows)


async def _make(request: HttpRequest, who: Entered, typed: Mapping[str, str]) -> Response[Any]:
    """Make a webhook and show its secret in this answer alone."""
    say, hooks = speech_of(request, who.engine).words.say, use_cases.hooks(who.engine)
    name, url = typed.get("id", "").strip(), typed.get("url", "").strip()
    types = [kind for kind in EVENT_TYPES if typed.get(f"type.{kind}") == "on"]
    wrong: dict[str, str] = {}
    made: WebhookOut | None = None
    try:
        app_id(name)
    except InvalidError:
        wrong["id"] = say("Write 1 to {n} printable characters.", {"n": _ID_MAX})
    else:
        if await _known(request, who, name):
            wrong["id"] = say("There is a webhook of this name; choose another.")
    try:
        given = msgspec.convert({"url": url, "types": types}, WebhookIn)
        if not wrong:
            made, _ = await hooks.put(name, given)
    except msgspec.ValidationError:
        wrong["url"] = say("Write a whole address, such as https://app.example/hook.")
    except InvalidError as error:
        wrong["url"] = say("Nothing may be sent there: {why}", {"why": error.message})
    if wrong:
        return await _list(request, who, typed=typed, wrong=wrong, status=400)
    return await _list(request, who, made=made)


async def _known(request: HttpRequest, who: Entered, name: str) -> bool:
    try:
        await off_loop(request, use_cases.hooks(who.engine).webhook, name)
    except UnknownError:
        return False
    return True


async def _change(
    request: HttpRequest, who: Entered, name: str, typed: Mapping[str, str]
) -> Response[Any]:
    """Pause a webhook, let it go on, give it a new secret, or send one of its deliveries again."""
    hooks, what = use_cases.hooks(who.engine), typed.get("do")
    if what == "resend":
        await hooks.resend(name, typed.get("delivery", ""))
        return onward(at(name), resent=typed.get("delivery", ""))
    if what == "renew":
        return await _deliveries(request, who, name, made=await hooks.renew(name))
    if what in ("pause", "activate"):
        hook = await off_loop(request, hooks.webhook, name)
        state = "paused" if what == "pause" else "active"
        given = {"url": hook.url, "types": hook.types, "state": state}
        await hooks.put(name, msgspec.convert(given, WebhookIn))
    return onward(at(name))


async def _deliveries(
    request: HttpRequest, who: Entered, name: str, *, made: WebhookOut | None = None
) -> Response[Any]:
    """Answer with one webhook and a page of its deliveries."""
    hooks, speech, asked = (
        use_cases.hooks(who.engine),
        speech_of(request, who.engine),
        request.query_params,
    )
    page = ListPage(_DELIVERIES, asked.get("before") or None)
    before = None if page.after is None else hooks.number(page.after)
    hook, deliveries = await off_loop(
        request, lambda: (hooks.webhook(name), hooks.deliveries(name, page.fetch, before))
    )
    shown, cursor = page.cut(deliveries)
    say, resent = speech.words.say, asked.get("resent", "")
    note = None
    if any(delivery.id == resent for delivery in shown):
        note = Note(
            say("It is tried once more, now. Load the page again to see what came of it."),
            good=True,
        )
    context = {
        "note": note, "hook": _row(hook, speech), "made": made, "cursor": cursor,
        "rows": [_delivery(delivery, speech) for delivery in shown],
    }  # fmt: skip
    return await answer(request, who, "webhooks", "webhook.html", context, here=at(name))


def _delivery(delivery: DeliveryOut, speech: Speech) -> DeliveryRow:
    say = speech.words.say
    said = {"pending": say("on its way"), "delivered": say("delivered"), "failed": say("given up")}
    attempts = tuple(_attempt(attempt, speech) for attempt in reversed(delivery.attempts))
    return DeliveryRow(
        delivery.id, _moment(delivery.created_at, speech), delivery.type, delivery.subject, delivery.state, said[delivery.state],
        attempts, "" if delivery.next_at is None else _moment(delivery.next_at, speech),
    )  # fmt: skip


def _attempt(attempt: AttemptOut, speech: Speech) -> str:
    status = "" if attempt.status is None else str(attempt.status)
    problem = attempt.problem or speech.words.say("taken")
    return " ".join(part for part in (_moment(attempt.at, speech), status, problem) if part)


def _moment(text: str, speech: Speech) -> str:
    return speech.moment(datetime.fromisoformat(text))
