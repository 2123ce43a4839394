"""A clock is believed as long as it agrees with the last release, or somebody vouches for it."""

import pytest

from tests.room import SLOT, START
from yobal.core import clock

DAY = 86_400
RELEASED = int(START)


@pytest.mark.parametrize("passed", [-clock.BACK_SECONDS_MAX, 0, SLOT, 7 * DAY])
def test_a_week_off_and_an_hour_back_need_nobodys_help(passed: int) -> None:
    assert clock.doubt(RELEASED + passed, released=RELEASED) is None


@pytest.mark.parametrize("passed", [-clock.BACK_SECONDS_MAX - 1, 7 * DAY + 1, 3_000 * DAY])
def test_more_than_that_needs_somebody_who_says_that_it_is_right(passed: int) -> None:
    reason = clock.doubt(RELEASED + passed, released=RELEASED) or ""
    assert "2026-11-22" in reason
    assert clock.MEND in reason


def test_a_clock_from_before_this_version_was_made_is_to_be_set() -> None:
    assert "2023-11-14" in (clock.doubt(1_700_000_000, released=1_700_000_000) or "")
    assert clock.doubt(clock.BUILT_AFTER, released=clock.BUILT_AFTER) is None
