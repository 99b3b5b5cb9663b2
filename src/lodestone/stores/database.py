"""The records in SQLite or PostgreSQL: one adapter, since both speak the same SQL through SQLAlchemy.

Here every subject's part is put together, and what one does in another's write is handed in.
"""

import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, closing
from importlib.resources import files
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, insert, inspect, select, text

from lodestone.base.errors import CorruptError
from lodestone.stores.ads.hooks import AD_HOOKS
from lodestone.stores.ads.sql import SqlAds
from lodestone.stores.comments.hooks import COMMENT_HOOKS
from lodestone.stores.comments.sql import SqlComments
from lodestone.stores.commerce.hooks import COMMERCE_HOOKS
from lodestone.stores.commerce.sql import SqlTradeRecords
from lodestone.stores.creators.hooks import BOOST_HOOKS, CREATOR_HOOKS
from lodestone.stores.creators.sql import SqlCreators
from lodestone.stores.files.pins import Pinned, PinnedFile, single, written_whole
from lodestone.stores.ledger.store import LedgerRecords
from lodestone.stores.live.hooks import LIVE_HOOKS
from lodestone.stores.live.rooms import RoomRecords
from lodestone.stores.live.webhooks import HookRecords
from lodestone.stores.payees.hooks import PAYEE_HOOKS
from lodestone.stores.payees.rows import SqlPayees
from lodestone.stores.records.access import SqlAccessRecords
from lodestone.stores.records.audit import SqlAuditRecords
from lodestone.stores.records.communities import CommunityRecords
from lodestone.stores.records.domains import DomainRecords
from lodestone.stores.records.items import ItemRecords
from lodestone.stores.records.marks import MarkedRecords
from lodestone.stores.records.moderation import SqlModeration
from lodestone.stores.records.reviews import REVIEW_HOOKS, SqlReviews
from lodestone.stores.records.search import SqlSearch
from lodestone.stores.records.small_values import LogRecords
from lodestone.stores.records.types import Project
from lodestone.stores.records.unused_words import WordRecords
from lodestone.stores.saves.hooks import SAVE_HOOKS
from lodestone.stores.saves.rows import SqlSaves
from lodestone.stores.sql.columns import METADATA
from lodestone.stores.sql.engine import engine_of
from lodestone.stores.sql.errors import translated
from lodestone.stores.sql.threads import DatabaseLimits

HEAD: Final = "r0022"
"""The revision this code speaks; a test holds it to the newest in `migrations`."""
_ROWS: Final = 5_000
_MIGRATION_LOCK: Final = 7_020_112_019
"""PostgreSQL's advisory lock under which one process at a time migrates."""


class SqlRecords(
    CommunityRecords,
    ItemRecords,
    DomainRecords,
    LogRecords,
    MarkedRecords,
    WordRecords,
    LedgerRecords,
    SqlTradeRecords,
    RoomRecords,
    HookRecords,
    SqlAccessRecords,
    SqlAuditRecords,
    SqlModeration,
    SqlComments,
    SqlReviews,
    SqlSearch,
    SqlSaves,
    SqlPayees,
    SqlAds,
    SqlCreators,
):
    """See `Records`."""

    @property
    def shared(self) -> bool:
        """See `Records.shared`."""
        return self._engine.dialect.name == "postgresql"

    def pin(self) -> Pinned:
        """See `Records.pin`."""
        if self._engine.dialect.name == "sqlite":
            database = self._engine.url.database
            assert database is not None
            return PinnedFile(Path(database))
        return _PinnedRows(self._engine)

    def compact(self) -> None:
        """See `Records.compact`."""
        with self._lock:
            self.forget_words()
            if self._engine.dialect.name == "sqlite":
                self._bare("VACUUM")
                self._wipe()
                return
            with translated(), self._engine.connect() as connection:
                bare = connection.execution_options(isolation_level="AUTOCOMMIT")
                bare.exec_driver_sql("SET statement_timeout = 0")
                try:
                    # Keys and words are all that matters: whatever else is left was sealed under the keys.
                    bare.exec_driver_sql("VACUUM FULL person_keys")
                    bare.exec_driver_sql("VACUUM FULL terms")
                finally:
                    bare.exec_driver_sql("RESET statement_timeout")

    def close(self) -> None:
        """See `Records.close`."""
        self.threads.close()
        with self._lock:
            if self._unwiped:
                self._wipe()
            self._closed = True
            self._engine.dispose()


