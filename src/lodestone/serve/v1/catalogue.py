"""Routes of people, items and domains."""

from typing import Annotated

import msgspec
from litestar import Response, delete, get, post, put
from litestar.datastructures import State as AppState
from litestar.params import JSONBody, QueryParameter

from lodestone.base.list_page import ListPage
from lodestone.content import DomainIn, DomainOut, ItemIn, ItemOut
from lodestone.events.outcomes import FactKind
from lodestone.people import PersonIn, PersonOut
from lodestone.serve.http.bodies import ITEM_LINES, PEOPLE_LINES
from lodestone.serve.v1.common import (
    REFUSALS,
    Cursor,
    HttpRequest,
    Limit,
    Names,
    PathId,
    catalogue,
    engine,
    named,
    off_loop,
    optional_name,
    or_made,
)
from lodestone.services import use_cases
from lodestone.services.access.permissions import SAYS, UNAUDITED, needs
from lodestone.services.catalogue.catalogue import BulkOut
from lodestone.services.catalogue.privacy import PersonExport

AuthorId = Annotated[str | None, QueryParameter(description="Only this author's.")]


class People(msgspec.Struct, frozen=True):
    """A page of people."""

    data: list[PersonOut]
    next_cursor: str | None


class Items(msgspec.Struct, frozen=True):
    """A page of items."""

    data: list[ItemOut]
    next_cursor: str | None


class Domains(msgspec.Struct, frozen=True):
    """A page of domains."""

    data: list[DomainOut]
    next_cursor: str | None


_MADE_PERSON = or_made(PersonOut)
_MADE_ITEM = or_made(ItemOut)
_MADE_DOMAIN = or_made(DomainOut)


@put(
    "/v1/people/{person_id:str}",
    opt=needs("write", **UNAUDITED),
    status_code=200,
    responses=_MADE_PERSON,
)
async def put_person(
    request: HttpRequest, person_id: PathId, data: JSONBody[PersonIn]
) -> Response[PersonOut]:
    """Make or replace a person."""
    told, new = await catalogue(request, "write").put_person(named(person_id), data)
    return Response(told, status_code=201 if new else 200)


@get("/v1/people/{person_id:str}", opt=needs("read"), responses=REFUSALS)
async def get_person(request: HttpRequest, person_id: PathId) -> PersonOut:
    """Read a person."""
    made = catalogue(request, "read")
    return await off_loop(request, made.person, named(person_id))


@get("/v1/people", opt=needs("read"), responses=REFUSALS)
async def list_people(request: HttpRequest, limit: Limit = 100, cursor: Cursor = None) -> People:
    """List people."""
    page = ListPage(limit, cursor)
    made = catalogue(request, "read")
    found = await off_loop(request, made.people, page.fetch, page.after)
    return People(*page.cut(found))


@delete("/v1/people/{person_id:str}", opt=needs("write"), responses=REFUSALS)
async def delete_person(request: HttpRequest, state: AppState, person_id: PathId) -> None:
    """Erase a person from every file, for good."""
    await use_cases.erasure(engine(request, "write")).erase(named(person_id), state["media"])


@get("/v1/people/{person_id:str}/export", opt=needs("read"), responses=REFUSALS)
async def export_person(request: HttpRequest, person_id: PathId) -> PersonExport:
    """Export everything held about a person."""
    return await use_cases.export(engine(request, "read")).export(named(person_id))


_EDGES = {
    ("follows", True): FactKind.FOLLOW, ("follows", False): FactKind.UNFOLLOW,
    ("blocks", True): FactKind.BLOCK, ("blocks", False): FactKind.UNBLOCK,
    ("mutes", True): FactKind.MUTE, ("mutes", False): FactKind.UNMUTE,
    ("hidden_ads", True): FactKind.HIDE_ADS, ("hidden_ads", False): FactKind.SHOW_ADS,
}  # fmt: skip


async def _edge(
    request: HttpRequest, person_id: str, author_id: str, what: str, *, on: bool
) -> None:
    kind = _EDGES[(what, on)]
    await catalogue(request, "write").edge(kind, named(person_id), named(author_id, "author_id"))


def _edges(request: HttpRequest, person_id: str, what: str, page: ListPage) -> Names:
    found = catalogue(request, "read").edges(named(person_id), what)
    return Names(*page.of(found))


@put(
    "/v1/people/{person_id:str}/follows/{author_id:str}",
    opt=needs("write", **UNAUDITED),
    status_code=204,
    responses=REFUSALS,
)
async def put_follow(request: HttpRequest, person_id: PathId, author_id: PathId) -> None:
    """Follow an author."""
    await _edge(request, person_id, author_id, "follows", on=True)


@delete(
    "/v1/people/{person_id:str}/follows/{author_id:str}",
    opt=needs("write", **UNAUDITED),
    responses=REFUSALS,
)
async def delete_follow(request: HttpRequest, person_id: PathId, author_id: PathId) -> None:
    """Follow an author no longer."""
    await _edge(request, person_id, author_id, "follows", on=False)


