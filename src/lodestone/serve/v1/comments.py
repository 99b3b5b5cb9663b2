"""Routes of comments below items, for an app's server."""

from typing import Annotated

from litestar import Response, delete, get, put
from litestar.params import JSONBody, QueryParameter

from lodestone.base.list_page import ListPage
from lodestone.base.wire import AppId
from lodestone.content.comment import (
    CommentIn,
    CommentOrder,
    CommentOut,
    CommentReplies,
    CommentReportIn,
    CommentThread,
    CommentThreads,
)
from lodestone.serve.v1.common import (
    REFUSALS,
    Cursor,
    HttpRequest,
    PathId,
    engine,
    named,
    off_loop,
    or_made,
)
from lodestone.services import use_cases
from lodestone.services.access.permissions import UNAUDITED, needs
from lodestone.services.comments.comments import Comments
from lodestone.services.comments.presenters import rank_out

PAGE_MAX = 100
FewOfThem = Annotated[int, QueryParameter(ge=1, le=PAGE_MAX, description="How many to return.")]
Order = Annotated[
    CommentOrder,
    QueryParameter(description="By worth, or the newest first."),
]
Viewer = Annotated[
    AppId | None,
    QueryParameter(description="As this person sees it, without whom they mute or block."),
]
Explain = Annotated[bool, QueryParameter(description="Say of each why it stands where it stands.")]

_MADE = or_made(CommentOut)
_ONE = "/v1/items/{item_id:str}/comments/{comment_id:str}"


def _comments(request: HttpRequest, scope: str) -> Comments:
    return use_cases.comments(engine(request, scope))


@get("/v1/items/{item_id:str}/comments", opt=needs("read"), responses=REFUSALS)
async def list_comments(
    request: HttpRequest,
    item_id: PathId,
    *,
    limit: FewOfThem = 20,
    cursor: Cursor = None,
    order: Order = "worth",
    viewer: Viewer = None,
    explain: Explain = False,
) -> CommentThreads:
    """List the comments below an item, each with its first replies."""
    below, made = use_cases.threads_below(engine(request, "read")), _comments(request, "read")
    page, item = ListPage(limit, cursor), named(item_id, "item_id")

    def read() -> CommentThreads:
        listed = below.page(item, page, order=order, viewer=viewer)
        return CommentThreads(
            [
                CommentThread(
                    comment=made.shown(thread.comment),
                    replies=tuple(made.shown(reply) for reply in thread.replies),
                    rank=rank_out(thread.ranked, listed.as_of, newest=order == "newest")
                    if explain
                    else None,
                )
                for thread in listed.threads
            ],
            listed.next_cursor,
        )

    return await off_loop(request, read)


@get(f"{_ONE}/replies", opt=needs("read"), responses=REFUSALS)
async def list_replies(
    request: HttpRequest,
    item_id: PathId,
    comment_id: PathId,
    *,
    limit: FewOfThem = 20,
    cursor: Cursor = None,
    viewer: Viewer = None,
) -> CommentReplies:
    """List the replies to a comment: the item's author first, then by time."""
    below, made = use_cases.threads_below(engine(request, "read")), _comments(request, "read")
    page, item = ListPage(limit, cursor), named(item_id, "item_id")

    def read() -> CommentReplies:
        listed = below.replies(item, named(comment_id, "comment_id"), page, viewer=viewer)
        return CommentReplies([made.shown(reply) for reply in listed.replies], listed.next_cursor)

    return await off_loop(request, read)


@put(_ONE, opt=needs("write", **UNAUDITED), status_code=200, responses=_MADE)
async def put_comment(
    request: HttpRequest, item_id: PathId, comment_id: PathId, data: JSONBody[CommentIn]
) -> Response[CommentOut]:
    """Write a comment below an item, or change its words; that somebody commented is told by an event."""
    put_it = _comments(request, "write").put
    shown, new = await put_it(named(item_id, "item_id"), named(comment_id, "comment_id"), data)
    return Response(shown, status_code=201 if new else 200)


@get(_ONE, opt=needs("read"), responses=REFUSALS)
async def get_comment(request: HttpRequest, item_id: PathId, comment_id: PathId) -> CommentOut:
    """Read a comment, whatever has become of it."""
    read = _comments(request, "read").comment
    return await off_loop(request, read, named(item_id, "item_id"), named(comment_id, "comment_id"))


@delete(_ONE, opt=needs("write"), responses=REFUSALS)
async def delete_comment(request: HttpRequest, item_id: PathId, comment_id: PathId) -> None:
    """Let a comment's words go, for good; replies stay below."""
    gone = _comments(request, "write").delete
    await gone(named(item_id, "item_id"), named(comment_id, "comment_id"))


@put(
    f"{_ONE}/likes/{{person_id:str}}",
    opt=needs("write", **UNAUDITED),
    status_code=204,
    responses=REFUSALS,
)
async def put_comment_like(
    request: HttpRequest, item_id: PathId, comment_id: PathId, person_id: PathId
) -> None:
    """Let a person like a comment."""
    await _like(request, item_id, comment_id, person_id, liked=True)


@delete(f"{_ONE}/likes/{{person_id:str}}", opt=needs("write", **UNAUDITED), responses=REFUSALS)
async def delete_comment_like(
    request: HttpRequest, item_id: PathId, comment_id: PathId, person_id: PathId
) -> None:
    """Let a person like a comment no longer."""
    await _like(request, item_id, comment_id, person_id, liked=False)


async def _like(
    request: HttpRequest, item_id: str, comment_id: str, person_id: str, *, liked: bool
) -> None:
    like = _comments(request, "write").like
    item, comment = named(item_id, "item_id"), named(comment_id, "comment_id")
    await like(item, comment, named(person_id, "person_id"), liked=liked)


@put(
    f"{_ONE}/reports/{{person_id:str}}",
    opt=needs("write", **UNAUDITED),
    status_code=204,
    responses=REFUSALS,
)
async def put_comment_report(
    request: HttpRequest,
    item_id: PathId,
    comment_id: PathId,
    person_id: PathId,
    data: JSONBody[CommentReportIn],
) -> None:
    """Let a person report a comment; again replaces why."""
    report = _comments(request, "write").report
    item, comment = named(item_id, "item_id"), named(comment_id, "comment_id")
    await report(item, comment, named(person_id, "person_id"), data)


@delete(f"{_ONE}/reports/{{person_id:str}}", opt=needs("write", **UNAUDITED), responses=REFUSALS)
async def delete_comment_report(
    request: HttpRequest, item_id: PathId, comment_id: PathId, person_id: PathId
) -> None:
    """Let a person take their report of a comment back."""
    withdraw = _comments(request, "write").withdraw_report
    item, comment = named(item_id, "item_id"), named(comment_id, "comment_id")
    await withdraw(item, comment, named(person_id, "person_id"))


ROUTES = [
    list_comments,
    list_replies,
    put_comment,
    get_comment,
    delete_comment,
    put_comment_like,
    delete_comment_like,
    put_comment_report,
    delete_comment_report,
]
