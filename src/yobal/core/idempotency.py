"""The same submission twice is one comment, and nothing of the text is kept to know it.

A form carries `DAY.RANDOM`: the day (UTC, ordinal) whose key is asked, and 128 random bits. The
store keeps `HMAC(day key, once ‖ submission)`; day keys die after 48 hours, and then it is noise.
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
KEY_DAYS: Final = 2  # a key serves its own day and the next: gone 48 h after that day began


def new_idempotency_key(random: RandomBytes, *, today: date) -> str:
    return f"{today.toordinal():06d}.{base64.urlsafe_b64encode(random(16)).decode().rstrip('=')}"


def is_idempotency_key(text: str) -> bool:
    return _IDEMPOTENCY_KEY.fullmatch(text) is not None


def idempotency_hash(
    keys: Mapping[date, bytes], idempotency_key: str, submission: Submission, *, today: date
) -> bytes:
    """The mark of this form with these words, under the key of the form's day.

    A form older than the keys is marked under today's: it works, as a new one.
    """
    match = _IDEMPOTENCY_KEY.fullmatch(idempotency_key)
    if match is None:
        raise ValueError(idempotency_key)
    ordinal = int(match[1])
    key = next((keys[day] for day in keys if day.toordinal() == ordinal), None) or keys[today]
    parts = (
        submission.site_id,
        submission.story_id,
        submission.edition,
        submission.parent_id or "",
        submission.name,
        submission.text,
    )
    marked = msgspec.msgpack.encode((idempotency_key, *parts))  # each part after its length
    return hmac.new(key, marked, "sha256").digest()
