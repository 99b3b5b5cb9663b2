"""Which posts of theirs a creator lets others run as ads, for what share and until when; each can be revoked at once."""

from dataclasses import dataclass
from typing import Any, Final

from litestar import Response, get, post

from lodestone.ads.authorisation import AuthorisationOut
from lodestone.base.errors import UnknownError
from lodestone.base.wire import app_id
from lodestone.console.asking import HttpRequest, off_loop
from lodestone.console.assignments.forms import write_per_cent
from lodestone.console.assignments.said import moment, title_of
from lodestone.console.creator.desk import CREATOR, Desk, desk, onward, sent, show
from lodestone.console.logging_in import refusals_of
from lodestone.console.merchant.desk import Note
from lodestone.console.reader import words_of
from lodestone.services import ad_cases, use_cases
from lodestone.services.access.permissions import ANYONE, FORM
from lodestone.services.ads.authorisations import Authorisations
from lodestone.services.creators.profiles import SCOPE

PATH: Final = "/creator/permits"
_MOST: Final = 200
_REFUSALS: Final = refusals_of(CREATOR)


@dataclass(frozen=True, slots=True)
class Permit:
    """One authorisation in the reader's words."""

    id: str
    title: str
    """The post's beginning."""
    item_id: str
    state: str
    state_name: str
    advertiser: str
    since: str
    until: str
    share: str
    """The creator's part of what such ads pay, per cent."""
    open: bool
    """It can be revoked."""


@get(PATH, opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_permits(request: HttpRequest) -> Response[Any]:
    """List the authorisations of the creator."""
    here = await desk(request)
    permits = await off_loop(request, _read, here)
    words, done = here.words, request.query_params.get("done") == "revoked"
    running = sum(permit.open for permit in permits)
    summary = words.say("Nobody runs your posts as ads")
    if running:
        summary = words.count("{n} post of yours may be run as an ad", "{n} posts of yours may be run as ads", running)  # fmt: skip
    text = words.say("Revoked. No page shows it as an ad of theirs any more.")
    note = Note(text, good=True) if done else None
    return show(request, here, "permits", {"summary": summary, "permits": permits}, note=note)


@post(f"{PATH}/revoke", opt=FORM, include_in_schema=False, status_code=200, exception_handlers=_REFUSALS)  # fmt: skip
async def revoke_permit(request: HttpRequest) -> Response[Any]:
    """Revoke an authorisation of the creator's own; again changes nothing."""
    here, fields = await sent(request)
    name = app_id(fields.get("permit", ""), field="permit")
    cases = _cases(here)
    shown = await off_loop(request, cases.get, name)
    if shown.creator_id != here.person_id:
        raise UnknownError("authorisation_unknown", "you have no such authorisation")
    await cases.revoke(name)
    return onward(PATH, done="revoked")


def _cases(here: Desk) -> Authorisations:
    return ad_cases.authorisations(here.engine, here.who.principal(SCOPE))


def _read(here: Desk) -> tuple[Permit, ...]:
    """Read the authorisations, those that can be revoked first; in a thread."""
    given = _cases(here).all(_MOST, None, here.person_id, None)
    items = use_cases.stored(here.engine).items_called(
        {authorisation.item_id for authorisation in given}
    )
    names = here.reads.advertisers_called({authorisation.advertiser_id for authorisation in given})
    titles = {name: title_of(words_of(record.given).text) for name, record in items.items()}
    permits = [_permit(here, authorisation, titles, names) for authorisation in given]
    return tuple(sorted(permits, key=lambda permit: not permit.open))


def _permit(
    here: Desk, given: AuthorisationOut, titles: dict[str, str], names: dict[str, str]
) -> Permit:
    say = here.words.say
    states = {
        "in_force": say("in force"), "to_come": say("to come"), "over": say("over"), "revoked": say("revoked"),
    }  # fmt: skip
    return Permit(
        given.id, titles.get(given.item_id) or given.item_id, given.item_id, given.state, states[given.state],
        names.get(given.advertiser_id) or say("an advertiser who is gone"), moment(here.speech, given.starts),
        moment(here.speech, given.until), write_per_cent(given.share),
        given.state in ("in_force", "to_come"),
    )  # fmt: skip


ROUTES: Final = [get_permits, revoke_permit]
