"""What every form of table comes to: rows of cells by column, and how a file that cannot be read is named."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

from lodestone.base.errors import InvalidError, Problem

LayOut: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]
"""Lays one object out as cells by column. Raises ValueError naming what has no column."""
_INDEX: Final = re.compile(r"|Unnamed: [0-9]+(\.[0-9]+)?|__index_level_[0-9]+__|level_[0-9]+|index")
"""What pandas and polars call a column that only counts rows."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a table: its cells by column, or why it cannot be read."""

    line: int
    """On which it begins; rows of Parquet count from 1."""
    cells: dict[str, Any] = field(default_factory=dict)
    """Text from CSV, values of any type from Parquet and NDJSON; what is empty is left out."""
    problem: str | None = None
    plain: bool = False
    """Every cell is text, as in CSV: a number, a gap and a text look alike."""


class Unreadable:
    """Stands for a value that Python has no type for; its text says what it is."""

    def __init__(self, text: str) -> None:
        self.text = text


def check_columns(path: Path, columns: Sequence[str], known: Collection[str]) -> None:
    """Pass the columns of a table. Raises InvalidError naming the first that does not fit."""
    named = [column for column in columns if column]
    unknown = [column for column in named if column not in known]
    twice = [column for column in named if named.count(column) > 1]
    missing = [column for column in _needed(known) if column not in named]
    if unknown:
        what = f"has an unknown column {unknown[0]!r}"
    elif twice:
        what = f"has the column {twice[0]!r} twice"
    elif missing:
        what = f"has no column {missing[0]!r}"
    else:
        return
    problem = Problem(f"{path.name}:1", f"{what}; the columns are {', '.join(known)}")
    raise InvalidError("columns_unknown", f"{problem.field} {problem.problem}", (problem,))


def _needed(known: Collection[str]) -> Collection[str]:
    """Return the columns that must be there: the id, or all of a table that has none."""
    return ("id",) if "id" in known else known


def index_columns(columns: Sequence[str], known: Collection[str]) -> int:
    """Return how many columns at the beginning are a data frame's index: unnamed, or named by the library.

    >>> index_columns(["", "id"], ["id"]), index_columns(["id", ""], ["id"])
    (1, 0)
    """
    count = 0
    for name in columns:
        if name in known or not _INDEX.fullmatch(name):
            break
        count += 1
    return count if count < len(columns) else 0


def named_index(name: str, value: object) -> str:
    """Say what is wrong with an index that holds more than a count."""
    named = f"the column {name!r}" if name else "the first column has no name and"
    return f"{named} holds {str(value)[:40]!r}; name it as one of the columns, or write the table without its index"


def file_refused(path: Path, problem: str, code: str) -> InvalidError:
    """Make the error of a file of which nothing can be read."""
    field_name = f"{path.name}:1"
    return InvalidError(code, f"{field_name} {problem}", (Problem(field_name, problem),))
