"""Seals a comment into an envelope, and computes the commitment to its text.

An envelope is JSON, padded with spaces to one of a few sizes and sealed with age, so that a
moderator can decrypt an exported one with the `age` tool. `tests/vectors/` has examples.
"""

import hashlib
from typing import Final

import msgspec
import pyrage

from yobal.core.errors import EnvelopeTooLarge

VERSION: Final = 1
SIZE_BUCKETS_KIB: Final = (1, 2, 4, 8, 16, 32)
NONCE_BYTES: Final = 32
_COMMITMENT_DOMAIN: Final = b"yobal 1"
_KIB: Final = 1_024


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What is sealed. `nonce` and `feedback_key` are 64 hexadecimal digits each."""

    v: int = VERSION
    comment_id: str
    site_id: str
    story_id: str
    edition: str
    root_id: str | None
    parent_id: str | None
    text: str
    name: str
    lang: str
    nonce: str
    feedback_key: str


def pad(envelope: Envelope) -> tuple[bytes, int]:
    """The envelope's JSON (UTF-8, no escapes) padded to its size bucket, and the bucket in KiB."""
    return pad_json(msgspec.json.encode(envelope))


def pad_json(plain: bytes) -> tuple[bytes, int]:
    """JSON padded with spaces to its size bucket, and the bucket in KiB. Raises EnvelopeTooLarge."""
    for kib in SIZE_BUCKETS_KIB:
        if len(plain) <= kib * _KIB:
            return plain.ljust(kib * _KIB), kib
    raise EnvelopeTooLarge(f"{len(plain)} bytes")


class Sealer:
    """Seals to one epoch. It has only the recipient and cannot decrypt what it sealed."""

    def __init__(self, recipient: str) -> None:
        self._recipients = [pyrage.x25519.Recipient.from_str(recipient)]

    def seal(self, envelope: Envelope) -> tuple[bytes, int]:
        """The age file, and its size bucket in KiB."""
        plain, kib = pad(envelope)
        return pyrage.encrypt(plain, self._recipients), kib


def commitment(*, nonce: bytes, name: str, text: str) -> bytes:
    """SHA-256("yobal 1" ‖ nonce ‖ len(name) ‖ name ‖ text); the length is big-endian, 4 bytes."""
    raw_name = name.encode()
    return hashlib.sha256(
        _COMMITMENT_DOMAIN + nonce + len(raw_name).to_bytes(4, "big") + raw_name + text.encode()
    ).digest()
