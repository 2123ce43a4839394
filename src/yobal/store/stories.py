"""Stories and their editions."""

from collections.abc import Collection
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.errors import NoSuchStory
from yobal.core.schedule import Slot
from yobal.core.thread import Edition, EditorTexts
from yobal.store.rows import fetch_all, fetch_one
from yobal.store.tables import editions, stories


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """A story with the counters of its thread."""

    site_id: str
    story_id: str
    is_open: bool
    next_position: int  # of the next top-level comment
    comments_total: int  # published and not removed, replies included
    closes_slot: Slot | None = None  # an open story closes with this slot


_COLUMNS: Final = [stories.c[name] for name in Story.__struct_fields__]


def get(conn: Connection, site_id: str, story_id: str) -> Story:
    """Raises NoSuchStory."""
    story = fetch_one(conn, Story, sa.select(*_COLUMNS).where(_is_story(site_id, story_id)))
    if story is None:
        raise NoSuchStory(story_id)
    return story


def exists(conn: Connection, site_id: str, story_id: str) -> bool:
    chosen = sa.select(stories.c.story_id).where(_is_story(site_id, story_id))
    return conn.execute(chosen).one_or_none() is not None


def existing(conn: Connection, site_id: str, story_ids: Collection[str]) -> set[str]:
    """Which of these ids a story has."""
    chosen = sa.select(stories.c.story_id).where(stories.c.site_id == site_id)
    return set(conn.execute(chosen).scalars()) & set(story_ids) if story_ids else set()


def list_all(conn: Connection, site_id: str) -> list[Story]:
    return fetch_all(
        conn,
        Story,
        sa.select(*_COLUMNS).where(stories.c.site_id == site_id).order_by(stories.c.story_id),
    )


def add_edition(conn: Connection, site_id: str, story_id: str, edition: Edition) -> None:
    """Declare an edition, and its story if it is new; if the edition exists, change title and URL."""
    if not exists(conn, site_id, story_id):
        conn.execute(
            stories.insert().values(
                site_id=site_id, story_id=story_id, is_open=True, next_position=0, comments_total=0
            )
        )
    changed = (
        editions.update()
        .where(_is_edition(site_id, story_id, edition.tag))
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
    """Open a story without an end, or close it for new comments. Raises NoSuchStory."""
    changed = stories.update().where(_is_story(site_id, story_id))
    if conn.execute(changed.values(is_open=is_open, closes_slot=None)).rowcount == 0:
        raise NoSuchStory(story_id)


def set_closes_slot(conn: Connection, site_id: str, story_id: str, slot: Slot | None) -> None:
    """Say when an open story closes; None: it does not close by itself."""
    conn.execute(
        stories.update()
        .where(_is_story(site_id, story_id), stories.c.is_open)
        .values(closes_slot=slot)
    )


def close_due(conn: Connection, site_id: str, *, until: Slot) -> list[str]:
    """Close the stories whose slot has come; returns their ids."""
    due = (stories.c.site_id == site_id, stories.c.is_open, stories.c.closes_slot <= until)
    ids = conn.execute(sa.select(stories.c.story_id).where(*due).order_by(stories.c.story_id))
    story_ids = list(ids.scalars())
    for story_id in story_ids:
        set_open(conn, site_id, story_id, is_open=False)
    return story_ids


def set_editor_texts(
    conn: Connection, site_id: str, story_id: str, tag: str, editor_texts: EditorTexts
) -> None:
    conn.execute(
        editions.update()
        .where(_is_edition(site_id, story_id, tag))
        .values(**msgspec.structs.asdict(editor_texts))
    )


def editor_texts_of(conn: Connection, site_id: str, story_id: str) -> dict[str, EditorTexts]:
    """By edition."""
    return {edition.tag: texts for edition, texts in editions_with_texts(conn, site_id, story_id)}


def editions_with_texts(
    conn: Connection, site_id: str, story_id: str
) -> list[tuple[Edition, EditorTexts]]:
    rows = conn.execute(
        sa.select(editions)
        .where(editions.c.site_id == site_id, editions.c.story_id == story_id)
        .order_by(editions.c.tag)
    )
    return [
        (
            Edition(tag=row.tag, title=row.title, url=row.url),
            EditorTexts(question=row.question, pinned_note=row.pinned_note),
        )
        for row in rows
    ]


def tags_of(conn: Connection, site_id: str, story_ids: Collection[str]) -> dict[str, set[str]]:
    """The tags of the editions of each of these stories; none for one that does not exist."""
    tags: dict[str, set[str]] = {story_id: set() for story_id in story_ids}
    rows = conn.execute(
        sa.select(editions.c.story_id, editions.c.tag).where(
            editions.c.site_id == site_id, editions.c.story_id.in_(sorted(tags))
        )
    )
    for row in rows:
        tags[row.story_id].add(row.tag)
    return tags


def all_editor_texts(conn: Connection, site_id: str) -> dict[tuple[str, str], EditorTexts]:
    """The editor texts of the whole site, by story and edition."""
    rows = conn.execute(sa.select(editions).where(editions.c.site_id == site_id))
    return {
        (row.story_id, row.tag): EditorTexts(question=row.question, pinned_note=row.pinned_note)
        for row in rows
    }


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


def _is_edition(site_id: str, story_id: str, tag: str) -> sa.ColumnElement[bool]:
    return sa.and_(
        editions.c.site_id == site_id, editions.c.story_id == story_id, editions.c.tag == tag
    )
