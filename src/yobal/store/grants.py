"""The rights of the intake's PostgreSQL role: call one function that writes, read views and receipts."""

import re
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.errors import InvalidInput, Reason
from yobal.store import sql_functions, sql_views

REVISION_TABLE: Final = "alembic_version"  # an intake refuses to start on another schema
_ROLE: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_ROLE_EXISTS: Final = sa.text("select exists (select from pg_roles where rolname = :role)")


def grant_intake(conn: Connection, database_role: str) -> None:
    """Grant an existing role exactly what the intake needs, and revoke everything else."""
    if _ROLE.fullmatch(database_role) is None:
        raise InvalidInput(
            Reason("“%(role)s” is not a plain name of a role", {"role": database_role})
        )
    if not conn.execute(_ROLE_EXISTS, {"role": database_role}).scalar_one():
        raise InvalidInput(f"there is no role “{database_role}”: create it first")
    schema = conn.execute(sa.text("select quote_ident(current_schema())")).scalar_one()
    statements = [
        f"revoke all on all tables in schema {schema} from {database_role}",
        f"revoke all on all functions in schema {schema} from {database_role}",
        f"grant usage on schema {schema} to {database_role}",
        *(f"grant select on {view} to {database_role}" for view in sql_views.views(conn)),
        f"grant select on {REVISION_TABLE} to {database_role}",
        *(f"grant execute on function {name} to {database_role}" for name in sql_functions.NAMES),
    ]
    for statement in statements:
        conn.execute(sa.text(statement))


def intake_database_roles(conn: Connection) -> list[str]:
    """The roles that have these rights; none on SQLite."""
    if conn.dialect.name == "sqlite":
        return []
    granted = sa.text(
        "select distinct grantee from information_schema.role_table_grants"
        " where table_schema = current_schema() and table_name = 'intake_site'"
        " and privilege_type = 'SELECT' and grantee not in (current_user, 'PUBLIC')"
        " and grantee not in (select tableowner from pg_tables where tablename = 'sites')"
    )
    return [role for role in conn.execute(granted).scalars() if _ROLE.fullmatch(role)]
