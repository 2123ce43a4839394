"""Signs moderators in and out. A sign-in is a signature over a challenge; the server stores no secret for it.

The server remembers no challenge either: each names its expiry and is authenticated with a key of the server.
"""

import hashlib
import hmac
from typing import Final

import msgspec

from yobal.actions.roster_reader import RosterReader
from yobal.core import roster as roster_rules
from yobal.core import tokens
from yobal.core.errors import InvalidCredentials, NoLongerMember, NotSignedIn, Suspended
from yobal.core.ids import RandomBytes
from yobal.core.roster import Member, Roster
from yobal.core.site_rules import SiteRules
from yobal.store import people
from yobal.store.database import Database
from yobal.store.people import Session

SESSION_TOKEN_BYTES: Final = 32
CHALLENGE_SECONDS: Final = 300  # a slow phone needs some seconds to derive its keys
_CHALLENGE_DOMAIN: Final = b"yobal sign-in challenge"
_SESSION_DOMAIN: Final = b"yobal session"
_NONCE_BYTES: Final = 16
_NO_KEY: Final = "00" * roster_rules.KEY_BYTES  # verifying for an unknown pseudonym takes as long


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
    key = _sign_in_key(member) or _NO_KEY
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
            token_hash=_hash(session_key, token),
            site_id=rules.site_id,
            pseudonym=pseudonym,
            expires_slot=tokens.session_expiry(rules.schedule, now, hours=rules.session_hours),
            mac=b"",
        )
        roster, _ = roster_reader.read_to_resume(conn)
        member = _member_of(session, roster)
        roster_reader.check_access(member)
        mac = _session_mac(session_key, session, member)
        people.add_session(conn, msgspec.structs.replace(session, mac=mac))
    return token


def member_for(
    database: Database,
    roster_reader: RosterReader,
    *,
    token: bytes,
    session_key: bytes,
    now: float,
    may_resume: bool = False,
) -> tuple[str, Member]:
    """Pseudonym and membership behind a session. `may_resume`: also of a roster that waits for it.

    Raises NotSignedIn, NoLongerMember, Suspended, RosterInvalid.
    """
    with database.reading() as conn:
        session = people.get_session(conn, _hash(session_key, token), now=now)
        if session is None:
            raise NotSignedIn
        if session.end_reason is not None:
            raise NoLongerMember if session.end_reason == "removed" else Suspended
        if may_resume:
            roster, _ = roster_reader.read_to_resume(conn)
        else:
            roster = roster_reader.read(conn)
    member = _member_of(session, roster)
    if not hmac.compare_digest(session.mac, _session_mac(session_key, session, member)):
        raise NotSignedIn
    roster_reader.check_access(member)
    return session.pseudonym, member


def _member_of(session: Session, roster: Roster | None) -> Member:
    """Raises NotSignedIn."""
    member = roster.named(session.pseudonym) if roster is not None else None
    if member is None:
        raise NotSignedIn
    return member


def _sign_in_key(member: Member | None) -> str:
    return member.keys.sign_in_key if member is not None and member.keys is not None else ""


def _session_mac(session_key: bytes, session: Session, member: Member) -> bytes:
    """Over the whole row and the key that signed in: another name, more time or an older row are noticed."""
    key = hmac.digest(session_key, _SESSION_DOMAIN, "sha256")
    row = (session.token_hash, session.site_id, session.pseudonym, session.expires_slot)
    return hmac.digest(key, msgspec.msgpack.encode((*row, _sign_in_key(member))), "sha256")


def sign_out(database: Database, *, token: bytes, session_key: bytes) -> None:
    with database.writing() as conn:
        people.end_session(conn, _hash(session_key, token))


def _hash(session_key: bytes, token: bytes) -> bytes:
    """Keyed, so that the database does not say which token opens a session."""
    return hmac.new(session_key, token, hashlib.sha256).digest()
