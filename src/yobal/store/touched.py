"""Which files the store has outrun: noted with the change itself, forgotten when they are written.

That is what makes a crash between the database and the folder harmless.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from yobal.core.thread import PAGE_LETTERS, REPLIES_SHOWN, Touched, page_of
from yobal.store.tables import letters, stories, touched


def add(db: Connection, site: str, story: str, files: Iterable[Touched]) -> None:
    for one in set(files):
        key = {
            "site": site,
            "story": story,
            "kind": one.kind,
            "root": one.root,
            "number": one.number,
        }
        is_noted = sa.select(touched.c.kind).where(*(touched.c[name] == key[name] for name in key))
        if db.execute(is_noted).one_or_none() is None:
            db.execute(touched.insert().values(**key))


def all_of(db: Connection, site: str) -> Sequence[Row[*tuple[Any, ...]]]:
    return db.execute(
        sa.select(touched)
        .where(touched.c.site == site)
        .order_by(touched.c.story, touched.c.kind, touched.c.root, touched.c.number)
    ).all()


def remove(db: Connection, site: str, story: str, files: Iterable[Touched]) -> None:
    for one in files:
        db.execute(
            touched.delete().where(
                touched.c.site == site,
                touched.c.story == story,
                touched.c.kind == one.kind,
                touched.c.root == one.root,
                touched.c.number == one.number,
            )
        )


def everything(db: Connection, site: str, story: str) -> list[Touched]:
    """Every file set that a thread consists of."""
    places: int = db.execute(
        sa.select(stories.c.places).where(stories.c.site == site, stories.c.story == story)
    ).scalar_one()
    pages = [Touched("page", "", number) for number in range(1, page_of(places - 1) + 1)]
    roots = db.execute(
        sa.select(letters.c.id, letters.c.replies).where(
            letters.c.site == site,
            letters.c.story == story,
            letters.c.root.is_(None),
            letters.c.replies > 0,
        )
    )
    replies = [
        Touched("replies", row.id, number)
        for row in roots
        for number in range(1, _replies_pages(row.replies) + 1)
    ]
    return [Touched("newest", "", 0), *(pages if places else []), *replies]


def _replies_pages(replies: int) -> int:
    return -(-max(0, replies - REPLIES_SHOWN) // PAGE_LETTERS)
