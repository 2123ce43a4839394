"""Replaces a forgotten passphrase: the recovery sheet proves itself by decrypting a challenge.

The server remembers nothing between the three steps, so requests from strangers displace no challenge and
no ticket. Both name their moderator and their expiry, and both are authenticated with a key of the
server, together with the moderator's current passphrase: they end as soon as that changes.
"""

import base64
import binascii
import hashlib
import hmac
from typing import Final

import msgspec
import pyrage

from yobal.core.errors import InvalidCredentials
from yobal.core.ids import RandomBytes
from yobal.core.site_rules import SiteRules
from yobal.store import people
from yobal.store.database import Connection, Database
from yobal.store.people import Moderator

RECOVERY_SECONDS: Final = 900  # for each of the two steps that follow a challenge
_NONCE_BYTES: Final = 16
_KEY_DOMAIN: Final = b"yobal recovery tickets"
_ANSWER: Final = b"answer"
_TICKET: Final = b"ticket"


class _Claim(msgspec.Struct, frozen=True, array_like=True):
    """For whom, and until when. The nonce makes two challenges in the same second differ."""

    pseudonym: str
    expires_at: int
    nonce: bytes


class RecoveryContext(msgspec.Struct, frozen=True, kw_only=True):
    """What every step needs. Time is an argument."""

    rules: SiteRules
    session_key: bytes
    now: float


def challenge(
    database: Database, context: RecoveryContext, *, pseudonym: str, random: RandomBytes
) -> tuple[str, bytes]:
    """An id, and its answer sealed to the sheet; for an unknown pseudonym, to a random key."""
    with database.reading() as conn:
        moderator = people.get(conn, context.rules.site_id, pseudonym)
    claim = _encode(_Claim(pseudonym, _expiry(context), random(_NONCE_BYTES)))
    if moderator is None:
        recipient = pyrage.x25519.Identity.generate().to_public()
        return claim, pyrage.encrypt(random(hashlib.sha256().digest_size), [recipient])
    recipient = pyrage.x25519.Recipient.from_str(moderator.recovery_recipient)
    return claim, pyrage.encrypt(_mac(context, _ANSWER, claim, moderator), [recipient])


def prove(
    database: Database, context: RecoveryContext, *, challenge_id: str, answer: bytes
) -> tuple[str, bytes]:
    """A ticket for `finish`, and the personal identity wrapped to the sheet. Raises InvalidCredentials."""
    with database.reading() as conn:
        moderator = _check(conn, context, _ANSWER, claim=challenge_id, mac=answer)
    claim = _encode(_Claim(moderator.pseudonym, _expiry(context), b""))
    ticket = f"{claim}.{_mac(context, _TICKET, claim, moderator).hex()}"
    return ticket, moderator.recovery_identity


def finish(
    database: Database, context: RecoveryContext, *, ticket: str, secret: bytes, identity: bytes
) -> str:
    """Set the new passphrase; returns the moderator's pseudonym. Raises InvalidCredentials."""
    claim, _, mac = ticket.partition(".")
    with database.writing() as conn:
        moderator = _check(conn, context, _TICKET, claim=claim, mac=_from_hex(mac))
        changed = people.change_secret(
            conn,
            moderator,
            secret_hash=people.hash_secret(secret),
            identity=identity,
        )
        if changed == 0:  # a second request with this ticket was faster, or the moderator is gone
            raise InvalidCredentials
    return moderator.pseudonym


def _check(
    conn: Connection, context: RecoveryContext, purpose: bytes, *, claim: str, mac: bytes
) -> Moderator:
    """The moderator named in a claim, if the MAC sent with it is valid. Raises InvalidCredentials."""
    decoded = _decode(claim)
    moderator = people.get(conn, context.rules.site_id, decoded.pseudonym)
    if moderator is None or decoded.expires_at < context.now:
        raise InvalidCredentials
    if not hmac.compare_digest(_mac(context, purpose, claim, moderator), mac):
        raise InvalidCredentials
    return moderator


def _mac(context: RecoveryContext, purpose: bytes, claim: str, moderator: Moderator) -> bytes:
    """Under a key of its own, over what the claim says and what the moderator signs in with now."""
    key = hmac.digest(context.session_key, _KEY_DOMAIN, "sha256")
    current = (
        moderator.secret_hash,
        moderator.identity,
        moderator.recovery_recipient.encode(),
        moderator.recovery_identity,
    )
    message = msgspec.msgpack.encode((purpose, context.rules.site_id, claim, current))
    return hmac.digest(key, message, "sha256")


def _expiry(context: RecoveryContext) -> int:
    return int(context.now) + RECOVERY_SECONDS


def _encode(claim: _Claim) -> str:
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(claim)).decode()


def _decode(claim: str) -> _Claim:
    """Raises InvalidCredentials for what no server wrote."""
    try:
        return msgspec.msgpack.decode(base64.b64decode(claim, b"-_", validate=True), type=_Claim)
    except (ValueError, msgspec.DecodeError):
        raise InvalidCredentials from None


def _from_hex(text: str) -> bytes:
    try:
        return binascii.unhexlify(text)
    except ValueError:
        raise InvalidCredentials from None