@get("/v1/people/{person_id:str}/follows", opt=needs("read"), responses=REFUSALS)
async def list_follows(
    request: HttpRequest, person_id: PathId, limit: Limit = 100, cursor: Cursor = None
) -> Names:
    """List whom a person follows."""
    return _edges(request, person_id, "follows", ListPage(limit, cursor))


@put(
    "/v1/people/{person_id:str}/blocks/{author_id:str}",
    opt=needs("write", **UNAUDITED),
    status_code=204,
    responses=REFUSALS,
)
async def put_block(request: HttpRequest, person_id: PathId, author_id: PathId) -> None:
    """Block a person."""
    await _edge(request, person_id, author_id, "blocks", on=True)


@delete(
    "/v1/people/{person_id:str}/blocks/{author_id:str}",
    opt=needs("write", **UNAUDITED),
    responses=REFUSALS,
)
async def delete_block(request: HttpRequest, person_id: PathId, author_id: PathId) -> None:
    """Block a person no longer."""
    await _edge(request, person_id, author_id, "blocks", on=False)


@get("/v1/people/{person_id:str}/blocks", opt=needs("read"), responses=REFUSALS)
async def list_blocks(
    request: HttpRequest, person_id: PathId, limit: Limit = 100, cursor: Cursor = None
) -> Names:
    """List whom a person blocks."""
    return _edges(request, person_id, "blocks", ListPage(limit, cursor))


@put(
    "/v1/people/{person_id:str}/mutes/{author_id:str}",
    opt=needs("write", **UNAUDITED),
    status_code=204,
    responses=REFUSALS,
)
async def put_mute(request: HttpRequest, person_id: PathId, author_id: PathId) -> None:
    """Mute a person."""
    await _edge(request, person_id, author_id, "mutes", on=True)


@delete(
    "/v1/people/{person_id:str}/mutes/{author_id:str}",
    opt=needs("write", **UNAUDITED),
    responses=REFUSALS,
)
async def delete_mute(request: HttpRequest, person_id: PathId, author_id: PathId) -> None:
    """Mute a person no longer."""
    await _edge(request, person_id, author_id, "mutes", on=False)


@get("/v1/people/{person_id:str}/mutes", opt=needs("read"), responses=REFUSALS)
async def list_mutes(
    request: HttpRequest, person_id: PathId, limit: Limit = 100, cursor: Cursor = None
) -> Names:
    """List whom a person mutes."""
    return _edges(request, person_id, "mutes", ListPage(limit, cursor))


@put(
    "/v1/people/{person_id:str}/hidden-ads/{author_id:str}",
    opt=needs("write", **UNAUDITED),
    status_code=204,
    responses=REFUSALS,
)
async def put_hidden_ads(request: HttpRequest, person_id: PathId, author_id: PathId) -> None:
    """Show a person no ads of somebody, nor of that one's shops; their posts come as before."""
    await _edge(request, person_id, author_id, "hidden_ads", on=True)


@delete(
    "/v1/people/{person_id:str}/hidden-ads/{author_id:str}",
    opt=needs("write", **UNAUDITED),
    responses=REFUSALS,
)
async def delete_hidden_ads(request: HttpRequest, person_id: PathId, author_id: PathId) -> None:
    """Let ads of somebody come to a person again."""
    await _edge(request, person_id, author_id, "hidden_ads", on=False)


@get("/v1/people/{person_id:str}/hidden-ads", opt=needs("read"), responses=REFUSALS)
async def list_hidden_ads(
    request: HttpRequest, person_id: PathId, limit: Limit = 100, cursor: Cursor = None
) -> Names:
    """List of whom a person wants no ads."""
    return _edges(request, person_id, "hidden_ads", ListPage(limit, cursor))


@put("/v1/items/{item_id:str}", opt=needs("write", **SAYS), status_code=200, responses=_MADE_ITEM)
async def put_item(
    request: HttpRequest, item_id: PathId, data: JSONBody[ItemIn]
) -> Response[ItemOut]:
    """Make or replace an item."""
    told, new = await catalogue(request, "write").put_item(named(item_id), data)
    return Response(told, status_code=201 if new else 200)


@get("/v1/items/{item_id:str}", opt=needs("read"), responses=REFUSALS)
async def get_item(request: HttpRequest, item_id: PathId) -> ItemOut:
    """Read an item with its counters."""
    made = catalogue(request, "read")
    return await off_loop(request, made.item, named(item_id))


@get("/v1/items", opt=needs("read"), responses=REFUSALS)
async def list_items(
    request: HttpRequest, limit: Limit = 100, cursor: Cursor = None, author_id: AuthorId = None
) -> Items:
    """List items, of one author if given."""
    page = ListPage(limit, cursor)
    author = optional_name(author_id, "author_id")
    made = catalogue(request, "read")
    found = await off_loop(request, made.items, page.fetch, page.after, author)
    return Items(*page.cut(found))


@delete("/v1/items/{item_id:str}", opt=needs("write"), responses=REFUSALS)
async def delete_item(request: HttpRequest, item_id: PathId) -> None:
    """Withdraw an item from every feed."""
    await catalogue(request, "write").withdraw_item(named(item_id))


