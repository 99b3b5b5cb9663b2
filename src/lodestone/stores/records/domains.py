"""Middle domains, their moderators, and terms in SQL. See `Records`."""

from collections.abc import Iterator, Sequence
from typing import Any

from lodestone.base.clock import Instant
from lodestone.base.errors import InvalidError, Problem, UnknownError
from lodestone.base.wire import app_id, instant_of, printable
from lodestone.content import DomainIn
from lodestone.events.facts import SURFACES
from lodestone.events.outcomes import FactKind
from lodestone.features.layout import DomainRow
from lodestone.stores.records.base import RecordsBase
from lodestone.stores.records.moderation import take_marks_back
from lodestone.stores.records.people import PERSON_DOC, Known, find_people, with_keys
from lodestone.stores.records.rows import (
    domain_row,
    pack_domain_doc,
    unpack_domain_doc,
    unpack_person_doc,
)
from lodestone.stores.records.schema import DOMAINS, MODERATORS, PEOPLE, REMOVED_MEMBERS, TERMS
from lodestone.stores.records.types import Broken, Change, DomainRecord, TermKind, raise_broken
from lodestone.stores.sql.audit_rows import About, fields_of
from lodestone.stores.sql.encryption import Seal
from lodestone.stores.sql.scope import Scope, chunks


class DomainRecords(RecordsBase):
    """See `Records`, the parts on domains, moderators and terms."""

    def put_domain(
        self, community: str, domain_id: str, given: DomainIn, *, now: Instant
    ) -> Change:
        """See `Records.put_domain`."""
        app_id(domain_id)
        with self._writing(community) as work:
            domain = _find(work, domain_id)
            if domain is not None and domain.given.kind != given.kind:
                problem = Problem("kind", f"is {domain.given.kind} since the first write")
                raise InvalidError("kind_fixed", f"kind {problem.problem}.", (problem,))
            created = now if domain is None else domain.created
            if given.created_at is not None:
                created = instant_of(given.created_at)
            code = work.term(TermKind.DOMAIN, domain_id)
            values = {"given": pack_domain_doc(given), "created": created}
            if domain is None:
                work.insert(DOMAINS, [{"code": code, "id": domain_id, **values}])
            else:
                work.run(work.update(DOMAINS).where(DOMAINS.c.code == code).values(values))
            before = None if domain is None else fields_of(domain.given)
            work.audit("domain", domain_id, before, fields_of(given))
            return work.change(
                FactKind.DOMAIN, domain_id, code, domain_row(code, given), created=domain is None
            )

    def delete_domain(self, community: str, domain_id: str) -> list[Change]:
        """See `Records.delete_domain`."""
        with self._writing(community) as work:
            domain = _require(work, domain_id)
            code = domain.code
            work.audit("domain", domain_id, fields_of(domain.given), None)
            work.run(work.delete(MODERATORS).where(MODERATORS.c.domain == code))
            work.run(work.delete(REMOVED_MEMBERS).where(REMOVED_MEMBERS.c.domain == code))
            work.run(work.delete(DOMAINS).where(DOMAINS.c.code == code))
            marks = take_marks_back(work, code)
            return [*marks, work.change(FactKind.DOMAIN, domain_id, code, None)]

    def domain(self, community: str, domain_id: str) -> DomainRecord:
        """See `Records.domain`."""
        with self._reading(community) as scope:
            return _require(scope, domain_id)

    def domains(
        self, community: str, *, limit: int, after: str | None = None
    ) -> list[DomainRecord]:
        """See `Records.domains`."""
        with self._reading(community) as scope:
            query = scope.select(DOMAINS).order_by(DOMAINS.c.id).limit(limit)
            if after is not None:
                query = query.where(DOMAINS.c.id > app_id(after, field="cursor"))
            return [_domain(row) for row in scope.fetch(query)]

    def domains_called(self, community: str, ids: Sequence[str]) -> dict[str, DomainRecord]:
        """See `Records.domains_called`."""
        with self._reading(community) as scope:
            return find_domains(scope, ids)

    def domain_rows(
        self, community: str, broken: Broken = raise_broken
    ) -> Iterator[tuple[str, DomainRow]]:
        """See `Records.domain_rows`."""
        with self._reading(community) as scope:
            rows = scope.fetch(scope.select(DOMAINS).order_by(DOMAINS.c.code))
        for row in rows:
            try:
                domain = domain_row(row.code, unpack_domain_doc(row.given))
            except Exception as error:  # noqa: BLE001  whatever ails one row is no trouble of the others
                broken(row.code, -1, error)
            else:
                yield row.id, domain

    def add_moderator(self, community: str, domain_id: str, person_id: str) -> bool:
        """See `Records.add_moderator`."""
        with self._writing(community) as work:
            code, person = _office(work, domain_id, person_id)
            ordinal = person.ordinal
            here = (MODERATORS.c.domain == code) & (MODERATORS.c.ordinal == ordinal)
            office = work.first(work.select(MODERATORS).where(here))
            if office is not None and not office.ended:
                return False
            if office is None:
                work.insert(MODERATORS, [{"domain": code, "ordinal": ordinal, "ended": False}])
            else:
                work.run(work.update(MODERATORS).where(here).values(ended=False))
            work.audit("domain", domain_id, {}, {"moderator": True}, About(ordinal, person.key))
            return True

    def remove_moderator(self, community: str, domain_id: str, person_id: str) -> bool:
        """See `Records.remove_moderator`."""
        with self._writing(community) as work:
            code, person = _office(work, domain_id, person_id)
            ordinal = person.ordinal
            here = (MODERATORS.c.domain == code) & (MODERATORS.c.ordinal == ordinal)
            # The row stays: whoever was a moderator is refused with words of their own.
            ending = work.update(MODERATORS).where(here, ~MODERATORS.c.ended).values(ended=True)
            if not work.run(ending):
                return False
            work.audit("domain", domain_id, {"moderator": True}, {}, About(ordinal, person.key))
            return True

    def moderated(self, community: str, person_id: str) -> list[str]:
        """See `Records.moderated`."""
        with self._reading(community) as scope:
            person = find_people(scope, [app_id(person_id, field="person_id")]).get(person_id)
            if person is None:
                message = f"There is no person {person_id!r} in this community."
                raise UnknownError("person_unknown", message)
            moderated = (MODERATORS.c.tenant == DOMAINS.c.tenant) & (
                MODERATORS.c.domain == DOMAINS.c.code
            )
            query = scope.select(DOMAINS, DOMAINS.c.id).join_from(DOMAINS, MODERATORS, moderated)
            query = query.where(MODERATORS.c.ordinal == person.ordinal, ~MODERATORS.c.ended)
            query = query.order_by(DOMAINS.c.id)
            return [row.id for row in scope.fetch(query)]

    def moderators(self, community: str, domain_id: str) -> list[str]:
        """See `Records.moderators`."""
        with self._reading(community) as scope:
            code = _require(scope, domain_id).code
            offices = scope.select(MODERATORS, MODERATORS.c.ordinal)
            query = with_keys(scope).where(
                PEOPLE.c.ordinal.in_(
                    offices.where(MODERATORS.c.domain == code, ~MODERATORS.c.ended)
                )
            )
            rows = scope.fetch(query)
        docs = [Seal(row.key).open(row.doc, what=PERSON_DOC) for row in rows]
        return sorted(unpack_person_doc(doc).id for doc in docs)

    def term(self, community: str, kind: TermKind, text: str) -> int:
        """See `Records.term`."""
        known = self.find_term(community, kind, text)
        if known is not None:
            return known
        with self._writing(community) as work:
            return work.term(kind, text)

    def find_term(self, community: str, kind: TermKind, text: str) -> int | None:
        """See `Records.find_term`."""
        if kind is TermKind.SURFACE and text in SURFACES:
            return SURFACES.index(text)
        if not printable(text):
            return None
        with self._reading(community) as scope:
            known = self._terms.get(scope.tenant.number, {}).get(kind, {}).get(text)
            if known is not None:
                return known
            query = scope.select(TERMS, TERMS.c.code)
            row = scope.first(query.where(TERMS.c.kind == int(kind), TERMS.c.text == text))
        return None if row is None else int(row.code)

    def term_text(self, community: str, kind: TermKind, code: int) -> str:
        """See `Records.term_text`."""
        if kind is TermKind.SURFACE and 0 <= code < len(SURFACES):
            return SURFACES[code]
        with self._reading(community) as scope:
            query = scope.select(TERMS, TERMS.c.text)
            row = scope.first(query.where(TERMS.c.kind == int(kind), TERMS.c.code == code))
        if row is None:
            raise UnknownError("term_unknown", f"No {kind.name.lower()} has the code {code}.")
        return str(row.text)

    def terms(self, community: str, kind: TermKind) -> dict[int, str]:
        """See `Records.terms`."""
        with self._reading(community) as scope:
            query = scope.select(TERMS, TERMS.c.code, TERMS.c.text)
            rows = scope.fetch(query.where(TERMS.c.kind == int(kind)).order_by(TERMS.c.code))
        built_in = enumerate(SURFACES) if kind is TermKind.SURFACE else ()
        return {**dict(built_in), **{row.code: row.text for row in rows}}


