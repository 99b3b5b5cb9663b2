"""What tables are made of: where all of them are listed, and the kinds of column."""

from typing import Any, Final, TypeAlias

from sqlalchemy import BigInteger, Column, Integer, MetaData, Text
from sqlalchemy.types import TypeEngine

Type: TypeAlias = type[TypeEngine[Any]] | TypeEngine[Any]

METADATA: Final = MetaData()
"""Every table of every subject; whole once `stores.database` has been imported."""
# Ids sort by their bytes everywhere; PostgreSQL would else sort them by the cluster's language.
BYTES_TEXT: Final = Text().with_variant(Text(collation="C"), "postgresql")
# Only a column declared INTEGER is SQLite's own row number.
NUMBER: Final = BigInteger().with_variant(Integer, "sqlite")


def key(name: str, kind: Type) -> Column[Any]:
    """Make a column that names the row, alone or with others."""
    return Column(name, kind, primary_key=True)


def must(name: str, kind: Type) -> Column[Any]:
    """Make a column that always holds something."""
    return Column(name, kind, nullable=False)


def may(name: str, kind: Type) -> Column[Any]:
    """Make a column that may be empty."""
    return Column(name, kind)
