"""Comments before and after a decision: the queue, envelopes, held texts, and every change of state."""

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.schedule import DAY_SECONDS, Slot
from yobal.core.states import HELD, PENDING, PUBLISHED, REJECTED, REMOVED, WITHDRAWN, State
from yobal.core.terms import EditKind
from yobal.core.thread import Removal
from yobal.store.rows import fetch_all, fetch_one
from yobal.store.tables import (
    comments,
    editions,
    envelopes,
    epochs,
    held_texts,
    published_comments,
    receipts,
    wrapped_epoch_keys,
)


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored about a comment in clear; its text is in an envelope, held or published."""

    id: str
    site_id: str
    story_id: str
    edition: str
    root_id: str | None
    parent_id: str | None
    state: State
    arrival_slot: Slot
    epoch_id: str
    size_kib: int
    lang: str
    idempotency_hash: bytes | None
    commitment: bytes | None
    due_slot: Slot | None
    decided_slot: Slot | None


class QueueRow(msgspec.Struct, frozen=True, kw_only=True):
    """A pending comment with what a moderator needs to decide. The parent may be gone."""

    comment_id: str
    site_id: str
    story_id: str
    edition: str
    root_id: str | None
    parent_id: str | None
    lang: str
    epoch_id: str
    arrival_slot: Slot
    envelope: bytes
    has_receipt: bool
    story_title: str
    story_url: str
    parent_text: str | None
    parent_name: str | None
    parent_lang: str | None
    parent_removal: Removal | None


class DueComment(msgspec.Struct, frozen=True):
    """A held comment and the slot that was picked for it."""

    comment_id: str
    due_slot: Slot


class HeldText(msgspec.Struct, frozen=True, kw_only=True):
    """What will be published; `clause` and `edit_kind` are None if it was not edited."""

    comment_id: str
    text: str
    name: str
    lang: str
    clause: str | None = None
    edit_kind: EditKind | None = None


def get(conn: Connection, comment_id: str) -> Comment | None:
    return fetch_one(conn, Comment, sa.select(comments).where(comments.c.id == comment_id))


def transition(
    conn: Connection, comment_id: str, *, from_: State, to: State, **slots: Slot | None
) -> int:
    """Change a state if it is still `from_`; the number of rows changed.

    `slots` are the columns that change with it: `due_slot`, `decided_slot`.
    """
    return conn.execute(
        comments.update()
        .where(comments.c.id == comment_id, comments.c.state == from_)
        .values(state=to, **slots)
    ).rowcount


def queue(
    conn: Connection,
    site_id: str,
    *,
    pseudonym: str,
    after: tuple[Slot, str] | None,
    limit: int,
) -> list[QueueRow]:
    """One page of the queue, oldest slot first: only what this moderator has the epoch's key for.

    `count_unreadable` counts the rest.
    """
    parents = published_comments.alias("parents")
    has_receipt = sa.exists().where(receipts.c.idempotency_hash == comments.c.idempotency_hash)
    page = (
        sa.select(
            comments.c.id.label("comment_id"),
            comments.c.site_id,
            comments.c.story_id,
            comments.c.edition,
            comments.c.root_id,
            comments.c.parent_id,
            comments.c.lang,
            comments.c.epoch_id,
            comments.c.arrival_slot,
            envelopes.c.sealed.label("envelope"),
            has_receipt.label("has_receipt"),
            editions.c.title.label("story_title"),
            editions.c.url.label("story_url"),
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
            comments.c.epoch_id.in_(_epochs_of(pseudonym)),
        )
        .order_by(comments.c.arrival_slot, comments.c.id)
        .limit(limit)
    )
    if after is not None:
        slot, comment_id = after
        page = page.where(
            sa.or_(
                comments.c.arrival_slot > slot,
                sa.and_(comments.c.arrival_slot == slot, comments.c.id > comment_id),
            )
        )
    return fetch_all(conn, QueueRow, page)


def filter_pending(conn: Connection, comment_ids: Sequence[str]) -> set[str]:
    """The ids of those that are still pending."""
    pending = sa.select(comments.c.id).where(
        comments.c.id.in_(comment_ids), comments.c.state == PENDING
    )
    return set(conn.execute(pending).scalars())


def count(conn: Connection, site_id: str, state: State) -> int:
    return conn.execute(
        sa.select(sa.func.count())
        .select_from(comments)
        .where(comments.c.site_id == site_id, comments.c.state == state)
    ).scalar_one()


def count_unreadable(conn: Connection, site_id: str, pseudonym: str) -> int:
    """How many pending comments are sealed to an epoch that this moderator has no wrap for."""
    missing = sa.select(epochs.c.id).where(
        epochs.c.site_id == site_id, epochs.c.id.not_in(_epochs_of(pseudonym))
    )
    epoch_ids = conn.execute(missing).scalars().all()
    if not epoch_ids:  # the usual case needs no look at the comments
        return 0
    return conn.execute(
        sa.select(sa.func.count())
        .select_from(comments)
        .where(
            comments.c.site_id == site_id,
            comments.c.state == PENDING,
            comments.c.epoch_id.in_(epoch_ids),
        )
    ).scalar_one()


def any_exist(conn: Connection, site_id: str) -> bool:
    any_comment = sa.select(comments.c.id).where(comments.c.site_id == site_id).limit(1)
    return conn.execute(any_comment).one_or_none() is not None


def has_receipt(conn: Connection, comment_id: str) -> bool:
    any_receipt = (
        sa.select(receipts.c.hash)
        .join(comments, comments.c.idempotency_hash == receipts.c.idempotency_hash)
        .where(comments.c.id == comment_id)
        .limit(1)
    )
    return conn.execute(any_receipt).one_or_none() is not None


def by_receipt(conn: Connection, receipt_hash: bytes) -> Comment | None:
    return fetch_one(
        conn,
        Comment,
        sa.select(comments)
        .join(receipts, receipts.c.idempotency_hash == comments.c.idempotency_hash)
        .where(receipts.c.hash == receipt_hash),
    )


def due(conn: Connection, site_id: str, *, until: Slot) -> list[DueComment]:
    """Held comments whose slot has come."""
    return fetch_all(
        conn,
        DueComment,
        sa.select(comments.c.id.label("comment_id"), comments.c.due_slot)
        .where(
            comments.c.site_id == site_id, comments.c.state == HELD, comments.c.due_slot <= until
        )
        .order_by(comments.c.id),
    )


def insert_held_text(conn: Connection, held_text: HeldText) -> None:
    conn.execute(held_texts.insert().values(**msgspec.structs.asdict(held_text)))


def held_text(conn: Connection, comment_id: str) -> HeldText | None:
    return fetch_one(
        conn, HeldText, sa.select(held_texts).where(held_texts.c.comment_id == comment_id)
    )


def drop_held_text(conn: Connection, comment_id: str) -> None:
    conn.execute(held_texts.delete().where(held_texts.c.comment_id == comment_id))


def drop_original(conn: Connection, comment_id: str) -> None:
    """Delete the envelope, and the commitment with it.

    With the commitment, a person who has the nonce could check guesses at masked words.
    """
    conn.execute(envelopes.delete().where(envelopes.c.comment_id == comment_id))
    conn.execute(comments.update().where(comments.c.id == comment_id).values(commitment=None))


def drop_receipts(conn: Connection, comment_id: str) -> None:
    idempotency_hash = (
        sa.select(comments.c.idempotency_hash).where(comments.c.id == comment_id).scalar_subquery()
    )
    conn.execute(receipts.delete().where(receipts.c.idempotency_hash == idempotency_hash))


def envelope(conn: Connection, comment_id: str) -> bytes | None:
    sealed = sa.select(envelopes.c.sealed).where(envelopes.c.comment_id == comment_id)
    return conn.execute(sealed).scalar_one_or_none()


def blank_withdrawn(conn: Connection, comment_id: str) -> None:
    """Leave only id, story, root and the day of arrival, and the idempotency hash.

    The hash stays until its day key is destroyed, so that the browser's "back" does not send the
    comment again.
    """
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
    """After publication, the time that a comment waited is not needed any more."""
    conn.execute(
        comments.update()
        .where(comments.c.id == comment_id, comments.c.state == PUBLISHED)
        .values(arrival_slot=released)
    )


def count_pending_replies(conn: Connection, site_id: str, comment_id: str) -> int:
    """How many pending or held comments reply to this one, or stand under it."""
    return conn.execute(
        sa.select(sa.func.count())
        .select_from(comments)
        .where(
            comments.c.site_id == site_id,
            sa.or_(comments.c.parent_id == comment_id, comments.c.root_id == comment_id),
            comments.c.state.in_((PENDING, HELD)),
        )
    ).scalar_one()


def expired_originals(conn: Connection, site_id: str, *, until: Slot) -> list[str]:
    """The ids of comments decided up to a slot that still have an envelope."""
    expired = (
        sa.select(comments.c.id)
        .join(envelopes, envelopes.c.comment_id == comments.c.id)
        .where(
            comments.c.site_id == site_id,
            comments.c.state.in_((REJECTED, REMOVED, PUBLISHED)),
            comments.c.decided_slot <= until,
        )
    )
    return list(conn.execute(expired).scalars())


def _epochs_of(pseudonym: str) -> sa.Select[tuple[str]]:
    return sa.select(wrapped_epoch_keys.c.epoch_id).where(
        wrapped_epoch_keys.c.pseudonym == pseudonym
    )
