"""What `yobal status` tells the technician: the current state of the site, and what needs attention."""

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Final

import msgspec

from yobal import __version__
from yobal.actions import clock_guard, write_public_files
from yobal.core.canary import PROBLEMS
from yobal.core.expiry import NOTICE_DAYS, expiring_until
from yobal.core.schedule import (
    DAY_SECONDS,
    HOUR_SECONDS,
    Schedule,
    age_slots,
    last_round,
    last_slot,
    next_round,
    next_slot,
)
from yobal.core.stale_files import NEWEST, StaleFile
from yobal.server import figures, health
from yobal.server.notices import check
from yobal.server.settings import Settings
from yobal.server.wiring import Components
from yobal.store import site_counts, sites, stories
from yobal.store.site_counts import SiteCounts

AGE_SLOTS_MAX: Final = 20  # longer ago counts as this
_STORIES_SAMPLED: Final = 20
_FILES_SAMPLED: Final = 5  # of each story, beside its newest comments
_MIB: Final = 1_024 * 1_024


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """Times are ISO 8601 in the site's zone. What is in the inbox is not counted before its round."""

    version: str
    site_id: str
    pending_count: int
    pending_by_age_slots: dict[int, int]  # how many have waited for so many slots
    oldest_round: str | None
    expiring_count: int  # pending comments that will be destroyed unread within a week
    held_count: int
    published_count: int
    last_release: str
    next_release: str
    last_round: str
    next_round: str
    is_clock_trusted: bool
    unable_to: list[str]
    disk_free_mib: int
    last_backup: str | None  # None if there is none, or backups are not configured
    members_count: int
    is_roster_valid: bool
    epoch_age_days: int | None
    stale_files_count: int
    unsigned_imports_count: int
    canary_passed: str | None  # the slot of the newest canary that passed every step
    is_canary_sent: bool  # the setting
    sampled_stories_count: int
    differing_files: list[str]
    unreached_addresses: list[str]  # of the last notice
    needs_person: list[str]  # one sentence for each


def read(components: Components, *, now: float) -> Status:
    """Takes the release lock for moments, to compare public files. Raises DatabaseUnavailable."""
    settings, site_id = components.settings, components.rules.site_id
    schedule = components.rules.schedule
    with components.database.reading() as conn:
        counts = site_counts.read(conn, site_id)
        released, moved = sites.released_slot(conn, site_id), sites.last_round(conn, site_id)
        clock_problem = clock_guard.clock_problem(conn, site_id, now=now)
        members_count = figures.count_members(components, conn)
        story_ids = sorted({story_id for story_id, _ in stories.editions_of_site(conn, site_id)})
    passed_slot = components.canary_file.read().passed_slot
    sample = random.SystemRandom().sample(story_ids, min(_STORIES_SAMPLED, len(story_ids)))
    differing = [key for story_id in sample for key in _differing(components, story_id)]
    status = Status(
        version=__version__,
        site_id=site_id,
        pending_count=counts.pending_count,
        pending_by_age_slots=_by_age(schedule, counts, now),
        oldest_round=_shown(schedule, counts.oldest_round) if counts.oldest_round else None,
        expiring_count=counts.pending_until(expiring_until(components.rules, now)),
        held_count=counts.held_count,
        published_count=counts.published_count,
        last_release=_shown(schedule, released),
        next_release=_shown(schedule, next_slot(schedule, now)),
        last_round=_shown(schedule, moved),
        next_round=_shown(schedule, next_round(schedule, now)),
        is_clock_trusted=clock_problem is None,
        unable_to=health.unable_to(settings, components.database),
        disk_free_mib=shutil.disk_usage(settings.written_dir).free // _MIB,
        last_backup=_last_backup(settings, schedule),
        members_count=members_count or 0,
        is_roster_valid=members_count is not None,
        epoch_age_days=_age_days(counts, now),
        stale_files_count=counts.stale_files_count,
        unsigned_imports_count=counts.unsigned_imports_count,
        canary_passed=_shown(schedule, passed_slot) if passed_slot else None,
        is_canary_sent=settings.canary == "daily",
        sampled_stories_count=len(sample),
        differing_files=differing,
        unreached_addresses=list(check.read_state(settings).failed),
        needs_person=[],
    )
    problems = [
        *([clock_problem] if clock_problem is not None else _late(schedule, released, moved, now)),
        *_problems(settings, status),
        *_overdue(settings, counts, now),
        *_expiring(status),
        *_late_backup(settings, status, now),
        *_missed_canary(settings, now),
    ]
    return msgspec.structs.replace(status, needs_person=problems)


