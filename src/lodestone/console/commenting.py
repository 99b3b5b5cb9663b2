"""The narrow routes behind the comments of the viewer's page: a session acts for its own viewer only."""

from typing import Annotated

import msgspec
from litestar import delete, get, put
from litestar.datastructures import State as AppState
from litestar.params import JSONBody, PathParameter, QueryParameter

from lodestone.base.list_page import ListPage
from lodestone.base.wire import AppId, Language, Time, app_id, check_years
from lodestone.console.asking import REFUSALS, HttpRequest, caller, off_loop, session
from lodestone.console.site import console
from lodestone.console.viewer.comments import (
    CommentView,
    PageComment,
    PageComments,
    PageReplies,
)
from lodestone.content.comment import (
    CommentIn,
    CommentOrder,
    CommentReportIn,
    CommentText,
    Mentions,
    check_words,
)
from lodestone.services import use_cases
from lodestone.services.access.permissions import BY_PAGE
from lodestone.services.comments import Shown

PAGE = 20
REPLIES = 20
ItemId = Annotated[str, PathParameter(description="A post.")]
CommentId = Annotated[str, PathParameter(description="A comment; the page draws its own ids.")]
Cursor = Annotated[
    str | None, QueryParameter(max_length=2048, description="`next_cursor` of the page before.")
]
Order = Annotated[CommentOrder, QueryParameter(description="By worth, or the newest first.")]
Explain = Annotated[bool, QueryParameter(description="Say of each why it stands where it stands.")]
Lang = Annotated[
    str | None, QueryParameter(max_length=16, description="`en` or `zh`; else as pages choose.")
]
_BELOW = "/v1/page/posts/{item_id:str}/comments"
_ONE = f"{_BELOW}/{{comment_id:str}}"


class PageCommentIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A comment as a page sends it; its author is the session's viewer."""

    text: CommentText
    language: Language | None = None
    in_reply_to: AppId | None = None
    mentions: Mentions = ()
    beacon: Annotated[str, msgspec.Meta(max_length=128)] | None = None
    """Of the slot that showed the post, where a decision did."""
    written_at: Time | None = None
    """When it was written, where it was kept for want of a connection."""

    def __post_init__(self) -> None:
        check_words(self.text, self.mentions)
        check_years(self, "written_at")


class CommentMade(msgspec.Struct, frozen=True):
    """A comment that was written, and how often people commented on the post by now."""

    comment: PageComment
    comments: int


class CommentGone(msgspec.Struct, frozen=True):
    """A comment that was deleted."""

    deleted: bool


class CommentLiked(msgspec.Struct, frozen=True):
    """Whether the viewer likes a comment, and how many do."""

    liked: bool
    likes: int


class CommentReported(msgspec.Struct, frozen=True):
    """A report that was taken."""

    reported: bool


@get(_BELOW, opt=BY_PAGE, responses=REFUSALS)
async def list_page_comments(
    request: HttpRequest,
    state: AppState,
    item_id: ItemId,
    *,
    cursor: Cursor = None,
    order: Order = "worth",
    explain: Explain = False,
    lang: Lang = None,
) -> PageComments:
    """List the comments below a post, each with its first replies (a page's session)."""
    engine, viewer = session(request)
    post = app_id(item_id)
    use_cases.comments(engine).require_open(post)
    pages = console(state)
    chosen = pages.words(request) if lang is None else pages.catalogue.words(lang)
    words = chosen if explain else None
    view, page = CommentView(engine, viewer), ListPage(PAGE, cursor)
    return await off_loop(request, view.page, post, page, order, words)


@get(f"{_ONE}/replies", opt=BY_PAGE, responses=REFUSALS)
async def list_page_replies(
    request: HttpRequest, item_id: ItemId, comment_id: CommentId, cursor: Cursor = None
) -> PageReplies:
    """List the replies to a comment (a page's session)."""
    engine, viewer = session(request)
    post = app_id(item_id)
    use_cases.comments(engine).require_open(post)
    view, page = CommentView(engine, viewer), ListPage(REPLIES, cursor)
    return await off_loop(request, view.replies, post, app_id(comment_id), page)


@put(_ONE, opt=BY_PAGE, status_code=200, responses=REFUSALS)
async def put_page_comment(
    request: HttpRequest, item_id: ItemId, comment_id: CommentId, data: JSONBody[PageCommentIn]
) -> CommentMade:
    """Write a comment of the viewer's, or change its words; the log hears of it once (a page's session)."""
    engine, viewer = session(request)
    post = app_id(item_id)
    comment = CommentIn(
        author_id=viewer,
        text=data.text,
        language=data.language,
        in_reply_to=data.in_reply_to,
        mentions=data.mentions,
    )
    shown = Shown(beacon=data.beacon, written_at=data.written_at)
    write = use_cases.comments(engine).put_by_page
    record = await write(post, app_id(comment_id), comment, shown, caller(request))
    view = CommentView(engine, viewer)
    return CommentMade(await off_loop(request, view.comment, record), view.counted(post))


@delete(_ONE, opt=BY_PAGE, status_code=200, responses=REFUSALS)
async def delete_page_comment(
    request: HttpRequest, item_id: ItemId, comment_id: CommentId
) -> CommentGone:
    """Delete a comment of the viewer's own (a page's session)."""
    engine, viewer = session(request)
    await use_cases.comments(engine).delete(app_id(item_id), app_id(comment_id), by=viewer)
    return CommentGone(deleted=True)


@put(f"{_ONE}/like", opt=BY_PAGE, status_code=200, responses=REFUSALS)
async def like_page_comment(
    request: HttpRequest, item_id: ItemId, comment_id: CommentId
) -> CommentLiked:
    """Like a comment (a page's session)."""
    return await _like(request, item_id, comment_id, liked=True)


@delete(f"{_ONE}/like", opt=BY_PAGE, status_code=200, responses=REFUSALS)
async def unlike_page_comment(
    request: HttpRequest, item_id: ItemId, comment_id: CommentId
) -> CommentLiked:
    """Like a comment no longer (a page's session)."""
    return await _like(request, item_id, comment_id, liked=False)


async def _like(
    request: HttpRequest, item_id: str, comment_id: str, *, liked: bool
) -> CommentLiked:
    engine, viewer = session(request)
    like = use_cases.comments(engine).like
    likes = await like(app_id(item_id), app_id(comment_id), viewer, liked=liked)
    return CommentLiked(liked, likes)


@put(f"{_ONE}/report", opt=BY_PAGE, status_code=200, responses=REFUSALS)
async def report_page_comment(
    request: HttpRequest, item_id: ItemId, comment_id: CommentId, data: JSONBody[CommentReportIn]
) -> CommentReported:
    """Report a comment that breaks the rules (a page's session)."""
    engine, viewer = session(request)
    report = use_cases.comments(engine).report
    await report(app_id(item_id), app_id(comment_id), viewer, data)
    return CommentReported(reported=True)


ROUTES = [
    list_page_comments,
    list_page_replies,
    put_page_comment,
    delete_page_comment,
    like_page_comment,
    unlike_page_comment,
    report_page_comment,
]
