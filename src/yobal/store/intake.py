"""What the public side asks of the store besides `arrivals`: wishes in, and views without secrets.

On PostgreSQL it runs as a role that may do just this (`store/rights.py`), so no statement here
has a RETURNING or a conflict target: PostgreSQL wants SELECT for both.
"""

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from yobal.core.thread import Edition
from yobal.store.sql_views import RECEIPT_STATUS

_WISH: Final = sa.text(
    "insert into wishes (wish, site, receipt_hash, kind) values (:wish, :site, :receipt_hash, :kind)"
    " on conflict do nothing"
)
_STORY: Final = sa.text(
    "select s.is_open,"
    " (select count(*) from intake_waiting w where w.site = s.site and w.story = s.story)"
    " - (select count(*) from intake_unreadable u where u.site = s.site and u.story = s.story)"
    " as waiting_story,"
    " (select count(*) from intake_waiting w where w.site = s.site)"
    " - (select count(*) from intake_unreadable u where u.site = s.site) as waiting_site"
    " from intake_stories s where s.site = :site and s.story = :story"
)


def add_wish(conn: Connection, *, wish: str, site: str, receipt_hash: bytes, kind: str) -> None:
    """Ask the desk's side to withdraw: `withdraw_now` or `withdraw_next`. Asked twice is asked once."""
    conn.execute(_WISH, {"wish": wish, "site": site, "receipt_hash": receipt_hash, "kind": kind})


def receipt_status(conn: Connection, receipt_hash: bytes) -> Row[*tuple[Any, ...]] | None:
    """What a receipt may show, as of the last release; None where the code opens nothing."""
    statement = (
        RECEIPT_STATUS if conn.dialect.name == "sqlite" else "select * from receipt_answer(:hash)"
    )
    return conn.execute(sa.text(statement), {"hash": receipt_hash}).one_or_none()


def site(conn: Connection) -> Row[*tuple[Any, ...]] | None:
    """Site, name, is_demo, released_slot, and the newest epoch with its recipient (or null)."""
    return conn.execute(sa.text("select * from intake_site order by site limit 1")).one_or_none()


def story(conn: Connection, site: str, story: str) -> Row[*tuple[Any, ...]] | None:
    """Whether it is open, and how many comments wait for it and for the site.

    What nobody can open any more takes no room: it will never be decided on.
    """
    return conn.execute(_STORY, {"site": site, "story": story}).one_or_none()


def editions(conn: Connection, site: str, story: str) -> list[Edition]:
    rows = conn.execute(
        sa.text(
            "select edition, title, url from intake_editions where site = :site and story = :story"
            " order by edition"
        ),
        {"site": site, "story": story},
    )
    return [Edition(edition=row.edition, title=row.title, url=row.url) for row in rows]


def languages(conn: Connection, site: str) -> frozenset[str]:
    """The languages the site has editions in: those that a comment may name in clear."""
    found = sa.text("select distinct edition from intake_editions where site = :site")
    return frozenset(conn.execute(found, {"site": site}).scalars())


def letter(conn: Connection, site: str, story: str, comment: str) -> Row[*tuple[Any, ...]] | None:
    """A published comment that may be answered; None where it is not (or no longer) there."""
    return conn.execute(
        sa.text(
            "select id, root, edition, text, name, lang, slot from intake_letters"
            " where id = :id and site = :site and story = :story"
        ),
        {"id": comment, "site": site, "story": story},
    ).one_or_none()
