"""The tables about people, read and put back: a backup of the database, without what is in `secrets/`."""

from typing import Any, Final

import sqlalchemy as sa

from tests.harness import NewsroomHarness

Rows = dict[str, list[dict[str, Any]]]
_TABLES: Final = (
    "statements",
    "moderators",
    "epochs",
    "wrapped_epoch_keys",
    "passkeys",
    "invitations",
    "registrations",
    "sessions",
)


def read_people(newsroom: NewsroomHarness) -> Rows:
    return {table: newsroom.read_table(table) for table in _TABLES}


def write_people(newsroom: NewsroomHarness, rows: Rows) -> None:
    with newsroom.database.writing() as conn:
        for table in _TABLES:
            conn.execute(sa.text(f"delete from {table}"))
            for row in rows[table]:
                names = ", ".join(f'"{name}"' for name in row)
                values = ", ".join(f":{name}" for name in row)
                conn.execute(sa.text(f"insert into {table} ({names}) values ({values})"), row)
