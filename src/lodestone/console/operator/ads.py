"""The queue of ads: each as people would see it, who pays and where it leads; a moderator approves or rejects it."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.params import PathParameter

from lodestone.ads.ad import AdOut, AdReviewIn
from lodestone.ads.campaign import REVIEWS, ReviewState
from lodestone.base.errors import InvalidError
from lodestone.base.wire import app_id, problem_of
from lodestone.console.asking import HttpRequest, off_loop, speech_of
from lodestone.console.logging_in import Entered, entered, refusals_of
from lodestone.console.operator.desk import OPERATOR, Note, answer, need, onward, sent
from lodestone.console.operator.posts import PostCard, cards_of
from lodestone.console.speech import Speech
from lodestone.console.words import Words
from lodestone.services import ad_cases
from lodestone.services.access import Principal
from lodestone.services.access.permissions import ANYONE, FORM
from lodestone.services.ads.advertising import REVIEW_SCOPE, SCOPE, Advertising

PATH: Final = "/operator/ads"
REASON_MAX: Final = 256
_PAGE: Final = 20
_FIELDS_MAX: Final = 8
_SEEN_LETTERS: Final = 32
AdId = Annotated[str, PathParameter(description="An ad's id.")]


@dataclass(frozen=True, slots=True)
class AdCard:
    """One ad in the reader's words."""

    id: str
    anchor: str
    """Its id in the page."""
    post: PostCard | None
    """None for a post that cannot be read."""
    item_id: str
    headline: str
    button: str
    payer: str
    """Who pays, as viewers are told."""
    leads: str
    url: str
    """The address it leads to outside; empty where it leads to something of the community."""
    review: str
    reason: str
    seen: str
    """Stands for what is shown of the ad, so that nothing else is approved."""


@cache
def ad_routes() -> tuple[Any, ...]:
    """Make the routes."""
    common: dict[str, Any] = {
        "include_in_schema": False, "exception_handlers": refusals_of(OPERATOR),
    }  # fmt: skip

    @get(PATH, opt=ANYONE, **common)
    async def queue(request: HttpRequest) -> Response[Any]:
        who = entered(request, OPERATOR)
        need(request, who, REVIEW_SCOPE)
        return await _page(request, who)

    @post(f"{PATH}/{{ad_id:str}}", opt=FORM, **common, status_code=200)
    async def decide(request: HttpRequest, ad_id: AdId) -> Response[Any]:
        who, typed = await sent(request, _FIELDS_MAX)
        need(request, who, REVIEW_SCOPE)
        return await _decide(request, who, ad_id, typed)

    return (queue, decide)


def _advertising(who: Entered) -> Advertising:
    """Return the use cases of advertising for whoever may review."""
    scopes = frozenset({SCOPE, REVIEW_SCOPE})
    principal = Principal(who.engine.community.id, scopes, digest=b"", key_id=who.login.key_id)
    return ad_cases.advertising(who.engine, principal)


def _state(asked: str) -> ReviewState:
    return next((state for state in REVIEWS if state == asked), "pending")


async def _page(
    request: HttpRequest, who: Entered, *, note: Note | None = None, status: int = 200
) -> Response[Any]:
    """Answer with a page of the queue."""
    asked, speech = request.query_params, speech_of(request, who.engine)
    state, after = _state(asked.get("state", "")), asked.get("after") or None
    cards, more = await off_loop(request, _read, who, speech, state, after)
    context = {
        "note": note or _came_of(asked.get("done", ""), speech.words, more=bool(cards)),
        "cards": cards, "title": _title(len(cards), state, speech.words, more=more is not None),
        "state": state, "states": _states(speech.words), "reason_max": REASON_MAX,
        "more": None if more is None else f"?{urlencode({'state': state, 'after': more})}",
    }  # fmt: skip
    return await answer(request, who, "ads", "ads.html", context, here=PATH, status=status)


def _read(
    who: Entered, speech: Speech, state: ReviewState, after: str | None
) -> tuple[list[AdCard], str | None]:
    """Read a page of ads and what they show, and where the next page begins; in a thread."""
    ads = ad_cases.ad_desk(who.engine).reviewed(_PAGE + 1, after, state)
    shown = ads[:_PAGE]
    posts = cards_of(who.engine, [ad.item_id for ad, _ in shown], speech)
    cards = [_card(ad, payer, posts.get(ad.item_id), speech.words) for ad, payer in shown]
    return cards, shown[-1][0].id if len(ads) > _PAGE else None


