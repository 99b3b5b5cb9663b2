"""Words that nobody uses any more: after an erasure, a tag that one person alone used is forgotten too."""

from typing import Final

from sqlalchemy import func

from lodestone.stores.records_base import READ_CHUNK, Base, Work
from lodestone.stores.records_items import ITEM_COLUMNS, owner_key
from lodestone.stores.records_items_write import LAYOUT
from lodestone.stores.records_people import PERSON_ROW, with_keys
from lodestone.stores.records_rows import unpack_item, unpack_person
from lodestone.stores.records_schema import (
    COMMUNITIES,
    ERASED,
    ITEMS,
    META,
    PEOPLE,
    PERSON_KEYS,
    TERMS,
)
from lodestone.stores.records_seal import Seal
from lodestone.stores.records_types import TermKind

FORGOTTEN: Final = "\x01"
"""Begins what stands for a forgotten word; no tag can, and its code stays taken."""
_DONE: Final = "words forgotten at"


class WordRecords(Base):
    """See `Records.compact`, the part on words."""

    def forget_words(self) -> int:
        """Forget the tags nobody uses, wherever somebody was erased since the last time; return how many."""
        with self._connected(writing=False) as connection:
            names = connection.execute(COMMUNITIES.select().with_only_columns(COMMUNITIES.c.id))
            communities = [row.id for row in names]
        return sum(self._forget_words(one) for one in communities)

    def _forget_words(self, community: str) -> int:
        with self._writing(community) as work:
            erased = str(work.first(work.select(ERASED, func.count()))[0]).encode()
            done = work.first(work.select(META, META.c.value).where(META.c.name == _DONE))
            if erased == b"0" or (done is not None and bytes(done.value) == erased):
                return 0
            unused = {
                text: code
                for text, code in work.terms.known[TermKind.TAG].items()
                if not text.startswith(FORGOTTEN)
            }
            used = _tags_of_people(work) | _tags_of_items(work)
            unused = {text: code for text, code in unused.items() if code not in used}
            for code in unused.values():
                row = (TERMS.c.kind == int(TermKind.TAG)) & (TERMS.c.code == code)
                work.run(work.update(TERMS).where(row).values(text=f"{FORGOTTEN}{code}"))
            work.run(work.delete(META).where(META.c.name == _DONE))
            work.insert(META, [{"name": _DONE, "value": erased}])
        known = self._terms[work.tenant.number][TermKind.TAG]
        for text, code in unused.items():
            known[f"{FORGOTTEN}{code}"] = known.pop(text)
        return len(unused)


def _tags_of_people(work: Work) -> set[int]:
    used: set[int] = set()
    after = -1
    while True:
        query = with_keys(work).where(PEOPLE.c.ordinal > after).order_by(PEOPLE.c.ordinal)
        rows = work.fetch(query.limit(READ_CHUNK))
        for row in rows:
            person = unpack_person(Seal(row.key).open(row.row, what=PERSON_ROW))
            used |= {code for code, _ in person.interests}
        if len(rows) < READ_CHUNK:
            return used
        after = rows[-1].ordinal


def _tags_of_items(work: Work) -> set[int]:
    used: set[int] = set()
    after = -1
    while True:
        query = work.select(ITEMS, *ITEM_COLUMNS).join_from(ITEMS, PERSON_KEYS, owner_key())
        query = query.where(ITEMS.c.row > after).order_by(ITEMS.c.row)
        rows = work.fetch(query.limit(READ_CHUNK))
        for row in rows:
            used |= set(unpack_item(Seal(row.key).open(row.layout, what=LAYOUT)).tags)
        if len(rows) < READ_CHUNK:
            return used
        after = rows[-1].row
