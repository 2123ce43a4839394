"""The moderators' queue: pending comments, as far as a moderator can decrypt them."""

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.schedule import Slot
from yobal.core.states import PENDING
from yobal.core.thread import Removal
from yobal.store.rows import fetch_all
from yobal.store.tables import (
    comments,
    editions,
    envelopes,
    epochs,
    published_comments,
    receipts,
    wrapped_epoch_keys,
)


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
    arrival_round: Slot
    cell: int  # decrypts `ciphertext`, which is the envelope
    ciphertext: bytes
    idempotency_hash: bytes | None
    story_title: str
    story_url: str
    parent_text: str | None
    parent_name: str | None
    parent_lang: str | None
    parent_removal: Removal | None


def page(
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
    chosen = (
        sa.select(
            comments.c.id.label("comment_id"),
            comments.c.site_id,
            comments.c.story_id,
            comments.c.edition,
            comments.c.root_id,
            comments.c.parent_id,
            comments.c.lang,
            comments.c.epoch_id,
            comments.c.arrival_round,
            envelopes.c.cell,
            envelopes.c.ciphertext,
            comments.c.idempotency_hash,
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
        .outerjoin(
            parents,
            sa.and_(parents.c.id == comments.c.parent_id, parents.c.is_withheld.is_(False)),
        )
        .where(
            comments.c.site_id == site_id,
            comments.c.state == PENDING,
            comments.c.epoch_id.in_(_epochs_of(pseudonym)),
        )
        .order_by(comments.c.arrival_round, comments.c.id)
        .limit(limit)
    )
    if after is not None:
        slot, comment_id = after
        chosen = chosen.where(
            sa.or_(
                comments.c.arrival_round > slot,
                sa.and_(comments.c.arrival_round == slot, comments.c.id > comment_id),
            )
        )
    return fetch_all(conn, QueueRow, chosen)


class ReceiptRecipient(msgspec.Struct, frozen=True):
    """What feedback to the author is sealed to; the MAC is for the moderator's browser to check."""

    recipient: str
    recipient_mac: bytes


def recipients_of(
    conn: Connection, idempotency_hashes: Sequence[bytes | None]
) -> dict[bytes | None, list[ReceiptRecipient]]:
    """The recipients of each comment that has receipts, by idempotency hash."""
    chosen = (
        sa.select(receipts.c.idempotency_hash, receipts.c.recipient, receipts.c.recipient_mac)
        .where(receipts.c.idempotency_hash.in_(idempotency_hashes))
        .order_by(receipts.c.copy)
    )
    recipients: dict[bytes | None, list[ReceiptRecipient]] = {}
    for idempotency_hash, recipient, mac in conn.execute(chosen):
        recipients.setdefault(bytes(idempotency_hash), []).append(
            ReceiptRecipient(recipient, bytes(mac))
        )
    return recipients


def filter_pending(conn: Connection, comment_ids: Sequence[str]) -> set[str]:
    """Which of these comments are still pending."""
    pending = sa.select(comments.c.id).where(
        comments.c.id.in_(comment_ids), comments.c.state == PENDING
    )
    return set(conn.execute(pending).scalars())


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


def _epochs_of(pseudonym: str) -> sa.Select[tuple[str]]:
    return sa.select(wrapped_epoch_keys.c.epoch_id).where(
        wrapped_epoch_keys.c.pseudonym == pseudonym
    )
