"""Varied comments through the real form, the real desk and a release: letter by letter the same."""

import contextlib
from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.actors import Actors, Moderator, wait_for
from tests.browser.comment_generator import Varied, comments
from tests.browser.fixtures import SLOT_SECONDS, NewsroomWithLead, serve_newsroom
from tests.browser.newsroom import Story
from tests.browser.sending import send_all

BY_HAND = 6  # through the form in a browser; the others by the same two POSTs
REJECT_EVERY = 10
PAGE = 50


@pytest.fixture(scope="module")
def wide(
    browser_here: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NewsroomWithLead]:
    """A newsroom with room for a thousand that wait."""
    yield from serve_newsroom(
        browser_here,
        tmp_path_factory.mktemp("wide"),
        release_interval_seconds=SLOT_SECONDS,
        max_pending_per_story=2_000,
    )


@pytest.mark.parametrize("count", [24, pytest.param(1_000, marks=pytest.mark.slow)])
def test_published_comments_match_what_readers_wrote(
    wide: NewsroomWithLead, actors: Actors, count: int
) -> None:
    story, sent = wide.newsroom.story("en", "km"), comments(count)
    _send_all(story, sent, actors)
    rejected = _decide_all(wide.lead(actors), count)
    assert len(rejected) == len(range(0, count, REJECT_EVERY))
    expected = sorted(comment.shown for comment in sent if comment.shown[0] not in rejected)
    wait_for(lambda: story.json()["total"] == len(expected))
    for edition in ("en", "km"):
        pages = story.in_edition(edition)  # a release writes them one after another
        with contextlib.suppress(AssertionError):  # the comparison below says what differs
            wait_for(partial(_are_published, pages, expected))
        assert sorted(_published(pages, len(expected))) == expected


def _send_all(story: Story, sent: list[Varied], actors: Actors) -> None:
    reader = actors.reader(story)
    for comment in sent[:: len(sent) // BY_HAND][:BY_HAND]:
        reader.open()
        reader.send(comment.text, name=comment.name)
    by_hand = set(map(id, sent[:: len(sent) // BY_HAND][:BY_HAND]))
    rest = [comment for comment in sent if id(comment) not in by_hand]
    send_all(story, [comment.text for comment in rest], names=[comment.name for comment in rest])


def _decide_all(desk: Moderator, count: int) -> set[str]:
    """By keys: every tenth is rejected as spam, the others are published; what was rejected."""
    page, rejected = desk.page, set[str]()
    for number in range(count):
        if number and number % PAGE == 0:
            expect(desk.focus).to_contain_text("All comments on this page have been decided.")
            desk.press("Tab Enter")
        expect(page.locator("article#focus")).to_be_visible()
        comment = str(desk.focus.get_attribute("data-id"))
        if number % REJECT_EVERY == 0:
            rejected.add(str(page.locator("#reading-words").text_content()))
            desk.press("d 5 d")
        else:
            desk.press("a")
        expect(page.locator(f"li[data-id='{comment}'][data-state='done']")).to_have_count(1)
    expect(desk.focus).to_contain_text("All read.")
    return rejected


def _are_published(story: Story, expected: list[tuple[str, str]]) -> bool:
    return sorted(_published(story, len(expected))) == expected


def _published(story: Story, count: int) -> Iterator[tuple[str, str]]:
    for number in range(1, -(-count // PAGE) + 1):
        for comment in story.json(f"page/{number}.json")["comments"]:
            yield comment["text"], comment["name"]
