"""Alembic's entry: always on the connection (and inside the transaction) that `migrate` opened."""

from alembic import context

from yobal.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transaction_per_migration=False,
)
context.run_migrations()
