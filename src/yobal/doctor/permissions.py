"""Which other users of this machine may read or change Yobal's files."""

import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from yobal.doctor import file_status
from yobal.doctor.finding import Finding, fail, ok_if
from yobal.server.settings import Settings
from yobal.store import diagnostics, sqlite_inbox

_GROUP_AND_OTHERS: Final = 0o077
_OTHERS: Final = 0o007
_GROUP_AND_OTHERS_WRITE: Final = 0o022
_PATHS_SHOWN_MAX: Final = 3
_SECRETS_MISSING: Final = (
    "the folder does not exist; `yobal serve` makes a new one, but receipts given before "
    "will no longer work"
)


def missing_database(settings: Settings) -> Finding | None:
    """Without a database file nothing else can be checked, and opening it would create one."""
    problem = diagnostics.missing_file_problem(settings.database_url)
    return None if problem is None else fail("database", problem)


def examine(settings: Settings, file: Path) -> list[Finding]:
    return [
        _secrets(settings),
        *_database(settings),
        _database_password(settings, file),
        _writable(settings, file),
    ]


def _secrets(settings: Settings) -> Finding:
    folder = settings.secrets_dir
    if not folder.exists():
        return fail("secrets", _SECRETS_MISSING)
    exposed = _exposed(_GROUP_AND_OTHERS, [folder, *file_status.all_below(folder)])
    return ok_if(not exposed, "only the owner can read the secrets", f"chmod go= {exposed}")


def _database(settings: Settings) -> list[Finding]:
    """SQLite's files and the inbox: pending comments are sealed in them, held comments are not."""
    file = diagnostics.sqlite_file(settings.database_url)
    if file is None:
        return []
    files = [file.with_name(file.name + suffix) for suffix in ("", "-wal", "-shm")]
    files += sqlite_inbox.files(file)
    exposed = _exposed(_GROUP_AND_OTHERS, files)
    return [ok_if(not exposed, "only the owner can read the database", f"chmod go= {exposed}")]


def _database_password(settings: Settings, file: Path) -> Finding:
    """The group may read it, so that root can own the file and Yobal can read it."""
    content = file.read_text(encoding="utf-8")
    passwords = map(diagnostics.password, (settings.database, settings.intake_database))
    has_password = any(password and password in content for password in passwords)
    exposed = _exposed(_OTHERS, [file]) if has_password else ""
    check = "other users cannot read a database password in the settings"
    return ok_if(not exposed, check, f"chmod o= {exposed}")


def _writable(settings: Settings, file: Path) -> Finding:
    """A user who may add files here could change what readers see, or which settings are read."""
    exposed = _exposed(
        _GROUP_AND_OTHERS_WRITE, [file, settings.folder, *settings.files_dir.glob("**/")]
    )
    check = "only the owner can change settings, data and public files"
    return ok_if(not exposed, check, f"chmod go-w {exposed}")


def _exposed(mode_bits: int, paths: Iterable[Path]) -> str:
    """The first few existing paths with any of these mode bits, quoted for a command line."""
    exposed = [
        path
        for path in paths
        if (status := file_status.of(path)) is not None and status.st_mode & mode_bits
    ]
    return shlex.join(map(str, exposed[:_PATHS_SHOWN_MAX]))
