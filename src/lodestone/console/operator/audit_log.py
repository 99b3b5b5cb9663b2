"""Who changed what, a page of the audit log in the reader's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from lodestone.base.list_page import number_after
from lodestone.console.speech import Speech
from lodestone.console.words import Words
from lodestone.services import use_cases
from lodestone.services.access.audit_log import ActOut, AuditFilter
from lodestone.services.community.community import Engine

PAGE: Final = 50
_VALUE_MAX: Final = 160
"""Characters of a value that the table shows; the rest is in the API's answer."""
KINDS: Final = (
    "community", "key", "domain", "item", "person", "policy", "shop", "product", "stock", "sale",
    "order", "room", "webhook", "payout", "day",
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
        "webhook": words.say("webhook"), "payout": words.say("payout"), "day": words.say("day of the books"),
        "setting": words.say("setting"), "item lists": words.say("item lists"), "backup": words.say("back-up"),
    }  # fmt: skip
    return said.get(kind, kind)
