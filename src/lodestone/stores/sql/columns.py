"""The three kinds of column that tables are made of."""

from typing import Any, TypeAlias

from sqlalchemy import Column
from sqlalchemy.types import TypeEngine

Type: TypeAlias = type[TypeEngine[Any]] | TypeEngine[Any]


def key(name: str, kind: Type) -> Column[Any]:
    """Make a column that names the row, alone or with others."""
    return Column(name, kind, primary_key=True)


def must(name: str, kind: Type) -> Column[Any]:
    """Make a column that always holds something."""
    return Column(name, kind, nullable=False)


def may(name: str, kind: Type) -> Column[Any]:
    """Make a column that may be empty."""
    return Column(name, kind)
