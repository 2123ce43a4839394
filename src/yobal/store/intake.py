"""What the public side asks of the store besides `arrivals`: wishes in, and views without secrets.

On PostgreSQL it runs as a role that may do just this (`store/rights.py`), so no statement here
has a RETURNING or a conflict target: PostgreSQL wants SELECT for both.
"""

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from yobal.core.thread import Edition
from yobal.store.sql_views import RECEIPT_STATUS

_REQUEST: Final = sa.text(
    "insert into withdrawal_requests (id, site_id, receipt_hash, request_kind)"
    " values (:id, :site_id, :receipt_hash, :request_kind) on conflict do nothing"
)
_STORY: Final = sa.text(
    "select s.is_open,"
    " (select count(*) from intake_pending p where p.site_id = s.site_id and p.story_id = s.story_id)"
    " - (select count(*) from intake_unreadable u"
    " where u.site_id = s.site_id and u.story_id = s.story_id) as pending_story,"
    " (select count(*) from intake_pending p where p.site_id = s.site_id)"
    " - (select count(*) from intake_unreadable u where u.site_id = s.site_id) as pending_site"
    " from intake_stories s where s.site_id = :site_id and s.story_id = :story_id"
)


def add_withdrawal_request(
    conn: Connection, *, request_id: str, site_id: str, receipt_hash: bytes, request_kind: str
) -> None:
    """Ask the desk's side to withdraw: `withdraw_now` or `withdraw_next`. Asked twice is asked once."""
    conn.execute(
        _REQUEST,
        {
            "id": request_id,
            "site_id": site_id,
            "receipt_hash": receipt_hash,
            "request_kind": request_kind,
        },
    )


def receipt_status(conn: Connection, receipt_hash: bytes) -> Row[*tuple[Any, ...]] | None:
    """What a receipt may show, as of the last release; None where the code opens nothing."""
    statement = (
        RECEIPT_STATUS if conn.dialect.name == "sqlite" else "select * from receipt_status(:hash)"
    )
    return conn.execute(sa.text(statement), {"hash": receipt_hash}).one_or_none()


def get_site(conn: Connection) -> Row[*tuple[Any, ...]] | None:
    """Site, name, is_demo, released_slot, and the newest epoch with its recipient (or null)."""
    return conn.execute(sa.text("select * from intake_site order by id limit 1")).one_or_none()


def get_story(conn: Connection, site_id: str, story_id: str) -> Row[*tuple[Any, ...]] | None:
    """Whether it is open, and how many comments wait for it and for the site.

    What nobody can open any more takes no room: it will never be decided on.
    """
    return conn.execute(_STORY, {"site_id": site_id, "story_id": story_id}).one_or_none()


def editions(conn: Connection, site_id: str, story_id: str) -> list[Edition]:
    rows = conn.execute(
        sa.text(
            "select tag, title, url from intake_editions where site_id = :site_id and story_id = :story_id"
            " order by tag"
        ),
        {"site_id": site_id, "story_id": story_id},
    )
    return [Edition(tag=row.tag, title=row.title, url=row.url) for row in rows]


def languages(conn: Connection, site_id: str) -> frozenset[str]:
    """The languages the site has editions in: those that a comment may name in clear."""
    found = sa.text("select distinct tag from intake_editions where site_id = :site_id")
    return frozenset(conn.execute(found, {"site_id": site_id}).scalars())


def get_published(
    conn: Connection, site_id: str, story_id: str, comment_id: str
) -> Row[*tuple[Any, ...]] | None:
    """A published comment that may be answered; None where it is not (or no longer) there."""
    return conn.execute(
        sa.text(
            "select id, root_id, edition, text, name, lang, slot from intake_published"
            " where id = :id and site_id = :site_id and story_id = :story_id"
        ),
        {"id": comment_id, "site_id": site_id, "story_id": story_id},
    ).one_or_none()
