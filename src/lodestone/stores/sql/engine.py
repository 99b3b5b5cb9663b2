"""The engine behind an address: SQLite or PostgreSQL, each set up as records need it.

SQLite runs with a write-ahead log and syncs at every commit; a write transaction takes the write
lock at once, so that no other can come between its reading and its writing.
"""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError

from lodestone.base.errors import InvalidError
from lodestone.stores.sql.threads import WRITERS, DatabaseLimits

_PRAGMAS: Final = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "secure_delete = ON",
    "temp_store = MEMORY",
    "cache_size = -65536",
)
_OVERFLOW: Final = 6
"""Connections beside those of reads and writes: long work, the health check, webhooks."""


def engine_of(url: str, limits: DatabaseLimits | None = None) -> Engine:
    """Make an engine for an address, connecting to nothing yet.

    Raises:
        InvalidError: `records_url`: it is no address of ours; `driver_missing`: PostgreSQL's is not installed.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise InvalidError("records_url", f"{url!r} is no database address.") from error
    limits = limits or DatabaseLimits()
    if parsed.drivername == "postgresql+psycopg":
        _require_driver()
        return create_engine(
            parsed,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args=_postgres(parsed, limits),
            **_pool(limits),
        )
    if (
        parsed.get_backend_name() != "sqlite"
        or not parsed.database
        or parsed.database == ":memory:"
    ):
        message = "Give sqlite:///FILE or postgresql+psycopg://…"
        raise InvalidError("records_url", message)
    engine = create_engine(parsed, hide_parameters=True, **_pool(limits))
    event.listen(engine, "connect", _prepared(limits))
    event.listen(engine, "begin", _begin)
    return engine


def _require_driver() -> None:
    if find_spec("psycopg") is None:
        message = 'records in PostgreSQL need its driver: install it with `pip install "lodestone[grown]"`'
        raise InvalidError("driver_missing", message)


def _pool(limits: DatabaseLimits) -> dict[str, Any]:
    """Size the pool: what the lanes of reads and writes may use at once, and a few for long work."""
    return {
        "pool_size": limits.connections,
        "max_overflow": WRITERS + _OVERFLOW,
        "pool_timeout": limits.pool_seconds,
    }


def _postgres(url: URL, limits: DatabaseLimits) -> dict[str, Any]:
    """Bound what a session waits for; a peer that is gone is noticed by the system's keepalives.

    What the address itself says of the session goes over ours.
    """
    milliseconds = round(limits.statement_seconds * 1000)
    own = url.query.get("options", "")
    options = f"-c statement_timeout={milliseconds}"
    return {
        "connect_timeout": max(2, round(limits.statement_seconds)),
        "options": " ".join([options, own if isinstance(own, str) else " ".join(own)]),
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": milliseconds,
    }


def _prepared(limits: DatabaseLimits) -> Callable[[DBAPIConnection, Any], None]:
    def prepare(connection: DBAPIConnection, _record: Any) -> None:
        # The driver would begin transactions by itself, and not before statements that only read.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (f"busy_timeout = {round(limits.busy_seconds * 1000)}", *_PRAGMAS):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return prepare


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
