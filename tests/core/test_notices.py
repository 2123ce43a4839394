"""Notices are due at times that everybody can know, and at most one alert of a kind a day."""

from datetime import UTC, datetime

import msgspec

from yobal.core import notices
from yobal.core.figures import Figures
from yobal.core.notices import Conditions, NoticeRules, NoticeState
from yobal.core.schedule import HOUR_SECONDS, Schedule

RULES = NoticeRules(schedule=Schedule(time_zone="UTC"), times=("09:00",), pending_hours_max=48)
FIGURES = Figures(
    last_round=0,
    released_slot=0,
    pending_count=0,
    oldest_round=None,
    held_count=0,
    published_count=0,
    stale_files_count=0,
    members_count=1,
    epoch_slot=0,
    is_roster_valid=True,
    is_purge_pending=False,
    unable_to=(),
    is_disk_low=False,
)
FINE = Conditions(
    figures=FIGURES,
    is_clock_trusted=True,
    is_disk_nearly_full=False,
    is_canary_missed=False,
    is_work_stopped=False,
    is_backup_late=False,
)


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


TODAY_9 = at("2026-11-24T09:00")
YESTERDAY = NoticeState(checked_at=at("2026-11-24T08:00"), queue_at=at("2026-11-23T09:00"))


def waiting(count: int = 12, *, hours: int = 3) -> Conditions:
    figures = msgspec.structs.replace(
        FIGURES, pending_count=count, oldest_round=TODAY_9 - hours * HOUR_SECONDS
    )
    return msgspec.structs.replace(FINE, figures=figures)


def done(state: NoticeState, *kinds: notices.NoticeKind, check: int) -> NoticeState:
    return notices.after_check(RULES, state, at=check, sent=kinds, unsent=(), failed=())


def test_a_check_is_at_a_full_hour_or_a_notice_time_whenever_it_is_asked_for() -> None:
    rules = msgspec.structs.replace(RULES, times=("09:20",))
    for asked, expected in (
        ("2026-11-24T09:19:59", "2026-11-24T09:00"),
        ("2026-11-24T09:20:00", "2026-11-24T09:20"),
        ("2026-11-24T09:59:59", "2026-11-24T09:20"),
        ("2026-11-24T10:00:01", "2026-11-24T10:00"),
    ):
        assert notices.check_time(rules, at(asked) + 0.5) == at(expected)
    without = msgspec.structs.replace(RULES, times=())
    assert notices.check_time(without, at("2026-11-24T09:20")) == TODAY_9


def test_the_queue_is_reported_once_at_its_time_and_not_when_it_is_empty() -> None:
    assert notices.due(RULES, YESTERDAY, FINE, at=TODAY_9) == []
    assert notices.due(RULES, YESTERDAY, waiting(), at=TODAY_9) == ["queue"]
    done_before = done(YESTERDAY, "queue", check=TODAY_9)
    assert notices.due(RULES, done_before, waiting(), at=TODAY_9 + HOUR_SECONDS) == []
    assert notices.due(RULES, done_before, waiting(), at=TODAY_9 + 24 * HOUR_SECONDS) == ["queue"]


def test_a_notice_reports_an_unsigned_import_at_each_notice_time() -> None:
    unsigned = msgspec.structs.replace(
        FINE, figures=msgspec.structs.replace(FIGURES, unsigned_imports_count=1)
    )
    assert notices.due(RULES, YESTERDAY, unsigned, at=TODAY_9 - HOUR_SECONDS) == []
    assert notices.due(RULES, YESTERDAY, unsigned, at=TODAY_9) == ["import"]
    unsent = notices.after_check(
        RULES, YESTERDAY, at=TODAY_9, sent=(), unsent=["import"], failed=("address 1 (mailto)",)
    )
    assert notices.due(RULES, unsent, unsigned, at=TODAY_9 + HOUR_SECONDS) == ["import"]
    done_before = done(YESTERDAY, "import", check=TODAY_9)
    assert notices.due(RULES, done_before, unsigned, at=TODAY_9 + HOUR_SECONDS) == []
    assert notices.due(RULES, done_before, unsigned, at=TODAY_9 + 24 * HOUR_SECONDS) == ["import"]


