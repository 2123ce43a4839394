"""Authenticates an acceptance, so that a row that an attacker wrote into the database is not released.

The code is made in a moderator's session, under a key in `secrets/`, over what was decided about which
text in which thread. Who has only the database cannot make one.
"""

import hashlib
import hmac

import msgspec


class Acceptance(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What a moderator accepted. The times are not part of it: a slot may be corrected later."""

    decision_id: str
    verdict: str
    decided_by: str
    comment_id: str
    site_id: str
    story_id: str
    edition: str
    parent_id: str | None
    clause: str | None
    edit_kind: str | None
    text_hash: bytes


def text_hash(*, text: str, name: str, lang: str) -> bytes:
    """SHA-256 of what will be published."""
    return hashlib.sha256(msgspec.msgpack.encode((text, name, lang))).digest()


def decision_mac(key: bytes, acceptance: Acceptance) -> bytes:
    return hmac.digest(key, msgspec.msgpack.encode(acceptance), "sha256")


def is_authentic(key: bytes, acceptance: Acceptance, mac: bytes | None) -> bool:
    return mac is not None and hmac.compare_digest(decision_mac(key, acceptance), mac)
