"""Gorse's routes of users and items, over people and items. See docs/gorse.md."""

from typing import Annotated

from litestar import delete, get, patch, post, put
from litestar.datastructures import State as AppState
from litestar.params import JSONBody, QueryParameter

from lodestone.base.errors import NotOfferedError
from lodestone.people import PersonIn
from lodestone.serve.gorse.common import (
    ANSWERS,
    COUNT,
    NOT_OFFERED,
    GorseCursor,
    Id,
    N,
    gone,
    held,
    insert_items,
    insert_users,
    live_item,
    page_of,
)
from lodestone.serve.gorse.shapes import (
    GorseHealth,
    GorseItem,
    GorseItemPatch,
    GorseItems,
    GorseSuccess,
    GorseUser,
    GorseUserPatch,
    GorseUsers,
    item_in,
    item_out,
    person_in,
    user_out,
)
from lodestone.serve.v1.common import HttpRequest, named, off_loop
from lodestone.services import use_cases
from lodestone.services.access.permissions import ANYONE, SAYS, UNAUDITED, needs
from lodestone.services.community.community import Engine

Search = Annotated[str | None, QueryParameter(name="q", description="Not offered.")]


@get("/api/health/live", opt=ANYONE)
async def gorse_live() -> GorseHealth:
    """Say that the process lives, as Gorse does."""
    return GorseHealth()


@get("/api/health/ready", opt=ANYONE)
async def gorse_ready() -> GorseHealth:
    """Say that the engine is ready, as Gorse does."""
    return GorseHealth()


@post(
    "/api/user", opt=needs("write", who="server", **UNAUDITED), status_code=200, responses=ANSWERS
)
async def gorse_insert_user(request: HttpRequest, data: JSONBody[GorseUser]) -> GorseSuccess:
    """Insert a user (Gorse): a person."""
    return GorseSuccess(await insert_users(held(request, "write"), [data]))


@post(
    "/api/users", opt=needs("write", who="server", **UNAUDITED), status_code=200, responses=ANSWERS
)
async def gorse_insert_users(request: HttpRequest, data: JSONBody[list[GorseUser]]) -> GorseSuccess:
    """Insert users (Gorse)."""
    return GorseSuccess(await insert_users(held(request, "write"), data))


@get("/api/user/{user_id:str}", opt=needs("read", who="server"), responses=ANSWERS)
async def gorse_get_user(request: HttpRequest, user_id: Id) -> GorseUser:
    """Get a user (Gorse)."""
    here = held(request, "read")
    record = await off_loop(request, use_cases.stored(here).person, named(user_id))
    return user_out(record)


@get("/api/users", opt=needs("read", who="server"), responses=ANSWERS)
async def gorse_get_users(
    request: HttpRequest, n: N = COUNT, cursor: GorseCursor = None
) -> GorseUsers:
    """List users (Gorse); those who are only items' authors are none."""
    here = held(request, "read")

    shown, following = await off_loop(
        request, page_of, use_cases.stored(here).people, lambda record: not record.stub, n, cursor
    )
    return GorseUsers(following, [user_out(record) for record in shown])


@patch("/api/user/{user_id:str}", opt=needs("write", who="server", **UNAUDITED), responses=ANSWERS)
async def gorse_modify_user(
    request: HttpRequest, user_id: Id, data: JSONBody[GorseUserPatch]
) -> GorseSuccess:
    """Modify a user (Gorse)."""
    here, name = held(request, "write"), named(user_id)
    record = await off_loop(request, use_cases.stored(here).person, name)
    given = person_in(record, data)
    await use_cases.catalogue(here).put_many([(name, given)], PersonIn)
    return GorseSuccess(1)


@delete(
    "/api/user/{user_id:str}", opt=needs("write", who="server"), status_code=200, responses=ANSWERS
)
async def gorse_delete_user(request: HttpRequest, state: AppState, user_id: Id) -> GorseSuccess:
    """Delete a user (Gorse): the person is erased from every file, feedback with them."""
    here, name = held(request, "write"), named(user_id)
    if await off_loop(request, use_cases.stored(here).find_person, name) is None:
        return GorseSuccess(0)
    await use_cases.erasure(here).erase(name, state["media"])
    return GorseSuccess(1)


