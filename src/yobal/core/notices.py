"""Which notices are due: rules without files, network or clock.

A notice tells that something waits or fails, and must not tell when a reader wrote. So all of them are
sent at times that everybody can know: the newsroom's notice times, and full hours.
"""

from collections.abc import Collection, Mapping
from typing import Final, Literal

import msgspec

from yobal.core.figures import Figures
from yobal.core.schedule import HOUR_SECONDS, Schedule, day_of, last_time_of_day

NoticeKind = Literal[
    "queue", "import", "overdue", "expiring", "clock", "disk", "work", "backup", "canary"
]
QUEUE_KINDS: Final[frozenset[NoticeKind]] = frozenset(
    {"queue", "import", "overdue", "expiring"}
)  # the others are alerts
AT_NOTICE_TIMES: Final[frozenset[NoticeKind]] = frozenset({"queue", "import"})
LATE_SECONDS_MAX: Final = 6 * HOUR_SECONDS  # a notice that could not be sent is tried again so long


class NoticeState(msgspec.Struct, frozen=True, kw_only=True):
    """What was sent, so that a restart sends nothing twice. Times are notice times and full hours."""

    checked_at: int = 0
    queue_at: int = 0  # the notice time that is done, whether anything waited or not
    sent_days: Mapping[NoticeKind, str] = {}  # by kind: the last day, in the site's zone
    failed: tuple[str, ...] = ()  # addresses that the last notice did not reach, without secrets


class Conditions(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to tell. `figures` is None before the first pass of the scheduler."""

    figures: Figures | None
    is_clock_trusted: bool
    is_disk_nearly_full: bool
    is_backup_late: bool
    is_canary_missed: bool
    is_work_stopped: bool  # comments cannot be stored, or files or keys cannot be written


class NoticeRules(msgspec.Struct, frozen=True, kw_only=True):
    """`pending_hours_max` of 0: however long something waits is no reason for a notice."""

    schedule: Schedule
    times: tuple[str, ...]
    pending_hours_max: int


def check_time(rules: NoticeRules, now: float) -> int:
    """The last notice time or full hour: the only moments at which notices are sent."""
    full_hour = int(now) // HOUR_SECONDS * HOUR_SECONDS
    return max(full_hour, _notice_time(rules, now))


def due(
    rules: NoticeRules, state: NoticeState, conditions: Conditions, *, at: int
) -> list[NoticeKind]:
    """The kinds to send at this check. An untrusted clock measures no waiting."""
    kinds = _about_queue(rules, state, conditions.figures, at)
    alerts: dict[NoticeKind, bool] = {
        "disk": conditions.is_disk_nearly_full,
        "work": conditions.is_work_stopped,
        "backup": conditions.is_backup_late,
        "canary": conditions.is_canary_missed,
    }
    kinds = kinds if conditions.is_clock_trusted else ["clock"]
    kinds += [kind for kind, is_due in alerts.items() if is_due]
    today = day_of(rules.schedule, at).isoformat()
    return [kind for kind in kinds if kind in AT_NOTICE_TIMES or state.sent_days.get(kind) != today]


def _about_queue(
    rules: NoticeRules, state: NoticeState, figures: Figures | None, at: int
) -> list[NoticeKind]:
    if figures is None:
        return []
    kinds: list[NoticeKind] = []
    if _is_queue_due(rules, state, at):
        kinds += ["queue"] if figures.pending_count else []
        kinds += ["import"] if figures.unsigned_imports_count else []
    if _has_waited_too_long(rules, figures, at):
        kinds.append("overdue")
    if figures.expiring_count:
        kinds.append("expiring")
    return kinds


def after_check(
    rules: NoticeRules,
    state: NoticeState,
    *,
    at: int,
    sent: Collection[NoticeKind],
    unsent: Collection[NoticeKind],
    failed: tuple[str, ...],
) -> NoticeState:
    """What to remember. What reached no address is due again at the next full hour."""
    today = day_of(rules.schedule, at).isoformat()
    return NoticeState(
        checked_at=at,
        queue_at=state.queue_at if AT_NOTICE_TIMES & {*unsent} else _notice_time(rules, at),
        sent_days={**state.sent_days, **dict.fromkeys(sent, today)},
        failed=failed if sent or unsent else state.failed,
    )


def _is_queue_due(rules: NoticeRules, state: NoticeState, at: int) -> bool:
    """Not at the first check of all: the server was just set up, at no notice time."""
    notice_time = _notice_time(rules, at)
    is_new = state.checked_at != 0 and notice_time > state.queue_at
    return is_new and at - notice_time <= LATE_SECONDS_MAX


def _has_waited_too_long(rules: NoticeRules, figures: Figures, at: int) -> bool:
    if figures.oldest_round is None or not rules.pending_hours_max:
        return False
    return at - figures.oldest_round > rules.pending_hours_max * HOUR_SECONDS


def _notice_time(rules: NoticeRules, at: float) -> int:
    """The last notice time; 0 if there are none."""
    return last_time_of_day(rules.schedule, rules.times, at) if rules.times else 0
