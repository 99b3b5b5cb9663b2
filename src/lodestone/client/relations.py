"""Whom people follow, block and mute, and whose ads they hide, each route written once; see `calls`."""

from typing import Literal

from lodestone.client.attempt import Call, nothing
from lodestone.client.calls import NAMES, query, route
from lodestone.client.records import Page

Edge = Literal["follows", "blocks", "mutes", "hidden-ads"]


def follow(person_id: str, author_id: str) -> Call[None]:
    """Let a person follow an author."""
    return _relate("PUT", person_id, "follows", author_id)


def unfollow(person_id: str, author_id: str) -> Call[None]:
    """Let a person follow an author no longer."""
    return _relate("DELETE", person_id, "follows", author_id)


def block(person_id: str, other_id: str) -> Call[None]:
    """Let a person block another."""
    return _relate("PUT", person_id, "blocks", other_id)


def unblock(person_id: str, other_id: str) -> Call[None]:
    """Let a person block another no longer."""
    return _relate("DELETE", person_id, "blocks", other_id)


def mute(person_id: str, other_id: str) -> Call[None]:
    """Let a person mute another."""
    return _relate("PUT", person_id, "mutes", other_id)


def unmute(person_id: str, other_id: str) -> Call[None]:
    """Let a person mute another no longer."""
    return _relate("DELETE", person_id, "mutes", other_id)


def hide_ads(person_id: str, other_id: str) -> Call[None]:
    """Show a person no ads of another, nor of that one's shops."""
    return _relate("PUT", person_id, "hidden-ads", other_id)


def show_ads(person_id: str, other_id: str) -> Call[None]:
    """Let ads of another come to a person again."""
    return _relate("DELETE", person_id, "hidden-ads", other_id)


def edges(
    person_id: str, what: Edge, limit: int = 100, cursor: str | None = None
) -> Call[Page[str]]:
    """List whom a person follows, blocks, mutes or wants no ads of."""
    path = route("people", person_id, what)
    return Call("GET", query(path, {"limit": limit, "cursor": cursor}), NAMES)


def _relate(method: str, person_id: str, what: Edge, other_id: str) -> Call[None]:
    return Call(method, route("people", person_id, what, other_id), nothing)
