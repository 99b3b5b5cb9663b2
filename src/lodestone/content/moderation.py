"""What a moderator says of an item within a domain, as sent and as read back."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from lodestone.base.wire import TEXT

REASON_MAX = 500


class ModerationIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a moderator does something."""

    reason: Annotated[str, Meta(min_length=1, max_length=REASON_MAX, pattern=TEXT)]
    """For the audit log; it is sealed under the author's key and shown to nobody else."""


DomainLabel = Literal["sensitive", "violence", "spoiler", "disputed", "outdated", "advertising"]


class LabelIn(ModerationIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to write on an item, and why."""

    label: DomainLabel
    """Shown with the item wherever it comes through the domain; pages have words for it in every language."""


class RemovalIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why somebody is removed from a domain, and whether they may come back."""

    may_return: bool
    """False: whoever lets them join is refused, until a moderator lets them return."""
    reason: Annotated[str, Meta(min_length=1, max_length=REASON_MAX, pattern=TEXT)]
    """For the audit log; it is sealed under the key of the person."""


class DomainMark(msgspec.Struct, frozen=True, kw_only=True):
    """What moderators say of an item in their domain."""

    item_id: str
    hidden: bool
    """It stands neither in the domain's own feed nor in what reaches people through the domain."""
    label: str | None
    """What is written on it there."""
    pinned: bool
    """It stands first in the domain's own feed."""
