"""Vouchers at the desk: typed or scanned, looked at, redeemed, taken back."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from litestar import Response, get, post

from lodestone.base.clock import SECOND_MICROS, Instant
from lodestone.base.errors import BusyError, ConflictError, InvalidError
from lodestone.base.wire import app_id
from lodestone.commerce.life import OrderState
from lodestone.commerce.order import PrepareIn, RedeemIn, RedemptionOut, ReverseIn, VoucherOut
from lodestone.commerce.short_codes import read_short
from lodestone.commerce.vouchers import REVERSE_MICROS
from lodestone.console.asking import HttpRequest, off_loop
from lodestone.console.goods import Goods
from lodestone.console.logging_in import refusals_of
from lodestone.console.merchant.desk import (
    MERCHANT,
    Desk,
    Note,
    desk,
    moved,
    onward,
    refused,
    sent,
    show,
)
from lodestone.console.merchant.refusals import REFUSED
from lodestone.console.names import people_names
from lodestone.services import use_cases
from lodestone.services.access.permissions import ANYONE, FORM
from lodestone.services.commerce.context import Reply

_EPOCH: Final = date(1970, 1, 1)
_WAITING_MAX: Final = 100
_COUNT_MAX: Final = 100
_CODE_MAX: Final = 64
_REFUSALS: Final = refusals_of(MERCHANT)
_SPENT: Final = {
    "used": "voucher_used_up", "refunded": "voucher_refunded", "expired": "voucher_expired",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """A voucher that has been looked at."""

    voucher: VoucherOut
    code: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """One redemption of today."""

    request: str
    time: str
    name: str
    count: str
    amount: str
    staff: str
    state: str
    reversible: bool


@get("/merchant", opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_desk(request: HttpRequest) -> Response[Any]:
    """Open the desk: redeem, and what was redeemed today."""
    here = await desk(request)
    done = request.query_params.get("done", "")
    return await _page(request, here, note=await off_loop(request, _came_of, here, done))


@post(
    "/merchant/look",
    opt=ANYONE,
    include_in_schema=False,
    status_code=200,
    exception_handlers=_REFUSALS,
)
async def look(request: HttpRequest) -> Response[Any]:
    """Look at a voucher before it is redeemed."""
    here, fields = await sent(request)
    code = fields.get("code", "")[:_CODE_MAX]
    try:
        voucher = await prepared(here, code)
    except (BusyError, *REFUSED) as error:
        return await _page(request, here, code=code, note=refused(here, error))
    here = await moved(request, here, voucher.shop_id)
    if voucher.state != "open":
        spent = ConflictError(_SPENT[voucher.state], "it can be redeemed no more")
        return await _page(request, here, code=code, note=refused(here, spent))
    return await _page(request, here, seen=await off_loop(request, _seen, here, voucher, code))


@post(
    "/merchant/redeem",
    opt=FORM,
    include_in_schema=False,
    status_code=200,
    exception_handlers=_REFUSALS,
)
async def redeem(request: HttpRequest) -> Response[Any]:
    """Redeem the voucher that has been looked at; the same form again counts once."""
    here, fields = await sent(request)
    code = fields.get("code", "")[:_CODE_MAX]
    try:
        given = RedeemIn(
            code=code or "-", request_id=word_of(fields, "request"), shop_id=here.shop.id,
            staff_id=here.person_id, count=whole(fields.get("count", "1"), 1, _COUNT_MAX),
        )  # fmt: skip
        reply = await here.engine.trade.redeem(given, None)
    except (BusyError, *REFUSED) as error:
        return await _page(request, here, code=code, note=refused(here, error))
    assert isinstance(reply, Reply)
    return onward("/merchant", here, done=given.request_id)


@post(
    "/merchant/reverse",
    opt=FORM,
    include_in_schema=False,
    status_code=200,
    exception_handlers=_REFUSALS,
)
async def reverse(request: HttpRequest) -> Response[Any]:
    """Take a redemption back within the hour."""
    here, fields = await sent(request)
    try:
        given = ReverseIn(
            request_id=word_of(fields, "request"), redeemed=word_of(fields, "redeemed"),
            shop_id=here.shop.id, staff_id=here.person_id,
        )  # fmt: skip
        await here.engine.trade.reverse(given, None)
    except REFUSED as error:
        return await _page(request, here, note=refused(here, error))
    return onward("/merchant", here, done=given.redeemed)


def whole(text: str, least: int, most: int) -> int:
    """Read a whole number from a form. Raises InvalidError `number_invalid`."""
    plain = text.strip().removeprefix("+")
    digits = plain.removeprefix("-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 10:
        raise InvalidError("number_invalid", f"{text!r} is no whole number")
    if not least <= int(plain) <= most:
        raise InvalidError("number_invalid", f"{text!r} is not {least} to {most}")
    return int(plain)


def word_of(fields: dict[str, str], name: str) -> str:
    """Read what a form names: an id, or the word that tells it from another. Raises InvalidError."""
    return app_id(fields.get(name, ""), field=name)


async def prepared(here: Desk, code: str) -> VoucherOut:
    """Look at this shop's voucher, or at one of another shop of theirs.

    Raises:
        UnknownError, BusyError: There is none of this code; too many short ones were wrong.
        ConflictError: It is of a shop where they do not serve.
    """
    others = [name for name, _ in here.served if name != here.shop.id]
    # A short code means nothing at another shop, where it would count as a wrong one.
    shops = [here.shop.id] if read_short(code) is not None else [here.shop.id, *others]
    foreign: ConflictError | None = None
    for shop in shops:
        given = PrepareIn(code=code or "-", shop_id=shop, staff_id=here.person_id)
        try:
            reply = await here.engine.trade.prepare(given)
        except ConflictError as error:
            foreign = error
            continue
        assert isinstance(reply, Reply)
        assert isinstance(reply.told, VoucherOut)
        return reply.told
    assert foreign is not None
    raise foreign


def _seen(here: Desk, voucher: VoucherOut, code: str) -> Seen:
    """Say what a voucher is good for; in a thread."""
    words, speech = here.words, here.speech
    day = speech.local(datetime.fromisoformat(voucher.expires_at) - timedelta(seconds=1)).date()
    facts = [
        words.count("good {n} more time", "good {n} more times", voucher.left),
        words.say("until {day}", {"day": speech.day(day.isoformat())}),
    ]
    if voucher.date is not None:
        facts.insert(0, words.say("for {day}", {"day": speech.day(voucher.date)}))
    return Seen(Goods.of(here.engine, [voucher]).voucher(voucher), code, tuple(facts))


async def _page(
    request: HttpRequest, here: Desk, *, code: str = "", seen: Seen | None = None,
    note: Note | None = None,
) -> Response[Any]:  # fmt: skip
    told = await off_loop(request, _read, here)
    return show(
        request, here, "redeem",
        {
            "code": code, "seen": seen, **told,
        },
        note=note,
    )  # fmt: skip


def _read(here: Desk) -> dict[str, object]:
    """Read what was redeemed today and who waits; in a thread."""
    done = _today(here)
    staff = people_names(
        here.engine, {redemption.staff_id for redemption in done if redemption.staff_id is not None}
    )
    goods = Goods.of(here.engine, (redemption.voucher for redemption in done))
    rows = [_done(here, redemption, staff, goods) for redemption in done]
    return {"done": rows, "summary": _summary(here, done)}


def _summary(here: Desk, done: list[RedemptionOut]) -> str:
    """Answer what somebody behind the desk wants to know first: who waits, and how the day goes."""
    words = here.words
    waiting = len(
        use_cases.order_lists(here.engine.trade).orders(
            _WAITING_MAX, None, shop=here.shop.id, states=(OrderState.PAID,), ways=("pickup", "delivery"),
        )
    )  # fmt: skip
    standing = [redemption for redemption in done if redemption.reversed_at is None]
    earned = sum(redemption.amount.micros for redemption in standing)
    if not waiting and not standing:
        return words.say("Nobody waits, and nothing has been redeemed yet today.")
    orders = words.say("Nobody waits") if not waiting else words.count(
        "{n} order waits to be handed over", "{n} orders wait to be handed over", waiting,
        {"n": f"{waiting}" if waiting < _WAITING_MAX else f"{_WAITING_MAX}+"},
    )  # fmt: skip
    redeemed = words.count(
        "{n} redemption today brought {amount}", "{n} redemptions today brought {amount}",
        len(standing), {"amount": here.money(earned)},
    )  # fmt: skip
    return orders + words.say("; ") + redeemed + words.say(".")


def _today(here: Desk) -> list[RedemptionOut]:
    engine, community = here.engine, here.engine.community
    today = _EPOCH + timedelta(days=community.days.of(engine.now()))
    first = Instant(community.days.starts(today))
    last = Instant(community.days.starts(today + timedelta(days=1)))
    return use_cases.order_lists(engine.trade).redemptions(here.shop.id, first, last)


def _done(here: Desk, redemption: RedemptionOut, staff: dict[str, str], goods: Goods) -> Done:
    words, made = here.words, datetime.fromisoformat(redemption.at)
    age = here.engine.now() - round(made.timestamp() * SECOND_MICROS)
    return Done(
        request=redemption.request_id, time=f"{here.speech.local(made):%H:%M}", name=goods.called(redemption.voucher),
        count=words.count("{n} time", "{n} times", redemption.count), amount=here.money(redemption.amount.micros),
        staff=staff.get(redemption.staff_id or "") or words.say("erased"),
        state=words.say("taken back") if redemption.reversed_at else "",
        reversible=redemption.reversed_at is None and age <= REVERSE_MICROS,
    )  # fmt: skip


def _came_of(here: Desk, request_id: str) -> Note | None:
    """Tell what a form led to, read anew so that no address can make the page say what is not so."""
    if not request_id:
        return None
    redemption = next(
        (redemption for redemption in _today(here) if redemption.request_id == request_id), None
    )
    if redemption is None:
        return None
    if redemption.reversed_at is not None:
        words = {"name": _called(here, redemption), "left": redemption.voucher.left}
        return Note(
            here.words.say("Taken back: {name}. It is good {left} more times.", words), good=True
        )
    return Note(redeemed_words(here, redemption), good=True)


def redeemed_words(here: Desk, redemption: RedemptionOut) -> str:
    """Say what was redeemed and what is left; in a thread."""
    return here.words.count(
        "Redeemed: {name}, {n} time. {left} left.", "Redeemed: {name}, {n} times. {left} left.",
        redemption.count, {"name": _called(here, redemption), "left": redemption.voucher.left},
    )  # fmt: skip


def _called(here: Desk, redemption: RedemptionOut) -> str:
    return Goods.of(here.engine, [redemption.voucher]).called(redemption.voucher)


ROUTES: Final = [get_desk, look, redeem, reverse]
