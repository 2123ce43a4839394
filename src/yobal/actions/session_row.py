"""What sessions need of the server, and what makes a session's row authentic. Shared by signing in and locking."""

import hashlib
import hmac
from typing import Final

import msgspec

from yobal.actions.roster_reader import RosterReader
from yobal.adapters.device_keys import DeviceKeys
from yobal.core.errors import NotSignedIn
from yobal.core.roster import Member, Roster
from yobal.store.database import Database
from yobal.store.people import Session

_SESSION_DOMAIN: Final = b"yobal session"


class SessionAccess(msgspec.Struct, frozen=True, kw_only=True):
    """What opening, locking and ending a session need."""

    database: Database
    roster_reader: RosterReader
    device_keys: DeviceKeys
    session_key: bytes


def hash_token(session_key: bytes, token: bytes) -> bytes:
    """Keyed, so that the database does not say which token opens a session."""
    return hmac.new(session_key, token, hashlib.sha256).digest()


def member_of(session: Session, roster: Roster | None) -> Member:
    """Raises NotSignedIn."""
    member = roster.named(session.pseudonym) if roster is not None else None
    if member is None:
        raise NotSignedIn
    return member


def sign_in_key(member: Member | None) -> str:
    return member.keys.sign_in_key if member is not None and member.keys is not None else ""


def session_mac(session_key: bytes, session: Session, member: Member) -> bytes:
    """Over the row and the key that signed in: another name, more time, no lock or an older row are noticed."""
    key = hmac.digest(session_key, _SESSION_DOMAIN, "sha256")
    row = (
        session.token_hash,
        session.site_id,
        session.pseudonym,
        session.passkey_hash,
        session.begun_slot,
        session.expires_slot,
        session.is_locked,
    )
    return hmac.digest(key, msgspec.msgpack.encode((*row, sign_in_key(member))), "sha256")


def is_authentic(session_key: bytes, session: Session, member: Member) -> bool:
    return hmac.compare_digest(session.mac, session_mac(session_key, session, member))
