"""Gorse's routes of feedback, over events and the log. See docs/gorse.md."""

import hashlib
from collections.abc import Collection, Sequence

from litestar import delete, get, post, put
from litestar.params import JSONBody

from lodestone.base.clock import DAY_SECONDS, Instant
from lodestone.base.errors import InvalidError, Problem
from lodestone.base.list_page import cut_one_more, decode_after, encode_after, number_after
from lodestone.events.outcomes import WIRE_KINDS, FactKind
from lodestone.events.wire import EVENTS_MAX, EventIn, Verdicts
from lodestone.serve.gorse.common import (
    ANSWERS,
    COUNT,
    GorseCursor,
    Id,
    N,
    gone,
    held,
    insert_items,
    insert_users,
)
from lodestone.serve.gorse.shapes import (
    GorseFeedback,
    GorseFeedbackIn,
    GorseFeedbackPage,
    GorseItem,
    GorseSuccess,
    GorseUser,
    datetime_of,
    go_time,
    instant,
    is_set,
)
from lodestone.serve.v1.common import HttpRequest, named, principal
from lodestone.services import use_cases
from lodestone.services.access.permissions import UNAUDITED, needs
from lodestone.services.browse.feedback_history import Entry, Wanted
from lodestone.services.community.community import Engine
from lodestone.services.ingest.validate import EARLY_MICROS, LATE_MICROS
from lodestone.traffic.policy import FEEDBACK_WORDS, Policy


def word_of(policy: Policy, feedback_type: str) -> str:
    """Return what a feedback type means here: by the policy, else itself.

    Raises:
        InvalidError: It means nothing.
    """
    word = policy.feedback_types.get(feedback_type, feedback_type)
    if word not in FEEDBACK_WORDS:
        problem = Problem(
            "FeedbackType", f"{feedback_type!r} is not in the policy's feedback_types"
        )
        message = f"{problem.field} {problem.problem}; add what it means there"
        raise InvalidError("feedback_type_unknown", message, (problem,))
    return word


def type_of(policy: Policy, kind: FactKind) -> str:
    """Return the first feedback type that means a kind, else the kind's own word."""
    word = kind.name.lower()
    return next((name for name, means in policy.feedback_types.items() if means == word), word)


async def insert_feedback(
    request: HttpRequest, here: Engine, rows: Sequence[GorseFeedbackIn], *, overwrite: bool
) -> int:
    """Take feedback as events; users and items not yet known are made, as Gorse does by default.

    What is older than seven days is taken as history: it teaches rates and keeps no promise.

    Raises:
        InvalidError: Some row does not fit; nothing has been done.
        ForbiddenError: The key lacks `events`, for older ones `import`, for unknown names `write`.
    """
    now = here.now()
    events = [_event(here, index, row, now, overwrite=overwrite) for index, row in enumerate(rows)]
    late = now - LATE_MICROS
    old = [event for event, at in events if at < late]
    fresh = [event for event, at in events if at >= late]
    if old:
        principal(request).need("import")
    await _know(request, here, rows)
    taken = 0
    for batch, history in ((old, True), (fresh, False)):
        for first in range(0, len(batch), EVENTS_MAX):
            part = batch[first : first + EVENTS_MAX]
            verdicts: Verdicts = await here.accept(
                part, principal(request), history=history, read=True
            )
            request.app.state["meters"].events(verdicts)
            taken += verdicts.accepted + verdicts.duplicates
            if verdicts.refused:
                told = verdicts.refused[0]
                raise InvalidError(told.code, f"{told.message}; {taken} were taken")
    return taken


def _event(
    here: Engine, index: int, row: GorseFeedbackIn, now: Instant, *, overwrite: bool
) -> tuple[EventIn, Instant]:
    word = word_of(here.housekeeper.policy, row.feedback_type)
    at = instant(row.timestamp, f"[{index}].Timestamp") if is_set(row.timestamp) else now
    if at > now + EARLY_MICROS:
        problem = Problem(f"[{index}].Timestamp", "lies more than 5 minutes ahead")
        raise InvalidError("too_early", f"{problem.field} {problem.problem}", (problem,))
    timed = word in ("watch", "impression")
    if timed and not 0 <= row.value <= DAY_SECONDS:
        problem = Problem(f"[{index}].Value", "is in seconds here, 0 to 86,400")
        raise InvalidError("feedback_invalid", f"{problem.field} {problem.problem}", (problem,))
    person = named(row.user_id, f"[{index}].UserId")
    item = named(row.item_id, f"[{index}].ItemId")
    # An overwriting row is the same event whenever it comes; an inserted one is one for each time.
    when = "" if overwrite else str(at)
    text = "\0".join((row.feedback_type, person, item, when))
    name = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    event = EventIn(
        id=f"gorse-{name}", type=word, time=datetime_of(at), person_id=person, item_id=item,
        watch_seconds=row.value if word == "watch" else None,
        visible_seconds=row.value or None if word == "impression" else None,
    )  # fmt: skip
    return event, at


