"""What a moderator writes to an author: the note, and for an edit what was struck and added.

It is sealed in the moderator's browser to the receipts of the comment, and only their codes open it, as long as
the week's pepper exists. A copy of the note alone is sealed to the epoch, for colleagues. `docs/file-formats.md`
has the formats.
"""

import hashlib
import hmac
from typing import Annotated, Final, Literal

import msgspec

from yobal.core import ids, submission
from yobal.core import text as texts
from yobal.core.answer_size import ADDED_GRAPHEMES_MAX, CHANGES_MAX, MASKS_MAX
from yobal.core.receipts import COPIES_MAX
from yobal.core.submission import Limits
from yobal.core.terms import NOTE_GRAPHEMES_MAX

_KIB: Final = 1_024
# The longest text that a site may allow, in its longest JSON, with the longest note and all that can be added.
FEEDBACK_BYTES: Final = 40 * _KIB
NOTE_BYTES: Final = 4 * _KIB
KEY_BYTES: Final = 32
MAC_BYTES: Final = 32
HASH_DOMAIN: Final = b"yobal feedback 1\0"
RECIPIENT_DOMAIN: Final = b"yobal receipt recipient 1\0"
# An age file around one recipient's stanza, and for each further recipient.
_AGE_BYTES: Final = 22 + 48 + 16 + 16
_STANZA_BYTES: Final = 98
# All feedback is sealed to as many recipients as a comment can have receipts; missing ones are random.
SEALED_BYTES: Final = FEEDBACK_BYTES + _AGE_BYTES + COPIES_MAX * _STANZA_BYTES
SEALED_NOTE_BYTES: Final = NOTE_BYTES + _AGE_BYTES + _STANZA_BYTES
# Other implementations of age add a stanza that says nothing; the desk's does not.
SPARE_BYTES: Final = 512


class SealedFeedback(msgspec.Struct, frozen=True):
    """`sealed` is for the author, `sealed_note` for colleagues."""

    sealed: bytes
    sealed_note: bytes

    @property
    def hash(self) -> str:
        """What the moderator signs, so that it cannot be exchanged."""
        parts = (self.sealed, self.sealed_note)
        return hashlib.sha256(
            HASH_DOMAIN + b"".join(hashlib.sha256(part).digest() for part in parts)
        ).hexdigest()


class Change(msgspec.Struct, frozen=True):
    """A part of the author's text, of the edited text, or of both."""

    kind: Literal["same", "deleted", "inserted"]
    text: Annotated[str, msgspec.Meta(min_length=1)]


class Feedback(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`former_name` and `name` only if the name was edited.

    `is_abridged`: so much was changed that it would not fit the answer to a receipt.
    """

    v: Literal[1] = 1
    note: str = ""
    changes: tuple[Change, ...] = ()
    former_name: str | None = None
    name: str | None = None
    lang: str | None = None  # of the changes
    is_abridged: bool = False

    @property
    def original(self) -> str:
        return "".join(part.text for part in self.changes if part.kind != "inserted")

    @property
    def edited(self) -> str:
        return "".join(part.text for part in self.changes if part.kind != "deleted")


def recipient_mac(key: bytes, recipient: str) -> bytes:
    """Binds a receipt's recipient to the comment whose envelope has this key."""
    return hmac.digest(key, RECIPIENT_DOMAIN + recipient.encode(), "sha256")


def pad(feedback: Feedback) -> bytes:
    """JSON (UTF-8), followed by spaces up to the one size."""
    return _padded(feedback, FEEDBACK_BYTES)


def pad_note(note: str) -> bytes:
    return _padded({"v": 1, "note": note}, NOTE_BYTES)


def read(plain: bytes, limits: Limits) -> Feedback | None:
    """None if it breaks a limit: then it might not fit the answer to a receipt."""
    try:
        feedback = msgspec.json.decode(plain, type=Feedback)
    except (msgspec.DecodeError, ValueError):
        return None
    return feedback if _is_note(feedback.note) and _are_changes(feedback, limits) else None


def _padded(content: object, size: int) -> bytes:
    plain = msgspec.json.encode(content)
    if len(plain) > size:
        raise ValueError(f"{len(plain)} bytes")
    return plain.ljust(size)


def _is_note(note: str) -> bool:
    return texts.clean(note) == note and not _is_too_long(note, NOTE_GRAPHEMES_MAX)


def _are_changes(feedback: Feedback, limits: Limits) -> bool:
    former_name, name = feedback.former_name or "", feedback.name or ""
    if (feedback.former_name is None) != (feedback.name is None):
        return False
    if not feedback.changes:
        return not _is_too_long(former_name, limits.name_graphemes_max) and not _is_too_long(
            name, limits.name_graphemes_max
        )
    if not ids.is_language_tag(feedback.lang or ""):
        return False
    changed = [part for part in feedback.changes if part.kind != "same"]
    inserted = "".join(part.text for part in changed if part.kind == "inserted")
    return (
        len(changed) <= CHANGES_MAX
        and texts.count_masks(feedback.edited) <= MASKS_MAX
        and not _is_too_long(texts.shorten_masks(inserted) + former_name, ADDED_GRAPHEMES_MAX)
        and not submission.validate(feedback.original, former_name, limits)
        and not submission.validate(texts.shorten_masks(feedback.edited), name, limits)
    )


def _is_too_long(text: str, graphemes_max: int) -> bool:
    return submission.has_too_many_marks(text, graphemes_max) or bool(
        texts.excess_length(text, graphemes_max)
    )
