"""The shop itself at the desk: its words, when it is open, whether it sells, and who serves there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from litestar import Response, get, post

from lodestone.base.errors import InvalidError
from lodestone.commerce.shop import HOURS_MAX, ROLES, WEEKDAYS, Hours, StaffOut
from lodestone.console.asking import HttpRequest, off_loop
from lodestone.console.logging_in import refusals_of
from lodestone.console.merchant import delivery
from lodestone.console.merchant.desk import (
    MERCHANT,
    Desk,
    Note,
    desk,
    onward,
    refused,
    sent,
    show,
)
from lodestone.console.merchant.forms import FormReader
from lodestone.console.merchant.redeeming import word_of
from lodestone.console.merchant.refusals import REFUSED
from lodestone.services import use_cases
from lodestone.services.access.permissions import ANYONE, FORM
from lodestone.services.commerce.desk_edits import ShopEdit

_SPANS: Final = 2
"""Spans a day that the form offers; a day that has more keeps them."""
_NAME_MAX: Final = 256
_TEXT_MAX: Final = 20_000
_STATUSES: Final = ("open", "paused", "closed")
_REFUSALS: Final = refusals_of(MERCHANT)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who serves at the shop."""

    id: str
    name: str
    role: str
    owner: bool


@get("/merchant/shop", opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_shop_form(request: HttpRequest) -> Response[Any]:
    """Show the shop in a form, and who serves there."""
    here = await desk(request)
    here.need_manager()
    done = request.query_params.get("done", "")
    return await _page(request, here, note=_came_of(here, done))


@post("/merchant/shop", opt=FORM, include_in_schema=False, status_code=200, exception_handlers=_REFUSALS)  # fmt: skip
async def change_shop(request: HttpRequest) -> Response[Any]:
    """Change the shop's words, hours, where it delivers to and whether it sells."""
    here, fields = await sent(request)
    here.need_manager()
    reader = FormReader(here.words, fields, here.speech.currency)
    edit = ShopEdit(
        reader.text("name", least=1, most=_NAME_MAX), reader.text("text", most=_TEXT_MAX),
        reader.choice("status", _STATUSES), _hours(reader),
        delivery.areas_of(reader) if here.shop.position is None else None,
    )  # fmt: skip
    if reader.errors:
        return await _page(request, here, reader=reader)
    try:
        await use_cases.desk_edits(here.engine).change_shop(here.shop.id, edit)
    except REFUSED as error:
        return await _page(request, here, reader=reader, note=refused(here, error))
    return onward("/merchant/shop", here, done="saved")


@post("/merchant/staff", opt=FORM, include_in_schema=False, status_code=200, exception_handlers=_REFUSALS)  # fmt: skip
async def change_staff(request: HttpRequest) -> Response[Any]:
    """Give somebody a role, or take it back."""
    here, fields = await sent(request)
    here.need_manager()
    shops = use_cases.shops(here.engine)
    try:
        person, role = word_of(fields, "person"), fields.get("role", "")
        if role == "none":
            await shops.remove_staff(here.shop.id, person)
        elif role in ROLES:
            await shops.put_staff(here.shop.id, person, role)
        else:
            raise InvalidError("role_invalid", "choose a role")
    except REFUSED as error:
        return await _page(request, here, note=refused(here, error))
    return onward("/merchant/shop", here, done="staff")


def _hours(reader: FormReader) -> tuple[tuple[str, str, str], ...]:
    """Read the week: spans of two times each, where both are given; none at all means always open."""
    if reader.values.get("always"):
        return ()
    spans = []
    for day in WEEKDAYS:
        for n in range(HOURS_MAX):
            opens, closes = (
                reader.values.get(f"{day}-{n}-{end}", "") for end in ("opens", "closes")
            )
            if not opens and not closes:
                continue
            closes = "24:00" if closes == "00:00" else closes
            if not opens or not closes:
                reader.failed(day, reader.words.say("Give both times of a span, or neither."))
            elif not _is_clock(opens) or not _is_clock(closes) or opens == closes:
                reader.failed(
                    day, reader.words.say("Give two different times, such as 08:00 and 21:00.")
                )
            spans.append((day, opens, closes))
    if not spans:
        reader.failed(
            "always", reader.words.say("Give the hours of a day, or say that it is always open.")
        )
    elif len(spans) > HOURS_MAX:
        reader.failed(
            "always", reader.words.say("Give at most {n} spans a week.", {"n": HOURS_MAX})
        )
    return tuple(spans)


def _is_clock(text: str) -> bool:
    hours, colon, minutes = text.partition(":")
    digits = (
        len(hours) == len(minutes) == 2
        and (hours + minutes).isascii()
        and (hours + minutes).isdigit()
    )
    return bool(colon) and digits and (text == "24:00" or (int(hours) < 24 and int(minutes) < 60))


async def _page(
    request: HttpRequest, here: Desk, *, reader: FormReader | None = None, note: Note | None = None
) -> Response[Any]:
    people = await off_loop(request, _people, here)
    values = _values(here) if reader is None else reader.values
    if reader is not None and note is None:
        note = Note(
            here.words.say("Nothing was saved. See the fields that are marked."), good=False
        )
    context: dict[str, object] = {
        "people": people, "values": values, "errors": {} if reader is None else reader.errors,
        "week": _week(here), "statuses": _statuses(here), "summary": _summary(here),
        "areas": delivery.rows_of(here.shop.areas) if here.shop.position is None else None,
        "roles": [(role, role_name(here, role)) for role in ROLES],
    }  # fmt: skip
    return show(request, here, "shop", context, note=note)


def _people(here: Desk) -> list[Person]:
    """Read who serves at the shop; in a thread."""
    staff: Sequence[StaffOut] = use_cases.shops(here.engine).staff(here.shop.id)
    called = use_cases.stored(here.engine).people_called({member.person_id for member in staff})
    names = {name: record.given.name for name, record in called.items()}
    return [
        Person(member.person_id, names.get(member.person_id) or member.person_id, role_name(here, member.role), member.person_id == here.shop.owner_id)
        for member in staff
    ]  # fmt: skip


def role_name(here: Desk, role: str) -> str:
    """Say what somebody may do at the shop."""
    say = here.words.say
    return {"manager": say("manages"), "clerk": say("serves")}[role]


def _values(here: Desk) -> dict[str, str]:
    """Return what the fields of the shop hold."""
    shop = here.shop
    values = {"name": shop.name, "text": shop.text, "status": shop.status}
    values |= delivery.values_of(shop.areas)
    if not shop.hours:
        values["always"] = "1"
    for day, spans in _by_day(shop.hours).items():
        for n, span in enumerate(spans):
            values[f"{day}-{n}-opens"] = span.opens
            values[f"{day}-{n}-closes"] = "00:00" if span.closes == "24:00" else span.closes
    return values


def _by_day(hours: Sequence[Hours]) -> dict[str, list[Hours]]:
    return {
        day: sorted((hour for hour in hours if hour.day == day), key=lambda span: span.opens)
        for day in WEEKDAYS
    }


def _week(here: Desk) -> list[tuple[str, str, list[int]]]:
    """Return each day, its name, and the numbers of the spans that its fields offer."""
    spans = {day: max(_SPANS, len(mine)) for day, mine in _by_day(here.shop.hours).items()}
    return [
        (day, here.speech.weekday(n), list(range(spans[day]))) for n, day in enumerate(WEEKDAYS)
    ]


def _statuses(here: Desk) -> list[tuple[str, str]]:
    say = here.words.say
    return [
        ("open", say("sells")), ("paused", say("sells nothing for now")),
        ("closed", say("is given up")),
    ]  # fmt: skip


def _summary(here: Desk) -> str:
    say, shop = here.words.say, here.shop
    if shop.review != "approved" or shop.status != "open":
        return say("Nothing can be bought here now")
    return say("The shop is open now") if shop.open_now else say("The shop is closed at this hour")


def _came_of(here: Desk, done: str) -> Note | None:
    say = here.words.say
    sentence = {"saved": say("It is saved."), "staff": say("Who serves here is changed.")}.get(done)
    return None if sentence is None else Note(sentence, good=True)


ROUTES: Final = [get_shop_form, change_shop, change_staff]
