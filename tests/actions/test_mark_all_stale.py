"""Every public file is marked as stale in few transactions, each of which waits for the disk."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.harness import SITE_ID, NewsroomHarness
from yobal.actions import declare_story, mark_all_stale
from yobal.core.thread import Edition
from yobal.store import stale_files, stories
from yobal.store.database import Connection, Database


def _declare(newsroom: NewsroomHarness, story_id: str) -> None:
    edition = Edition(tag="en", title=story_id, url=f"https://news.example/{story_id}")
    declare_story.add(newsroom.database, newsroom.rules, story_id, edition)


def _count_transactions(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    begun: list[None] = []
    writing = Database.writing

    @contextmanager
    def counted(database: Database) -> Iterator[Connection]:
        begun.append(None)
        with writing(database) as conn:
            yield conn

    monkeypatch.setattr(Database, "writing", counted)
    return begun


def test_many_stories_are_marked_in_one_transaction(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(30):
        _declare(newsroom, f"story-{number}")
    begun = _count_transactions(monkeypatch)
    mark_all_stale.mark_site_stale(newsroom.database, newsroom.rules)
    assert len(begun) == 1
    with newsroom.database.reading() as conn:
        waiting = stale_files.stories_waiting(conn, SITE_ID)
        assert waiting == {story.story_id for story in stories.list_all(conn, SITE_ID)}


def test_no_transaction_marks_more_than_a_limit_and_one_story(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A moderator's decision waits for the transaction to end."""
    for number in range(5):
        _declare(newsroom, f"story-{number}")
    monkeypatch.setattr(mark_all_stale, "MARKED_TOGETHER", 1)
    begun = _count_transactions(monkeypatch)
    mark_all_stale.mark_site_stale(newsroom.database, newsroom.rules)
    with newsroom.database.reading() as conn:
        assert len(begun) == len(stories.list_all(conn, SITE_ID))
