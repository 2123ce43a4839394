"""A clock is trusted while it agrees with the last release."""

import pytest

from tests.harness import SLOT, START
from yobal.core import clock_check

DAY = 86_400
RELEASED = int(START)


@pytest.mark.parametrize("passed", [-clock_check.BACK_SECONDS_MAX, 0, SLOT, 7 * DAY])
def test_a_week_of_downtime_or_an_hour_back_needs_no_confirmation(passed: int) -> None:
    assert clock_check.clock_problem(RELEASED + passed, released=RELEASED) is None


@pytest.mark.parametrize("passed", [-clock_check.BACK_SECONDS_MAX - 1, 7 * DAY + 1, 3_000 * DAY])
def test_a_larger_difference_needs_confirmation(passed: int) -> None:
    reason = clock_check.clock_problem(RELEASED + passed, released=RELEASED) or ""
    assert "2026-11-22" in reason
    assert clock_check.HOW_TO_CONFIRM in reason


def test_a_clock_older_than_this_version_must_be_set() -> None:
    assert "2023-11-14" in (clock_check.clock_problem(1_700_000_000, released=1_700_000_000) or "")
    assert (
        clock_check.clock_problem(clock_check.BUILT_AFTER, released=clock_check.BUILT_AFTER) is None
    )
