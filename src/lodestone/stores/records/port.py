"""The port of people, items, domains and whatever else is true by decree, community by community.

Records hold what is true by decree (who exists, what was posted, which policy holds); what
happened is the log's. Every write that the log must know of leaves a `Change` in an outbox, in
the same transaction; the relay turns it into a fact and says `done`. `stores.ports.Records` says what all of
these calls raise.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from lodestone.base.clock import Instant
from lodestone.content import CommunityIn, DomainIn, ItemIn
from lodestone.features.layout import DomainRow, ItemRow, PersonRow
from lodestone.people import PersonIn
from lodestone.stores.records.types import (
    Answer,
    Broken,
    Bulk,
    Change,
    CommunityRecord,
    DomainRecord,
    ItemRecord,
    PersonRecord,
    PolicyRecord,
    TermKind,
    raise_broken,
)
from lodestone.traffic.policy import Policy


class CommunityPort(Protocol):
    """Communities, their state and their clocks."""

    def create_community(
        self, community: str, given: CommunityIn, *, now: Instant
    ) -> CommunityRecord:
        """Make a community with a fresh secret. Raises ConflictError `community_exists`."""
        ...

    def update_community(self, community: str, given: CommunityIn) -> CommunityRecord:
        """Replace its name and state.

        Raises:
            ConflictError: `community_fixed`: time zone, currency or clock differ; names the field.
        """
        ...

    def disable_community(self, community: str) -> CommunityRecord:
        """Close a community's doors; its data stays, and `update_community` opens it again."""
        ...

    def community(self, community: str) -> CommunityRecord:
        """Return one community."""
        ...

    def communities(self) -> list[CommunityRecord]:
        """Return every community, by id."""
        ...

    def set_clock(self, community: str, instant: Instant) -> CommunityRecord:
        """Advance a driven clock. Raises ConflictError `clock_wall` or `clock_backwards`."""
        ...

    def release_clock(self, community: str, *, wall: Instant) -> CommunityRecord:
        """Let a driven clock run with the wall from now on, for good.

        Raises:
            ConflictError: `clock_wall`: it does already; `clock_apart`: it is not within a
                minute of `wall`.
        """
        ...


class PeoplePort(Protocol):
    """People and their erasure."""

    def put_person(
        self, community: str, person_id: str, given: PersonIn, *, now: Instant
    ) -> Change:
        """Make or replace a person. `Change.created` says which."""
        ...

    def put_people(
        self, community: str, given: Sequence[tuple[str, PersonIn]], *, now: Instant
    ) -> Bulk:
        """Make or replace up to 1,000 people in one transaction; of one id the last one holds."""
        ...

    def person(self, community: str, person_id: str) -> PersonRecord:
        """Return one person. Raises UnknownError `person_unknown`."""
        ...

    def people_called(self, community: str, ids: Sequence[str]) -> dict[str, PersonRecord]:
        """Return many people, by id; those there are. One statement for each `sql.base.IN_MAX`."""
        ...

    def person_of(self, community: str, ordinal: int) -> PersonRecord:
        """Return the person behind an ordinal. Raises UnknownError `person_unknown`."""
        ...

    def people(self, community: str, *, limit: int, after: str | None = None) -> list[PersonRecord]:
        """Return a page of people after that of id `after`, in an order of its own that never changes."""
        ...

    def erase_person(self, community: str, person_id: str, *, now: Instant) -> list[Change]:
        """Erase a person from every file of the records, for good.

        Their row goes with the id, the data key and the answers kept for them; what they posted
        is withdrawn and emptied, and names its author by ordinal only. In SQLite's files nothing
        can be read any more when this returns; in PostgreSQL's, after the next `compact`.

        Returns:
            `ERASED` with the ordinal, then an `ITEM` for each post.

        Raises:
            UnknownError: `person_unknown`.
        """
        ...

    def erased(self, community: str) -> list[int]:
        """Return the ordinals of all who were erased, oldest first."""
        ...

    def replay_erasures(
        self, community: str, ordinals: Sequence[int], *, now: Instant
    ) -> list[Change]:
        """Erase again those whom a restored back-up brought back; others are passed over."""
        ...


