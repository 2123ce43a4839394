"""Who else on this machine may read or change Yobal's files."""

import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from yobal.doctor.finding import Finding, mend, well_if
from yobal.server.settings import Settings
from yobal.store import diagnostics

_ANYBODY_ELSE: Final = 0o077
_OTHERS: Final = 0o007
_OTHERS_WRITE: Final = 0o022
_NAMED: Final = 3  # the first few of a long list
_SECRETS_GONE: Final = (
    "the folder is gone; `yobal serve` makes a new one, and receipts given before it open nothing"
)


def missing_store(settings: Settings) -> Finding | None:
    """No database file: nothing else can be looked at, and looking would make one."""
    file = diagnostics.sqlite_file(settings.database_url)
    if file is None or file.exists():
        return None
    return mend("the store", f"{file} is not there: `yobal init` makes it")


def examine(settings: Settings, file: Path) -> list[Finding]:
    return [
        _secrets(settings),
        *_database(settings),
        _password(settings, file),
        _data(settings, file),
    ]


def _secrets(settings: Settings) -> Finding:
    folder = settings.secrets_dir
    if not folder.exists():
        return mend("secrets", _SECRETS_GONE)
    wrong = _open_to(_ANYBODY_ELSE, [folder, *folder.rglob("*")])
    return well_if(not wrong, "secrets are the owner's only", f"chmod go= {wrong}")


def _database(settings: Settings) -> list[Finding]:
    """SQLite's files: what waits is sealed in them, what is held is not."""
    file = diagnostics.sqlite_file(settings.database_url)
    if file is None:
        return []
    beside = [file.with_name(file.name + ending) for ending in ("", "-wal", "-shm")]
    wrong = _open_to(_ANYBODY_ELSE, beside)
    return [well_if(not wrong, "the database is the owner's only", f"chmod go= {wrong}")]


def _password(settings: Settings, file: Path) -> Finding:
    """A group may read it (root owns it, and Yobal reads it), nobody else."""
    written = file.read_text(encoding="utf-8")
    passwords = map(diagnostics.password, (settings.database, settings.intake_database))
    is_there = any(one and one in written for one in passwords)
    wrong = _open_to(_OTHERS, [file]) if is_there else ""
    what = "a database's password can be read by those who need it"
    return well_if(not wrong, what, f"chmod o= {wrong}")


def _data(settings: Settings, file: Path) -> Finding:
    """Who may put files of their own here could change what readers see, or where we look."""
    wrong = _open_to(_OTHERS_WRITE, [file, settings.folder, *settings.files_dir.glob("**/")])
    what = "settings, data and public files can be changed by their owner only"
    return well_if(not wrong, what, f"chmod go-w {wrong}")


def _open_to(bits: int, paths: Iterable[Path]) -> str:
    """Those that are there and open to more than they should be, for a command line."""
    wrong = [path for path in paths if path.exists() and path.stat().st_mode & bits]
    return shlex.join(map(str, wrong[:_NAMED]))
