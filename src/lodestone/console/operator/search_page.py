"""The operator's search: people, posts and shops by name, words or id; orders and receipts by id."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import quote

from litestar import Response, get

from lodestone.console.asking import HttpRequest, speech_of
from lodestone.console.charts import whole
from lodestone.console.logging_in import Entered, entered, refusals_of
from lodestone.console.operator.desk import OPERATOR, answer, may
from lodestone.console.operator.posts import PostCard, address_of, cards_of
from lodestone.console.speech import Speech
from lodestone.services import use_cases
from lodestone.services.access.permissions import ANYONE
from lodestone.services.browse.search import MATCHES, QUERY_MAX, Hits
from lodestone.services.community.community import Engine

PATH: Final = "/operator/search"


@dataclass(frozen=True, slots=True)
class NameRow:
    """Somebody or something found by its name."""

    name: str
    id: str
    href: str
    """Empty where there is no page of it."""


@dataclass(frozen=True, slots=True)
class SearchView:
    """What was found, by kind."""

    title: str
    people: tuple[NameRow, ...]
    posts: tuple[PostCard, ...]
    shops: tuple[NameRow, ...]
    order: NameRow | None
    receipt: NameRow | None
    looked: tuple[str, ...]
    """How much was looked at."""


@cache
def search_routes() -> tuple[Any, ...]:
    """Make the routes."""

    @get(PATH, opt=ANYONE, include_in_schema=False, exception_handlers=refusals_of(OPERATOR))
    async def search(request: HttpRequest) -> Response[Any]:
        return await _page(request, entered(request, OPERATOR))

    return (search,)


async def _page(request: HttpRequest, who: Entered) -> Response[Any]:
    query = request.query_params.get("q", "").strip()[:QUERY_MAX]
    speech, orders = speech_of(request, who.engine), may(request, who, "orders")
    view = None
    if query:
        view = await use_cases.threads(who.engine).long(_read, who.engine, query, speech, orders)
    context = {"q": query, "view": view, "orders": orders, "query_max": QUERY_MAX}
    return await answer(request, who, "search", "search.html", context)


def _read(
    engine: Engine,
    query: str,
    speech: Speech,
    orders: bool,  # noqa: FBT001  whether orders may be read
) -> SearchView:
    """Search, and read what is shown of what was found; in a thread for long work."""
    hits = use_cases.search(engine).find(query, orders=orders)
    cards = cards_of(engine, [item.id for item in hits.items.matches], speech)
    people = tuple(
        NameRow(person.given.name or person.id, person.id, address_of("people", person.id))
        for person in hits.people.matches
    )
    shops = tuple(
        NameRow(shop.given.name or shop.id, shop.id, _owner(shop.given.owner_id))
        for shop in hits.shops
    )
    order = None if hits.order_id is None else _order(engine, hits.order_id, speech)
    receipt = None
    if hits.receipt_id is not None:
        href = f"/operator/receipts/{quote(hits.receipt_id)}"
        receipt = NameRow(speech.words.say("A decision"), hits.receipt_id, href)
    posts = tuple(cards[item.id] for item in hits.items.matches if item.id in cards)
    count = len(people) + len(posts) + len(shops) + (order is not None) + (receipt is not None)
    title = speech.words.count("{n} match", "{n} matches", count)
    if not count:
        title = speech.words.say("Nothing was found")
    return SearchView(title, people, posts, shops, order, receipt, _looked(hits, speech))


def _owner(owner_id: str) -> str:
    return address_of("people", owner_id) if owner_id else ""


def _order(engine: Engine, order_id: str, speech: Speech) -> NameRow:
    """Show an order by what was bought; it leads to its buyer, whose orders stand there."""
    order = use_cases.order_lists(engine.trade).order(order_id)
    names = speech.listed([f"{line.name} x {line.quantity}" for line in order.lines])
    return NameRow(
        names, order.id, "" if order.buyer is None else address_of("people", order.buyer)
    )


def _looked(hits: Hits, speech: Speech) -> tuple[str, ...]:
    """Say honestly how much was looked at."""
    say, lines = speech.words.say, []
    people, items = hits.people, hits.items
    if len(people.matches) == MATCHES:
        lines.append(
            say("The newest {n} people are shown; add a word to see others.", {"n": MATCHES})
        )
    elif people.looked and not people.whole:
        lines.append(say("Of people, the newest {n} were looked at.", {"n": whole(people.looked)}))
    if len(items.matches) == MATCHES:
        lines.append(
            say("The newest {n} posts are shown; add a word to see others.", {"n": MATCHES})
        )
    elif items.looked and not items.whole:
        lines.append(say("Of posts, the newest {n} were looked at.", {"n": whole(items.looked)}))
    return tuple(lines)
