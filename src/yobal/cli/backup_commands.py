"""`yobal backup` and `yobal restore`: what they check first, and what they print."""

import secrets
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from yobal import __version__
from yobal.actions import accept_roster, back_up, member_keys, restore, restore_secrets
from yobal.adapters import age_file
from yobal.adapters.backup_folder import BackupFolder, SecretFiles
from yobal.adapters.purge_list import PurgeList
from yobal.cli import progress, terminal
from yobal.cli.interrupts import explaining_interrupts, ignoring_interrupts
from yobal.core.errors import InvalidSettings, RosterInvalid
from yobal.core.states import HELD, PENDING
from yobal.server.rebuild import ShowSteps, rebuild_all
from yobal.server.wiring import Components
from yobal.store import comments, migrations

_NOT_SET: Final = (
    "backup_dir and backup_recipient are not set: the second is the line age1… that `age-keygen -o"
    " backup-key.txt` prints, on another machine, which keeps backup-key.txt"
)
_ROSTER_ADVICE: Final = (
    "No published comment is shown yet: the roster is not the one that this server has verified. `yobal"
    " roster` shows why, and docs/operate.md says what to do. Once it prints no `refused`, run `yobal rebuild`,"
    " which verifies the comments and shows them."
)
_NO_LIST: Final = (
    "purge_list_dir is not set, so what was removed or withdrawn after the backup is public again, and"
    " moderators who were removed after it have their keys: deal with that before you start `yobal serve`."
)
_WAS_STORED: Final = (
    "The database has the rows of an interrupted restore, which this command finishes: of this file nothing"
    " was stored. To restore another backup, begin with an empty database"
)
_KEYS_ADVICE: Final = (
    "SITE-secrets.age of the newest backup brings them back (`yobal restore --secrets`). Otherwise their"
    " owners must be removed and invited again, and without any lead's keys start again with `yobal init"
    " --new-epoch`."
)

_REBUILD_STEPS: Final = {  # of ShowSteps
    "verified": "comments verified",
    "listed": "files listed",
    "marked": "stories prepared",
    "written": "pages written",
    "compared": "files compared",
    "removed": "old files removed",
}


def run_backup(components: Components) -> Iterator[str]:
    """Lines to print. Raises InvalidSettings, DatabaseUnavailable."""
    settings = components.settings
    if not (settings.backup_dir and settings.backup_recipient):
        raise InvalidSettings(_NOT_SET)
    now, recipient = time.time(), settings.backup_recipient
    folder = BackupFolder(Path(settings.backup_dir), settings.site_id)
    with progress.showing_counts("rows written", "rows read again") as (written, checked):
        done = back_up.back_up(
            components.database,
            folder,
            recipient,
            version=__version__,
            now=now,
            show_written=written,
            show_checked=checked,
        )
    back_up.back_up_secrets(
        components.database,
        _secret_files(components),
        folder,
        recipient,
        today=datetime.fromtimestamp(now, UTC).date(),
    )
    components.roster_pin.write_copy()
    removed = folder.remove_old(settings.backups_kept)
    yield f"{done.path}: {done.rows} rows, read again and whole"
    yield f"{folder.secrets_path}: replaced"
    if removed:
        yield f"{removed} older removed; backups_kept = {settings.backups_kept}"


def run_check(path: Path, identity: Any) -> Iterator[str]:
    """Raises BackupInvalid."""
    with explaining_interrupts("nothing was changed"), progress.showing_count("bytes read") as show:
        content = restore.check(path, identity, show=show)
    yield f"{path}: whole, of {content.header.site_id}, made by Yobal {content.header.version}"
    yield from _describe(content)


def run_restore(
    components: Components, path: Path, identity: Any, secrets_file: Path | None
) -> Iterator[str]:
    """Lines to print, as they come. Raises BackupInvalid, DatabaseUnavailable."""
    settings = components.settings
    with (
        explaining_interrupts("nothing was restored; run the same command again"),
        progress.showing_count("bytes read") as show,
    ):
        content = restore.restore(
            components.database,
            path,
            identity,
            site_id=settings.site_id,
            schema=migrations.newest_revision() or "",
            show=show,
        )
    # From here until the purge, what was removed after the backup is in the database.
    with ignoring_interrupts():
        lines = [*_describe(content), *_after_restore(components, identity, secrets_file)]
    if content.was_stored:
        yield _WAS_STORED
    yield from lines
    # May be stopped: nothing starts before the same command has run again and come to its end.
    with explaining_interrupts(
        "the rows are restored, the public files are not, and Yobal does not start; run the same command"
        " again"
    ):
        rebuilt = _rebuild(components)
    restore.end(components.database)
    yield rebuilt
    yield from _warnings(components)


