"""What `yobal status` prints: a line for each figure, then what needs attention."""

import time
from pathlib import Path

import msgspec

from yobal.cli.site import open_site
from yobal.cli.terminal import counted
from yobal.server import status as site_status
from yobal.server.status import AGE_SLOTS_MAX, Status


def report(path: Path, *, is_json: bool, is_quiet: bool) -> tuple[list[str], bool]:
    """Lines to print, and whether nothing needs attention. Raises DatabaseUnavailable."""
    with open_site(path, is_only_read=True) as components:
        status = site_status.read(components, now=time.time())
        makes_backups = bool(components.settings.backup_dir)
    is_ok = not status.needs_person
    if is_json:
        return [msgspec.json.encode(status).decode()], is_ok
    return _problems(status) if is_quiet else [
        *_figures(status, makes_backups=makes_backups),
        *_problems(status),
    ], is_ok


def _figures(status: Status, *, makes_backups: bool) -> list[str]:
    values = {
        "version": status.version,
        "waiting": _waiting(status),
        "held": str(status.held_count),
        "published": str(status.published_count),
        "imports": _imports(status),
        "release": f"last {status.last_release}, next {status.next_release}",
        "round": f"last {status.last_round}, next {status.next_round}",
        "clock": "trusted" if status.is_clock_trusted else "not trusted",
        "writing": "works" if not status.unable_to else f"cannot {', '.join(status.unable_to)}",
        "disk": f"{status.disk_free_mib} MiB free",
        "backup": status.last_backup
        or ("none" if makes_backups else "none: backup_dir is not set"),
        "canary": _canary(status),
        "members": str(status.members_count) if status.is_roster_valid else "do not verify",
        "epoch": _epoch(status),
        "pages": _pages(status),
    }
    return [f"{name:<10} {value}" for name, value in values.items()]


def _problems(status: Status) -> list[str]:
    return [f"{'see to':<10} {problem}" for problem in status.needs_person]


def _waiting(status: Status) -> str:
    ages = [f"{count} {_age(slots)}" for slots, count in status.pending_by_age_slots.items()]
    since = f"; the oldest since {status.oldest_round}" if status.oldest_round else ""
    return f"{status.pending_count}" + (f" ({', '.join(ages)}{since})" if ages else "")


def _age(slots: int) -> str:
    if slots == 0:
        return "since the last slot"
    return (
        f"for {slots} or more slots" if slots == AGE_SLOTS_MAX else f"for {counted(slots, 'slot')}"
    )


def _canary(status: Status) -> str:
    if not status.is_canary_sent:
        return "off"
    return f"passed, {status.canary_passed}" if status.canary_passed else "none has passed yet"


def _imports(status: Status) -> str:
    count = status.unsigned_imports_count
    return f"{count} without a signature" if count else "none without a signature"


def _epoch(status: Status) -> str:
    return (
        "none yet"
        if status.epoch_age_days is None
        else f"{counted(status.epoch_age_days, 'day')} old"
    )


def _pages(status: Status) -> str:
    text = f"{counted(status.sampled_stories_count, 'story', 'stories')} compared with the database"
    if status.differing_files:
        text += f", {counted(len(status.differing_files), 'file')} not the same"
    if status.stale_files_count:
        text += f"; still to write: {counted(status.stale_files_count, 'file')}"
    return text
