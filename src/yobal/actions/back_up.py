"""Writes a backup: all rows that a restored newsroom needs, encrypted to a key that is elsewhere.

The rows go from the database straight into the encryption, so no copy of them is on the disk. Cells and
day keys are never in it: what they encrypt stays closed. Only those of members' keys and of hidden texts are
in the file of secrets, which every backup replaces, so that an overwritten one is not collected there.
"""

import base64
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from yobal.adapters import age_file
from yobal.adapters.backup_folder import BackupFolder, SecretFiles, SecretsToBackUp
from yobal.core.backup_format import BackupParser, Header, Row, encode
from yobal.core.errors import BackupInvalid
from yobal.store import cells, migrations, table_rows
from yobal.store.database import Database

SHOWN_EVERY_ROWS: Final = 1_000
ShowRows = Callable[[int, int], None]


class BackedUp(msgspec.Struct, frozen=True):
    path: Path
    rows: int


def back_up(
    database: Database,
    folder: BackupFolder,
    recipient: str,
    *,
    version: str,
    now: float,
    show_written: ShowRows = lambda *_: None,
    show_checked: ShowRows = lambda *_: None,
) -> BackedUp:
    """`version` is that of Yobal. `show_written` and `show_checked` get the number of rows, and their total. The caller removes older files afterwards. Raises DatabaseUnavailable, and OSError for the folder: then no file of this backup exists."""
    path, parser = folder.path(now), BackupParser()
    with database.reading() as conn:
        table_rows.take_one_view(conn)
        stored = table_rows.tables_of(conn)
        header = Header(
            site_id=folder.site_id,
            version=version,
            schema=migrations.current_revision(conn) or "",
            columns=table_rows.columns(stored),
        )
        total = table_rows.count_all(conn, stored)
        rows = _showing(table_rows.read_all(conn, stored), total, show_written)

        def check(piece: bytes) -> None:
            for _ in parser.feed(piece):
                pass
            show_checked(parser.count, total)

        age_file.encrypt(path, encode(header, rows), recipient, check)
    parser.end()
    return BackedUp(path, parser.count)


def back_up_secrets(
    database: Database, files: SecretFiles, folder: BackupFolder, recipient: str, *, today: date
) -> None:
    """Replaces the file of the last backup."""
    with database.reading() as conn:
        numbers = cells.backed_up(conn)
    keys = files.cell_file.read_keys(numbers)
    peppers = {
        week.isoformat(): base64.b64encode(pepper).decode()
        for week, pepper in files.keyring.peppers_by_week(today).items()
    }
    content = msgspec.json.encode(
        SecretsToBackUp(
            peppers=peppers,
            roster=files.roster_pin.read(),
            moves=files.moves_file.read(),
            cells={number: base64.b64encode(key).decode() for number, key in keys.items()},
        )
    )
    read = bytearray()
    age_file.encrypt(folder.secrets_path, iter([content]), recipient, read.extend)
    if read != content:
        raise BackupInvalid("the file of secrets cannot be read again")


def _showing(rows: Iterator[Row], total: int, show: ShowRows) -> Iterator[Row]:
    for number, row in enumerate(rows, start=1):
        if number % SHOWN_EVERY_ROWS == 0:
            show(number, total)
        yield row