async def _know(request: HttpRequest, here: Engine, rows: Sequence[GorseFeedbackIn]) -> None:
    """Make the users and items that feedback names and nobody has put."""
    people = {row.user_id for row in rows} - here.directory.people.keys()
    items = {row.item_id for row in rows} - here.directory.items.keys()
    if people or items:
        principal(request).need("write")
        await insert_users(here, [GorseUser(name) for name in sorted(people)])
        await insert_items(here, [GorseItem(name) for name in sorted(items)])


@post(
    "/api/feedback",
    opt=needs("events", who="server", **UNAUDITED),
    status_code=200,
    responses=ANSWERS,
)
async def gorse_insert_feedback(
    request: HttpRequest, data: JSONBody[list[GorseFeedbackIn]]
) -> GorseSuccess:
    """Insert feedback (Gorse): events about no decision."""
    here = held(request, "events")
    return GorseSuccess(await insert_feedback(request, here, data, overwrite=False))


@put("/api/feedback", opt=needs("events", who="server", **UNAUDITED), responses=ANSWERS)
async def gorse_put_feedback(
    request: HttpRequest, data: JSONBody[list[GorseFeedbackIn]]
) -> GorseSuccess:
    """Insert feedback once for each type, user and item (Gorse); the first stands."""
    here = held(request, "events")
    return GorseSuccess(await insert_feedback(request, here, data, overwrite=True))


@get("/api/feedback", opt=needs("read", who="server"), responses=ANSWERS)
async def gorse_get_feedback(
    request: HttpRequest, n: N = COUNT, cursor: GorseCursor = None
) -> GorseFeedbackPage:
    """List feedback (Gorse), in the order in which it came."""
    here = held(request, "read")
    return await _page(here, await use_cases.feedback(here).entries(Wanted()), n, cursor)


@get("/api/feedback/{feedback_type:str}", opt=needs("read", who="server"), responses=ANSWERS)
async def gorse_get_typed_feedback(
    request: HttpRequest, feedback_type: Id, n: N = COUNT, cursor: GorseCursor = None
) -> GorseFeedbackPage:
    """List feedback of a type (Gorse)."""
    here = held(request, "read")
    found = await use_cases.feedback(here).entries(Wanted(kinds=_kinds(here, feedback_type)))
    return await _page(here, found, n, cursor, feedback_type)


@get(
    "/api/feedback/{user_id:str}/{item_id:str}", opt=needs("read", who="server"), responses=ANSWERS
)
async def gorse_get_user_item_feedback(
    request: HttpRequest, user_id: Id, item_id: Id
) -> list[GorseFeedback]:
    """List feedback between a user and an item (Gorse)."""
    here = held(request, "read")
    return await _shown(
        here, await use_cases.feedback(here).entries(Wanted(named(user_id), named(item_id)))
    )


@get(
    "/api/feedback/{feedback_type:str}/{user_id:str}/{item_id:str}",
    opt=needs("read", who="server"),
    responses=ANSWERS,
)
async def gorse_get_one_feedback(
    request: HttpRequest, feedback_type: Id, user_id: Id, item_id: Id
) -> GorseFeedback | dict[str, str]:
    """Get feedback of a type between a user and an item (Gorse), or an empty object."""
    here = held(request, "read")
    wanted = Wanted(named(user_id), named(item_id), _kinds(here, feedback_type))
    found = await _shown(here, await use_cases.feedback(here).entries(wanted), feedback_type)
    return found[0] if found else {}


@delete(
    "/api/feedback/{user_id:str}/{item_id:str}",
    opt=needs("events", who="server", **UNAUDITED),
    status_code=200,
    responses=ANSWERS,
)
async def gorse_delete_user_item_feedback(
    request: HttpRequest, user_id: Id, item_id: Id
) -> GorseSuccess:
    """Delete feedback between a user and an item (Gorse): a like is taken back; what was seen was seen."""
    return await _take_back(request, Wanted(named(user_id), named(item_id), (FactKind.LIKE,)))


@delete(
    "/api/feedback/{feedback_type:str}/{user_id:str}/{item_id:str}",
    opt=needs("events", who="server", **UNAUDITED),
    status_code=200,
    responses=ANSWERS,
)
async def gorse_delete_one_feedback(
    request: HttpRequest, feedback_type: Id, user_id: Id, item_id: Id
) -> GorseSuccess:
    """Delete feedback of a type between a user and an item (Gorse): only a like can be taken back."""
    kinds = set(_kinds(held(request, "events"), feedback_type)) & {int(FactKind.LIKE)}
    return await _take_back(request, Wanted(named(user_id), named(item_id), kinds))


