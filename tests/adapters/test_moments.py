"""Times of other systems: with a zone, without one, and none at all."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from yobal.adapters.import_formats.moments import parse

PHNOM_PENH = ZoneInfo("Asia/Phnom_Penh")
NOON = datetime(2022, 5, 1, 12, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "text",
    ["2022-05-01T12:00:00Z", "2022-05-01 12:00:00+00:00", "2022-05-01T19:00:00+07:00"],
)
def test_a_zone_in_the_text_counts(text: str) -> None:
    assert parse(text, PHNOM_PENH) == NOON


def test_without_one_the_zone_that_was_named_counts() -> None:
    assert parse("2022-05-01 19:00", PHNOM_PENH) == NOON
    assert parse("2022-05-01 12:00") == NOON


def test_numbers_are_seconds_or_milliseconds() -> None:
    assert parse(str(int(NOON)), PHNOM_PENH) == NOON
    assert parse(str(int(NOON * 1_000)), PHNOM_PENH) == NOON


@pytest.mark.parametrize("text", ["", "yesterday", "0000-00-00 00:00:00", "-1", "nan", "inf", "0"])
def test_a_text_that_is_no_time_is_read_as_none(text: str) -> None:
    assert parse(text) is None
