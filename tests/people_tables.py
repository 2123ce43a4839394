"""The tables about people, read and put back with the cells of their keys, as a backup has them."""

from typing import Any, Final

import sqlalchemy as sa

from tests.harness import NewsroomHarness

Rows = dict[str, list[dict[Any, Any]]]
_TABLES: Final = (
    "statements",
    "moderators",
    "member_identities",
    "epochs",
    "wrapped_epoch_keys",
    "passkeys",
    "invitations",
    "registrations",
    "sessions",
)


def read_people(newsroom: NewsroomHarness) -> Rows:
    rows = {table: newsroom.read_table(table) for table in _TABLES}
    keys = newsroom.components.cell_file.read_keys(newsroom.member_cells())
    return rows | {"cells": [keys]}


def write_people(newsroom: NewsroomHarness, rows: Rows) -> None:
    with newsroom.database.writing() as conn:
        for table in _TABLES:
            conn.execute(sa.text(f"delete from {table}"))
            for row in rows[table]:
                names = ", ".join(f'"{name}"' for name in row)
                values = ", ".join(f":{name}" for name in row)
                conn.execute(sa.text(f"insert into {table} ({names}) values ({values})"), row)
        conn.execute(sa.text("delete from expired_cells"))
    newsroom.components.cell_file.restore_keys(rows["cells"][0])
