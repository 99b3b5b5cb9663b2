"""One tenant's view of the tables: every statement of a community carries the condition on its number."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Delete,
    Insert,
    LargeBinary,
    Select,
    Table,
    Update,
    bindparam,
    insert,
    select,
)
from sqlalchemy import delete as sql_delete
from sqlalchemy import update as sql_update

from lodestone.stores.sql.columns import BYTES_TEXT, METADATA, NUMBER

STRAIGHT_MIN: Final = 32
"""From so many rows on a statement goes to the driver straight."""
READ_CHUNK: Final = 5_000
"""Rows that one step of a walk over a table reads."""
IN_MAX: Final = 500
"""Values in one `IN`, well under what either database takes."""

COMMUNITIES = Table(
    "communities",
    METADATA,
    Column("tenant", NUMBER, primary_key=True, autoincrement=True),
    Column("id", BYTES_TEXT, nullable=False, unique=True),
    Column("given", LargeBinary, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("instant", BigInteger),
    Column("secret", LargeBinary, nullable=False),
    Column("items_next", BigInteger, nullable=False),
    Column("changes_next", BigInteger, nullable=False),
)


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

    def update_rows(self, table: Table, key: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Write many rows of one table, all with the same names, each found by `at`, the value of its key."""
        if rows:
            values: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "at"}
            update = self.update(table).where(table.c[key] == bindparam("at"))
            self.many(update.values(values), rows)

    def fetch(self, statement: Select[Any]) -> Sequence[Any]:
        """Return all rows of a query."""
        return self.connection.execute(statement).all()

    def first(self, statement: Select[Any]) -> Any:
        """Return the first row of a query, or None."""
        return self.connection.execute(statement).first()

    def run(self, statement: Update | Delete) -> int:
        """Do an update or deletion and say how many rows it met."""
        return self.connection.execute(statement).rowcount


def chunks(values: Sequence[Any], size: int = IN_MAX) -> Iterator[Sequence[Any]]:
    """Cut values into pieces of at most `size`."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
