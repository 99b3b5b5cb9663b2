"""The port of what moderators do within their domains; a part of `Records`."""

from dataclasses import dataclass
from typing import Protocol

from lodestone.stores.records.types import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkChange:
    """What is to become of an item in a domain; None leaves a part as it stands."""

    hidden: bool | None = None
    label: str | None = None
    """One of `NOTICES`, empty to take it off."""
    pinned: bool | None = None
    inside: bool = True
    """Whether the item belongs to the domain: what does not cannot be pinned there."""
    reason: str = ""
    """Why; the audit log keeps it, sealed under the key of the item's author."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRecord:
    """What is said of an item in a domain."""

    id: str
    """The item's."""
    hidden: bool
    label: str
    """Empty for none."""
    pinned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What is to become of somebody in a domain."""

    member: bool
    """Whether they have joined it."""
    may_return: bool
    reason: str = ""


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
            ConflictError: `pins_full`, `item_elsewhere`.
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

    def remove_member(
        self, community: str, domain_id: str, person_id: str, removal: Removal, *, by: str | None
    ) -> None:
        """Write down that somebody is out of a domain, and whether they may come back; the log ends their membership.

        Raises:
            UnknownError: `domain_unknown`, `person_unknown`.
            ConflictError: `member_moderates`: take the office back first.
        """
        ...

    def let_return(
        self, community: str, domain_id: str, person_id: str, reason: str, *, by: str | None
    ) -> None:
        """Let somebody join a domain again. Raises UnknownError `domain_unknown`, `person_unknown`."""
        ...

    def require_may_join(self, community: str, domain_id: str, person_id: str) -> None:
        """Pass who may join a domain.

        Raises:
            UnknownError: `domain_unknown`.
            ForbiddenError: `member_removed`.
        """
        ...

    def removed_members(self, community: str, domain_id: str, *, by: str | None) -> list[str]:
        """Return the ids of who may not come back to a domain, sorted. Raises UnknownError `domain_unknown`."""
        ...

    def removed_from(self, community: str, person_id: str) -> list[str]:
        """Return the ids of the domains somebody may not come back to, sorted. Raises UnknownError `person_unknown`."""
        ...
