"""The text of an accepted comment until its release, and the form in which it is encrypted."""

import msgspec

from yobal.core.envelope import pad_json
from yobal.core.terms import EditKind


class HeldText(msgspec.Struct, frozen=True, kw_only=True):
    """What will be published; `clause` and `edit_kind` are None if it was not edited.

    `nonce` is 64 hexadecimal digits: the random bytes of the hash that the moderator signed.
    """

    comment_id: str
    text: str
    name: str
    lang: str
    nonce: str
    clause: str | None = None
    edit_kind: EditKind | None = None


def encode(held_text: HeldText) -> bytes:
    """Padded like an envelope, so that its length says no more than the envelope's does."""
    return pad_json(msgspec.json.encode(held_text))[0]


def decode(plain: bytes) -> HeldText:
    return msgspec.json.decode(plain, type=HeldText)
