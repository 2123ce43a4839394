"""Corrects rows that a clock that was ahead has dated in the future."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.schedule import DAY_SECONDS, Round, Slot
from yobal.core.states import WITHDRAWN
from yobal.store.tables import (
    comments,
    decisions,
    epochs,
    hidden_texts,
    member_activity,
    passkeys,
    published_comments,
    sites,
)


def redate(
    conn: Connection,
    site_id: str,
    *,
    latest: Slot,
    latest_round: Round,
    upcoming: Slot,
    last_due: Slot,
    destroy_slot: Slot,
    first_expiry_slot: Slot,
) -> None:
    """`latest` is the last slot that passed by the corrected clock, `upcoming` is the next one.

    `latest_round` is the last round that passed. Final decisions stay final; the others become final with the next slot. A held comment that is
    due after `last_due`, the latest slot that can be picked now, is due with the next slot. `destroy_slot` is of what is removed now.
    `first_expiry_slot`: as if releases had paused until now, because the warning was shown by a wrong clock.
    """
    released = sa.select(sites.c.released_slot).where(sites.c.id == site_id).scalar_subquery()
    for column in (decisions.c.slot, comments.c.decided_slot):
        slot = sa.case((column <= released, latest), else_=upcoming)
        _update(conn, site_id, column, after=latest, to=slot)
    _update(conn, site_id, comments.c.due_slot, after=last_due, to=upcoming)
    _update(conn, site_id, hidden_texts.c.destroy_slot, after=destroy_slot, to=destroy_slot)
    # A withdrawn comment keeps only the day.
    day = latest_round - latest_round % DAY_SECONDS
    arrival_round = sa.case((comments.c.state == WITHDRAWN, day), else_=latest_round)
    _update(conn, site_id, sites.c.first_expiry_slot, after=first_expiry_slot, to=first_expiry_slot)
    newest = max(latest, latest_round)  # a published comment has the slot of its release
    _update(conn, site_id, comments.c.arrival_round, after=newest, to=arrival_round)
    _update(conn, site_id, sites.c.last_round, after=latest_round, to=latest_round)
    for column in (
        published_comments.c.slot,
        member_activity.c.since_slot,
        epochs.c.first_slot,
        epochs.c.last_slot,
        epochs.c.destroyed_slot,
        sites.c.released_slot,
        passkeys.c.since_slot,
    ):
        _update(conn, site_id, column, after=latest, to=latest)


def _update(
    conn: Connection,
    site_id: str,
    column: sa.Column[Any],
    *,
    after: Slot,
    to: Slot | sa.ColumnElement[Any],
) -> None:
    table = column.table
    is_of_site = (table.c.id if table is sites else table.c.site_id) == site_id
    conn.execute(sa.update(table).where(is_of_site, column > after).values({column: to}))