def _problems(settings: Settings, status: Status) -> Iterator[str]:
    for task in status.unable_to:
        yield f"Yobal cannot {task}: `yobal doctor` says why"
    if health.is_disk_nearly_full(settings):
        yield f"the disk of {settings.written_dir} is nearly full: free some space"
    if not status.is_roster_valid:
        yield "the list of members does not verify: `yobal roster` says why"
    elif not status.members_count:
        yield "there is no member yet: the first lead opens the link of `yobal init`"
    if status.unsigned_imports_count:
        imports = (
            "an import waits"
            if status.unsigned_imports_count == 1
            else (f"{status.unsigned_imports_count} imports wait")
        )
        yield f"{imports} for a lead to sign or refuse, at the desk under Imports"
    if status.differing_files:
        yield (
            f"{len(status.differing_files)} public files differ from the database "
            f"({status.differing_files[0]}): `yobal rebuild` writes them again"
        )
    if status.unreached_addresses:
        addresses = ", ".join(status.unreached_addresses)
        yield f"the last notice did not reach {addresses}: `yobal notice test` says why"


def _last_backup(settings: Settings, schedule: Schedule) -> str | None:
    newest = health.newest_backup_at(settings) if settings.backup_dir else None
    return None if newest is None else _shown(schedule, int(newest))


def _late_backup(settings: Settings, status: Status, now: float) -> Iterator[str]:
    if health.is_backup_late(settings, now=now):
        since = f"the last backup is of {status.last_backup}" if status.last_backup else "no backup"
        yield f"{since} in {settings.backup_dir}: run `yobal backup`, and look at its timer"


def _missed_canary(settings: Settings, now: float) -> Iterator[str]:
    step = health.missed_canary_step(settings, now=now)
    if step is not None:
        yield f"the daily canary was missed, because {PROBLEMS[step]}: see “The canary” in docs/operate.md"


def _late(schedule: Schedule, released: int, moved: int, now: float) -> Iterator[str]:
    """A slot or round that has just come may still be running, so the one before it is asked for."""
    advice = "start `yobal serve`, or `yobal serve desk`, and look at the journal"
    if moved < last_round(schedule, last_round(schedule, now) - 1):
        yield f"the inbox was not moved at the last rounds: {advice}"
    if released < last_slot(schedule, last_slot(schedule, now) - 1):
        yield f"nothing was released at the last slots: {advice}"


def _overdue(settings: Settings, counts: SiteCounts, now: float) -> Iterator[str]:
    hours_max, oldest = settings.notice_pending_hours_max, counts.oldest_round
    if hours_max and oldest is not None and now - oldest > hours_max * HOUR_SECONDS:
        yield f"the oldest comment has waited for more than {hours_max} hours: tell a moderator"


def _expiring(status: Status) -> Iterator[str]:
    if status.expiring_count:
        yield (
            f"{status.expiring_count} comments will be destroyed unread within {NOTICE_DAYS} days:"
            " tell the moderators"
        )


def _by_age(schedule: Schedule, counts: SiteCounts, now: float) -> dict[int, int]:
    by_age = Counter[int]()
    for arrival_round, count in counts.pending_by_round.items():
        by_age[age_slots(schedule, arrival_round, now, maximum=AGE_SLOTS_MAX)] += count
    return dict(sorted(by_age.items()))


def _age_days(counts: SiteCounts, now: float) -> int | None:
    if counts.epoch_slot is None:
        return None
    return max(0, int(now - counts.epoch_slot) // DAY_SECONDS)


def _differing(components: Components, story_id: str) -> list[str]:
    return write_public_files.differing_files(components.file_writer, story_id, choose=_choose)


def _choose(files: list[StaleFile]) -> list[StaleFile]:
    """The newest comments of a thread, and a few of its other files."""
    others = [file for file in files if file != NEWEST]
    return [NEWEST, *random.SystemRandom().sample(others, min(_FILES_SAMPLED, len(others)))]


def _shown(schedule: Schedule, slot: int) -> str:
    return datetime.fromtimestamp(slot, schedule.zone).isoformat(timespec="minutes")
