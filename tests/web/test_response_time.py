"""Every response to a form takes 100 ms, or 50 more as often as necessary."""

import asyncio
import time

import pytest

from tests.harness import NewsroomHarness
from tests.in_process_client import Intake
from yobal.store.group_commit import GroupCommit
from yobal.web.response_time import SECONDS_MIN, ResponseTime, duration


@pytest.mark.parametrize(
    ("elapsed", "expected"), [(0.0, 0.1), (0.004, 0.1), (0.099, 0.1), (0.11, 0.15), (0.161, 0.2)]
)
def test_the_duration_is_a_multiple_of_a_step(elapsed: float, expected: float) -> None:
    assert duration(elapsed) == pytest.approx(expected)


def test_every_post_is_held_back_and_no_get(sqlite_newsroom: NewsroomHarness) -> None:
    group = GroupCommit(sqlite_newsroom.inbox)
    intake = Intake(sqlite_newsroom, group)
    intake.app._response_time = ResponseTime()
    posts = (
        {"fields": b"step=send&text=Hello"},
        {"fields": b"step=receipt&code=x"},
        {"fields": b"\xff"},
        {"fields": b"step=send", "path": "/nothing/at/all/"},
        {"fields": b"", "headers": [("content-type", "text/plain")]},
    )
    for post in posts:
        started = time.monotonic()
        intake.post(waits_for_round=True, **post)
        assert time.monotonic() - started >= SECONDS_MIN, post
    started = time.monotonic()
    assert intake.get().status == 200
    assert time.monotonic() - started < SECONDS_MIN
    group.close()


def test_waiting_occupies_no_thread() -> None:
    async def wait_for_many() -> float:
        response_time, started = ResponseTime(), time.monotonic()
        await asyncio.gather(*(response_time.wait(started) for _ in range(1_000)))
        return time.monotonic() - started

    assert SECONDS_MIN <= asyncio.run(wait_for_many()) < 20 * SECONDS_MIN
