"""Gorse's words for users, items and feedback, and what they are called here."""

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Annotated, Any, Final, TypeGuard, TypeVar

import msgspec
from msgspec import Meta

from lodestone.base.clock import SECOND_MICROS, Instant
from lodestone.base.errors import InvalidError, Problem
from lodestone.base.wire import EPOCH, TEXT, Name, app_id, is_app_id, is_word, problem_of, time_text
from lodestone.content import TAGS_MAX, ItemIn
from lodestone.people import INTERESTS_MAX, PersonIn
from lodestone.serve.gorse.dates import UNSET, read_time
from lodestone.services.catalogue import ItemRecord, PersonRecord

ALONE: Final = "item:"
"""An item that names no author has one of its own, called after it."""
_GO_PART: Final = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")
_GO_MICROS: Final = {"ns": 1e-3, "us": 1.0, "µs": 1.0, "ms": 1e3, "s": 1e6, "m": 6e7, "h": 3.6e9}
_NAMES: Final = {
    "name": "Comment",
    "interests": "Labels",
    "text": "Comment",
    "tags": "Labels",
    "channels": "Categories",
    "author_id": "Labels.author",
    "created_at": "Timestamp",
}
_DEEP: Final = 16
Text = Annotated[str, Meta(max_length=20_000, pattern=TEXT)]
Given = TypeVar("Given", PersonIn, ItemIn)


class GorseUser(msgspec.Struct, frozen=True, rename="pascal"):
    """A user: their labels are interests, their comment a name."""

    user_id: Name
    labels: Any = None
    comment: Text = ""


class GorseUserPatch(msgspec.Struct, frozen=True, rename="pascal"):
    """What to change of a user; null leaves it."""

    labels: Any = None
    comment: Text | None = None


class GorseUsers(msgspec.Struct, frozen=True, rename="pascal"):
    """A page of users; the cursor is empty at the end."""

    cursor: str
    users: list[GorseUser]


class GorseItem(msgspec.Struct, frozen=True, rename="pascal"):
    """An item: categories are channels, labels tags, the comment its text."""

    item_id: Name
    is_hidden: bool = False
    categories: list[Name] | None = None
    timestamp: Name = ""
    labels: Any = None
    comment: Text = ""


class GorseItemPatch(msgspec.Struct, frozen=True, rename="pascal"):
    """What to change of an item; null leaves it."""

    is_hidden: bool | None = None
    categories: list[Name] | None = None
    timestamp: Name | None = None
    labels: Any = None
    comment: Text | None = None


class GorseItems(msgspec.Struct, frozen=True, rename="pascal"):
    """A page of items; the cursor is empty at the end."""

    cursor: str
    items: list[GorseItem]


class GorseFeedbackIn(msgspec.Struct, frozen=True, rename="pascal"):
    """Feedback as it is sent; its time may be left out, and is then now."""

    feedback_type: Annotated[str, Meta(min_length=1, max_length=64, pattern=TEXT)]
    user_id: Name
    item_id: Name
    timestamp: Name = ""
    value: float = 0.0
    comment: Text = ""


class GorseFeedback(msgspec.Struct, frozen=True, rename="pascal"):
    """Feedback as the log holds it: `value` is seconds watched or visible, else 0."""

    feedback_type: str
    user_id: str
    item_id: str
    value: float
    timestamp: str
    comment: str = ""


class GorseFeedbackPage(msgspec.Struct, frozen=True, rename="pascal"):
    """A page of feedback; the cursor is empty at the end."""

    cursor: str
    feedback: list[GorseFeedback]


class GorseSuccess(msgspec.Struct, frozen=True, rename="pascal"):
    """How many rows a write moved."""

    row_affected: int


class GorseScore(msgspec.Struct, frozen=True, rename="pascal"):
    """An item and why it stands where it does."""

    id: str
    score: float


class GorseHealth(msgspec.Struct, frozen=True, rename="pascal"):
    """Whether the engine is ready; it has one store, so both say the same."""

    ready: bool = True
    data_store_error: str | None = None
    cache_store_error: str | None = None
    data_store_connected: bool = True
    cache_store_connected: bool = True


# There


def person_in(held: PersonRecord | None, user: GorseUser | GorseUserPatch) -> PersonIn:
    """Turn a user into a person; what Gorse has no word for stays as it was.

    Raises:
        InvalidError: A label or the comment does not fit.
    """
    changed: dict[str, Any] = {}
    if isinstance(user, GorseUser) or user.labels is not None:
        changed["interests"] = dict(islice(_words(user.labels).items(), INTERESTS_MAX))
    if user.comment is not None:
        changed["name"] = user.comment
    return _changed(PersonIn() if held is None else held.given, changed, "user_invalid")


