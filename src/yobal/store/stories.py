"""Stories and their editions."""

from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.errors import NoSuchStory
from yobal.core.thread import Edition
from yobal.store.rows import fetch_all, fetch_one
from yobal.store.tables import editions, stories


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """A story with the counters of its thread."""

    site_id: str
    story_id: str
    is_open: bool
    next_position: int  # of the next top-level comment
    comments_total: int  # published and not removed, replies included


_COLUMNS: Final = [stories.c[name] for name in Story.__struct_fields__]


def get(conn: Connection, site_id: str, story_id: str) -> Story:
    """Raises NoSuchStory."""
    story = fetch_one(conn, Story, sa.select(*_COLUMNS).where(_is_story(site_id, story_id)))
    if story is None:
        raise NoSuchStory(story_id)
    return story


def list_all(conn: Connection, site_id: str) -> list[Story]:
    return fetch_all(
        conn,
        Story,
        sa.select(*_COLUMNS).where(stories.c.site_id == site_id).order_by(stories.c.story_id),
    )


def add_edition(conn: Connection, site_id: str, story_id: str, edition: Edition) -> None:
    """Declare an edition, and its story if it is new; if the edition exists, change title and URL."""
    exists = sa.select(stories.c.story_id).where(_is_story(site_id, story_id))
    if conn.execute(exists).one_or_none() is None:
        conn.execute(
            stories.insert().values(
                site_id=site_id, story_id=story_id, is_open=True, next_position=0, comments_total=0
            )
        )
    changed = (
        editions.update()
        .where(
            editions.c.site_id == site_id,
            editions.c.story_id == story_id,
            editions.c.tag == edition.tag,
        )
        .values(title=edition.title, url=edition.url)
    )
    if conn.execute(changed).rowcount == 0:
        conn.execute(
            editions.insert().values(
                site_id=site_id,
                story_id=story_id,
                tag=edition.tag,
                title=edition.title,
                url=edition.url,
            )
        )


def set_open(conn: Connection, site_id: str, story_id: str, *, is_open: bool) -> None:
    """Open or close a story for new comments. Raises NoSuchStory."""
    changed = stories.update().where(_is_story(site_id, story_id)).values(is_open=is_open)
    if conn.execute(changed).rowcount == 0:
        raise NoSuchStory(story_id)


def editions_of(conn: Connection, site_id: str, story_id: str) -> list[Edition]:
    return fetch_all(
        conn,
        Edition,
        sa.select(editions.c.tag, editions.c.title, editions.c.url)
        .where(editions.c.site_id == site_id, editions.c.story_id == story_id)
        .order_by(editions.c.tag),
    )


def editions_of_site(conn: Connection, site_id: str) -> list[tuple[str, str]]:
    """Story and tag of every edition."""
    rows = conn.execute(
        sa.select(editions.c.story_id, editions.c.tag)
        .where(editions.c.site_id == site_id)
        .order_by(editions.c.story_id, editions.c.tag)
    )
    return [(row.story_id, row.tag) for row in rows]


def all_editions(conn: Connection, site_id: str) -> dict[tuple[str, str], Edition]:
    """Every edition of the site, by story and tag."""
    rows = conn.execute(sa.select(editions).where(editions.c.site_id == site_id))
    return {
        (row.story_id, row.tag): Edition(tag=row.tag, title=row.title, url=row.url) for row in rows
    }


def languages(conn: Connection, site_id: str) -> list[str]:
    """The languages that the site has editions in."""
    tags = sa.select(editions.c.tag).where(editions.c.site_id == site_id).distinct()
    return sorted(conn.execute(tags).scalars())


def add_to_counters(
    conn: Connection, site_id: str, story_id: str, *, next_position: int = 0, comments: int = 0
) -> None:
    conn.execute(
        stories.update()
        .where(_is_story(site_id, story_id))
        .values(
            next_position=stories.c.next_position + next_position,
            comments_total=stories.c.comments_total + comments,
        )
    )


def _is_story(site_id: str, story_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(stories.c.site_id == site_id, stories.c.story_id == story_id)
