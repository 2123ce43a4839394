"""A sender is answered after the commit, whatever happens to other senders."""

import asyncio
from typing import Any

import pytest

from tests.harness import NewsroomHarness
from tests.store.factories import arrival
from yobal.core.errors import DatabaseUnavailable
from yobal.store import group_commit
from yobal.store.arrivals import Arrival
from yobal.store.group_commit import GroupCommit
from yobal.store.inbox_entries import Outcome


@pytest.fixture
def groups(newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The size of each group that was stored."""
    sizes: list[int] = []
    add = newsroom.inbox.add

    def counting(group: list[Arrival]) -> Any:
        sizes.append(len(group))
        return add(group)

    monkeypatch.setattr(newsroom.inbox, "add", counting)
    return sizes


def _stored(newsroom: NewsroomHarness) -> int:
    newsroom.move_inbox()
    return len(newsroom.read_table("comments"))


async def _add(group: GroupCommit, count: int) -> list[Outcome | BaseException]:
    adding = (group.add(arrival()) for _ in range(count))
    return await asyncio.gather(*adding, return_exceptions=True)


def test_concurrent_comments_are_stored_in_groups_up_to_a_limit(
    newsroom: NewsroomHarness, groups: list[int]
) -> None:
    group = GroupCommit(newsroom.inbox)
    outcomes = asyncio.run(_add(group, 130))
    group.close()
    assert outcomes == [Outcome("new", has_receipt=True)] * 130
    assert sum(groups) == _stored(newsroom) == 130
    assert max(groups) == group_commit.GROUP_MAX
    assert len(groups) <= 4


def test_one_comment_of_a_group_that_the_inbox_refuses_fails_alone(
    newsroom: NewsroomHarness,
) -> None:
    group = GroupCommit(newsroom.inbox)

    async def add_all() -> list[Outcome | BaseException]:
        sent = [arrival() for _ in range(8)]
        sent[3].sealed = bytes(70_000)
        return await asyncio.gather(*map(group.add, sent), return_exceptions=True)

    outcomes = asyncio.run(add_all())
    group.close()
    assert [isinstance(outcome, Outcome) for outcome in outcomes] == [True] * 3 + [False] + [
        True
    ] * 4
    assert _stored(newsroom) == 7


def test_queued_comments_are_stored_before_it_closes(newsroom: NewsroomHarness) -> None:
    group = GroupCommit(newsroom.inbox)

    async def leave() -> None:
        for future in [asyncio.ensure_future(group.add(arrival())) for _ in range(120)]:
            await asyncio.sleep(0)  # each has begun
            future.cancel()

    asyncio.run(leave())
    group.close()
    assert _stored(newsroom) == 120


def test_nothing_is_accepted_after_it_is_closed(newsroom: NewsroomHarness) -> None:
    group = GroupCommit(newsroom.inbox)
    group.close()
    with pytest.raises(DatabaseUnavailable):
        asyncio.run(group.add(arrival()))
    assert _stored(newsroom) == 0


def test_a_sender_who_disconnects_does_not_affect_the_others(newsroom: NewsroomHarness) -> None:
    group = GroupCommit(newsroom.inbox)

    async def leave_first() -> list[Outcome | BaseException]:
        leaving = asyncio.ensure_future(group.add(arrival()))
        staying = asyncio.ensure_future(_add(group, 3))
        await asyncio.sleep(0)
        leaving.cancel()
        return await staying

    assert [result for result in asyncio.run(leave_first()) if isinstance(result, Outcome)] == (
        [Outcome("new", has_receipt=True)] * 3
    )
    group.close()


def test_an_error_reaches_every_sender_and_the_next_group_is_stored(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = GroupCommit(newsroom.inbox)

    def fails(*_: object) -> list[Outcome]:
        raise DatabaseUnavailable("full")

    with monkeypatch.context() as patch:
        patch.setattr(newsroom.inbox, "add", fails)
        to_response = asyncio.run(_add(group, 3))
    assert [type(error) for error in to_response] == [DatabaseUnavailable] * 3
    assert asyncio.run(_add(group, 2)) == [Outcome("new", has_receipt=True)] * 2
    group.close()
