"""On which terms a creator takes orders: open or not, the least prices, notice, topics."""

import re
from typing import Any, Final

import msgspec
from litestar import Response, get, post
from msgspec.structs import replace

from lodestone.base.errors import LodestoneError
from lodestone.base.money import decimals
from lodestone.console.asking import HttpRequest, off_loop
from lodestone.console.assignments.forms import money_of, share_of, write_per_cent
from lodestone.console.assignments.refusals import REFUSED, form_refused
from lodestone.console.creator.desk import CREATOR, Desk, desk, onward, sent, show
from lodestone.console.logging_in import refusals_of
from lodestone.console.merchant.desk import Note
from lodestone.console.merchant.forms import FormReader, plain_amount
from lodestone.console.speech import Speech
from lodestone.console.words import Words
from lodestone.creators.creator import NOTICE_MAX, CreatorIn, CreatorOut, LeastPrices
from lodestone.services.access.permissions import ANYONE, FORM

PATH: Final = "/creator/profile"
_PRICES: Final = ("fixed", "cpm", "cpa")
_TOPICS_LETTERS: Final = 1_000
_COMMAS: Final = re.compile("[,\uff0c\u3001\n]")
_REFUSALS: Final = refusals_of(CREATOR)


@get(PATH, opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_profile(request: HttpRequest) -> Response[Any]:
    """Show the terms."""
    here = await desk(request)
    profile = await off_loop(request, here.profile)
    return _page(request, here, profile, done=request.query_params.get("done", ""))


@post(PATH, opt=FORM, include_in_schema=False, status_code=200, exception_handlers=_REFUSALS)
async def save_profile(request: HttpRequest) -> Response[Any]:
    """Save the terms; what the form does not show stays as it is."""
    here, fields = await sent(request)
    reader = FormReader(here.words, fields, here.speech.currency)
    profile = await off_loop(request, here.profile)
    given = _given(profile, reader)
    if given is None:
        return _page(request, here, profile, reader=reader)
    try:
        await here.profiles.put_creator(here.person_id, given)
    except REFUSED as error:
        return _page(request, here, profile, reader=reader, error=error)
    return onward(PATH, done="saved")


def _given(profile: CreatorOut | None, reader: FormReader) -> CreatorIn | None:
    """Read the form; None where a field does not fit."""
    prices = LeastPrices(
        **{name: money_of(reader, name) for name in _PRICES}, cps=share_of(reader, "cps")
    )
    notice = reader.whole("notice", 0, NOTICE_MAX)
    topics = _COMMAS.split(reader.text("topics", most=_TOPICS_LETTERS))
    named = tuple(dict.fromkeys(part.strip() for part in topics if part.strip()))
    if reader.errors:
        return None
    before = CreatorIn() if profile is None else _as_sent(profile)
    try:
        return msgspec.convert(
            msgspec.to_builtins(
                replace(
                    before, open="open" in reader.values, prices=prices, notice_days=notice,
                    topics=named,
                )
            ),
            CreatorIn,
        )  # fmt: skip
    except msgspec.ValidationError:  # all other fields were read above
        reader.failed("topics", reader.words.say("Write at most 20 topics, each one word of at most 64 letters."))  # fmt: skip
        return None


def _as_sent(profile: CreatorOut) -> CreatorIn:
    return CreatorIn(
        open=profile.open, topics=profile.topics, languages=profile.languages, region=profile.region,
        prices=profile.prices, notice_days=profile.notice_days,
    )  # fmt: skip


def _values(speech: Speech, profile: CreatorOut | None) -> dict[str, str]:
    """Return what the fields hold; the form of somebody who takes no orders yet is ticked already."""
    if profile is None:
        return {"open": "1", "notice": "0"}
    places = decimals(speech.currency)
    values = {"notice": str(profile.notice_days), "topics": speech.listed(profile.topics)}
    for name in _PRICES:
        price = getattr(profile.prices, name)
        if price is not None:
            values[name] = plain_amount(price.micros, places)
    if profile.prices.cps is not None:
        values["cps"] = write_per_cent(profile.prices.cps)
    return values | ({"open": "1"} if profile.open else {})


def _page(
    request: HttpRequest, here: Desk, profile: CreatorOut | None, *, done: str = "",
    reader: FormReader | None = None, error: LodestoneError | None = None,
) -> Response[Any]:  # fmt: skip
    errors, note = form_refused(here.words, reader, error)
    if done == "saved":
        note = Note(here.words.say("It is saved."), good=True)
    context = {
        "summary": _summary(here.words, profile), "values": _values(here.speech, profile) if reader is None else reader.values, "errors": errors, "sign": here.speech.sign,
        "reliability": _reliability(here.words, profile), "letters": _TOPICS_LETTERS,
    }  # fmt: skip
    return show(request, here, "profile", context, note=note)


def _summary(words: Words, profile: CreatorOut | None) -> str:
    say = words.say
    if profile is None:
        return say("Say on which terms you take orders")
    return say("You take orders") if profile.open else say("You take no orders at present")


def _reliability(words: Words, profile: CreatorOut | None) -> str:
    """Say how reliable a creator has been, which advertisers see too; empty before the first order has ended."""
    if profile is None or not profile.reliability.taken:
        return ""
    reliability = profile.reliability
    return words.count(
        "Of {n} order that you took and that has ended you published {done}.",
        "Of {n} orders that you took and that have ended you published {done}.",
        reliability.taken, {"done": reliability.published},
    )  # fmt: skip


ROUTES: Final = [get_profile, save_profile]
