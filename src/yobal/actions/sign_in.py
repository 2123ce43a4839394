"""Signs moderators in and out. The server stores hashes only; a session expires with a slot."""

import hashlib
import hmac
from typing import Final

from yobal.core import tokens
from yobal.core.errors import InvalidCredentials, NotSignedIn
from yobal.core.ids import RandomBytes
from yobal.core.site_rules import SiteRules
from yobal.store import people
from yobal.store.database import Database
from yobal.store.people import Session

SESSION_TOKEN_BYTES: Final = 32


def sign_in(
    database: Database,
    rules: SiteRules,
    *,
    pseudonym: str,
    secret: bytes,
    session_key: bytes,
    now: float,
    random: RandomBytes,
) -> bytes:
    """A session's token. Raises InvalidCredentials, also for an unknown pseudonym."""
    with database.reading() as conn:
        moderator = people.get(conn, rules.site_id, pseudonym)
    stored_hash = moderator.secret_hash if moderator is not None else bytes(32)
    if not hmac.compare_digest(people.hash_secret(secret), stored_hash) or moderator is None:
        raise InvalidCredentials
    return open_session(
        database, rules, pseudonym=pseudonym, session_key=session_key, now=now, random=random
    )


def open_session(
    database: Database,
    rules: SiteRules,
    *,
    pseudonym: str,
    session_key: bytes,
    now: float,
    random: RandomBytes,
) -> bytes:
    """A session's token, for a person who was authenticated just now."""
    token = random(SESSION_TOKEN_BYTES)
    with database.writing() as conn:
        people.add_session(
            conn,
            token_hash=_hash(session_key, token),
            site_id=rules.site_id,
            pseudonym=pseudonym,
            expires_slot=tokens.session_expiry(rules.schedule, now, hours=rules.session_hours),
        )
    return token


def session_for(database: Database, *, token: bytes, session_key: bytes, now: float) -> Session:
    """Raises NotSignedIn."""
    with database.reading() as conn:
        session = people.get_session(conn, _hash(session_key, token), now=now)
    if session is None:
        raise NotSignedIn
    return session


def sign_out(database: Database, *, token: bytes, session_key: bytes) -> None:
    with database.writing() as conn:
        people.end_session(conn, _hash(session_key, token))


def _hash(session_key: bytes, token: bytes) -> bytes:
    """Keyed, so that write access to the database is not enough to create a session."""
    return hmac.new(session_key, token, hashlib.sha256).digest()
