"""Routes of the audit log: who changed what."""

from datetime import date, timedelta
from typing import Annotated

from litestar import get
from litestar.params import QueryParameter

from lodestone.base.clock import Instant
from lodestone.base.list_page import ListPage, encode_after
from lodestone.serve.v1.common import (
    REFUSALS,
    Cursor,
    First,
    HttpRequest,
    Last,
    Limit,
    engine,
    off_loop,
)
from lodestone.services import use_cases
from lodestone.services.access.audit_log import AuditFilter, AuditPage
from lodestone.services.access.permissions import needs
from lodestone.services.community.community import Engine
from lodestone.services.ledger.statements import EPOCH, day_number

SCOPE = "audit"
_NUMBER_MAX = 18
_DAY_MAX = (date.max - EPOCH).days
Id = Annotated[str | None, QueryParameter(max_length=128, description="An id.")]
Kind = Annotated[
    str | None, QueryParameter(max_length=64, description="What was changed, such as `shop`.")
]
KeyId = Annotated[str | None, QueryParameter(max_length=64, description="Only this key's acts.")]


@get("/v1/audit-log", opt=needs(SCOPE, who="server"), responses=REFUSALS)
async def get_audit_log(  # noqa: PLR0913, PLR0917  what the log is read by
    request: HttpRequest,
    key_id: KeyId = None,
    actor_id: Annotated[
        str | None, QueryParameter(max_length=128, description="Only what this person did.")
    ] = None,
    about_id: Annotated[
        str | None, QueryParameter(max_length=128, description="Only what concerned this person.")
    ] = None,
    kind: Kind = None,
    object_id: Id = None,
    first: First = None,
    last: Last = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> AuditPage:
    """List who changed what, the newest first: by key, person, kind and id of what was changed, and days."""
    page = ListPage(limit, cursor)
    community = engine(request, SCOPE)
    wanted = AuditFilter(
        key_id=key_id, actor_id=actor_id, about_id=about_id, kind=kind, name=object_id,
        first=None if first is None else _begins(community, day_number(first, "from")),
        end=None if last is None else _begins(community, day_number(last, "to") + 1),
    )  # fmt: skip
    shown, more = await off_loop(
        request, use_cases.audit_log(community).page, wanted, limit, page.number
    )  # fmt: skip
    return AuditPage(shown, encode_after(more))


def _begins(community: Engine, day: int) -> Instant | None:
    """Return when a day begins; None after the last that can be written."""
    if day > _DAY_MAX:
        return None
    return Instant(community.community.days.starts(EPOCH + timedelta(days=day)))


ROUTES = [get_audit_log]
