"""The queue of reports: each reported post as people saw it, why they reported it, and what is decided of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Final, cast, get_args
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.params import PathParameter

from lodestone.base.errors import ConflictError, InvalidError
from lodestone.base.list_page import number_after
from lodestone.base.wire import problem_of
from lodestone.console.asking import HttpRequest, off_loop, speech_of
from lodestone.console.logging_in import Entered, entered, refusals_of
from lodestone.console.operator import warnings
from lodestone.console.operator.desk import (
    OPERATOR,
    Note,
    answer,
    may,
    need,
    onward,
    sent,
)
from lodestone.console.operator.posts import PostCard, address_of, cards_of
from lodestone.console.site import console
from lodestone.console.speech import Speech
from lodestone.console.words import Words
from lodestone.content.review import NOTE_MAX, DecideIn, Decision, ReviewOut, ReviewState
from lodestone.services import use_cases
from lodestone.services.access.permissions import ANYONE, FORM
from lodestone.services.catalogue.reviews import ReviewFilter, states_of
from lodestone.services.community.community import Engine

SCOPE: Final = "review"
PATH: Final = "/operator/reports"
_PAGE: Final = 20
_FIELDS_MAX: Final = 8
_SHOWN: Final = ("waiting", "decided", "closed", "any")
ReviewId = Annotated[str, PathParameter(description="A review's id.")]


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that a moderator may decide, with what is asked before it is done."""

    decision: Decision
    button: str
    """What opens the question."""
    asks: str
    does: str
    """The button that does it."""
    main: bool


@dataclass(frozen=True, slots=True)
class ReviewCard:
    """One review in the reader's words."""

    id: str
    post: PostCard | None
    """None for a post that cannot be read."""
    item_id: str
    comment: str
    """The words of the comment that was reported; empty where the post was."""
    of_comment: bool
    people: str
    reasons: tuple[tuple[str, str], ...]
    """How many gave each, the most first."""
    when: str
    state: ReviewState
    decided: str
    """What was decided, by whom and when; empty while nothing is."""
    note: str
    appeal: str
    acts: tuple[Act, ...]
    change: bool
    """A decision stands, which the acts would take back."""


@cache
def review_routes() -> tuple[Any, ...]:
    """Make the routes."""
    common: dict[str, Any] = {
        "include_in_schema": False, "exception_handlers": refusals_of(OPERATOR),
    }  # fmt: skip

    @get(PATH, opt=ANYONE, **common)
    async def queue(request: HttpRequest) -> Response[Any]:
        who = entered(request, OPERATOR)
        need(request, who, SCOPE)
        return await _page(request, who)

    @post(f"{PATH}/{{review_id:str}}", opt=FORM, **common, status_code=200)
    async def decide(request: HttpRequest, review_id: ReviewId) -> Response[Any]:
        who, typed = await sent(request, _FIELDS_MAX)
        need(request, who, SCOPE)
        return await _decide(request, who, review_id, typed)

    return (queue, decide)


def _shown_state(asked: str) -> str:
    return asked if asked in _SHOWN else _SHOWN[0]


async def _page(
    request: HttpRequest, who: Entered, *, note: Note | None = None, status: int = 200
) -> Response[Any]:
    """Answer with a page of the queue."""
    asked, speech = dict(request.query_params), speech_of(request, who.engine)
    state, item = _shown_state(asked.get("state", "")), asked.get("item") or None
    after = number_after(
        asked.get("after") or None, "after", cure="use the address of the page before, unchanged"
    )
    wanted = ReviewFilter(states=states_of(cast("ReviewState", state)), item_id=item)
    reviews, last = await use_cases.reviews(who.engine).page(wanted, _PAGE, after)
    cards = await _cards(request, who.engine, reviews)
    query = {"state": state, **({} if item is None else {"item": item})}
    context = {
        "note": note or _came_of(reviews, asked.get("done", ""), speech.words),
        "cards": cards,
        "title": _title(len(reviews), state, speech.words, more=last is not None),
        "state": state, "states": _states(speech.words), "item": item or "",
        "item_href": "" if item is None else address_of("items", item),
        "more": None if last is None else f"?{urlencode({**query, 'after': last})}",
        "back": urlencode({**query, **({} if after is None else {"after": after})}),
        "note_max": NOTE_MAX, "own_max": warnings.OWN_MAX, "warn_reasons": warnings.options(speech.words),
    }  # fmt: skip
    return await answer(request, who, "reports", "reports.html", context, here=PATH, status=status)


async def review_cards(
    request: HttpRequest, who: Entered, wanted: ReviewFilter
) -> tuple[ReviewCard, ...] | None:
    """Return reviews for a page of something else, those that began first foremost; None where the key may not see them."""
    if not may(request, who, SCOPE):
        return None
    reviews, _ = await use_cases.reviews(who.engine).page(wanted, _PAGE, None)
    return await _cards(request, who.engine, reviews)


async def _cards(
    request: HttpRequest, engine: Engine, reviews: list[ReviewOut]
) -> tuple[ReviewCard, ...]:
    speech = speech_of(request, engine)
    ids = [review.subject.id for review in reviews]
    posts = await off_loop(request, cards_of, engine, ids, speech)
    return tuple(_card(review, posts.get(review.subject.id), speech) for review in reviews)


