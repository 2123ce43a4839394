"""Epochs, and the wraps through which moderators hold an epoch's key, each encrypted under a cell."""

from collections.abc import Collection, Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.schedule import Slot
from yobal.core.states import PENDING
from yobal.store import cells
from yobal.store.rows import fetch_all
from yobal.store.tables import comments, envelopes, epochs, wrapped_epoch_keys


class WrapRow(msgspec.Struct, frozen=True, kw_only=True):
    """An encrypted wrap, and the number of the cell that decrypts it."""

    epoch_id: str
    pseudonym: str
    cell: int
    ciphertext: bytes


class OwnWrap(msgspec.Struct, frozen=True):
    """The same for one moderator; None if the moderator has no wrap of the epoch."""

    epoch_id: str
    cell: int | None
    ciphertext: bytes | None


def add(conn: Connection, *, epoch_id: str, site_id: str, first_slot: Slot) -> None:
    """Make it the newest epoch."""
    newest = sa.select(sa.func.coalesce(sa.func.max(epochs.c.number), 0)).where(
        epochs.c.site_id == site_id
    )
    number = conn.execute(newest).scalar_one() + 1
    conn.execute(
        epochs.update()
        .where(epochs.c.site_id == site_id, epochs.c.last_slot.is_(None))
        .values(last_slot=first_slot)
    )
    conn.execute(
        epochs.insert().values(
            id=epoch_id,
            site_id=site_id,
            number=number,
            is_current=True,
            first_slot=first_slot,
            last_slot=None,
        )
    )


def newest_first_slot(conn: Connection, site_id: str) -> Slot | None:
    """When the newest epoch began. None before the first lead has joined."""
    newest = (
        sa.select(epochs.c.first_slot)
        .where(epochs.c.site_id == site_id)
        .order_by(epochs.c.number.desc())
        .limit(1)
    )
    return conn.execute(newest).scalar_one_or_none()


def newest_id(conn: Connection, site_id: str) -> str | None:
    """None before the first lead has joined."""
    newest = (
        sa.select(epochs.c.id)
        .where(epochs.c.site_id == site_id)
        .order_by(epochs.c.number.desc())
        .limit(1)
    )
    return conn.execute(newest).scalar_one_or_none()


class EpochOverview(msgspec.Struct, frozen=True, kw_only=True):
    """An epoch of the present roster: how many pending comments are sealed to it, and who has its key."""

    epoch_id: str
    number: int
    first_slot: Slot
    last_slot: Slot | None
    destroyed_slot: Slot | None
    pending_count: int
    wrap_count: int


def list_overview(conn: Connection, site_id: str) -> list[EpochOverview]:
    """Newest first."""
    pending = (
        sa.select(sa.func.count())
        .select_from(comments)
        .where(
            comments.c.site_id == site_id,
            comments.c.state == PENDING,
            comments.c.epoch_id == epochs.c.id,
        )
        .scalar_subquery()
    )
    wraps = (
        sa.select(sa.func.count())
        .select_from(wrapped_epoch_keys)
        .where(wrapped_epoch_keys.c.epoch_id == epochs.c.id)
        .scalar_subquery()
    )
    return fetch_all(
        conn,
        EpochOverview,
        sa.select(
            epochs.c.id.label("epoch_id"),
            epochs.c.number,
            epochs.c.first_slot,
            epochs.c.last_slot,
            epochs.c.destroyed_slot,
            pending.label("pending_count"),
            wraps.label("wrap_count"),
        )
        .where(epochs.c.site_id == site_id, epochs.c.is_current)
        .order_by(epochs.c.number.desc()),
    )


def exists(conn: Connection, epoch_id: str) -> bool:
    chosen = sa.select(epochs.c.id).where(epochs.c.id == epoch_id)
    return conn.execute(chosen).scalar_one_or_none() is not None


def has_wraps(conn: Connection, epoch_id: str) -> bool:
    """Whether any member can open it."""
    chosen = sa.select(wrapped_epoch_keys.c.epoch_id).where(
        wrapped_epoch_keys.c.epoch_id == epoch_id
    )
    return conn.execute(chosen.limit(1)).first() is not None


def add_wrap(conn: Connection, row: WrapRow) -> None:
    conn.execute(wrapped_epoch_keys.insert().values(**msgspec.structs.asdict(row)))


