"""WXR 1.2, as WordPress and its plugin "WordPress Importer" read it. Comments without their text are left out.

The importer forces three things. It takes comments by ascending numbers, so they are numbered in the order of the
file, parents first. It takes two comments with the same name and time for one, wherever they are, so the comments of a
day get seconds of their own, from noon on. And it takes posts with the same title and date for one: without a date, the
title decides, so that comments come to the posts that are there. A thread becomes one post, in its main edition.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Final
from xml.sax.saxutils import escape  # writes only; what is read goes through defusedxml
from zoneinfo import ZoneInfo

from yobal.core.export_rows import ExportedComment, ExportedStory, ExportHead, StoryExport

_NOON: Final = time(12)
_SECONDS: Final = 11 * 3_600  # of a day after noon; a fuller day begins at noon again
_TIME: Final = "%Y-%m-%d %H:%M:%S"
_HEAD: Final = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"\
 xmlns:content="http://purl.org/rss/1.0/modules/content/"\
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
<title>{name}</title>
<link></link>
<description></description>
<wp:wxr_version>1.2</wp:wxr_version>
<wp:base_site_url></wp:base_site_url>
<wp:base_blog_url></wp:base_blog_url>
"""
_END: Final = b"</channel>\n</rss>\n"


def write(head: ExportHead, stories: Iterable[StoryExport]) -> Iterator[bytes]:
    yield _HEAD.format(name=escape(head.site_name)).encode()
    comments_of = _Comments(ZoneInfo(head.time_zone))
    for number, (story, main_edition, comments) in enumerate(stories, start=1):
        begun = False
        for comment in comments:
            if comment.removal is None:
                if not begun:
                    yield _post(story, main_edition, number)
                    begun = True
                yield comments_of.element(comment)
        if begun:
            comments_of.end_post()
            yield b"</item>\n"
    yield _END


def _post(story: ExportedStory, main_edition: str, number: int) -> bytes:
    edition = next(item for item in story.editions if item.tag == main_edition)
    status = "open" if story.is_open else "closed"
    return f"""<item>
<title>{escape(edition.title)}</title>
<link>{escape(edition.url)}</link>
<pubDate></pubDate>
<dc:creator></dc:creator>
<guid isPermaLink="false">{escape(edition.url)}</guid>
<description></description>
<content:encoded></content:encoded>
<excerpt:encoded></excerpt:encoded>
<wp:post_id>{number}</wp:post_id>
<wp:post_date></wp:post_date>
<wp:post_date_gmt></wp:post_date_gmt>
<wp:comment_status>{status}</wp:comment_status>
<wp:ping_status>closed</wp:ping_status>
<wp:post_name>{escape(story.story_id)}</wp:post_name>
<wp:status>publish</wp:status>
<wp:post_parent>0</wp:post_parent>
<wp:menu_order>0</wp:menu_order>
<wp:post_type>post</wp:post_type>
<wp:post_password></wp:post_password>
<wp:is_sticky>0</wp:is_sticky>
""".encode()


class _Comments:
    """Numbers the comments of a file, and gives them times."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._last_number = 0
        self._numbers: dict[str, int] = {}  # of the post's comments, by id
        self._day_counts: dict[str, int] = {}

    def end_post(self) -> None:
        self._numbers.clear()

    def element(self, comment: ExportedComment) -> bytes:
        self._last_number += 1
        self._numbers[comment.id] = self._last_number
        written_at = self._written_at(comment)
        # To WordPress, texts and names are HTML, so they are escaped for HTML first, and then for XML.
        text, name = escape(escape(comment.text)), escape(escape(comment.name))
        return f"""<wp:comment>
<wp:comment_id>{self._last_number}</wp:comment_id>
<wp:comment_author>{name}</wp:comment_author>
<wp:comment_author_email></wp:comment_author_email>
<wp:comment_author_url></wp:comment_author_url>
<wp:comment_author_IP></wp:comment_author_IP>
<wp:comment_date>{written_at.strftime(_TIME)}</wp:comment_date>
<wp:comment_date_gmt>{written_at.astimezone(UTC).strftime(_TIME)}</wp:comment_date_gmt>
<wp:comment_content>{text}</wp:comment_content>
<wp:comment_approved>1</wp:comment_approved>
<wp:comment_type>comment</wp:comment_type>
<wp:comment_parent>{self._numbers.get(comment.parent_id or "", 0)}</wp:comment_parent>
<wp:comment_user_id>0</wp:comment_user_id>
</wp:comment>
""".encode()

    def _written_at(self, comment: ExportedComment) -> datetime:
        day = datetime.fromtimestamp(comment.slot, self._zone).date()
        count = self._day_counts.get(day.isoformat(), 0)
        self._day_counts[day.isoformat()] = count + 1
        noon = datetime.combine(day, _NOON, tzinfo=self._zone)
        return noon + timedelta(seconds=count % _SECONDS)
