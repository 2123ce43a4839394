"""What the form must know first: open or closed, which key, how many comments are pending."""

import asyncio
import threading

import pytest

from tests.harness import SITE_ID, STORY_ID, NewsroomHarness, add_lead
from yobal.actions import declare_story
from yobal.core.errors import NoSuchStory
from yobal.core.thread import Edition
from yobal.store import queue
from yobal.web.thread_status import CACHE_SECONDS, ThreadStatus, ThreadStatusCache


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("key", ["nowhere", "", "..", "a/b", "fer\0ry", "ក", "f" * 129])
def test_a_story_that_was_not_declared_does_not_exist(newsroom: NewsroomHarness, key: str) -> None:
    with pytest.raises(NoSuchStory):
        ThreadStatusCache(newsroom.database, newsroom.inbox, newsroom.rules).load(key)


def test_a_status_is_cached_for_one_second(newsroom: NewsroomHarness) -> None:
    clock = Clock()
    cache = ThreadStatusCache(newsroom.database, newsroom.inbox, newsroom.rules, clock)
    assert cache._cached(STORY_ID) is None
    cache.load(STORY_ID)
    declare_story.set_open(newsroom.database, newsroom.rules, STORY_ID, is_open=False)
    cached = cache._cached(STORY_ID)
    assert cached is not None
    assert cached.form == "open"
    clock.now = CACHE_SECONDS
    assert cache._cached(STORY_ID) is None
    assert cache.load(STORY_ID).form == "closed"


def test_requests_that_arrive_together_share_one_query(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = ThreadStatusCache(newsroom.database, newsroom.inbox, newsroom.rules)
    all_have_asked, loads = threading.Event(), []
    load = cache.load

    def load_slowly(story_id: str) -> ThreadStatus:
        loads.append(story_id)
        assert all_have_asked.wait(10)
        return load(story_id)

    monkeypatch.setattr(cache, "load", load_slowly)

    async def get_many() -> list[ThreadStatus | BaseException]:
        stories = [STORY_ID] * 32 + ["nowhere"] * 3
        tasks = [asyncio.create_task(cache.get(story_id)) for story_id in stories]
        await asyncio.sleep(0)
        tasks[0].cancel()
        await asyncio.sleep(0)
        all_have_asked.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    results = asyncio.run(get_many())
    assert sorted(loads) == [STORY_ID, "nowhere"]
    assert isinstance(results[0], asyncio.CancelledError), "only this one is cancelled"
    forms = [result.form for result in results[1:32] if isinstance(result, ThreadStatus)]
    assert forms == ["open"] * 31
    assert [type(result) for result in results[32:]] == [NoSuchStory] * 3


def test_only_pending_comments_are_counted_for_story_and_site(newsroom: NewsroomHarness) -> None:
    other = Edition(tag="en", title="Other", url="https://news.example/other")
    declare_story.add(newsroom.database, newsroom.rules, "other", other)
    sent = [newsroom.send(f"Number {number}.") for number in range(3)]
    newsroom.send(story_id="other")
    newsroom.publish(sent[0].id)
    story = (
        ThreadStatusCache(newsroom.database, newsroom.inbox, newsroom.rules).load(STORY_ID).story
    )
    assert (story.story_pending_count, story.site_pending_count) == (2, 3)


def test_comments_that_no_moderator_can_decrypt_do_not_fill_the_queue(
    newsroom: NewsroomHarness,
) -> None:
    for number in range(3):
        newsroom.send(f"Sealed before, {number}.")
    add_lead(newsroom, "Egret")
    newsroom.send("Sealed since.")
    story = (
        ThreadStatusCache(newsroom.database, newsroom.inbox, newsroom.rules).load(STORY_ID).story
    )
    assert (story.story_pending_count, story.site_pending_count) == (1, 1)
    with newsroom.database.reading() as conn:
        assert queue.count_unreadable(conn, SITE_ID, "Egret") == 3, "the desk shows them"


def test_only_a_published_comment_of_the_same_story_can_be_a_parent(
    newsroom: NewsroomHarness,
) -> None:
    other = Edition(tag="en", title="Other", url="https://news.example/other")
    declare_story.add(newsroom.database, newsroom.rules, "other", other)
    cache = ThreadStatusCache(newsroom.database, newsroom.inbox, newsroom.rules)
    pending, root = newsroom.send(), newsroom.publish_new()
    reply = newsroom.publish_new(parent_id=root.id)
    assert cache.parent(STORY_ID, pending.id) is None
    assert cache.parent("other", root.id) is None
    assert cache.parent(STORY_ID, "\0") is None
    parent = cache.parent(STORY_ID, reply.id)
    assert parent is not None
    assert (parent.root_id, parent.comment.id) == (root.id, reply.id)
    newsroom.remove(reply.id)
    assert cache.parent(STORY_ID, reply.id) is None
