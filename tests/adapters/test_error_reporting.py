"""Errors are reported with their place; errors of readers' requests only with the slot, and roughly counted."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from yobal.adapters import error_reporting


@pytest.fixture(autouse=True)
def no_counts() -> Iterator[None]:
    error_reporting._counts.clear()
    yield
    error_reporting._counts.clear()


def _error(text: str) -> Exception:
    try:
        int(text)
    except ValueError as error:
        return error
    raise AssertionError(text)


def test_errors_of_requests_are_reported_with_the_slot_and_only_roughly_counted(
    capfd: pytest.CaptureFixture[str],
) -> None:
    for number in range(37):
        error_reporting.count(_error(f"A reader's words {number}."))
    assert capfd.readouterr().err == ""
    error_reporting.flush()
    line = capfd.readouterr().err
    assert line.startswith("yobal: ValueError at test_error_reporting.py:")
    assert line.endswith(", fewer than 100 times since the last slot\n")
    assert "words" not in line
    assert line.count("\n") == 1
    error_reporting.flush()
    assert capfd.readouterr().err == "", "it is reported once"


def test_one_error_and_nine_errors_are_reported_alike(capfd: pytest.CaptureFixture[str]) -> None:
    reports = []
    for times in (1, 9):
        for _ in range(times):
            error_reporting.count(_error("x"))
        error_reporting.flush()
        reports.append(capfd.readouterr().err)
    assert reports[0] == reports[1]


def test_an_error_of_every_pass_is_reported_once_and_then_counted(
    capfd: pytest.CaptureFixture[str],
) -> None:
    for _ in range(3):
        error_reporting.report_once(_error("x"))
    assert capfd.readouterr().err.count("\n") == 1
    error_reporting.flush()
    assert "fewer than 10 times" in capfd.readouterr().err
    error_reporting.report_once(_error("x"))
    assert capfd.readouterr().err.count("\n") == 1, "reported again after the slot"


def test_an_error_that_was_never_raised_is_reported_by_its_class(
    capfd: pytest.CaptureFixture[str],
) -> None:
    error_reporting.report(ValueError("A reader's words."))
    assert capfd.readouterr().err == "yobal: ValueError\n"


def test_places_in_libraries_are_left_out_even_below_a_folder_named_yobal(
    capfd: pytest.CaptureFixture[str],
) -> None:
    library = compile(
        "def fail():\n    raise ValueError", "/home/me/yobal/.venv/library.py", "exec"
    )
    names: dict[str, Callable[[], None]] = {}
    exec(library, names)
    own = Path(error_reporting.__file__).with_name("decisions.py")
    exec(compile("def decide():\n    fail()", str(own), "exec"), names)
    try:
        names["decide"]()
    except ValueError as error:
        error_reporting.report(error)
    assert capfd.readouterr().err == "yobal: ValueError at decisions.py:2\n"
