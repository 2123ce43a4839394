"""Seals feedback as a moderator's browser does, for the demonstration, the self-test, tests and benchmarks."""

import base64
from collections.abc import Sequence

import pyrage

from yobal.core import feedback as feedback_format
from yobal.core.feedback import Feedback, SealedFeedback
from yobal.core.receipts import COPIES_MAX
from yobal.core.submission import BYTES_PER_GRAPHEME_MAX
from yobal.core.terms import NOTE_GRAPHEMES_MAX
from yobal.server.wiring import Components
from yobal.store import comments, queue


def seal(components: Components, comment_id: str, feedback: Feedback) -> SealedFeedback:
    """To the comment's receipts, and the note to its epoch. Raises ValueError if it does not fit the one size.

    A note that is too long is sealed for its author all the same: a moderator's own program could do so.
    """
    plain = feedback_format.pad(feedback)
    is_usual = len(feedback.note.encode()) <= NOTE_GRAPHEMES_MAX * BYTES_PER_GRAPHEME_MAX
    plain_note = feedback_format.pad_note(feedback.note if is_usual else "")
    recipients, epoch = _recipients(components, comment_id)
    missing = COPIES_MAX - len(recipients)
    made_up = [str(pyrage.x25519.Identity.generate().to_public()) for _ in range(missing)]
    return SealedFeedback(
        sealed=_encrypt(plain, [*recipients, *made_up]), sealed_note=_encrypt(plain_note, [epoch])
    )


def as_json(sealed: SealedFeedback) -> dict[str, str]:
    """As the desk's routes take it."""
    return {
        "sealed": base64.b64encode(sealed.sealed).decode(),
        "sealed_note": base64.b64encode(sealed.sealed_note).decode(),
    }


def _recipients(components: Components, comment_id: str) -> tuple[list[str], str]:
    """The recipients of the receipts, and that of the epoch."""
    with components.database.reading() as conn:
        comment = comments.get(conn, comment_id)
        roster = components.roster_reader.read(conn)
        assert comment is not None
        assert roster is not None
        hash_ = comment.idempotency_hash
        recipients = queue.recipients_of(conn, [hash_]).get(hash_, [])
    epochs = {epoch.epoch_id: epoch.recipient for epoch in roster.epochs}
    return [item.recipient for item in recipients], epochs[comment.epoch_id]


def _encrypt(plain: bytes, recipients: Sequence[str]) -> bytes:
    parsed = [pyrage.x25519.Recipient.from_str(recipient) for recipient in recipients]
    sealed: bytes = pyrage.encrypt(plain, parsed)
    return sealed
