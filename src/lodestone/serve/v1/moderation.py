"""Routes of a domain's moderators: by their own page's session, or by the app's key for them."""

from typing import Annotated

import msgspec
from litestar import delete, get, put
from litestar.params import JSONBody, QueryParameter

from lodestone.base.list_page import ListPage
from lodestone.content import DomainMark, LabelIn, ModerationIn, RemovalIn
from lodestone.content.moderation import REASON_MAX
from lodestone.serve.v1.common import (
    REFUSALS,
    Cursor,
    HttpRequest,
    Limit,
    Names,
    PathId,
    engine,
    named,
    off_loop,
    principal,
)
from lodestone.services import use_cases
from lodestone.services.access.permissions import needs
from lodestone.services.catalogue.moderation import Moderators, mark_out

Reason = Annotated[
    str, QueryParameter(max_length=REASON_MAX, description="Why, for the audit log.")
]


class DomainMarks(msgspec.Struct, frozen=True):
    """A page of what moderators say of items."""

    data: list[DomainMark]
    next_cursor: str | None


def _moderators(request: HttpRequest, scope: str) -> Moderators:
    """Return what whoever asks may do as a moderator: a server's key needs the scope, a session the office."""
    who = principal(request)
    return use_cases.moderators(engine(request, scope if who.viewer is None else "feeds"), who)


@get("/v1/domains/{domain_id:str}/marks", opt=needs("read", office=True), responses=REFUSALS)
async def list_domain_marks(
    request: HttpRequest, domain_id: PathId, limit: Limit = 100, cursor: Cursor = None
) -> DomainMarks:
    """List what a domain's moderators say of items, by item."""
    page = ListPage(limit, cursor)
    marks = _moderators(request, "read").marks
    read = await off_loop(request, marks, named(domain_id), page.fetch, page.after)
    shown, after = page.cut(read)
    return DomainMarks([mark_out(mark) for mark in shown], after)


@put(
    "/v1/domains/{domain_id:str}/hidden/{item_id:str}",
    opt=needs("write", office=True),
    status_code=204,
    responses=REFUSALS,
)
async def hide_item(
    request: HttpRequest, domain_id: PathId, item_id: PathId, data: JSONBody[ModerationIn]
) -> None:
    """Hide an item from a domain: from its feed and from what reaches people through it."""
    act = _moderators(request, "write").hide
    await act(named(domain_id), named(item_id, "item_id"), data.reason, on=True)


@delete(
    "/v1/domains/{domain_id:str}/hidden/{item_id:str}",
    opt=needs("write", office=True),
    responses=REFUSALS,
)
async def unhide_item(
    request: HttpRequest, domain_id: PathId, item_id: PathId, reason: Reason = ""
) -> None:
    """Show an item in a domain again."""
    act = _moderators(request, "write").hide
    await act(named(domain_id), named(item_id, "item_id"), reason, on=False)


@put(
    "/v1/domains/{domain_id:str}/labels/{item_id:str}",
    opt=needs("write", office=True),
    status_code=204,
    responses=REFUSALS,
)
async def label_item(
    request: HttpRequest, domain_id: PathId, item_id: PathId, data: JSONBody[LabelIn]
) -> None:
    """Write a notice on an item in a domain: it is shown with it wherever it comes through the domain."""
    label = _moderators(request, "write").label
    await label(named(domain_id), named(item_id, "item_id"), data.label, data.reason)


@delete(
    "/v1/domains/{domain_id:str}/labels/{item_id:str}",
    opt=needs("write", office=True),
    responses=REFUSALS,
)
async def unlabel_item(
    request: HttpRequest, domain_id: PathId, item_id: PathId, reason: Reason = ""
) -> None:
    """Take the notice off an item in a domain."""
    label = _moderators(request, "write").label
    await label(named(domain_id), named(item_id, "item_id"), "", reason)


@put(
    "/v1/domains/{domain_id:str}/pins/{item_id:str}",
    opt=needs("write", office=True),
    status_code=204,
    responses=REFUSALS,
)
async def pin_item(
    request: HttpRequest, domain_id: PathId, item_id: PathId, data: JSONBody[ModerationIn]
) -> None:
    """Let an item stand first in a domain's own feed; at most three do."""
    pin = _moderators(request, "write").pin
    await pin(named(domain_id), named(item_id, "item_id"), data.reason, on=True)


@delete(
    "/v1/domains/{domain_id:str}/pins/{item_id:str}",
    opt=needs("write", office=True),
    responses=REFUSALS,
)
async def unpin_item(
    request: HttpRequest, domain_id: PathId, item_id: PathId, reason: Reason = ""
) -> None:
    """Let an item stand where it would by itself again."""
    pin = _moderators(request, "write").pin
    await pin(named(domain_id), named(item_id, "item_id"), reason, on=False)


@put(
    "/v1/domains/{domain_id:str}/removed/{person_id:str}",
    opt=needs("write", office=True),
    status_code=204,
    responses=REFUSALS,
)
async def remove_member(
    request: HttpRequest, domain_id: PathId, person_id: PathId, data: JSONBody[RemovalIn]
) -> None:
    """Remove a member from a domain, and say whether they may come back."""
    remove = _moderators(request, "write").remove
    await remove(named(domain_id), named(person_id, "person_id"), data)


@delete(
    "/v1/domains/{domain_id:str}/removed/{person_id:str}",
    opt=needs("write", office=True),
    responses=REFUSALS,
)
async def let_member_return(
    request: HttpRequest, domain_id: PathId, person_id: PathId, reason: Reason = ""
) -> None:
    """Let somebody who was removed from a domain join it again."""
    allow = _moderators(request, "write").let_return
    await allow(named(domain_id), named(person_id, "person_id"), reason)


@get("/v1/domains/{domain_id:str}/removed", opt=needs("read", office=True), responses=REFUSALS)
async def list_removed_members(
    request: HttpRequest, domain_id: PathId, limit: Limit = 100, cursor: Cursor = None
) -> Names:
    """List who may not come back to a domain."""
    page = ListPage(limit, cursor)
    names = await off_loop(request, _moderators(request, "read").removed, named(domain_id))
    return Names(*page.of(names))


ROUTES = [
    list_domain_marks,
    hide_item,
    unhide_item,
    label_item,
    unlabel_item,
    pin_item,
    unpin_item,
    remove_member,
    let_member_return,
    list_removed_members,
]
