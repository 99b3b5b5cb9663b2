"""The form of a new brief: what is wanted, how it is paid, by when, and how often changes may be asked for."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final, get_args

from litestar import Response, get, post

from lodestone.base.errors import LodestoneError, UnknownError
from lodestone.base.wire import app_id
from lodestone.commerce.product import ProductOut
from lodestone.console.advertiser.desk import ADVERTISER, Desk, onward, show
from lodestone.console.advertiser.ordering import ordering_desk, ordering_sent, profiles_of
from lodestone.console.asking import HttpRequest, off_loop
from lodestone.console.assignments.forms import made_name, money_of, share_of, word_of
from lodestone.console.assignments.refusals import REFUSED, form_refused
from lodestone.console.assignments.said import action_name, kind_name
from lodestone.console.logging_in import refusals_of
from lodestone.console.merchant.forms import FormReader
from lodestone.console.reader import name_of
from lodestone.creators.brief import ROUNDS_MAX, TEXT_MAX, Action, BriefIn, Settlement
from lodestone.creators.deadlines import APPROVAL_DAYS
from lodestone.creators.settlement import KindName
from lodestone.services import use_cases
from lodestone.services.access.permissions import ANYONE, FORM

PATH: Final = "/advertiser/briefs/new"
_KINDS: Final[tuple[KindName, ...]] = get_args(KindName)
_ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
_PRODUCTS_MAX: Final = 200
_PEOPLE_LETTERS: Final = 4_000
_DAYS_AHEAD: Final = 14
_USUAL: Final = {"kind": "fixed", "action": "order", "rounds": "1", "approval": str(APPROVAL_DAYS), "counted": "7"}  # fmt: skip
_REFUSALS: Final = refusals_of(ADVERTISER)


@get(PATH, opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_form(request: HttpRequest) -> Response[Any]:
    """Show the form."""
    here = await ordering_desk(request)
    return await _page(request, here)


@post(PATH, opt=FORM, include_in_schema=False, status_code=200, exception_handlers=_REFUSALS)
async def make_brief(request: HttpRequest) -> Response[Any]:
    """Make a brief; the same form again makes no second one."""
    here, fields = await ordering_sent(request)
    if here.chosen is None:
        raise UnknownError("advertiser_unknown", "there is nobody to advertise for")
    reader = FormReader(here.words, fields, here.speech.currency)
    try:
        given = _given(here, here.chosen.id, reader)
        if given is None:
            return await _page(request, here, reader=reader)
        brief_id = made_name(here.chosen.id, word_of(fields) or "")
        await profiles_of(here).put_brief(brief_id, given)
    except REFUSED as error:
        return await _page(request, here, reader=reader, error=error)
    return onward("/advertiser/brief", here, brief=brief_id, done="made")


def _given(here: Desk, advertiser_id: str, reader: FormReader) -> BriefIn | None:
    """Read the form; None where a field does not fit. Raises InvalidError for a name that is none."""
    text = reader.text("text", least=1, most=TEXT_MAX)
    settlement, deadline = _settlement(reader), _deadline(here, reader)
    rounds = reader.whole("rounds", 0, ROUNDS_MAX)
    approval, counted = reader.whole("approval", 1, 14), reader.whole("counted", 1, 90)
    people = reader.text("people", most=_PEOPLE_LETTERS).replace(",", " ").split()
    product = reader.values.get("product", "")
    if reader.errors or settlement is None or deadline is None:
        return None
    return BriefIn(
        advertiser_id=advertiser_id, text=text, settlement=settlement, deadline=deadline,
        product_ids=(app_id(product, field="product_ids"),) if product else (),
        creator_ids=tuple(dict.fromkeys(app_id(name, field="creator_ids") for name in people)),
        review_rounds=rounds, approval_days=approval, count_days=counted,
    )  # fmt: skip


def _settlement(reader: FormReader) -> Settlement | None:
    """Read how it is settled: of the fields of each kind those that its kind takes; None where one does not fit."""
    kind = next((kind for kind in _KINDS if kind == reader.values.get("kind")), None)
    if kind is None:
        reader.failed("kind", reader.words.say("Choose one of these."))
        return None
    money = {name: money_of(reader, name) for name in ("price", "floor", "cap")}
    share = share_of(reader, "share") if kind == "cps" else None
    price = None if kind == "cps" else money["price"]
    action = next(
        (action for action in _ACTIONS if action == reader.values.get("action")), _ACTIONS[0]
    )
    return Settlement(
        kind=kind, price=price, share=share, floor=money["floor"], cap=money["cap"],
        action=action if kind == "cpa" else _ACTIONS[0],
    )  # fmt: skip


def _deadline(here: Desk, reader: FormReader) -> datetime | None:
    """Read a day, to whose end a first draft is due in the community's zone; None where it is none."""
    try:
        day = date.fromisoformat(reader.values.get("deadline", ""))
        return datetime.combine(day + timedelta(days=1), time(), here.speech.zone)
    except (ValueError, OverflowError):
        reader.failed("deadline", reader.words.say("Choose a day."))
        return None


async def _page(
    request: HttpRequest, here: Desk, *, reader: FormReader | None = None, error: LodestoneError | None = None
) -> Response[Any]:  # fmt: skip
    errors, note = form_refused(here.words, reader, error)
    context = {
        "values": _usual(here) if reader is None else reader.values, "errors": errors, "sign": here.speech.sign,
        "kinds": [(kind, kind_name(here.words, kind)) for kind in _KINDS],
        "actions": [(action, action_name(here.words, action)) for action in _ACTIONS],
        "products": await off_loop(request, _products, here), "text_max": TEXT_MAX,
        "people_letters": _PEOPLE_LETTERS,
    }  # fmt: skip
    return show(request, here, "brief_form", context, note=note)


def _usual(here: Desk) -> Mapping[str, str]:
    """Return what the fields of a new brief hold: a deadline in two weeks."""
    ahead = here.speech.local(here.engine.now()) + timedelta(days=_DAYS_AHEAD)
    return {**_USUAL, "deadline": f"{ahead:%Y-%m-%d}"}


def _products(here: Desk) -> list[tuple[str, str]]:
    """Return what may be advertised for whoever is chosen; in a thread."""
    shops = use_cases.shops(here.engine)
    own = None if here.chosen is None else here.chosen.shop_id
    products: list[ProductOut] = []
    for shop in here.shops:
        if own in (None, shop.id):
            products += shops.products(_PRODUCTS_MAX, None, shop.id)
    named = [(product.id, name_of(product)) for product in products if product.state == "live"][
        :_PRODUCTS_MAX
    ]
    return [("", here.words.say("none in particular")), *named]


ROUTES: Final = [get_form, make_brief]
