"""Reads what the public files of a whole site show: the newest comments, and how many each story has.

It looks at the newest comments only, so that a release costs the same in an archive of any size.
"""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.site_rules import SiteRules
from yobal.core.thread import FEED_ENTRIES_MAX, FeedEntry, SiteView
from yobal.store import published_comments, thread_views
from yobal.store.tables import editions, stories
from yobal.store.tables import published_comments as comments_table

COUNTED_COMMENTS: Final = 2_000  # the stories of so many newest comments have a count


def read(conn: Connection, rules: SiteRules) -> SiteView:
    rows = published_comments.newest_of_site(conn, rules.site_id, limit=FEED_ENTRIES_MAX)
    headlines = _headlines(conn, rules.site_id, {row.story_id for row in rows})
    return SiteView(
        counts=_counts(conn, rules.site_id),
        entries=tuple(
            FeedEntry(
                story_id=row.story_id,
                headline=headlines[row.story_id, row.edition],
                comment=thread_views.comment_of(rules.schedule, row),
            )
            for row in rows
        ),
    )


def _counts(conn: Connection, site_id: str) -> dict[str, int]:
    newest = (
        sa.select(comments_table.c.story_id)
        .where(comments_table.c.site_id == site_id)
        .order_by(comments_table.c.slot.desc(), comments_table.c.id.desc())
        .limit(COUNTED_COMMENTS)
        .subquery()
    )
    rows = conn.execute(
        sa.select(stories.c.story_id, stories.c.comments_total)
        .where(
            stories.c.site_id == site_id,
            stories.c.story_id.in_(sa.select(newest.c.story_id)),
            stories.c.comments_total > 0,
        )
        .order_by(stories.c.story_id)
    )
    return {row.story_id: row.comments_total for row in rows}


def _headlines(conn: Connection, site_id: str, story_ids: set[str]) -> dict[tuple[str, str], str]:
    """The title of each edition of these stories, by story and tag."""
    rows = conn.execute(
        sa.select(editions.c.story_id, editions.c.tag, editions.c.title).where(
            editions.c.site_id == site_id, editions.c.story_id.in_(sorted(story_ids))
        )
    )
    return {(row.story_id, row.tag): row.title for row in rows}
