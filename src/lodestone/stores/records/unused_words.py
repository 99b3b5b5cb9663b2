"""Words that nobody uses any more: after an erasure, what one person alone used is forgotten too.

Tags, and the names of professions and channels that are no domain's id; languages and surfaces are nobody's own.
"""

from collections.abc import Mapping
from typing import Final, TypeAlias

from sqlalchemy import func

from lodestone.stores.records.base import RecordsBase
from lodestone.stores.records.items import ITEM_COLUMNS, owner_key
from lodestone.stores.records.items_write import LAYOUT
from lodestone.stores.records.people import PERSON_ROW, with_keys
from lodestone.stores.records.rows import unpack_item, unpack_person
from lodestone.stores.records.schema import DOMAINS, ERASED, ITEMS, META, PEOPLE, PERSON_KEYS, TERMS
from lodestone.stores.records.types import TermKind
from lodestone.stores.records.work import Work
from lodestone.stores.sql.encryption import Seal
from lodestone.stores.sql.scope import COMMUNITIES, READ_CHUNK

FORGOTTEN: Final = "\x01"
"""Begins what stands for a forgotten word; no id or tag can, and its code stays taken."""
_DONE: Final = "words forgotten at"


class WordRecords(RecordsBase):
    """See `Records.compact`, the part on words."""

    def forget_words(self) -> int:
        """Forget the words nobody uses, wherever somebody was erased since the last time; return how many."""
        with self._connected(writing=False) as connection:
            names = connection.execute(COMMUNITIES.select().with_only_columns(COMMUNITIES.c.id))
            communities = [row.id for row in names]
        return sum(self._forget_words(community) for community in communities)

    def _forget_words(self, community: str) -> int:
        with self._writing(community) as work:
            erased = str(work.first(work.select(ERASED, func.count()))[0]).encode()
            done = work.first(work.select(META, META.c.value).where(META.c.name == _DONE))
            if erased == b"0" or (done is not None and bytes(done.value) == erased):
                return 0
            used = {TermKind.TAG: set[int](), TermKind.DOMAIN: _domains(work)}
            _used_by_people(work, used)
            _used_by_items(work, used)
            unused = [
                (kind, text, code)
                for kind, codes in used.items()
                for text, code in work.terms.known[kind].items()
                if code not in codes and not text.startswith(FORGOTTEN)
            ]
            for kind, _, code in unused:
                row = (TERMS.c.kind == int(kind)) & (TERMS.c.code == code)
                work.run(work.update(TERMS).where(row).values(text=f"{FORGOTTEN}{code}"))
            work.run(work.delete(META).where(META.c.name == _DONE))
            work.insert(META, [{"name": _DONE, "value": erased}])
        for kind, text, code in unused:
            known = self._terms[work.tenant.number][kind]
            known[f"{FORGOTTEN}{code}"] = known.pop(text)
        return len(unused)


_Used: TypeAlias = Mapping[TermKind, set[int]]
"""Codes in use, by kind; filled by walking over people and items."""


def _domains(work: Work) -> set[int]:
    return {row.code for row in work.fetch(work.select(DOMAINS, DOMAINS.c.code))}


def _used_by_people(work: Work, used: _Used) -> None:
    after = -1
    while True:
        query = with_keys(work).where(PEOPLE.c.ordinal > after).order_by(PEOPLE.c.ordinal)
        rows = work.fetch(query.limit(READ_CHUNK))
        for row in rows:
            person = unpack_person(Seal(row.key).open(row.row, what=PERSON_ROW))
            used[TermKind.TAG].update(code for code, _ in person.interests)
            used[TermKind.DOMAIN].add(person.profession)
        if len(rows) < READ_CHUNK:
            return
        after = rows[-1].ordinal


def _used_by_items(work: Work, used: _Used) -> None:
    after = -1
    while True:
        query = work.select(ITEMS, *ITEM_COLUMNS).join_from(ITEMS, PERSON_KEYS, owner_key())
        query = query.where(ITEMS.c.row > after).order_by(ITEMS.c.row)
        rows = work.fetch(query.limit(READ_CHUNK))
        for row in rows:
            item = unpack_item(Seal(row.key).open(row.layout, what=LAYOUT))
            used[TermKind.TAG].update(item.tags)
            used[TermKind.DOMAIN].update(item.channels, item.professions)
        if len(rows) < READ_CHUNK:
            return
        after = rows[-1].row