class ItemPort(Protocol):
    """Items, their labels and their media."""

    def put_item(
        self, community: str, item_id: str, given: ItemIn, *, now: Instant
    ) -> list[Change]:
        """Make or replace an item; an unknown author becomes a person with nothing but an id.

        Returns:
            The item's change, last; before it that of its author when this made them.

        Raises:
            InvalidError: `author_fixed`: another author than at first; `terms_full`.
            GoneError: `item_erased`: its author was erased and it with them.
        """
        ...

    def put_items(
        self, community: str, given: Sequence[tuple[str, ItemIn]], *, now: Instant
    ) -> Bulk:
        """Make or replace up to 1,000 items in one transaction, refusing one by one.

        Their new authors' `PERSON` changes come before the `ITEM` changes.
        """
        ...

    def item(self, community: str, item_id: str) -> ItemRecord:
        """Return one item, withdrawn ones too. Raises UnknownError `item_unknown`."""
        ...

    def item_at(self, community: str, row: int) -> ItemRecord:
        """Return the item of a row. Raises UnknownError `item_unknown`."""
        ...

    def items_called(self, community: str, ids: Sequence[str]) -> dict[str, ItemRecord]:
        """Return many items, by id; those there are, withdrawn ones too. Statements as `people_called`."""
        ...

    def items(
        self,
        community: str,
        *,
        limit: int,
        after: str | None = None,
        author_id: str | None = None,
    ) -> list[ItemRecord]:
        """Return a page of items by id, those after `after`, of one author if given."""
        ...

    def withdraw_item(self, community: str, item_id: str, *, now: Instant) -> Change | None:
        """Take an item out of every feed; None when it was already. Raises `item_unknown`."""
        ...

    def scrub_items(self, community: str, author_id: str) -> list[Change]:
        """Withdraw and empty everything an author posted: text, media, tags, place, labels."""
        ...

    def media_replaced(self, community: str, ordinal: int) -> list[str]:
        """Return the names of media that a person's items showed before a later write, sorted."""
        ...

    def labels_over(self, community: str, *, now: Instant, limit: int) -> list[int]:
        """Return the rows of up to `limit` items whose label has expired, by row."""
        ...

    def expire_labels(self, community: str, rows: Sequence[int], *, now: Instant) -> list[Change]:
        """Recompute those of some items whose label has expired; a step of housekeeping."""
        ...


class DomainPort(Protocol):
    """Middle domains and their moderators."""

    def put_domain(
        self, community: str, domain_id: str, given: DomainIn, *, now: Instant
    ) -> Change:
        """Make or replace a middle domain. Raises InvalidError `kind_fixed`, `terms_full`."""
        ...

    def delete_domain(self, community: str, domain_id: str) -> list[Change]:
        """Remove a domain, its moderators and what they said; its code stays taken. Raises `domain_unknown`."""
        ...

    def domain(self, community: str, domain_id: str) -> DomainRecord:
        """Return one domain. Raises UnknownError `domain_unknown`."""
        ...

    def domains_called(self, community: str, ids: Sequence[str]) -> dict[str, DomainRecord]:
        """Return many middle domains, by id; those there are. Statements as `PeoplePort.people_called`."""
        ...

    def domains(
        self, community: str, *, limit: int, after: str | None = None
    ) -> list[DomainRecord]:
        """Return a page of domains by id, those after `after`."""
        ...

    def add_moderator(self, community: str, domain_id: str, person_id: str) -> bool:
        """Make a person a moderator; False when they were. Raises UnknownError."""
        ...

    def remove_moderator(self, community: str, domain_id: str, person_id: str) -> bool:
        """Take the office back; False when they did not hold it. Raises UnknownError."""
        ...

    def moderators(self, community: str, domain_id: str) -> list[str]:
        """Return the ids of a domain's moderators, sorted. Raises `domain_unknown`."""
        ...

    def moderated(self, community: str, person_id: str) -> list[str]:
        """Return the ids of the domains a person moderates, sorted. Raises `person_unknown`."""
        ...


