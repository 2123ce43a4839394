"""What failed is told with its place; when a reader met it, only with the slot and about how often."""

from collections.abc import Iterator

import pytest

from yobal.adapters import error_reporting


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    error_reporting._counts.clear()
    yield
    error_reporting._counts.clear()


def _failed(word: str) -> Exception:
    try:
        int(word)
    except ValueError as error:
        return error
    raise AssertionError(word)


def test_what_a_reader_met_is_told_with_the_slot_and_only_about_how_often(
    capfd: pytest.CaptureFixture[str],
) -> None:
    for number in range(37):
        error_reporting.count(_failed(f"A reader's words {number}."))
    assert capfd.readouterr().err == ""
    error_reporting.flush()
    line = capfd.readouterr().err
    assert line.startswith("yobal: ValueError at test_error_reporting.py:")
    assert line.endswith(", fewer than 100 times since the last slot\n")
    assert "words" not in line
    assert line.count("\n") == 1
    error_reporting.flush()
    assert capfd.readouterr().err == "", "it is told once"


def test_one_and_nine_read_alike(capfd: pytest.CaptureFixture[str]) -> None:
    to_response = []
    for times in (1, 9):
        for _ in range(times):
            error_reporting.count(_failed("x"))
        error_reporting.flush()
        to_response.append(capfd.readouterr().err)
    assert to_response[0] == to_response[1]


def test_what_the_loop_meets_every_second_is_told_at_once_and_then_counted(
    capfd: pytest.CaptureFixture[str],
) -> None:
    for _ in range(3):
        error_reporting.report_once(_failed("x"))
    assert capfd.readouterr().err.count("\n") == 1
    error_reporting.flush()
    assert "fewer than 10 times" in capfd.readouterr().err
    error_reporting.report_once(_failed("x"))
    assert capfd.readouterr().err.count("\n") == 1, "and at once again after the slot"
