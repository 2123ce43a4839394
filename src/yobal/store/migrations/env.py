"""Alembic's entry point: always on the connection, and inside the transaction, that `migrate` opened."""

from alembic import context

from yobal.store.tables import metadata

conn = context.config.attributes["connection"]
context.configure(
    connection=conn,
    target_metadata=metadata,
    render_as_batch=conn.dialect.name == "sqlite",
    transaction_per_migration=False,
)
context.run_migrations()
