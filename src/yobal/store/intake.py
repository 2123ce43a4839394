"""All SQL of the public side: it inserts sealed rows and wishes, and reads views without secrets.

On PostgreSQL it runs as a role that may do just this (`store/rights.py`), so no statement here
has a RETURNING or a conflict target: PostgreSQL wants SELECT for both.
"""

from collections.abc import Callable, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, Final, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import DBAPIError

from yobal.core import ids
from yobal.core.receipts import COPIES_MAX
from yobal.core.schedule import Slot
from yobal.core.states import PENDING
from yobal.core.thread import Edition
from yobal.store.views import RECEIPT_ANSWER


class Arrival(msgspec.Struct, kw_only=True):
    """One sealed comment on its way in, and the receipt that was asked for with it."""

    id: str
    site: str
    story: str
    edition: str
    root: str | None
    to_id: str | None
    arrival_slot: Slot
    epoch: str
    size_kib: int
    lane: str
    lang: str
    once: bytes
    commitment: bytes
    sealed: bytes
    receipt_hash: bytes | None = None
    copy: int = 0  # which of the codes that a comment may have
    week: str = ""
    place: int = 0  # of its envelope

    def __post_init__(self) -> None:
        self.place = ids.number_in(self.id)


class Outcome(msgspec.Struct, frozen=True):
    """What became of an arrival. Nothing is stored of one that `failed`, and its sender hears so."""

    kind: Literal["new", "repeat", "failed"]
    has_receipt: bool = False


_COMMENT: Final = sa.text(
    "insert into comments (id, site, story, edition, root, to_id, state, arrival_slot, epoch,"
    " size_kib, lane, lang, once, commitment) values (:id, :site, :story, :edition, :root, :to_id,"
    f" '{PENDING}', :arrival_slot, :epoch, :size_kib, :lane, :lang, :once, :commitment)"
    " on conflict do nothing"
)
_ENVELOPE: Final = sa.text(
    "insert into envelopes (place, comment, sealed) values (:place, :id, :sealed)"
)
_RECEIPT: Final = sa.text(
    "insert into receipts (hash, once, copy, week) values (:receipt_hash, :once, :copy, :week)"
    " on conflict do nothing"
)
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


def add(db: Connection, arrivals: Sequence[Arrival]) -> list[Outcome]:
    """Insert a group, together if all are new; else one by one, so that a bad one fails alone."""
    if _add_together(db, arrivals):
        return [Outcome("new", has_receipt=one.receipt_hash is not None) for one in arrivals]
    return [_add_alone(db, msgspec.structs.asdict(one)) for one in arrivals]


def _add_together(db: Connection, arrivals: Sequence[Arrival]) -> bool:
    db.exec_driver_sql("savepoint together")
    try:
        is_new = _execute_many(db, _COMMENT, arrivals) == len(arrivals)
        if is_new:
            _execute_many(db, _ENVELOPE, arrivals)
            _execute_many(db, _RECEIPT, [one for one in arrivals if one.receipt_hash is not None])
    except DBAPIError as error:
        _give_up_if_gone(error)
        is_new = False
    db.exec_driver_sql("release together" if is_new else "rollback to together")
    return is_new


def _execute_many(db: Connection, statement: sa.TextClause, arrivals: Sequence[Arrival]) -> int:
    """The number of rows. What SQLAlchemy does for each row costs more than the row itself."""
    if not arrivals:
        return 0
    sql, parameters = _for_driver(statement, db.dialect)
    return db.exec_driver_sql(sql, [parameters(one) for one in arrivals]).rowcount


@cache
def _for_driver(
    statement: sa.TextClause, dialect: sa.Dialect
) -> tuple[str, Callable[[Arrival], Any]]:
    """A statement as its driver wants it, and what makes an arrival into its parameters."""
    compiled = statement.compile(dialect=dialect)
    if compiled.positional:
        return str(compiled), attrgetter(*compiled.positiontup or ())
    return str(compiled), msgspec.structs.asdict


def _add_alone(db: Connection, row: dict[str, Any]) -> Outcome:
    savepoint = db.begin_nested()
    try:
        is_new = db.execute(_COMMENT, row).rowcount == 1
        if is_new:
            db.execute(_ENVELOPE, row)
        has_receipt = row["receipt_hash"] is not None and _add_receipt(db, row)
    except DBAPIError as error:
        _give_up_if_gone(error)
        savepoint.rollback()
        return Outcome("failed")
    savepoint.commit()
    return Outcome("new" if is_new else "repeat", has_receipt=has_receipt)


def _add_receipt(db: Connection, row: dict[str, Any]) -> bool:
    """Under the first copy that is free; False where the comment has all the codes it may have."""
    return any(
        db.execute(_RECEIPT, row | {"copy": copy}).rowcount == 1 for copy in range(COPIES_MAX)
    )


def _give_up_if_gone(error: DBAPIError) -> None:
    """A database that is full, locked or gone fails the group; a broken rule fails its row."""
    if error.connection_invalidated or isinstance(error, sa.exc.OperationalError):
        raise error


def add_wish(db: Connection, *, wish: str, site: str, receipt_hash: bytes, kind: str) -> None:
    """Ask the desk's side to withdraw: `withdraw_now` or `withdraw_next`. Asked twice is asked once."""
    db.execute(_WISH, {"wish": wish, "site": site, "receipt_hash": receipt_hash, "kind": kind})


def receipt_answer(db: Connection, receipt_hash: bytes) -> Row[*tuple[Any, ...]] | None:
    """What a receipt may show, as of the last release; None where the code opens nothing."""
    statement = (
        RECEIPT_ANSWER if db.dialect.name == "sqlite" else "select * from receipt_answer(:hash)"
    )
    return db.execute(sa.text(statement), {"hash": receipt_hash}).one_or_none()


def site(db: Connection) -> Row[*tuple[Any, ...]] | None:
    """Site, name, is_demo, released_slot, and the newest epoch with its recipient (or null)."""
    return db.execute(sa.text("select * from intake_site order by site limit 1")).one_or_none()


def story(db: Connection, site: str, story: str) -> Row[*tuple[Any, ...]] | None:
    """Whether it is open, and how many comments wait for it and for the site.

    What nobody can open any more takes no room: it will never be decided on.
    """
    return db.execute(_STORY, {"site": site, "story": story}).one_or_none()


def editions(db: Connection, site: str, story: str) -> list[Edition]:
    rows = db.execute(
        sa.text(
            "select edition, title, url from intake_editions where site = :site and story = :story"
            " order by edition"
        ),
        {"site": site, "story": story},
    )
    return [Edition(edition=row.edition, title=row.title, url=row.url) for row in rows]


def languages(db: Connection, site: str) -> frozenset[str]:
    """The languages the site has editions in: those that a comment may name in clear."""
    found = sa.text("select distinct edition from intake_editions where site = :site")
    return frozenset(db.execute(found, {"site": site}).scalars())


def letter(db: Connection, site: str, story: str, comment: str) -> Row[*tuple[Any, ...]] | None:
    """A published comment that may be answered; None where it is not (or no longer) there."""
    return db.execute(
        sa.text(
            "select id, root, edition, text, name, lang, slot from intake_letters"
            " where id = :id and site = :site and story = :story"
        ),
        {"id": comment, "site": site, "story": story},
    ).one_or_none()
