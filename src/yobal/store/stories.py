"""Sites, their stories and the editions of them."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from yobal.core.errors import NoSuchStory
from yobal.core.schedule import Slot
from yobal.core.thread import Edition
from yobal.store.tables import editions, epochs, sites, stories


def site(db: Connection, site: str) -> Row[*tuple[Any, ...]]:
    return db.execute(sa.select(sites).where(sites.c.site == site)).one()


def get_site(db: Connection) -> Row[*tuple[Any, ...]] | None:
    """The site of this store; there is one, for now."""
    return db.execute(sa.select(sites).order_by(sites.c.site).limit(1)).one_or_none()


def site_from_view(db: Connection) -> Row[*tuple[Any, ...]] | None:
    """The site through the view that the intake's own role may read, too."""
    return db.execute(
        sa.text("select site, name, is_demo, released_slot from intake_site order by site limit 1")
    ).one_or_none()


def add_site(db: Connection, *, site: str, name: str, is_demo: bool, slot: Slot) -> None:
    db.execute(sites.insert().values(site=site, name=name, is_demo=is_demo, released_slot=slot))


def set_released(db: Connection, *, site: str, slot: Slot) -> None:
    """Decisions up to this slot are final; a slot never goes back."""
    db.execute(
        sites.update()
        .where(sites.c.site == site, sites.c.released_slot < slot)
        .values(released_slot=slot)
    )


def released_slot(db: Connection, site: str) -> Slot:
    return int(
        db.execute(sa.select(sites.c.released_slot).where(sites.c.site == site)).scalar_one()
    )


def lock_released_slot(db: Connection, site: str) -> Slot:
    """The same, and no release ends before the caller's transaction does (on SQLite none begins)."""
    chosen = sa.select(sites.c.released_slot).where(sites.c.site == site)
    return int(db.execute(chosen.with_for_update(read=True)).scalar_one())


def set_rendering_fingerprint(db: Connection, *, site: str, mark: str) -> None:
    """What pages are drawn with from now on."""
    db.execute(sites.update().where(sites.c.site == site).values(rendering_fingerprint=mark))


def rendering_fingerprint(db: Connection, site: str) -> str:
    return str(
        db.execute(
            sa.select(sites.c.rendering_fingerprint).where(sites.c.site == site)
        ).scalar_one()
    )


def add_edition(db: Connection, site: str, story: str, edition: Edition) -> None:
    """Declare an edition, and its story where it is new; again: its title and URL change."""
    if not exists(db, site, story):
        db.execute(
            stories.insert().values(
                site=site, story=story, is_open=True, places=0, comments_total=0
            )
        )
    changed = (
        editions.update()
        .where(_edition_is(site, story, edition.edition))
        .values(title=edition.title, url=edition.url)
    )
    if db.execute(changed).rowcount == 0:
        db.execute(
            editions.insert().values(
                site=site,
                story=story,
                edition=edition.edition,
                title=edition.title,
                url=edition.url,
            )
        )


def exists(db: Connection, site: str, story: str) -> bool:
    found = sa.select(stories.c.story).where(stories.c.site == site, stories.c.story == story)
    return db.execute(found).one_or_none() is not None


def set_open(db: Connection, site: str, story: str, *, is_open: bool) -> None:
    """Open or close a story for new comments. Raises NoSuchStory."""
    changed = (
        stories.update()
        .where(stories.c.site == site, stories.c.story == story)
        .values(is_open=is_open)
    )
    if db.execute(changed).rowcount == 0:
        raise NoSuchStory(story)


def list_all(db: Connection, site: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """Every story with whether it is open and how many comments stand in it."""
    chosen = sa.select(stories.c.story, stories.c.is_open, stories.c.comments_total)
    return db.execute(chosen.where(stories.c.site == site).order_by(stories.c.story)).all()


def editions_of(db: Connection, site: str, story: str) -> list[Edition]:
    chosen = sa.select(editions.c.edition, editions.c.title, editions.c.url).where(
        editions.c.site == site, editions.c.story == story
    )
    return [
        Edition(edition=row.edition, title=row.title, url=row.url)
        for row in db.execute(chosen.order_by(editions.c.edition))
    ]


def languages(db: Connection, site: str) -> list[str]:
    """The languages the site has editions in."""
    chosen = sa.select(editions.c.edition).where(editions.c.site == site).distinct()
    return sorted(db.execute(chosen).scalars())


def totals(db: Connection, site: str, story: str) -> Row[*tuple[Any, ...]]:
    """Open or closed, places taken, comments present. Raises NoSuchStory."""
    chosen = sa.select(stories.c.is_open, stories.c.places, stories.c.comments_total).where(
        stories.c.site == site, stories.c.story == story
    )
    row = db.execute(chosen).one_or_none()
    if row is None:
        raise NoSuchStory(story)
    return row


def add_to_counters(
    db: Connection, site: str, story: str, *, places: int = 0, comments: int = 0
) -> None:
    """Add to a story's totals."""
    db.execute(
        stories.update()
        .where(stories.c.site == site, stories.c.story == story)
        .values(
            places=stories.c.places + places, comments_total=stories.c.comments_total + comments
        )
    )


def newest_epoch(db: Connection, site: str) -> str | None:
    """The epoch that intake seals to; None until the first lead has made the keys."""
    chosen = sa.select(epochs.c.epoch).where(epochs.c.site == site)
    return db.execute(chosen.order_by(epochs.c.number.desc()).limit(1)).scalar_one_or_none()


def _edition_is(site: str, story: str, edition: str) -> sa.ColumnElement[bool]:
    return sa.and_(
        editions.c.site == site, editions.c.story == story, editions.c.edition == edition
    )