def _after_restore(
    components: Components, identity: Any, secrets_file: Path | None
) -> Iterator[str]:
    if secrets_file is not None:
        yield from run_restore_secrets(components, secrets_file, identity)
    else:
        if not _knows_roster_end(components):
            _mark_restored(components)
        yield from _member_keys(components)
    yield from _purge(components)


def run_restore_secrets(components: Components, secrets_file: Path, identity: Any) -> Iterator[str]:
    """For a database that is whole, whose `secrets/` are lost. Raises BackupInvalid, DatabaseUnavailable."""
    knows_end = _knows_roster_end(components)
    files = _secret_files(components)
    restore_secrets.restore_secrets(components.database, secrets_file, identity, files)
    if not knows_end:
        _mark_restored(components)
    yield "receipts of the last weeks work again, and hidden comments can be brought back"
    yield from _member_keys(components)


def _knows_roster_end(components: Components) -> bool:
    """Whether this machine has verified the roster itself, and has not only read it from a backup."""
    pin = components.roster_pin.read()
    return pin.first is not None and not pin.is_restored


def _member_keys(components: Components) -> Iterator[str]:
    with components.database.reading() as conn:
        keys = member_keys.count_readable(conn, components.cell_file)
    if keys.readable < keys.rows:
        yield (
            f"{keys.rows - keys.readable} of {keys.rows} sealed keys of moderators cannot be opened:"
            f" {_KEYS_ADVICE}"
        )


def _mark_restored(components: Components) -> None:
    with components.database.reading() as conn:
        accept_roster.mark_restored(conn, components.settings.site_id, components.roster_pin)


def _secret_files(components: Components) -> SecretFiles:
    return SecretFiles(
        components.keyring, components.roster_pin, components.moves_file, components.cell_file
    )


def _describe(content: restore.BackupContent) -> Iterator[str]:
    tables = ", ".join(f"{count:,} in {table}" for table, count in sorted(content.rows.items()))
    yield f"{terminal.counted(sum(content.rows.values()), 'row')} in the backup: {tables}"


def _purge(components: Components) -> Iterator[str]:
    settings = components.settings
    if not settings.purge_list_dir:
        yield _NO_LIST
        return
    purge_list = PurgeList(Path(settings.purge_list_dir), settings.site_id)
    purge_again = restore.PurgeAgain(
        database=components.database,
        cell_file=components.cell_file,
        rules=components.rules,
        now=time.time(),
        random=secrets.token_bytes,
    )
    erased = purge_again.run(purge_list.read())
    yield (
        f"erased or hidden: {terminal.counted(erased.comments, 'comment')} removed or withdrawn since, by"
        f" {purge_list.path}"
    )
    if erased.members:
        yield (
            f"suspended, and without keys: {terminal.counted(erased.members, 'moderator')} removed since. A lead"
            " removes them again at the desk"
        )


def _rebuild(components: Components) -> str:
    """Without a roster nothing can be verified: the server has to start, and all comments stay withheld."""
    try:
        return rebuild(components)
    except RosterInvalid:
        return _ROSTER_ADVICE


def rebuild(components: Components) -> str:
    """Raises RosterInvalid, PublicFilesUnavailable."""
    with progress.showing_counts(*_REBUILD_STEPS.values()) as shows:
        steps = ShowSteps(**dict(zip(_REBUILD_STEPS, shows, strict=True)))
        return str(rebuild_all(components, steps))


def _warnings(components: Components) -> Iterator[str]:
    with components.database.reading() as conn:
        site_id = components.settings.site_id
        waiting = sum(comments.count(conn, site_id, state) for state in (PENDING, HELD))
    if waiting:
        yield (
            f"{waiting} comments waited for a decision or a release. Those whose keys are not in"
            f" {components.settings.cells_file} are lost, and their receipts will say so."
        )


def read_identity(path: Path) -> Any:
    """Raises BackupInvalid, OSError."""
    return age_file.read_identity(path)
