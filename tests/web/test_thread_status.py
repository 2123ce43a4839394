"""What the form must know first: open or closed, which key, how full the desk is."""

import asyncio
import threading

import pytest

from tests.harness import SITE_ID, STORY_ID, NewsroomHarness, add_lead
from yobal.actions import declare_story
from yobal.core.errors import NoSuchStory
from yobal.core.thread import Edition
from yobal.store import comments
from yobal.web.thread_status import CACHE_SECONDS, Known, ThreadStatusCache, form_state


class Clock:
    """A clock that stands where the test puts it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("key", ["nowhere", "", "..", "a/b", "fer\0ry", "ក", "f" * 129])
def test_a_story_that_nobody_declared_is_not_there(newsroom: NewsroomHarness, key: str) -> None:
    with pytest.raises(NoSuchStory):
        ThreadStatusCache(newsroom.database, newsroom.rules).read(key)


def test_a_door_is_kept_for_a_second_and_no_longer(newsroom: NewsroomHarness) -> None:
    clock = Clock()
    doors = ThreadStatusCache(newsroom.database, newsroom.rules, clock)
    assert doors._cached(STORY_ID) is None
    doors.read(STORY_ID)
    declare_story.set_open(newsroom.database, newsroom.rules, STORY_ID, is_open=False)
    known = doors._cached(STORY_ID)
    assert known is not None
    assert form_state(*known) == "open"
    clock.now = CACHE_SECONDS
    assert doors._cached(STORY_ID) is None
    assert form_state(*doors.read(STORY_ID)) == "closed"


def test_a_crowd_that_comes_at_once_has_its_door_read_once(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    doors, all_ask, reads = (
        ThreadStatusCache(newsroom.database, newsroom.rules),
        threading.Event(),
        [],
    )
    read = doors.read

    def slowly(story_id: str) -> Known:
        reads.append(story_id)
        assert all_ask.wait(10)
        return read(story_id)

    monkeypatch.setattr(doors, "read", slowly)

    async def crowd() -> list[Known | BaseException]:
        asks = [
            asyncio.create_task(doors.get(story_id))
            for story_id in [STORY_ID] * 32 + ["nowhere"] * 3
        ]
        await asyncio.sleep(0)
        asks[0].cancel()
        await asyncio.sleep(0)
        all_ask.set()
        return await asyncio.gather(*asks, return_exceptions=True)

    answers = asyncio.run(crowd())
    assert sorted(reads) == [STORY_ID, "nowhere"]
    assert isinstance(answers[0], asyncio.CancelledError), "who goes away goes alone"
    assert {form_state(*one) for one in answers[1:32] if isinstance(one, tuple)} == {"open"}
    assert [type(one) for one in answers[32:]] == [NoSuchStory] * 3


def test_what_waits_is_counted_for_story_and_site_and_nothing_else(
    newsroom: NewsroomHarness,
) -> None:
    other = Edition(tag="en", title="Other", url="/other")
    declare_story.add(newsroom.database, newsroom.rules, "other", other)
    sent = [newsroom.send(f"Number {number}.") for number in range(3)]
    newsroom.send(story_id="other")
    newsroom.publish(sent[0].id)
    _, door = ThreadStatusCache(newsroom.database, newsroom.rules).read(STORY_ID)
    assert (door.pending_story, door.pending_site) == (2, 3)


def test_what_nobody_can_open_any_more_takes_no_room(newsroom: NewsroomHarness) -> None:
    for number in range(3):
        newsroom.send(f"Sealed before, {number}.")
    add_lead(newsroom, "Egret")
    newsroom.send("Sealed since.")
    _, door = ThreadStatusCache(newsroom.database, newsroom.rules).read(STORY_ID)
    assert (door.pending_story, door.pending_site) == (1, 1)
    with newsroom.database.reading() as conn:
        assert comments.count_unreadable(conn, SITE_ID, "Egret") == 3  # … and the desk says so


def test_only_a_published_comment_of_this_story_can_be_answered(newsroom: NewsroomHarness) -> None:
    other = Edition(tag="en", title="Other", url="/other")
    declare_story.add(newsroom.database, newsroom.rules, "other", other)
    doors = ThreadStatusCache(newsroom.database, newsroom.rules)
    waiting, root = newsroom.send(), newsroom.publish_new()
    reply = newsroom.publish_new(parent_id=root.id)
    assert doors.parent_comment(STORY_ID, waiting.id) is None
    assert doors.parent_comment("other", root.id) is None
    assert doors.parent_comment(STORY_ID, "\0") is None
    found = doors.parent_comment(STORY_ID, reply.id)
    assert found is not None
    assert (found[0], found[1].id) == (root.id, reply.id)
    newsroom.remove(reply.id)
    assert doors.parent_comment(STORY_ID, reply.id) is None
