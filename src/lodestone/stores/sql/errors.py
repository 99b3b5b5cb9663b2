"""What a database driver raises, as the errors of this house."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import exc

from lodestone.base.errors import CorruptError, LodestoneError, UnavailableError

_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_WAITED: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
"""SQLite waited for another's lock as long as it may."""
_CANCELLED: Final = frozenset({"57014", "55P03"})
"""PostgreSQL's `query_canceled` (the statement's time was over) and `lock_not_available`."""


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the database driver raises into the errors of this house."""
    try:
        yield
    except (exc.DatabaseError, sqlite3.DatabaseError) as error:
        raise _of_database(error) from error
    except exc.TimeoutError as error:
        raise late("no connection came free") from error
    except exc.InterfaceError as error:
        message = f"The records do not answer; try again. ({_cause(error)})"
        raise UnavailableError("records_unavailable", message) from error
    except sqlite3.Error as error:
        raise UnavailableError("records_unavailable", f"The records are busy: {error}") from error
    except exc.SQLAlchemyError as error:
        message = f"The records refused a statement: {_cause(error)}"
        raise CorruptError("records_failed", message) from error


def _of_database(error: exc.DatabaseError | sqlite3.DatabaseError) -> LodestoneError:
    """Tell damage, silence and a refused statement apart."""
    said = _cause(error) if isinstance(error, exc.SQLAlchemyError) else str(error)
    if overdue(error):
        return late(said)
    if _sqlite_code(error) in _DAMAGED:
        message = f"The records are damaged ({said}); restore a back-up: `lodestone restore`."
        return CorruptError("records_damaged", message)
    if isinstance(error, exc.OperationalError):
        message = f"The records do not answer; try again. ({said})"
        return UnavailableError("records_unavailable", message)
    if isinstance(error, sqlite3.Error):
        return UnavailableError("records_unavailable", f"The records are busy: {said}")
    return CorruptError("records_failed", f"The records refused a statement: {said}")


def overdue(error: Exception) -> bool:
    """Say whether a driver's error, bare or in SQLAlchemy's, means that a limit on time ended a statement."""
    state = getattr(getattr(error, "orig", error), "sqlstate", None)
    return _sqlite_code(error) in _WAITED or state in _CANCELLED


def _sqlite_code(error: Exception) -> int:
    code: int = getattr(getattr(error, "orig", error), "sqlite_errorcode", 0)
    return code & 0xFF


def late(said: str) -> UnavailableError:
    """Return what is answered when the database's own limit on time ended a statement.

    The same code as when the caller's deadline comes first: which of the two is noticed first is chance.
    """
    message = f"The records took too long ({said}). Nothing was done; try again."
    return UnavailableError("records_stalled", message)


def _cause(error: exc.SQLAlchemyError) -> str:
    """Say in one line what the driver said; never the statement, which may hold anything."""
    said = getattr(error, "orig", None) or error
    return (str(said).splitlines() or [said.__class__.__name__])[0]
