"""A creator's own posts: how each does and where it was shown, in plain words; and as they are named for an order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from litestar import Response, get

from lodestone.base.wire import app_id
from lodestone.console.asking import HttpRequest, off_loop
from lodestone.console.assignments.said import title_of
from lodestone.console.assignments.view import Fact
from lodestone.console.charts import whole
from lodestone.console.creator.desk import CREATOR, Desk, desk, show
from lodestone.console.logging_in import refusals_of
from lodestone.console.operator.tracing import Bar, TraceView, trace_view
from lodestone.console.reader import words_of
from lodestone.console.viewer.post_grid import Tile, Tiles, posted
from lodestone.services import use_cases
from lodestone.services.access.permissions import ANYONE
from lodestone.services.receipts.receipts import item_counters
from lodestone.services.receipts.trace import VIEWER_CHOICE

LIST: Final = "/creator/works"
PATH: Final = "/creator/work"
_TRACED: Final = 300
"""Latest decisions that a trace is told of: the page is asked for while a person waits."""
_REFUSALS: Final = refusals_of(CREATOR)


@dataclass(frozen=True, slots=True)
class Work:
    """One post as its page shows it."""

    id: str
    text: str
    did: tuple[Fact, ...]
    """What people did with it."""
    trace: TraceView
    dropped: tuple[Bar, ...]
    """Why it was not shown."""


@get(LIST, opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_works(request: HttpRequest) -> Response[Any]:
    """List the creator's posts, the newest first."""
    here = await desk(request)
    cursor = request.query_params.get("after") or None
    tiles = await off_loop(request, _posted, here, cursor)
    words = here.words
    rows = [
        (tile.item_id, _title(tile), _day(here, tile.created_at), words.count("{n} like", "{n} likes", tile.likes))
        for tile in tiles.data if tile.kind != "product"
    ]  # fmt: skip
    context = {
        "rows": rows, "after": tiles.next_cursor,
        "summary": words.say("Your posts, the newest first") if rows else words.say("You have posted nothing yet"),
    }  # fmt: skip
    return show(request, here, "works", context, query={} if cursor is None else {"after": cursor})


@get(PATH, opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_work(request: HttpRequest) -> Response[Any]:
    """Show one post of the creator's: what people did with it, where it was shown and why not."""
    here = await desk(request)
    item_id = app_id(request.query_params.get("post", ""), field="post")
    work = await use_cases.threads(here.engine).long(_work, here, item_id)
    return show(request, here, "work", {"work": work}, query={"post": item_id})


def _work(here: Desk, item_id: str) -> Work:
    """Read a post; in a thread for long work. Raises UnknownError, ForbiddenError `viewer_other` of another's post."""
    say, engine = here.words.say, here.engine
    trace = trace_view(
        use_cases.trace(engine, item_id, here.person_id).read(_TRACED), here.speech
    )  # as the author's own session: what others chose of them stays theirs
    counters = item_counters(engine.state, engine.directory.item_row(item_id))
    named = {
        "impressions": say("seen"), "long_view": say("watched to the end"), "like": say("likes"),
        "comment": say("comments"), "share": say("passed on"), "follow": say("new followers"),
    }  # fmt: skip
    chosen = say("its viewers chose so")
    return Work(
        item_id, words_of(use_cases.stored(engine).item(item_id).given).text,
        tuple(Fact(name, whole(counters[key])) for key, name in named.items()), trace,
        tuple(Bar(bar.look, chosen if bar.name == VIEWER_CHOICE else bar.name, bar.figure, bar.width) for bar in trace.dropped),
    )  # fmt: skip


def own_posts(here: Desk) -> list[tuple[str, str]]:
    """Return the creator's newest posts that were named for no order, each with its day and its beginning; in a thread."""
    taken = here.reads.taken_items(here.person_id)
    return [
        (tile.item_id, f"{_day(here, tile.created_at)} · {_title(tile)}")
        for tile in _posted(here, None).data
        if tile.kind != "product" and here.engine.directory.item_row(tile.item_id) not in taken
    ]


def _posted(here: Desk, cursor: str | None) -> Tiles:
    return posted(here.engine, here.engine.directory.person_row(here.person_id), cursor)


def _title(tile: Tile) -> str:
    return title_of(tile.text) or tile.item_id


def _day(here: Desk, time: str) -> str:
    return here.speech.day(f"{here.speech.local(datetime.fromisoformat(time)):%Y-%m-%d}")


ROUTES: Final = [get_works, get_work]
