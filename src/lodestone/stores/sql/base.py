"""What the parts of the SQL records share: transactions, tenant scope, outbox, terms, errors."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    Connection,
    Delete,
    Engine,
    Insert,
    Select,
    Table,
    Update,
    and_,
    event,
    insert,
    or_,
    select,
)
from sqlalchemy import delete as sql_delete
from sqlalchemy import update as sql_update

from lodestone.base.audit import present_actor
from lodestone.base.clock import Instant
from lodestone.base.errors import (
    UnavailableError,
    UnknownError,
)
from lodestone.base.wire import app_id
from lodestone.events.outcomes import FactKind
from lodestone.stores.records.access_port import AccessChange, AccessKind, Listener
from lodestone.stores.records.access_rows import note
from lodestone.stores.records.schema import COMMUNITIES, OUTBOX, TERMS
from lodestone.stores.records.terms import Terms, first_code
from lodestone.stores.records.types import Change, Row, TermKind
from lodestone.stores.sql.audit_rows import (
    About,
    AuditNote,
    Detail,
    Values,
    difference,
    store_notes,
)
from lodestone.stores.sql.errors import translated
from lodestone.stores.sql.threads import DatabaseLimits, DatabaseThreads, Turn, require_thread

BULK_MAX: Final = 1_000
STRAIGHT_MIN: Final = 32
READ_CHUNK: Final = 5_000
IN_MAX: Final = 500
"""Values in one `IN`, well under what either database takes."""

Project: TypeAlias = Callable[[Sequence[str], str, str], tuple[float, ...]]
"""See content.vectors.project."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """What never changes of a community once it is made."""

    number: int
    community: str
    secret: bytes


@dataclass(slots=True)
class Scope:
    """One connection inside one community: the only way to a tenant's tables."""

    connection: Connection
    tenant: Tenant

    def select(self, table: Table, *columns: Any) -> Select[Any]:
        """Start a query over one tenant's rows; all columns unless some are named."""
        return select(*(columns or (table,))).where(table.c.tenant == self.tenant.number)

    def update(self, table: Table) -> Update:
        """Start an update of one tenant's rows."""
        return sql_update(table).where(table.c.tenant == self.tenant.number)

    def delete(self, table: Table) -> Delete:
        """Start a deletion of one tenant's rows."""
        return sql_delete(table).where(table.c.tenant == self.tenant.number)

    def insert(self, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
        """Insert rows as this tenant's."""
        if rows:
            number = self.tenant.number
            self.many(insert(table), [{"tenant": number, **row} for row in rows])

    def many(self, statement: Insert | Update, rows: Sequence[Mapping[str, object]]) -> None:
        """Do one statement for every row, all with the same names.

        Many rows go to the driver straight: preparing each through SQLAlchemy costs a fifth of
        a bulk write.
        """
        if len(rows) < STRAIGHT_MIN:
            self.connection.execute(statement, rows)
            return
        compiled = statement.compile(dialect=self.connection.dialect, column_keys=list(rows[0]))
        fixed, order = compiled.params, getattr(compiled, "positiontup", None)
        if order is None:
            self.connection.exec_driver_sql(str(compiled), [{**fixed, **row} for row in rows])
            return
        values = [
            tuple([row[name] if name in row else fixed[name] for name in order]) for row in rows
        ]
        self.connection.exec_driver_sql(str(compiled), values)

    def fetch(self, statement: Select[Any]) -> Sequence[Any]:
        """Return all rows of a query."""
        return self.connection.execute(statement).all()

    def first(self, statement: Select[Any]) -> Any:
        """Return the first row of a query, or None."""
        return self.connection.execute(statement).first()

    def run(self, statement: Update | Delete) -> int:
        """Do an update or deletion and say how many rows it met."""
        return self.connection.execute(statement).rowcount


@dataclass(slots=True)
class Work(Scope):
    """One write transaction of a community, alone in it: it owns rows, codes and the outbox."""

    terms: Terms
    item_next: int
    change_next: int
    changes: list[Change] = field(default_factory=list)
    given_out: tuple[int, int] = (-1, -1)
    """The next row and change when the transaction began."""
    access: list[AccessChange] = field(default_factory=list)
    """Changes of access that this transaction makes true."""
    notes: list[AuditNote] = field(default_factory=list)
    """Who changed what in it."""
    wrote: bool = False

    def __post_init__(self) -> None:
        self.given_out = (self.item_next, self.change_next)

    def item_row(self) -> int:
        """Give out the next item row."""
        self.item_next += 1
        return self.item_next - 1

    def change(
        self, kind: FactKind, app_id: str, target: int, row: Row | None, *, created: bool = False
    ) -> Change:
        """Note a change for the outbox."""
        change = Change(self.change_next, self.tenant.community, kind, app_id, target, row, created)
        self.change_next += 1
        self.changes.append(change)
        return change

    def audit(
        self, kind: str, name: str, before: Values | None, after: Values | None,
        about: About | None = None,
    ) -> None:  # fmt: skip
        """Note for the audit log what of an object differs, where somebody acts and anything does.

        Args:
            kind: What it is, such as `shop`.
            name: Its id; empty for a person, who is `about`.
            before: Its fields; None for what is new.
            after: Its fields; None for what is no more.
            about: Whom it concerns, if anybody; the fields are encrypted under their key.
        """
        actor, detail = present_actor(), difference(before, after)
        if actor is not None and detail is not None:
            self.notes.append(AuditNote(actor, kind, name, detail, about))

    def many(self, statement: Insert | Update, rows: Sequence[Mapping[str, object]]) -> None:
        """See `Scope.many`."""
        self.wrote = True
        Scope.many(self, statement, rows)

    def run(self, statement: Update | Delete) -> int:
        """See `Scope.run`."""
        self.wrote = True
        return Scope.run(self, statement)

    def note_access(self, kind: AccessKind, subject: str, *, now: Instant) -> None:
        """Write a change of access down; listeners are told of it after the commit."""
        number = note(self.connection, kind, subject, tenant=self.tenant.number, now=now)
        community, secret = self.tenant.community, self.tenant.secret
        self.access.append(AccessChange(number, kind, subject, community, now, secret=secret))

    def term(self, kind: TermKind, text: str) -> int:
        """Return a name's code, giving it one at first sight; see `Records.term`."""
        return self.terms.code(kind, text)

    def finish(self) -> None:
        """Write what was noted; the last statements of the transaction."""
        actor = present_actor()
        if actor is not None and actor.every_write and self.wrote and not self.notes:
            self.notes.append(AuditNote(actor, *actor.subject, Detail(None, None)))
        store_notes(self.connection, self.tenant.number, self.tenant.community, self.notes)
        self.insert(TERMS, self.terms.rows())
        self.insert(
            OUTBOX,
            [
                {"id": change.id, "kind": int(change.kind), "target": change.target}
                for change in self.changes
            ],
        )
        if self.given_out != (self.item_next, self.change_next):
            self.run(
                self.update(COMMUNITIES).values(
                    items_next=self.item_next, changes_next=self.change_next
                )
            )


def _checked_out(*_: object) -> None:
    require_thread()


class Base:
    """An engine, one writer at a time, and what is remembered of each community."""

    def __init__(
        self,
        engine: Engine,
        draw: Callable[[], int],
        project: Project,
        limits: DatabaseLimits | None = None,
    ) -> None:
        self._engine = engine
        self.threads = DatabaseThreads(limits or DatabaseLimits())
        event.listen(engine, "checkout", _checked_out)
        self._draw = draw
        self._project = project
        self._lock = Turn(self.threads.limits.statement_seconds)
        self._tenants: dict[str, Tenant] = {}
        self._terms: dict[int, dict[TermKind, dict[str, int]]] = {}
        self._closed = False
        self._unwiped = False
        self._listeners: list[Listener] = []

    def on_access(self, listener: Listener) -> None:
        """See `AccessRecords.on_access`."""
        self._listeners.append(listener)

    def _tell(self, changes: Sequence[AccessChange]) -> None:
        """Tell whoever listens what has been committed."""
        if changes:
            for listener in self._listeners:
                listener(changes)

    def _random(self, size: int) -> bytes:
        """Return up to 64 random bytes from the numbers handed in, 63 bits each."""
        drawn = b"".join(self._draw().to_bytes(8, "big") for _ in range(size // 8 + 1))
        return hashlib.blake2b(drawn, digest_size=size).digest()

    @contextmanager
    def _connected(self, *, writing: bool) -> Iterator[Connection]:
        if self._closed:
            raise UnavailableError("records_closed", "The records have been closed.")
        with translated(), self._engine.connect() as bare:
            connection = bare.execution_options(writing=writing)
            with connection.begin():
                yield connection

    def _tenant(self, connection: Connection, community: str) -> Tenant:
        tenant = self._tenants.get(community)
        if tenant is None:
            app_id(community, field="community")
            found = connection.execute(
                select(COMMUNITIES.c.tenant, COMMUNITIES.c.secret).where(
                    COMMUNITIES.c.id == community
                )
            ).first()
            if found is None:
                message = f"There is no community {community!r}; create it first."
                raise UnknownError("community_unknown", message)
            tenant = self._tenants[community] = Tenant(found[0], community, found[1])
        return tenant

    @contextmanager
    def _reading(self, community: str) -> Iterator[Scope]:
        with self._connected(writing=False) as connection:
            yield Scope(connection, self._tenant(connection, community))

    @contextmanager
    def _writing(self, community: str) -> Iterator[Work]:
        """Open a transaction that is alone in its community until it has ended.

        Locking the community's own row makes numbers dense and the outbox ordered by commit,
        in PostgreSQL with several writers too.
        """
        with self._lock:
            with self._connected(writing=True) as connection:
                tenant = self._tenant(connection, community)
                scope = Scope(connection, tenant)
                item_next, change_next = scope.first(
                    scope.select(
                        COMMUNITIES, COMMUNITIES.c.items_next, COMMUNITIES.c.changes_next
                    ).with_for_update()
                )
                terms = Terms(self._known_terms(scope))
                work = Work(connection, tenant, terms, item_next, change_next)
                yield work
                work.finish()
            self._tell(work.access)
            for kind, given in terms.given.items():
                self._terms[tenant.number][kind].update(given)
            if self._unwiped:
                self._wipe()

    def _wipe(self) -> None:
        """After an erasure, empty SQLite's write-ahead log, which still holds the pages before.

        Readers of this process let go within one short transaction, for which the busy timeout
        waits; should one hold on longer, the next write and closing try again.
        """
        self._unwiped = self._engine.dialect.name == "sqlite"
        if self._unwiped:
            self._unwiped = self._bare("PRAGMA wal_checkpoint(TRUNCATE)") != 0

    def _bare(self, statement: str) -> object:
        """Run a statement of SQLite's that no transaction may hold; return its first value."""
        with translated(), closing(self._engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute(statement)
            row = cursor.fetchone()
            cursor.close()
        return None if row is None else row[0]

    def _known_terms(self, scope: Scope) -> dict[TermKind, dict[str, int]]:
        """Bring the remembered names up to what the database holds; others may have added some."""
        known = self._terms.setdefault(scope.tenant.number, {kind: {} for kind in TermKind})
        unseen = or_(
            *(
                and_(TERMS.c.kind == int(kind), TERMS.c.code >= first_code(kind) + len(names))
                for kind, names in known.items()
            )
        )
        query = scope.select(TERMS, TERMS.c.kind, TERMS.c.text, TERMS.c.code).where(unseen)
        for kind, text, code in scope.fetch(query):
            known[TermKind(kind)][text] = code
        return known


def chunks(values: Sequence[Any], size: int = IN_MAX) -> Iterator[Sequence[Any]]:
    """Cut values into pieces of at most `size`."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