@post("/api/item", opt=needs("write", who="server", **SAYS), status_code=200, responses=ANSWERS)
async def gorse_insert_item(request: HttpRequest, data: JSONBody[GorseItem]) -> GorseSuccess:
    """Insert an item (Gorse)."""
    return GorseSuccess(await insert_items(held(request, "write"), [data]))


@post("/api/items", opt=needs("write", who="server", **SAYS), status_code=200, responses=ANSWERS)
async def gorse_insert_items(request: HttpRequest, data: JSONBody[list[GorseItem]]) -> GorseSuccess:
    """Insert items (Gorse)."""
    return GorseSuccess(await insert_items(held(request, "write"), data))


@get("/api/item/{item_id:str}", opt=needs("read", who="server"), responses=ANSWERS)
async def gorse_get_item(request: HttpRequest, item_id: Id) -> GorseItem:
    """Get an item (Gorse)."""
    return item_out(await off_loop(request, live_item, held(request, "read"), named(item_id)))


@get("/api/items", opt=needs("read", who="server"), responses=ANSWERS | NOT_OFFERED)
async def gorse_get_items(
    request: HttpRequest, n: N = COUNT, cursor: GorseCursor = None, search: Search = None
) -> GorseItems:
    """List items (Gorse); searching them with `q` is not offered."""
    here = held(request, "read")
    if search:
        raise NotOfferedError("not_offered", "items are not searched here; list them without `q`")

    shown, following = await off_loop(
        request, page_of, use_cases.stored(here).items, lambda record: not gone(record), n, cursor
    )
    return GorseItems(following, [item_out(record) for record in shown])


@patch("/api/item/{item_id:str}", opt=needs("write", who="server", **SAYS), responses=ANSWERS)
async def gorse_modify_item(
    request: HttpRequest, item_id: Id, data: JSONBody[GorseItemPatch]
) -> GorseSuccess:
    """Modify an item (Gorse)."""
    return await _modify(held(request, "write"), named(item_id), data)


async def _modify(here: Engine, item_id: str, change: GorseItemPatch) -> GorseSuccess:
    old = await use_cases.threads(here).read(live_item, here, item_id)
    given = item_in(old, item_id, change, here.now())
    await use_cases.catalogue(here).put_item(item_id, given)
    return GorseSuccess(1)


@delete(
    "/api/item/{item_id:str}", opt=needs("write", who="server"), status_code=200, responses=ANSWERS
)
async def gorse_delete_item(request: HttpRequest, item_id: Id) -> GorseSuccess:
    """Delete an item (Gorse): it is withdrawn from every feed and list; what it earned stays counted."""
    here, name = held(request, "write"), named(item_id)
    found = await off_loop(request, use_cases.stored(here).find_item, name)
    if found is None or gone(found):
        return GorseSuccess(0)
    await use_cases.catalogue(here).withdraw_item(name)
    return GorseSuccess(1)


@put(
    "/api/item/{item_id:str}/category/{category:str}",
    opt=needs("write", who="server", **UNAUDITED),
    responses=ANSWERS,
)
async def gorse_insert_category(request: HttpRequest, item_id: Id, category: Id) -> GorseSuccess:
    """Insert a category of an item (Gorse): a channel."""
    here, name = held(request, "write"), named(item_id)
    old = (await off_loop(request, live_item, here, name)).given.channels
    return await _modify(here, name, GorseItemPatch(categories=[*old, named(category, "category")]))


@delete(
    "/api/item/{item_id:str}/category/{category:str}",
    opt=needs("write", who="server", **UNAUDITED),
    status_code=200,
    responses=ANSWERS,
)
async def gorse_delete_category(request: HttpRequest, item_id: Id, category: Id) -> GorseSuccess:
    """Delete a category of an item (Gorse)."""
    here, name = held(request, "write"), named(item_id)
    old = (await off_loop(request, live_item, here, name)).given.channels
    return await _modify(
        here, name, GorseItemPatch(categories=[one for one in old if one != category])
    )


ROUTES = [
    gorse_live, gorse_ready, gorse_insert_user, gorse_insert_users, gorse_get_user, gorse_get_users,
    gorse_modify_user, gorse_delete_user, gorse_insert_item, gorse_insert_items, gorse_get_item,
    gorse_get_items, gorse_modify_item, gorse_delete_item, gorse_insert_category,
    gorse_delete_category,
]  # fmt: skip
