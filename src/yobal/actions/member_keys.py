"""The sealed keys of members, under cells: identities by the secret that opens them, and wraps of epochs.

The only place that encrypts and decrypts these rows. When a row is deleted, its cell is overwritten: then
neither an old copy of the database nor everybody's words opens what it held.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial

import msgspec

from yobal.adapters.cell_file import Allocate, CellFile
from yobal.store import cells, epochs, identities
from yobal.store.database import Connection, Database
from yobal.store.epochs import OwnWrap, WrapRow
from yobal.store.identities import IdentityRow


class NewWrap(msgspec.Struct, frozen=True):
    """An epoch's identity as an age file for the moderator with this pseudonym."""

    epoch_id: str
    pseudonym: str
    wrap: bytes


class EpochKey(msgspec.Struct, frozen=True):
    """`wrap` is None if the moderator has none, or its cell is missing."""

    epoch_id: str
    wrap: bytes | None


def allocating(database: Database, cell_file: CellFile) -> AbstractContextManager[Allocate]:
    """New cells for the transaction inside the block. Begin it outside the transaction."""
    return cell_file.allocating(find_used=partial(cells.find_used, database))


def store_identities(
    conn: Connection, allocate: Allocate, signing_key: str, age_files: Mapping[str, bytes]
) -> None:
    """One for each secret that opens it."""
    for (opened_by, age_file), cell in zip(
        age_files.items(), allocate(len(age_files)), strict=True
    ):
        row_id = identity_row_id(signing_key, opened_by)
        identities.add(
            conn,
            IdentityRow(
                signing_key=signing_key,
                opened_by=opened_by,
                cell=cell.number,
                ciphertext=cell.encrypt(age_file, purpose="identity", row_id=row_id),
            ),
        )


def replace_identity(
    conn: Connection, allocate: Allocate, signing_key: str, *, opened_by: str, age_file: bytes
) -> None:
    """The cell of the old one is overwritten with the next purge."""
    identities.delete(conn, signing_key, opened_by)
    store_identities(conn, allocate, signing_key, {opened_by: age_file})


def read_identity(
    conn: Connection, cell_file: CellFile, signing_key: str, *, opened_by: str
) -> bytes | None:
    """The age file. None if there is none, or its cell is missing."""
    row = identities.get(conn, signing_key, opened_by)
    return _decrypt_identity(cell_file, row) if row is not None else None


def store_wraps(conn: Connection, allocate: Allocate, wraps: Sequence[NewWrap]) -> None:
    for new, cell in zip(wraps, allocate(len(wraps)), strict=True):
        row_id = wrap_row_id(new.epoch_id, new.pseudonym)
        epochs.add_wrap(
            conn,
            WrapRow(
                epoch_id=new.epoch_id,
                pseudonym=new.pseudonym,
                cell=cell.number,
                ciphertext=cell.encrypt(new.wrap, purpose="wrap", row_id=row_id),
            ),
        )


def read_wraps(
    conn: Connection, cell_file: CellFile, site_id: str, pseudonym: str
) -> list[EpochKey]:
    """The wraps of every epoch of the present roster, newest first."""
    return [
        EpochKey(own.epoch_id, _decrypt_wrap(cell_file, own, pseudonym))
        for own in epochs.wraps_of(conn, site_id, pseudonym)
    ]


class Readable(msgspec.Struct, frozen=True):
    """How many identities and wraps there are, and how many of them a cell decrypts."""

    rows: int
    readable: int


def count_readable(conn: Connection, cell_file: CellFile) -> Readable:
    """After a restore, or a loss of `secrets/cells`, some or all are not readable."""
    plain = [
        *(_decrypt_identity(cell_file, row) for row in identities.list_all(conn)),
        *(
            _decrypt_wrap(cell_file, OwnWrap(row.epoch_id, row.cell, row.ciphertext), row.pseudonym)
            for row in epochs.list_wraps(conn)
        ),
    ]
    return Readable(len(plain), sum(item is not None for item in plain))


def identity_row_id(signing_key: str, opened_by: str) -> str:
    return f"{signing_key}\0{opened_by}"


def wrap_row_id(epoch_id: str, pseudonym: str) -> str:
    return f"{epoch_id}\0{pseudonym}"


def _decrypt_identity(cell_file: CellFile, row: IdentityRow) -> bytes | None:
    row_id = identity_row_id(row.signing_key, row.opened_by)
    return cell_file.decrypt(row.cell, row.ciphertext, purpose="identity", row_id=row_id)


def _decrypt_wrap(cell_file: CellFile, own: OwnWrap, pseudonym: str) -> bytes | None:
    if own.cell is None or own.ciphertext is None:
        return None
    row_id = wrap_row_id(own.epoch_id, pseudonym)
    return cell_file.decrypt(own.cell, own.ciphertext, purpose="wrap", row_id=row_id)
