"""Locks a session, and opens it again with a PIN; holds the key of what its browser stores.

A locked session opens nothing. Its device key stays in memory only if a PIN was set, and only the PIN gets it out.
"""

from contextlib import suppress

import msgspec

from yobal.actions import session_row
from yobal.actions.session_row import SessionAccess
from yobal.adapters.device_keys import DeviceKeys
from yobal.core.errors import NotSignedIn, RosterInvalid, WrongPin
from yobal.store import people, sessions
from yobal.store.database import Database
from yobal.store.people import Session


class LockState(msgspec.Struct, frozen=True):
    """What a locked page may show."""

    pseudonym: str
    pin_tries_left: int  # 0: only the words or a passkey open the desk


def begin(access: SessionAccess, *, token: bytes) -> None:
    """From now on the session counts as heard of. Without this, a server that has run for long would lock it at once."""
    access.device_keys.hear(session_row.hash_token(access.session_key, token))


def lock(access: SessionAccess, *, token: bytes, now: float) -> bool:
    """False if the session was ended instead: it has no PIN, or the roster cannot be verified now."""
    token_hash = session_row.hash_token(access.session_key, token)
    if access.device_keys.pin_tries_left(token_hash):
        with suppress(RosterInvalid):  # somebody who changes the roster must keep no desk open
            if _set_locked(access, token_hash, is_locked=True, now=now):
                return True
    access.device_keys.forget(token_hash)
    with access.database.writing() as conn:
        people.end_session(conn, token_hash)
    return False


def lock_state(access: SessionAccess, *, token: bytes, now: float) -> LockState | None:
    """None if the session is not locked."""
    token_hash = session_row.hash_token(access.session_key, token)
    with access.database.reading() as conn:
        session = people.get_session(conn, token_hash, now=now)
    if session is None or session.end_reason is not None or not session.is_locked:
        return None
    return LockState(session.pseudonym, access.device_keys.pin_tries_left(token_hash))


def unlock(access: SessionAccess, *, token: bytes, pin_hash: bytes, now: float) -> None:
    """Raises WrongPin, NotSignedIn. After the last wrong try the session is ended."""
    token_hash = session_row.hash_token(access.session_key, token)
    if access.device_keys.is_pin(token_hash, pin_hash):
        if not _set_locked(access, token_hash, is_locked=False, now=now):
            raise NotSignedIn
        access.device_keys.hear(token_hash)
        return
    tries_left = access.device_keys.pin_tries_left(token_hash)
    if tries_left == 0 and lock_state(access, token=token, now=now) is not None:
        with access.database.writing() as conn:
            people.end_session(conn, token_hash)
    raise WrongPin(tries_left)


def forget_device_keys(
    database: Database, device_keys: DeviceKeys, site_id: str, *, now: float
) -> None:
    """Forget the device keys of sessions that ended or expired for any reason. Runs with every maintenance pass."""
    remembered = device_keys.token_hashes()  # before the rows: a session that begins now stays
    if not remembered:
        return
    with database.reading() as conn:
        open_sessions = sessions.list_open(conn, site_id, pseudonym=None, now=now)
    device_keys.forget_closed(remembered - {session.token_hash for session in open_sessions})


def _set_locked(access: SessionAccess, token_hash: bytes, *, is_locked: bool, now: float) -> bool:
    """False if the session does not exist or is not authentic. True also if it was in this state already."""
    with access.database.writing() as conn:
        session = people.get_session(conn, token_hash, now=now)
        if session is None or session.end_reason is not None:
            return False
        member = session_row.member_of(session, access.roster_reader.read(conn))
        if not session_row.is_authentic(access.session_key, session, member):
            return False
        changed: Session = msgspec.structs.replace(session, is_locked=is_locked)
        mac = session_row.session_mac(access.session_key, changed, member)
        sessions.set_locked(conn, token_hash, is_locked=is_locked, mac=mac)
    return True