async def _take_back(request: HttpRequest, wanted: Wanted) -> GorseSuccess:
    """Send an `unlike` for a like that stands; facts themselves never change."""
    here = held(request, "events")
    likes = await use_cases.feedback(here).entries(wanted)
    now, events = here.now(), []
    for like in likes:
        at = Instant(max(now, like.time + 1))
        name = hashlib.blake2b(f"{like.offset}\0{at}".encode(), digest_size=16).hexdigest()
        events.append(
            EventIn(
                id=f"gorse-back-{name}", type="unlike", time=datetime_of(at),
                person_id=like.person_id, item_id=like.item_id,
            )
        )  # fmt: skip
    verdicts = await here.accept(events, principal(request))
    request.app.state["meters"].events(verdicts)
    return GorseSuccess(verdicts.accepted)


@get(
    "/api/user/{user_id:str}/feedback/{feedback_type:str}",
    opt=needs("read", who="server"),
    responses=ANSWERS,
)
async def gorse_get_typed_user_feedback(
    request: HttpRequest, user_id: Id, feedback_type: Id
) -> list[GorseFeedback]:
    """List a user's feedback of a type (Gorse)."""
    here = held(request, "read")
    wanted = Wanted(named(user_id), kinds=_kinds(here, feedback_type))
    return await _shown(here, await use_cases.feedback(here).entries(wanted), feedback_type)


@get("/api/user/{user_id:str}/feedback", opt=needs("read", who="server"), responses=ANSWERS)
async def gorse_get_user_feedback(request: HttpRequest, user_id: Id) -> list[GorseFeedback]:
    """List a user's feedback (Gorse)."""
    here = held(request, "read")
    return await _shown(here, await use_cases.feedback(here).entries(Wanted(named(user_id))))


@get(
    "/api/item/{item_id:str}/feedback/{feedback_type:str}",
    opt=needs("read", who="server"),
    responses=ANSWERS,
)
async def gorse_get_typed_item_feedback(
    request: HttpRequest, item_id: Id, feedback_type: Id
) -> list[GorseFeedback]:
    """List an item's feedback of a type (Gorse)."""
    here = held(request, "read")
    wanted = Wanted(item_id=named(item_id), kinds=_kinds(here, feedback_type))
    return await _shown(here, await use_cases.feedback(here).entries(wanted), feedback_type)


@get(
    "/api/item/{item_id:str}/feedback",
    opt=needs("read", who="server", empty_tail=True),
    responses=ANSWERS,
)
async def gorse_get_item_feedback(request: HttpRequest, item_id: Id) -> list[GorseFeedback]:
    """List an item's feedback (Gorse)."""
    here = held(request, "read")
    return await _shown(
        here, await use_cases.feedback(here).entries(Wanted(item_id=named(item_id)))
    )


def _kinds(here: Engine, feedback_type: str) -> tuple[int, ...]:
    return (int(WIRE_KINDS[word_of(here.housekeeper.policy, feedback_type)]),)


async def _shown(
    here: Engine, found: Sequence[Entry], feedback_type: str | None = None
) -> list[GorseFeedback]:
    """Show entries of items that are still there, under the type asked for or the first that fits."""
    policy, names = here.housekeeper.policy, {entry.item_id for entry in found}
    there = await use_cases.threads(here).read(_there, here, names)
    return [
        GorseFeedback(
            feedback_type or type_of(policy, entry.kind), entry.person_id, entry.item_id,
            entry.seconds, go_time(entry.time),
        )
        for entry in found
        if entry.item_id in there
    ]  # fmt: skip


def _there(here: Engine, names: Collection[str]) -> set[str]:
    """Return which items have not been deleted."""
    found = use_cases.stored(here).items_called(names)
    return {name for name, record in found.items() if not gone(record)}


async def _page(
    here: Engine,
    found: Sequence[Entry],
    n: int,
    cursor: str | None,
    feedback_type: str | None = None,
) -> GorseFeedbackPage:
    after = number_after(
        decode_after(cursor or None), cure="use the Cursor of the page before, unchanged"
    )
    rest = [entry for entry in found if after is None or entry.offset > after]
    shown, last = cut_one_more(rest, n)
    following = None if last is None else encode_after(last.offset)
    return GorseFeedbackPage(following or "", await _shown(here, shown, feedback_type))


ROUTES = [
    gorse_insert_feedback, gorse_put_feedback, gorse_get_feedback, gorse_get_typed_feedback,
    gorse_get_user_item_feedback, gorse_get_one_feedback, gorse_delete_user_item_feedback,
    gorse_delete_one_feedback, gorse_get_typed_user_feedback, gorse_get_user_feedback,
    gorse_get_typed_item_feedback, gorse_get_item_feedback,
]  # fmt: skip
