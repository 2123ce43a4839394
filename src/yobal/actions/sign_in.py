"""Signs moderators in and out. A sign-in is a signature over a challenge, by the key that the words make or by a passkey.

The server stores no secret for it.
"""

import hashlib
import hmac
from typing import Final

import msgspec

from yobal.actions import challenges
from yobal.actions.roster_reader import RosterReader
from yobal.adapters.passkey_verifier import Assertion, PasskeyVerifier
from yobal.core import roster as roster_rules
from yobal.core import tokens
from yobal.core.errors import (
    InvalidCredentials,
    NoLongerMember,
    NotSignedIn,
    PasskeyCopied,
    PasskeyRefused,
    PasskeyRemoved,
    RosterInvalid,
    Suspended,
    YobalError,
)
from yobal.core.ids import RandomBytes
from yobal.core.roster import Keys, Member, Passkey, Roster
from yobal.core.site_rules import SiteRules
from yobal.store import passkeys, people
from yobal.store.database import Connection, Database
from yobal.store.passkeys import PasskeyRow
from yobal.store.people import EndReason, Session

SESSION_TOKEN_BYTES: Final = 32
_SESSION_DOMAIN: Final = b"yobal session"
_ENDED: Final[dict[EndReason, type[YobalError]]] = {
    "removed": NoLongerMember,
    "suspended": Suspended,
    "passkey_removed": PasskeyRemoved,
}
_NO_KEY: Final = "00" * roster_rules.KEY_BYTES  # verifying for an unknown pseudonym takes as long


class PasskeyUse(msgspec.Struct, frozen=True):
    """A passkey that has just signed, and its authenticator's counter."""

    passkey_hash: str
    sign_count: int


class PasskeySignIn(msgspec.Struct, frozen=True):
    """What the owner of a passkey gets: a session's token, and the identity that only the passkey opens."""

    pseudonym: str
    token: bytes
    identity: bytes


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
        roster, _ = roster_reader.read_all(conn)
    member = roster.named(pseudonym) if roster is not None else None
    key = _sign_in_key(member) or _NO_KEY
    message = roster_rules.sign_in_message(
        site_id=rules.site_id, pseudonym=pseudonym, challenge=challenge
    )
    is_signed = roster_rules.is_signed(message, signature=signature, by=key)
    is_valid = challenges.is_valid(challenge, session_key=session_key, now=now)
    if not is_valid or not is_signed or member is None:
        raise InvalidCredentials
    return open_session(
        database,
        rules,
        roster_reader,
        pseudonym=pseudonym,
        challenge=challenge,
        session_key=session_key,
        now=now,
        random=random,
    )


def sign_in_with_passkey(
    database: Database,
    rules: SiteRules,
    roster_reader: RosterReader,
    verifier: PasskeyVerifier,
    *,
    assertion: Assertion,
    challenge: str,
    pseudonym: str | None,
    session_key: bytes,
    now: float,
    random: RandomBytes,
) -> PasskeySignIn:
    """Whose passkey it is says only the roster; `pseudonym` is who is expected, if anyone is.

    Raises PasskeyRefused for every passkey that does not sign in, PasskeyCopied, Suspended, RosterInvalid.
    """
    with database.reading() as conn:
        roster, _ = roster_reader.read_all(conn)
        row = passkeys.find(conn, rules.site_id, assertion.credential_id)
    passkey, owner = _signed_passkey(roster, row)
    if row is None or passkey is None or owner is None:
        raise PasskeyRefused
    count = verifier.check_assertion(
        assertion, public_key=bytes.fromhex(passkey.public_key), challenge=challenge
    )
    is_expected = pseudonym in (None, owner.pseudonym)
    is_own = passkey.credential_id == assertion.credential_id.hex()
    is_valid = challenges.is_valid(challenge, session_key=session_key, now=now)
    if not (is_expected and is_own and is_valid):
        raise PasskeyRefused
    token = open_session(
        database,
        rules,
        roster_reader,
        pseudonym=owner.pseudonym,
        challenge=challenge,
        passkey=PasskeyUse(row.passkey_hash, count),
        session_key=session_key,
        now=now,
        random=random,
    )
    return PasskeySignIn(owner.pseudonym, token, row.identity)


