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
    wrapped_epoch_keys,
)


def get(conn: Connection, comment_id: str) -> Row[*tuple[Any, ...]] | None:
    return conn.execute(sa.select(comments).where(comments.c.id == comment_id)).one_or_none()


def transition(
    conn: Connection, comment_id: str, *, from_: State, to: State, **slots: Slot | None
) -> int:
    """Change a state if it is still what the caller believes; the number of rows changed.

    `slots` are the columns that change with it: `due_slot`, `decided_slot`.
    """
    return conn.execute(
        comments.update()
        .where(comments.c.id == comment_id, comments.c.state == from_)
        .values(state=to, **slots)
    ).rowcount


def waiting(
    conn: Connection,
    site_id: str,
    *,
    moderator: str,
    after: tuple[Slot, str] | None,
    limit: int,
) -> Sequence[Row[*tuple[Any, ...]]]:
    """One page of the queue, oldest slot first, with what a moderator needs beside each.

    Only what `moderator` (a pseudonym) has the epoch's key for; the rest is counted elsewhere.
    """
    openable = sa.select(wrapped_epoch_keys.c.epoch_id).where(
        wrapped_epoch_keys.c.pseudonym == moderator
    )
    parents = published_comments.alias("parents")
    has_receipt = (
        sa.exists()
        .where(receipts.c.idempotency_hash == comments.c.idempotency_hash)
        .label("has_receipt")
    )
    chosen = (
        sa.select(
            comments.c.id,
            comments.c.site_id,
            comments.c.story_id,
            comments.c.edition,
            comments.c.root_id,
            comments.c.parent_id,
            comments.c.lang,
            comments.c.epoch_id,
            comments.c.arrival_slot,
            envelopes.c.sealed,
            has_receipt,
            editions.c.title,
            editions.c.url,
            parents.c.text.label("parent_text"),
            parents.c.name.label("parent_name"),
            parents.c.lang.label("parent_lang"),
            parents.c.removal.label("parent_removal"),
        )
        .join(envelopes, envelopes.c.comment_id == comments.c.id)
        .join(
            editions,
            sa.and_(
                editions.c.site_id == comments.c.site_id,
                editions.c.story_id == comments.c.story_id,
                editions.c.tag == comments.c.edition,
            ),
        )
        .outerjoin(parents, parents.c.id == comments.c.parent_id)
        .where(
            comments.c.site_id == site_id,
            comments.c.state == PENDING,
            comments.c.epoch_id.in_(openable),
        )
        .order_by(comments.c.arrival_slot, comments.c.id)
        .limit(limit)
    )
    if after is not None:
        slot, comment_id = after
        chosen = chosen.where(
            sa.or_(
                comments.c.arrival_slot > slot,
                sa.and_(comments.c.arrival_slot == slot, comments.c.id > comment_id),
            )
        )
    return conn.execute(chosen).all()


def filter_pending(conn: Connection, ids: Sequence[str]) -> set[str]:
    """Those of `ids` that still wait."""
    chosen = sa.select(comments.c.id).where(comments.c.id.in_(ids), comments.c.state == PENDING)
    return set(conn.execute(chosen).scalars())


def count(conn: Connection, site_id: str, state: State) -> int:
    return conn.execute(
        sa.select(sa.func.count())
        .select_from(comments)
        .where(comments.c.site_id == site_id, comments.c.state == state)
    ).scalar_one()


def count_unreadable(conn: Connection, site_id: str, pseudonym: str) -> int:
    """How many wait that are sealed to an epoch this moderator has no wrap for."""
    mine = sa.select(wrapped_epoch_keys.c.epoch_id).where(
        wrapped_epoch_keys.c.pseudonym == pseudonym
    )
    closed = sa.select(epochs.c.id).where(epochs.c.site_id == site_id, epochs.c.id.not_in(mine))
    names = conn.execute(closed).scalars().all()
    if not names:  # as it should be: no need to look at what waits
        return 0
    return conn.execute(
        sa.select(sa.func.count())
        .select_from(comments)
        .where(
            comments.c.site_id == site_id,
            comments.c.state == PENDING,
            comments.c.epoch_id.in_(names),
        )
    ).scalar_one()


def any_exist(conn: Connection, site_id: str) -> bool:
    """Whether anybody ever wrote here."""
    chosen = sa.select(comments.c.id).where(comments.c.site_id == site_id).limit(1)
    return conn.execute(chosen).one_or_none() is not None


def has_receipt(conn: Connection, comment_id: str) -> bool:
    found = sa.select(receipts.c.hash).join(
        comments, comments.c.idempotency_hash == receipts.c.idempotency_hash
    )
    return conn.execute(found.where(comments.c.id == comment_id).limit(1)).one_or_none() is not None


