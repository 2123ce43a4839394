"""Bring back what a clock that was ahead has dated in the future: rows say what they would have said."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.schedule import DAY_SECONDS, Slot
from yobal.core.states import WITHDRAWN
from yobal.store.tables import comments, decisions, epochs, published_comments, sites

_Slots = sa.ColumnElement[Any]


def redate(
    conn: Connection, site_id: str, *, latest: Slot, upcoming: Slot, last_drawn: Slot
) -> None:
    """`latest` is the last slot that passed, by the clock as it is now; `upcoming` is the next.

    What was final stays so, what was not becomes so with the next slot, and what was held for a
    slot after `last_drawn` (the farthest that a draw reaches) waits for the next one.
    """
    released = sa.select(sites.c.released_slot).where(sites.c.id == site_id).scalar_subquery()
    for slots in (decisions.c.slot, comments.c.decided_slot):
        _update(
            conn,
            site_id,
            slots,
            after=latest,
            to=sa.case((slots <= released, latest), else_=upcoming),
        )
    _update(conn, site_id, comments.c.due_slot, after=last_drawn, to=upcoming)
    day = latest - latest % DAY_SECONDS  # a withdrawn one keeps no more than that
    arrival = sa.case((comments.c.state == WITHDRAWN, day), else_=latest)
    _update(conn, site_id, comments.c.arrival_slot, after=latest, to=arrival)
    for slots in (
        published_comments.c.slot,
        epochs.c.first_slot,
        epochs.c.last_slot,
        sites.c.released_slot,
    ):
        _update(conn, site_id, slots, after=latest, to=latest)


def _update(
    conn: Connection, site_id: str, slots: sa.Column[Any], *, after: Slot, to: Slot | _Slots
) -> None:
    table = slots.table
    owner = table.c.id if table is sites else table.c.site_id
    conn.execute(sa.update(table).where(owner == site_id, slots > after).values({slots: to}))
