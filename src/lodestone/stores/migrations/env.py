from alembic import context

from lodestone.stores.sql.columns import METADATA

# Alembic runs this file with a configuration in `context`; whoever merely imports it finds none.
if hasattr(context, "config"):
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=METADATA,
        render_as_batch=True,
    )
    context.run_migrations()
