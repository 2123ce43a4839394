"""P3: no object that outlives a request leads to what its reader wrote, also if the request fails.

An exception has a traceback, which has frames, which have locals. One that is stored, and raised again for
each request, collects them all.
"""

import asyncio
import gc
import secrets
import sys
import threading
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

import pytest
import sqlalchemy as sa

from tests.harness import NewsroomHarness
from tests.in_process_client import Intake, intake_of
from tests.serving import wait_for
from tests.store.factories import arrival
from yobal.core.errors import DatabaseUnavailable, RosterInvalid
from yobal.store.arrivals import Arrival
from yobal.store.group_commit import GroupCommit, _resolve
from yobal.store.inbox_entries import Outcome
from yobal.web import thread_status

# What a program loads is not what a request leaves. Of a function, only what it encloses is followed.
_LOADED = type | ModuleType | CodeType


def _leads_to(start: Any, text: str) -> bool:
    """Whether any object that can be reached from `start` is a string with this text."""
    gc.collect()  # a cycle that nothing leads to is no finding
    seen: set[int] = set()
    waiting: list[Any] = [start]
    while waiting:
        item = waiting.pop()
        if id(item) in seen or isinstance(item, _LOADED):
            continue
        seen.add(id(item))
        if isinstance(item, str) and text in item:
            return True
        if isinstance(item, FunctionType):
            waiting += [item.__closure__, item.__defaults__]
        else:
            waiting += gc.get_referents(item)
    return False


def _refuse_roster(newsroom: NewsroomHarness) -> None:
    with newsroom.database.writing() as conn:
        altered = sa.text("update statements set statement = 'altered' where number = 0")
        assert conn.execute(altered).rowcount == 1
    newsroom.components.intake_roster_reader._verified = None  # as after a restart


def _send_while_the_roster_is_refused(intake: Intake) -> str:
    text = secrets.token_hex(16)
    assert intake.post(step="send", text=text).status == 503
    return text


def test_a_refused_roster_keeps_no_text_of_the_requests_that_it_refuses(
    newsroom: NewsroomHarness,
) -> None:
    _refuse_roster(newsroom)
    with intake_of(newsroom) as intake:
        text = _send_while_the_roster_is_refused(intake)
        assert not _leads_to(intake.app, text)


class _StoredError:
    """As it was: one exception for all requests."""

    def __init__(self, rule: str, number: int) -> None:
        self._error = RosterInvalid(rule, number)

    def as_error(self) -> RosterInvalid:
        return self._error


def test_control_a_stored_exception_leads_to_the_text(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thread_status, "RosterRefusal", _StoredError)
    _refuse_roster(newsroom)
    with intake_of(newsroom) as intake:
        text = _send_while_the_roster_is_refused(intake)
        assert _leads_to(intake.app, text)


def _send_while_nothing_can_be_stored(intake: Intake) -> str:
    text = secrets.token_hex(16)
    key = intake.post(step="send", text="Another.").field("idempotency_key")
    assert intake.post(step="confirm", text=text, idempotency_key=key).status == 503
    return text


def _is_in_the_thread_of_the_group(intake: Intake, text: str) -> bool:
    """The locals of a running frame are not among its referents."""
    (thread,) = (thread for thread in threading.enumerate() if thread.name == "group-commit")
    frame: FrameType | None = sys._current_frames()[thread.ident or 0]
    found = _leads_to(intake.app, text)
    while frame is not None:
        found = found or _leads_to(dict(frame.f_locals), text)
        frame = frame.f_back
    return found


@pytest.fixture
def full(newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch) -> NewsroomHarness:
    """A newsroom that cannot store comments."""

    def refuse(_arrivals: list[Arrival]) -> list[Outcome | Exception]:
        raise DatabaseUnavailable("the disk is full")

    monkeypatch.setattr(newsroom.inbox, "add", refuse)
    return newsroom


def test_a_comment_that_could_not_be_stored_stays_in_no_thread(full: NewsroomHarness) -> None:
    with intake_of(full) as intake:
        text = _send_while_nothing_can_be_stored(intake)
        # The thread answers before it returns from the function that stored the group.
        wait_for(lambda: not _is_in_the_thread_of_the_group(intake, text), "the group is forgotten")


def test_control_a_thread_that_keeps_its_last_group_has_the_text(
    full: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GroupCommit, "_run", _run_with_locals)
    with intake_of(full) as intake:
        text = _send_while_nothing_can_be_stored(intake)
        assert _is_in_the_thread_of_the_group(intake, text)


def _run_with_locals(group_commit: GroupCommit) -> None:
    """As it was: the group is a local of a function that waits for the next one."""
    while (first := group_commit._queue.get()) is not None:
        results = group_commit._add([first[0]])
        _resolve([first], results)


async def _add_all(group: GroupCommit, count: int) -> list[Any]:
    adding = (group.add(arrival()) for _ in range(count))
    return await asyncio.gather(*adding, return_exceptions=True)


def test_each_sender_gets_an_exception_of_its_own(full: NewsroomHarness) -> None:
    group = GroupCommit(full.inbox)
    errors = asyncio.run(_add_all(group, 5))
    group.close()
    assert {str(error) for error in errors} == {"the disk is full"}
    assert len({id(error) for error in errors}) == 5
