"""The port of what moderators do within their domains; a part of `Records`."""

from dataclasses import dataclass
from typing import Protocol

from lodestone.stores.records.types import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkChange:
    """What is to become of an item in a domain; None leaves a part as it stands."""

    hidden: bool | None = None
    reason: str = ""
    """Why; the audit log keeps it, sealed under the key of the item's author."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRecord:
    """What is said of an item in a domain."""

    id: str
    """The item's."""
    hidden: bool


class Moderation(Protocol):
    """See `Records`. `by` is whose session acts, None for a server's key, which may do whatever a moderator may.

    All of these raise ForbiddenError where `by` may not moderate the domain: `moderator_needed` moderates nothing,
    `moderator_elsewhere` another domain, `moderator_ended` did so here until the office was taken back.
    """

    def mark_item(
        self, community: str, domain_id: str, item_id: str, change: MarkChange, *, by: str | None
    ) -> Change | None:
        """Say something of an item within a domain, or take it back; None where it stands so already.

        Raises:
            UnknownError: `domain_unknown`, `item_unknown`.
            GoneError: `item_erased`.
        """
        ...

    def marks(
        self,
        community: str,
        domain_id: str,
        *,
        by: str | None,
        limit: int,
        after: str | None = None,
    ) -> list[MarkRecord]:
        """Return a page of what is said of items in a domain, by item id. Raises UnknownError `domain_unknown`."""
        ...
