"""Imports: where comments came from, how far each import is, and what a lead has signed."""

from collections.abc import Collection, Iterator
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.import_manifest import ImportState, RowsSummary
from yobal.core.schedule import Slot
from yobal.store.rows import fetch_all, fetch_one
from yobal.store.tables import imported_comments, imports

_READ_AT_ONCE: Final = 10_000


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """`rows_hash` is None until the file was read to its end; the signature until a lead has signed."""

    id: str
    site_id: str
    source: str
    id_key: bytes
    format: str
    state: ImportState
    next_number: int = 0
    comments_total: int = 0  # without those that were sealed
    rows_hash: str | None = None
    due_slot: Slot | None = None
    signed_by: str | None = None
    head: str | None = None
    signing_key: str | None = None
    signature: bytes | None = None


class ImportSignature(msgspec.Struct, frozen=True, kw_only=True):
    """What a lead's browser has signed, and the slot from which on the comments appear."""

    signed_by: str
    head: str
    signing_key: str
    signature: bytes
    due_slot: Slot


def get(conn: Connection, import_id: str) -> Import | None:
    return fetch_one(conn, Import, sa.select(imports).where(imports.c.id == import_id))


def list_all(conn: Connection, site_id: str) -> list[Import]:
    chosen = sa.select(imports).where(imports.c.site_id == site_id)
    return fetch_all(conn, Import, chosen.order_by(imports.c.source, imports.c.id))


def of_source(conn: Connection, site_id: str, source: str) -> list[Import]:
    """Every import of a source; at most one of them is open for more comments."""
    return [item for item in list_all(conn, site_id) if item.source == source]


def in_states(conn: Connection, site_id: str, states: Collection[ImportState]) -> list[Import]:
    return [item for item in list_all(conn, site_id) if item.state in states]


def add(conn: Connection, new: Import) -> None:
    conn.execute(imports.insert().values(**msgspec.structs.asdict(new)))


def delete(conn: Connection, import_id: str) -> None:
    conn.execute(imports.delete().where(imports.c.id == import_id))


def transition(
    conn: Connection, import_id: str, *, from_: Collection[ImportState], to: ImportState
) -> bool:
    """Whether it was still in one of these states."""
    is_expected = sa.and_(imports.c.id == import_id, imports.c.state.in_(list(from_)))
    return conn.execute(imports.update().where(is_expected).values(state=to)).rowcount == 1


def set_next_number(conn: Connection, import_id: str, number: int) -> None:
    conn.execute(imports.update().where(imports.c.id == import_id).values(next_number=number))


def set_manifest(
    conn: Connection, import_id: str, *, summary: RowsSummary, state: ImportState
) -> None:
    """The end of the file: from here on a lead can sign."""
    conn.execute(
        imports.update()
        .where(imports.c.id == import_id, imports.c.state == "reading")
        .values(state=state, comments_total=summary.comments, rows_hash=summary.rows_hash)
    )


def sign(conn: Connection, import_id: str, *, rows_hash: str, signature: ImportSignature) -> bool:
    """Whether it still waits, with this hash."""
    is_expected = sa.and_(
        imports.c.id == import_id, imports.c.state == "waiting", imports.c.rows_hash == rows_hash
    )
    values = msgspec.structs.asdict(signature)
    signed = imports.update().where(is_expected).values(state="signed", **values)
    return conn.execute(signed).rowcount == 1


def row_hashes(conn: Connection, import_id: str) -> Iterator[tuple[str, bytes]]:
    """The id and the hash of every comment that was not sealed, in the order of their ids."""
    after = ""
    while True:
        page = conn.execute(
            sa.select(imported_comments.c.comment_id, imported_comments.c.row_hash)
            .where(
                imported_comments.c.import_id == import_id,
                imported_comments.c.row_hash.is_not(None),
                imported_comments.c.comment_id > after,
            )
            .order_by(imported_comments.c.comment_id)
            .limit(_READ_AT_ONCE)
        ).all()
        yield from ((row.comment_id, bytes(row.row_hash)) for row in page)
        if len(page) < _READ_AT_ONCE:
            return
        after = page[-1].comment_id
