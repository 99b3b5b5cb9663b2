"""Whom a request acts for, as the audit log will name them."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from lodestone.base.audit import Actor
from lodestone.base.clock import Instant
from lodestone.base.wire import SLASH
from lodestone.serve.http.paths import Route
from lodestone.services.access import Principal

_READING: Final = ("GET", "HEAD", "OPTIONS")


def actor_of(scope: Mapping[str, Any], clock: Callable[[str], Instant]) -> Actor | None:
    """Return who acts by a request, None where the audit log has nothing to say of it.

    Args:
        scope: Of a request that has been let in; its state holds the route, and who asks: nobody where no key is
            asked for, as for forms, whose sender is known once the form is read.
        clock: Returns what a community's clock shows.

    A page's session acts for its viewer: what people do themselves is theirs, and no act of those who run things,
    unless they do it by an office; whose it is the use case adds.
    """
    route: Route | None = scope["state"]["route"]
    who: Principal | None = scope["state"]["principal"]
    if route is None or route.method in _READING or route.permission.audited == "never":
        return None
    if who is not None and who.viewer is not None and not route.permission.office:
        return None
    return Actor(
        route=f"{route.method} {route.template}",
        clock=clock,
        key_id="" if who is None else who.key_id,
        subject=subject_of(route.template, scope["path"]),
        every_write=route.permission.audited == "every write",
    )


def subject_of(template: str, path: str) -> tuple[str, str]:
    """Return kind and id of what a path names last; the last word of the template where it names nothing.

    >>> subject_of("/v1/shops/{shop_id}/review", "/v1/shops/soups/review")
    ('shop', 'soups')
    >>> subject_of("/v1/item-lists", "/v1/item-lists")
    ('item-lists', '')
    """
    pairs = list(zip(template.split("/"), path.split("/"), strict=False))
    for word, value in reversed(pairs):
        if word.startswith("{"):
            kind = word[1:-1].removesuffix("_id")
            # People are named by ordinals alone.
            return kind, "" if kind in ("person", "user", "author") else value.replace(SLASH, "/")
    return pairs[-1][0], ""
