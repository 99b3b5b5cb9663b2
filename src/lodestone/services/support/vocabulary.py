"""Names behind codes: kept in the directory, read from records when a code is new."""

from collections.abc import Mapping
from typing import Final

from lodestone.base.arrays import Floats
from lodestone.base.wire import printable
from lodestone.content.vectors import interest
from lodestone.features.directory import Directory
from lodestone.features.layout import ItemRow, PersonRow
from lodestone.stores.ports import Records
from lodestone.stores.records.types import TermKind

Names = Mapping[TermKind, dict[int, str]]
"""The names of some kinds by their codes."""
_KINDS: Final = (TermKind.TAG, TermKind.DOMAIN, TermKind.LANGUAGE, TermKind.SURFACE)


class TermBook:
    """The names of one community."""

    def __init__(self, records: Records, community: str, directory: Directory) -> None:
        self._records = records
        self._community = community
        self._directory = directory
        self._tags: dict[int, str] = {}
        self._domains: set[int] = set()
        self._languages: set[int] = set()
        self.refresh()

    def refresh(self) -> None:
        """Read every name anew."""
        self.take(self.read())

    def read(self) -> Names:
        """Read every name from the records; in a thread, where the community is open."""
        read = self._records.terms
        return {kind: read(self._community, kind) for kind in _KINDS}

    def take(self, names: Names) -> None:
        """Know these names from now on."""
        self._tags, domains = names[TermKind.TAG], names[TermKind.DOMAIN]
        languages, surfaces = names[TermKind.LANGUAGE], names[TermKind.SURFACE]
        self._domains, self._languages = set(domains), set(languages)
        self._directory.add_terms(
            # What stands for a forgotten name is no name to be shown.
            {name: code for code, name in domains.items() if printable(name)},
            {name: code for code, name in self._tags.items()},
            {name: code for code, name in languages.items()},
            {name: code for code, name in surfaces.items()},
        )

    def knows(self, row: PersonRow | ItemRow) -> bool:
        """Say whether every code of a row has its name."""
        if isinstance(row, PersonRow):
            tags = {code for code, _ in row.interests}
            domains = {row.profession} - {-1}
        else:
            tags, domains = set(row.tags), {*row.channels, *row.professions}
        known = tags <= self._tags.keys() and domains <= self._domains
        return known and (row.language < 0 or row.language in self._languages)

    def learn(self, row: PersonRow | ItemRow) -> None:
        """Make sure every code of a row has its name."""
        if not self.knows(row):
            self.refresh()

    def interest(self, person: PersonRow) -> Floats:
        """Return the place of a person's stated interests; shape (64,)."""
        return interest([(self._tags[code], weight) for code, weight in person.interests])
