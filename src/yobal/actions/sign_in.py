"""Signs moderators in and out. A sign-in is a signature over a challenge; the server stores no secret for it.

The server remembers no challenge either: each names its expiry and is authenticated with a key of the server.
"""

import hmac
from typing import Final

import msgspec

from yobal.actions import session_row
from yobal.actions.roster_reader import RosterReader
from yobal.actions.session_row import SessionAccess
from yobal.core import roster as roster_rules
from yobal.core import tokens
from yobal.core.errors import (
    InvalidCredentials,
    NoLongerMember,
    NotSignedIn,
    SessionEnded,
    SessionLocked,
    Suspended,
    YobalError,
)
from yobal.core.ids import RandomBytes
from yobal.core.roster import Member
from yobal.core.schedule import last_slot
from yobal.core.site_rules import SiteRules
from yobal.store import people
from yobal.store.database import Database
from yobal.store.people import EndReason, Session

SESSION_TOKEN_BYTES: Final = 32
CHALLENGE_SECONDS: Final = 300  # a slow phone needs some seconds to derive its keys
_CHALLENGE_DOMAIN: Final = b"yobal sign-in challenge"
_NONCE_BYTES: Final = 16
_NO_KEY: Final = "00" * roster_rules.KEY_BYTES  # verifying for an unknown pseudonym takes as long
_ENDED: Final[dict[EndReason, type[YobalError]]] = {
    "removed": NoLongerMember,
    "suspended": Suspended,
    "ended": SessionEnded,
}


def challenge(*, session_key: bytes, now: float, random: RandomBytes) -> str:
    """For anyone: it depends on no pseudonym."""
    claim = f"{int(now) + CHALLENGE_SECONDS}.{random(_NONCE_BYTES).hex()}"
    return f"{claim}.{_challenge_mac(session_key, claim)}"


def sign_in(
    database: Database,
    rules: SiteRules,
    roster_reader: RosterReader,
    *,
    pseudonym: str,
    challenge: str,
    signature: bytes,
    session_key: bytes,
    now: float,
    random: RandomBytes,
) -> bytes:
    """A session's token. Raises InvalidCredentials, also for an unknown pseudonym, and RosterInvalid.

    Raises Suspended, but only for the right words: nobody else learns of a suspension.
    """
    with database.reading() as conn:
        roster, _ = roster_reader.read_to_resume(conn)  # `open_session` lets only that lead in
    member = roster.named(pseudonym) if roster is not None else None
    key = session_row.sign_in_key(member) or _NO_KEY
    message = roster_rules.sign_in_message(
        site_id=rules.site_id, pseudonym=pseudonym, challenge=challenge
    )
    is_signed = roster_rules.is_signed(message, signature=signature, by=key)
    if not _is_own_challenge(challenge, session_key, now) or not is_signed or member is None:
        raise InvalidCredentials
    return open_session(
        database,
        rules,
        roster_reader,
        pseudonym=pseudonym,
        session_key=session_key,
        now=now,
        random=random,
    )


def _is_own_challenge(challenge: str, session_key: bytes, now: float) -> bool:
    """Whether this server gave it out, and it has not expired."""
    claim, _, mac = challenge.rpartition(".")
    if not hmac.compare_digest(_challenge_mac(session_key, claim).encode(), mac.encode()):
        return False
    return int(claim.partition(".")[0]) >= now


def _challenge_mac(session_key: bytes, claim: str) -> str:
    key = hmac.digest(session_key, _CHALLENGE_DOMAIN, "sha256")
    return hmac.digest(key, claim.encode(), "sha256").hex()


def open_session(
    database: Database,
    rules: SiteRules,
    roster_reader: RosterReader,
    *,
    pseudonym: str,
    session_key: bytes,
    now: float,
    random: RandomBytes,
) -> bytes:
    """A session's token, for a person who was authenticated just now.

    Raises InvalidCredentials, NotSignedIn, Suspended, RosterInvalid.
    """
    token = random(SESSION_TOKEN_BYTES)
    with database.writing() as conn:
        moderator = people.get(conn, rules.site_id, pseudonym)
        if moderator is None:  # removed just now, or a restore has lost the sealed keys
            raise InvalidCredentials
        if moderator.is_suspended:
            raise Suspended
        session = Session(
            token_hash=session_row.hash_token(session_key, token),
            site_id=rules.site_id,
            pseudonym=pseudonym,
            begun_slot=last_slot(rules.schedule, now),
            expires_slot=tokens.session_expiry(rules.schedule, now, hours=rules.session_hours),
            mac=b"",
        )
        roster, _ = roster_reader.read_to_resume(conn)
        member = session_row.member_of(session, roster)
        roster_reader.check_access(member)
        mac = session_row.session_mac(session_key, session, member)
        people.add_session(conn, msgspec.structs.replace(session, mac=mac))
    return token


def member_for(
    access: SessionAccess, *, token: bytes, now: float, may_resume: bool = False
) -> tuple[str, Member]:
    """Pseudonym and membership behind a session. `may_resume`: also of a roster that waits for it.

    Raises NotSignedIn, SessionEnded, NoLongerMember, Suspended, RosterInvalid, and SessionLocked also for a session
    that nothing was heard of for too long: the caller locks it.
    """
    token_hash = session_row.hash_token(access.session_key, token)
    with access.database.reading() as conn:
        session = people.get_session(conn, token_hash, now=now)
        if session is None:
            raise NotSignedIn
        if session.end_reason is not None:
            raise _ENDED[session.end_reason]
        if may_resume:
            roster, _ = access.roster_reader.read_to_resume(conn)
        else:
            roster = access.roster_reader.read(conn)
    member = session_row.member_of(session, roster)
    if not session_row.is_authentic(access.session_key, session, member):
        raise NotSignedIn
    access.roster_reader.check_access(member)
    if session.is_locked or access.device_keys.is_idle(token_hash):
        raise SessionLocked
    access.device_keys.hear(token_hash)
    return session.pseudonym, member


def sign_out(access: SessionAccess, *, token: bytes) -> None:
    token_hash = session_row.hash_token(access.session_key, token)
    access.device_keys.forget(token_hash)
    with access.database.writing() as conn:
        people.end_session(conn, token_hash)
