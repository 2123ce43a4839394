"""How much waits at the desk and is shown to readers: for figures, notices and `yobal status`."""

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.import_manifest import WAITING
from yobal.core.schedule import Round, Slot
from yobal.core.states import HELD, PENDING
from yobal.store.tables import comments, epochs, imports, stale_files, stories


class SiteCounts(msgspec.Struct, frozen=True, kw_only=True):
    """What is in the inbox is not counted: until its round nothing shows that it came."""

    pending_by_round: dict[Round, int]  # oldest first
    held_count: int
    published_count: int
    stale_files_count: int
    unsigned_imports_count: int  # that a lead has neither signed nor refused
    epoch_slot: Slot | None  # when the newest epoch began

    @property
    def pending_count(self) -> int:
        return sum(self.pending_by_round.values())

    def pending_until(self, round_: Round) -> int:
        """How many came until a round."""
        return sum(count for came, count in self.pending_by_round.items() if came <= round_)

    @property
    def oldest_round(self) -> Round | None:
        return next(iter(self.pending_by_round), None)


def read(conn: Connection, site_id: str) -> SiteCounts:
    return SiteCounts(
        pending_by_round=_pending_by_round(conn, site_id),
        held_count=_count(conn, comments, comments.c.site_id == site_id, comments.c.state == HELD),
        published_count=conn.execute(
            sa.select(sa.func.coalesce(sa.func.sum(stories.c.comments_total), 0)).where(
                stories.c.site_id == site_id
            )
        ).scalar_one(),
        stale_files_count=_count(conn, stale_files, stale_files.c.site_id == site_id),
        unsigned_imports_count=count_unsigned_imports(conn, site_id),
        epoch_slot=conn.execute(
            sa.select(sa.func.max(epochs.c.first_slot)).where(
                epochs.c.site_id == site_id, epochs.c.is_current
            )
        ).scalar_one(),
    )


def count_unsigned_imports(conn: Connection, site_id: str) -> int:
    """Imports whose file was read to its end, and that wait for a lead."""
    is_unsigned = sa.and_(imports.c.site_id == site_id, imports.c.state == WAITING)
    return _count(conn, imports, is_unsigned)


def _pending_by_round(conn: Connection, site_id: str) -> dict[Round, int]:
    rows = conn.execute(
        sa.select(comments.c.arrival_round, sa.func.count().label("pending_count"))
        .where(comments.c.site_id == site_id, comments.c.state == PENDING)
        .group_by(comments.c.arrival_round)
        .order_by(comments.c.arrival_round)
    )
    return {row.arrival_round: row.pending_count for row in rows}


def _count(conn: Connection, table: sa.Table, *conditions: sa.ColumnElement[bool]) -> int:
    counted = sa.select(sa.func.count()).select_from(table).where(*conditions)
    return conn.execute(counted).scalar_one()
