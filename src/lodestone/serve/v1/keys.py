"""Routes of a community's keys."""

from typing import Annotated

import msgspec
from litestar import delete, get, post
from litestar.datastructures import State as AppState
from litestar.params import JSONBody

from lodestone.base.errors import InvalidError, Problem
from lodestone.base.wire import Name, TimeText, time_text
from lodestone.serve.v1.common import (
    REFUSALS,
    HttpRequest,
    PathId,
    engines,
    named,
    require_operator,
)
from lodestone.services import use_cases
from lodestone.services.access import SCOPES
from lodestone.services.access.permissions import BY_OPERATOR, needs


class KeyIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key to make."""

    name: Name = ""
    scopes: Annotated[tuple[Name, ...], msgspec.Meta(max_length=32)] = SCOPES


class KeyOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A key; `key` is shown once, when it is made."""

    id: str
    name: str
    scopes: list[str]
    created_at: TimeText
    revoked_at: TimeText | None = None
    key: str | None = None


class Keys(msgspec.Struct, frozen=True):
    """A community's keys."""

    data: list[KeyOut]


@get("/v1/communities/{community_id:str}/keys", opt=BY_OPERATOR, responses=REFUSALS)
async def list_keys(request: HttpRequest, state: AppState, community_id: PathId) -> Keys:
    """List a community's keys (operator's key)."""
    require_operator(request)
    found = await use_cases.keys(engines(state)).of(named(community_id))
    return Keys(
        [
            KeyOut(
                id=key.id, name=key.name, scopes=list(key.scopes), created_at=time_text(key.created),
                revoked_at=None if key.revoked is None else time_text(key.revoked),
            )
            for key in found
        ]
    )  # fmt: skip


@post(
    "/v1/communities/{community_id:str}/keys",
    opt=needs(who="operator", secret=True),
    status_code=201,
    responses=REFUSALS,
)
async def create_key(
    request: HttpRequest, state: AppState, community_id: PathId, data: JSONBody[KeyIn]
) -> KeyOut:
    """Make a key; its plain text is in this answer and nowhere else (operator's key)."""
    require_operator(request)
    unknown = sorted(set(data.scopes) - set(SCOPES))
    if unknown:
        problem = Problem("scopes", f"{unknown[0]!r} is not a scope; they are {', '.join(SCOPES)}")
        raise InvalidError("scope_unknown", f"scopes: {problem.problem}", (problem,))
    keys = use_cases.keys(engines(state))
    made = await keys.create(named(community_id), data.name, data.scopes)
    return KeyOut(
        id=made.record.id, name=made.record.name, scopes=list(made.record.scopes),
        created_at=time_text(made.record.created), key=made.text,
    )  # fmt: skip


@delete("/v1/communities/{community_id:str}/keys/{key_id:str}", opt=BY_OPERATOR, responses=REFUSALS)
async def revoke_key(
    request: HttpRequest, state: AppState, community_id: PathId, key_id: PathId
) -> None:
    """Make a key worthless, with every token and login made under it (operator's key)."""
    require_operator(request)
    keys = use_cases.keys(engines(state))
    await keys.revoke(named(community_id), named(key_id, "key_id"))


ROUTES = [list_keys, create_key, revoke_key]
