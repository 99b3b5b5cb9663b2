"""Gorse's routes of recommendation: decisions with receipts, and plain lists. See docs/gorse.md."""

from typing import Annotated, Final

from litestar import Response, get, post
from litestar.params import HeaderParameter, JSONBody, PathParameter, QueryParameter

from lodestone.base.clock import Instant
from lodestone.base.errors import InvalidError, Problem, UnknownError
from lodestone.events.outcomes import DomainKind
from lodestone.events.wire import EventIn
from lodestone.serve.gorse.common import (
    ANSWERS,
    COUNT,
    Category,
    Id,
    N,
    Offset,
    Viewer,
    held,
    insert_users,
    one_category,
)
from lodestone.serve.gorse.feedback import word_of
from lodestone.serve.gorse.shapes import (
    GorseFeedbackIn,
    GorseScore,
    GorseUser,
    datetime_of,
    duration_micros,
)
from lodestone.serve.v1.common import HttpRequest, named, principal
from lodestone.services import use_cases
from lodestone.services.access.permissions import UNAUDITED, needs
from lodestone.services.browse.lists import Cut, Scored
from lodestone.services.community.community import Engine
from lodestone.services.feed.messages import Explain, Feed, FeedRequest, FeedSlot, Surface
from lodestone.services.ingest.validate import EARLY_MICROS

_PAGE: Final = 50
_MOST: Final = 200
_SURFACES: Final[dict[int, Surface]] = {
    DomainKind.PLACE: "place",
    DomainKind.CHANNEL: "channel",
    DomainKind.PROFESSION: "profession",
}
Wanted = Annotated[int, QueryParameter(name="n", ge=1, le=_MOST, description="How many to return.")]
Version = Annotated[
    str | None, HeaderParameter(name="X-API-Version", description="2 asks for scores.")
]
WriteType = Annotated[
    str | None,
    QueryParameter(name="write-back-type", max_length=64, description="Feedback to write at once."),
]
WriteDelay = Annotated[
    str,
    QueryParameter(
        name="write-back-delay", max_length=32, description="So much later, at most 5m."
    ),
]
Name = Annotated[str, PathParameter(description="The list's name.")]


@get(
    "/api/recommend/{user_id:str}",
    opt=needs("feeds", who="server", empty_tail=True),
    responses=ANSWERS,
)
async def gorse_recommend(  # noqa: PLR0913, PLR0917  what Gorse's query holds
    request: HttpRequest,
    user_id: Id,
    n: Wanted = COUNT,
    offset: Offset = 0,
    category: Category = None,
    version: Version = None,
    write_type: WriteType = None,
    write_delay: WriteDelay = "",
) -> Response[list[str | GorseScore]]:
    """Recommend items to a user (Gorse): a decision, its receipt named in `X-Receipt-Id`."""
    wish = _Wish(request, named(user_id), (offset, n), write_type, write_delay)
    return await wish.answer(one_category(None, category), scored=version == "2")


@get(
    "/api/recommend/{user_id:str}/{category_name:str}",
    opt=needs("feeds", who="server"),
    responses=ANSWERS,
)
async def gorse_recommend_category(  # noqa: PLR0913, PLR0917  the same
    request: HttpRequest,
    user_id: Id,
    category_name: Id,
    n: Wanted = COUNT,
    offset: Offset = 0,
    version: Version = None,
    write_type: WriteType = None,
    write_delay: WriteDelay = "",
) -> Response[list[str | GorseScore]]:
    """Recommend items of a category to a user (Gorse): a decision on the channel of that name."""
    wish = _Wish(request, named(user_id), (offset, n), write_type, write_delay)
    return await wish.answer(one_category(category_name, None), scored=version == "2")


