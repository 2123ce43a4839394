"""Signing in and out. The server keeps hashes; a session is a row that ends with a slot."""

import hashlib
import hmac
from typing import Any

from yobal.core import tokens
from yobal.core.errors import InvalidCredentials, NotSignedIn
from yobal.core.ids import RandomBytes
from yobal.core.site_rules import SiteRules
from yobal.store import people
from yobal.store.database import Database


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
    """A session's token. Raises InvalidCredentials, for an unknown name likewise."""
    with database.reading() as conn:
        moderator = people.get(conn, rules.site_id, pseudonym)
    known = moderator.secret_hash if moderator is not None else bytes(32)
    if not hmac.compare_digest(people.hash_secret(secret), known) or moderator is None:
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
    """A session for somebody who has just proved who they are."""
    token = random(32)
    until = tokens.session_expiry(rules.schedule, now, hours=rules.session_hours)
    with database.writing() as conn:
        people.add_session(
            conn,
            token_hash=_hash(session_key, token),
            site_id=rules.site_id,
            pseudonym=pseudonym,
            expires_slot=until,
        )
    return token


def moderator_for_session(
    database: Database, *, token: bytes, session_key: bytes, now: float
) -> Any:
    """The moderator behind a session: site, pseudonym, role. Raises NotSignedIn."""
    with database.reading() as conn:
        row = people.session(conn, _hash(session_key, token), now=now)
    if row is None:
        raise NotSignedIn
    return row


def sign_out(database: Database, *, token: bytes, session_key: bytes) -> None:
    with database.writing() as conn:
        people.end_session(conn, _hash(session_key, token))


def _hash(session_key: bytes, token: bytes) -> bytes:
    """Keyed, so that who can write the database cannot make a session."""
    return hmac.new(session_key, token, hashlib.sha256).digest()
