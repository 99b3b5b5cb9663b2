"""Comments below items, each route written once; see `calls`."""

from typing import Final, Literal

import msgspec
from msgspec.json import Decoder

from lodestone.client.attempt import Call, nothing
from lodestone.client.calls import Json, query, route
from lodestone.client.records import Comment, CommentThread, Page

Order = Literal["worth", "newest"]

_COMMENT: Final = Decoder(Comment).decode
_REPLIES: Final = Decoder(Page[Comment]).decode
_THREADS: Final = Decoder(Page[CommentThread]).decode


def put_comment(item_id: str, comment_id: str, body: Json) -> Call[Comment]:
    """Write a comment below an item, or change its words; send the event `comment` besides."""
    return Call("PUT", _route(item_id, comment_id), _COMMENT, msgspec.json.encode(body))


def comment(item_id: str, comment_id: str) -> Call[Comment]:
    """Read a comment, whatever has become of it."""
    return Call("GET", _route(item_id, comment_id), _COMMENT)


def comments(
    item_id: str,
    limit: int = 20,
    cursor: str | None = None,
    *,
    order: Order = "worth",
    viewer: str | None = None,
) -> Call[Page[CommentThread]]:
    """List the comments below an item, each with its first replies, as a viewer sees them."""
    asked = {"limit": limit, "cursor": cursor, "order": order, "viewer": viewer}
    return Call("GET", query(route("items", item_id, "comments"), asked), _THREADS)


def replies(
    item_id: str,
    comment_id: str,
    limit: int = 20,
    cursor: str | None = None,
    *,
    viewer: str | None = None,
) -> Call[Page[Comment]]:
    """List the replies to a comment, as a viewer sees them."""
    asked = {"limit": limit, "cursor": cursor, "viewer": viewer}
    return Call("GET", query(_route(item_id, comment_id, "replies"), asked), _REPLIES)


def delete_comment(item_id: str, comment_id: str) -> Call[None]:
    """Let a comment's words go, for good."""
    return Call("DELETE", _route(item_id, comment_id), nothing)


def like_comment(item_id: str, comment_id: str, person_id: str) -> Call[None]:
    """Let a person like a comment."""
    return Call("PUT", _route(item_id, comment_id, "likes", person_id), nothing)


def unlike_comment(item_id: str, comment_id: str, person_id: str) -> Call[None]:
    """Let a person like a comment no longer."""
    return Call("DELETE", _route(item_id, comment_id, "likes", person_id), nothing)


def report_comment(
    item_id: str, comment_id: str, person_id: str, reason: str, note: str = ""
) -> Call[None]:
    """Let a person report a comment; again replaces why."""
    body = msgspec.json.encode({"reason": reason, "note": note})
    return Call("PUT", _route(item_id, comment_id, "reports", person_id), nothing, body)


def _route(item_id: str, comment_id: str, *rest: str) -> str:
    return route("items", item_id, "comments", comment_id, *rest)
