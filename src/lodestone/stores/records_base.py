"""What the parts of the SQL records share: transactions, tenant scope, outbox, terms, errors."""

import hashlib
import threading
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

from lodestone.base.clock import Instant
from lodestone.base.errors import (
    InvalidError,
    Problem,
    UnavailableError,
    UnknownError,
)
from lodestone.base.wire import app_id, printable
from lodestone.events.facts import SURFACE_MAX, SURFACES
from lodestone.events.outcomes import Kind
from lodestone.stores.access import AccessChange, AccessKind, Listener
from lodestone.stores.access_rows import note
from lodestone.stores.records_schema import COMMUNITIES, OUTBOX, TERMS
from lodestone.stores.records_types import Change, Row, TermKind
from lodestone.stores.sql_errors import translated
from lodestone.stores.threads import DatabaseLimits, DatabaseThreads, require_thread

BULK_MAX: Final = 1_000
CODE_MAX: Final = 2**15 - 1
SURFACE_FIRST: Final = 8
"""The first code of a surface that is not built in."""
TERM_LENGTH_MAX: Final = 128
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

    terms: "Terms"
    item_next: int
    change_next: int
    changes: list[Change] = field(default_factory=list)
    given_out: tuple[int, int] = (-1, -1)
    """The next row and change when the transaction began."""
    access: list[AccessChange] = field(default_factory=list)
    """Changes of access that this transaction makes true."""

    def __post_init__(self) -> None:
        self.given_out = (self.item_next, self.change_next)

    def item_row(self) -> int:
        """Give out the next item row."""
        self.item_next += 1
        return self.item_next - 1

    def change(
        self, kind: Kind, app_id: str, target: int, row: Row | None, *, created: bool = False
    ) -> Change:
        """Note a change for the outbox."""
        change = Change(self.change_next, self.tenant.community, kind, app_id, target, row, created)
        self.change_next += 1
        self.changes.append(change)
        return change

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


@dataclass(slots=True)
class Terms:
    """The names of a community as one transaction sees them: those known, and those it gives."""

    known: dict[TermKind, dict[str, int]]
    given: dict[TermKind, dict[str, int]] = field(
        default_factory=lambda: {kind: {} for kind in TermKind}
    )
    order: list[TermKind] = field(default_factory=list)

    def code(self, kind: TermKind, text: str) -> int:
        """Return a name's code, giving it the next one at first sight.

        Raises:
            InvalidError: `terms_full`.
        """
        if kind is TermKind.SURFACE and text in SURFACES:
            return SURFACES.index(text)
        code = self.known[kind].get(text)
        if code is None:
            code = self.given[kind].get(text)
        if code is None:
            if not printable(text) or not 1 <= len(text) <= TERM_LENGTH_MAX:
                problem = Problem(
                    kind.name.lower(), f"{text!r} is not 1 to 128 printable characters"
                )
                raise InvalidError("term_invalid", problem.problem, (problem,))
            code = first_code(kind) + len(self.known[kind]) + len(self.given[kind])
            if code > (SURFACE_MAX - 1 if kind is TermKind.SURFACE else CODE_MAX):
                name = kind.name.lower()
                problem = Problem(name, f"{text!r} is one {name} too many for this community")
                raise InvalidError("terms_full", problem.problem, (problem,))
            self.given[kind][text] = code
            self.order.append(kind)
        return code

    def mark(self) -> int:
        """Say how far giving has come, for `back`."""
        return len(self.order)

    def back(self, mark: int) -> None:
        """Take back what was given since a mark, the last first."""
        while len(self.order) > mark:
            self.given[self.order.pop()].popitem()

    def rows(self) -> list[dict[str, object]]:
        """Return the rows to insert for what was given."""
        return [
            {"kind": int(kind), "code": code, "text": text}
            for kind in TermKind
            for text, code in self.given[kind].items()
        ]


def first_code(kind: TermKind) -> int:
    """Return the first code that a kind gives out."""
    return SURFACE_FIRST if kind is TermKind.SURFACE else 0


class Turn:
    """A lock that the thread that has it may take again, and for which nobody waits for ever."""

    def __init__(self, seconds: float) -> None:
        self._lock = threading.RLock()
        self._seconds = seconds

    def __enter__(self) -> None:
        """Take it. Raises UnavailableError: another writer, or the nightly compacting, takes too long."""
        if not self._lock.acquire(timeout=self._seconds):
            message = "Another write of the records takes long; try again."
            raise UnavailableError("records_unavailable", message)

    def __exit__(self, *_: object) -> None:
        """Give it back."""
        self._lock.release()


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
