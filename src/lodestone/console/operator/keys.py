"""The keys of a community: which there are, what each may do and when it was last used; one more, or one less."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Final

from litestar import Response, get, post
from litestar.params import PathParameter

from lodestone.base.clock import Instant
from lodestone.console.asking import HttpRequest, access, engines, speech_of
from lodestone.console.charts import Table
from lodestone.console.logging_in import Entered, entered, gate_of, refusals_of
from lodestone.console.operator.desk import OPERATOR as ROLE
from lodestone.console.operator.desk import Note, answer, may, onward, sent
from lodestone.console.speech import Speech
from lodestone.console.words import Words
from lodestone.services import use_cases
from lodestone.services.access import OPERATOR, SCOPES, serves
from lodestone.services.access.keys import KeyOfCommunity
from lodestone.services.access.permissions import ANYONE, FORM
from lodestone.services.community.community import Engine

PAGE: Final = "/operator/keys"
NAME_MAX: Final = 64
_FIELDS_MAX: Final = 8 + len(SCOPES)
_SENT_MAX: Final = 1000
KeyId = Annotated[str, PathParameter(description="A key's id.")]


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One key as the table shows it."""

    id: str
    name: str
    scopes: tuple[str, ...]
    serves: str
    """As whom it serves at a shop's desk; empty for every other key."""
    made: str
    used: str
    revoked: str
    """When it was; empty while it is good."""
    mine: bool
    """Whether the present login rests on it."""


def scope_words(words: Words) -> tuple[tuple[str, str], ...]:
    """Return every scope with what a key that has it may do."""
    say = words.say
    meanings = {
        "read": say("reads everything: people, posts, receipts, reports"),
        "write": say("writes people, posts, domains and shops, and erases people"),
        "events": say("sends what people did"),
        "feeds": say("asks for feeds"),
        "policy": say("changes the policy"),
        "clock": say("moves a driven clock"),
        "import": say("imports data and learned files"),
        "sessions": say("opens pages for viewers"),
        "media": say("stores pictures and clips"),
        "orders": say("orders, pays and refunds for buyers"),
        "desk": say("fulfils orders and redeems vouchers for shops"),
        "review": say("reviews shops that sign up, and ads"),
        "money": say("reads accounts, closes days, pays out"),
        "webhooks": say("sets webhooks and reads their deliveries"),
        "audit": say("reads who changed what"),
        "ads": say("writes and reads what advertisers run"),
    }
    return tuple((scope, meanings.get(scope, scope)) for scope in SCOPES)


@cache
def key_routes() -> tuple[Any, ...]:
    """Make the routes."""
    common: dict[str, Any] = {
        "include_in_schema": False, "exception_handlers": refusals_of(ROLE),
    }  # fmt: skip

    @get(PAGE, opt=ANYONE, **common)
    async def keys(request: HttpRequest) -> Response[Any]:
        who = entered(request, ROLE)
        if not may(request, who, OPERATOR):
            return await _closed(request, who)
        return await _show(request, who)

    @post(PAGE, opt=FORM, **common, status_code=200)
    async def make(request: HttpRequest) -> Response[Any]:
        who, typed = await sent(request, _FIELDS_MAX)
        if not may(request, who, OPERATOR):
            return await _closed(request, who)
        return await _make(request, who, typed, request.app.state["key_form_words"])

    @get(f"{PAGE}/{{key_id:str}}/revoke", opt=ANYONE, **common)
    async def ask(request: HttpRequest, key_id: KeyId) -> Response[Any]:
        who = entered(request, ROLE)
        if not may(request, who, OPERATOR):
            return await _closed(request, who)
        row = next((key for key in await rows(request, who) if key.id == key_id), None)
        if row is None or row.revoked:
            return onward(PAGE)
        return await answer(request, who, "keys", "key_revoke.html", {"key": row})

    @post(f"{PAGE}/{{key_id:str}}/revoke", opt=FORM, **common, status_code=200)
    async def revoke(request: HttpRequest, key_id: KeyId) -> Response[Any]:
        who, _ = await sent(request, _FIELDS_MAX)
        if not may(request, who, OPERATOR):
            return await _closed(request, who)
        await use_cases.keys(engines(request)).revoke(who.engine.community.id, key_id)
        return onward(PAGE, revoked=key_id)

    return (keys, make, ask, revoke)


async def _closed(request: HttpRequest, who: Entered) -> Response[Any]:
    """Answer whoever's key may not make keys: what they would need."""
    return await answer(request, who, "keys", "keys_closed.html", {}, here=PAGE, status=403)


