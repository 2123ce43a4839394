"""What the form must know first: open or closed, which key, how many comments are pending."""

import asyncio
import secrets
import threading

import msgspec
import pytest

from tests.harness import SITE_ID, SLOT, STORY_ID, NewsroomHarness, add_lead
from yobal.actions import declare_story, move_inbox
from yobal.core.errors import NoSuchStory
from yobal.core.schedule import last_round
from yobal.core.thread import Edition
from yobal.store import queue
from yobal.web.thread_status import CACHE_SECONDS, StoryStatus, ThreadStatus


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("key", ["nowhere", "", "..", "a/b", "fer\0ry", "ក", "f" * 129])
def test_a_story_that_was_not_declared_does_not_exist(newsroom: NewsroomHarness, key: str) -> None:
    with pytest.raises(NoSuchStory):
        newsroom.thread_status().load(key)


def test_a_status_is_cached_for_one_second(newsroom: NewsroomHarness) -> None:
    clock = Clock()
    cache = newsroom.thread_status(clock=clock)
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
    cache = newsroom.thread_status()
    all_have_asked, loads = threading.Event(), []
    load = cache.load

    def load_slowly(story_id: str) -> ThreadStatus:
        loads.append(story_id)
        assert all_have_asked.wait(60)
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


def _status(newsroom: NewsroomHarness, story_id: str = STORY_ID) -> StoryStatus:
    return newsroom.thread_status().load(story_id).story


def _set_limits(newsroom: NewsroomHarness, **limits: int) -> None:
    newsroom.components = msgspec.structs.replace(
        newsroom.components, rules=msgspec.structs.replace(newsroom.rules, **limits)
    )


def test_arrivals_are_counted_since_the_last_slot_wherever_they_are(
    newsroom: NewsroomHarness,
) -> None:
    other = Edition(tag="en", title="Other", url="https://news.example/other")
    declare_story.add(newsroom.database, newsroom.rules, "other", other)
    newsroom.send("In the tables.")
    newsroom.send(story_id="other")
    newsroom.send("In the inbox.", waits_for_round=True)
    story = _status(newsroom)
    assert (story.admission.arrival_count, story.site_admission.arrival_count) == (2, 3)
    newsroom.move_inbox()
    story = _status(newsroom)
    assert (story.admission.arrival_count, story.site_admission.arrival_count) == (2, 3)
    newsroom.pass_slots()
    story = _status(newsroom)
    assert (story.admission.arrival_count, story.site_admission.arrival_count) == (0, 0)


def test_an_inbox_that_is_moved_but_not_destroyed_is_not_counted_twice(
    newsroom: NewsroomHarness,
) -> None:
    newsroom.send("Moved.", waits_for_round=True)
    move_inbox.move(
        newsroom.database,
        newsroom.inbox,
        newsroom.components.cell_file,
        newsroom.rules,
        arrival_round=last_round(newsroom.rules.schedule, newsroom.now),
        random=secrets.token_bytes,
    )
    assert _status(newsroom).admission.arrival_count == 1


def test_a_round_while_the_status_is_read_does_not_change_the_count(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.send("Sent before the round.", waits_for_round=True)
    newsroom.now += SLOT  # so that the round is a new one
    count_comments = newsroom.inbox.count_comments
    rounds = iter([newsroom.move_inbox])

    def count_after_a_round() -> dict[str, int]:
        next(rounds, lambda: None)()
        counts: dict[str, int] = count_comments()
        return counts

    monkeypatch.setattr(newsroom.inbox, "count_comments", count_after_a_round)
    assert _status(newsroom).admission.arrival_count == 1


@pytest.mark.parametrize("limit", ["max_pending_per_story", "max_pending_per_site"])
def test_only_a_slot_decides_that_the_queue_is_full(newsroom: NewsroomHarness, limit: str) -> None:
    _set_limits(newsroom, **{limit: 1})
    sent = newsroom.send("Pending at the slot.")
    assert not _is_closed(_status(newsroom))
    newsroom.pass_slots()
    assert _is_closed(_status(newsroom))
    newsroom.reject(sent.id)
    assert _is_closed(_status(newsroom)), "what a moderator does shows at the next slot"
    newsroom.pass_slots()
    assert not _is_closed(_status(newsroom))


def _is_closed(story: StoryStatus) -> bool:
    return story.admission.is_closed or story.site_admission.is_closed


def test_once_the_disk_was_low_no_story_accepts_comments_until_the_next_slot(
    newsroom: NewsroomHarness,
) -> None:
    is_low = iter([False, True, False, False])
    cache = newsroom.thread_status(is_disk_low=lambda: next(is_low))
    closed = [_is_closed(cache.load(STORY_ID).story) for _ in range(3)]
    newsroom.pass_slots()
    assert [*closed, _is_closed(cache.load(STORY_ID).story)] == [False, True, True, False]


def test_comments_that_no_moderator_can_decrypt_do_not_fill_the_queue(
    newsroom: NewsroomHarness,
) -> None:
    _set_limits(newsroom, max_pending_per_story=2)
    for number in range(3):
        newsroom.send(f"Sealed before, {number}.")
    add_lead(newsroom, "Egret")
    newsroom.send("Sealed since.")
    newsroom.pass_slots()
    assert not _status(newsroom).admission.is_full
    with newsroom.database.reading() as conn:
        assert queue.count_unreadable(conn, SITE_ID, "Egret") == 0, "they are destroyed"
