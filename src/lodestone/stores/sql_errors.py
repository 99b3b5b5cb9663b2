"""What a database driver raises, as the errors of this house."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from lodestone.base.errors import CorruptError, UnavailableError


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the database driver raises into the errors of this house."""
    try:
        yield
    except (exc.OperationalError, exc.InterfaceError, exc.TimeoutError) as error:
        message = f"The records do not answer; try again. ({_cause(error)})"
        raise UnavailableError("records_unavailable", message) from error
    except sqlite3.Error as error:
        raise UnavailableError("records_unavailable", f"The records are busy: {error}") from error
    except exc.SQLAlchemyError as error:
        message = f"The records refused a statement: {_cause(error)}"
        raise CorruptError("records_failed", message) from error


def _cause(error: exc.SQLAlchemyError) -> str:
    """Say in one line what the driver said; never the statement, which may hold anything."""
    said = getattr(error, "orig", None) or error
    return (str(said).splitlines() or [said.__class__.__name__])[0]
