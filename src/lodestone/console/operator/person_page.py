"""One person as the operator sees them: no more than a question about them needs. Each opening is recorded."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Final

from litestar import Response, get
from litestar.params import PathParameter

from lodestone.base.audit import Actor, acting
from lodestone.base.wire import Position, app_id
from lodestone.commerce.order import OrderOut
from lodestone.console.asking import HttpRequest, off_loop, speech_of
from lodestone.console.charts import whole
from lodestone.console.logging_in import Entered, entered, refusals_of
from lodestone.console.operator.audit_log import SCOPE as AUDIT
from lodestone.console.operator.audit_log import ActRow, acts_of
from lodestone.console.operator.desk import OPERATOR, answer, may
from lodestone.console.operator.item_page import Fact
from lodestone.console.operator.posts import PostCard, cards_of
from lodestone.console.operator.reviews import review_cards
from lodestone.console.operator.shown import ShownRow, shown_rows
from lodestone.console.speech import Speech
from lodestone.console.viewer.post_reads import domain_names, place_of
from lodestone.services import use_cases
from lodestone.services.access.audit_log import AuditFilter
from lodestone.services.access.permissions import ANYONE
from lodestone.services.catalogue import PersonRecord
from lodestone.services.catalogue.reviews import ReviewFilter
from lodestone.services.community.community import Engine

ROUTE: Final = "GET /operator/people/{person_id}"
_POSTS: Final = 12
_SHOWN: Final = 6
_ORDERS: Final = 10
_ACTS: Final = 20
_COARSE: Final = 1
"""Decimals of a degree that are told of a place: about ten kilometres."""
PersonId = Annotated[str, PathParameter(description="A person's id.")]


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order of theirs, without its address."""

    id: str
    time: str
    what: str
    total: str
    state: str


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person in the reader's words."""

    id: str
    name: str
    about: tuple[Fact, ...]
    counters: tuple[Fact, ...]
    posts: tuple[PostCard, ...]
    shown: tuple[ShownRow, ...]
    orders: tuple[OrderRow, ...] | None
    """None where the key may not read orders."""
    acts: tuple[ActRow, ...] | None
    """None where the key may not read the audit log."""


@dataclass(frozen=True, slots=True)
class _Rights:
    """What the key behind the login may read beside the person."""

    orders: bool
    audit: bool


@cache
def person_routes() -> tuple[Any, ...]:
    """Make the routes."""

    @get(
        "/operator/people/{person_id:str}", opt=ANYONE, include_in_schema=False,
        exception_handlers=refusals_of(OPERATOR),
    )  # fmt: skip
    async def person(request: HttpRequest, person_id: PersonId) -> Response[Any]:
        return await _page(request, entered(request, OPERATOR), app_id(person_id))

    return (person,)


async def _page(request: HttpRequest, who: Entered, person_id: str) -> Response[Any]:
    engine, speech = who.engine, speech_of(request, who.engine)
    record = await off_loop(request, use_cases.stored(engine).person, person_id)
    await _record(who, person_id)
    rights = _Rights(orders=may(request, who, "orders"), audit=may(request, who, AUDIT))
    view = await use_cases.threads(engine).long(_read, engine, record, speech, rights)
    reviews = await review_cards(request, who, ReviewFilter(author_id=person_id))
    return await answer(request, who, "search", "person.html", {"person": view, "reviews": reviews})


async def _record(who: Entered, person_id: str) -> None:
    """Write down who looks at whom, before anything is shown. Raises UnavailableError."""
    actor = Actor(route=ROUTE, clock=lambda _: who.engine.now(), key_id=who.login.key_id)
    with acting(actor):
        await use_cases.audit_log(who.engine).note("person", "", {"opened": True}, about=person_id)


def _read(
    engine: Engine,
    record: PersonRecord,
    speech: Speech,
    rights: _Rights,
) -> PersonView:
    """Read what is shown of somebody; in a thread for long work."""
    catalogue, row = use_cases.catalogue(engine), engine.directory.person_row(record.id)
    posts = catalogue.items(_POSTS, None, record.id)
    cards = cards_of(engine, [post.id for post in posts], speech)
    viewings = use_cases.viewings(engine).of_person(record.ordinal, _SHOWN)
    followers = engine.state.edges.follower_count(row) if row >= 0 else 0
    say = speech.words.say
    counters = (
        Fact(say("followers"), whole(followers)),
        Fact(say("follows"), whole(len(catalogue.edges(record.id, "follows")) if row >= 0 else 0)),
        Fact(say("memberships"), whole(len(catalogue.memberships(record.id)) if row >= 0 else 0)),
    )
    return PersonView(
        id=record.id, name=record.given.name or record.id, about=_about(engine, record, speech),
        counters=counters, posts=tuple(cards[post.id] for post in posts if post.id in cards),
        shown=shown_rows(engine, viewings, speech),
        orders=_orders(engine, record.id, speech) if rights.orders else None,
        acts=acts_of(engine, speech, AuditFilter(about_id=record.id), _ACTS) if rights.audit else None,
    )  # fmt: skip


def _about(engine: Engine, record: PersonRecord, speech: Speech) -> tuple[Fact, ...]:
    say, given = speech.words.say, record.given
    consent = given.consent
    facts = [
        Fact(say("Joined"), speech.moment(record.created, seconds=False)),
        Fact(say("Lives"), _place(engine, given.home if consent.position and not given.minor else None, speech)),
        Fact(say("Language"), given.language or ""),
        Fact(say("Trade"), _trade(engine, given.profession)),
        Fact(say("Account"), say("a child's") if given.minor else ""),
        Fact(say("Personalisation"), "" if consent.personalisation else say("not allowed")),
    ]  # fmt: skip
    return tuple(fact for fact in facts if fact.text)


def _place(engine: Engine, at: Position | None, speech: Speech) -> str:
    """Say where somebody lives to about ten kilometres: the place it lies in, or rounded degrees."""
    if at is None:
        return ""
    place = place_of(engine, at)
    if place is not None:
        return domain_names(engine, (place,))[place]
    rounded = {"north": f"{at.latitude:.{_COARSE}f}", "east": f"{at.longitude:.{_COARSE}f}"}
    return speech.words.say("about {north}° north, {east}° east", rounded)


def _trade(engine: Engine, profession: str | None) -> str:
    return "" if profession is None else domain_names(engine, (profession,))[profession]


def _orders(engine: Engine, person_id: str, speech: Speech) -> tuple[OrderRow, ...]:
    newest = use_cases.order_lists(engine.trade).orders(_ORDERS, None, buyer=person_id)
    return tuple(_order(order, speech) for order in newest)


def _order(order: OrderOut, speech: Speech) -> OrderRow:
    names = [f"{line.name} x {line.quantity}" for line in order.lines]
    return OrderRow(
        order.id, speech.moment(datetime.fromisoformat(order.created_at), seconds=False),
        speech.listed(names), speech.money(order.total.micros), order_state(order.state, speech),
    )  # fmt: skip


def order_state(state: str, speech: Speech) -> str:
    """Name how an order stands."""
    say = speech.words.say
    return {
        "waiting": say("in line"), "reserved": say("reserved"), "paid": say("paid"),
        "fulfilled": say("done"), "refunded_in_part": say("refunded in part"), "refunded": say("refunded"),
        "cancelled": say("cancelled"), "expired": say("run out"),
    }.get(state, state)  # fmt: skip