def test_what_comes_after_a_notice_time_at_which_nothing_waited_waits_for_the_next() -> None:
    """Or the time of the notice would be the round's."""
    nothing = done(YESTERDAY, check=TODAY_9)
    assert notices.due(RULES, nothing, waiting(), at=TODAY_9 + HOUR_SECONDS) == []


def test_a_notice_that_reached_no_address_is_due_again_for_six_hours() -> None:
    unsent = notices.after_check(
        RULES, YESTERDAY, at=TODAY_9, sent=(), unsent=["queue"], failed=("address 1 (mailto)",)
    )
    assert unsent.failed
    assert notices.due(RULES, unsent, waiting(), at=TODAY_9 + HOUR_SECONDS) == ["queue"]
    assert notices.due(RULES, unsent, waiting(), at=TODAY_9 + 7 * HOUR_SECONDS) == []


def test_a_new_server_does_not_make_up_for_a_notice_time_before_it() -> None:
    assert notices.due(RULES, NoticeState(), waiting(), at=TODAY_9 + HOUR_SECONDS) == []


def test_an_alert_is_sent_once_a_day() -> None:
    full = msgspec.structs.replace(FINE, is_disk_nearly_full=True, is_work_stopped=True)
    assert notices.due(RULES, YESTERDAY, full, at=TODAY_9) == ["disk", "work"]
    done_before = done(YESTERDAY, "disk", check=TODAY_9)
    assert notices.due(RULES, done_before, full, at=TODAY_9 + HOUR_SECONDS) == ["work"]
    assert notices.due(RULES, done_before, full, at=at("2026-11-25T00:00")) == ["disk", "work"]


def test_a_comment_that_waits_longer_than_the_limit_is_reported_without_a_notice_time() -> None:
    rules = msgspec.structs.replace(RULES, times=())
    assert notices.due(rules, YESTERDAY, waiting(hours=48), at=TODAY_9) == []
    assert notices.due(rules, YESTERDAY, waiting(hours=49), at=TODAY_9) == ["overdue"]
    no_limit = msgspec.structs.replace(rules, pending_hours_max=0)
    assert notices.due(no_limit, YESTERDAY, waiting(hours=490), at=TODAY_9) == []


def test_an_untrusted_clock_is_reported_and_measures_nothing() -> None:
    doubtful = msgspec.structs.replace(waiting(hours=500), is_clock_trusted=False)
    assert notices.due(RULES, YESTERDAY, doubtful, at=TODAY_9) == ["clock"]


def test_a_failure_is_remembered_until_a_later_notice_succeeds() -> None:
    failed = notices.after_check(
        RULES, YESTERDAY, at=TODAY_9, sent=(), unsent=["disk"], failed=("address 1 (mailto)",)
    )
    nothing_due = done(failed, check=TODAY_9 + HOUR_SECONDS)
    assert nothing_due.failed == ("address 1 (mailto)",)
    assert done(nothing_due, "disk", check=TODAY_9 + 2 * HOUR_SECONDS).failed == ()


def test_a_notice_reports_once_a_day_that_comments_will_be_destroyed_unread_within_a_week() -> None:
    figures = msgspec.structs.replace(FIGURES, pending_count=3, expiring_count=1)
    expiring = msgspec.structs.replace(FINE, figures=figures)
    assert "expiring" in notices.due(RULES, YESTERDAY, expiring, at=TODAY_9)
    state = done(YESTERDAY, "expiring", check=TODAY_9)
    assert "expiring" not in notices.due(RULES, state, expiring, at=TODAY_9 + HOUR_SECONDS)
    assert "expiring" not in notices.due(RULES, YESTERDAY, waiting(), at=TODAY_9)