@put("/v1/domains/{domain_id:str}", opt=needs("write"), status_code=200, responses=_MADE_DOMAIN)
async def put_domain(
    request: HttpRequest, domain_id: PathId, data: JSONBody[DomainIn]
) -> Response[DomainOut]:
    """Make or replace a middle domain."""
    told, new = await catalogue(request, "write").put_domain(named(domain_id), data)
    return Response(told, status_code=201 if new else 200)


@get("/v1/domains/{domain_id:str}", opt=needs("read"), responses=REFUSALS)
async def get_domain(request: HttpRequest, domain_id: PathId) -> DomainOut:
    """Read a domain."""
    made = catalogue(request, "read")
    return await off_loop(request, made.domain, named(domain_id))


@get("/v1/domains", opt=needs("read"), responses=REFUSALS)
async def list_domains(request: HttpRequest, limit: Limit = 100, cursor: Cursor = None) -> Domains:
    """List domains."""
    page = ListPage(limit, cursor)
    made = catalogue(request, "read")
    found = await off_loop(request, made.domains, page.fetch, page.after)
    return Domains(*page.cut(found))


@delete("/v1/domains/{domain_id:str}", opt=needs("write"), responses=REFUSALS)
async def delete_domain(request: HttpRequest, domain_id: PathId) -> None:
    """Remove a domain."""
    await catalogue(request, "write").delete_domain(named(domain_id))


@put(
    "/v1/domains/{domain_id:str}/members/{person_id:str}",
    opt=needs("write", **UNAUDITED),
    status_code=204,
    responses=REFUSALS,
)
async def put_member(request: HttpRequest, domain_id: PathId, person_id: PathId) -> None:
    """Let a person join a domain."""
    made = catalogue(request, "write")
    await made.membership(named(domain_id), named(person_id, "person_id"), joined=True)


@delete(
    "/v1/domains/{domain_id:str}/members/{person_id:str}",
    opt=needs("write", **UNAUDITED),
    responses=REFUSALS,
)
async def delete_member(request: HttpRequest, domain_id: PathId, person_id: PathId) -> None:
    """Let a person leave a domain."""
    made = catalogue(request, "write")
    await made.membership(named(domain_id), named(person_id, "person_id"), joined=False)


@get("/v1/domains/{domain_id:str}/members", opt=needs("read"), responses=REFUSALS)
async def list_members(
    request: HttpRequest, domain_id: PathId, limit: Limit = 100, cursor: Cursor = None
) -> Names:
    """List a domain's members."""
    page = ListPage(limit, cursor)
    members = await catalogue(request, "read").members(named(domain_id))
    return Names(*page.of(members))


@put(
    "/v1/domains/{domain_id:str}/moderators/{person_id:str}",
    opt=needs("write"),
    status_code=204,
    responses=REFUSALS,
)
async def put_moderator(request: HttpRequest, domain_id: PathId, person_id: PathId) -> None:
    """Make a person a moderator."""
    made = catalogue(request, "write")
    await made.moderate(named(domain_id), named(person_id, "person_id"), on=True)


@delete(
    "/v1/domains/{domain_id:str}/moderators/{person_id:str}", opt=needs("write"), responses=REFUSALS
)
async def delete_moderator(request: HttpRequest, domain_id: PathId, person_id: PathId) -> None:
    """Take a moderator's office back."""
    made = catalogue(request, "write")
    await made.moderate(named(domain_id), named(person_id, "person_id"), on=False)


@get("/v1/domains/{domain_id:str}/moderators", opt=needs("read"), responses=REFUSALS)
async def list_moderators(
    request: HttpRequest, domain_id: PathId, limit: Limit = 100, cursor: Cursor = None
) -> Names:
    """List a domain's moderators."""
    page = ListPage(limit, cursor)
    made = catalogue(request, "read")
    found = await off_loop(request, made.moderators, named(domain_id))
    return Names(*page.of(found))


@post(
    "/v1/people:bulk",
    opt=needs("write", **UNAUDITED) | PEOPLE_LINES,
    status_code=200,
    responses=REFUSALS,
)
async def bulk_people(request: HttpRequest) -> BulkOut:
    """Make or replace many people: NDJSON, one object a line with its `id`."""
    return await catalogue(request, "write").bulk(await request.body(), PersonIn)


@post(
    "/v1/items:bulk",
    opt=needs("write", **SAYS) | ITEM_LINES,
    status_code=200,
    responses=REFUSALS,
)
async def bulk_items(request: HttpRequest) -> BulkOut:
    """Make or replace many items: NDJSON, one object a line with its `id`."""
    return await catalogue(request, "write").bulk(await request.body(), ItemIn)


ROUTES = [
    put_person, get_person, list_people, delete_person, export_person, put_follow, delete_follow,
    list_follows, put_block, delete_block, list_blocks, put_mute, delete_mute, list_mutes,
    put_hidden_ads, delete_hidden_ads, list_hidden_ads, put_item,
    get_item, list_items, delete_item, put_domain, get_domain, list_domains, delete_domain, put_member,
    delete_member, list_members, put_moderator, delete_moderator, list_moderators, bulk_people,
    bulk_items,
]  # fmt: skip
