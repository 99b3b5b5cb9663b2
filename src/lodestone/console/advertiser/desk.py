"""Whose desk it is: who has logged in, for whom they advertise, and how a page of the desk is answered.

A key that may advertise sees every advertiser of its community. A key of the merchant's desk sees whoever it serves as,
and the shops that they manage: each request finds them anew, so whoever manages a shop no more is out with the next one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Response
from litestar.response import Redirect

from lodestone.ads.advertiser import AdvertiserOut
from lodestone.ads.campaign import CampaignOut
from lodestone.base.errors import UnknownError
from lodestone.commerce.shop import ShopOut
from lodestone.console.asking import HttpRequest, off_loop, read_by, speech_of
from lodestone.console.logging_in import Entered, Role, entered, form_of, gate_of, sent_by
from lodestone.console.merchant.desk import Note
from lodestone.console.site import HEADERS, console
from lodestone.console.speech import Speech
from lodestone.console.words import Words
from lodestone.services import ad_cases, use_cases
from lodestone.services.ads.advertising import SCOPE, Advertising
from lodestone.services.community.community import Engine
from lodestone.services.creators.profiles import SCOPE as ORDER_SCOPE

ADVERTISER: Final = Role(
    "advertiser", "/advertiser",
    lambda words: words.say(
        "Log in with a key of your community that may advertise, or with your own key of the merchant's desk."
    ),
)  # fmt: skip
FIELDS_MAX: Final = 24
_PATHS: Final = {"campaigns": "/advertiser", "brief_form": "/advertiser/briefs/new"}
"""Of pages whose address does not end in the name of their template."""
_LIST_MAX: Final = 200
"""Advertisers and shops that a desk offers, at most; another is reached by its id in the address."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Somebody who advertises for somebody."""

    who: Entered
    person_id: str | None
    """Whom the key serves as; None of one that sees every advertiser."""
    advertisers: tuple[tuple[str, str], ...]
    """(id, name) of everybody for whom they advertise."""
    chosen: AdvertiserOut | None
    """None while there is none yet."""
    shops: tuple[ShopOut, ...]
    """Those whose products they may advertise."""
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
    def advertising(self) -> Advertising:
        """Return the use cases of advertising, for this login; whose an object is the desk looks at."""
        return _advertising(self.who)

    def require(self, campaign: CampaignOut) -> None:
        """Pass, or raise UnknownError `campaign_unknown` for another advertiser's campaign."""
        theirs = {name for name, _ in self.advertisers}
        if self.person_id is not None and campaign.advertiser_id not in theirs:
            raise UnknownError("campaign_unknown", "you have no such campaign")


async def desk(request: HttpRequest) -> Desk:
    """Return the desk that a page is asked of.

    Raises:
        UnauthorisedError: Nobody is logged in, or they have been erased.
        UnknownError: `advertiser_unknown`: they do not advertise for that one.
    """
    asked = request.query_params.get("advertiser")
    return await _desk(request, entered(request, ADVERTISER), asked)


async def sent(request: HttpRequest) -> tuple[Desk, dict[str, str]]:
    """Return the desk that a form was sent from, and its fields; raises as `desk`, and ForbiddenError."""
    who = await sent_by(request, ADVERTISER, fields_max=FIELDS_MAX)
    fields = await form_of(request, FIELDS_MAX)
    return await _desk(request, who, fields.get("advertiser")), fields


async def _desk(request: HttpRequest, who: Entered, wanted: str | None) -> Desk:
    person = None if who.login.serves is None else who.person()
    read_by(request)
    advertisers, chosen, shops = await off_loop(request, _theirs, who, person, wanted or None)
    speech = speech_of(request, who.engine)
    return Desk(who, person, advertisers, chosen, tuple(shops), speech)


def _theirs(
    who: Entered, person: str | None, wanted: str | None
) -> tuple[tuple[tuple[str, str], ...], AdvertiserOut | None, list[ShopOut]]:
    """Read for whom somebody advertises, who of them is chosen, and which shops they may do it for; in a thread."""
    shops, desk = use_cases.shops(who.engine), ad_cases.ad_desk(who.engine)
    if person is None:
        records, theirs = desk.advertisers(_LIST_MAX), shops.shops(_LIST_MAX, None, None)
    else:
        theirs = [shop for shop, role in shops.served(person) if role == "manager"]
        records = desk.advertisers_of(person, [shop.id for shop in theirs])
    names = {record.id: record.given.name for record in records}
    if person is not None and wanted is not None and wanted not in names:
        raise UnknownError("advertiser_unknown", "you do not advertise for this one")
    first = wanted or next(iter(names), None)
    chosen = None if first is None else _advertising(who).advertiser(first)
    if chosen is not None:
        names.setdefault(chosen.id, chosen.name)
    return tuple(names.items()), chosen, theirs


def _advertising(who: Entered) -> Advertising:
    return ad_cases.advertising(who.engine, who.principal(SCOPE))


def may_order(request: HttpRequest, here: Desk) -> bool:
    """Say whether a login may order from creators: whoever it serves as may, a key of the community by its scope."""
    return here.person_id is not None or gate_of(request).logins.may(here.who.login, ORDER_SCOPE)


def at(path: str, here: Desk, /, **more: str) -> str:
    """Return the address of a page of this desk."""
    chosen = {} if here.chosen is None else {"advertiser": here.chosen.id}
    query = urlencode({**chosen, **more})
    return f"{path}?{query}" if query else path


def onward(path: str, here: Desk, **more: str) -> Response[Any]:
    """Lead from a form that has been dealt with to the page that shows it, so that a reload sends nothing."""
    return Redirect(at(path, here, **more), status_code=303, headers=HEADERS)


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
    path = _PATHS.get(part, f"/advertiser/{part}")
    return console(request.app.state).page(
        request, f"advertiser/{part}.html",
        {
            "advertisers": here.advertisers, "chosen": here.chosen, "part": part, "token": here.who.form_token,
            "orders": may_order(request, here), "at": lambda path, /, **more: at(path, here, **more), "note": note, "word": gate_of(request).logins.word,
            "other_language": lambda language: at(path, here, **(query or {}), lang=language), **shown,
        },
        status=409 if note is not None and not note.good else 200,
    )  # fmt: skip
