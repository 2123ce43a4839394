"""`yobal upgrade`: what it prints."""

from pathlib import Path

from yobal import __version__
from yobal.cli.site import load_settings
from yobal.server import upgrade
from yobal.server.wiring import prepare_storage


def check(path: Path) -> tuple[list[str], bool]:
    """Lines to print, and whether the database has this version's schema. Changes nothing."""
    settings = load_settings(path)
    plan = upgrade.plan(settings)
    lines = [f"Yobal {__version__}; the database has the schema {plan.revision}"]
    if not plan.pending:
        return [*lines, "which is this version's: nothing would change"], True
    lines += [f"{step.revision}: {step.description}" for step in plan.pending]
    has_place = settings.backup_dir and settings.backup_recipient
    lines.append(
        f"a backup to {settings.backup_dir} is made before" if has_place else upgrade.NO_BACKUP
    )
    return lines, False


def run(path: Path, *, with_backup: bool) -> list[str]:
    """Lines to print. Raises UnsupportedEnvironment, DatabaseUnavailable."""
    settings = load_settings(path)
    return prepare_storage(settings, with_backup=with_backup) or ["nothing to change"]
