"""Whose desk it is: which creator has logged in, and how a page of the desk is answered.

A creator sees what is theirs and nothing else: each page asks for it by who they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Response
from litestar.response import Redirect

from lodestone.base.errors import UnknownError
from lodestone.console.asking import HttpRequest, off_loop, read_by, speech_of
from lodestone.console.logging_in import Entered, Role, entered, form_of, gate_of, sent_by
from lodestone.console.merchant.desk import Note
from lodestone.console.reader import name_of
from lodestone.console.site import HEADERS, console
from lodestone.console.speech import Speech
from lodestone.console.words import Words
from lodestone.creators.creator import CreatorOut
from lodestone.services import creator_cases, use_cases
from lodestone.services.community.community import Engine
from lodestone.services.creators.order_desk import OfferShown, OrderDesk, OrderShown
from lodestone.services.creators.orders import CreatorOrders
from lodestone.services.creators.profiles import SCOPE, Profiles

CREATOR: Final = Role(
    "creator", "/creator",
    lambda words: words.say("Log in with the key that your community made for you; it opens your own orders."),
    by_operator=False,
)  # fmt: skip
FIELDS_MAX: Final = 32


@dataclass(frozen=True, slots=True)
class Desk:
    """One creator."""

    who: Entered
    person_id: str
    name: str
    """What they are called."""
    speech: Speech

    @property
    def engine(self) -> Engine:
        """Return the community's engine."""
        return self.who.engine

    @property
    def words(self) -> Words:
        """Return the reader's words."""
        return self.speech.words

    @property
    def reads(self) -> OrderDesk:
        """Return what the desk reads."""
        return creator_cases.order_desk(self.engine)

    @property
    def orders(self) -> CreatorOrders:
        """Return the use cases of offers and orders, for this login."""
        return creator_cases.orders(self.engine, self.who.principal(SCOPE))

    @property
    def profiles(self) -> Profiles:
        """Return the use cases of profiles, for this login."""
        return creator_cases.profiles(self.engine, self.who.principal(SCOPE))

    def profile(self) -> CreatorOut | None:
        """Return on which terms they take orders, None while they have not said; in a thread."""
        return self.reads.profile(self.person_id)

    def order(self, order_id: str) -> OrderShown:
        """Return one of the creator's own orders; in a thread. Raises UnknownError `assignment_unknown`."""
        shown = self.reads.order(order_id)
        if shown.order.creator_id != self.person_id:
            raise UnknownError("assignment_unknown", "you have no such order")
        return shown

    def offer(self, offer_id: str) -> OfferShown:
        """Return an offer to the creator, or a bid of theirs; in a thread. Raises UnknownError `offer_unknown`."""
        shown = self.reads.offer(offer_id)
        if shown.offer.creator_id != self.person_id:
            raise UnknownError("offer_unknown", "you have no such offer")
        return shown


async def desk(request: HttpRequest) -> Desk:
    """Return the desk that a page is asked of. Raises UnauthorisedError: nobody is logged in, or they have been erased."""
    return await _desk(request, entered(request, CREATOR))


async def sent(request: HttpRequest) -> tuple[Desk, dict[str, str]]:
    """Return the desk that a form was sent from, and its fields; raises as `desk`, and ForbiddenError."""
    who = await sent_by(request, CREATOR, fields_max=FIELDS_MAX)
    return await _desk(request, who), await form_of(request, FIELDS_MAX)


async def _desk(request: HttpRequest, who: Entered) -> Desk:
    person = who.person()
    read_by(request)
    record = await off_loop(request, use_cases.stored(who.engine).person, person)
    return Desk(who, person, name_of(record.given) or person, speech_of(request, who.engine))


def at(path: str, /, **more: str) -> str:
    """Return the address of a page of the desk."""
    return f"{path}?{urlencode(more)}" if more else path


def onward(path: str, **more: str) -> Response[Any]:
    """Lead from a form that has been dealt with to the page that shows it, so that a reload sends nothing."""
    return Redirect(at(path, **more), status_code=303, headers=HEADERS)


def show(
    request: HttpRequest,
    here: Desk,
    part: str,
    shown: Mapping[str, object],
    *,
    note: Note | None = None,
    query: Mapping[str, str] | None = None,
) -> Response[Any]:
    """Answer with one of the desk's pages; where a form was refused the status says so.

    Args:
        request: The request.
        here: The desk.
        part: The page's template.
        shown: What the template needs besides the frame.
        note: What came of a form.
        query: What the page's address keeps in another language.
    """
    path = "/creator" if part == "orders" else f"/creator/{part}"
    return console(request.app.state).page(
        request, f"creator/{part}.html",
        {
            "name": here.name, "part": part, "token": here.who.form_token, "at": at, "note": note,
            "word": gate_of(request).logins.word,
            "other_language": lambda language: at(path, **(query or {}), lang=language), **shown,
        },
        status=409 if note is not None and not note.good else 200,
    )  # fmt: skip