class _PinnedRows:
    """See `Pinned`: every row as one instant saw it, to be written into a SQLite file with the same tables."""

    def __init__(self, engine: Engine) -> None:
        with translated(), ExitStack() as opened:
            bare = opened.enter_context(engine.connect())
            self._source = bare.execution_options(
                isolation_level="REPEATABLE READ", yield_per=_ROWS
            )
            opened.enter_context(self._source.begin())
            # The first read is the instant that the transaction sees.
            self._source.execute(text("SELECT 1")).all()
            self._opened = opened.pop_all()

    def copy_to(self, path: Path) -> None:
        """See `Pinned.copy_to`."""
        with written_whole(path) as part:
            copy = engine_of(f"sqlite:///{part}")
            try:
                migrate(copy)
                with translated(), copy.connect() as to:
                    writing = to.execution_options(writing=True)
                    with writing.begin():
                        for table in METADATA.sorted_tables:
                            result = self._source.execute(select(table)).mappings()
                            for rows in result.partitions(_ROWS):
                                writing.execute(insert(table), [dict(row) for row in rows])
            finally:
                copy.dispose()
            with closing(sqlite3.connect(part)) as connection:
                single(connection)

    def close(self) -> None:
        """See `Pinned.close`."""
        with translated():
            self._opened.close()


def open_records(
    url: str,
    *,
    draw: Callable[[], int],
    project: Project,
    limits: DatabaseLimits | None = None,
) -> SqlRecords:
    """Open the records, making or migrating their tables first.

    Args:
        url: `sqlite:////folder/records.db` or `postgresql+psycopg://...`.
        draw: Gives random whole numbers in [0, 2**63); in serving from the system's secrets.
        project: Makes an item's day-one vector, see content.vectors.project.
        limits: How long the database is waited for; ten seconds unless given.

    Raises:
        InvalidError: `records_url`: it is neither.
        UnavailableError: The database does not answer.
        CorruptError: `records_newer`: a later version has written it.
    """
    engine = engine_of(url, limits)
    try:
        if not _current(engine):
            migrate(engine)
    except BaseException:
        engine.dispose()
        raise
    hooks = (
        COMMERCE_HOOKS, LIVE_HOOKS, COMMENT_HOOKS, REVIEW_HOOKS, SAVE_HOOKS, AD_HOOKS, CREATOR_HOOKS,
        PAYEE_HOOKS,
        BOOST_HOOKS,
    )  # fmt: skip
    return SqlRecords(engine, draw, project, hooks=hooks, limits=limits)


def answers(url: str) -> None:
    """Ask a database whether it answers, making nothing there.

    Raises:
        InvalidError: `records_url`: it is no address of ours.
        UnavailableError: It does not.
    """
    engine = engine_of(url)
    try:
        with translated(), engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    finally:
        engine.dispose()


def _current(engine: Engine) -> bool:
    """Say whether the tables are at `HEAD`, without the tenth of a second that Alembic takes."""
    with translated(), engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return version == HEAD


def migrate(engine: Engine, *, revision: str = "head") -> None:
    """Bring the tables to a revision; the data is kept."""
    # Alembic takes most of a second to load, and is needed at the first start of a version only.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(files("lodestone.stores") / "migrations"))
    config.set_main_option("path_separator", "os")
    with translated(), engine.execution_options(writing=True).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, revision)
        except CommandError as error:
            message = f"A later version has written these records; run that one. ({error})"
            raise CorruptError("records_newer", message) from error