class TermPort(Protocol):
    """Names of tags, domains, languages and surfaces, each with a small code."""

    def term(self, community: str, kind: TermKind, text: str) -> int:
        """Return a name's code, giving it the next free one at first sight.

        Codes count 0, 1, 2, ... per community and kind and are never reused. Surfaces are
        otherwise: the built-in ones have their place in `SURFACES`, others take 8 to 63.

        Raises:
            InvalidError: `terms_full`: there is no code left; `term_invalid`: not printable.
        """
        ...

    def find_term(self, community: str, kind: TermKind, text: str) -> int | None:
        """Return a name's code without giving it one."""
        ...

    def term_text(self, community: str, kind: TermKind, code: int) -> str:
        """Return the name of a code. Raises UnknownError `term_unknown`."""
        ...

    def terms(self, community: str, kind: TermKind) -> dict[int, str]:
        """Return every name of a kind by its code."""
        ...


class PolicyPort(Protocol):
    """Versions of a community's policy."""

    def put_policy(
        self,
        community: str,
        policy: Policy,
        *,
        now: Instant,
        based_on: int | None = None,
        reason: str = "",
    ) -> Change:
        """Store a policy under the next version (1, 2, ...), whatever version it carries.

        Args:
            community: Whose.
            policy: The policy.
            now: When.
            based_on: The version that must be in force; None for whichever is.
            reason: Why, for the audit log.

        Raises:
            ConflictError: `policy_changed`: another version than `based_on` is in force.
        """
        ...

    def policy(self, community: str, version: int | None = None) -> PolicyRecord:
        """Return a version, the latest by default. Raises UnknownError `policy_unknown`."""
        ...

    def policies(self, community: str) -> list[PolicyRecord]:
        """Return every version, newest first."""
        ...


class AnswerPort(Protocol):
    """Answers kept under idempotency keys, and small values the engine keeps."""

    def recall(self, community: str, claim: bytes, *, now: Instant) -> Answer | None:
        """Return what was answered under a claim in the last seven days, see `claim_of`."""
        ...

    def remember(
        self,
        community: str,
        claim: bytes,
        answer: Answer,
        *,
        now: Instant,
        person_id: str | None = None,
    ) -> None:
        """Keep an answer for seven days; with `person_id` it goes when they are erased.

        Raises:
            ConflictError: `idempotency_conflict`: the claim holds an answer to another body.
        """
        ...

    def purge_answers(self, community: str, *, now: Instant) -> int:
        """Drop answers older than seven days and say how many."""
        ...

    def meta(self, community: str, name: str) -> bytes | None:
        """Return a small value the engine keeps, such as how far an import has come."""
        ...

    def set_meta(self, community: str, name: str, value: bytes | None) -> None:
        """Keep a small value, or drop it with None."""
        ...


class OutboxPort(Protocol):
    """Changes on their way to the log, and what a start reads."""

    def pending_changes(
        self, community: str, *, limit: int = 10_000, deeds_only: bool = False
    ) -> list[Change]:
        """Return the oldest changes not yet done, each with the row as it is *now*; deeds alone if asked.

        What does not open, or is of a kind that nobody knows, has `Unread` for its row.
        """
        ...

    def done(self, community: str, ids: Sequence[int]) -> None:
        """Forget changes that the log has; unknown ids are passed over."""
        ...

    def person_rows(
        self, community: str, broken: Broken = raise_broken
    ) -> Iterator[tuple[str, PersonRow, bytes]]:
        """Yield (app id, row, data key of 32 bytes) of everyone, in no promised order; `broken` hears of the rest."""
        ...

    def item_rows(
        self, community: str, broken: Broken = raise_broken
    ) -> Iterator[tuple[str, ItemRow]]:
        """Yield (app id, row) of every item, by row: 0, 1, 2, ...; `broken` hears of those that do not open."""
        ...

    def domain_rows(
        self, community: str, broken: Broken = raise_broken
    ) -> Iterator[tuple[str, DomainRow]]:
        """Yield (app id, row) of every domain, by code; `broken` hears of those that do not open."""
        ...

    def item_ids(self, community: str) -> list[str]:
        """Return the app ids of all items; the index is the row."""
        ...

    def data_key(self, community: str, ordinal: int) -> bytes | None:
        """Return a person's data key, None once they are erased."""
        ...