def by_receipt(conn: Connection, receipt_hash: bytes) -> Row[*tuple[Any, ...]] | None:
    chosen = sa.select(comments).join(
        receipts, receipts.c.idempotency_hash == comments.c.idempotency_hash
    )
    return conn.execute(chosen.where(receipts.c.hash == receipt_hash)).one_or_none()


def due(conn: Connection, site_id: str, *, until: Slot) -> Sequence[Row[*tuple[Any, ...]]]:
    """Held comments whose drawn slot has come, as (id, due_slot)."""
    chosen = sa.select(comments.c.id, comments.c.due_slot).where(
        comments.c.site_id == site_id, comments.c.state == HELD, comments.c.due_slot <= until
    )
    return conn.execute(chosen.order_by(comments.c.id)).all()


def insert_held_text(
    conn: Connection,
    comment_id: str,
    *,
    text: str,
    name: str,
    lang: str,
    clause: str | None = None,
    edit_kind: str | None = None,
) -> None:
    conn.execute(
        held_texts.insert().values(
            comment_id=comment_id,
            text=text,
            name=name,
            lang=lang,
            clause=clause,
            edit_kind=edit_kind,
        )
    )


def held_text(conn: Connection, comment_id: str) -> Row[*tuple[Any, ...]] | None:
    return conn.execute(
        sa.select(held_texts).where(held_texts.c.comment_id == comment_id)
    ).one_or_none()


def drop_held_text(conn: Connection, comment_id: str) -> None:
    conn.execute(held_texts.delete().where(held_texts.c.comment_id == comment_id))


def drop_original(conn: Connection, comment_id: str) -> None:
    """Destroy the sealed original, and the commitment with it.

    Kept, a commitment would let who finds its nonce make sure of a guess at masked words.
    """
    conn.execute(envelopes.delete().where(envelopes.c.comment_id == comment_id))
    conn.execute(comments.update().where(comments.c.id == comment_id).values(commitment=None))


def envelope(conn: Connection, comment_id: str) -> bytes | None:
    found = sa.select(envelopes.c.sealed).where(envelopes.c.comment_id == comment_id)
    return conn.execute(found).scalar_one_or_none()


def erase_withdrawn(conn: Connection, comment_id: str) -> None:
    """Leave of a withdrawn comment nothing but id, root and day.

    Its `idempotency_hash` stays until the day key is gone, so that the phone's "back" does not bring it to
    life; its receipts, and any note to its author, go at once.
    """
    idempotency_hash = (
        sa.select(comments.c.idempotency_hash).where(comments.c.id == comment_id).scalar_subquery()
    )
    conn.execute(receipts.delete().where(receipts.c.idempotency_hash == idempotency_hash))
    conn.execute(decisions.update().where(decisions.c.comment_id == comment_id).values(note=None))
    drop_held_text(conn, comment_id)
    drop_original(conn, comment_id)
    conn.execute(
        comments.update()
        .where(comments.c.id == comment_id, comments.c.state == WITHDRAWN)
        .values(
            arrival_slot=comments.c.arrival_slot - comments.c.arrival_slot % DAY_SECONDS,
            due_slot=None,
            decided_slot=None,
            edition="",
            epoch_id="",
            lang="",
            parent_id=None,
            size_kib=0,
        )
    )


def overwrite_arrival_slot(conn: Connection, comment_id: str, *, released: Slot) -> None:
    """Once published, nobody needs to know how long it waited."""
    conn.execute(
        comments.update()
        .where(comments.c.id == comment_id, comments.c.state == PUBLISHED)
        .values(arrival_slot=released)
    )


def count_pending_replies(conn: Connection, site_id: str, comment_id: str) -> int:
    """How many comments that answer this one (or stand under it) wait or are held."""
    return conn.execute(
        sa.select(sa.func.count())
        .select_from(comments)
        .where(
            comments.c.site_id == site_id,
            sa.or_(comments.c.parent_id == comment_id, comments.c.root_id == comment_id),
            comments.c.state.in_((PENDING, HELD)),
        )
    ).scalar_one()


def expired_originals(conn: Connection, site_id: str, *, until: Slot) -> Sequence[str]:
    """Decided comments whose sealed original is still kept although its time is over."""
    chosen = (
        sa.select(comments.c.id)
        .join(envelopes, envelopes.c.comment_id == comments.c.id)
        .where(
            comments.c.site_id == site_id,
            comments.c.state.in_((REJECTED, REMOVED, PUBLISHED)),
            comments.c.decided_slot <= until,
        )
    )
    return conn.execute(chosen).scalars().all()
