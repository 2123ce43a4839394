"""Lists a moderator's sessions, names the device of one, and ends them. Ending takes no key away: removal does."""

from itertools import chain, count
from typing import Final

from yobal.adapters.device_keys import DeviceKeys
from yobal.store import people, sessions
from yobal.store.database import Database
from yobal.store.people import Session

LABEL_CHARACTERS_MAX: Final = 60
_NUMBER_CHARACTERS_MAX: Final = 5  # with the space before it


def list_sessions(
    database: Database, site_id: str, *, pseudonym: str, now: float
) -> tuple[list[Session], dict[str, int]]:
    """This moderator's sessions, and how many the others have."""
    with database.reading() as conn:
        own = sessions.list_open(conn, site_id, pseudonym=pseudonym, now=now)
        counts = people.count_sessions(conn, site_id, now=now)
    return own, {name: count for name, count in sorted(counts.items()) if name != pseudonym}


def label(
    database: Database,
    site_id: str,
    token_hash: bytes,
    device_label: str,
    *,
    pseudonym: str,
    now: float,
) -> None:
    """With a number behind it if another session of this moderator has the label, so that they can be told apart."""
    with database.writing() as conn:
        open_sessions = sessions.list_open(conn, site_id, pseudonym=pseudonym, now=now)
        taken = {item.device_label for item in open_sessions if item.token_hash != token_hash}
        shortened = device_label[: LABEL_CHARACTERS_MAX - _NUMBER_CHARACTERS_MAX].rstrip()
        numbered = (f"{shortened} {number}" for number in count(2))
        free = next(name for name in chain([device_label], numbered) if name not in taken)
        sessions.set_label(conn, token_hash, free)


def end(
    database: Database,
    device_keys: DeviceKeys,
    site_id: str,
    *,
    pseudonym: str,
    only_hash: bytes | None = None,
    except_hash: bytes | None = None,
    now: float,
) -> None:
    """One of this moderator's sessions, all but one, or all. An open page learns it with its next request."""
    with database.writing() as conn:
        open_hashes = [
            item.token_hash
            for item in sessions.list_open(conn, site_id, pseudonym=pseudonym, now=now)
        ]
        hashes = [
            token_hash
            for token_hash in open_hashes
            if only_hash in (None, token_hash) and token_hash != except_hash
        ]
        sessions.end(conn, site_id, hashes)
    for token_hash in hashes:
        device_keys.forget(token_hash)