async def _make(
    request: HttpRequest, who: Entered, typed: Mapping[str, str], words_sent: "OrderedDict[str, None]"
) -> Response[Any]:  # fmt: skip
    """Make a key and show it in this answer alone."""
    say = speech_of(request, who.engine).words.say
    name, word = typed.get("name", "").strip(), typed.get("word", "")
    scopes = [scope for scope in SCOPES if typed.get(f"scope.{scope}") == "on"]
    wrong: dict[str, str] = {}
    if not name or len(name) > NAME_MAX or not name.isprintable():
        wrong["name"] = say("Say in at most {n} characters what it is for.", {"n": NAME_MAX})
    if not scopes:
        wrong["scopes"] = say("Choose at least one thing it may do.")
    if wrong:
        return await _show(request, who, typed=typed, wrong=wrong, status=400)
    if not word or word in words_sent:
        note = Note(
            say(
                "This form has been sent before, and its key was shown then. No other key was made."
            )
        )
        return await _show(request, who, note=note, status=409)
    words_sent[word] = None
    while len(words_sent) > _SENT_MAX:
        words_sent.popitem(last=False)
    keys = use_cases.keys(engines(request))
    made = await keys.create(who.engine.community.id, name, scopes)
    return await _show(request, who, made=(made.record.name, made.text))


async def rows(request: HttpRequest, who: Entered) -> list[KeyRow]:
    """Return every key, those that are good first."""
    keys = await use_cases.keys(engines(request)).of(who.engine.community.id)
    speech, known = speech_of(request, who.engine), access(request)
    made = [
        _row(key, who, speech, None if key.revoked else known.last_used(key.id)) for key in keys
    ]
    return sorted(made, key=lambda key: bool(key.revoked))


def table(shown: Sequence[KeyRow], speech: Speech) -> Table:
    """Write the keys as they go into a file."""
    say = speech.words.say
    head = (
        say("Name"),
        say("Key"),
        say("What it may do"),
        say("Made"),
        say("Last used"),
        say("Revoked"),
    )
    cells = tuple(
        (key.name, key.id, key.serves or " ".join(key.scopes), key.made, key.used, key.revoked)
        for key in shown
    )
    return Table(head, cells)


def _row(key: KeyOfCommunity, who: Entered, speech: Speech, used: Instant | None) -> KeyRow:
    say = speech.words.say
    return KeyRow(
        key.id, key.name or say("without a name"),
        tuple(scope for scope in key.scopes if scope in SCOPES), _serves(who.engine, key, speech),
        speech.moment(key.created, seconds=False),
        say("not since the server started") if used is None else speech.moment(used, seconds=False),
        "" if key.revoked is None else speech.moment(key.revoked, seconds=False),
        key.id == who.login.key_id,
    )  # fmt: skip


def _serves(engine: Engine, key: KeyOfCommunity, speech: Speech) -> str:
    ordinal = serves(key.scopes)
    if ordinal is None:
        return ""
    row = engine.directory.row_of_ordinal(ordinal)
    person = None if row < 0 else engine.directory.person_ids[row]
    if person is None:
        return speech.words.say("serves at shops as somebody who was erased")
    return speech.words.say("serves at shops as {person}", {"person": person})


async def _show(
    request: HttpRequest,
    who: Entered,
    *,
    typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    made: tuple[str, str] | None = None,
    note: Note | None = None,
    status: int = 200,
) -> Response[Any]:
    """Answer with the list and the form."""
    speech, typed = speech_of(request, who.engine), typed or {}
    shown = await rows(request, who)
    good = sum(not key.revoked for key in shown)
    revoked = request.query_params.get("revoked", "")
    if note is None and any(key.id == revoked and key.revoked for key in shown):
        note = Note(
            speech.words.say("Key {key} is worth nothing from now on.", {"key": revoked}), good=True
        )
    context = {
        "note": note, "rows": shown, "good": good, "made": made, "wrong": wrong or {},
        "name": typed.get("name", ""), "name_max": NAME_MAX,
        "chosen": {scope for scope in SCOPES if typed.get(f"scope.{scope}") == "on"},
        "scopes": scope_words(speech.words), "word": gate_of(request).logins.word(),
        "since": speech.moment(access(request).began, seconds=False),
    }  # fmt: skip
    return await answer(request, who, "keys", "keys.html", context, status=status)
