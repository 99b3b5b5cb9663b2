"""Read every table of the records whole, to show that something changed nothing."""

from sqlalchemy import text

from lodestone.stores.records_schema import METADATA

VOLATILE = {"api_keys", "access_changes"}


def dump(world):
    """Return every row of every table, in no particular order."""
    with world.app.records._engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        return {
            table.name: sorted(map(repr, connection.execute(table.select()).all()))
            for table in METADATA.sorted_tables
            if table.name not in VOLATILE
        }