class _Wish:
    """One request for recommendations, checked whole before anything is done."""

    def __init__(
        self,
        request: HttpRequest,
        user_id: str,
        cut: tuple[int, int],
        write_type: str | None,
        write_delay: str,
    ) -> None:
        self._here = held(request, "feeds")
        self._request = request
        self._user = user_id
        self._skipped, n = cut
        self._end = self._skipped + n
        self._word = None
        self._delay = duration_micros(write_delay, "write-back-delay")
        if write_type:
            principal(request).need("events")
            self._word = word_of(self._here.housekeeper.policy, write_type)
            if self._delay > EARLY_MICROS:
                problem = Problem(
                    "write-back-delay", "is at most 5m: what has not happened is no fact"
                )
                message = f"{problem.field} {problem.problem}; send the feedback when it was read"
                raise InvalidError("write_back_late", message, (problem,))

    async def answer(
        self, category: str | None, *, scored: bool
    ) -> Response[list[str | GorseScore]]:
        """Decide page after page until there are enough or no more.

        Asking uses nothing up, as with Gorse: what keeps an item away is what was said of it.
        """
        here, scores, receipts = self._here, list[GorseScore](), list[str]()
        cursor, decided = None, 0
        surface = self._surface(category)
        if self._word is not None and here.directory.person_row(self._user) < 0:
            principal(self._request).need("write")
            await insert_users(here, [GorseUser(self._user)])
        while surface is not None and decided < self._end:
            feed = await here.feed(
                FeedRequest(
                    viewer=self._user,
                    surface=surface,
                    domain_id=category,
                    explain=scored,
                    slots=min(self._end - decided, _PAGE),
                    cursor=cursor,
                ),
                principal(self._request),
                again=True,
                terms=False,
            )
            self._request.app.state["meters"].feed(feed)
            answered = feed.slots[max(0, self._skipped - decided) :]
            decided += len(feed.slots)
            if answered or not decided:
                receipts.append(feed.receipt_id)
            scores += _scores(feed, answered)
            await self._write_back(feed, answered)
            cursor = feed.next_cursor
            if cursor is None:
                break
        headers = {"x-receipt-id": ",".join(receipts)} if receipts else {}
        told: list[str | GorseScore] = [score if scored else score.id for score in scores]
        return Response(told, headers=headers)

    def _surface(self, category: str | None) -> Surface | None:
        """Return where to look for a category; None where nothing can be in it."""
        if category is None:
            return "discover"
        code = self._here.directory.domain_code(category)
        if code < 0:
            return None
        domain = self._here.state.domains.get(code)
        return "channel" if domain is None else _SURFACES[domain.kind]

    async def _write_back(self, feed: Feed, answered: list[FeedSlot]) -> None:
        """Say for the app that what it is answered has been read, or whatever type it names."""
        if self._word is None or not answered:
            return
        here, at = self._here, Instant(self._here.now() + self._delay)
        events = [
            EventIn(
                id=f"gorse-{feed.receipt_id}-{slot.slot}-{self._word}",
                type=self._word,
                time=datetime_of(at),
                person_id=self._user,
                item_id=slot.item_id,
                receipt_id=feed.receipt_id,
                slot=slot.slot,
                watch_seconds=0.0 if self._word == "watch" else None,
            )
            for slot in answered
        ]
        self._request.app.state["meters"].events(
            await here.accept(events, principal(self._request), read=True)
        )


def _scores(feed: Feed, answered: list[FeedSlot]) -> list[GorseScore]:
    """Return a page's items that are answered, in its order; the score is the value in micros, 0 where none was asked for."""
    told = feed.explain
    values = {note.slot: note.value for note in told.slots} if isinstance(told, Explain) else {}
    return [GorseScore(slot.item_id, values.get(slot.slot, 0.0)) for slot in answered]


@get("/api/latest", opt=needs("read", who="server"), responses=ANSWERS)
async def gorse_latest(
    request: HttpRequest,
    n: N = COUNT,
    offset: Offset = 0,
    category: Category = None,
    viewer: Viewer = None,
) -> list[GorseScore]:
    """List the latest items (Gorse)."""
    cut = Cut(n, offset, one_category(None, category), viewer)
    return _told(use_cases.lists(held(request, "read")).latest(cut))


@get("/api/latest/{category_name:str}", opt=needs("read", who="server"), responses=ANSWERS)
async def gorse_latest_category(
    request: HttpRequest, category_name: Id, n: N = COUNT, offset: Offset = 0, viewer: Viewer = None
) -> list[GorseScore]:
    """List the latest items of a category (Gorse)."""
    cut = Cut(n, offset, one_category(category_name, None), viewer)
    return _told(use_cases.lists(held(request, "read")).latest(cut))


@get("/api/popular", opt=needs("read", who="server"), responses=ANSWERS)
async def gorse_popular(
    request: HttpRequest,
    n: N = COUNT,
    offset: Offset = 0,
    category: Category = None,
    viewer: Viewer = None,
) -> list[GorseScore]:
    """List the items that have earned most (Gorse)."""
    cut = Cut(n, offset, one_category(None, category), viewer)
    return _told(use_cases.lists(held(request, "read")).popular(cut, recent=False))


@get("/api/popular/{category_name:str}", opt=needs("read", who="server"), responses=ANSWERS)
async def gorse_popular_category(
    request: HttpRequest, category_name: Id, n: N = COUNT, offset: Offset = 0, viewer: Viewer = None
) -> list[GorseScore]:
    """List the items of a category that have earned most (Gorse)."""
    cut = Cut(n, offset, one_category(category_name, None), viewer)
    return _told(use_cases.lists(held(request, "read")).popular(cut, recent=False))