def _signed_passkey(
    roster: Roster | None, row: PasskeyRow | None
) -> tuple[Passkey | None, Keys | None]:
    """What its owner has signed, and that owner; nothing for a row that somebody else has written."""
    if roster is None or row is None:
        return None, None
    try:
        passkey = roster_rules.read_passkey(row.passkey)
    except RosterInvalid:
        return None, None
    member = roster.members.get(passkey.member)
    is_signed = member is not None and row.passkey_hash in member.passkeys
    if (
        member is None
        or not is_signed
        or roster_rules.passkey_hash(row.passkey) != row.passkey_hash
    ):
        return None, None
    return passkey, member.keys


def open_session(
    database: Database,
    rules: SiteRules,
    roster_reader: RosterReader,
    *,
    pseudonym: str,
    challenge: str | None = None,
    passkey: PasskeyUse | None = None,
    session_key: bytes,
    now: float,
    random: RandomBytes,
) -> bytes:
    """A session's token, for a person who was authenticated just now: by `challenge`, unless by a ticket or a link.

    Raises NotSignedIn, Suspended, RosterInvalid; InvalidCredentials and PasskeyRefused for a challenge
    that was used before, and PasskeyCopied.
    """
    token = random(SESSION_TOKEN_BYTES)
    with database.writing() as conn:
        is_used = challenge is not None and not challenges.use(
            conn, rules, challenge, session_key=session_key
        )
        if is_used:
            raise InvalidCredentials if passkey is None else PasskeyRefused
        moderator = people.get(conn, rules.site_id, pseudonym)
        if moderator is not None and moderator.is_suspended:
            raise Suspended
        session = Session(
            token_hash=_hash(session_key, token),
            site_id=rules.site_id,
            pseudonym=pseudonym,
            expires_slot=tokens.session_expiry(rules.schedule, now, hours=rules.session_hours),
            mac=b"",
            passkey_hash=passkey.passkey_hash if passkey is not None else None,
        )
        member = _member_of(session, roster_reader.read(conn))
        if passkey is not None:
            _check_passkey(conn, rules, member, passkey)
        mac = _session_mac(session_key, session, member)
        people.add_session(conn, msgspec.structs.replace(session, mac=mac))
    return token


def _check_passkey(conn: Connection, rules: SiteRules, member: Member, passkey: PasskeyUse) -> None:
    """It may have been removed since it signed. A counter that exists must go up.

    Raises PasskeyRefused, PasskeyCopied.
    """
    if passkey.passkey_hash not in member.passkeys:
        raise PasskeyRefused
    is_raised = passkeys.raise_count(
        conn, rules.site_id, passkey.passkey_hash, sign_count=passkey.sign_count
    )
    if not is_raised and not passkeys.has_no_count(conn, rules.site_id, passkey.passkey_hash):
        raise PasskeyCopied


def member_for(
    database: Database,
    roster_reader: RosterReader,
    *,
    token: bytes,
    session_key: bytes,
    now: float,
) -> tuple[str, Member]:
    """Pseudonym and membership behind a session.

    Raises NotSignedIn, NoLongerMember, PasskeyRemoved, Suspended, RosterInvalid.
    """
    with database.reading() as conn:
        session = people.get_session(conn, _hash(session_key, token), now=now)
        if session is None:
            raise NotSignedIn
        if session.end_reason is not None:
            raise _ENDED[session.end_reason]
        roster = roster_reader.read(conn)
    member = _member_of(session, roster)
    if not hmac.compare_digest(session.mac, _session_mac(session_key, session, member)):
        raise NotSignedIn
    if session.passkey_hash is not None and session.passkey_hash not in member.passkeys:
        raise PasskeyRemoved
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
    """Over the whole row and the member's key: another name, more time or an older row are noticed."""
    key = hmac.digest(session_key, _SESSION_DOMAIN, "sha256")
    whose = (session.site_id, session.pseudonym, session.passkey_hash)
    row = (session.token_hash, *whose, session.expires_slot)
    return hmac.digest(key, msgspec.msgpack.encode((*row, _sign_in_key(member))), "sha256")


def sign_out(database: Database, *, token: bytes, session_key: bytes) -> None:
    with database.writing() as conn:
        people.end_session(conn, _hash(session_key, token))


def _hash(session_key: bytes, token: bytes) -> bytes:
    """Keyed, so that the database does not say which token opens a session."""
    return hmac.new(session_key, token, hashlib.sha256).digest()
