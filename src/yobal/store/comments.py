"""Comments that wait: the queue, their envelopes, held texts, and the one way to change a state."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from yobal.core.schedule import DAY_SECONDS, Slot
from yobal.core.states import HELD, PENDING, PUBLISHED, REJECTED, REMOVED, WITHDRAWN, State
from yobal.store.tables import (
    comments,
    decisions,
    editions,
    envelopes,
    epochs,
    held_texts,
    published_comments,
    receipts,
    wraps,
)


def get(conn: Connection, comment: str) -> Row[*tuple[Any, ...]] | None:
    return conn.execute(sa.select(comments).where(comments.c.id == comment)).one_or_none()


def transition(
    conn: Connection, comment: str, *, from_: State, to: State, **slots: Slot | None
) -> int:
    """Change a state if it is still what the caller believes; the number of rows changed.

    `slots` are the columns that change with it: `due_slot`, `decided_slot`.
    """
    return conn.execute(
        comments.update()
        .where(comments.c.id == comment, comments.c.state == from_)
        .values(state=to, **slots)
    ).rowcount


def waiting(
    conn: Connection,
    site: str,
    *,
    reader: str,
    after: tuple[Slot, str] | None,
    limit: int,
) -> Sequence[Row[*tuple[Any, ...]]]:
    """One page of the queue, oldest slot first, with what a moderator needs beside each.

    Only what `reader` (a pseudonym) has the epoch's key for; the rest is counted elsewhere.
    """
    openable = sa.select(wraps.c.epoch).where(wraps.c.pseudonym == reader)
    parents = published_comments.alias("parents")
    has_receipt = sa.exists().where(receipts.c.once == comments.c.once).label("has_receipt")
    chosen = (
        sa.select(
            comments.c.id,
            comments.c.site,
            comments.c.story,
            comments.c.edition,
            comments.c.root,
            comments.c.to_id,
            comments.c.lang,
            comments.c.lane,
            comments.c.epoch,
            comments.c.arrival_slot,
            envelopes.c.sealed,
            has_receipt,
            editions.c.title,
            editions.c.url,
            parents.c.text.label("parent_text"),
            parents.c.name.label("parent_name"),
            parents.c.lang.label("parent_lang"),
            parents.c.gone.label("parent_gone"),
        )
        .join(envelopes, envelopes.c.comment == comments.c.id)
        .join(
            editions,
            sa.and_(
                editions.c.site == comments.c.site,
                editions.c.story == comments.c.story,
                editions.c.edition == comments.c.edition,
            ),
        )
        .outerjoin(parents, parents.c.id == comments.c.to_id)
        .where(
            comments.c.site == site,
            comments.c.state == PENDING,
            comments.c.epoch.in_(openable),
        )
        .order_by(comments.c.arrival_slot, comments.c.id)
        .limit(limit)
    )
    if after is not None:
        slot, comment = after
        chosen = chosen.where(
            sa.or_(
                comments.c.arrival_slot > slot,
                sa.and_(comments.c.arrival_slot == slot, comments.c.id > comment),
            )
        )
    return conn.execute(chosen).all()


def filter_pending(conn: Connection, ids: Sequence[str]) -> set[str]:
    """Those of `ids` that still wait."""
    chosen = sa.select(comments.c.id).where(comments.c.id.in_(ids), comments.c.state == PENDING)
    return set(conn.execute(chosen).scalars())


def count(conn: Connection, site: str, state: State) -> int:
    return conn.execute(
        sa.select(sa.func.count())
        .select_from(comments)
        .where(comments.c.site == site, comments.c.state == state)
    ).scalar_one()


def count_unreadable(conn: Connection, site: str, pseudonym: str) -> int:
    """How many wait that are sealed to an epoch this moderator has no wrap for."""
    mine = sa.select(wraps.c.epoch).where(wraps.c.pseudonym == pseudonym)
    closed = sa.select(epochs.c.epoch).where(epochs.c.site == site, epochs.c.epoch.not_in(mine))
    names = conn.execute(closed).scalars().all()
    if not names:  # as it should be: no need to look at what waits
        return 0
    return conn.execute(
        sa.select(sa.func.count())
        .select_from(comments)
        .where(comments.c.site == site, comments.c.state == PENDING, comments.c.epoch.in_(names))
    ).scalar_one()


def any_exist(conn: Connection, site: str) -> bool:
    """Whether anybody ever wrote here."""
    chosen = sa.select(comments.c.id).where(comments.c.site == site).limit(1)
    return conn.execute(chosen).one_or_none() is not None


def has_receipt(conn: Connection, comment: str) -> bool:
    found = sa.select(receipts.c.hash).join(comments, comments.c.once == receipts.c.once)
    return conn.execute(found.where(comments.c.id == comment).limit(1)).one_or_none() is not None


def by_receipt(conn: Connection, receipt_hash: bytes) -> Row[*tuple[Any, ...]] | None:
    chosen = sa.select(comments).join(receipts, receipts.c.once == comments.c.once)
    return conn.execute(chosen.where(receipts.c.hash == receipt_hash)).one_or_none()


def due(conn: Connection, site: str, *, until: Slot) -> Sequence[Row[*tuple[Any, ...]]]:
    """Held comments whose drawn slot has come, as (id, due_slot)."""
    chosen = sa.select(comments.c.id, comments.c.due_slot).where(
        comments.c.site == site, comments.c.state == HELD, comments.c.due_slot <= until
    )
    return conn.execute(chosen.order_by(comments.c.id)).all()


def insert_held_text(
    conn: Connection,
    comment: str,
    *,
    text: str,
    name: str,
    lang: str,
    clause: str | None = None,
    kind: str | None = None,
) -> None:
    conn.execute(
        held_texts.insert().values(
            comment=comment, text=text, name=name, lang=lang, clause=clause, kind=kind
        )
    )


def held_text(conn: Connection, comment: str) -> Row[*tuple[Any, ...]] | None:
    return conn.execute(sa.select(held_texts).where(held_texts.c.comment == comment)).one_or_none()


def drop_held_text(conn: Connection, comment: str) -> None:
    conn.execute(held_texts.delete().where(held_texts.c.comment == comment))


def drop_original(conn: Connection, comment: str) -> None:
    """Destroy the sealed original, and the commitment with it.

    Kept, a commitment would let who finds its nonce make sure of a guess at masked words.
    """
    conn.execute(envelopes.delete().where(envelopes.c.comment == comment))
    conn.execute(comments.update().where(comments.c.id == comment).values(commitment=None))


def envelope(conn: Connection, comment: str) -> bytes | None:
    found = sa.select(envelopes.c.sealed).where(envelopes.c.comment == comment)
    return conn.execute(found).scalar_one_or_none()


def erase_withdrawn(conn: Connection, comment: str) -> None:
    """Leave of a withdrawn comment nothing but id, root and day.

    Its `once` stays until the day key is gone, so that the phone's "back" does not bring it to
    life; its receipts, and any note to its author, go at once.
    """
    once = sa.select(comments.c.once).where(comments.c.id == comment).scalar_subquery()
    conn.execute(receipts.delete().where(receipts.c.once == once))
    conn.execute(decisions.update().where(decisions.c.comment == comment).values(note=None))
    drop_held_text(conn, comment)
    drop_original(conn, comment)
    conn.execute(
        comments.update()
        .where(comments.c.id == comment, comments.c.state == WITHDRAWN)
        .values(
            arrival_slot=comments.c.arrival_slot - comments.c.arrival_slot % DAY_SECONDS,
            due_slot=None,
            decided_slot=None,
            edition="",
            epoch="",
            lang="",
            lane="",
            to_id=None,
            size_kib=0,
            cluster=None,
        )
    )


def overwrite_arrival_slot(conn: Connection, comment: str, *, released: Slot) -> None:
    """Once published, nobody needs to know how long it waited."""
    conn.execute(
        comments.update()
        .where(comments.c.id == comment, comments.c.state == PUBLISHED)
        .values(arrival_slot=released)
    )


def count_pending_replies(conn: Connection, site: str, comment: str) -> int:
    """How many comments that answer this one (or stand under it) wait or are held."""
    return conn.execute(
        sa.select(sa.func.count())
        .select_from(comments)
        .where(
            comments.c.site == site,
            sa.or_(comments.c.to_id == comment, comments.c.root == comment),
            comments.c.state.in_((PENDING, HELD)),
        )
    ).scalar_one()


def expired_originals(conn: Connection, site: str, *, until: Slot) -> Sequence[str]:
    """Decided comments whose sealed original is still kept although its time is over."""
    chosen = (
        sa.select(comments.c.id)
        .join(envelopes, envelopes.c.comment == comments.c.id)
        .where(
            comments.c.site == site,
            comments.c.state.in_((REJECTED, REMOVED, PUBLISHED)),
            comments.c.decided_slot <= until,
        )
    )
    return conn.execute(chosen).scalars().all()
