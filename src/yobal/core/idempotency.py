"""Recognises a repeated submission without storing anything of its text.

A form carries an idempotency key, `DAY.RANDOM`: an ordinal day (UTC) and 128 random bits. The database
stores `HMAC(day key, idempotency key ‖ submission)`. Day keys are destroyed after 48 hours; then the
hash matches nothing any more.
"""

import base64
import hmac
import re
from collections.abc import Mapping
from datetime import date
from typing import Final

import msgspec

from yobal.core.ids import RandomBytes
from yobal.core.submission import Submission

_IDEMPOTENCY_KEY: Final = re.compile(r"([0-9]{6})\.([A-Za-z0-9_-]{22})")
_FEEDBACK_DOMAIN: Final = b"yobal feedback key 1\0"
KEY_DAYS: Final = 2  # a day key is used on its day and the next: destroyed 48 h after the day began


def new_idempotency_key(random: RandomBytes, *, today: date) -> str:
    return f"{today.toordinal():06d}.{base64.urlsafe_b64encode(random(16)).decode().rstrip('=')}"


def is_idempotency_key(text: str) -> bool:
    return _IDEMPOTENCY_KEY.fullmatch(text) is not None


def idempotency_hash(
    keys: Mapping[date, bytes], idempotency_key: str, submission: Submission, *, today: date
) -> bytes:
    """The hash of this form with this submission, under the key of the form's day.

    If that key is destroyed, today's key is used: the form counts as a new one.
    """
    key = _day_key(keys, idempotency_key, today)
    return hmac.new(key, _message(idempotency_key, submission), "sha256").digest()


def feedback_key(
    keys: Mapping[date, bytes], idempotency_key: str, submission: Submission, *, today: date
) -> bytes:
    """A key that only this form with this submission makes again: it binds the recipients of receipts to a comment.

    It is in the envelope and nowhere else. An attacker who writes the database, even with every key of the
    server, has no form and no text to make it from.
    """
    key = _day_key(keys, idempotency_key, today)
    message = _FEEDBACK_DOMAIN + _message(idempotency_key, submission)
    return hmac.new(key, message, "sha256").digest()


def _day_key(keys: Mapping[date, bytes], idempotency_key: str, today: date) -> bytes:
    match = _IDEMPOTENCY_KEY.fullmatch(idempotency_key)
    if match is None:
        raise ValueError(idempotency_key)
    ordinal = int(match[1])
    return next((keys[day] for day in keys if day.toordinal() == ordinal), None) or keys[today]


def _message(idempotency_key: str, submission: Submission) -> bytes:
    parts = (
        submission.site_id,
        submission.story_id,
        submission.edition,
        submission.parent_id or "",
        submission.name,
        submission.text,
    )
    # MessagePack writes the length before each part, so that no two submissions give one message.
    return msgspec.msgpack.encode((idempotency_key, *parts))
