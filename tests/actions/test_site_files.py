"""The files of the whole site and the feeds: they change with releases, and forget what is removed."""

import json
from xml.etree import ElementTree as ET

from tests.harness import SITE_ID, STORY_ID, NewsroomHarness
from yobal.actions import declare_story
from yobal.core import paths
from yobal.core.thread import FEED_ENTRIES_MAX, Edition
from yobal.store import site_views

ATOM = "{http://www.w3.org/2005/Atom}"
OTHER = "other-story"


def _file(newsroom: NewsroomHarness, key: str) -> str:
    return (newsroom.files_dir / key).read_text(encoding="utf-8")


def _counts(newsroom: NewsroomHarness) -> dict[str, int]:
    return dict(json.loads(_file(newsroom, paths.counts(SITE_ID))))


def _feeds(newsroom: NewsroomHarness) -> list[ET.Element]:
    """Of the site, and of the story in both of its editions."""
    keys = [paths.site_feed(SITE_ID)]
    keys += [f"{paths.thread_folder(SITE_ID, STORY_ID, tag)}/{paths.FEED}" for tag in ("en", "km")]
    return [ET.fromstring(_file(newsroom, key)) for key in keys]


def _contents(feed: ET.Element) -> list[str]:
    return [entry.findtext(f"{ATOM}content") or "" for entry in feed.findall(f"{ATOM}entry")]


def _add_other_story(newsroom: NewsroomHarness) -> None:
    edition = Edition(tag="en", title="Another", url="https://news.example/en/other")
    declare_story.add(newsroom.database, newsroom.rules, OTHER, edition)
    newsroom.run_scheduler()


def test_counts_and_feeds_exist_before_the_first_comment(newsroom: NewsroomHarness) -> None:
    assert _counts(newsroom) == {}
    for feed in _feeds(newsroom):
        assert _contents(feed) == []
        assert feed.findtext(f"{ATOM}updated") == "1970-01-01T00:00:00Z"


def test_counts_and_feeds_change_with_a_release_and_not_before(newsroom: NewsroomHarness) -> None:
    _add_other_story(newsroom)
    root = newsroom.publish_new("A root.", name="Dara")
    newsroom.publish_new("A reply.", parent_id=root.id)
    newsroom.publish_new("Elsewhere.", story_id=OTHER)
    assert _counts(newsroom) == {STORY_ID: 2, OTHER: 1}
    before = newsroom.read_all_files()
    newsroom.publish(newsroom.send("Accepted, and not released.").id)
    newsroom.run_scheduler()
    assert newsroom.read_all_files() == before
    site, english, khmer = _feeds(newsroom)
    assert _contents(site) == ["Elsewhere.", "A reply.", "A root."]
    assert _contents(english) == _contents(khmer) == ["A reply.", "A root."]


def test_a_removed_comment_leaves_the_feeds_at_once(newsroom: NewsroomHarness) -> None:
    root = newsroom.publish_new("A root.", name="Dara")
    newsroom.publish_new("A reply.", parent_id=root.id)
    newsroom.remove(root.id)
    assert _counts(newsroom) == {STORY_ID: 1}
    for feed in _feeds(newsroom):
        assert _contents(feed) == ["A reply."]


def test_an_entry_is_dated_by_its_day_and_named_in_the_language_of_its_edition(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.publish_new("<b>Bold?</b> & “so”", edition="km")
    for feed in _feeds(newsroom):
        entry = feed.find(f"{ATOM}entry")
        assert entry is not None
        link = f"/{SITE_ID}/{STORY_ID}/km/comment/{sent.id}.html"
        assert (entry.findtext(f"{ATOM}id") or "").endswith(link)
        assert (entry.findtext(f"{ATOM}updated") or "").endswith("T00:00:00Z")
        assert entry.findtext(f"{ATOM}content") == "<b>Bold?</b> & “so”"
        assert "អនាមិក" in (entry.findtext(f"{ATOM}title") or "")


def test_a_feed_has_only_the_newest_comments(sqlite_newsroom: NewsroomHarness) -> None:
    for number in range(FEED_ENTRIES_MAX + 3):
        newsroom_id = sqlite_newsroom.send(f"Number {number}.", receipt=False).id
        sqlite_newsroom.publish(newsroom_id)
    sqlite_newsroom.pass_slots(2)
    assert all(len(_contents(feed)) == FEED_ENTRIES_MAX for feed in _feeds(sqlite_newsroom))
    assert site_views.COUNTED_COMMENTS > FEED_ENTRIES_MAX


def test_a_complete_page_describes_its_comments_for_machines(newsroom: NewsroomHarness) -> None:
    root = newsroom.publish_new("A root.", name="Dara")
    newsroom.publish_new("A reply.", parent_id=root.id)
    for key in ("en/index.html", "en/page/1.html", f"en/comment/{root.id}.html"):
        page = newsroom.read_file(key)
        assert page.count('itemtype="https://schema.org/Article"') == 1
        assert page.count('itemtype="https://schema.org/Comment"') == 2
        assert page.count('itemprop="text"') == 2
        assert '<meta itemprop="author" content="Dara">' in page
    assert "itemprop" not in newsroom.read_file("en/thread.fragment.html")
    assert "itemprop" not in newsroom.read_file("en/form.frame.html")
    assert '<meta itemprop="commentCount" content="2">' in newsroom.read_file("en/index.html")
