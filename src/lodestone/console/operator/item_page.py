"""One post as the operator sees it: what it is, how it does, where it was shown, what was reported and decided."""

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Final

from litestar import Response, get
from litestar.params import PathParameter

from lodestone.base.errors import UnknownError
from lodestone.base.wire import app_id
from lodestone.console.asking import HttpRequest, speech_of
from lodestone.console.charts import whole
from lodestone.console.logging_in import Entered, entered, refusals_of
from lodestone.console.operator.audit_log import SCOPE as AUDIT
from lodestone.console.operator.audit_log import ActRow, acts_of
from lodestone.console.operator.desk import OPERATOR, answer, may
from lodestone.console.operator.posts import PostCard, cards_of
from lodestone.console.operator.receipts import outcome_name
from lodestone.console.operator.reviews import review_cards
from lodestone.console.operator.shown import ShownRow, shown_rows
from lodestone.console.operator.tracing import TraceView, trace_view
from lodestone.console.speech import Speech
from lodestone.services import use_cases
from lodestone.services.access.audit_log import AuditFilter
from lodestone.services.access.permissions import ANYONE
from lodestone.services.catalogue.reviews import ReviewFilter
from lodestone.services.community.community import Engine
from lodestone.services.receipts.receipts import item_counters

_SHOWN: Final = 6
_ACTS: Final = 20
_TRACED: Final = 300
"""Latest decisions that its trace is told of: the page is asked for while a person waits; `GET /v1/items/{id}/trace` reads more."""
ItemId = Annotated[str, PathParameter(description="A post's id.")]


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure or a word with its name."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class ItemView:
    """A post in the reader's words."""

    card: PostCard
    text: str
    """All of its words."""
    about: tuple[Fact, ...]
    counters: tuple[Fact, ...]
    trace: TraceView
    shown: tuple[ShownRow, ...]
    acts: tuple[ActRow, ...] | None
    """None where the key may not read the audit log."""


@cache
def item_routes() -> tuple[Any, ...]:
    """Make the routes."""

    @get(
        "/operator/items/{item_id:str}", opt=ANYONE, include_in_schema=False,
        exception_handlers=refusals_of(OPERATOR),
    )  # fmt: skip
    async def item(request: HttpRequest, item_id: ItemId) -> Response[Any]:
        return await _page(request, entered(request, OPERATOR), app_id(item_id))

    return (item,)


async def _page(request: HttpRequest, who: Entered, item_id: str) -> Response[Any]:
    speech, engine = speech_of(request, who.engine), who.engine
    view = await use_cases.threads(engine).long(
        _read, engine, item_id, speech, may(request, who, AUDIT)
    )
    reviews = await review_cards(request, who, ReviewFilter(item_id=item_id))
    context = {"item": view, "reviews": reviews}
    return await answer(request, who, "search", "item.html", context)


def _read(
    engine: Engine,
    item_id: str,
    speech: Speech,
    audit: bool,  # noqa: FBT001  whether the audit log may be read
) -> ItemView:
    """Read everything of a post; in a thread for long work."""
    record = use_cases.stored(engine).item(item_id)
    card = cards_of(engine, [item_id], speech)[item_id]
    row = engine.directory.item_row(item_id)
    if row < 0:
        raise UnknownError("item_unknown", f"There is no item {item_id!r} in this community.")
    viewings = use_cases.viewings(engine).of_item(row, _SHOWN)
    given, say = record.given, speech.words.say
    about = [
        Fact(say("Posted"), speech.moment(record.created, seconds=False)),
        Fact(say("Kind"), card.kind),
        Fact(say("Tags"), speech.listed(given.tags)),
        Fact(say("Channels"), speech.listed(given.channels)),
        Fact(
            say("Labels"),
            speech.listed([f"{label.label} ({label.rule})" for label in given.labels]),
        ),
    ]
    return ItemView(
        card=card, text=given.text, about=tuple(fact for fact in about if fact.text),
        counters=_counters(engine, row, speech),
        trace=trace_view(use_cases.trace(engine, item_id, None).read(_TRACED), speech),
        shown=shown_rows(engine, viewings, speech),
        acts=acts_of(engine, speech, AuditFilter(kind="item", name=item_id), _ACTS) if audit else None,
    )  # fmt: skip


def _counters(engine: Engine, row: int, speech: Speech) -> tuple[Fact, ...]:
    """Return what people did with it, in all; what nobody did is left out but for impressions."""
    say = speech.words.say
    counters = item_counters(engine.state, row)
    impressions, watched = counters.pop("impressions"), counters.pop("watch_seconds")
    facts = [Fact(say("impressions"), whole(impressions))]
    if watched:
        facts.append(Fact(say("watched"), say("{n} seconds", {"n": whole(watched)})))
    return (
        *facts,
        *(
            Fact(outcome_name(name, speech), whole(count))
            for name, count in counters.items()
            if count
        ),
    )
