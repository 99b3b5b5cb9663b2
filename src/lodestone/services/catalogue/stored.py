"""People, items and domains of one community as their owners wrote them.

Everything here asks the records: it is called in a thread of theirs.
"""

from collections.abc import Iterable

from lodestone.base.errors import UnknownError
from lodestone.stores.ports import Records
from lodestone.stores.records.types import CommunityRecord, DomainRecord, ItemRecord, PersonRecord


class StoredRecords:
    """Reads records one by one or in pages."""

    def __init__(self, records: Records, community: str) -> None:
        self._records, self._id = records, community

    def community(self) -> CommunityRecord:
        """Return the community's own record."""
        return self._records.community(self._id)

    def person(self, person_id: str) -> PersonRecord:
        """Return one person. Raises UnknownError."""
        return self._records.person(self._id, person_id)

    def find_person(self, person_id: str) -> PersonRecord | None:
        """Return one person, None for nobody."""
        try:
            return self.person(person_id)
        except UnknownError:
            return None

    def people(self, limit: int, after: str | None = None) -> list[PersonRecord]:
        """Return a page of people, by id."""
        return self._records.people(self._id, limit=limit, after=after)

    def item(self, item_id: str) -> ItemRecord:
        """Return one item, withdrawn ones too. Raises UnknownError."""
        return self._records.item(self._id, item_id)

    def find_item(self, item_id: str) -> ItemRecord | None:
        """Return one item, withdrawn ones too, None where there never was one."""
        try:
            return self.item(item_id)
        except UnknownError:
            return None

    def people_called(self, ids: Iterable[str]) -> dict[str, PersonRecord]:
        """Return many people by their ids, those there are; one statement for some hundreds."""
        return self._records.people_called(self._id, sorted(set(ids)))

    def items_called(self, ids: Iterable[str]) -> dict[str, ItemRecord]:
        """Return many items by their ids, those there are, withdrawn ones too; one statement for some hundreds."""
        return self._records.items_called(self._id, sorted(set(ids)))

    def items(self, limit: int, after: str | None = None) -> list[ItemRecord]:
        """Return a page of items, by id."""
        return self._records.items(self._id, limit=limit, after=after)

    def domain(self, domain_id: str) -> DomainRecord:
        """Return one middle domain. Raises UnknownError."""
        return self._records.domain(self._id, domain_id)

    def domains_called(self, ids: Iterable[str]) -> dict[str, DomainRecord]:
        """Return many middle domains by their ids, likewise."""
        return self._records.domains_called(self._id, sorted(set(ids)))

    def domains(self, limit: int, after: str | None = None) -> list[DomainRecord]:
        """Return a page of middle domains, by id."""
        return self._records.domains(self._id, limit=limit, after=after)
