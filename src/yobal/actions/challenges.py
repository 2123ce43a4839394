"""Challenges that a sign-in key or a passkey signs. The server remembers only those that were used.

Each names its expiry and is authenticated with a key of the server, so strangers cannot fill any memory.
"""

import hmac
from typing import Final

from yobal.core.ids import RandomBytes
from yobal.core.schedule import next_slot
from yobal.core.site_rules import SiteRules
from yobal.store import people
from yobal.store.database import Connection

CHALLENGE_SECONDS: Final = 300  # a slow phone needs some seconds to derive its keys
_DOMAIN: Final = b"yobal sign-in challenge"
_NONCE_BYTES: Final = 16


def make(*, session_key: bytes, now: float, random: RandomBytes) -> str:
    """For anyone: it depends on no pseudonym."""
    claim = f"{int(now) + CHALLENGE_SECONDS}.{random(_NONCE_BYTES).hex()}"
    return f"{claim}.{_mac(session_key, claim).hex()}"


def is_valid(challenge: str, *, session_key: bytes, now: float) -> bool:
    """Whether this server gave it out, and it has not expired."""
    claim, _, mac = challenge.rpartition(".")
    if not hmac.compare_digest(_mac(session_key, claim).hex().encode(), mac.encode()):
        return False
    return int(claim.partition(".")[0]) >= now


def use(conn: Connection, rules: SiteRules, challenge: str, *, session_key: bytes) -> bool:
    """False if it was used before: a copied signature must not sign in a second time."""
    challenge_hash = _mac(session_key, challenge)
    expires = next_slot(rules.schedule, int(challenge.partition(".")[0]))
    return people.use_challenge(conn, challenge_hash, expires_slot=expires) == 1


def _mac(session_key: bytes, text: str) -> bytes:
    key = hmac.digest(session_key, _DOMAIN, "sha256")
    return hmac.digest(key, text.encode(), "sha256")
