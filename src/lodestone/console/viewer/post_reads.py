"""What pages must read of posts, people, domains and products: each kind once for all posts of a page.

Everything here asks the records: it is called in a thread of theirs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lodestone.base.errors import UnknownError
from lodestone.base.geo import distance_km
from lodestone.base.wire import Position
from lodestone.console.reader import name_of
from lodestone.console.viewer.storefront import Offer, offers_of
from lodestone.events.outcomes import DomainKind
from lodestone.services import use_cases
from lodestone.services.catalogue import ItemRecord, PersonRecord
from lodestone.services.community.community import Engine


@dataclass(frozen=True, slots=True)
class PostReads:
    """Posts of one page with what they name, by id."""

    items: Mapping[str, ItemRecord]
    authors: Mapping[str, PersonRecord]
    domains: Mapping[str, str]
    """What middle domains are called."""
    places: Mapping[str, str]
    """By item, the id of the nearest place it lies in; none of an item in no place."""
    offers: Mapping[str, Offer]
    """By item, of products that a shop has put up for sale."""


def read_posts(
    engine: Engine, ids: Iterable[str], domains: Iterable[str | None] = (), products: Iterable[str] = ()
) -> PostReads:  # fmt: skip
    """Read what pages show of posts.

    Args:
        engine: The community's.
        ids: Of the posts.
        domains: Ids of the domains they came through, None for the public one.
        products: Ids of those of the posts that are products.

    Raises:
        UnknownError: `item_unknown`.
    """
    wanted, stored = set(ids), use_cases.stored(engine)
    items = stored.items_called(wanted)
    missing = wanted - items.keys()
    if missing:
        raise UnknownError("item_unknown", f"There is no item {min(missing)!r} here.")
    owners = {item.author_id for item in items.values() if item.author_id is not None}
    found = {name: place_of(engine, one.given.position) for name, one in items.items()}
    places = {name: place for name, place in found.items() if place is not None}
    on_sale = set(products)
    return PostReads(
        items, stored.people_called(owners), domain_names(engine, {*domains, *places.values()}), places,
        offers_of(engine, on_sale) if on_sale else {},
    )  # fmt: skip


def domain_names(engine: Engine, ids: Iterable[str | None]) -> dict[str, str]:
    """Return what middle domains are called, their ids where nobody has said; by id."""
    named = {one for one in ids if one is not None}
    state, code_of = engine.state, engine.directory.domain_code
    found = use_cases.stored(engine).domains_called(
        one for one in named if code_of(one) in state.domains
    )
    return {name: (name_of(found[name].given) if name in found else "") or name for name in named}


def place_of(engine: Engine, at: Position | None) -> str | None:
    """Return the id of the nearest place that a point lies in, None for none. Asks nothing."""
    if at is None:
        return None
    found: list[tuple[float, int]] = []
    for code, domain in list(engine.state.domains.items()):
        if domain.kind == DomainKind.PLACE:
            away = distance_km(at.latitude, at.longitude, domain.latitude, domain.longitude)
            if away <= domain.radius_km:
                found.append((away, code))
    return engine.directory.domain_id(min(found)[1]) if found else None
