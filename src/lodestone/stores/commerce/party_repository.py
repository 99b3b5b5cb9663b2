"""What one commit reads and writes of people: who they are, and where they say they are."""

from collections.abc import Iterable, Sequence

from lodestone.commerce.place import Claim
from lodestone.features.layout import PersonRow
from lodestone.stores.commerce import rows
from lodestone.stores.commerce.schema import CLAIMS
from lodestone.stores.commerce.types import Party
from lodestone.stores.records.people import PERSON_ROW, find_people, names_of, with_keys
from lodestone.stores.records.rows import unpack_person
from lodestone.stores.records.schema import PEOPLE
from lodestone.stores.records.work import Work
from lodestone.stores.sql.encryption import Seal
from lodestone.stores.sql.scope import chunks


class PartyRepository:
    """Buyers, merchants and those at the desk, each read once, with where they last were."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._by_id: dict[str, Party | None] = {}
        self._by_ordinal: dict[int, Party | None] = {}
        self._claims: dict[int, Claim | None] = {}
        self._claims_stored: set[int] = set()
        self._claims_sealed: dict[int, bytes] = {}
        """What is to be written, by ordinal."""

    def get(self, person_id: str) -> Party | None:
        """Return somebody by their app's id, None when nobody has it."""
        if person_id not in self._by_id:
            self.expect([person_id])
        return self._by_id[person_id]

    def known(self, person_ids: Iterable[str]) -> list[Party]:
        """Return those of some people who have been read and exist."""
        return [
            party for person_id_ in person_ids if (party := self._by_id.get(person_id_)) is not None
        ]

    def ordinals(self) -> list[int]:
        """Return the ordinals of all who have been read."""
        return list(self._by_ordinal)

    def expect(self, person_ids: Iterable[str]) -> None:
        """Read several people at once, with where they last were."""
        wanted = [fromkey for fromkey in dict.fromkeys(person_ids) if fromkey not in self._by_id]
        people = find_people(self._work, wanted)
        for one in wanted:
            known = people.get(one)
            self._by_id[one] = None if known is None else Party(one, known.ordinal, known.key)
        keys = {party.ordinal: party.key for party in self.known(wanted)}
        self._by_ordinal.update((party.ordinal, party) for party in self.known(wanted))
        for some in chunks(list(keys)):
            query = self._work.select(CLAIMS).where(CLAIMS.c.ordinal.in_(some))
            for row in self._work.fetch(query):
                self._claims[row.ordinal] = rows.open_claim(keys[row.ordinal], row)
                self._claims_stored.add(row.ordinal)
        for ordinal in keys:
            self._claims.setdefault(ordinal, None)

    def by_ordinal(self, ordinal: int) -> Party | None:
        """Return somebody by their ordinal, None once they have been erased."""
        if ordinal not in self._by_ordinal:
            self.expect_ordinals([ordinal])
        return self._by_ordinal[ordinal]

    def expect_ordinals(self, ordinals: Sequence[int]) -> None:
        """Read several people at once by their ordinals."""
        wanted = [fromkey for fromkey in dict.fromkeys(ordinals) if fromkey not in self._by_ordinal]
        found = names_of(self._work, wanted)
        self.expect(name for name, _ in found.values())
        for one in wanted:
            self._by_ordinal[one] = self._by_id[found[one][0]] if one in found else None

    def whereabouts(self, party: Party) -> PersonRow | None:
        """Return what is known of somebody's home and position."""
        row = self._work.first(with_keys(self._work).where(PEOPLE.c.ordinal == party.ordinal))
        return None if row is None else unpack_person(Seal(row.key).open(row.row, what=PERSON_ROW))

    def claim(self, party: Party) -> Claim | None:
        """Return where somebody last said they were."""
        return self._claims[party.ordinal]

    def put_claim(self, party: Party, claim: Claim) -> None:
        """Keep where somebody says they are; of two the later holds."""
        before = self._claims[party.ordinal]
        if before is None or before.at <= claim.at:
            self._claims[party.ordinal] = claim
            self._claims_sealed[party.ordinal] = rows.seal_claim(party.key, claim)

    def flush(self) -> None:
        """Write everything that has changed since the last time."""
        placed = [
            {"at": ordinal, "time": claim.at, "sealed": sealed}
            for ordinal, sealed in self._claims_sealed.items()
            if (claim := self._claims[ordinal]) is not None
        ]
        stored = self._claims_stored
        self._work.update_rows(CLAIMS, "ordinal", [row for row in placed if row["at"] in stored])
        self._work.insert(
            CLAIMS,
            [
                {"ordinal": row["at"], "time": row["time"], "sealed": row["sealed"]}
                for row in placed
                if row["at"] not in stored
            ],
        )
        stored.update(self._claims_sealed)
        self._claims_sealed.clear()