def wraps_of(conn: Connection, site_id: str, pseudonym: str) -> list[OwnWrap]:
    """Every epoch of the present roster, newest first."""
    is_own = sa.and_(
        wrapped_epoch_keys.c.epoch_id == epochs.c.id, wrapped_epoch_keys.c.pseudonym == pseudonym
    )
    return fetch_all(
        conn,
        OwnWrap,
        sa.select(
            epochs.c.id.label("epoch_id"),
            wrapped_epoch_keys.c.cell,
            wrapped_epoch_keys.c.ciphertext,
        )
        .outerjoin(wrapped_epoch_keys, is_own)
        .where(epochs.c.site_id == site_id, epochs.c.is_current)
        .order_by(epochs.c.number.desc()),
    )


def delete_wraps(conn: Connection, site_id: str, pseudonym: str) -> None:
    """Every wrap of one moderator, of every epoch. The caller purges, which overwrites the cells."""
    cells.delete(
        conn,
        wrapped_epoch_keys,
        sa.and_(
            wrapped_epoch_keys.c.pseudonym == pseudonym,
            wrapped_epoch_keys.c.epoch_id.in_(_ids_of_site(site_id)),
        ),
    )


def end_unsigned(
    conn: Connection, site_id: str, signed_ids: Collection[str], *, slot: Slot
) -> None:
    """End the epochs that a resumed roster no longer names: the desk would treat them as forged."""
    unsigned = sa.and_(epochs.c.site_id == site_id, epochs.c.id.not_in(signed_ids))
    _end(conn, unsigned, slot=slot)


def end_all(conn: Connection, site_id: str, *, slot: Slot) -> None:
    """Delete every wrap, so that earlier moderators' words open nothing any more. Comments sealed to these epochs still count."""
    _end(conn, epochs.c.site_id == site_id, slot=slot)


def _end(conn: Connection, chosen: sa.ColumnElement[bool], *, slot: Slot) -> None:
    conn.execute(epochs.update().where(chosen).values(is_current=False))
    ids = conn.execute(sa.select(epochs.c.id).where(chosen)).scalars().all()
    destroy(conn, ids, slot=slot)


def destroy(conn: Connection, epoch_ids: Sequence[str], *, slot: Slot) -> None:
    """Delete every wrap of these epochs. The caller purges, which overwrites the cells."""
    cells.delete(conn, wrapped_epoch_keys, wrapped_epoch_keys.c.epoch_id.in_(epoch_ids))
    is_new = sa.and_(epochs.c.id.in_(epoch_ids), epochs.c.destroyed_slot.is_(None))
    conn.execute(epochs.update().where(is_new).values(destroyed_slot=slot))


class EndedEpoch(msgspec.Struct, frozen=True):
    """An epoch, with the slot in which the next one began."""

    epoch_id: str
    last_slot: Slot


def list_emptied(conn: Connection, site_id: str) -> list[EndedEpoch]:
    """Epochs that have ended, are not destroyed, and to which no stored envelope is sealed."""
    sealed_to = (
        sa.select(comments.c.epoch_id)
        .join(envelopes, envelopes.c.comment_id == comments.c.id)
        .where(comments.c.site_id == site_id)
    )
    return fetch_all(
        conn,
        EndedEpoch,
        sa.select(epochs.c.id.label("epoch_id"), epochs.c.last_slot).where(
            epochs.c.site_id == site_id,
            epochs.c.last_slot.is_not(None),
            epochs.c.destroyed_slot.is_(None),
            epochs.c.id.not_in(sealed_to),
        ),
    )


def list_wraps(conn: Connection) -> list[WrapRow]:
    return fetch_all(conn, WrapRow, sa.select(wrapped_epoch_keys))


def living_ids(conn: Connection, site_id: str) -> set[str]:
    """The ids of all epochs that are not destroyed: only these may get a wrap."""
    living = sa.and_(epochs.c.site_id == site_id, epochs.c.destroyed_slot.is_(None))
    return set(conn.execute(sa.select(epochs.c.id).where(living)).scalars())


def _ids_of_site(site_id: str) -> sa.Select[tuple[str]]:
    return sa.select(epochs.c.id).where(epochs.c.site_id == site_id)
