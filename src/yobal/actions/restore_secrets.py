"""Brings back what a backup's file of secrets holds: peppers, moves, the roster's head, some cells.

Those are of members' keys and of hidden texts. Never what this machine has destroyed itself: where `secrets/cells` opens the keys of any member, it is the
newsroom's own file, and what it does not open was overwritten on purpose.
"""

import base64
import binascii
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec

from yobal.actions import member_keys
from yobal.adapters import age_file
from yobal.adapters.backup_folder import SecretFiles, SecretsToBackUp
from yobal.adapters.cell_file import CELL_BYTES, CellFile
from yobal.core.errors import BackupInvalid
from yobal.store import cells
from yobal.store.database import Connection, Database

# Half a GiB of keys. Yobal writes no higher number, but anybody can encrypt a file of secrets to the key.
CELLS_MAX: Final = 2**24


class _Decoded(msgspec.Struct, frozen=True):
    peppers: dict[date, bytes]
    cells: dict[int, bytes]


def restore_secrets(database: Database, path: Path, identity: Any, files: SecretFiles) -> None:
    """Restore what is missing here, for a database that has its rows already. Raises BackupInvalid."""
    content = bytearray()
    age_file.decrypt(path, identity, content.extend)
    try:
        saved = msgspec.json.decode(content, type=SecretsToBackUp)
        decoded = _decode(saved)
    except (msgspec.DecodeError, binascii.Error, ValueError):
        raise BackupInvalid(f"{path.name} is not a file of secrets") from None
    for week, pepper in decoded.peppers.items():
        files.keyring.restore_pepper(week, pepper)
    files.moves_file.add(*saved.moves)
    if files.roster_pin.read().first is None:
        restored = msgspec.structs.replace(saved.roster, is_restored=True)
        files.roster_pin.update(lambda _: restored)  # `mark_restored` looks whether it is whole
    with database.reading() as conn:
        _restore_cells(conn, files.cell_file, decoded.cells)


def _restore_cells(conn: Connection, cell_file: CellFile, saved: Mapping[int, bytes]) -> None:
    """Only the cells that these rows name: another cell may be the key of an envelope here."""
    if not member_keys.count_readable(conn, cell_file).readable:
        named = cells.backed_up(conn)
        cell_file.restore_keys({number: key for number, key in saved.items() if number in named})


def _decode(saved: SecretsToBackUp) -> _Decoded:
    """Raises ValueError."""
    peppers = {
        date.fromisoformat(week): base64.b64decode(pepper) for week, pepper in saved.peppers.items()
    }
    keys = {number: base64.b64decode(key) for number, key in saved.cells.items()}
    if not all(0 <= number < CELLS_MAX and len(key) == CELL_BYTES for number, key in keys.items()):
        raise ValueError(CELL_BYTES)
    return _Decoded(peppers, keys)
