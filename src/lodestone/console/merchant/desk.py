"""Whose desk it is: who has logged in, at which shop they stand, and how a page of the desk is answered.

Somebody sees the shops they serve at and no other: each request finds them anew, so whoever is taken off a shop's
staff is out with the next one. A manager does everything, a clerk redeems vouchers and hands orders over.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Response
from litestar.response import Redirect

from lodestone.base.errors import (
    ForbiddenError,
    LodestoneError,
    UnknownError,
)
from lodestone.commerce.shop import ShopOut
from lodestone.console.asking import HttpRequest, off_loop, read_by, speech_of
from lodestone.console.logging_in import Entered, Role, entered, form_of, gate_of, sent_by
from lodestone.console.merchant.refusals import told_refusal
from lodestone.console.reader import name_of
from lodestone.console.site import HEADERS, console
from lodestone.console.speech import Speech
from lodestone.console.words import Words
from lodestone.services import use_cases
from lodestone.services.community.community import Engine

MERCHANT: Final = Role(
    "merchant", "/merchant",
    lambda words: words.say("Log in with the key that your community made for you; it serves at your shops."),
    by_operator=False,
)  # fmt: skip
FIELDS_MAX: Final = 400
"""Fields of one form: a shop's week has some forty, its areas four each, a product two for each of its forms."""
_CAMERA: Final = HEADERS["permissions-policy"].replace("camera=()", "camera=(self)")


@dataclass(frozen=True, slots=True)
class Desk:
    """One person at one of their shops."""

    who: Entered
    person_id: str
    shop: ShopOut
    manager: bool
    served: tuple[tuple[str, str], ...]
    """(id, name) of every shop of theirs."""
    speech: Speech

    @property
    def engine(self) -> Engine:
        """Return the community's engine."""
        return self.who.engine

    @property
    def words(self) -> Words:
        """Return the reader's words."""
        return self.speech.words

    def money(self, micros: int) -> str:
        """Write an amount to its smallest coin: at a desk nothing is rounded."""
        return self.speech.exact(micros)

    def need_manager(self) -> None:
        """Pass, or raise ForbiddenError for a clerk."""
        if not self.manager:
            raise ForbiddenError("manager_needed", "a manager of this shop may; a clerk may not")


@dataclass(frozen=True, slots=True)
class Note:
    """What came of a form."""

    text: str
    good: bool


async def desk(request: HttpRequest) -> Desk:
    """Return the desk that a page is asked of.

    Raises:
        UnauthorisedError: Nobody is logged in, or they have been erased.
        UnknownError: `shop_unknown`: they do not serve there, or anywhere.
    """
    return await _desk(request, entered(request, MERCHANT), request.query_params.get("shop"))


async def sent(request: HttpRequest) -> tuple[Desk, dict[str, str]]:
    """Return the desk that a form was sent from, and its fields; raises as `desk`, and ForbiddenError."""
    who = await sent_by(request, MERCHANT, fields_max=FIELDS_MAX)
    fields = await form_of(request, FIELDS_MAX)
    return await _desk(request, who, fields.get("shop")), fields


async def _desk(request: HttpRequest, who: Entered, wanted: str | None) -> Desk:
    engine, person = who.engine, who.person()
    read_by(request)
    found = await off_loop(request, use_cases.shops(engine).served, person)
    found = sorted(found, key=lambda served: served[0].owner_id != person)  # their own first
    chosen = next(((shop, role) for shop, role in found if wanted in (None, "", shop.id)), None)
    if chosen is None:
        message = "you serve at no shop" if not found else "you do not serve at this shop"
        raise UnknownError("shop_unknown", f"{message}; ask its owner")
    return Desk(
        who, person, chosen[0], chosen[1] == "manager", tuple((shop.id, name_of(shop)) for shop, _ in found), speech_of(request, engine),
    )  # fmt: skip


async def moved(request: HttpRequest, here: Desk, shop_id: str) -> Desk:
    """Return the same person's desk at another of their shops. Raises UnknownError."""
    return here if here.shop.id == shop_id else await _desk(request, here.who, shop_id)


def at(path: str, here: Desk, /, **more: str) -> str:
    """Return the address of a page of this desk."""
    return f"{path}?{urlencode({'shop': here.shop.id, **more})}"


def onward(path: str, here: Desk, **more: str) -> Response[Any]:
    """Lead from a form that has been dealt with to the page that shows it, so that a reload sends nothing."""
    return Redirect(at(path, here, **more), status_code=303, headers=HEADERS)


def show(
    request: HttpRequest,
    here: Desk,
    part: str,
    told: Mapping[str, object],
    *,
    note: Note | None = None,
) -> Response[Any]:
    """Answer with one of the desk's pages; where a form was refused the status says so."""
    shown = request.scope["path"]
    path = shown if request.method == "GET" else f"/merchant/{part}".removesuffix("/redeem")
    answer = console(request.app.state).page(
        request, f"merchant/{part}.html",
        {
            "shop": here.shop, "shop_name": name_of(here.shop), "served": here.served, "manager": here.manager, "part": part,
            "token": here.who.form_token, "person": here.person_id, "at": lambda path, /, **more: at(path, here, **more), "note": note,
            "word": gate_of(request).logins.word,
            "other_language": lambda language: at(path, here, lang=language), **told,
        },
        status=409 if note is not None and not note.good else 200,
    )  # fmt: skip
    if part == "redeem":
        answer.headers["permissions-policy"] = _CAMERA
    return answer


def refused(here: Desk, error: LodestoneError) -> Note:
    """Tell a refusal in the reader's words."""
    return Note(told_refusal(here.words, error), good=False)