@get(
    "/api/non-personalized/{name:str}",
    opt=needs("read", who="server", empty_tail=True),
    responses=ANSWERS,
)
async def gorse_non_personalized(
    request: HttpRequest,
    name: Name,
    n: N = COUNT,
    offset: Offset = 0,
    category: Category = None,
    viewer: Viewer = None,
) -> list[GorseScore]:
    """List `popular` (earned most), `trending` (of the last eight days) or `latest` items (Gorse)."""
    lists = use_cases.lists(held(request, "read"))
    cut = Cut(n, offset, one_category(None, category), viewer)
    if name == "latest":
        return _told(lists.latest(cut))
    if name not in ("popular", "trending"):
        raise UnknownError("list_unknown", "the lists are popular, trending and latest")
    return _told(lists.popular(cut, recent=name == "trending"))


@get(
    "/api/item/{item_id:str}/neighbors",
    opt=needs("read", who="server", empty_tail=True),
    responses=ANSWERS,
)
async def gorse_neighbours(
    request: HttpRequest,
    item_id: Id,
    n: N = COUNT,
    offset: Offset = 0,
    category: Category = None,
    viewer: Viewer = None,
) -> list[GorseScore]:
    """List the items most alike (Gorse), by tags, author and text."""
    cut = Cut(n, offset, one_category(None, category), viewer)
    return _told(use_cases.lists(held(request, "read")).neighbours(named(item_id), cut))


@get(
    "/api/item/{item_id:str}/neighbors/{category_name:str}",
    opt=needs("read", who="server"),
    responses=ANSWERS,
)
async def gorse_neighbours_category(
    request: HttpRequest,
    item_id: Id,
    category_name: Id,
    n: N = COUNT,
    offset: Offset = 0,
    viewer: Viewer = None,
) -> list[GorseScore]:
    """List the items of a category most alike (Gorse)."""
    cut = Cut(n, offset, one_category(category_name, None), viewer)
    return _told(use_cases.lists(held(request, "read")).neighbours(named(item_id), cut))


@get(
    "/api/item-to-item/{name:str}/{item_id:str}", opt=needs("read", who="server"), responses=ANSWERS
)
async def gorse_item_to_item(
    request: HttpRequest,
    name: Name,
    item_id: Id,
    n: N = COUNT,
    offset: Offset = 0,
    category: Category = None,
    viewer: Viewer = None,
) -> list[GorseScore]:
    """List the items most alike (Gorse); the one list is called `neighbors`."""
    lists = use_cases.lists(held(request, "read"))
    if name != "neighbors":
        raise UnknownError("list_unknown", "the only item-to-item list is neighbors")
    return _told(
        lists.neighbours(named(item_id), Cut(n, offset, one_category(None, category), viewer))
    )


@post(
    "/api/session/recommend",
    opt=needs("read", who="server", **UNAUDITED),
    status_code=200,
    responses=ANSWERS,
)
async def gorse_session(
    request: HttpRequest, data: JSONBody[list[GorseFeedbackIn]], n: N = COUNT, offset: Offset = 0
) -> list[GorseScore]:
    """List what is most alike to what a session liked (Gorse): a list, no decision; nothing is kept."""
    return _session(held(request, "read"), data, Cut(n, offset))


@post(
    "/api/session/recommend/{category_name:str}",
    opt=needs("read", who="server", **UNAUDITED),
    status_code=200,
    responses=ANSWERS,
)
async def gorse_session_category(
    request: HttpRequest,
    category_name: Id,
    data: JSONBody[list[GorseFeedbackIn]],
    n: N = COUNT,
    offset: Offset = 0,
) -> list[GorseScore]:
    """List what is most alike to what a session liked, of a category (Gorse)."""
    cut = Cut(n, offset, one_category(category_name, None))
    return _session(held(request, "read"), data, cut)


def _session(here: Engine, data: list[GorseFeedbackIn], cut: Cut) -> list[GorseScore]:
    policy = here.housekeeper.policy
    liked = dict.fromkeys(
        row.item_id for row in data if policy.worths.get(word_of(policy, row.feedback_type), 0) >= 0
    )
    known = {row.item_id for row in data}
    return _told(use_cases.lists(here).session(liked, known, cut))


def _told(found: list[Scored]) -> list[GorseScore]:
    return [GorseScore(one.item_id, one.score) for one in found]


ROUTES = [
    gorse_recommend,
    gorse_recommend_category,
    gorse_latest,
    gorse_latest_category,
    gorse_popular,
    gorse_popular_category,
    gorse_non_personalized,
    gorse_neighbours,
    gorse_neighbours_category,
    gorse_item_to_item,
    gorse_session,
    gorse_session_category,
]