def item_in(
    held: ItemRecord | None, item_id: str, item: GorseItem | GorseItemPatch, now: Instant
) -> ItemIn:
    """Turn an item into one of ours; what Gorse has no word for stays as it was.

    Raises:
        InvalidError: A field does not fit.
    """
    whole = isinstance(item, GorseItem)
    author = _author(item.labels)
    base = held.given if held is not None else None
    if base is None or held is None or held.author_id is None:
        base = ItemIn(kind="text", author_id=app_id(author or ALONE + item_id, field="ItemId"))
    changed: dict[str, Any] = {} if author is None else {"author_id": author}
    if whole or item.labels is not None:
        changed["tags"] = tuple(islice(_words(_without_author(item.labels)), TAGS_MAX))
    if whole or item.categories is not None:
        changed["channels"] = tuple(dict.fromkeys(item.categories or ()))
    if item.comment is not None:
        changed["text"] = item.comment
    if item.is_hidden is not None:
        changed["state"] = "draft" if item.is_hidden else "live"
    if is_set(item.timestamp):
        at = instant(item.timestamp, "Timestamp")
        if at > now:
            raise _invalid("item_invalid", "Timestamp", "lies ahead of the community's clock")
        changed["created_at"] = datetime_of(at)
    return _changed(base, changed, "item_invalid")


def _changed(base: Given, changed: dict[str, Any], code: str) -> Given:
    """Replace fields, checking them as if they had come in at our own door."""
    fields = msgspec.to_builtins(base) | msgspec.to_builtins(changed)
    try:
        return msgspec.convert(fields, type(base))
    except msgspec.ValidationError as error:
        told = problem_of(error)
        field = told.field.partition(".")[0].partition("[")[0]
        name = _NAMES.get(field, field)
        raise _invalid(code, name, told.problem) from error


def _texts(labels: Any, deep: int = 0) -> Iterator[str]:
    """Yield every string of labels: listed, or as values of a mapping. Numbers are no labels here."""
    if isinstance(labels, str):
        if labels:
            yield labels
    elif isinstance(labels, dict | list) and deep < _DEEP:
        for part in labels.values() if isinstance(labels, dict) else labels:
            yield from _texts(part, deep + 1)


def _words(labels: Any) -> dict[str, float]:
    """Return what of labels can stand as tags or interests, once each and in their order.

    Gorse keeps any label; one that is too long or cannot be shown is passed over, so that it never refuses a batch.
    """
    return dict.fromkeys((text for text in _texts(labels) if is_word(text)), 1.0)


def _author(labels: Any) -> str | None:
    """Return the author that labels name, if they name one that can be one."""
    named = labels.get("author") if isinstance(labels, dict) else None
    return named if isinstance(named, str) and is_app_id(named) else None


def _without_author(labels: Any) -> Any:
    if not isinstance(labels, dict):
        return labels
    return {name: value for name, value in labels.items() if name != "author"}


def instant(text: str, field: str) -> Instant:
    """Read a time in any of the forms that Gorse reads; UTC where it does not say.

    Raises:
        InvalidError: It is no time, or before 1970.
    """
    at = read_time(text)
    if at is None:
        problem = "must be a time such as 2026-03-01T08:00:00Z"
        raise _invalid("time_malformed", field, problem)
    if at < 0:
        raise _invalid("time_malformed", field, "must not lie before 1970")
    return at


def is_set(timestamp: str | None) -> TypeGuard[str]:
    """Say whether a time was given: neither left out nor what Go writes for one never set."""
    return timestamp is not None and timestamp != "" and not timestamp.startswith(UNSET)


def duration_micros(text: str, field: str) -> int:
    """Read a length of time as Go writes it: `10m`, `1h30m`, `0h0m5s`. Raises InvalidError."""
    parts = _GO_PART.findall(text)
    if text not in ("", "0") and "".join(number + unit for number, unit in parts) != text:
        raise _invalid("duration_malformed", field, "must be a length of time such as 1h30m")
    return round(sum(float(number) * _GO_MICROS[unit] for number, unit in parts))


def _invalid(code: str, field: str, problem: str) -> InvalidError:
    return InvalidError(code, f"{field} {problem}", (Problem(field, problem),))


# And back


def user_out(record: PersonRecord) -> GorseUser:
    """Show a person as a user."""
    return GorseUser(record.id, list(record.given.interests), record.given.name)


def item_out(record: ItemRecord) -> GorseItem:
    """Show an item as Gorse does; one with an author of its own says who among its labels."""
    tags: Any = list(record.given.tags)
    if record.author_id is not None and record.author_id != ALONE + record.id:
        tags = {"author": record.author_id, "tags": tags}
    return GorseItem(
        record.id,
        record.given.state != "live",
        list(record.given.channels),
        go_time(record.created),
        tags,
        record.given.text,
    )


def go_time(at: Instant) -> str:
    """Write an instant as Go does, without the zeros of a fraction.

    >>> go_time(Instant(1_650_000_000_000_000))
    '2022-04-15T05:20:00Z'
    """
    whole, _, fraction = time_text(at).removesuffix("Z").partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}Z" if fraction else f"{whole}Z"


def datetime_of(at: Instant) -> datetime:
    """Turn an instant into a time in UTC."""
    return datetime.fromtimestamp(at // SECOND_MICROS, EPOCH.tzinfo).replace(
        microsecond=at % SECOND_MICROS
    )
