"""Who changed what, a page of the audit log in the reader's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from lodestone.base.list_page import number_after
from lodestone.console.charts import Table
from lodestone.console.speech import Speech
from lodestone.console.words import Words
from lodestone.services import use_cases
from lodestone.services.access.audit_log import ActOut, AuditFilter
from lodestone.services.community.community import Engine

SCOPE: Final = "audit"
"""What a key needs to read the log, here as over the API."""
PAGE: Final = 50
FILE_ROWS: Final = 1000
"""Acts of a file, the newest."""
_VALUE_MAX: Final = 160
"""Characters of a value that the table shows; the rest is in the API's answer."""
KINDS: Final = (
    "community", "key", "domain", "item", "person", "policy", "shop", "product", "stock", "sale",
    "order", "room", "webhook", "payout", "payee", "provider", "day",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ActRow:
    """One act of the table."""

    at: str
    key_id: str
    person_id: str
    route: str
    what: str
    name: str
    about: str
    before: tuple[tuple[str, str], ...]
    after: tuple[tuple[str, str], ...]
    erased: bool


def shown(
    engine: Engine, speech: Speech, asked: Mapping[str, str]
) -> tuple[list[ActRow], int | None]:
    """Return a page of acts, and the number before which the next one starts; None on the last. Asks the records.

    Args:
        engine: Of the community.
        speech: How to say it.
        asked: The address's query: `kind`, and `before`, as a page before said it.

    Raises:
        InvalidError: `cursor_invalid`.
    """
    wanted = AuditFilter(kind=asked.get("kind") or None)
    found, more = use_cases.audit_log(engine).page(
        wanted, PAGE,
        number_after(
            asked.get("before") or None, "before", cure="use the address of the page before, unchanged"
        ),
    )  # fmt: skip
    return [_row(one, speech) for one in found], more


def acts_of(engine: Engine, speech: Speech, wanted: AuditFilter, limit: int) -> tuple[ActRow, ...]:
    """Return the newest acts on one object or about one person. Asks the records."""
    newest, _ = use_cases.audit_log(engine).page(wanted, limit, None)
    return tuple(_row(act, speech) for act in newest)


def table(engine: Engine, speech: Speech, kind: str) -> Table:
    """Return the newest acts of a kind, or of all, as they go into a file. Asks the records."""
    acts, _ = use_cases.audit_log(engine).page(AuditFilter(kind=kind or None), FILE_ROWS, None)
    say = speech.words.say
    head = (
        say("Time"), say("By whom"), say("Key"), say("What was changed"), say("Name"), say("About whom"),
        say("As it was"), say("As it is since"), say("By which route"),
    )  # fmt: skip
    rows = tuple(
        (
            act.at, act.actor.person_id or "", act.actor.key_id or "", act.object.kind, act.object.id,
            act.object.person_id or "", _json(act.before), _json(act.after), act.route,
        )
        for act in acts
    )  # fmt: skip
    return Table(head, rows)


def _json(values: Mapping[str, Any] | None) -> str:
    return "" if values is None else msgspec.json.encode(values).decode()


def kinds(words: Words) -> list[tuple[str, str]]:
    """Return the kinds of things an act may change, each with its word."""
    return [("", words.say("everything")), *((kind, _kind(words, kind)) for kind in KINDS)]


def _row(act: ActOut, speech: Speech) -> ActRow:
    return ActRow(
        speech.moment(datetime.fromisoformat(act.at)), act.actor.key_id or "",
        act.actor.person_id or "", act.route, _kind(speech.words, act.object.kind), act.object.id,
        act.object.person_id or "", _fields(act.before), _fields(act.after), act.erased,
    )  # fmt: skip


def _fields(values: Mapping[str, Any] | None) -> tuple[tuple[str, str], ...]:
    return tuple((name, _short(value)) for name, value in (values or {}).items())


def _short(value: object) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= _VALUE_MAX else f"{text[:_VALUE_MAX]}…"


def _kind(words: Words, kind: str) -> str:
    """Return the word for a kind; its own name where there is none."""
    said: Mapping[str, str] = {
        "community": words.say("community"), "key": words.say("key"), "domain": words.say("domain"),
        "item": words.say("post"), "person": words.say("person"), "policy": words.say("policy"),
        "shop": words.say("shop"), "product": words.say("product"), "stock": words.say("stock item"),
        "sale": words.say("flash sale"), "order": words.say("order"), "room": words.say("live room"),
        "webhook": words.say("webhook"), "payout": words.say("payout"),
        "payee": words.say("payee"), "provider": words.say("payment provider"), "day": words.say("day of the books"),
        "setting": words.say("setting"), "item lists": words.say("item lists"), "backup": words.say("back-up"),
    }  # fmt: skip
    return said.get(kind, kind)
