"""P5: how long a response takes does not show what others do at the same time.

A poll of the form was faster if somebody else had sent a form under the same story within the last
second, because the thread's status was loaded already: 2 ms instead of 7 on SQLite, 2 instead of 9 on
PostgreSQL. Control: without equal durations, the same polls show it.

To be certain on a busy machine, the server of this test needs 100 ms more to load a status, and its
responses take 300 ms: with 100, a response that had to wait for the processor would take the next step.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.serving import THREAD, Served, ask, form, post, serving

CACHE_SECONDS: Final = 0.4
POLLS_MIN, POLLS_MAX = 3, 10
ALIKE_SECONDS: Final = 0.02
SLOW: Final = f"""
import time
from yobal.web import response_time, thread_status
response_time.SECONDS_MIN = 0.3
thread_status.CACHE_SECONDS = {CACHE_SECONDS}
load = thread_status.ThreadStatusCache.load
def slow_load(cache, story_id):
    time.sleep(0.1)
    return load(cache, story_id)
thread_status.ThreadStatusCache.load = slow_load
"""
UNEQUAL: Final = SLOW + "response_time.duration = lambda elapsed: elapsed\n"
Poll = Callable[[Served], object]
POLLED: Final[dict[str, Poll]] = {
    "asks whether the form is open": lambda s: post(
        s.intake, {"step": "send", "text": "Is it full?"}
    ),
    "looks a receipt up": lambda s: post(s.intake, {"step": "receipt", "code": "0" * 20}),
    "uses a method that no page allows": lambda s: ask(s.intake, "PUT", THREAD),
    "sends a comment": lambda s: post(s.intake, form("A poll.")),
}


def test_a_response_takes_as_long_whether_or_not_somebody_else_has_sent_a_form(
    tmp_path: Path, database_url: str
) -> None:
    with serving(tmp_path, database_url, script=SLOW) as served:
        for name, poll in POLLED.items():
            assert abs(_difference(served, poll)) < ALIKE_SECONDS, name


@pytest.mark.parametrize(
    "database_url",
    ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)],
    indirect=True,
)
def test_control_without_equal_durations_a_poll_shows_the_forms_of_others(
    tmp_path: Path, database_url: str
) -> None:
    with serving(tmp_path, database_url, script=UNEQUAL) as served:
        for name, poll in POLLED.items():
            assert _difference(served, poll, polls_max=POLLS_MIN) > ALIKE_SECONDS, name


def _difference(served: Served, poll: Poll, *, polls_max: int = POLLS_MAX) -> float:
    """How much longer the poll takes if no one else has sent a form shortly before.

    What is added to the shortest response is no noise, so more polls are sent while the two differ.
    """
    alone, after_others = [], []
    difference = 0.0
    for count in range(1, polls_max + 1):
        time.sleep(CACHE_SECONDS * 1.1)
        alone.append(_seconds(poll, served))
        time.sleep(CACHE_SECONDS * 1.1)
        post(served.intake, {"step": "reply"})
        after_others.append(_seconds(poll, served))
        difference = min(alone) - min(after_others)
        if count >= POLLS_MIN and abs(difference) < ALIKE_SECONDS:
            break
    return difference


def _seconds(poll: Poll, served: Served) -> float:
    started = time.perf_counter()
    poll(served)
    return time.perf_counter() - started
