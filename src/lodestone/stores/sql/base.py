"""What every SQL store stands on: an engine, its threads, one writer at a time, and reading as a tenant."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from sqlalchemy import Connection, Engine, event, select

from lodestone.base.errors import UnavailableError, UnknownError
from lodestone.base.wire import app_id
from lodestone.stores.sql.errors import translated
from lodestone.stores.sql.scope import COMMUNITIES, Scope, Tenant
from lodestone.stores.sql.threads import DatabaseLimits, DatabaseThreads, Turn, require_thread


def _checked_out(*_: object) -> None:
    require_thread()


class SqlBase:
    """An engine, one writer at a time, and what is remembered of each community."""

    def __init__(self, engine: Engine, limits: DatabaseLimits | None = None) -> None:
        self._engine = engine
        self.threads = DatabaseThreads(limits or DatabaseLimits())
        event.listen(engine, "checkout", _checked_out)
        self._lock = Turn(self.threads.limits.statement_seconds)
        self._tenants: dict[str, Tenant] = {}
        self._closed = False
        self._unwiped = False

    @contextmanager
    def _connected(self, *, writing: bool) -> Iterator[Connection]:
        """Open a transaction, committed on leaving, rolled back when something is raised."""
        if self._closed:
            raise UnavailableError("records_closed", "The records have been closed.")
        with translated(), self._engine.connect() as bare:
            connection = bare.execution_options(writing=writing)
            with connection.begin():
                yield connection

    def _tenant(self, connection: Connection, community: str) -> Tenant:
        """Return what never changes of a community. Raises UnknownError `community_unknown`."""
        tenant = self._tenants.get(community)
        if tenant is None:
            app_id(community, field="community")
            row = connection.execute(
                select(COMMUNITIES.c.tenant, COMMUNITIES.c.secret).where(
                    COMMUNITIES.c.id == community
                )
            ).first()
            if row is None:
                message = f"There is no community {community!r}; create it first."
                raise UnknownError("community_unknown", message)
            tenant = self._tenants[community] = Tenant(row[0], community, row[1])
        return tenant

    @contextmanager
    def _reading(self, community: str) -> Iterator[Scope]:
        """Open a transaction that only reads."""
        with self._connected(writing=False) as connection:
            yield Scope(connection, self._tenant(connection, community))

    @contextmanager
    def _at_once(self, community: str) -> Iterator[Scope]:
        """Open a transaction that only reads, all of whose queries see the same moment."""
        with self._connected(writing=False) as connection:
            if self._engine.dialect.name == "postgresql":
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield Scope(connection, self._tenant(connection, community))

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