async def _decide(
    request: HttpRequest, who: Entered, review_id: str, typed: Mapping[str, str]
) -> Response[Any]:
    """Decide one review and lead back to the queue, where the next one stands."""
    decision, note = typed.get("decision", ""), typed.get("note", "").replace("\r\n", "\n").strip()
    if decision == "warn":
        catalogue = console(request.app.state).catalogue
        languages = [catalogue.words(language) for language in catalogue.languages]
        note = warnings.note_of(typed.get("reason", ""), note, languages)
    body = {
        "decision": decision, "note": note,
        "change": typed.get("change") == "yes",
    }  # fmt: skip
    try:
        given = msgspec.convert(body, DecideIn)
    except msgspec.ValidationError as error:
        problem = problem_of(error)
        raise InvalidError(
            "malformed", f"{problem.field}: {problem.problem}", (problem,)
        ) from error
    try:
        await use_cases.reviews(who.engine).decide(review_id, given)
    except ConflictError:
        text = speech_of(request, who.engine).words.say(
            "Somebody else has decided this one meanwhile. Nothing was changed; look at it under “Decided”."
        )
        return await _page(request, who, note=Note(text), status=409)
    back = _query_of(typed.get("back", ""))
    return onward(PATH, **{**back, "done": given.decision})


def _query_of(text: str) -> dict[str, str]:
    """Read the part of the queue that a form was sent from; anything else is none."""
    pairs = dict(part.split("=", 1) for part in text.split("&") if "=" in part)
    state, after = _shown_state(pairs.get("state", "")), pairs.get("after", "")
    return {"state": state} | ({"after": after} if after.isascii() and after.isdigit() else {})


def _came_of(reviews: list[ReviewOut], done: str, words: Words) -> Note | None:
    """Tell what a form led to."""
    if done not in get_args(Decision):
        return None
    said = {
        "hide": words.say("Hidden. It is in no feed any more."),
        "warn": words.say("It is shown with a warning from now on."),
        "dismiss": words.say("Dismissed. The post stands as it did."),
    }[done]
    rest = words.say("Here is the next one.") if reviews else ""
    return Note(" ".join(part for part in (said, rest) if part), good=True)


def _states(words: Words) -> tuple[tuple[str, str], ...]:
    return (
        ("waiting", words.say("Waiting")), ("decided", words.say("Decided")),
        ("closed", words.say("Appeal answered")), ("any", words.say("All")),
    )  # fmt: skip


def _title(count: int, state: str, words: Words, *, more: bool) -> str:
    """Answer what a moderator comes with: how much waits."""
    if state != "waiting":
        return words.say("What was reported, and what became of it")
    if not count:
        return words.say("Nothing waits for a decision")
    shown = {"n": f"{count}+" if more else str(count)}
    return words.count(
        "{n} post waits for a decision", "{n} posts wait for a decision", count, shown
    )


def _card(review: ReviewOut, post: PostCard | None, speech: Speech) -> ReviewCard:
    words = speech.words
    first, last = (_moment(text, speech) for text in (review.first_at, review.last_at))
    when = (
        first if first == last else words.say("{first} to {last}", {"first": first, "last": last})
    )
    reasons = sorted(review.reasons.items(), key=lambda pair: -pair[1])
    return ReviewCard(
        id=review.id, post=post, item_id=review.subject.id, comment=review.text,
        of_comment=review.subject.kind == "comment",
        people=words.count("{n} person reported it", "{n} people reported it", review.reporters),
        reasons=tuple((reason_name(reason, words), str(count)) for reason, count in reasons),
        when=when, state=review.state, decided=_decided(review, speech), note=review.note,
        appeal="" if review.appeal is None else review.appeal.text,
        acts=_acts(review, words), change=review.state in ("decided", "closed"),
    )  # fmt: skip


def _moment(text: str, speech: Speech) -> str:
    return speech.moment(datetime.fromisoformat(text), seconds=False)


def _decided(review: ReviewOut, speech: Speech) -> str:
    if review.decision is None or review.decided_at is None or review.decided_by is None:
        return ""
    by = review.decided_by.person_id or review.decided_by.key_id or speech.words.say("nobody named")
    return speech.words.say(
        "{what}: {time}, by {who}",
        {"what": decision_name(review.decision, speech.words), "time": _moment(review.decided_at, speech), "who": by},
    )  # fmt: skip


def decision_name(decision: Decision, words: Words) -> str:
    """Name what was decided."""
    return {
        "hide": words.say("Hidden"), "warn": words.say("Shown with a warning"),
        "dismiss": words.say("Dismissed"),
    }[decision]  # fmt: skip


def reason_name(reason: str, words: Words) -> str:
    """Name why people reported something."""
    return {
        "unstated": words.say("no reason given"), "spam": words.say("advertising or spam"),
        "fraud": words.say("fraud"), "false": words.say("false information"),
        "harassment": words.say("insults or harassment"), "violence": words.say("violence or danger"),
        "sexual": words.say("sexual content"), "minors": words.say("harm to children"),
        "privacy": words.say("somebody's privacy"), "other": words.say("something else"),
    }.get(reason, reason)  # fmt: skip


def _acts(review: ReviewOut, words: Words) -> tuple[Act, ...]:
    """Return what may be decided: of a decision that stands, only another one."""
    acts = (
        Act(
            "hide", words.say("Hide"), words.say("Nobody is shown it any more, and its author is told."),
            words.say("Hide it"), main=True,
        ),
        Act(
            "warn", words.say("Warn"), words.say("It is shown with a warning, and its author is told."),
            words.say("Show it with a warning"), main=True,
        ),
        Act(
            "dismiss", words.say("Dismiss"), words.say("It stays as it is. Who reported it is not told."),
            words.say("Leave it as it is"), main=False,
        ),
    )  # fmt: skip
    stands = review.decision if review.state in ("decided", "closed") else None
    unfit = "warn" if review.subject.kind == "comment" else None
    return tuple(act for act in acts if act.decision not in (stands, unfit))
