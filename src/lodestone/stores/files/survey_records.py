"""What the records say a home must have, read without changing them, whichever database they live in."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from sqlalchemy import make_url, text

from lodestone.base.errors import UnavailableError
from lodestone.stores.disk import reason_of
from lodestone.stores.files.survey import RESTORE, Belonging, Loss, damaged, reading
from lodestone.stores.log.mark import MARK, unpack
from lodestone.stores.sql.engine import engine_of
from lodestone.stores.sql.errors import translated

MEDIA: Final = "media"
"""The name under which records say in which folder media were stored for a community."""
_COMMUNITIES: Final = (
    "SELECT tenant, id, secret, changes_next, instant FROM communities ORDER BY id"
)
_PENDING: Final = "SELECT tenant, count(*) FROM outbox GROUP BY tenant"
_META: Final = f"SELECT tenant, name, value FROM meta WHERE name IN ('{MARK}', '{MEDIA}')"  # noqa: S608  two constants
_KEYS: Final = "SELECT digest FROM api_keys WHERE tenant IS NULL"
_TABLE: Final = {
    "sqlite": "SELECT name FROM sqlite_schema WHERE name = 'communities'",
    "postgresql": "SELECT 1 WHERE to_regclass('communities') IS NOT NULL",
}

Ask: TypeAlias = Callable[[str], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Named:
    """What the records name."""

    place: str
    """The records' file, or their database's address without its password."""
    there: bool
    """There are tables."""
    communities: Sequence[Belonging] = ()
    operator_keys: frozenset[bytes] = frozenset()
    media: frozenset[str] = frozenset()
    """Ids of the media folders that media were stored in."""


def look(url: str, *, alone: bool) -> Named | Loss:
    """Read what the records name; a loss when they are damaged.

    Args:
        url: The records' address.
        alone: No server runs in this home.

    Raises:
        UnavailableError: The database does not answer.
    """
    engine_of(url).dispose()  # says what is wrong with the address
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _look_in_file(Path(parsed.database or ""), alone=alone)
    with _asking(url) as ask:
        return _named(parsed.render_as_string(hide_password=True), ask, "postgresql")


def _look_in_file(path: Path, *, alone: bool) -> Named | Loss:
    try:
        # What is empty has no write-ahead log either: SQLite throws away one that lies beside it.
        if not path.exists() or (path.is_file() and not path.stat().st_size):
            return Named(str(path), there=False)
        with reading(path, alone=alone) as connection:
            return _checked(path, connection)
    except (OSError, sqlite3.Error) as error:
        reason = reason_of(error) if isinstance(error, OSError) else str(error)
        message = f"the records in {path} cannot be read ({reason}); see to the disk and to the file's owner and mode"
        raise UnavailableError("records_unavailable", message) from error


def _checked(path: Path, connection: sqlite3.Connection) -> Named | Loss:
    try:
        (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if said != "ok":
            return _damage(path, said)
        return _named(str(path), lambda query: connection.execute(query).fetchall(), "sqlite")
    except sqlite3.DatabaseError as error:
        if not damaged(error):
            raise
        return _damage(path, str(error))


def _damage(path: Path, said: str) -> Loss:
    reason = " ".join(said.split())
    return Loss("records_damaged", str(path), f"the records are damaged ({reason})", RESTORE)


@contextmanager
def _asking(url: str) -> Iterator[Ask]:
    engine = engine_of(url)
    try:
        with translated(), engine.connect() as connection:
            yield lambda query: connection.execute(text(query)).all()
    finally:
        engine.dispose()


def _named(place: str, ask: Ask, dialect: str) -> Named:
    if not ask(_TABLE[dialect]):
        return Named(place, there=False)
    pending = {row[0]: row[1] for row in ask(_PENDING)}
    values = {(tenant, name): bytes(value) for tenant, name, value in ask(_META)}
    communities = [
        Belonging(
            community,
            bytes(secret),
            changes_next,
            changes_next - 1 - pending.get(tenant, 0),
            unpack(values.get((tenant, MARK), b"")),
            driven=instant is not None,
        )
        for tenant, community, secret, changes_next, instant in ask(_COMMUNITIES)
    ]
    keys = frozenset(bytes(digest) for (digest,) in ask(_KEYS))
    media = frozenset(value.decode() for (_, name), value in values.items() if name == MEDIA)
    return Named(place, there=True, communities=communities, operator_keys=keys, media=media)
