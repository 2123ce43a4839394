"""Signs moderators in and out. A sign-in is a signature over a challenge, by the key that the words make or by a passkey.

The server stores no secret for it.
"""

from typing import Final

import msgspec

from yobal.actions import challenges, member_keys, session_row
from yobal.actions.roster_reader import RosterReader
from yobal.actions.session_row import SessionAccess
from yobal.adapters.cell_file import CellFile
from yobal.adapters.passkey_verifier import Assertion, PasskeyVerifier
from yobal.core import roster as roster_rules
from yobal.core import tokens
from yobal.core.errors import (
    InvalidCredentials,
    KeysMissing,
    NoLongerMember,
    NotSignedIn,
    PasskeyCopied,
    PasskeyRefused,
    PasskeyRemoved,
    RosterInvalid,
    SessionEnded,
    SessionLocked,
    Suspended,
    YobalError,
)
from yobal.core.ids import RandomBytes
from yobal.core.roster import Keys, Member, Passkey, Roster
from yobal.core.schedule import last_slot
from yobal.core.site_rules import SiteRules
from yobal.store import epochs, member_activity, passkeys, people
from yobal.store.database import Connection, Database
from yobal.store.passkeys import PasskeyRow
from yobal.store.people import EndReason, Session

SESSION_TOKEN_BYTES: Final = 32
_ENDED: Final[dict[EndReason, type[YobalError]]] = {
    "removed": NoLongerMember,
    "suspended": Suspended,
    "ended": SessionEnded,
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

    Raises Suspended, but only for the right words, so that no one else learns of a suspension.
    """
    with database.reading() as conn:
        roster, _ = roster_reader.read_to_resume(conn)  # `open_session` lets only that lead in
    member = roster.named(pseudonym) if roster is not None else None
    key = session_row.sign_in_key(member) or _NO_KEY
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
    cell_file: CellFile,
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

    Raises PasskeyRefused for every passkey that does not sign in, PasskeyCopied, Suspended, RosterInvalid, KeysMissing.
    """
    row, owner, use = _checked_passkey(
        database,
        rules,
        roster_reader,
        verifier,
        assertion=assertion,
        challenge=challenge,
        pseudonym=pseudonym,
        session_key=session_key,
        now=now,
    )
    token = open_session(
        database,
        rules,
        roster_reader,
        pseudonym=owner.pseudonym,
        challenge=challenge,
        passkey=use,
        session_key=session_key,
        now=now,
        random=random,
    )
    identity = _read_identity(database, cell_file, row, owner)
    return PasskeySignIn(owner.pseudonym, token, identity)


def open_with_passkey(
    database: Database,
    cell_file: CellFile,
    rules: SiteRules,
    roster_reader: RosterReader,
    verifier: PasskeyVerifier,
    *,
    assertion: Assertion,
    challenge: str,
    pseudonym: str,
    session_key: bytes,
    now: float,
) -> bytes:
    """The identity that only the passkey opens, for its owner, who is signed in.

    Raises PasskeyRefused, PasskeyCopied, KeysMissing.
    """
    row, owner, use = _checked_passkey(
        database,
        rules,
        roster_reader,
        verifier,
        assertion=assertion,
        challenge=challenge,
        pseudonym=pseudonym,
        session_key=session_key,
        now=now,
    )
    with database.writing() as conn:
        if not challenges.use(conn, rules, challenge, session_key=session_key):
            raise PasskeyRefused
        _raise_count(conn, rules, use)
    return _read_identity(database, cell_file, row, owner)


def _read_identity(database: Database, cell_file: CellFile, row: PasskeyRow, owner: Keys) -> bytes:
    """The age file that this passkey opens. Raises KeysMissing."""
    with database.reading() as conn:
        identity = member_keys.read_identity(
            conn, cell_file, owner.signing_key, opened_by=row.passkey_hash
        )
    if identity is None:
        raise KeysMissing
    return identity


def _checked_passkey(
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
) -> tuple[PasskeyRow, Keys, PasskeyUse]:
    """A passkey that has signed this challenge, and its owner. Raises PasskeyRefused, RosterInvalid."""
    with database.reading() as conn:
        roster, _ = roster_reader.read_to_resume(conn)  # as with words
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
    return row, owner, PasskeyUse(row.passkey_hash, count)


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
            passkey_hash=passkey.passkey_hash if passkey is not None else None,
        )
        roster, _ = roster_reader.read_to_resume(conn)
        member = session_row.member_of(session, roster)
        if passkey is not None:
            _check_is_present(member, passkey)
            _raise_count(conn, rules, passkey)
        roster_reader.check_access(member)
        mac = session_row.session_mac(session_key, session, member)
        people.add_session(conn, msgspec.structs.replace(session, mac=mac))
        member_activity.add(conn, rules.site_id, pseudonym, since=session.begun_slot)
        epoch_id = epochs.newest_id(conn, rules.site_id)
        member_activity.set_opened(conn, rules.site_id, pseudonym, epoch_id=epoch_id)
    return token


def _check_is_present(member: Member, passkey: PasskeyUse) -> None:
    """It may have been removed since it has signed. Raises PasskeyRefused."""
    if passkey.passkey_hash not in member.passkeys:
        raise PasskeyRefused


def _raise_count(conn: Connection, rules: SiteRules, passkey: PasskeyUse) -> None:
    """A counter that exists must go up. Raises PasskeyCopied."""
    site_id, passkey_hash = rules.site_id, passkey.passkey_hash
    is_raised = passkeys.raise_count(conn, site_id, passkey_hash, sign_count=passkey.sign_count)
    if not is_raised and not passkeys.has_no_count(conn, site_id, passkey_hash):
        raise PasskeyCopied


def member_for(
    access: SessionAccess, *, token: bytes, now: float, may_resume: bool = False
) -> tuple[str, Member]:
    """Pseudonym and membership behind a session. `may_resume`: also of a roster that waits for it.

    Raises NotSignedIn, SessionEnded, NoLongerMember, PasskeyRemoved, Suspended, RosterInvalid, and SessionLocked also
    for a session that nothing was heard of for too long: the caller locks it.
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
    if session.passkey_hash is not None and session.passkey_hash not in member.passkeys:
        raise PasskeyRemoved
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
