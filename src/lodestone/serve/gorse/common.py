"""What every Gorse route shares: a server's key, pages with a cursor, documented answers."""

from collections.abc import Callable, Sequence
from typing import Annotated, Final, TypeVar

from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter

from lodestone.base.errors import ForbiddenError, InvalidError, Problem, UnknownError
from lodestone.base.list_page import decode_after, encode_after
from lodestone.content import ItemIn
from lodestone.people import PersonIn
from lodestone.serve.gorse.shapes import GorseItem, GorseUser, item_in, person_in
from lodestone.serve.v1.common import (
    REFUSALS,
    HttpRequest,
    PathId,
    engine,
    named,
    principal,
)
from lodestone.services import use_cases
from lodestone.services.catalogue import ItemRecord, PersonRecord
from lodestone.services.community.community import Engine

COUNT: Final = 10
"""How many are returned when `n` is left out."""
_MANY: Final = 1_000
N = Annotated[int, QueryParameter(ge=0, le=1000, description="How many to return.")]
Offset = Annotated[int, QueryParameter(ge=0, le=1_000_000, description="How many to leave out.")]
GorseCursor = Annotated[
    str | None, QueryParameter(name="cursor", max_length=2048, description="The page before's.")
]
Viewer = Annotated[
    str | None, QueryParameter(name="user-id", description="Leave out what this user has seen.")
]
Category = Annotated[
    list[str] | None, QueryParameter(name="category", description="Of this channel only.")
]
Id = PathId
Given = TypeVar("Given", PersonIn, ItemIn)
Record = TypeVar("Record", PersonRecord, ItemRecord)
PLAIN: Final = "text/plain; charset=utf-8"
ANSWERS: Final = {
    status: ResponseSpec(
        str, generate_examples=False, description=spec.description, media_type=PLAIN
    )
    for status, spec in REFUSALS.items()
}
"""Refusals are text for people, as Gorse's clients show it; see `http.plain_errors`."""
NOT_OFFERED: Final = {
    501: ResponseSpec(
        str,
        generate_examples=False,
        description="Not offered here; says what is.",
        media_type=PLAIN,
    )
}


def held(request: HttpRequest, scope: str) -> Engine:
    """Return the engine of the key's community, if it has the scope.

    Raises:
        ForbiddenError: The scope is missing, or a page's session asks.
    """
    if principal(request).viewer is not None:
        raise ForbiddenError(
            "scope_missing", "a page's session has no Gorse routes; ask the server"
        )
    return engine(request, scope)


def one_category(path: str | None, query: list[str] | None) -> str | None:
    """Return the one category asked for, by path or by query. Raises InvalidError for several."""
    asked = [name for name in (path, *(query or ())) if name]
    if len(set(asked)) > 1:
        problem = Problem("category", "name one; items that are in several are found under each")
        raise InvalidError("category_several", "category: name one at a time", (problem,))
    return named(asked[0], "category") if asked else None


def live_item(here: Engine, item_id: str) -> ItemRecord:
    """Return the record of an item that has not been deleted. Raises UnknownError."""
    item = use_cases.stored(here).item(item_id)
    if gone(item):
        raise UnknownError("item_unknown", f"item {item_id!r} has been deleted")
    return item


def gone(record: ItemRecord) -> bool:
    """Say whether Gorse would have no such item any more."""
    return record.given.state == "withdrawn" or record.erased


async def insert_users(here: Engine, users: list[GorseUser]) -> int:
    """Make or change users: all of them, or none when one does not fit."""
    names = [named(user.user_id, f"[{index}].UserId") for index, user in enumerate(users)]

    def read(first: int) -> list[tuple[str, PersonIn]]:
        part = slice(first, first + _MANY)
        known = use_cases.stored(here).people_called(names[part])
        pairs = zip(names[part], users[part], strict=True)
        return [(name, person_in(known.get(name), user)) for name, user in pairs]

    rows = list[tuple[str, PersonIn]]()
    for first in range(0, len(users), _MANY):
        rows += await use_cases.threads(here).read(read, first)
    return await _put(here, rows, PersonIn)


async def insert_items(here: Engine, items: list[GorseItem]) -> int:
    """Make or change items: all of them, or none when one does not fit."""
    names = [named(item.item_id, f"[{index}].ItemId") for index, item in enumerate(items)]
    now = here.now()

    def read(first: int) -> list[tuple[str, ItemIn]]:
        part = slice(first, first + _MANY)
        known = use_cases.stored(here).items_called(names[part])
        pairs = zip(names[part], items[part], strict=True)
        return [(name, item_in(known.get(name), name, item, now)) for name, item in pairs]

    rows = list[tuple[str, ItemIn]]()
    for first in range(0, len(items), _MANY):
        rows += await use_cases.threads(here).read(read, first)
    return await _put(here, rows, ItemIn)


async def _put(here: Engine, rows: list[tuple[str, Given]], kind: type[Given]) -> int:
    taken = 0
    for first in range(0, len(rows), _MANY):
        made = await use_cases.catalogue(here).put_many(rows[first : first + _MANY], kind)
        taken += made.accepted
        if made.refused:
            raise made.refused[0].error
    return taken


def page_of(
    fetch: Callable[[int, str | None], Sequence[Record]],
    keep: Callable[[Record], bool],
    n: int,
    cursor: str | None,
) -> tuple[list[Record], str]:
    """Return up to `n` records that are kept, and the cursor of the next page, empty at the end.

    Args:
        fetch: Returns so many records after an id.
        keep: Says which are shown.
        n: How many.
        cursor: The page before's.
    """
    after, shown = decode_after(cursor or None), list[Record]()
    while n:
        found = fetch(n + 1, after)
        for record in found:
            if keep(record):
                if len(shown) == n:
                    return shown, encode_after(shown[-1].id) or ""
                shown.append(record)
        if len(found) <= n:
            break
        after = found[-1].id
    return shown, ""
