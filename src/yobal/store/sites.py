"""The site's row: its name, how far it has released, and the last round."""

from collections.abc import Iterable

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.schedule import Round, Slot
from yobal.store.rows import fetch_one
from yobal.store.tables import sites


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """`released_slot` is the last slot that was released: decisions up to it are final."""

    id: str
    name: str
    is_demo: bool
    released_slot: Slot


def get(conn: Connection) -> Site | None:
    """The site of this database; None before `yobal init`."""
    columns = (sites.c.id, sites.c.name, sites.c.is_demo, sites.c.released_slot)
    return fetch_one(conn, Site, sa.select(*columns).order_by(sites.c.id).limit(1))


def add(
    conn: Connection,
    *,
    site_id: str,
    name: str,
    is_demo: bool,
    released_slot: Slot,
    last_round: Round,
    admission_seed: bytes,
) -> None:
    conn.execute(
        sites.insert().values(
            id=site_id,
            name=name,
            is_demo=is_demo,
            released_slot=released_slot,
            last_round=last_round,
            admission_seed=admission_seed,
        )
    )


def is_restoring(conn: Connection) -> bool:
    """Whether `yobal restore` has stored the rows of a backup, and has not come to its end."""
    return conn.execute(sa.select(sites.c.id).where(sites.c.is_restoring)).first() is not None


def set_restoring(conn: Connection, *, is_restoring: bool) -> None:
    conn.execute(sites.update().values(is_restoring=is_restoring))


def forget_files(conn: Connection) -> None:
    """After a restore: the pages on this disk, and its inbox, are not those of the backup."""
    conn.execute(sites.update().values(rendering_fingerprint="", taken_inboxes=""))


def is_demo(conn: Connection, site_id: str) -> bool:
    return bool(conn.execute(sa.select(sites.c.is_demo).where(sites.c.id == site_id)).scalar_one())


def released_slot(conn: Connection, site_id: str) -> Slot:
    return int(
        conn.execute(sa.select(sites.c.released_slot).where(sites.c.id == site_id)).scalar_one()
    )


def lock_released_slot(conn: Connection, site_id: str) -> Slot:
    """Like `released_slot`; no release can end before the caller's transaction (on SQLite, none begins)."""
    locked = sa.select(sites.c.released_slot).where(sites.c.id == site_id)
    return int(conn.execute(locked.with_for_update(read=True)).scalar_one())


def lock(conn: Connection, site_id: str) -> None:
    """Transactions that lock the site take turns."""
    conn.execute(sa.select(sites.c.id).where(sites.c.id == site_id).with_for_update())


def set_released_slot(conn: Connection, site_id: str, slot: Slot) -> None:
    """Does nothing if a later slot was released."""
    conn.execute(
        sites.update()
        .where(sites.c.id == site_id, sites.c.released_slot < slot)
        .values(released_slot=slot)
    )


def first_expiry_slot(conn: Connection, site_id: str) -> Slot:
    """Nothing that waits for a decision is destroyed before this slot; 0 if releases have never paused."""
    chosen = sa.select(sites.c.first_expiry_slot).where(sites.c.id == site_id)
    return int(conn.execute(chosen).scalar_one())


def set_first_expiry_slot(conn: Connection, site_id: str, slot: Slot) -> None:
    conn.execute(sites.update().where(sites.c.id == site_id).values(first_expiry_slot=slot))


def last_round(conn: Connection, site_id: str) -> Round:
    return int(
        conn.execute(sa.select(sites.c.last_round).where(sites.c.id == site_id)).scalar_one()
    )


def set_last_round(conn: Connection, site_id: str, round_: Round) -> None:
    """Does nothing if there was a later round."""
    conn.execute(
        sites.update()
        .where(sites.c.id == site_id, sites.c.last_round < round_)
        .values(last_round=round_)
    )


def taken_inboxes(conn: Connection) -> list[str]:
    """The names of SQLite's inbox files that were moved and must be destroyed."""
    return str(conn.execute(sa.select(sites.c.taken_inboxes)).scalar_one()).split()


def set_taken_inboxes(conn: Connection, names: Iterable[str]) -> None:
    conn.execute(sites.update().values(taken_inboxes=" ".join(names)))


def rendering_fingerprint(conn: Connection, site_id: str) -> str:
    """A hash of what the public pages were last rendered with; empty at first."""
    fingerprint = sa.select(sites.c.rendering_fingerprint).where(sites.c.id == site_id)
    return str(conn.execute(fingerprint).scalar_one())


def set_rendering_fingerprint(conn: Connection, site_id: str, fingerprint: str) -> None:
    conn.execute(
        sites.update().where(sites.c.id == site_id).values(rendering_fingerprint=fingerprint)
    )
