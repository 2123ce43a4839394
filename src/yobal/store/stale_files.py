"""Which files the store has outrun: noted with the change itself, forgotten when they are written.

That is what makes a crash between the database and the folder harmless.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from yobal.core.thread import PAGE_COMMENTS, REPLIES_SHOWN, StaleFile, page_of
from yobal.store.tables import published_comments, stories, touched

_NOTE: Final = sa.text(
    "insert into touched (site, story, kind, root, number, again)"
    " values (:site, :story, :kind, :root, :number, 0)"
    " on conflict (site, story, kind, root, number) do update set again = touched.again + 1"
)


def add(conn: Connection, site: str, story: str, files: Iterable[StaleFile]) -> None:
    """Note files; one that is noted already is noted again, for somebody may just be writing it.

    In one order, so that two who note the same files never wait for each other.
    """
    for one in sorted(set(files)):
        conn.execute(_NOTE, {"site": site, "story": story} | msgspec.structs.asdict(one))


def next_batch(conn: Connection, site: str, *, limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """The first of them, story by story."""
    return conn.execute(
        sa.select(touched)
        .where(touched.c.site == site)
        .order_by(touched.c.story, touched.c.kind, touched.c.root, touched.c.number)
        .limit(limit)
    ).all()


def filter_pending(
    conn: Connection, site: str, story: str, files: Collection[StaleFile]
) -> list[Row[*tuple[Any, ...]]]:
    """Those of these files that nobody has written yet."""
    noted = sa.select(touched).where(touched.c.site == site, touched.c.story == story)
    return [
        row for row in conn.execute(noted) if StaleFile(row.kind, row.root, row.number) in files
    ]


def remove(conn: Connection, rows: Iterable[Row[*tuple[Any, ...]]]) -> None:
    """Forget files that were written as they were named; one noted since then stays."""
    for one in rows:
        conn.execute(
            touched.delete().where(
                touched.c.site == one.site,
                touched.c.story == one.story,
                touched.c.kind == one.kind,
                touched.c.root == one.root,
                touched.c.number == one.number,
                touched.c.again == one.again,
            )
        )


def all_files(conn: Connection, site: str, story: str) -> list[StaleFile]:
    """Every file set that a thread consists of."""
    places: int = conn.execute(
        sa.select(stories.c.places).where(stories.c.site == site, stories.c.story == story)
    ).scalar_one()
    pages = [StaleFile("page", "", number) for number in range(1, page_of(places - 1) + 1)]
    roots = conn.execute(
        sa.select(published_comments.c.id, published_comments.c.replies).where(
            published_comments.c.site == site,
            published_comments.c.story == story,
            published_comments.c.root.is_(None),
            published_comments.c.replies > 0,
        )
    )
    replies = [
        StaleFile("replies", row.id, number)
        for row in roots
        for number in range(1, _replies_pages(row.replies) + 1)
    ]
    return [StaleFile("newest", "", 0), *(pages if places else []), *replies]


def _replies_pages(replies: int) -> int:
    return -(-max(0, replies - REPLIES_SHOWN) // PAGE_COMMENTS)
