"""A sender is answered after the commit, whatever happens to other senders."""

import asyncio

import pytest

from tests.harness import NewsroomHarness
from tests.store.factories import arrival
from yobal.core.errors import DatabaseUnavailable
from yobal.store import arrivals, group_commit
from yobal.store.arrivals import Arrival, Outcome
from yobal.store.database import Database
from yobal.store.group_commit import GroupCommit


@pytest.fixture
def groups(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The size of each group that was stored."""
    sizes: list[int] = []
    add = arrivals.add

    def counting(database: Database, group: list[Arrival]) -> list[Outcome]:
        sizes.append(len(group))
        return add(database, group)

    monkeypatch.setattr(arrivals, "add", counting)
    return sizes


async def _add(group: GroupCommit, count: int) -> list[Outcome | BaseException]:
    adding = (group.add(arrival()) for _ in range(count))
    return await asyncio.gather(*adding, return_exceptions=True)


def test_concurrent_comments_are_stored_in_groups_up_to_a_limit(
    newsroom: NewsroomHarness, groups: list[int]
) -> None:
    group = GroupCommit(newsroom.database)
    outcomes = asyncio.run(_add(group, 130))
    group.close()
    assert outcomes == [Outcome("new", has_receipt=True)] * 130
    assert sum(groups) == len(newsroom.read_table("comments")) == 130
    assert max(groups) == group_commit.GROUP_MAX
    assert len(groups) <= 4


def test_queued_comments_are_stored_before_it_closes(newsroom: NewsroomHarness) -> None:
    group = GroupCommit(newsroom.database)

    async def leave() -> None:
        for one in [asyncio.ensure_future(group.add(arrival())) for _ in range(120)]:
            await asyncio.sleep(0)  # each has begun
            one.cancel()

    asyncio.run(leave())
    group.close()
    assert len(newsroom.read_table("comments")) == 120


def test_nothing_is_accepted_after_it_is_closed(newsroom: NewsroomHarness) -> None:
    group = GroupCommit(newsroom.database)
    group.close()
    with pytest.raises(DatabaseUnavailable):
        asyncio.run(group.add(arrival()))
    assert newsroom.read_table("comments") == []


def test_a_sender_who_disconnects_does_not_affect_the_others(newsroom: NewsroomHarness) -> None:
    group = GroupCommit(newsroom.database)

    async def leave_first() -> list[Outcome | BaseException]:
        leaving = asyncio.ensure_future(group.add(arrival()))
        staying = asyncio.ensure_future(_add(group, 3))
        await asyncio.sleep(0)
        leaving.cancel()
        return await staying

    assert [one for one in asyncio.run(leave_first()) if isinstance(one, Outcome)] == (
        [Outcome("new", has_receipt=True)] * 3
    )
    group.close()


def test_an_error_reaches_every_sender_and_the_next_group_is_stored(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = GroupCommit(newsroom.database)

    def fails(*_: object) -> list[Outcome]:
        raise DatabaseUnavailable("full")

    with monkeypatch.context() as patch:
        patch.setattr(arrivals, "add", fails)
        to_response = asyncio.run(_add(group, 3))
    assert [type(one) for one in to_response] == [DatabaseUnavailable] * 3
    assert asyncio.run(_add(group, 2)) == [Outcome("new", has_receipt=True)] * 2
    group.close()
