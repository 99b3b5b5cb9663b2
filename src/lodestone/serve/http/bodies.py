"""Bodies that are no single JSON value: NDJSON lines, and media as they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from lodestone.base.wire import AppId
from lodestone.content import ItemIn
from lodestone.events.wire import EventIn
from lodestone.people import PersonIn

BODY: Final = "body"
"""Under which a route's options hold what the document says of such bodies."""
_NDJSON: Final = "application/x-ndjson"
MEDIA_TYPES: Final = (
    "image/webp",
    "image/png",
    "image/jpeg",
    "image/svg+xml",
    "video/mp4",
    "audio/mpeg",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawBody:
    """What a route takes or answers with beside JSON."""

    request: tuple[str, ...] = ()
    """Media types of the request's body."""
    response: tuple[str, ...] = ()
    """Media types of what it answers with."""
    line: Any = None
    """What each line holds; None where the body is bytes."""
    answers: Mapping[int, str] = field(default_factory=dict)
    """Statuses that no annotation names, and what each means."""


class PersonLine(PersonIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of people to make or replace."""

    id: AppId


class ItemLine(ItemIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of items to make or replace."""

    id: AppId


def _lines(kind: type[msgspec.Struct]) -> dict[str, RawBody]:
    return {BODY: RawBody(request=(_NDJSON,), line=kind)}


PEOPLE_LINES: Final = _lines(PersonLine)
ITEM_LINES: Final = _lines(ItemLine)
EVENT_LINES: Final = _lines(EventIn)
MEDIA_BODY: Final = {BODY: RawBody(request=MEDIA_TYPES)}
SIGNED_BODY: Final = {BODY: RawBody(request=("application/json",))}
"""JSON whose very bytes are signed."""
MEDIA_ANSWER: Final = {
    BODY: RawBody(
        response=MEDIA_TYPES,
        answers={
            200: "What the store holds.",
            206: "The range that was asked for.",
            304: "It has not changed; it never does.",
            416: "It ends before the range begins.",
        },
    )
}
