"""Sites, their stories and the editions of them."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from yobal.core.errors import NoSuchStory
from yobal.core.schedule import Slot
from yobal.core.thread import Edition
from yobal.store.tables import editions, epochs, sites, stories


def site(conn: Connection, site: str) -> Row[*tuple[Any, ...]]:
    return conn.execute(sa.select(sites).where(sites.c.site == site)).one()


def get_site(conn: Connection) -> Row[*tuple[Any, ...]] | None:
    """The site of this store; there is one, for now."""
    return conn.execute(sa.select(sites).order_by(sites.c.site).limit(1)).one_or_none()


def site_from_view(conn: Connection) -> Row[*tuple[Any, ...]] | None:
    """The site through the view that the intake's own role may read, too."""
    return conn.execute(
        sa.text("select site, name, is_demo, released_slot from intake_site order by site limit 1")
    ).one_or_none()


def add_site(conn: Connection, *, site: str, name: str, is_demo: bool, slot: Slot) -> None:
    conn.execute(sites.insert().values(site=site, name=name, is_demo=is_demo, released_slot=slot))


def set_released(conn: Connection, *, site: str, slot: Slot) -> None:
    """Decisions up to this slot are final; a slot never goes back."""
    conn.execute(
        sites.update()
        .where(sites.c.site == site, sites.c.released_slot < slot)
        .values(released_slot=slot)
    )


def released_slot(conn: Connection, site: str) -> Slot:
    return int(
        conn.execute(sa.select(sites.c.released_slot).where(sites.c.site == site)).scalar_one()
    )


def lock_released_slot(conn: Connection, site: str) -> Slot:
    """The same, and no release ends before the caller's transaction does (on SQLite none begins)."""
    chosen = sa.select(sites.c.released_slot).where(sites.c.site == site)
    return int(conn.execute(chosen.with_for_update(read=True)).scalar_one())


def set_rendering_fingerprint(conn: Connection, *, site: str, mark: str) -> None:
    """What pages are drawn with from now on."""
    conn.execute(sites.update().where(sites.c.site == site).values(rendering_fingerprint=mark))


def rendering_fingerprint(conn: Connection, site: str) -> str:
    return str(
        conn.execute(
            sa.select(sites.c.rendering_fingerprint).where(sites.c.site == site)
        ).scalar_one()
    )


def add_edition(conn: Connection, site: str, story: str, edition: Edition) -> None:
    """Declare an edition, and its story where it is new; again: its title and URL change."""
    if not exists(conn, site, story):
        conn.execute(
            stories.insert().values(
                site=site, story=story, is_open=True, places=0, comments_total=0
            )
        )
    changed = (
        editions.update()
        .where(_edition_is(site, story, edition.edition))
        .values(title=edition.title, url=edition.url)
    )
    if conn.execute(changed).rowcount == 0:
        conn.execute(
            editions.insert().values(
                site=site,
                story=story,
                edition=edition.edition,
                title=edition.title,
                url=edition.url,
            )
        )


def exists(conn: Connection, site: str, story: str) -> bool:
    found = sa.select(stories.c.story).where(stories.c.site == site, stories.c.story == story)
    return conn.execute(found).one_or_none() is not None


def set_open(conn: Connection, site: str, story: str, *, is_open: bool) -> None:
    """Open or close a story for new comments. Raises NoSuchStory."""
    changed = (
        stories.update()
        .where(stories.c.site == site, stories.c.story == story)
        .values(is_open=is_open)
    )
    if conn.execute(changed).rowcount == 0:
        raise NoSuchStory(story)


def list_all(conn: Connection, site: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """Every story with whether it is open and how many comments stand in it."""
    chosen = sa.select(stories.c.story, stories.c.is_open, stories.c.comments_total)
    return conn.execute(chosen.where(stories.c.site == site).order_by(stories.c.story)).all()


def editions_of(conn: Connection, site: str, story: str) -> list[Edition]:
    chosen = sa.select(editions.c.edition, editions.c.title, editions.c.url).where(
        editions.c.site == site, editions.c.story == story
    )
    return [
        Edition(edition=row.edition, title=row.title, url=row.url)
        for row in conn.execute(chosen.order_by(editions.c.edition))
    ]


def languages(conn: Connection, site: str) -> list[str]:
    """The languages the site has editions in."""
    chosen = sa.select(editions.c.edition).where(editions.c.site == site).distinct()
    return sorted(conn.execute(chosen).scalars())


def totals(conn: Connection, site: str, story: str) -> Row[*tuple[Any, ...]]:
    """Open or closed, places taken, comments present. Raises NoSuchStory."""
    chosen = sa.select(stories.c.is_open, stories.c.places, stories.c.comments_total).where(
        stories.c.site == site, stories.c.story == story
    )
    row = conn.execute(chosen).one_or_none()
    if row is None:
        raise NoSuchStory(story)
    return row


def add_to_counters(
    conn: Connection, site: str, story: str, *, places: int = 0, comments: int = 0
) -> None:
    """Add to a story's totals."""
    conn.execute(
        stories.update()
        .where(stories.c.site == site, stories.c.story == story)
        .values(
            places=stories.c.places + places, comments_total=stories.c.comments_total + comments
        )
    )


def newest_epoch(conn: Connection, site: str) -> str | None:
    """The epoch that intake seals to; None until the first lead has made the keys."""
    chosen = sa.select(epochs.c.epoch).where(epochs.c.site == site)
    return conn.execute(chosen.order_by(epochs.c.number.desc()).limit(1)).scalar_one_or_none()


def _edition_is(site: str, story: str, edition: str) -> sa.ColumnElement[bool]:
    return sa.and_(
        editions.c.site == site, editions.c.story == story, editions.c.edition == edition
    )
