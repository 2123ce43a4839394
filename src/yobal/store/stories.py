"""Sites, their stories and the editions of them."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from yobal.core.errors import NoSuchStory
from yobal.core.schedule import Slot
from yobal.core.thread import Edition
from yobal.store.tables import editions, epochs, sites, stories


def get(conn: Connection, site_id: str) -> Row[*tuple[Any, ...]]:
    return conn.execute(sa.select(sites).where(sites.c.id == site_id)).one()


def get_site(conn: Connection) -> Row[*tuple[Any, ...]] | None:
    """The site of this store; there is one, for now."""
    return conn.execute(sa.select(sites).order_by(sites.c.id).limit(1)).one_or_none()


def site_from_view(conn: Connection) -> Row[*tuple[Any, ...]] | None:
    """The site through the view that the intake's own role may read, too."""
    return conn.execute(
        sa.text("select id, name, is_demo, released_slot from intake_site order by id limit 1")
    ).one_or_none()


def add_site(conn: Connection, *, site_id: str, name: str, is_demo: bool, slot: Slot) -> None:
    conn.execute(sites.insert().values(id=site_id, name=name, is_demo=is_demo, released_slot=slot))


def set_released(conn: Connection, *, site_id: str, slot: Slot) -> None:
    """Decisions up to this slot are final; a slot never goes back."""
    conn.execute(
        sites.update()
        .where(sites.c.id == site_id, sites.c.released_slot < slot)
        .values(released_slot=slot)
    )


def released_slot(conn: Connection, site_id: str) -> Slot:
    return int(
        conn.execute(sa.select(sites.c.released_slot).where(sites.c.id == site_id)).scalar_one()
    )


def lock_released_slot(conn: Connection, site_id: str) -> Slot:
    """The same, and no release ends before the caller's transaction does (on SQLite none begins)."""
    chosen = sa.select(sites.c.released_slot).where(sites.c.id == site_id)
    return int(conn.execute(chosen.with_for_update(read=True)).scalar_one())


def set_rendering_fingerprint(conn: Connection, *, site_id: str, mark: str) -> None:
    """What pages are drawn with from now on."""
    conn.execute(sites.update().where(sites.c.id == site_id).values(rendering_fingerprint=mark))


def rendering_fingerprint(conn: Connection, site_id: str) -> str:
    return str(
        conn.execute(
            sa.select(sites.c.rendering_fingerprint).where(sites.c.id == site_id)
        ).scalar_one()
    )


def add_edition(conn: Connection, site_id: str, story_id: str, edition: Edition) -> None:
    """Declare an edition, and its story where it is new; again: its title and URL change."""
    if not exists(conn, site_id, story_id):
        conn.execute(
            stories.insert().values(
                site_id=site_id, story_id=story_id, is_open=True, next_position=0, comments_total=0
            )
        )
    changed = (
        editions.update()
        .where(_edition_is(site_id, story_id, edition.tag))
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


def exists(conn: Connection, site_id: str, story_id: str) -> bool:
    found = sa.select(stories.c.story_id).where(
        stories.c.site_id == site_id, stories.c.story_id == story_id
    )
    return conn.execute(found).one_or_none() is not None


def set_open(conn: Connection, site_id: str, story_id: str, *, is_open: bool) -> None:
    """Open or close a story for new comments. Raises NoSuchStory."""
    changed = (
        stories.update()
        .where(stories.c.site_id == site_id, stories.c.story_id == story_id)
        .values(is_open=is_open)
    )
    if conn.execute(changed).rowcount == 0:
        raise NoSuchStory(story_id)


def list_all(conn: Connection, site_id: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """Every story with whether it is open and how many comments stand in it."""
    chosen = sa.select(stories.c.story_id, stories.c.is_open, stories.c.comments_total)
    return conn.execute(
        chosen.where(stories.c.site_id == site_id).order_by(stories.c.story_id)
    ).all()


def editions_of(conn: Connection, site_id: str, story_id: str) -> list[Edition]:
    chosen = sa.select(editions.c.tag, editions.c.title, editions.c.url).where(
        editions.c.site_id == site_id, editions.c.story_id == story_id
    )
    return [
        Edition(tag=row.tag, title=row.title, url=row.url)
        for row in conn.execute(chosen.order_by(editions.c.tag))
    ]


def languages(conn: Connection, site_id: str) -> list[str]:
    """The languages the site has editions in."""
    chosen = sa.select(editions.c.tag).where(editions.c.site_id == site_id).distinct()
    return sorted(conn.execute(chosen).scalars())


def totals(conn: Connection, site_id: str, story_id: str) -> Row[*tuple[Any, ...]]:
    """Open or closed, places taken, comments present. Raises NoSuchStory."""
    chosen = sa.select(stories.c.is_open, stories.c.next_position, stories.c.comments_total).where(
        stories.c.site_id == site_id, stories.c.story_id == story_id
    )
    row = conn.execute(chosen).one_or_none()
    if row is None:
        raise NoSuchStory(story_id)
    return row


def add_to_counters(
    conn: Connection, site_id: str, story_id: str, *, next_position: int = 0, comments: int = 0
) -> None:
    """Add to a story's totals."""
    conn.execute(
        stories.update()
        .where(stories.c.site_id == site_id, stories.c.story_id == story_id)
        .values(
            next_position=stories.c.next_position + next_position,
            comments_total=stories.c.comments_total + comments,
        )
    )


def newest_epoch(conn: Connection, site_id: str) -> str | None:
    """The epoch that intake seals to; None until the first lead has made the keys."""
    chosen = sa.select(epochs.c.id).where(epochs.c.site_id == site_id)
    return conn.execute(chosen.order_by(epochs.c.number.desc()).limit(1)).scalar_one_or_none()


def _edition_is(site_id: str, story_id: str, edition: str) -> sa.ColumnElement[bool]:
    return sa.and_(
        editions.c.site_id == site_id, editions.c.story_id == story_id, editions.c.tag == edition
    )