def find_domains(scope: Scope, ids: Sequence[str]) -> dict[str, DomainRecord]:
    """Return those domains that there are among `ids`."""
    query = scope.select(DOMAINS)
    parts = [scope.fetch(query.where(DOMAINS.c.id.in_(some))) for some in chunks(ids)]
    return {row.id: _domain(row) for part in parts for row in part}


def _find(scope: Scope, domain_id: str) -> DomainRecord | None:
    row = scope.first(scope.select(DOMAINS).where(DOMAINS.c.id == app_id(domain_id)))
    return None if row is None else _domain(row)


def _require(scope: Scope, domain_id: str) -> DomainRecord:
    domain = _find(scope, domain_id)
    if domain is None:
        message = f"There is no domain {domain_id!r} in this community."
        raise UnknownError("domain_unknown", message)
    return domain


def _office(scope: Scope, domain_id: str, person_id: str) -> tuple[int, Known]:
    code = _require(scope, domain_id).code
    person = find_people(scope, [app_id(person_id, field="person_id")]).get(person_id)
    if person is None:
        message = f"There is no person {person_id!r} in this community."
        raise UnknownError("person_unknown", message)
    return code, person


def _domain(row: Any) -> DomainRecord:
    return DomainRecord(row.id, row.code, unpack_domain_doc(row.given), Instant(row.created))
