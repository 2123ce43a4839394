"""Lists a moderator's sessions, names the device of one, and ends them. Ending takes no key away: removal does."""

from yobal.adapters.device_keys import DeviceKeys
from yobal.store import people, sessions
from yobal.store.database import Database
from yobal.store.people import Session


def list_sessions(
    database: Database, site_id: str, *, pseudonym: str, now: float
) -> tuple[list[Session], dict[str, int]]:
    """This moderator's sessions, and how many the others have."""
    with database.reading() as conn:
        own = sessions.list_open(conn, site_id, pseudonym=pseudonym, now=now)
        counts = people.count_sessions(conn, site_id, now=now)
    return own, {name: count for name, count in sorted(counts.items()) if name != pseudonym}


def label(database: Database, token_hash: bytes, device_label: str) -> None:
    with database.writing() as conn:
        sessions.set_label(conn, token_hash, device_label)


def end(
    database: Database,
    device_keys: DeviceKeys,
    site_id: str,
    *,
    pseudonym: str,
    only_hash: bytes | None,
    now: float,
) -> None:
    """One of this moderator's sessions, or with None all. An open page learns it with its next request."""
    with database.writing() as conn:
        open_sessions = sessions.list_open(conn, site_id, pseudonym=pseudonym, now=now)
        hashes = [item.token_hash for item in open_sessions if only_hash in (None, item.token_hash)]
        sessions.end(conn, site_id, hashes)
    for token_hash in hashes:
        device_keys.forget(token_hash)
