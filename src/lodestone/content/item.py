"""An item - a video, picture, text, live room or product card - as sent and as read back."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from lodestone.base.clock import Instant
from lodestone.base.translations import Texts, TranslatedText
from lodestone.base.wire import (
    EPOCH,
    TEXT,
    AppId,
    Language,
    Position,
    Time,
    TimeText,
    Word,
    check_years,
    instant_of,
    refuse,
    time_text,
)
from lodestone.content.review import RULINGS

TEXT_MAX = 20_000
TAGS_MAX = 16
CHANNELS_MAX = 4
PROFESSIONS_MAX = 2
MEDIA_MAX = 32
LABELS_MAX = 16
_OURS = re.compile(r"(?:^|/)media/(?P<name>[0-9A-Za-z]+\.[0-9a-z]+)$")
LABEL_ORDER = ("show", "warn", "drop")


class Media(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of an item, held by the app or by the engine's media store."""

    url: Annotated[str, Meta(min_length=1, max_length=2048, pattern=TEXT)]
    type: Annotated[
        str,
        Meta(max_length=127, pattern=r"^[a-z]+/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*$(?!\n)"),
    ]
    """Its media type, such as `video/mp4`."""
    width: Annotated[int, Meta(ge=1, le=65_535)] | None = None
    """Pixels."""
    height: Annotated[int, Meta(ge=1, le=65_535)] | None = None


class Label(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a rule says about an item's visibility, for ever or until it expires."""

    label: Literal["show", "warn", "drop"]
    rule: Word
    expires_at: Time | None = None

    def __post_init__(self) -> None:
        check_years(self, "expires_at")


class ItemIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """An item as an app sends it; what is left out is unknown, on an update too."""

    kind: Literal["video", "picture", "text", "live", "product"]
    author_id: AppId
    """Fixed by the first write; a person of this id is made if there is none."""
    text: Annotated[str, Meta(max_length=TEXT_MAX, pattern=TEXT)] = ""
    language: Language | None = None
    tags: Annotated[tuple[Word, ...], Meta(max_length=TAGS_MAX)] = ()
    """The first is the item's topic."""
    channels: Annotated[tuple[AppId, ...], Meta(max_length=CHANNELS_MAX)] = ()
    professions: Annotated[tuple[AppId, ...], Meta(max_length=PROFESSIONS_MAX)] = ()
    position: Position | None = None
    duration_seconds: Annotated[float, Meta(ge=0, le=604_800)] | None = None
    media: Annotated[tuple[Media, ...], Meta(max_length=MEDIA_MAX)] = ()
    state: Literal["draft", "live", "withdrawn"] = "live"
    labels: Annotated[tuple[Label, ...], Meta(max_length=LABELS_MAX)] = ()
    """The strictest one in force holds; none means `show`."""
    created_at: Time | None = None
    """When it was posted; the community's clock at the first write when left out."""
    translations: Texts = {}
    """Its text in other languages, for readers of those; pages say that it is translated."""

    def __post_init__(self) -> None:
        if self.created_at is not None and self.created_at < EPOCH:
            raise refuse("created_at", "must not lie before 1970")
        check_years(self, "created_at")
        for field in ("tags", "channels", "professions"):
            names = getattr(self, field)
            if len(names) > 1 and len(set(names)) < len(names):
                raise refuse(field, "must not name the same one twice")


class LabelOut(msgspec.Struct, frozen=True):
    """A label as it is read back."""

    label: str
    rule: str
    expires_at: TimeText | None


class ItemOut(msgspec.Struct, frozen=True, kw_only=True):
    """An item as it is read back."""

    id: str
    kind: str
    author_id: str | None
    """None once its author has been erased."""
    text: str
    language: str | None
    tags: tuple[str, ...]
    channels: tuple[str, ...]
    professions: tuple[str, ...]
    position: Position | None
    duration_seconds: float | None
    media: tuple[Media, ...]
    state: str
    labels: tuple[LabelOut, ...]
    ruling: str | None
    """What moderators decided of it after reports, `warn` or `hide`: it holds beside the labels, whatever the app sends."""
    counters: dict[str, int]
    """Impressions and outcomes so far."""
    created_at: TimeText
    translations: dict[str, TranslatedText]


def item_out(
    item_id: str,
    item: ItemIn,
    *,
    author_id: str | None,
    created: Instant,
    counters: Mapping[str, int],
    ruling: int = 0,
) -> ItemOut:
    """Show a stored item under its app's id, with its counters from the serving state.

    Args:
        item_id: The app's.
        item: As the app sent it.
        author_id: None once they are erased.
        created: When it was posted.
        counters: By outcome.
        ruling: A place in `review.RULINGS`.
    """
    return ItemOut(
        id=item_id,
        kind=item.kind,
        author_id=author_id,
        text=item.text,
        language=item.language,
        tags=item.tags,
        channels=item.channels,
        professions=item.professions,
        position=item.position,
        duration_seconds=item.duration_seconds,
        media=item.media,
        state=item.state,
        labels=tuple(
            LabelOut(
                label.label,
                label.rule,
                None if label.expires_at is None else time_text(instant_of(label.expires_at)),
            )
            for label in item.labels
        ),
        ruling=RULINGS[ruling] or None,
        counters=dict(counters),
        created_at=time_text(created),
        translations=item.translations,
    )


def media_names(item: ItemIn) -> set[str]:
    """Return the names under which our own media store serves what an item shows."""
    matches = (_OURS.search(medium.url) for medium in item.media)
    return {match["name"] for match in matches if match is not None}


def picture_name(item: ItemIn) -> str | None:
    """Return the name under which our own media store serves an item's first picture; None where it has none there."""
    for medium in item.media:
        ours = _OURS.search(medium.url)
        if ours is not None and medium.type.startswith("image/"):
            return ours["name"]
    return None


def label_in_force(labels: Sequence[Label], now: Instant) -> tuple[int, Instant | None]:
    """Return the strictest label in force, and when that next may change.

    Args:
        labels: An item's labels, in any order.
        now: The community's clock; a label holds until just before it expires.

    Returns:
        Index into `LABEL_ORDER`, and the first expiry still to come, None when there is none.
    """
    strictest, change = 0, None
    for label in labels:
        until = None if label.expires_at is None else instant_of(label.expires_at)
        if until is not None and until <= now:
            continue
        strictest = max(strictest, LABEL_ORDER.index(label.label))
        if until is not None and (change is None or until < change):
            change = until
    return strictest, change
