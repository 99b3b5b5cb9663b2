"""What moderators do within their own domain. Who may do it is looked at in the transaction that does it."""

from dataclasses import replace

from lodestone.base.audit import act_as, present_actor
from lodestone.base.geo import distance_km
from lodestone.content import Community, DomainMark, RemovalIn
from lodestone.events.outcomes import DomainKind, FactKind
from lodestone.services.access import Principal
from lodestone.services.support.ports import DirectoryView, FactWriter, StateView
from lodestone.services.support.record_writes import Writes
from lodestone.stores.ports import Records
from lodestone.stores.records.moderation_port import MarkChange, MarkRecord, Removal


class Moderators:
    """Acts of one person by their session, or of an app by its key."""

    def __init__(
        self,
        community: Community,
        records: Records,
        writes: Writes,
        facts: FactWriter,
        state: StateView,
        directory: DirectoryView,
        who: Principal,
    ) -> None:
        """Let the audit log know whose session acts.

        Args:
            community: Whose domains they are.
            records: Where marks and removals are kept.
            writes: By which log and state hear of them.
            facts: Takes the end of a membership.
            state: Says who is a member, and which items lie in a domain.
            directory: The names in it.
            who: Acts.
        """
        self._id, self._records, self._writes = community.id, records, writes
        self._facts, self._state, self._directory = facts, state, directory
        self._by = who.viewer
        actor = present_actor()
        if actor is not None and who.viewer is not None:
            row = directory.person_row(who.viewer)
            act_as(replace(actor, person=directory.ordinal(row) if row >= 0 else None))

    async def hide(self, domain_id: str, item_id: str, reason: str, *, on: bool) -> None:
        """Hide an item from a domain, or show it there again; again changes nothing.

        Raises:
            ForbiddenError: `moderator_needed`, `moderator_elsewhere`, `moderator_ended`.
            UnknownError: `domain_unknown`, `item_unknown`.
            GoneError: `item_erased`.
        """
        await self._mark(domain_id, item_id, MarkChange(hidden=on, reason=reason))

    async def label(self, domain_id: str, item_id: str, label: str, reason: str) -> None:
        """Write something on an item in a domain, empty to take it off; again changes nothing. Raises as `hide`."""
        await self._mark(domain_id, item_id, MarkChange(label=label, reason=reason))

    async def pin(self, domain_id: str, item_id: str, reason: str, *, on: bool) -> None:
        """Let an item stand first in a domain's feed, or no longer; again changes nothing.

        Raises:
            ForbiddenError, UnknownError, GoneError: See `hide`.
            ConflictError: `pins_full`, `item_elsewhere`.
        """
        inside = self._inside(domain_id, item_id)
        await self._mark(domain_id, item_id, MarkChange(pinned=on, inside=inside, reason=reason))

    def _inside(self, domain_id: str, item_id: str) -> bool:
        """Say whether an item belongs to a domain; what is not there is for the records to refuse."""
        state, directory = self._state, self._directory
        code, row = directory.domain_code(domain_id), directory.item_row(item_id)
        domain = state.domains.get(code)
        if domain is None or row < 0:
            return True
        item = state.items[row]
        if domain.kind == DomainKind.PLACE:
            here = float(item["latitude"]), float(item["longitude"])
            return distance_km(domain.latitude, domain.longitude, *here) <= domain.radius_km
        column = "channels" if domain.kind == DomainKind.CHANNEL else "professions"
        return code in item[column]

    async def remove(self, domain_id: str, person_id: str, removal: RemovalIn) -> None:
        """End somebody's membership of a domain, and say whether they may join again; again changes nothing.

        Raises:
            ForbiddenError: See `hide`.
            UnknownError: `domain_unknown`, `person_unknown`.
            ConflictError: `member_moderates`.
        """
        by = self._by
        row = self._directory.person_row(person_id)
        code = self._directory.domain_code(domain_id)

        def write() -> list[str]:
            member = row >= 0 and code >= 0 and code in self._state.memberships(row)
            wanted = Removal(member=member, may_return=removal.may_return, reason=removal.reason)
            self._records.remove_member(self._id, domain_id, person_id, wanted, by=by)
            return [domain_id] if member else []

        async def leave(domains: list[str]) -> None:
            for name in domains:
                await self._facts.note(FactKind.LEAVE, person_id, domain_id=name)

        await self._writes.do(write, lambda _: [], leave)

    async def let_return(self, domain_id: str, person_id: str, reason: str) -> None:
        """Let somebody who was removed join again, when they like; again changes nothing. Raises as `hide`."""
        allow, community, by = self._records.let_return, self._id, self._by
        await self._writes.do(
            lambda: allow(community, domain_id, person_id, reason, by=by), lambda _: []
        )

    def removed(self, domain_id: str) -> list[str]:
        """Return the ids of who may not come back, sorted. It reads the records: call it in a thread of theirs.

        Raises:
            ForbiddenError, UnknownError: See `hide`.
        """
        return self._records.removed_members(self._id, domain_id, by=self._by)

    async def _mark(self, domain_id: str, item_id: str, change: MarkChange) -> None:
        mark, community, by = self._records.mark_item, self._id, self._by
        await self._writes.do(
            lambda: mark(community, domain_id, item_id, change, by=by),
            lambda made: [] if made is None else [made],
        )

    def marks(self, domain_id: str, limit: int, after: str | None) -> list[MarkRecord]:
        """Return a page of what is said of items in a domain. It reads the records: call it in a thread of theirs.

        Raises:
            ForbiddenError, UnknownError: See `hide`.
        """
        community = self._id
        return self._records.marks(community, domain_id, by=self._by, limit=limit, after=after)


def mark_out(mark: MarkRecord) -> DomainMark:
    """Show what is said of an item."""
    return DomainMark(
        item_id=mark.id, hidden=mark.hidden, label=mark.label or None, pinned=mark.pinned
    )
