"""Names the files of backups, and removes those that are older than the newest few."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from yobal.adapters.cell_file import CellFile
from yobal.adapters.moves_file import MovesFile
from yobal.adapters.roster_pin import Pin, RosterPin
from yobal.adapters.server_keys import Keyring
from yobal.core.moves import Move

_SUFFIX: Final = ".yobal.age"
_TIME: Final = "%Y-%m-%dT%H%MZ"  # without colons, which some file systems refuse


class SecretsToBackUp(msgspec.Struct, frozen=True, kw_only=True):
    """What makes receipts and members' keys work after a restore, and an older roster be noticed."""

    peppers: dict[str, str]  # by week, in base64
    roster: Pin
    moves: list[Move] = []
    cells: dict[int, str] = {}  # of members' keys and hidden texts only: number to key, in base64


class SecretFiles(msgspec.Struct, frozen=True):
    """Where these are on this machine."""

    keyring: Keyring
    roster_pin: RosterPin
    moves_file: MovesFile
    cell_file: CellFile


class BackupFolder:
    """`backup_dir`: `river-post-2026-11-27T0430Z.yobal.age`, and `river-post-secrets.age`."""

    def __init__(self, folder: Path, site_id: str) -> None:
        self.folder = folder
        self.site_id = site_id

    def path(self, now: float) -> Path:
        time = datetime.fromtimestamp(now, UTC).strftime(_TIME)
        return self.folder / f"{self.site_id}-{time}{_SUFFIX}"

    @property
    def secrets_path(self) -> Path:
        """One file that each backup replaces, or what must be destroyed would live on in old copies."""
        return self.folder / f"{self.site_id}-secrets.age"

    def list_all(self) -> list[Path]:
        """Oldest first."""
        return sorted(
            path for path in self.folder.glob(f"{self.site_id}-*{_SUFFIX}") if _time(path)
        )

    def newest_at(self) -> float | None:
        """When the newest backup was made, by its name; None if there is none."""
        paths = self.list_all()
        return _time(paths[-1]) if paths else None

    def remove_old(self, count: int) -> int:
        """Keep the newest `count`. Returns how many were removed."""
        old = self.list_all()[:-count]
        for path in old:
            path.unlink()
        return len(old)


def _time(path: Path) -> float | None:
    text = path.name.removesuffix(_SUFFIX)[-len("2026-11-27T0430Z") :]
    try:
        return datetime.strptime(text, _TIME).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