def _card(ad: AdOut, payer: str, post: PostCard | None, words: Words) -> AdCard:
    return AdCard(
        id=ad.id, anchor=f"ad-{_seen(ad, '')}", post=post, item_id=ad.item_id, headline=ad.headline,
        button=_button(ad, words), payer=payer, leads=_leads(ad, words),
        url="" if ad.landing is None or ad.landing.url is None else ad.landing.url,
        review=ad.review, reason=ad.review_reason, seen=_seen(ad, "" if post is None else post.text),
    )  # fmt: skip


def _seen(ad: AdOut, text: str) -> str:
    """Return what stands for everything that a moderator sees of an ad."""
    shown = (ad.id, ad.item_id, text, ad.headline, ad.call_to_action, ad.landing)
    return sha256(msgspec.json.encode(shown)).hexdigest()[:_SEEN_LETTERS]


async def _decide(
    request: HttpRequest, who: Entered, ad_id: str, typed: dict[str, str]
) -> Response[Any]:
    """Decide one ad and lead back to the queue, where the next one stands."""
    words, name = speech_of(request, who.engine).words, app_id(ad_id)
    reason = " ".join(typed.get("reason", "").split())
    try:
        verdict = msgspec.convert(
            {"decision": typed.get("decision", ""), "reason": reason}, AdReviewIn
        )
    except msgspec.ValidationError as error:
        problem = problem_of(error)
        raise InvalidError(
            "malformed", f"{problem.field}: {problem.problem}", (problem,)
        ) from error
    if verdict.decision == "rejected" and not reason:
        text = words.say("Write why, so that the advertiser can mend it. Nothing was decided.")
        return await _page(request, who, note=Note(text), status=409)
    if typed.get("seen", "") != await off_loop(request, _seen_now, who, name, request):
        text = words.say(
            "The ad has been changed meanwhile. Nothing was decided; look at it again."
        )
        return await _page(request, who, note=Note(text), status=409)
    await _advertising(who).review(name, verdict)
    return onward(PATH, state=_state(typed.get("back", "")), done=verdict.decision)


def _seen_now(who: Entered, ad_id: str, request: HttpRequest) -> str:
    """Return what stands for the ad as it is now; in a thread."""
    ad = _advertising(who).ad(ad_id)
    post = cards_of(who.engine, [ad.item_id], speech_of(request, who.engine)).get(ad.item_id)
    return _seen(ad, "" if post is None else post.text)


def _button(ad: AdOut, words: Words) -> str:
    """Say what the ad asks people to do."""
    return {
        None: "", "learn_more": words.say("Learn more"), "order": words.say("Order"),
        "visit": words.say("Visit"), "follow": words.say("Follow"), "watch": words.say("Watch"),
    }.get(ad.call_to_action, ad.call_to_action or "")  # fmt: skip


def _leads(ad: AdOut, words: Words) -> str:
    """Say where the ad leads."""
    landing = ad.landing
    if landing is None:
        return words.say("to the post itself")
    if landing.product_id is not None:
        return words.say("to the product {id}", {"id": landing.product_id})
    if landing.shop_id is not None:
        return words.say("to the shop {id}", {"id": landing.shop_id})
    if landing.room_id is not None:
        return words.say("to the live room {id}", {"id": landing.room_id})
    return words.say("out of the community, to {url}", {"url": landing.url or ""})


def _states(words: Words) -> tuple[tuple[str, str], ...]:
    return (
        ("pending", words.say("Waiting")), ("approved", words.say("Approved")),
        ("rejected", words.say("Rejected")),
    )  # fmt: skip


def _title(count: int, state: str, words: Words, *, more: bool) -> str:
    """Answer what a moderator comes with: how much waits."""
    if state == "approved":
        return words.say("Ads that were approved")
    if state == "rejected":
        return words.say("Ads that were rejected")
    if not count:
        return words.say("No ad waits for a decision")
    shown = {"n": f"{count}+" if more else str(count)}
    return words.count("{n} ad waits for a decision", "{n} ads wait for a decision", count, shown)


def _came_of(done: str, words: Words, *, more: bool) -> Note | None:
    """Tell what a form led to."""
    if done not in ("approved", "rejected"):
        return None
    said = {
        "approved": words.say("Approved. The advertiser can start it."),
        "rejected": words.say("Rejected. The advertiser reads why."),
    }[done]
    rest = words.say("Here is the next one.") if more else ""
    return Note(" ".join(part for part in (said, rest) if part), good=True)
